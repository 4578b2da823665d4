//! A refusal: why, of what, and until when.

use std::{fmt, net::IpAddr, time::Duration};

use super::{limit::Limit, rates::Rate, subject::Subject};
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
        /// Which.
        limit: Limit,
        /// The rate of it that is full for longest.
        rate: Rate,
    },
    /// The unverified-send budget of a country or, if there is none, of the address.
    Unverified {
        /// Whose budget it is.
        country: Option<String>,
        /// The window that is full.
        rate: Rate,
    },
    /// The wait after wrong codes.
    WrongCodes,
    /// Too many wrong codes in a row.
    Closed,
}

impl Cause {
    /// What metrics call it: the name of its setting, if it has one.
    pub(crate) fn rule(&self) -> &'static str {
        match self {
            Self::Limit { limit, .. } => limit.setting(),
            Self::Unverified { .. } => "LIMIT_UNVERIFIED",
            Self::WrongCodes => "wrong_codes",
            Self::Closed => "closed",
        }
    }

    /// Whether `GUARD_MODE=observe` lets it pass.
    pub(super) fn can_be_observed(&self) -> bool {
        !matches!(self, Self::WrongCodes | Self::Closed)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limit { rate, .. } => write!(f, "{} {rate}", self.rule()),
            Self::Unverified { country: Some(country), rate } => {
                write!(f, "{} {rate} of {country}", self.rule())
            }
            Self::Unverified { country: None, rate } => write!(f, "{} {rate} of the address", self.rule()),
            Self::WrongCodes => f.write_str("wrong codes"),
            Self::Closed => f.write_str("closed after wrong codes; see phonegate unlock"),
        }
    }
}

/// A send or a try that was turned down: one line in the log, one sentence for the visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimited {
    /// What refused.
    pub cause: Cause,
    /// When to come back; nothing if time does not help.
    pub wait: Option<Duration>,
    again: Option<Timestamp>,
    phone: PhoneNumber,
    country: String,
    address: IpAddr,
}

impl RateLimited {
    /// Without a `wait` there is no telling when it will be otherwise.
    pub(crate) fn new(subject: &Subject, cause: Cause, wait: Option<Duration>, now: Timestamp) -> Self {
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
    pub(crate) fn log(&self, keys: &Keys, passed: bool) {
        let event = if passed { Event::WouldRefuse } else { Event::Refused };
        let line = Line::new(event, &self.phone, keys).at(self.address).country(&self.country);
        line.limit(&self.cause, self.again).because(&self.cause).write();
    }
}

impl fmt::Display for RateLimited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}
