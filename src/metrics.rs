//! What is counted for whoever answers for the bill and the break-ins, as Prometheus reads it.
//!
//! What this module promises:
//! * Labels take few values, all of them ours: no number, code, request id, token or address is ever one.
//! * Counting waits for nobody: it may stand on any path. It begins at zero with each process, which
//!   is how Prometheus expects it; what instances count adds up.
//! * It knows nothing of what is counted: the callers say it, each measurement in one place.

pub(crate) mod http;
mod labels;
mod series;

use std::{sync::Arc, time::Duration};

use prometheus_client::{encoding::prometheus_text, registry::Registry};

pub(crate) use labels::{Job, Operation, Outcome};

use crate::channel::Channel;
use labels::{
    Answer, ByJob, ByOperation, CIRCUITS, Circuit, Ended, Message, OK, Place, Refusal, Request, Undelivered,
    Where,
};
use series::Series;

pub const CONTENT_TYPE: &str = prometheus_text::CONTENT_TYPE;

/// All that is counted. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Metrics(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    registry: Registry,
    series: Series,
}

/// What is known only when it is asked for.
#[derive(Debug)]
pub(crate) struct Now {
    /// Which breakers are open: that of sends, that of checks.
    pub(crate) paused: [bool; 2],
    /// For how many countries each is open that is not open for all.
    pub(crate) countries_paused: [usize; 2],
    /// How long the oldest piece of work of each job has been due; `None` if the store did not answer.
    pub(crate) overdue: Option<[(Job, Duration); 3]>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix(env!("CARGO_PKG_NAME"));
        let series = Series::new(&mut registry);
        Self(Arc::new(Parts { registry, series }))
    }
}

impl Metrics {
    /// The provider was asked for a message to `country`.
    pub(crate) fn message(&self, country: &str, channel: Channel, outcome: Outcome) {
        let country = Where::of(country);
        self.0.series.messages.get_or_create(&Message { country, channel: channel.as_str(), outcome }).inc();
    }

    /// An attempt for which a message went out, or may have, came to its end; `outcome` is the word of its last state.
    pub(crate) fn ended(&self, country: &str, outcome: &'static str) {
        let country = Where::of(country);
        self.0.series.verifications.get_or_create(&Ended { country, outcome }).inc();
    }

    /// The provider says that a message will not arrive.
    pub(crate) fn undelivered(&self, country: &str, channel: Channel, reason: &'static str) {
        let country = Where::of(country);
        self.0
            .series
            .undelivered
            .get_or_create(&Undelivered { country, channel: channel.as_str(), reason })
            .inc();
    }

    /// A send or a try was refused by `rule`, which is a word.
    pub(crate) fn refused(&self, rule: &'static str) {
        self.0.series.refusals.get_or_create(&Refusal { rule, mode: "enforce" }).inc();
    }

    /// A send would have been refused by `rule`, but for `GUARD_MODE=observe`.
    pub(crate) fn would_refuse(&self, rule: &'static str) {
        self.0.series.refusals.get_or_create(&Refusal { rule, mode: "observe" }).inc();
    }

    pub(crate) fn wrong_code(&self) {
        self.0.series.wrong_codes.inc();
    }

    /// The provider answered, or failed by `error`, which is a word.
    pub(crate) fn answered(&self, operation: Operation, took: Duration, error: Option<&'static str>) {
        let result = error.unwrap_or(OK);
        self.0.series.provider_answers.get_or_create(&Answer { operation, result }).inc();
        self.0.series.provider_seconds.get_or_create(&ByOperation { operation }).observe(took.as_secs_f64());
    }

    /// The gate gave an answer of that status.
    pub(crate) fn decided(&self, status: u16) {
        let auth = &self.0.series.auth;
        let decision = match status {
            200 => &auth.allowed,
            ..500 => &auth.denied,
            _ => &auth.failed,
        };
        decision.inc();
    }

    /// A job ended, or panicked, and is started again.
    pub(crate) fn job_restarted(&self, job: Job) {
        self.0.series.job_restarts.get_or_create(&ByJob { job }).inc();
    }

    fn request(&self, place: Place, status: u16, took: Duration) {
        self.0.series.http_seconds.get_or_create(&place).observe(took.as_secs_f64());
        self.0.series.http_requests.get_or_create(&Request { place, status }).inc();
    }

    /// All of it in Prometheus's text format, version 0.0.4: see [`CONTENT_TYPE`].
    pub(crate) fn text(&self, now: &Now) -> String {
        let Parts { registry, series } = &*self.0;
        let Series { provider_paused, countries_paused, job_overdue, store_up, .. } = series;
        for (operation, open) in CIRCUITS.into_iter().zip(now.paused) {
            provider_paused.get_or_create(&Circuit { operation }).set(open.into());
        }
        for (operation, count) in CIRCUITS.into_iter().zip(now.countries_paused) {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            countries_paused.get_or_create(&Circuit { operation }).set(count);
        }
        store_up.set(now.overdue.is_some().into());
        match now.overdue {
            Some(jobs) => {
                for (job, overdue) in jobs {
                    job_overdue.get_or_create(&ByJob { job }).set(overdue.as_secs_f64());
                }
            }
            // An old figure would say that all is well.
            None => job_overdue.clear(),
        }
        let mut text = String::new();
        if prometheus_text::encode(&mut text, registry).is_err() {
            tracing::error!("the metrics could not be written");
        }
        text
    }
}

#[cfg(test)]
mod tests;
