//! `PgBouncer`, as Debian has it, in front of a server: each transaction gets whichever connection is free.

use std::{fs, net::TcpStream, path::PathBuf, process::Command};

use tempfile::TempDir;

use super::Postgres;
use crate::{
    daemons::{self, Daemon, run, unprivileged},
    driver::free_port,
};

/// Ends when it is dropped.
pub struct Bouncer {
    _daemon: Daemon,
    _folder: TempDir,
    port: u16,
}

impl Bouncer {
    /// Lets so many connections through to each database of a server, however many there are to itself.
    pub fn start(server: &Postgres, connections: u16) -> Self {
        let (folder, port) = (daemons::folder(), free_port());
        let (users, config) = (folder.path().join("users"), folder.path().join("config"));
        fs::write(&users, "\"phonegate\" \"\"\n").unwrap();
        let mut text = format!(
            "[databases]\n* = host=127.0.0.1 port={}\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             auth_type = trust\nauth_file = {}\npool_mode = transaction\n\
             default_pool_size = {connections}\nmax_client_conn = 1000\n",
            server.port(),
            users.display()
        );
        // By default it has learned to carry named statements over; who runs an older one must be served too.
        if version() >= (1, 21) {
            text.push_str("max_prepared_statements = 0\n");
        }
        fs::write(&config, text).unwrap();
        let mut command = unprivileged(program());
        command.arg(&config).current_dir("/");
        let ready = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        let daemon = Daemon::start(command, &folder.path().join("log"), ready);
        Self { _daemon: daemon, _folder: folder, port }
    }

    /// As `STORE_URL` takes it.
    pub fn url(&self) -> String {
        format!("postgres://phonegate@127.0.0.1:{}/postgres", self.port)
    }
}

fn program() -> PathBuf {
    // Debian keeps it where not everyone looks.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let programs = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
    let there = programs.map(|folder| folder.join("pgbouncer")).find(|program| program.exists());
    there.expect("pgbouncer (tests/run installs it)")
}

/// `PgBouncer 1.18.0`
fn version() -> (u32, u32) {
    let told = run(Command::new(program()).arg("--version"));
    let mut numbers = told.lines().next().unwrap().rsplit(' ').next().unwrap().split('.');
    let mut number = || numbers.next().unwrap().parse().unwrap();
    (number(), number())
}
