//! What a run has learnt: samples of each figure of each server.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    Outcome,
    load::Load,
    stage::{SLOW, Target},
};

/// What a server did while it was measured.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    SignIn,
    FrontPage,
    Auth,
    /// Sign-ins of so many visitors, with the slow provider; the figures are of the requests that call it, without its delay.
    SlowCalls(u32),
    /// The same three, with so many live sessions in the store.
    StoredSignIn(u32),
    StoredAuth(u32),
    /// `GET /auth` that the store is asked for each time.
    UncachedAuth(u32),
    PostgresSignIn,
    /// The start that has to make its store.
    FirstStart,
    Start,
    /// Nothing, right after its start.
    Idle,
    /// Nothing any more, after all loads of a round.
    Loaded,
    /// Nothing: it is a file.
    Binary,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Measure {
    PerSecond,
    /// The server's processor time for each journey.
    CpuMicros,
    /// The same of its database, if that is a process of its own.
    DatabaseCpuMicros,
    P50Millis,
    P99Millis,
    /// How much of its core the server used, in percent. Well below 100, something else was the limit.
    Busy,
    /// How much of theirs load and provider used.
    LoadBusy,
    WallMillis,
    CpuMillis,
    Mib,
}

#[derive(Default)]
pub(crate) struct Results(BTreeMap<(What, Measure, Target), Vec<f64>>);

impl Results {
    pub(crate) fn add(&mut self, what: What, measure: Measure, target: Target, sample: f64) {
        self.0.entry((what, measure, target)).or_default().push(sample);
    }

    /// `cpu` and `load_cpu` are what the server, and what load and provider took of it, in seconds.
    pub(crate) fn add_load(
        &mut self,
        what: What,
        target: Target,
        load: &Load,
        cpu: f64,
        load_cpu: f64,
    ) -> Outcome<()> {
        let count = f64::from(u32::try_from(load.journeys.len())?);
        let seconds = load.elapsed.as_secs_f64();
        let (waits, known) = match what {
            What::SlowCalls(_) => (&load.calls, SLOW),
            _ => (&load.journeys, Duration::ZERO),
        };
        for (measure, sample) in [
            (Measure::PerSecond, count / seconds),
            (Measure::CpuMicros, cpu * 1e6 / count),
            (Measure::P50Millis, percentile(waits, 50) - known.as_secs_f64() * 1e3),
            (Measure::P99Millis, percentile(waits, 99) - known.as_secs_f64() * 1e3),
            (Measure::Busy, cpu * 100.0 / seconds),
            (Measure::LoadBusy, load_cpu * 100.0 / seconds),
        ] {
            self.add(what, measure, target, sample);
        }
        Ok(())
    }

    pub(crate) fn samples(&self, what: What, measure: Measure, target: Target) -> &[f64] {
        self.0.get(&(what, measure, target)).map_or(&[], Vec::as_slice)
    }

    /// NaN if there is no sample.
    pub(crate) fn median(&self, what: What, measure: Measure, target: Target) -> f64 {
        let mut sorted = self.samples(what, measure, target).to_vec();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        match sorted.len() {
            0 => f64::NAN,
            odd if odd % 2 == 1 => sorted[middle],
            _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
        }
    }

    /// All that was done, in order.
    pub(crate) fn whats(&self) -> Vec<What> {
        let mut whats: Vec<_> = self.0.keys().map(|(what, ..)| *what).collect();
        whats.dedup();
        whats
    }
}

/// In milliseconds; `sorted` has at least one.
fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let rank = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(rank).map_or(f64::NAN, |wait| wait.as_secs_f64() * 1e3)
}
