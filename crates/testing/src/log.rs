//! Everything that was logged, by all tests of this process, at the most talkative level.

use std::{
    io,
    sync::{Arc, Mutex, Once},
};

use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Writer;

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Writer {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}

/// Catches logs from here on. The simulator's and the libraries' are left out: they see the wire.
pub fn catch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let filter = "trace,hyper=off,hyper_util=off,h2=off,mio=off,phonegate::simulator=off";
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::new(phonegate::testing::audit::filter(filter)))
            .with_ansi(false)
            .without_time()
            .with_writer(|| Writer);
        subscriber.init();
    });
}

/// What the app logged of the request whose answer carried this `x-request-id`.
pub fn logged_of(id: &str) -> Vec<String> {
    let mark = format!("id=\"{id}\"");
    let ours = |line: &&str| {
        line.contains(&mark) && [": phonegate::", ": audit:"].iter().any(|target| line.contains(target))
    };
    logged().lines().filter(ours).map(str::to_owned).collect()
}

/// What was logged so far.
pub fn logged() -> String {
    String::from_utf8_lossy(&LOG.lock().unwrap()).into_owned()
}

/// What one test's thread logs, and with it its app, until this is dropped: where lines must be counted.
pub struct LogOfThisThread {
    text: Arc<Mutex<Vec<u8>>>,
    _guard: DefaultGuard,
}

struct Shared(Arc<Mutex<Vec<u8>>>);

impl io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl LogOfThisThread {
    pub fn catch() -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let writer = text.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::new("info"))
            .with_ansi(false)
            .without_time()
            .with_writer(move || Shared(writer.clone()))
            .finish();
        Self { text, _guard: tracing::subscriber::set_default(subscriber) }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.text.lock().unwrap()).into_owned()
    }
}
