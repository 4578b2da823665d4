//! The state machine of a breaker: no lock, no log, and the time is passed in.
//!
//! ```text
//! closed → open (enough faults in a row, or one of the account) → probing → closed | open for twice as long
//! ```

use std::time::Duration;

use super::Cause;
use crate::clock::Timestamp;

/// So many faults in a row open a breaker …
const FAULTS: usize = 5;
/// … if they lie no further apart than this.
const WINDOW: Duration = Duration::from_mins(1);
/// Longer than any call: a probe that has not ended by then never will.
const PROBE: Duration = Duration::from_secs(20);
/// How often the operator is told of one trouble with the account.
const ALARM_AGAIN: Duration = Duration::from_mins(1);

/// A call that speaks against the provider's health.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) cause: Cause,
    /// Whether one is enough.
    pub(super) at_once: bool,
    /// Whose number it was, if the fault may lie with it.
    pub(super) number: Option<String>,
    /// For the operator.
    pub(super) error: String,
}

/// What the operator has to know.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    Opened { pause: Duration, error: String },
    Closed,
}

#[derive(Debug)]
pub(super) struct Circuit {
    first_pause: Duration,
    longest_pause: Duration,
    /// The faults since the last good answer: when, and to which number.
    faults: Vec<(Timestamp, Option<String>)>,
    open: Option<Open>,
    alarmed_at: Option<Timestamp>,
}

#[derive(Debug)]
struct Open {
    /// From `since` on, and for `hold`, nobody is called: while it pauses, or while a probe runs.
    since: Timestamp,
    hold: Duration,
    pause: Duration,
    cause: Cause,
    error: String,
}

impl Circuit {
    pub(super) fn new(first_pause: Duration, longest_pause: Duration) -> Self {
        Self { first_pause, longest_pause, faults: Vec::new(), open: None, alarmed_at: None }
    }

    /// Whether the provider is left alone, and for how long.
    pub(super) fn paused(&mut self, now: Timestamp) -> Option<super::Paused> {
        let open = self.open.as_mut()?;
        // The clock was set back: nobody shall wait until it catches up.
        open.since = open.since.min(now);
        let wait = open.hold.saturating_sub(now.since(open.since));
        (!wait.is_zero()).then_some(super::Paused { wait, cause: open.cause })
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Lets a call through, and says whether it is the probe.
    pub(super) fn admit(&mut self, now: Timestamp) -> Result<bool, super::Paused> {
        if let Some(paused) = self.paused(now) {
            return Err(paused);
        }
        let Some(open) = &mut self.open else { return Ok(false) };
        (open.since, open.hold) = (now, PROBE);
        Ok(true)
    }

    /// Takes note of how a call ended; `failure` is `None` if the provider answered.
    pub(super) fn record(&mut self, now: Timestamp, probe: bool, failure: Option<Failure>) -> Option<News> {
        let Some(Failure { cause, at_once, number, error }) = failure else {
            self.faults.clear();
            return self.open.take().map(|_| News::Closed);
        };
        let pause = match self.open.as_ref().map(|open| open.pause) {
            // A call from before it opened: nothing new.
            Some(_) if !probe => return None,
            Some(last) => (last * 2).min(self.longest_pause),
            None if at_once || self.is_enough(now, number) => self.first_pause,
            None => return None,
        };
        self.faults.clear();
        self.open = Some(Open { since: now, hold: pause, pause, cause, error: error.clone() });
        // Of its account the operator learns by the alarm.
        (cause == Cause::Faults).then_some(News::Opened { pause, error })
    }

    /// Whether this fault makes a row of the last ones.
    fn is_enough(&mut self, now: Timestamp, number: Option<String>) -> bool {
        self.faults.retain(|(at, _)| now.since(*at) < WINDOW);
        let seen = number.is_some() && self.faults.iter().any(|(_, other)| *other == number);
        if !seen {
            self.faults.push((now, number));
        }
        self.faults.len() >= FAULTS
    }

    /// What is wrong with the account, if the operator has not been told in the last minute.
    pub(super) fn alarm(&mut self, now: Timestamp) -> Option<String> {
        let open = self.open.as_ref().filter(|open| open.cause == Cause::Account)?;
        if self.alarmed_at.is_some_and(|at| at <= now && now.since(at) < ALARM_AGAIN) {
            return None;
        }
        self.alarmed_at = Some(now);
        Some(open.error.clone())
    }
}
