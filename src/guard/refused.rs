//! A refusal: why, of what, and until when.

use std::{fmt, net::IpAddr, time::Duration};

use super::{Rule, Subject};
use crate::{
    audit::{Event, Line},
    clock::Timestamp,
    keys::Keys,
    phone::PhoneNumber,
};

/// What refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A limit is reached.
    Limit {
        /// Its setting.
        name: &'static str,
        /// The rule of it that is full for longest.
        rule: Rule,
    },
    /// The unverified-send budget of a country or, if there is none, of the address.
    Unverified {
        /// Whose budget it is.
        country: Option<String>,
        /// The window that is full.
        rule: Rule,
    },
    /// The wait after wrong codes.
    WrongCodes,
    /// Too many wrong codes in a row.
    Closed,
}

impl Cause {
    /// The rule behind it, in one of few words: the name of its setting, if it has one.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Limit { name, .. } => name,
            Self::Unverified { .. } => "LIMIT_UNVERIFIED",
            Self::WrongCodes => "wrong_codes",
            Self::Closed => "closed",
        }
    }

    /// Whether `GUARD_MODE=observe` lets it pass.
    pub fn can_be_observed(&self) -> bool {
        !matches!(self, Self::WrongCodes | Self::Closed)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limit { name, rule } => write!(f, "{name} {rule}"),
            Self::Unverified { country: Some(country), rule } => {
                write!(f, "LIMIT_UNVERIFIED {rule} of {country}")
            }
            Self::Unverified { country: None, rule } => write!(f, "LIMIT_UNVERIFIED {rule} of the address"),
            Self::WrongCodes => f.write_str("wrong codes"),
            Self::Closed => f.write_str("closed after wrong codes; see phonegate unlock"),
        }
    }
}

/// A send or a try that was turned down: one line in the log, one sentence for the visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What refused.
    pub cause: Cause,
    /// When to come back; nothing if time does not help.
    pub wait: Option<Duration>,
    again: Option<Timestamp>,
    phone: PhoneNumber,
    country: String,
    address: IpAddr,
}

impl Refused {
    /// Without a `wait` there is no telling when it will be otherwise.
    pub fn new(subject: &Subject, cause: Cause, wait: Option<Duration>, now: Timestamp) -> Self {
        Self {
            cause,
            wait,
            again: wait.map(|wait| now + wait),
            phone: subject.phone.clone(),
            country: subject.country.clone(),
            address: subject.address,
        }
    }

    /// Says so in the log. `passed`: it was only observed.
    pub fn log(&self, keys: &Keys, passed: bool) {
        let event = if passed { Event::WouldRefuse } else { Event::Refused };
        let line = Line::new(event, &self.phone, keys).at(self.address).country(&self.country);
        line.limit(&self.cause, self.again).because(&self.cause).write();
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}
