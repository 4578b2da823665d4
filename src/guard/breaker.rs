//! The circuit breaker: a provider that keeps failing is left alone for a while, and visitors are told at once.
//!
//! What this module promises:
//! * While a breaker is open nobody is called; once its pause is over one visitor's own request is the probe. Nothing
//!   is ever sent, or repeated, for the sake of a probe.
//! * Any answer in the provider's own terms closes it. Every probe that fails doubles the pause, up to a limit.
//! * One number alone cannot open it, where the fault may lie with that number: the faults of a number count once.
//! * A fault of the account is said where it cannot be missed, once a minute however many visitors meet it.
//!
//! Sending and checking have a breaker each: a visitor with a code in hand is not shut out because none can be sent.
//! Every instance finds out for itself; a breaker lives in memory and starts closed.

mod circuit;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use circuit::{Circuit, Failure, News};

use crate::{clock::Timestamp, verify::VerifyError};

/// The breakers of one provider.
#[derive(Debug, Clone)]
pub struct Breakers {
    /// For requests of codes.
    pub sends: Breaker,
    /// For checks of codes.
    pub checks: Breaker,
}

/// One breaker. Clones share its state.
#[derive(Debug, Clone)]
pub struct Breaker {
    circuit: Arc<Mutex<Circuit>>,
    /// What cannot be done while it is open: `SENT`.
    done: &'static str,
}

/// Leave for one call to the provider. It says whether the call is a probe.
#[derive(Debug)]
#[must_use = "a breaker learns nothing from a call that is not recorded"]
pub struct Permit {
    probe: bool,
    number: String,
}

/// The provider is left alone. `Display` is for the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paused {
    /// When to come back.
    pub wait: Duration,
    /// What went wrong.
    pub cause: Cause,
}

/// What opened a breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The provider does not answer as it should; it may at any moment.
    Faults,
    /// The provider refuses our account, until the operator mends it.
    Account,
}

impl Default for Breakers {
    fn default() -> Self {
        Self {
            sends: Breaker::new("SENT", Duration::from_secs(15), Duration::from_mins(2)),
            // A check sends nothing, and the visitor's code runs out meanwhile: the provider is asked again sooner.
            checks: Breaker::new("CHECKED", Duration::from_secs(5), Duration::from_secs(30)),
        }
    }
}

impl Breaker {
    fn new(done: &'static str, first: Duration, longest: Duration) -> Self {
        Self { circuit: Arc::new(Mutex::new(Circuit::new(first, longest))), done }
    }

    /// Whether the provider is left alone now. To be asked before anything is written down for a call.
    pub fn paused(&self, now: Timestamp) -> Option<Paused> {
        let mut circuit = self.lock();
        let paused = circuit.paused(now)?;
        self.sound(&mut circuit, now);
        Some(paused)
    }

    /// Whether it has opened and no good answer has closed it since; its pause may be over.
    pub fn is_open(&self) -> bool {
        self.lock().is_open()
    }

    /// Leave for a call that is made at once; its end goes to [`Breaker::record`]. `number` tells numbers apart, in
    /// whatever form.
    pub fn admit(&self, now: Timestamp, number: &str) -> Result<Permit, Paused> {
        let mut circuit = self.lock();
        let admitted = circuit.admit(now);
        if admitted.is_err() {
            self.sound(&mut circuit, now);
        }
        admitted.map(|probe| Permit { probe, number: number.to_owned() })
    }

    /// How the call ended; `error` if it failed.
    pub fn record(&self, permit: Permit, now: Timestamp, error: Option<&VerifyError>) {
        let Permit { probe, number } = permit;
        let mut circuit = self.lock();
        let failure = error.and_then(|error| failure(error, number));
        let done = self.done.to_lowercase();
        match circuit.record(now, probe, failure) {
            Some(News::Opened { pause, error }) => {
                tracing::error!("the provider fails; no codes are {done} for {}: {error}", Seconds(pause));
            }
            Some(News::Closed) => tracing::info!("the provider answers; codes are {done} again"),
            None => {}
        }
        self.sound(&mut circuit, now);
    }

    /// The operator's alarm, if it is due.
    fn sound(&self, circuit: &mut Circuit, now: Timestamp) {
        if let Some(error) = circuit.alarm(now) {
            tracing::error!("NO CODES CAN BE {}: {error}", self.done);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an error says of the provider's health; `None` if it is an answer like any other.
fn failure(error: &VerifyError, number: String) -> Option<Failure> {
    use VerifyError as E;
    let (cause, at_once, number) = match error {
        E::Credentials(_) | E::Barred(_) | E::Balance(_) => (Cause::Account, true, Some(number)),
        // Of a single number too: what a demo account may send to, or a country that is not enabled.
        E::Forbidden(_) => (Cause::Account, false, Some(number)),
        E::Fault(_) | E::TimedOut | E::Lost(_) | E::Unreadable(_) | E::Unexpected(_) => {
            (Cause::Faults, false, Some(number))
        }
        // The provider never saw the number.
        E::Unreachable(_) => (Cause::Faults, false, None),
        E::AlreadyRunning(_)
        | E::InvalidNumber(_)
        | E::NotRoutable(_)
        | E::Blocked(_)
        | E::NetworkUnsupported(_)
        | E::NotApproved(_)
        | E::Throttled(_)
        | E::Parameter(_)
        | E::CustomCode(_)
        | E::SilentAuth(_) => return None,
    };
    Some(Failure { cause, at_once, number, error: error.to_string() })
}

impl fmt::Display for Paused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.cause {
            Cause::Faults => "it keeps failing",
            Cause::Account => "it refuses the account",
        };
        write!(f, "the provider is left alone for {}, for {why}", Seconds(self.wait))
    }
}

/// A time in whole seconds, rounded up.
struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0.as_millis().div_ceil(1000))
    }
}

#[cfg(test)]
mod tests;
