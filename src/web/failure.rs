//! What the page of a form says when a sign-in cannot go on, and with which status.

use std::time::Duration;

use axum::http::StatusCode;

use crate::{
    guard::{
        self,
        breaker::{Cause, Paused},
        destination::Reason,
    },
    verify::VerifyError,
    web::text::Sentence,
};

/// What the form's page says when the provider did not do as asked.
pub struct Failure {
    /// The status of the answer.
    pub status: StatusCode,
    /// What the visitor is told.
    pub sentence: Sentence,
    /// Whether the visitor can mend it in the field.
    pub beside_field: bool,
    /// When it may be tried again, if that is known.
    pub retry_after: Option<Duration>,
}

/// A problem that the visitor can mend in the field.
impl From<Sentence> for Failure {
    fn from(sentence: Sentence) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, sentence, beside_field: true, retry_after: None }
    }
}

/// When a provider that limits us may be asked again.
const BUSY: Duration = Duration::from_secs(30);

/// What a failed request for a code means to the visitor.
pub fn send_failure(error: &VerifyError) -> Failure {
    use VerifyError as E;
    let (status, key, beside_field) = match error {
        E::InvalidNumber(_) => (StatusCode::UNPROCESSABLE_ENTITY, "phone-not-accepted", true),
        E::NotRoutable(_) => (StatusCode::UNPROCESSABLE_ENTITY, "phone-not-routable", true),
        E::Blocked(_) => (StatusCode::UNPROCESSABLE_ENTITY, "phone-blocked", true),
        E::NetworkUnsupported(_) => (StatusCode::UNPROCESSABLE_ENTITY, "phone-unsupported", true),
        E::NotApproved(_) => (StatusCode::UNPROCESSABLE_ENTITY, "phone-not-approved", true),
        E::Throttled(_) => return busy("send-busy"),
        E::Credentials(_)
        | E::Barred(_)
        | E::Forbidden(_)
        | E::Balance(_)
        | E::Parameter(_)
        | E::CustomCode(_)
        | E::SilentAuth(_) => (StatusCode::SERVICE_UNAVAILABLE, "send-unavailable", false),
        E::AlreadyRunning(_)
        | E::Fault(_)
        | E::Unreachable(_)
        | E::NotTheApi(_)
        | E::TimedOut
        | E::Lost(_)
        | E::Unreadable(_)
        | E::Unexpected(_) => (StatusCode::BAD_GATEWAY, "send-fault", false),
    };
    Failure { status, sentence: Sentence::new(key), beside_field, retry_after: None }
}

/// What a failed check means to the visitor: the code itself is not in question.
pub fn check_failure(error: &VerifyError, may_count: bool) -> Failure {
    let (status, key) = match send_failure(error).status {
        _ if may_count => (StatusCode::BAD_GATEWAY, "check-lost"),
        StatusCode::SERVICE_UNAVAILABLE if matches!(error, VerifyError::Throttled(_)) => {
            return busy("check-busy");
        }
        StatusCode::SERVICE_UNAVAILABLE => (StatusCode::SERVICE_UNAVAILABLE, "check-unavailable"),
        _ => (StatusCode::BAD_GATEWAY, "check-fault"),
    };
    Failure { status, sentence: Sentence::new(key), beside_field: false, retry_after: None }
}

fn busy(key: &'static str) -> Failure {
    later(Sentence::new(key).number("seconds", seconds(BUSY)), BUSY)
}

fn later(sentence: Sentence, wait: Duration) -> Failure {
    Failure {
        status: StatusCode::SERVICE_UNAVAILABLE,
        sentence,
        beside_field: false,
        retry_after: Some(wait),
    }
}

/// What a pause means to whoever asks for a code. A fault of the account has no end that could be promised.
pub fn send_paused(paused: &Paused) -> Failure {
    let sentence = match paused.cause {
        Cause::Faults => Sentence::new("send-paused").number("seconds", seconds(paused.wait)),
        Cause::Account => Sentence::new("send-unavailable"),
        Cause::Country => Sentence::new("send-country-unavailable"),
    };
    later(sentence, paused.wait)
}

/// What a pause means to whoever has a code.
pub fn check_paused(paused: &Paused) -> Failure {
    let sentence = match paused.cause {
        Cause::Faults => Sentence::new("check-paused").number("seconds", seconds(paused.wait)),
        Cause::Account | Cause::Country => Sentence::new("check-unavailable"),
    };
    later(sentence, paused.wait)
}

/// What is wrong with a number that no code goes to.
pub fn destination_refused(reason: Reason) -> Sentence {
    Sentence::new(match reason {
        Reason::Country => "phone-country-refused",
        Reason::ExtraCost(_) => "phone-extra-cost",
        Reason::Landline => "phone-landline",
        Reason::Voip => "phone-voip",
        Reason::NoPhone(_) => "phone-not-mobile",
    })
}

/// What is asked for when the guard refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A code.
    Send,
    /// The check of a code.
    Try,
}

/// What a refusal of the guard means to the visitor.
pub fn refused(refused: &guard::RateLimited, asked: Asked) -> Failure {
    let key = match (&refused.cause, asked) {
        (guard::Cause::Limit { limit, .. }, _) => match limit {
            guard::Limit::Number => "limit-number",
            guard::Limit::Address => "limit-address",
            guard::Limit::Prefix | guard::Limit::Total => "limit-all",
        },
        (guard::Cause::Unverified { country: None, .. }, _) => "limit-address",
        (guard::Cause::Unverified { .. }, _) => "limit-unverified",
        (guard::Cause::WrongCodes, Asked::Send) => "wrong-codes-send",
        (guard::Cause::WrongCodes, Asked::Try) => "wrong-codes-try",
        (guard::Cause::Closed, Asked::Send) => "closed-send",
        (guard::Cause::Closed, Asked::Try) => "closed-try",
    };
    let sentence = Sentence::new(key);
    Failure {
        status: StatusCode::TOO_MANY_REQUESTS,
        sentence: refused.wait.map_or(sentence.clone(), |wait| in_time(sentence, wait)),
        beside_field: false,
        retry_after: refused.wait,
    }
}

/// Adds a time to a sentence, in the unit in which people would say it, rounded up.
pub fn in_time(sentence: Sentence, wait: Duration) -> Sentence {
    let seconds = seconds(wait);
    let (unit, length) = match seconds {
        ..=90 => ("seconds", 1),
        91..=5400 => ("minutes", 60),
        _ => ("hours", 3600),
    };
    sentence.number("amount", (seconds + length - 1) / length).text("unit", unit)
}

/// Whole seconds, rounded up: whoever comes back then is not too early.
pub fn seconds(wait: Duration) -> i64 {
    i64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(i64::MAX)
}
