//! The machine: what it is, and what else ran on it while it was measured.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsStr,
    fs, iter,
    process::{self, Command},
    time::Instant,
};

use crate::proc::{self, Process};

/// How many of the others are named.
const NAMED: usize = 4;
/// What is not worth naming: part of one core.
const LEAST: f64 = 0.005;

/// The work of others during all that was measured.
#[derive(Default)]
pub(crate) struct Neighbours {
    seconds: f64,
    total: f64,
    by_name: BTreeMap<String, f64>,
    load_at_begin: Option<String>,
}

/// The state of all processes at one time.
pub(crate) struct Snapshot {
    at: Instant,
    busy: f64,
    ours: f64,
    others: BTreeMap<u32, (String, f64)>,
}

impl Snapshot {
    pub(crate) fn take() -> Self {
        let processes = Process::all();
        let parents: BTreeMap<_, _> = processes.iter().map(|process| (process.pid, process.parent)).collect();
        let is_ours = |process: &Process| {
            let line = iter::successors(Some(process.pid), |pid| parents.get(pid).copied());
            line.take_while(|pid| *pid > 1).any(|pid| pid == process::id())
        };
        let (ours, others): (Vec<_>, Vec<_>) = processes.into_iter().partition(is_ours);
        Self {
            at: Instant::now(),
            busy: proc::busy_seconds(),
            ours: ours.iter().map(|process| process.cpu_seconds).sum(),
            others: others.into_iter().map(|other| (other.pid, (other.name, other.cpu_seconds))).collect(),
        }
    }
}

impl Neighbours {
    pub(crate) fn new() -> Self {
        Self { load_at_begin: load_average(), ..Self::default() }
    }

    /// Adds what the others did since `before`. Those that came and went in between have no name, but are in the total.
    pub(crate) fn add_since(&mut self, before: &Snapshot) {
        let now = Snapshot::take();
        self.seconds += (now.at - before.at).as_secs_f64();
        self.total += (now.busy - before.busy - (now.ours - before.ours)).max(0.0);
        for (pid, (name, spent)) in now.others {
            let spent_before = before.others.get(&pid).map_or(0.0, |(_, spent)| *spent);
            *self.by_name.entry(name).or_default() += (spent - spent_before).max(0.0);
        }
    }

    /// In sentences, shares in percent of one core.
    pub(crate) fn describe(&self) -> String {
        let unknown = || "unknown".to_owned();
        let mut named: Vec<_> =
            self.by_name.iter().map(|(name, spent)| (name, spent / self.seconds)).collect();
        named.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        let named = named.into_iter().filter(|(_, share)| *share >= LEAST).take(NAMED);
        let named: Vec<_> = named.map(|(name, share)| format!("{name} {:.0} %", share * 100.0)).collect();
        format!(
            "While it was measured, other processes took {:.0} % of a core{}{}. Load average: {} at the begin, {} at the end.",
            self.total * 100.0 / self.seconds,
            if named.is_empty() { "" } else { ", the busiest " },
            named.join(", "),
            self.load_at_begin.clone().unwrap_or_else(unknown),
            load_average().unwrap_or_else(unknown),
        )
    }
}

/// Over the last one, five and fifteen minutes.
fn load_average() -> Option<String> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    Some(text.split(' ').take(3).collect::<Vec<_>>().join(" "))
}

/// Processor, cores, memory and kernel.
pub(crate) fn describe() -> String {
    let line_of = |file: &str, name: &str| {
        let text = fs::read_to_string(file).ok()?;
        let value = text.lines().find_map(|line| line.strip_prefix(name))?;
        Some(value.trim_start_matches([' ', '\t', ':']).to_owned())
    };
    let processor = line_of("/proc/cpuinfo", "model name").unwrap_or_else(|| env::consts::ARCH.to_owned());
    // Not those of this process, which has one of them.
    let cores = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cores = cores.lines().filter(|line| line.starts_with("processor")).count();
    let kib = line_of("/proc/meminfo", "MemTotal").and_then(|kib| kib.split(' ').next()?.parse::<f64>().ok());
    let memory = kib.map(|kib| format!(", {:.0} GiB", kib / 1024.0 / 1024.0)).unwrap_or_default();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{processor}, {cores} cores{memory}, {} {}", env::consts::OS, kernel.trim())
}

/// The first line of what a program says of its version.
pub(crate) fn version(program: impl AsRef<OsStr>) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.lines().next().unwrap_or_default().trim().to_owned())
}
