//! A Postgres server for the time of a run: Debian's, on a socket in a temporary folder, as `initdb` sets it up, so that
//! every commit is on disk.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{Outcome, proc::Process, server::Home, stage::Stage};

/// Where Debian keeps the programs of each version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// As whom it runs where the bench is root, which Postgres refuses to be.
const NOBODY: &str = "nobody";
const START_LIMIT: Duration = Duration::from_secs(30);
const START_POLL: Duration = Duration::from_millis(20);
const STOP_LIMIT: Duration = Duration::from_secs(10);

pub(crate) struct Postgres {
    pub(crate) url: String,
    server: Child,
    _home: Home,
}

impl Postgres {
    /// Starts it on the server's core: what a sign-in costs is what both of them take.
    pub(crate) fn start(stage: &Stage, programs: &Path) -> Outcome<Self> {
        let home = Home::new()?;
        let (folder, data) = (home.path(), home.path().join("data"));
        let is_root = is_root()?;
        if is_root {
            run(Command::new("chown").arg(NOBODY).arg(folder))?;
        }
        let log = folder.join("postgres.log");
        let command = |program: &str| -> Outcome<Command> {
            // The kernel stops it should this process be killed.
            let mut command = stage.on_server_core("setpriv");
            command.args(["--pdeathsig", "INT"]);
            if is_root {
                command.args(["--reuid", NOBODY, "--regid", &group_of_nobody()?, "--clear-groups"]);
            }
            let log = fs::File::options().create(true).append(true).open(&log)?;
            command.arg(programs.join(program)).current_dir(folder);
            command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
            Ok(command)
        };
        let set_up = ["--username=phonegate", "--auth=trust", "--encoding=UTF8", "--locale=C", "--pgdata"];
        run(command("initdb")?.args(set_up).arg(&data))?;
        let server = command("postgres")?.arg("-D").arg(&data).args(["-h", "", "-k"]).arg(folder).spawn()?;
        let socket = folder.to_str().ok_or("the temporary folder has a name that is no text")?;
        let url = format!("postgres://phonegate@{}/postgres", socket.replace('/', "%2F"));
        let mut postgres = Self { url, server, _home: home };
        postgres.wait_until_ready(&data, &log)?;
        Ok(postgres)
    }

    fn wait_until_ready(&mut self, data: &Path, log: &Path) -> Outcome<()> {
        let begun = Instant::now();
        loop {
            match fs::read_to_string(data.join("postmaster.pid")) {
                Ok(state) if state.contains("ready") => return Ok(()),
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
                Ok(_) | Err(_) => {}
            }
            if self.server.try_wait()?.is_some() || begun.elapsed() > START_LIMIT {
                let log = fs::read_to_string(log).unwrap_or_default();
                return Err(format!("Postgres did not start:\n{log}").into());
            }
            thread::sleep(START_POLL);
        }
    }

    /// What all its processes have taken so far, those that have ended too.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        let postmaster = self.server.id();
        let family =
            Process::all().into_iter().filter(|process| [process.pid, process.parent].contains(&postmaster));
        family.map(|process| process.cpu_seconds + process.children_seconds).sum()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // It ends its sessions and itself; a kill would leave memory of the system's behind. There is nobody to tell.
        let _ = Command::new("kill").arg("-INT").arg(self.server.id().to_string()).status();
        let begun = Instant::now();
        while begun.elapsed() < STOP_LIMIT && matches!(self.server.try_wait(), Ok(None)) {
            thread::sleep(START_POLL);
        }
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The folder of the newest version's programs; none where it is not installed.
pub(crate) fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir(DEBIAN).ok()?.flatten();
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.map(|entry| entry.path()).filter(|path| path.join("bin/postgres").exists());
    newest.max_by_key(|path| number(path)).map(|path| path.join("bin"))
}

fn is_root() -> Outcome<bool> {
    Ok(text_of(Command::new("id").arg("-u"))? == "0")
}

/// Its name differs from one distribution to another.
fn group_of_nobody() -> Outcome<String> {
    text_of(Command::new("id").args(["-g", NOBODY]))
}

fn text_of(command: &mut Command) -> Outcome<String> {
    Ok(String::from_utf8(command.output()?.stdout)?.trim().to_owned())
}

fn run(command: &mut Command) -> Outcome<()> {
    if command.status()?.success() { Ok(()) } else { Err(format!("{command:?} failed").into()) }
}
