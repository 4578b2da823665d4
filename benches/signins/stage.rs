//! What every server of a run has around it: a core of its own, a provider, and settings.
//!
//! A server sees the environment made here and nothing else: no `.env`, no setting of the person who measures.

use std::{
    env, fmt,
    net::Ipv4Addr,
    path::PathBuf,
    process::{self, Command, Stdio},
    thread,
    time::Duration,
};

use crate::{
    Outcome, koa,
    load::Journey,
    proc,
    server::{Home, Server, free_port},
};

const SERVER_CORE: &str = "0";
const LOAD_CORE: &str = "1";

/// How long the slow provider takes for an answer.
pub(crate) const SLOW: Duration = Duration::from_millis(50);

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Target {
    App,
    Koa,
    Ceiling,
}

/// Which provider a server calls.
#[derive(Clone, Copy)]
pub(crate) enum Provider {
    AtOnce,
    Slow,
}

pub(crate) struct Stage {
    /// Whether server and load have a core each.
    pub(crate) pinned: bool,
    at_once: Server,
    slow: Server,
    _home: Home,
}

impl Target {
    pub(crate) fn sign_in(self) -> Journey {
        match self {
            Self::App => Journey::AppSignIn,
            Self::Koa | Self::Ceiling => Journey::PlainSignIn,
        }
    }

    /// The tutorial guards no other site.
    pub(crate) fn auth(self) -> Option<Journey> {
        match self {
            Self::App => Some(Journey::AppAuth),
            Self::Koa => None,
            Self::Ceiling => Some(Journey::CeilingAuth),
        }
    }

    /// The one file that it is, if it is one.
    pub(crate) fn binary(self) -> Outcome<Option<PathBuf>> {
        Ok(match self {
            Self::App => Some(PathBuf::from(env!("CARGO_BIN_EXE_phonegate"))),
            Self::Koa => None,
            Self::Ceiling => Some(env::current_exe()?),
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::App => "app",
            Self::Koa => "Koa",
            Self::Ceiling => "ceiling",
        })
    }
}

impl Stage {
    /// Moves this process to the load's core, where it can, and starts the providers beside it.
    pub(crate) fn set() -> Outcome<Self> {
        let pinned = thread::available_parallelism()?.get() >= 2 && move_to_load_core();
        let home = Home::new()?;
        let provider = |delay: Duration| {
            let port = free_port()?;
            let mut command = Command::new(env::current_exe()?);
            command.args(["mock", &port.to_string(), &delay.as_millis().to_string()]);
            Server::spawn(command, port, &home)
        };
        Ok(Self { pinned, at_once: provider(Duration::ZERO)?, slow: provider(SLOW)?, _home: home })
    }

    /// `settings` come on top of those that every server of its kind gets.
    pub(crate) fn start(
        &self,
        target: Target,
        home: &Home,
        provider: Provider,
        settings: &[(&str, &str)],
    ) -> Outcome<Server> {
        let provider = match provider {
            Provider::AtOnce => &self.at_once,
            Provider::Slow => &self.slow,
        };
        let upstream = format!("http://{}", provider.address);
        let port = free_port()?;
        let mut command = match target {
            Target::Koa => self.on_server_core("node"),
            Target::App => self.on_server_core(env!("CARGO_BIN_EXE_phonegate")),
            Target::Ceiling => self.on_server_core(env::current_exe()?),
        };
        match target {
            Target::App => set_up_app(&mut command, port, &upstream, home),
            Target::Koa => koa::set_up(&mut command, port, &upstream),
            Target::Ceiling => {
                command.args(["ceiling", &port.to_string(), &upstream]);
            }
        }
        command.envs(settings.iter().copied());
        Server::spawn(command, port, home)
    }

    /// With no variables but the path.
    pub(crate) fn on_server_core(&self, program: impl Into<PathBuf>) -> Command {
        let program = program.into();
        let mut command;
        if self.pinned {
            command = Command::new("taskset");
            command.args(["-c", SERVER_CORE]).arg(program);
        } else {
            command = Command::new(program);
        }
        command.env_clear();
        if let Some(path) = env::var_os("PATH") {
            command.env("PATH", path); // where taskset and node are found
        }
        command
    }

    /// What load and providers have taken of their core so far.
    pub(crate) fn load_cpu_seconds(&self) -> f64 {
        [process::id(), self.at_once.pid(), self.slow.pid()].into_iter().map(proc::cpu_seconds).sum()
    }
}

/// The app with its durable store and its guard.
fn set_up_app(command: &mut Command, port: u16, upstream: &str, home: &Home) {
    command
        .env("HOST", Ipv4Addr::LOCALHOST.to_string())
        .env("PORT", port.to_string())
        .env("PUBLIC_URL", format!("http://localhost:{port}"))
        .env("STORE_URL", format!("sqlite:{}", home.store().display()))
        .env("VERIFY_BASE_URL", upstream)
        .env("VONAGE_API_KEY", "bench")
        .env("VONAGE_API_SECRET", "bench")
        .env("LOG", "warn")
        .env("TRUSTED_PROXIES", Ipv4Addr::LOCALHOST.to_string())
        // As many windows as by default, so that all is counted and nothing is refused.
        .env("LIMIT_ADDRESS", "4000000000/10m,4000000000/1h,4000000000/1d")
        .env("LIMIT_PREFIX", "4000000000/1h")
        .env("LIMIT_TOTAL", "4000000000/1h,4000000000/1d");
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
