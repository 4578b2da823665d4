//! The processes of a run: the provider for all of it, and a server at a time.
//!
//! * A server sees the environment made here and nothing else: no `.env`, no setting of the person who measures.
//! * It is up once it answers its first request with 200; what it printed is shown if it fails.
//! * Dropping one ends its process; dropping a [`Home`] removes its folder.

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

use crate::{Failure, Outcome, load::Journey};

const SERVER_CORE: &str = "0";
const LOAD_CORE: &str = "1";

/// How long a server may take to start, and how often it is asked whether it has.
const START_LIMIT: Duration = Duration::from_secs(20);
const START_POLL: Duration = Duration::from_micros(250);

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Target {
    App,
    Ceiling,
}

/// The cores and the provider: what every server of a run has around it.
pub(crate) struct Stage {
    /// Whether server and load have a core each.
    pub(crate) pinned: bool,
    upstream: String,
    _provider: Server,
    _provider_home: Home,
}

/// A folder for one server's store and output.
pub(crate) struct Home(PathBuf);

/// A running server.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// From before the process existed to its first 200.
    pub(crate) start: Duration,
    child: Child,
    output: PathBuf,
}

impl Target {
    pub(crate) fn sign_in(self) -> Journey {
        match self {
            Self::App => Journey::AppSignIn,
            Self::Ceiling => Journey::CeilingSignIn,
        }
    }

    pub(crate) fn auth(self) -> Journey {
        match self {
            Self::App => Journey::AppAuth,
            Self::Ceiling => Journey::CeilingAuth,
        }
    }

    pub(crate) fn binary(self) -> Outcome<PathBuf> {
        match self {
            Self::App => Ok(PathBuf::from(env!("CARGO_BIN_EXE_phonegate"))),
            Self::Ceiling => Ok(env::current_exe()?),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::App => "app",
            Self::Ceiling => "ceiling",
        })
    }
}

impl Stage {
    /// Moves this process to the load's core, where it can, and starts the provider beside it.
    pub(crate) fn set() -> Outcome<Self> {
        let pinned = thread::available_parallelism()?.get() >= 2 && move_to_load_core();
        let port = free_port()?;
        let home = Home::new()?;
        let mut command = Command::new(env::current_exe()?);
        command.args(["mock", &port.to_string()]);
        let provider = Server::spawn(command, port, "/", &home)?;
        let upstream = format!("http://{}", provider.address);
        Ok(Self { pinned, upstream, _provider: provider, _provider_home: home })
    }

    pub(crate) fn start(&self, target: Target, home: &Home) -> Outcome<Server> {
        let port = free_port()?;
        let mut command = self.on_server_core(&target.binary()?);
        match target {
            Target::Ceiling => {
                command.args(["ceiling", &port.to_string(), &self.upstream]);
                Server::spawn(command, port, "/", home)
            }
            Target::App => {
                command
                    .env("HOST", Ipv4Addr::LOCALHOST.to_string())
                    .env("PORT", port.to_string())
                    .env("PUBLIC_URL", format!("http://localhost:{port}"))
                    .env("STORE_URL", format!("sqlite:{}", home.0.join("bench.db").display()))
                    .env("VERIFY_BASE_URL", &self.upstream)
                    .env("VONAGE_API_KEY", "bench")
                    .env("VONAGE_API_SECRET", "bench")
                    .env("LOG", "warn")
                    .env("TRUSTED_PROXIES", Ipv4Addr::LOCALHOST.to_string())
                    // As many windows as by default, so that all is counted and nothing is refused.
                    .env("LIMIT_ADDRESS", "4000000000/10m,4000000000/1h,4000000000/1d")
                    .env("LIMIT_PREFIX", "4000000000/1h")
                    .env("LIMIT_TOTAL", "4000000000/1h,4000000000/1d");
                Server::spawn(command, port, "/healthz", home)
            }
        }
    }

    fn on_server_core(&self, binary: &Path) -> Command {
        let mut command;
        if self.pinned {
            command = Command::new("taskset");
            command.args(["-c", SERVER_CORE]).arg(binary);
        } else {
            command = Command::new(binary);
        }
        command.env_clear();
        if let Some(path) = env::var_os("PATH") {
            command.env("PATH", path); // where taskset is found
        }
        command
    }
}

/// True once this process runs on the load's core and the server's was shown to be usable too.
fn move_to_load_core() -> bool {
    let on_server_core = ["-c", SERVER_CORE, "taskset", "-cp", LOAD_CORE];
    Command::new("taskset")
        .args(on_server_core)
        .arg(process::id().to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// A port that was free a moment ago.
fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
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
}

impl Drop for Home {
    fn drop(&mut self) {
        // Nothing is lost if it stays; there is nobody left to tell.
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Server {
    fn spawn(mut command: Command, port: u16, first_page: &str, home: &Home) -> Outcome<Self> {
        let output = home.0.join("output.log");
        let log = fs::File::create(&output)?;
        command.current_dir(&home.0).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);

        let begun = Instant::now();
        let child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut server = Self { address, start: Duration::ZERO, child, output };
        while !answers(address, first_page) {
            if let Some(status) = server.child.try_wait()? {
                return Err(server.explain(&format!("a server ended while it started: {status}")));
            }
            if begun.elapsed() > START_LIMIT {
                return Err(server.explain(&format!("no 200 from {first_page} within {START_LIMIT:?}")));
            }
            thread::sleep(START_POLL);
        }
        server.start = begun.elapsed();
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

/// Whether `GET path` is answered with 200 by now.
fn answers(address: SocketAddr, path: &str) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(START_LIMIT))?;
        let host = address.port();
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost:{host}\r\n\r\n").as_bytes())?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        std::io::Result::Ok(&status == b"HTTP/1.1 200")
    };
    ask().unwrap_or(false)
}
