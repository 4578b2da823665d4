//! A refusal: why, of what, and until when.

use std::{net::IpAddr, time::Duration};

use super::{limit::Limit, rates::Rate, subject::Subject};
use crate::{
    audit::{Event, Line},
    clock::Timestamp,
    keys::Keys,
    phone::PhoneNumber,
};

/// What refused. `Display` is for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Cause {
    /// The rate is the one that is full for longest.
    #[error("{} {rate}", limit.setting())]
    Limit { limit: Limit, rate: Rate },
    /// The budget of a country or, if there is none, of the address.
    #[error("LIMIT_UNVERIFIED {rate} of {}", country.as_deref().unwrap_or("the address"))]
    Unverified { country: Option<String>, rate: Rate },
    /// The wait after them.
    #[error("wrong codes")]
    WrongCodes,
    #[error("closed after wrong codes; see phonegate unlock")]
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

/// A send or a try that was turned down: one line in the log, one sentence for the visitor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cause}")]
pub struct RateLimited {
    pub(crate) cause: Cause,
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
            country: subject.origin.country.clone(),
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
