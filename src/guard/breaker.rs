//! The circuit breaker: a provider that keeps failing is left alone for a while, and visitors are told at once.
//!
//! What this module promises:
//! * While a breaker is open nobody is called; once its pause is over one visitor's own request is the probe. Nothing
//!   is ever sent, or repeated, for the sake of a probe.
//! * Any answer in the provider's own terms closes it. Every probe that fails doubles the pause, up to a limit.
//! * One number alone cannot open it, nor one address, where the fault may lie with them: faults count once for each
//!   number and once for each address.
//! * The probe is not theirs who met a failure, by number or address: they are asked to wait for twice the pause. Then one
//!   of them is let through, lest it stay open where nobody else comes, and what becomes of that holds nobody else up.
//! * What the account may not do for one country (403) counts against that country alone, by the same rules.
//! * A fault of the account is said where it cannot be missed, once a minute however many visitors meet it.
//!
//! Sending and checking have a breaker each: a visitor with a code in hand is not shut out because none can be sent.
//! Every instance finds out for itself; a breaker lives in memory and starts closed.

mod circuit;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use circuit::{Circuit, Failure, Leave, News};

use super::key::{By, Counted};
use crate::{clock::Timestamp, verify::VerifyError};

/// The breakers of one provider.
#[derive(Debug, Clone)]
pub(crate) struct Breakers {
    pub(crate) sends: Breaker,
    pub(crate) checks: Breaker,
}

/// One breaker, for all countries together and for each. Clones share its state.
#[derive(Debug, Clone)]
pub(crate) struct Breaker {
    circuits: Arc<Mutex<Circuits>>,
    /// What cannot be done while it is open: `SENT`.
    done: &'static str,
}

#[derive(Debug)]
struct Circuits {
    all: Circuit,
    /// Of those countries alone that failed lately.
    countries: HashMap<String, Circuit>,
}

/// On whose behalf the provider is called: what tells numbers and addresses apart, in whatever form, and the country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    number: String,
    address: String,
    country: String,
}

impl Caller {
    /// Whether both may stand for one visitor.
    fn is_akin(&self, other: &Self) -> bool {
        self.number == other.number || self.address == other.address
    }
}

impl<C: Counted> From<&C> for Caller {
    fn from(visitor: &C) -> Self {
        let whose = |by| visitor.whose(by).to_owned();
        Self { number: whose(By::Number), address: whose(By::Address), country: whose(By::Country) }
    }
}

/// Leave for one call to the provider. It says what hangs on the call.
#[derive(Debug)]
#[must_use = "a breaker learns nothing from a call that is not recorded"]
pub(crate) struct Permit {
    all: Leave,
    country: Leave,
    caller: Caller,
}

/// The provider is left alone. `Display` is for the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the provider is left alone for {} s, for {cause}", seconds(*wait))]
pub struct Paused {
    /// When to come back.
    pub(crate) wait: Duration,
    /// What went wrong.
    pub cause: Cause,
}

/// What opened a breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// The provider does not answer as it should; it may at any moment.
    #[error("it keeps failing")]
    Faults,
    /// The provider refuses our account, until the operator mends it.
    #[error("it refuses the account")]
    Account,
    /// The provider refuses our account one country.
    #[error("it refuses the account this country")]
    Country,
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

impl Circuits {
    /// Whether the provider is left alone, with all or with the caller's country.
    fn paused(&mut self, now: Timestamp, caller: &Caller) -> Option<Paused> {
        let country = self.countries.get_mut(&caller.country);
        let country = country.and_then(|country| country.paused(now, caller));
        self.all.paused(now, caller).or(country)
    }

    /// The circuit of a country, from now on.
    fn of(&mut self, country: &str) -> &mut Circuit {
        self.countries.entry(country.to_owned()).or_insert_with(|| Circuit::new(self.all.pauses))
    }
}

impl Breaker {
    fn new(done: &'static str, first: Duration, longest: Duration) -> Self {
        let circuits = Circuits { all: Circuit::new((first, longest)), countries: HashMap::new() };
        Self { circuits: Arc::new(Mutex::new(circuits)), done }
    }

    /// Whether the provider is left alone now. To be asked before anything is written down for a call.
    pub(crate) fn paused(&self, now: Timestamp, caller: &Caller) -> Option<Paused> {
        let mut circuits = self.lock();
        let paused = circuits.paused(now, caller)?;
        self.sound(&mut circuits, now, caller);
        Some(paused)
    }

