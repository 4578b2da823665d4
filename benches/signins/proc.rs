//! What Linux tells of processes in `/proc`. Elsewhere figures are NaN, which the report shows as a dash.

use std::fs;

/// Clock ticks of `/proc/<pid>/stat` in a second: the same on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// A line of `/proc/<pid>/stat`.
pub(crate) struct Process {
    pub(crate) pid: u32,
    pub(crate) parent: u32,
    pub(crate) name: String,
    /// User and system time of all its threads so far, those that have ended too.
    pub(crate) cpu_seconds: f64,
    /// The same of its children that have ended.
    pub(crate) children_seconds: f64,
}

impl Process {
    pub(crate) fn read(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The second field is a name that may hold anything, spaces too; the count starts after it.
        let (begin, fields) = stat.rsplit_once(')')?;
        let (_, name) = begin.split_once('(')?;
        let fields: Vec<_> = fields.split_whitespace().collect();
        let seconds = |at: usize| fields.get(at)?.parse::<f64>().ok().map(|ticks| ticks / TICKS_PER_SECOND);
        Some(Self {
            pid,
            parent: fields.get(1)?.parse().ok()?,
            name: name.to_owned(),
            cpu_seconds: seconds(11)? + seconds(12)?,
            children_seconds: seconds(13)? + seconds(14)?,
        })
    }

    pub(crate) fn all() -> Vec<Self> {
        let folders = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = folders.filter_map(|folder| folder.file_name().to_str()?.parse().ok());
        pids.filter_map(Self::read).collect()
    }
}

/// User and system time of a process so far.
pub(crate) fn cpu_seconds(pid: u32) -> f64 {
    Process::read(pid).map_or(f64::NAN, |process| process.cpu_seconds)
}

/// The same to the nanosecond, but only of the threads that are there.
pub(crate) fn thread_seconds(pid: u32) -> f64 {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return f64::NAN };
    let spent =
        threads.flatten().filter_map(|thread| fs::read_to_string(thread.path().join("schedstat")).ok());
    spent.filter_map(|spent| spent.split(' ').next()?.parse::<f64>().ok()).sum::<f64>() / 1e9
}

pub(crate) fn resident_mib(pid: u32) -> f64 {
    let kib = fs::read_to_string(format!("/proc/{pid}/status")).ok().and_then(|status| {
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse::<f64>().ok()
    });
    kib.unwrap_or(f64::NAN) / 1024.0
}

/// What all processes together have used since the machine started.
pub(crate) fn busy_seconds() -> f64 {
    let ticks = fs::read_to_string("/proc/stat").ok().and_then(|stat| {
        let fields = stat.lines().next()?.split_whitespace().skip(1);
        // User, nice, system; interrupts are nobody's.
        fields.take(3).map(|ticks| ticks.parse::<f64>().ok()).sum::<Option<f64>>()
    });
    ticks.unwrap_or(f64::NAN) / TICKS_PER_SECOND
}
