//! What the guard counts, and under which keys.
//!
//! Numbers and addresses are counted under keyed hashes. Countries and blocks of numbers name nobody and stay readable, so
//! that an operator sees where an attack goes. The words are those of rows that are there already: they stay as they are.

use std::fmt;

use super::subject::Subject;
use crate::{
    attempt::{Attempt, Origin},
    phone::PhoneNumber,
    store::CounterKey,
};

/// What has it in common is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The network that asks.
    Address,
    /// The number that the code goes to.
    Number,
    /// Its calling code and four digits.
    Prefix,
    /// Its country.
    Country,
    /// Everything.
    Total,
}

/// A kind of counter. `known`: of browsers that the number has signed in with, which are counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each says what it counts")]
pub enum Kind {
    Sends { by: By, known: bool },
    WrongCodes { by: By, known: bool },
    Unverified(By),
    Verified(By),
    Reserve(By),
    Takeovers(By),
    Undelivered,
}

impl Kind {
    pub(crate) const WRONG_ADDRESS: Self = Self::WrongCodes { by: By::Address, known: false };
    pub(crate) const WRONG_TOTAL: Self = Self::WrongCodes { by: By::Total, known: false };

    /// Of wrong codes for a number.
    pub const fn wrong_number(known: bool) -> Self {
        Self::WrongCodes { by: By::Number, known }
    }

    const fn by(self) -> By {
        match self {
            Self::Sends { by, .. }
            | Self::WrongCodes { by, .. }
            | Self::Unverified(by)
            | Self::Verified(by)
            | Self::Reserve(by)
            | Self::Takeovers(by) => by,
            Self::Undelivered => By::Total,
        }
    }

    /// In how many shares it is kept: what every send counts in would be one row that all wait for. Of what only jobs count in,
    /// many at once, a few will do.
    pub(crate) const fn shares(self) -> i64 {
        match self {
            Self::Sends { by: By::Total, .. } => 64,
            Self::WrongCodes { by: By::Total, .. } | Self::Undelivered => 16,
            Self::Unverified(By::Country) => 4,
            _ => 1,
        }
    }

    /// The key of whoever is meant: the hash of an address or a number, a prefix, a country.
    pub fn of(self, whose: &str) -> CounterKey {
        // As much of a hash as tells numbers apart: 128 bits. There are many counters.
        let short = whose.get(..22).unwrap_or(whose);
        let words = match self.by() {
            By::Address | By::Number => format!("{self} {short}"),
            By::Prefix | By::Country => format!("{self} {whose}"),
            By::Total => self.to_string(),
        };
        CounterKey::new(words).in_shares(self.shares())
    }

    /// The key of what is counted by days, counted from 1970-01-01 UTC.
    pub(crate) fn of_day(self, whose: &str, day: i64) -> CounterKey {
        CounterKey::new(format!("{} {day}", self.of(whose).as_str()))
    }
}

/// As keys begin.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (known, what) = match self {
            Self::Sends { known, .. } => (*known, ""),
            Self::WrongCodes { known, .. } => (*known, "wrong "),
            Self::Unverified(_) => (false, "unverified "),
            Self::Verified(_) => (false, "verified "),
            Self::Reserve(_) => (false, "reserve "),
            Self::Takeovers(_) => (false, "takeover "),
            Self::Undelivered => (false, "undelivered "),
        };
        let by = match self.by() {
            By::Address => "address",
            By::Number => "number",
            By::Prefix => "prefix",
            By::Country => "country",
            By::Total => "total",
        };
        write!(f, "{}{what}{by}", if known { "known " } else { "" })
    }
}

/// Whose counters can be told.
pub trait Counted {
    /// The number, its hash, and whence the code was asked for.
    fn parts(&self) -> (&PhoneNumber, &str, &Origin);

    /// What it is counted under.
    fn whose(&self, by: By) -> &str {
        let (phone, phone_hash, origin) = self.parts();
        match by {
            By::Address => &origin.address_hash,
            By::Number => phone_hash,
            By::Prefix => phone.prefix(),
            By::Country => &origin.country,
            By::Total => "",
        }
    }

    /// The key of its counters of a kind.
    fn key(&self, kind: Kind) -> CounterKey {
        kind.of(self.whose(kind.by()))
    }
}

impl Counted for Subject {
    fn parts(&self) -> (&PhoneNumber, &str, &Origin) {
        (&self.phone, &self.phone_hash, &self.origin)
    }
}

impl Counted for Attempt {
    fn parts(&self) -> (&PhoneNumber, &str, &Origin) {
        (&self.phone, &self.phone_hash, &self.origin)
    }
}

/// What wrong codes for a number are counted under: those of strangers, those of known browsers.
pub(crate) fn wrong_codes(phone_hash: &str) -> [CounterKey; 2] {
    [false, true].map(|known| Kind::wrong_number(known).of(phone_hash))
}

/// All that a number is counted under.
pub fn of_number(phone_hash: &str) -> [CounterKey; 5] {
    let sends = |known| Kind::Sends { by: By::Number, known };
    let wrong = Kind::wrong_number;
    [sends(false), sends(true), wrong(false), wrong(true), Kind::Takeovers(By::Number)]
        .map(|kind| kind.of(phone_hash))
}