    /// Whether it has opened and no good answer has closed it since; its pause may be over.
    pub(crate) fn is_open(&self) -> bool {
        self.lock().all.is_open()
    }

    /// The countries for which it has opened, and for which nothing has closed it since, as many as were asked for lately.
    pub(crate) fn open_countries(&self, now: Timestamp) -> usize {
        let mut circuits = self.lock();
        circuits.countries.retain(|_, circuit| !circuit.is_over(now));
        circuits.countries.values().filter(|circuit| circuit.is_open()).count()
    }

    /// Leave for a call that is made at once; its end goes to [`Breaker::record`].
    pub(crate) fn admit(&self, now: Timestamp, caller: Caller) -> Result<Permit, Paused> {
        let mut circuits = self.lock();
        // Both have to agree before either gives its one probe away.
        if let Some(paused) = circuits.paused(now, &caller) {
            self.sound(&mut circuits, now, &caller);
            return Err(paused);
        }
        let all = circuits.all.admit(now, &caller)?;
        let country = match circuits.countries.get_mut(&caller.country) {
            Some(country) => country.admit(now, &caller)?,
            None => Leave::Plain,
        };
        Ok(Permit { all, country, caller })
    }

    /// How the call ended; `error` if it failed.
    pub(crate) fn record(&self, permit: Permit, now: Timestamp, error: Option<&VerifyError>) {
        let Permit { all, country: leave, caller } = permit;
        let mut circuits = self.lock();
        circuits.countries.retain(|_, circuit| !circuit.is_over(now));
        let failure = error.and_then(|error| failure(error, &caller));
        let forbidden = error.filter(|error| matches!(error, VerifyError::Forbidden(_)));
        let of_country = forbidden.map(|error| Failure {
            cause: Cause::Country,
            at_once: false,
            caller: Some(caller.clone()),
            error: error.to_string(),
        });
        let done = self.done.to_lowercase();
        // Countries that never failed have no circuit.
        if failure.is_none()
            && (of_country.is_some() || circuits.countries.contains_key(&caller.country))
            && circuits.of(&caller.country).record(now, leave, of_country) == Some(News::Closed)
        {
            tracing::info!("the provider answers; codes are {done} to {} again", caller.country);
        }
        match circuits.all.record(now, all, failure) {
            Some(News::Opened { pause, error }) => {
                tracing::error!("the provider fails; no codes are {done} for {} s: {error}", seconds(pause));
            }
            Some(News::Closed) => tracing::info!("the provider answers; codes are {done} again"),
            None => {}
        }
        self.sound(&mut circuits, now, &caller);
    }

    /// The operator's alarm, if it is due.
    fn sound(&self, circuits: &mut Circuits, now: Timestamp, caller: &Caller) {
        if let Some(error) = circuits.all.alarm(now) {
            tracing::error!("NO CODES CAN BE {}: {error}", self.done);
        }
        let country = circuits.countries.get_mut(&caller.country);
        if let Some(error) = country.and_then(|country| country.alarm(now)) {
            tracing::error!("NO CODES CAN BE {} TO {}: {error}", self.done, caller.country);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Circuits> {
        self.circuits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an error says of the provider's health; `None` if it is an answer like any other.
fn failure(error: &VerifyError, caller: &Caller) -> Option<Failure> {
    use VerifyError as E;
    let theirs = || Some(caller.clone());
    let (cause, at_once, caller) = match error {
        E::Credentials(_) | E::Barred(_) | E::Balance(_) => (Cause::Account, true, theirs()),
        E::Fault(_) | E::TimedOut | E::Lost(_) | E::Unreadable(_) | E::NotTheApi(_) | E::Unexpected(_) => {
            (Cause::Faults, false, theirs())
        }
        // The provider never saw the number.
        E::Unreachable(_) => (Cause::Faults, false, None),
        // Of a country, or of a single number.
        E::Forbidden(_)
        | E::AlreadyRunning(_)
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
    Some(Failure { cause, at_once, caller, error: error.to_string() })
}

/// Rounded up.
fn seconds(time: Duration) -> u128 {
    time.as_millis().div_ceil(1000)
}

#[cfg(test)]
mod tests;
