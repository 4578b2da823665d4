//! What keeps a stranger from spending the operator's money and from guessing codes.
//!
//! Each send is counted by the number, the address, the block of numbers and in all ([`limit`]); sends that nobody
//! verifies use up a budget of their country and address ([`budget`]); wrong codes make the number and the address
//! wait ([`guessing`]). A browser that a number has signed in with before is counted apart, so that a stranger who
//! uses up or guesses at a number does not shut its owner out.
//!
//! Before all that, a code goes only where the operator means codes to go ([`destination`], [`allowed`]); whence a
//! visitor comes is told by `web/client_address.rs`, also behind proxies; and a provider that fails is left alone ([`breaker`]).
//!
//! What this module promises:
//! * Decisions are functions of counters, settings and time. The store has the last word where two sends race for
//!   the same room: both cannot be the last one.
//! * A refusal says when to come back, sends nothing and is logged once.
//! * In [`Mode::Observe`] limits and the budget only log what they would have refused. The rules for wrong codes and for
//!   takeovers always hold.
//! * Neither a stranger's sends nor its wrong codes keep a browser out that the number has signed in with: that one gets
//!   codes by counters of its own, has a stranger's running code for its own, and opens a closed number by signing in.
//!
//! What remains:
//! * Someone who guesses at one number has 100 tries before it is closed to strangers: with codes of six digits, 1 in
//!   10,000. Each sign-in of the owner gives 100 tries anew; the limit of 20 sends a day, of three tries each, is then
//!   what holds: a whole year of it is right with a chance of 1 in 46, and warned of each time that the number closes.
//! * Someone who guesses at many numbers pays a send for each three tries. 5,000 sends a day would let them into one
//!   account in two months or so; the budget ends it far sooner, unless a good part of them are verified.
//! * Robots that type the codes they pay for look like visitors, up to the limits. Robots at new addresses share the
//!   reserve with new visitors from the same country, who then may have to come back another day; an IPv6 network of
//!   many /64 is many addresses. Known browsers get in.
//! * An owner without a known browser can be kept out: by whoever uses up the number's limit, holds the number by
//!   asking for codes to it again and again, or closes it with wrong ones.
//! * A send is not known to be unverified before its lifetime is over; until then only the limits hold.

pub(crate) mod allowed;
pub(crate) mod breaker;
pub(crate) mod budget;
pub(crate) mod destination;
pub(crate) mod guessing;
mod judge;
pub(crate) mod key;
mod limit;
mod rate_limited;
mod rates;
pub(crate) mod report;
pub(crate) mod subject;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

pub(crate) use judge::Decision;
#[cfg(test)]
pub(crate) use judge::watched;
pub use key::{By, Counted, Kind};
pub use limit::Limit;
pub(crate) use rate_limited::Cause;
pub(crate) use rate_limited::RateLimited;
pub(crate) use rates::Rate;
pub use rates::Rates;
pub use subject::{Asker, Subject};

use crate::{
    attempt::Attempt,
    store::{Count, Counting},
};

/// How long a browser stays known without signing in again.
pub const KNOWN_FOR: Duration = Duration::from_hours(180 * 24);

const TAKEOVER_RATE: Rate = Rate { most: 1, span: Duration::from_hours(1) };
/// What takeovers are counted by.
pub(crate) const TAKEOVERS: [Kind; 2] = [Kind::Takeovers(By::Address), Kind::Takeovers(By::Number)];

/// What the limits and the budget do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// They refuse.
    Enforce,
    /// They log what they would refuse, and let it pass.
    Observe,
}

/// What an operator can set.
#[derive(Debug, Clone)]
pub struct GuardSettings {
    /// `LIMIT_NUMBER` and its like; one that is missing is off.
    pub limits: BTreeMap<Limit, Rates>,
    /// `LIMIT_UNVERIFIED`: whether the unverified-send budget holds.
    pub unverified: bool,
    /// `GUARD_MODE`
    pub mode: Mode,
}

impl GuardSettings {
    /// The limits that hold for a send: each kind of counter, and how much it takes, in the order in which they are counted.
    fn rates(&self, known: bool) -> impl Iterator<Item = (Limit, Kind, Rate)> {
        self.limits.iter().flat_map(move |(limit, rates)| {
            let kind = limit.kind(known);
            kind.into_iter().flat_map(move |kind| rates.iter().map(move |rate| (*limit, kind, rate)))
        })
    }
}

/// The settings and the statements made of them. Clones share them.
#[derive(Debug, Clone)]
pub struct Guard(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    settings: GuardSettings,
    strangers: Counting<Kind>,
    known: Counting<Kind>,
    takeovers: Counting<Kind>,
}

impl Guard {
    /// Prepares what the settings ask to be counted.
    pub fn new(settings: GuardSettings) -> Self {
        let strict = settings.mode == Mode::Enforce;
        let counting = |known: bool| {
            let quotas: Vec<_> = settings.rates(known).map(|(_, kind, rate)| rate.of(kind)).collect();
            Counting::new(&quotas, &judge::watched(known), strict, Kind::shares)
        };
        let takeovers = TAKEOVERS.map(|kind| TAKEOVER_RATE.of(kind));
        Self(Arc::new(Parts {
            strangers: counting(false),
            known: counting(true),
            // Observed too: what it guards is not the operator's money, but a visitor's code.
            takeovers: Counting::new(&takeovers, &[], true, Kind::shares),
            settings,
        }))
    }

    /// How a send is counted by the limits.
    pub fn send(&self, subject: &Subject) -> Count<'_> {
        let counting = if subject.origin.known { &self.0.known } else { &self.0.strangers };
        counting.of(&subject.phone_hash, |kind| subject.key(kind))
    }

    /// How it is counted that an attempt takes a number over from another browser's: one in an hour for each number and for
    /// each address.
    pub(crate) fn takeover(&self, attempt: &Attempt) -> Count<'_> {
        self.0.takeovers.of(&attempt.phone_hash, |kind| attempt.key(kind))
    }

    /// Whether a refusal is only logged.
    pub(crate) fn lets_pass(&self, limited: &RateLimited) -> bool {
        self.0.settings.mode == Mode::Observe && limited.cause.can_be_observed()
    }
}
