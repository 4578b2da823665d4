//! Other people's servers, for one test: they end with it, also when it panics or is killed.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// How long a server may take to start or to end.
const PATIENCE: Duration = Duration::from_mins(1);

/// A program that refuses to run as root: as root it is run as nobody. The kernel ends it should the thread end that
/// has started it.
pub(crate) fn unprivileged(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.arg("--pdeathsig=INT");
    if id("-u", None) == 0 {
        let (user, group) = nobody();
        command.args([&format!("--reuid={user}"), &format!("--regid={group}"), "--clear-groups"]);
    }
    command.arg(program).stdin(Stdio::null());
    command
}

/// A folder that such a program can write in.
pub(crate) fn folder() -> TempDir {
    let folder = tempfile::Builder::new().prefix("phonegate-").tempdir_in("/tmp").unwrap();
    if id("-u", None) == 0 {
        let (user, group) = nobody();
        std::os::unix::fs::chown(folder.path(), Some(user), Some(group)).unwrap();
    }
    folder
}

fn nobody() -> (u32, u32) {
    (id("-u", Some("nobody")), id("-g", Some("nobody")))
}

fn id(what: &str, user: Option<&str>) -> u32 {
    let output = Command::new("id").arg(what).args(user).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

/// Runs such a program to its end; what it prints.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    let (told, complaint) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?}: {complaint} {told}");
    told
}

/// A server and the processes that it has made.
pub(crate) struct Daemon {
    child: Child,
    log: PathBuf,
}

impl Daemon {
    /// Starts it, and waits until it is ready. What it says goes to `log`.
    pub(crate) fn start(mut command: Command, log: &Path, ready: impl Fn() -> bool) -> Self {
        let file = fs::File::options().create(true).append(true).open(log).unwrap();
        command.stdout(file.try_clone().unwrap()).stderr(file);
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let mut daemon = Self { child, log: log.to_owned() };
        let begun = Instant::now();
        while !ready() {
            let ended = daemon.child.try_wait().unwrap();
            assert!(ended.is_none() && begun.elapsed() < PATIENCE, "{command:?}: {ended:?} {}", daemon.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        daemon
    }

    /// Sends a signal to all of its processes, so that none goes on while others do not.
    pub(crate) fn signal_all(&self, signal: &str) {
        signal_all(self.child.id(), signal);
    }

    /// Ends all of its processes at once, as a machine does that loses its power.
    pub(crate) fn kill(&mut self) {
        kill_all(self.child.id());
        super::exit_code(&mut self.child);
    }

    /// How long its processes have worked, those that have ended aside.
    pub(crate) fn processor_time(&self) -> Duration {
        // In hundredths of a second: of itself, and of the system for it.
        let ticks = |id| fields(id).into_iter().flat_map(|fields| fields.skip(11).take(2));
        let ticks = family(self.child.id()).into_iter().flat_map(ticks);
        Duration::from_millis(ticks.map(|ticks| ticks.parse::<u64>().unwrap() * 10).sum())
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            self.signal_all("KILL");
            let _ = self.child.wait();
        }
        if std::thread::panicking() {
            eprintln!("{}:\n{}", self.log.display(), self.log());
        }
    }
}

/// Sends a signal to a process and to all that it has started; which they were.
fn signal_all(id: u32, signal: &str) -> Vec<u32> {
    let mut told = Vec::new();
    // The first one makes the others: once it has the signal, no more of them come.
    loop {
        let new: Vec<_> = family(id).into_iter().filter(|id| !told.contains(id)).collect();
        if new.is_empty() {
            return told;
        }
        for id in new {
            // It may have ended meanwhile.
            let _ = Command::new("kill").args([&format!("-{signal}"), &id.to_string()]).output();
            told.push(id);
        }
    }
}

/// Ends a process and all that it has started, and waits until they are gone.
pub(crate) fn kill_all(id: u32) {
    let ended = signal_all(id, "KILL");
    let begun = Instant::now();
    while ended.iter().any(|id| is_running(*id)) {
        assert!(begun.elapsed() < PATIENCE, "{ended:?} do not end");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A process, and all that it and its children have started.
fn family(id: u32) -> Vec<u32> {
    let parents: Vec<_> =
        fs::read_dir("/proc").unwrap().filter_map(|entry| parent(&entry.ok()?.path())).collect();
    let mut family = vec![id];
    let mut at = 0;
    while let Some(id) = family.get(at).copied() {
        family.extend(parents.iter().filter(|(_, parent)| *parent == id).map(|(child, _)| child));
        at += 1;
    }
    family
}

/// A process and its parent, given its folder in `/proc`.
fn parent(folder: &Path) -> Option<(u32, u32)> {
    let id = folder.file_name()?.to_str()?.parse().ok()?;
    Some((id, fields(id)?.nth(1)?.parse().ok()?))
}

pub(crate) fn is_running(id: u32) -> bool {
    fields(id).and_then(|mut fields| fields.next()).is_some_and(|state| state != "Z")
}

/// What the kernel says of a process, from its state on.
fn fields(id: u32) -> Option<impl Iterator<Item = String>> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name before may hold anything.
    let (_, fields) = text.rsplit_once(')')?;
    Some(fields.split_whitespace().map(str::to_owned).collect::<Vec<_>>().into_iter())
}
