//! Where lines for the operator go: to standard error, by way of a thread of their own.
//!
//! What this module promises:
//! * Whoever writes a line neither waits for whoever reads it nor fails with it: a full disk, a closed pipe and a reader that
//!   stands still cost lines, and nothing else.
//! * Lines come out whole and in order. How many are missing is said as soon as there is room again.
//! * A panic is a line like any other.

mod fields;

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    error::Error,
    io::{self, IsTerminal, Write},
    iter,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use crate::{
    audit,
    config::{Log, LogFormat},
};
use fields::Fields;

/// How many lines wait for a slow reader.
const WAITING: usize = 4_096;
/// How many bytes are written at once at most, and how long lines are gathered for it after the first.
const MANY: usize = 16 * 1024;
const REST: Duration = Duration::from_millis(2);
/// How long the end of the process waits for those that are left.
const LAST: Duration = Duration::from_secs(1);

/// The way to standard error. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    queue: SyncSender<Entry>,
    lost: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Entry {
    Line(Vec<u8>),
    /// Rings when all before it are out.
    Mark(SyncSender<()>),
}

impl Lines {
    /// To standard error.
    pub(crate) fn to_stderr() -> Self {
        Self::to(io::stderr())
    }

    fn to(out: impl Write + Send + 'static) -> Self {
        let (queue, entries) = sync_channel(WAITING);
        let lost = Arc::new(AtomicU64::new(0));
        let lines = Self { queue, lost: lost.clone() };
        let thread = thread::Builder::new().name("log".to_owned());
        // Without a thread each line is lost, which is counted where it is written.
        let _ = thread.spawn(move || write_out(&entries, out, &lost));
        lines
    }

    /// Sends all that is traced here, as the settings say, and panics too.
    pub(crate) fn start_log(&self, log: &Log) -> Result<(), Box<dyn Error>> {
        let builder = tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::try_new(audit::filter(&log.filter))?)
            .with_ansi(io::stderr().is_terminal())
            // It would tell them to standard error itself, and panic if that is gone.
            .log_internal_errors(false)
            .fmt_fields(Fields)
            .with_writer(self.clone());
        match log.format {
            LogFormat::Text => builder.init(),
            LogFormat::Json => builder.json().init(),
        }
        std::panic::set_hook(Box::new(|panic| {
            let backtrace = Backtrace::capture();
            if backtrace.status() == BacktraceStatus::Captured {
                tracing::error!("{panic}\n{backtrace}");
            } else {
                tracing::error!("{panic}");
            }
        }));
        Ok(())
    }

    /// Says a line as it is.
    pub(crate) fn say(&self, text: &str) {
        self.put(format!("{text}\n").into_bytes());
    }

    /// Waits for the lines that are left, but not for a reader that stands still.
    pub(crate) fn finish(&self) {
        let (rings, rung) = sync_channel(1);
        if self.queue.try_send(Entry::Mark(rings)).is_ok() {
            let _ = rung.recv_timeout(LAST);
        }
    }

    fn put(&self, line: Vec<u8>) {
        if self.queue.try_send(Entry::Line(line)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The thread's work, until nobody is left to write.
fn write_out(entries: &Receiver<Entry>, mut out: impl Write, lost: &AtomicU64) {
    let mut lines = Together::default();
    while let Ok(first) = entries.recv() {
        for entry in iter::once(first).chain(iter::from_fn(|| entries.try_recv().ok())) {
            match entry {
                Entry::Line(line) => {
                    lines.add(&line);
                    if lines.bytes.len() >= MANY {
                        lines.write(&mut out, lost);
                    }
                }
                Entry::Mark(rings) => {
                    lines.write(&mut out, lost);
                    let _ = rings.send(());
                }
            }
        }
        lines.write(&mut out, lost);
        // Waking this thread costs more than a line does.
        thread::sleep(REST);
    }
}

/// Lines that are written at once.
#[derive(Default)]
struct Together {
    bytes: Vec<u8>,
    lines: u64,
}

impl Together {
    fn add(&mut self, line: &[u8]) {
        self.bytes.extend_from_slice(line);
        self.lines += 1;
    }

    fn write(&mut self, out: &mut impl Write, lost: &AtomicU64) {
        if self.lines == 0 {
            return;
        }
        match out.write_all(&self.bytes).and_then(|()| out.flush()) {
            Ok(()) => tell_of_lost(lost),
            Err(_) => _ = lost.fetch_add(self.lines, Ordering::Relaxed),
        }
        self.bytes.clear();
        self.lines = 0;
    }
}

fn tell_of_lost(lost: &AtomicU64) {
    let lost = lost.swap(0, Ordering::Relaxed);
    if lost > 0 {
        tracing::error!(lost, "lines of the log could not be written and are missing");
    }
}

/// Takes one line at a time, as the formatter hands them over.
impl Write for &Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.put(line.to_vec());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Fails as long as it is told to.
    #[derive(Clone, Default)]
    struct Disk {
        full: Arc<std::sync::atomic::AtomicBool>,
        written: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.full.load(Ordering::SeqCst) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.written.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_that_cannot_be_written_is_lost_and_nothing_else_is() {
        let disk = Disk::default();
        let lines = Lines::to(disk.clone());
        let subscriber =
            tracing_subscriber::fmt().with_ansi(false).without_time().with_writer(lines.clone()).finish();
        tracing::subscriber::with_default(subscriber, || {
            disk.full.store(true, Ordering::SeqCst);
            tracing::info!("one");
            tracing::info!("two");
            lines.finish();
            disk.full.store(false, Ordering::SeqCst);
            tracing::info!("three");
            lines.finish();
        });

        let written = String::from_utf8(disk.written.lock().unwrap().clone()).unwrap();
        assert!(written.contains("three") && !written.contains("two"), "{written}");
    }

    #[test]
    fn a_reader_that_stands_still_holds_nobody_up() {
        let (reader, writer) = io::pipe().unwrap();
        let lines = Lines::to(writer);
        // More than fits into a pipe and into the queue.
        for _ in 0..WAITING * 2 {
            lines.say(&"x".repeat(1_000));
        }
        lines.finish();

        assert!(lines.lost.load(Ordering::Relaxed) > 0);
        drop(reader);
    }
}
