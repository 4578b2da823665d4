//! Servers that Patroni watches over: one takes writes, the others follow it, and etcd remembers which.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{data, program, urls};
use crate::{
    daemons::{self, Daemon, is_running, kill_all, run, unprivileged},
    driver::free_port,
};

/// Longer than a leader may be gone before another takes its place.
const PATIENCE: Duration = Duration::from_secs(90);

/// Ends when it is dropped.
pub struct Cluster {
    members: Vec<Member>,
    etcd: u16,
    _etcd: Daemon,
    _folder: TempDir,
}

struct Member {
    name: String,
    port: u16,
    /// Where Patroni tells how it is.
    told_at: u16,
    folder: TempDir,
    patroni: Option<Daemon>,
}

impl Cluster {
    /// So many servers, of which each follower that Patroni has named must write what counts as written.
    pub fn start(members: usize) -> Self {
        let (folder, etcd, peers) = (daemons::folder(), free_port(), free_port());
        let daemon = start_etcd(folder.path(), etcd, peers);
        let mut cluster = Self { members: Vec::new(), etcd, _etcd: daemon, _folder: folder };
        for number in 1..=members {
            let (name, folder) = (format!("member{number}"), daemons::folder());
            let member = Member { name, port: free_port(), told_at: free_port(), folder, patroni: None };
            cluster.members.push(member);
            cluster.start_again(number - 1);
        }
        cluster.until("there are followers", |it| {
            it.streaming() == members - 1
                && it.leader_sql("SHOW synchronous_standby_names").is_some_and(|names| !names.is_empty())
        });
        cluster
    }

    /// All of them in one `STORE_URL`.
    pub fn url(&self) -> String {
        urls(&self.members.iter().map(|member| member.port).collect::<Vec<_>>())
    }

    /// Which of them takes writes, and is known to.
    pub fn leader(&self) -> Option<usize> {
        self.members.iter().position(|member| member.patroni.is_some() && answers(member.told_at, "/primary"))
    }

    /// Ends a member as a loss of power does, Patroni and Postgres at once.
    pub fn kill(&mut self, member: usize) {
        let member = &mut self.members[member];
        // Patroni lets go of the server that it has started: it is no child of its.
        let server = fs::read_to_string(data(&member.folder).join("postmaster.pid")).unwrap_or_default();
        let server = server.lines().next().and_then(|id| id.parse().ok());
        if let Some(mut patroni) = member.patroni.take() {
            patroni.kill();
        }
        if let Some(server) = server.filter(|server| is_running(*server)) {
            kill_all(server);
        }
    }

    pub fn start_again(&mut self, member: usize) {
        let etcd = self.etcd;
        let member = &mut self.members[member];
        let config = member.folder.path().join("patroni.yml");
        fs::write(&config, member.config(etcd)).unwrap();
        let mut command = unprivileged("patroni");
        command.arg(&config).current_dir("/");
        let told_at = member.told_at;
        let ready = || answers(told_at, "/readiness");
        member.patroni = Some(Daemon::start(command, &member.folder.path().join("log"), ready));
    }

    /// How many follow the leader.
    pub fn streaming(&self) -> usize {
        let question = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'";
        self.leader_sql(question).map_or(0, |count| count.parse().unwrap())
    }

    fn leader_sql(&self, question: &str) -> Option<String> {
        let member = &self.members[self.leader()?];
        let mut psql = Command::new(program("psql"));
        psql.args(["-qAtX", "-c", question, &urls(&[member.port])]);
        Some(run(&mut psql))
    }

    pub fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !is_so(self) {
            assert!(begun.elapsed() < PATIENCE, "it never came to be that {what}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for member in 0..self.members.len() {
            self.kill(member);
        }
    }
}

fn start_etcd(folder: &Path, clients: u16, peers: u16) -> Daemon {
    let [clients_url, peers_url] = [clients, peers].map(|port| format!("http://127.0.0.1:{port}"));
    let mut command = unprivileged("etcd");
    command.arg("--data-dir").arg(folder.join("etcd")).current_dir("/");
    command.args(["--listen-client-urls", &clients_url, "--advertise-client-urls", &clients_url]);
    command.args(["--listen-peer-urls", &peers_url, "--initial-advertise-peer-urls", &peers_url]);
    command.args(["--initial-cluster", &format!("default={peers_url}")]);
    Daemon::start(command, &folder.join("log"), || answers(clients, "/health"))
}

impl Member {
    /// What an operator would write, with shorter waits than Patroni's own.
    fn config(&self, etcd: u16) -> String {
        let (name, port, told_at, folder) =
            (&self.name, self.port, self.told_at, self.folder.path().display());
        let programs: PathBuf = program("postgres");
        let programs = programs.parent().unwrap().display();
        format!(
            "scope: phonegate\nname: {name}\n\
             restapi: {{listen: '127.0.0.1:{told_at}', connect_address: '127.0.0.1:{told_at}'}}\n\
             etcd3: {{host: '127.0.0.1:{etcd}'}}\n\
             bootstrap:\n  \
               dcs:\n    \
                 ttl: 20\n    loop_wait: 2\n    retry_timeout: 5\n    synchronous_mode: true\n    \
                 postgresql: {{use_pg_rewind: true, parameters: {{wal_log_hints: 'on', max_connections: 100}}}}\n  \
               initdb: [encoding: UTF8, locale: C, no-sync]\n  \
               pg_hba: [local all all trust, host all all 127.0.0.1/32 trust, host replication all 127.0.0.1/32 trust]\n\
             postgresql:\n  \
               listen: 127.0.0.1:{port}\n  connect_address: 127.0.0.1:{port}\n  \
               data_dir: {folder}/data\n  bin_dir: {programs}\n  pgpass: {folder}/pgpass\n  \
               parameters: {{unix_socket_directories: {folder}}}\n  \
               authentication:\n    \
                 superuser: {{username: phonegate}}\n    replication: {{username: phonegate}}\n    rewind: {{username: phonegate}}\n"
        )
    }
}

/// Whether 200 is what a server on this machine says.
fn answers(port: u16, path: &str) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok::<_, std::io::Error>(answer)
    };
    ask().is_ok_and(|answer| answer.split(' ').nth(1) == Some("200"))
}
