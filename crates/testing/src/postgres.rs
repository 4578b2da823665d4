//! Postgres servers of a test's own, as Debian has them: to be killed, stopped, followed and promoted.
//!
//! They listen on a port of this machine and nowhere else, and end with the test.

mod bouncer;
mod patroni;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    daemons::{self, Daemon, run, unprivileged},
    driver::free_port,
};
pub use bouncer::Bouncer;
pub use patroni::Cluster;

/// Ends when it is dropped, and all that it has written with it.
pub struct Postgres {
    daemon: Daemon,
    folder: TempDir,
    port: u16,
    options: Vec<String>,
}

impl Postgres {
    /// A server with these settings: `work_mem=8MB`. Each commit is on the disk, as by default.
    pub fn start(settings: &[&str]) -> Self {
        let folder = daemons::folder();
        let mut initdb = unprivileged(program("initdb"));
        initdb.args(["--username=phonegate", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"]);
        run(initdb.arg("--pgdata").arg(data(&folder)).current_dir("/"));
        Self::serve(folder, free_port(), settings.iter().map(|&setting| setting.to_owned()).collect())
    }

    /// Another server that follows this one: what is written here is there a moment later.
    pub fn standby(&self) -> Self {
        let (folder, port) = (daemons::folder(), free_port());
        let mut copy = unprivileged(program("pg_basebackup"));
        copy.args(["--checkpoint=fast", "--no-sync", "--wal-method=stream", "--write-recovery-conf"]);
        // What the standby has not read is kept for it.
        copy.args(["--create-slot", &format!("--slot=standby_{port}")]);
        copy.arg(format!("--dbname={}", self.url())).arg("--pgdata").arg(data(&folder));
        run(copy.current_dir("/"));
        let standby = Self::serve(folder, port, self.options.clone());
        self.until("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'", "1");
        standby
    }

    /// From here on nothing counts as written that a standby has not written too.
    pub fn wait_for_standby(&self) {
        self.sql("ALTER SYSTEM SET synchronous_standby_names = '*'");
        self.sql("SELECT pg_reload_conf()");
        self.until("SELECT sync_state FROM pg_stat_replication", "sync");
    }

    fn serve(folder: TempDir, port: u16, options: Vec<String>) -> Self {
        let daemon = Self::run(&folder, port, &options);
        Self { daemon, folder, port, options }
    }

    fn run(folder: &TempDir, port: u16, options: &[String]) -> Daemon {
        // What one that was killed has left.
        let told = data(folder).join("postmaster.pid");
        let _ = fs::remove_file(&told);
        let mut command = unprivileged(program("postgres"));
        command.arg("-D").arg(data(folder)).args(["-h", "127.0.0.1", "-p", &port.to_string(), "-k"]);
        command.arg(folder.path()).args(options.iter().flat_map(|option| ["-c", option])).current_dir("/");
        let ready = || fs::read_to_string(&told).is_ok_and(|text| text.contains("ready"));
        Daemon::start(command, &folder.path().join("log"), ready)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// As `STORE_URL` takes it.
    pub fn url(&self) -> String {
        format!("postgres://phonegate@127.0.0.1:{}/postgres", self.port)
    }

    /// Runs statements; what they answer, a line for each row.
    #[track_caller]
    pub fn sql(&self, statements: &str) -> String {
        let mut psql = Command::new(program("psql"));
        psql.args(["-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statements, &self.url()]);
        run(&mut psql)
    }

    /// Waits until a question has this answer.
    #[track_caller]
    pub fn until(&self, question: &str, answer: &str) {
        let begun = Instant::now();
        while self.sql(question) != answer {
            assert!(
                begun.elapsed() < Duration::from_mins(1),
                "{question} is not {answer}: {}",
                self.daemon.log()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// How long its processes have worked.
    pub fn processor_time(&self) -> Duration {
        self.daemon.processor_time()
    }

    /// A standby takes writes from here on.
    pub fn promote(&self) {
        assert_eq!(self.sql("SELECT pg_promote()"), "t");
    }

    /// Ends it as a loss of power does.
    pub fn kill(&mut self) {
        self.daemon.kill();
    }

    /// Starts it again after that.
    pub fn start_again(&mut self) {
        self.daemon = Self::run(&self.folder, self.port, &self.options);
    }

    /// It takes connections, and does nothing any more.
    pub fn freeze(&self) {
        self.daemon.signal_all("STOP");
    }

    pub fn thaw(&self) {
        self.daemon.signal_all("CONT");
    }
}

/// All of these servers in one `STORE_URL`, whichever of them takes writes.
pub fn url(servers: &[&Postgres]) -> String {
    urls(&servers.iter().map(|server| server.port).collect::<Vec<_>>())
}

fn urls(ports: &[u16]) -> String {
    let hosts: Vec<_> = ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();
    format!("postgres://phonegate@{}/postgres?target_session_attrs=read-write", hosts.join(","))
}

fn data(folder: &TempDir) -> PathBuf {
    folder.path().join("data")
}

/// Where Debian keeps the programs of the newest version, or where the `PATH` has them.
fn program(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let versions = versions.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let folder = |version: u32| Path::new("/usr/lib/postgresql").join(format!("{version}/bin"));
    let programs = versions.filter(|version| folder(*version).join("postgres").exists()).max().map(folder);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let program = programs.into_iter().chain(std::env::split_paths(&path)).map(|folder| folder.join(name));
    let there = program.into_iter().find(|program| program.exists());
    there.unwrap_or_else(|| panic!("Postgres has no {name} here (tests/run installs it)"))
}
