//! What is measured of a server: how fast it is, and what it takes of the machine.
//!
//! Processor time and memory come from Linux's `/proc`; elsewhere they are NaN, which the report shows as a dash.

use std::fs;

use crate::{
    Outcome,
    load::{Crowd, Journey, Load, drive},
    server::{Home, Server, Stage, Target},
};

/// Clock ticks of `/proc/<pid>/stat` in a second: the same on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// One server under one load.
pub(crate) struct Figures {
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// The server's processor time for each journey, in µs.
    pub(crate) cpu_us: f64,
    /// How much of one core the server used, in percent. Well below 100, the load or the machine was the limit.
    pub(crate) busy: f64,
}

/// One server from its start to its end.
pub(crate) struct Round {
    pub(crate) front_page: Figures,
    pub(crate) sign_in: Figures,
    pub(crate) auth: Figures,
    pub(crate) idle_mib: f64,
    pub(crate) loaded_mib: f64,
}

/// All that a run learns of one server.
pub(crate) struct Record {
    pub(crate) target: Target,
    pub(crate) rounds: Vec<Round>,
    /// The start that has to make its store.
    pub(crate) first_start_ms: Vec<f64>,
    pub(crate) start_ms: Vec<f64>,
    pub(crate) binary_mib: Vec<f64>,
    home: Home,
}

impl Record {
    /// `home` is where its starts are measured.
    pub(crate) fn new(target: Target, home: Home) -> Outcome<Self> {
        let kib = u32::try_from(fs::metadata(target.binary()?)?.len() / 1024)?;
        Ok(Self {
            target,
            rounds: Vec::new(),
            first_start_ms: Vec::new(),
            start_ms: Vec::new(),
            binary_mib: vec![f64::from(kib) / 1024.0],
            home,
        })
    }

    pub(crate) fn start(&mut self, stage: &Stage, first: bool) -> Outcome<()> {
        let took = stage.start(self.target, &self.home)?.start;
        let starts = if first { &mut self.first_start_ms } else { &mut self.start_ms };
        starts.push(took.as_secs_f64() * 1e3);
        Ok(())
    }
}

impl Server {
    pub(crate) async fn under_load(&self, journey: Journey, crowd: Crowd) -> Outcome<Figures> {
        let before = self.cpu_seconds();
        let load = drive(self.address, journey, crowd).await.map_err(|failure| self.explain(&failure))?;
        Figures::new(&load, self.cpu_seconds() - before)
    }

    pub(crate) fn resident_mib(&self) -> f64 {
        let kib = fs::read_to_string(format!("/proc/{}/status", self.pid())).ok().and_then(|status| {
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
            line.split_whitespace().next()?.parse::<f64>().ok()
        });
        kib.unwrap_or(f64::NAN) / 1024.0
    }

    /// User and system time of all threads so far.
    fn cpu_seconds(&self) -> f64 {
        let ticks = fs::read_to_string(format!("/proc/{}/stat", self.pid())).ok().and_then(|stat| {
            // The second field is a name that may hold anything, spaces too; the count starts after it.
            let (_, fields) = stat.rsplit_once(')')?;
            fields
                .split_whitespace()
                .skip(11)
                .take(2)
                .map(|ticks| ticks.parse::<f64>().ok())
                .sum::<Option<f64>>()
        });
        ticks.unwrap_or(f64::NAN) / TICKS_PER_SECOND
    }
}

impl Figures {
    fn new(load: &Load, cpu_seconds: f64) -> Outcome<Self> {
        let count = f64::from(u32::try_from(load.journeys.len())?);
        let seconds = load.elapsed.as_secs_f64();
        Ok(Self {
            per_second: count / seconds,
            p50_ms: percentile_ms(load, 50),
            p99_ms: percentile_ms(load, 99),
            cpu_us: cpu_seconds * 1e6 / count,
            busy: cpu_seconds * 100.0 / seconds,
        })
    }
}

fn percentile_ms(load: &Load, percent: usize) -> f64 {
    let rank = (load.journeys.len() * percent / 100).min(load.journeys.len() - 1);
    load.journeys[rank].as_secs_f64() * 1e3
}
