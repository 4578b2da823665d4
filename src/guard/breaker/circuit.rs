//! The state machine of a breaker: no lock, no log, and the time is passed in.
//!
//! ```text
//! closed → open (enough faults in a row, or one of the account) → probing → closed | open for twice as long
//! ```

use std::time::Duration;

use super::{Caller, Cause, Paused};
use crate::clock::Timestamp;

/// So many faults in a row open a breaker, of different numbers and of different addresses …
const FAULTS: usize = 5;
/// … if they lie no further apart than this.
const WINDOW: Duration = Duration::from_mins(1);
/// Longer than any call: a probe that has not ended by then never will.
const PROBE: Duration = Duration::from_secs(20);
/// Of how many who met a failure it is known that they did.
const MOST_FAILED: usize = 200;
/// How often the operator is told of one trouble with the account.
const ALARM_AGAIN: Duration = Duration::from_mins(1);
/// An open breaker that nobody has asked for so long after its pause is forgotten, where breakers are many.
const FORGOTTEN: Duration = Duration::from_mins(10);

/// A call that speaks against the provider's health.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) cause: Cause,
    /// Whether one is enough.
    pub(super) at_once: bool,
    /// Who it was for, if the fault may lie there.
    pub(super) caller: Option<Caller>,
    /// For the operator.
    pub(super) error: String,
}

/// What the operator has to know.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    Opened { pause: Duration, error: String },
    Closed,
}

/// Leave for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leave {
    /// It is closed.
    Plain,
    /// The one call whose end decides how it goes on.
    Probe,
    /// A call for somebody who has met a failure: its success closes, its failure tells nothing new.
    Again,
}

#[derive(Debug)]
pub(super) struct Circuit {
    /// The first, and the longest.
    pub(super) pauses: (Duration, Duration),
    /// The faults since the last good answer: when, and for whom. No two share a number or an address.
    faults: Vec<(Timestamp, Option<Caller>)>,
    open: Option<Open>,
    alarmed_at: Option<Timestamp>,
}

#[derive(Debug)]
struct Open {
    /// Nobody is called while it pauses, or while a probe runs.
    hold: Hold,
    /// Those who met a failure are not called for longer: the next probe is left to others.
    hold_failed: Hold,
    pause: Duration,
    cause: Cause,
    error: String,
    /// Who met a failure since the row that opened it began; the newest last.
    failed: Vec<Caller>,
}

/// A span that began.
#[derive(Debug)]
struct Hold {
    since: Timestamp,
    length: Duration,
}

impl Hold {
    fn left(&mut self, now: Timestamp) -> Duration {
        // The clock was set back: nobody shall wait until it catches up.
        self.since = self.since.min(now);
        self.length.saturating_sub(now.since(self.since))
    }
}

impl Open {
    fn new(pause: Duration, failed: Vec<Caller>) -> Self {
        let hold = || Hold { since: Timestamp::from_millis(0), length: Duration::ZERO };
        let (cause, error) = (Cause::Faults, String::new());
        Self { hold: hold(), hold_failed: hold(), pause, cause, error, failed }
    }

    /// For how long `caller` is not called.
    fn wait(&mut self, now: Timestamp, caller: &Caller) -> Duration {
        let wait = self.hold.left(now);
        if self.has_failed(caller) { wait.max(self.hold_failed.left(now)) } else { wait }
    }

    fn has_failed(&self, caller: &Caller) -> bool {
        self.failed.iter().any(|failed| failed.is_akin(caller))
    }

    fn note(&mut self, caller: Option<Caller>) {
        let Some(caller) = caller.filter(|caller| !self.failed.contains(caller)) else { return };
        if self.failed.len() >= MOST_FAILED {
            self.failed.remove(0);
        }
        self.failed.push(caller);
    }

    /// Pauses from `now` on, and for those who met a failure twice as long.
    fn pause(&mut self, now: Timestamp) {
        self.hold = Hold { since: now, length: self.pause };
        self.hold_failed = Hold { since: now, length: self.pause * 2 };
    }
}

impl Circuit {
    pub(super) fn new(pauses: (Duration, Duration)) -> Self {
        Self { pauses, faults: Vec::new(), open: None, alarmed_at: None }
    }

    /// Whether the provider is left alone as far as `caller` goes, and for how long.
    pub(super) fn paused(&mut self, now: Timestamp, caller: &Caller) -> Option<Paused> {
        let open = self.open.as_mut()?;
        let wait = open.wait(now, caller);
        (!wait.is_zero()).then_some(Paused { wait, cause: open.cause })
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Whether nothing of it matters any more.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        match &self.open {
            Some(open) => now.since(open.hold_failed.since) > open.hold_failed.length + FORGOTTEN,
            None => self.faults.iter().all(|(at, _)| now.since(*at) >= WINDOW),
        }
    }

    /// Lets a call through, and says what hangs on it.
    pub(super) fn admit(&mut self, now: Timestamp, caller: &Caller) -> Result<Leave, Paused> {
        if let Some(paused) = self.paused(now, caller) {
            return Err(paused);
        }
        let Some(open) = &mut self.open else { return Ok(Leave::Plain) };
        if open.has_failed(caller) {
            open.hold_failed = Hold { since: now, length: PROBE.max(open.pause * 2) };
            return Ok(Leave::Again);
        }
        open.hold = Hold { since: now, length: PROBE };
        Ok(Leave::Probe)
    }

    /// Takes note of how a call ended; `failure` is `None` if the provider answered.
    pub(super) fn record(&mut self, now: Timestamp, leave: Leave, failure: Option<Failure>) -> Option<News> {
        let Some(Failure { cause, at_once, caller, error }) = failure else {
            self.faults.clear();
            return self.open.take().map(|_| News::Closed);
        };
        let mut open = match self.open.take() {
            // From before it opened, or for somebody who had met a failure already: nothing new.
            Some(mut open) if leave != Leave::Probe => {
                open.note(caller);
                self.open = Some(open);
                return None;
            }
            Some(open) => Open { pause: (open.pause * 2).min(self.pauses.1), ..open },
            None if at_once || self.is_enough(now, caller.clone()) => {
                let failed = self.faults.drain(..).filter_map(|(_, caller)| caller).collect();
                Open::new(self.pauses.0, failed)
            }
            None => return None,
        };
        (open.cause, open.error) = (cause, error.clone());
        open.note(caller);
        open.pause(now);
        let pause = self.open.insert(open).pause;
        // Of its account the operator learns by the alarm.
        (cause == Cause::Faults).then_some(News::Opened { pause, error })
    }

    /// Whether this fault makes a row of the last ones.
    fn is_enough(&mut self, now: Timestamp, caller: Option<Caller>) -> bool {
        self.faults.retain(|(at, _)| now.since(*at) < WINDOW);
        let seen = caller.as_ref().is_some_and(|caller| {
            self.faults.iter().any(|(_, other)| other.as_ref().is_some_and(|other| other.is_akin(caller)))
        });
        if !seen {
            self.faults.push((now, caller));
        }
        self.faults.len() >= FAULTS
    }

    /// What is wrong with the account, if the operator has not been told in the last minute.
    pub(super) fn alarm(&mut self, now: Timestamp) -> Option<String> {
        let open = self.open.as_ref().filter(|open| open.cause != Cause::Faults)?;
        if self.alarmed_at.is_some_and(|at| at <= now && now.since(at) < ALARM_AGAIN) {
            return None;
        }
        self.alarmed_at = Some(now);
        Some(open.error.clone())
    }
}
