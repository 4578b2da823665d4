//! What keeps a stranger from spending the operator's money and from guessing codes.
//!
//! Each send is counted by the number, the address, the block of numbers and in all ([`limits`]); sends that nobody
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

pub mod allowed;
pub mod breaker;
pub mod budget;
pub mod destination;
pub mod guessing;
mod judge;
pub mod limits;
mod refused;
pub mod report;
pub mod subject;

use std::{sync::Arc, time::Duration};

pub use judge::Verdict;
pub use limits::{Limits, Rule};
pub use refused::{Cause, Refused};
pub use subject::{Asker, Subject};

use crate::store::{Counting, WrongCodes};

/// How long a browser stays known without signing in again.
pub const KNOWN_FOR: Duration = Duration::from_hours(180 * 24);

/// In how long a number loses one running attempt to another browser, and an address takes one over.
pub const TAKEOVER_SPAN: Duration = Duration::from_hours(1);

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
    /// `LIMIT_NUMBER`
    pub number: Limits,
    /// `LIMIT_ADDRESS`
    pub address: Limits,
    /// `LIMIT_PREFIX`
    pub prefix: Limits,
    /// `LIMIT_TOTAL`
    pub total: Limits,
    /// Whether the unverified-send budget holds.
    pub unverified: bool,
    /// `GUARD_MODE`
    pub mode: Mode,
}

/// The settings and the statements made of them. Clones share them.
#[derive(Debug, Clone)]
pub struct Guard(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    settings: GuardSettings,
    strangers: Counting,
    known: Counting,
    takeovers: Counting,
    wrong_number: WrongCodes,
    wrong_address: WrongCodes,
}

impl Guard {
    /// Prepares what the settings ask to be counted.
    pub fn new(settings: GuardSettings) -> Self {
        let strict = settings.mode == Mode::Enforce;
        let counting = |known: bool| {
            let lines = settings.lines(known).map(|line| (line.place, line.rule.span, line.rule.most));
            Counting::new(&lines.collect::<Vec<_>>(), strict)
        };
        Self(Arc::new(Parts {
            strangers: counting(false),
            known: counting(true),
            // Observed too: what it guards is not the operator's money, but a visitor's code.
            takeovers: Counting::new(&[0, 1].map(|key| (key, TAKEOVER_SPAN, 1)), true),
            wrong_number: guessing::of_number(),
            wrong_address: guessing::of_address(),
            settings,
        }))
    }

    /// As they were given.
    pub fn settings(&self) -> &GuardSettings {
        &self.0.settings
    }

    /// How a send is counted by the limits.
    pub fn counting(&self, known: bool) -> &Counting {
        if known { &self.0.known } else { &self.0.strangers }
    }

    /// How takeovers of other browsers' attempts are counted: one in an hour for each number and for each address.
    pub fn takeovers(&self) -> &Counting {
        &self.0.takeovers
    }

    /// How wrong codes for a number are counted.
    pub fn wrong_number(&self) -> &WrongCodes {
        &self.0.wrong_number
    }

    /// How wrong codes from an address are counted.
    pub fn wrong_address(&self) -> &WrongCodes {
        &self.0.wrong_address
    }

    /// Whether a refusal is only logged.
    pub fn lets_pass(&self, refused: &Refused) -> bool {
        self.0.settings.mode == Mode::Observe && refused.cause.can_be_observed()
    }
}

/// One rule of one limit, and the place of its key.
struct Line {
    limit: &'static str,
    place: usize,
    rule: Rule,
}

impl GuardSettings {
    /// The rules that hold for a send, in the order of their keys.
    fn lines(&self, known: bool) -> impl Iterator<Item = Line> {
        let total = if known { subject::KNOWN_TOTAL } else { subject::TOTAL };
        let limits = [
            ("LIMIT_ADDRESS", subject::ADDRESS, Some(&self.address)),
            ("LIMIT_NUMBER", subject::NUMBER, Some(&self.number)),
            ("LIMIT_PREFIX", subject::PREFIX, Some(&self.prefix).filter(|_| !known)),
            ("LIMIT_TOTAL", total, Some(&self.total)),
        ];
        limits.into_iter().flat_map(|(limit, place, limits)| {
            limits.map(Limits::rules).unwrap_or_default().iter().map(move |rule| Line {
                limit,
                place,
                rule: *rule,
            })
        })
    }
}
