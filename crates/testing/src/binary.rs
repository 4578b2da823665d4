//! The real program, in a folder of its own.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{browser::Browser, secs};

/// Ends when it is dropped.
pub struct Binary {
    child: Child,
    log: mpsc::Receiver<String>,
    base: String,
    /// What it logged until it listened.
    pub start: Vec<String>,
    _folder: TempDir,
}

impl Binary {
    /// Starts it on a free port, with these variables and no others.
    pub fn start(variables: &[(&str, &str)]) -> Self {
        Self::start_after(":", variables)
    }

    /// The same after a shell has done this, as whoever runs services does: `ulimit -n 256`.
    pub fn start_after(shell: &str, variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{shell} && exec \"$0\"")]).arg(crate::program());
        command.env_clear().current_dir(folder.path()).envs([("PORT", "0"), ("LOG_FORMAT", "json")]);
        command
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (line, log) = mpsc::channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            stderr.lines().map_while(Result::ok).try_for_each(|text| line.send(text)).ok();
        });
        let mut binary = Self { child, log, base: String::new(), start: Vec::new(), _folder: folder };
        let listens = binary.wait_for(" listens");
        let address = listens.split("\"address\":\"").nth(1).unwrap().split('"').next().unwrap();
        binary.base = format!("http://{address}/");
        binary
    }

    /// The next line of the log that says `text`.
    pub fn wait_for(&mut self, text: &str) -> String {
        loop {
            let line = self.log.recv_timeout(secs(20)).unwrap_or_else(|_| panic!("{text:?} was not logged"));
            if line.contains(text) {
                return line;
            }
            if self.base.is_empty() {
                self.start.push(line);
            }
        }
    }

    /// What it logs until its end.
    pub fn rest(&mut self) -> Vec<String> {
        self.log.iter().collect()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.base.trim_start_matches("http://").trim_end_matches('/').parse().unwrap()
    }

    /// The address of its first page.
    pub fn base(&self) -> String {
        format!("http://{}/", self.address())
    }

    pub fn browser(&self) -> Browser {
        Browser::at(&self.base())
    }

    pub fn hang_up(&self) {
        self.signal("HUP");
    }

    pub fn signal(&self, name: &str) {
        let id = self.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end; its exit code.
    pub fn end(&mut self) -> Option<i32> {
        exit_code(&mut self.child)
    }
}

/// Waits for the end of a process, but not for ever.
pub fn exit_code(child: &mut Child) -> Option<i32> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        assert!(begun.elapsed() < secs(60), "it does not end");
        std::thread::sleep(Duration::from_millis(10));
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
