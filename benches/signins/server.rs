//! A server that is measured: its process, from before it exists to its end.
//!
//! * It is up once it answers its first request with 200; what it printed is shown if it fails.
//! * Dropping it ends its process; dropping a [`Home`] removes its folder.

use std::{
    env, fmt, fs,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::{Failure, Outcome, proc};

/// How long a server may take to start, and how often it is asked whether it has.
const START_LIMIT: Duration = Duration::from_secs(20);
const START_POLL: Duration = Duration::from_micros(250);

/// A folder for one server's store and output.
pub(crate) struct Home(PathBuf);

/// A running server.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// From before the process existed to its first page.
    pub(crate) start: Duration,
    /// The processor time it had taken by then.
    pub(crate) start_cpu_seconds: f64,
    child: Child,
    output: PathBuf,
}

impl Home {
    /// Outside the project, so that a search for `.env` upwards from here finds none.
    pub(crate) fn new() -> Outcome<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("phonegate-bench-{}-{}", process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let path = env::temp_dir().join(name);
        fs::create_dir(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The file of a SQLite store that lives here.
    pub(crate) fn store(&self) -> PathBuf {
        self.0.join("bench.db")
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // Nothing is lost if it stays; there is nobody left to tell.
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Server {
    pub(crate) fn spawn(mut command: Command, port: u16, home: &Home) -> Outcome<Self> {
        let output = home.0.join("output.log");
        let log = fs::File::create(&output)?;
        command.current_dir(&home.0).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);

        let begun = Instant::now();
        let child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut server = Self { address, start: Duration::ZERO, start_cpu_seconds: f64::NAN, child, output };
        while !shows_first_page(address) {
            if let Some(status) = server.child.try_wait()? {
                return Err(server.explain(&format!("a server ended while it started: {status}")));
            }
            if begun.elapsed() > START_LIMIT {
                return Err(server.explain(&format!("no page within {START_LIMIT:?}")));
            }
            thread::sleep(START_POLL);
        }
        server.start = begun.elapsed();
        server.start_cpu_seconds = proc::thread_seconds(server.pid());
        Ok(server)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The failure, with what the server itself had to say.
    pub(crate) fn explain(&self, failure: &dyn fmt::Display) -> Failure {
        let output = fs::read_to_string(&self.output).unwrap_or_default();
        format!("{failure}\n\nthe server's output:\n{output}").into()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only if it has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Whether `GET /` is answered with 200 by now.
fn shows_first_page(address: SocketAddr) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(START_LIMIT))?;
        stream
            .write_all(format!("GET / HTTP/1.1\r\nHost: localhost:{}\r\n\r\n", address.port()).as_bytes())?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        std::io::Result::Ok(&status == b"HTTP/1.1 200")
    };
    ask().unwrap_or(false)
}
