//! Why a form led to nothing, as its page says it.

use std::{net::IpAddr, time::Duration};

use axum::http::StatusCode;

use super::{Failure, Line, Text, seconds};
use crate::{
    causes::chain,
    code::PinError,
    guard::{
        self, Limit, RateLimited,
        breaker::{self, Paused},
        destination::{Excluded, Reason},
    },
    phone::PhoneError,
    sign_in::{NoResend, Offer, Refusal},
    verify::VerifyError,
    web::text::Sentence,
};

/// When a provider that limits us may be asked again.
const BUSY: Duration = Duration::from_secs(30);

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// A code.
    Send,
    /// The check of a code.
    Check,
}

impl From<PhoneError> for Failure {
    fn from(error: PhoneError) -> Self {
        Self::problem(match error {
            PhoneError::Empty => "phone-empty",
            PhoneError::BadCharacter => "phone-bad-character",
            PhoneError::NoCountryCode => "phone-no-country-code",
            PhoneError::UnknownCountryCode => "phone-unknown-country-code",
            PhoneError::TooShort => "phone-too-short",
            PhoneError::TooLong => "phone-too-long",
            PhoneError::Invalid => "phone-invalid",
            PhoneError::Fictional => "phone-fictional",
            PhoneError::Extension => "phone-extension",
        })
    }
}

impl From<PinError> for Failure {
    fn from(error: PinError) -> Self {
        match error {
            PinError::Empty => Self::problem("pin-empty"),
            PinError::NotDigits => Self::problem("pin-not-digits"),
            PinError::Length { expected } => {
                Self::problem(Sentence::new("pin-length").number("expected", expected.into()))
            }
        }
    }
}

impl Failure {
    /// Something that the visitor can mend in the field.
    fn problem(sentence: impl Into<Sentence>) -> Self {
        let sentence = sentence.into();
        let alert = Self::alert(StatusCode::UNPROCESSABLE_ENTITY, sentence.clone());
        Self { text: Text::Problem(sentence), ..alert }
    }

    fn alert(status: StatusCode, sentence: impl Into<Sentence>) -> Self {
        let sentence = sentence.into();
        let line = Line::of(status, format!("told the visitor {}", sentence.key));
        Self { status, text: Text::Alert(sentence), retry_after: None, line }
    }

    /// An alert that ends with the time to wait, in words.
    fn wait(status: StatusCode, key: &'static str, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..Self::alert(status, in_time(key, wait)) }
    }

    /// The same for texts that count seconds.
    fn unavailable(key: &'static str, wait: Duration) -> Self {
        let sentence = Sentence::new(key).number("seconds", seconds(wait));
        Self { retry_after: Some(wait), ..Self::alert(StatusCode::SERVICE_UNAVAILABLE, sentence) }
    }

    /// The browser did not keep the cookie of the first page.
    pub(crate) fn cookies_needed() -> Self {
        Self::alert(StatusCode::UNPROCESSABLE_ENTITY, "send-cookies")
    }

    /// No code was sent, as far as is known.
    pub(crate) fn not_sent(refusal: Refusal, address: IpAddr) -> Self {
        const LATER: StatusCode = StatusCode::TOO_MANY_REQUESTS;
        match refusal {
            Refusal::Lost { wait, error } => {
                Self::wait(StatusCode::BAD_GATEWAY, "send-in-doubt", wait).because_of(&error)
            }
            Refusal::InDoubt { wait } => Self::wait(LATER, "send-in-doubt", wait),
            Refusal::Running { wait } => Self::wait(LATER, "send-running", wait),
            Refusal::Ending { wait } => Self::wait(LATER, "send-ending", wait),
            Refusal::Provider(error) => {
                let failure = match blame(&error) {
                    Blame::Number(key) => Self::problem(key),
                    Blame::Load => Self::unavailable("send-busy", BUSY),
                    Blame::Account => Self::alert(StatusCode::SERVICE_UNAVAILABLE, "send-unavailable"),
                    Blame::Provider => Self::alert(StatusCode::BAD_GATEWAY, "send-fault"),
                };
                failure.because_of(&error)
            }
            Refusal::Destination(refused) => Self::destination(refused, address),
            Refusal::Paused(paused) => Self::paused(paused, Operation::Send),
            Refusal::Guard(refused) => Self::rate_limited(refused, Operation::Send),
        }
    }

    /// The provider could not say whether a code is right. `may_count`: it may have counted the try.
    pub(crate) fn not_checked(error: &VerifyError, may_count: bool) -> Self {
        let failure = match blame(error) {
            _ if may_count => Self::alert(StatusCode::BAD_GATEWAY, "check-lost"),
            Blame::Load => Self::unavailable("check-busy", BUSY),
            Blame::Account => Self::alert(StatusCode::SERVICE_UNAVAILABLE, "check-unavailable"),
            Blame::Number(_) | Blame::Provider => Self::alert(StatusCode::BAD_GATEWAY, "check-fault"),
        };
        failure.because_of(error)
    }

    fn because_of(self, error: &VerifyError) -> Self {
        let text = chain(error);
        // The visitor is told to use another phone; whether the account should reach this one is for the operator.
        let line = if self.status.is_server_error() { Line::Failed(text) } else { Line::Warning(text) };
        Self { line, ..self }
    }

    fn destination(refused: Excluded, address: IpAddr) -> Self {
        let failure = Self::problem(match refused.reason {
            Reason::Country => "phone-country-refused",
            Reason::ExtraCost(_) => "phone-extra-cost",
            Reason::Landline => "phone-landline",
            Reason::Voip => "phone-voip",
            Reason::NoPhone(_) => "phone-not-mobile",
        });
        Self { line: Line::Destination(refused.into(), address), ..failure }
    }

    /// The provider is left alone. A fault of the account has no end that could be promised.
    pub(crate) fn paused(paused: Paused, operation: Operation) -> Self {
        use breaker::Cause as C;
        let key = match (paused.cause, operation) {
            (C::Faults, Operation::Send) => "send-paused",
            (C::Account, Operation::Send) => "send-unavailable",
            (C::Country, Operation::Send) => "send-country-unavailable",
            (C::Faults, Operation::Check) => "check-paused",
            (C::Account | C::Country, Operation::Check) => "check-unavailable",
        };
        Self { line: Line::Paused(paused), ..Self::unavailable(key, paused.wait) }
    }

    /// A limit, the budget or the wait after wrong codes.
    pub(crate) fn rate_limited(refused: RateLimited, operation: Operation) -> Self {
        use guard::Cause as C;
        let key = match (&refused.cause, operation) {
            (C::Limit { limit, .. }, _) => match limit {
                Limit::Number => "limit-number",
                Limit::Address => "limit-address",
                Limit::Prefix | Limit::Total => "limit-all",
            },
            (C::Unverified { country: None, .. }, _) => "limit-address",
            (C::Unverified { .. }, _) => "limit-unverified",
            (C::WrongCodes, Operation::Send) => "wrong-codes-send",
            (C::WrongCodes, Operation::Check) => "wrong-codes-try",
            (C::Closed, Operation::Send) => "closed-send",
            (C::Closed, Operation::Check) => "closed-try",
        };
        let failure = match refused.wait {
            Some(wait) => Self::wait(StatusCode::TOO_MANY_REQUESTS, key, wait),
            None => Self::alert(StatusCode::TOO_MANY_REQUESTS, key),
        };
        Self { line: Line::RateLimited(refused.into()), ..failure }
    }

    /// The code was wrong: so many tries are left, if that is known, and the next one may have to wait.
    pub(crate) fn wrong_code(left: Option<i64>, wait: Duration) -> Self {
        if !wait.is_zero() {
            return Self { retry_after: Some(wait), ..Self::problem(in_time("pin-wrong-wait", wait)) };
        }
        match left {
            Some(left) => Self::problem(Sentence::new("pin-wrong").number("left", left)),
            None => Self::problem("pin-wrong-again"),
        }
    }

    /// The code has not been sent yet.
    pub(crate) fn not_yet() -> Self {
        Self::problem("pin-not-yet")
    }

    /// A further message cannot be had now.
    pub(crate) fn not_resent(offer: Offer) -> Self {
        let (key, wait) = match offer {
            Offer::After { wait, .. } => ("resend-wait", wait),
            Offer::Nothing { why: NoResend::BothOut, wait } => ("resend-both-out", wait),
            Offer::Nothing { why: NoResend::UsedUp, wait } => ("resend-used-up", wait),
            Offer::Nothing { why: NoResend::TooLate, wait } => ("resend-too-late", wait),
        };
        Self::wait(StatusCode::TOO_MANY_REQUESTS, key, wait)
    }

    pub(crate) fn no_such_channel() -> Self {
        Self::alert(StatusCode::UNPROCESSABLE_ENTITY, "resend-no-such-channel")
    }

    /// The form is of another attempt than the current one, whose page tells it.
    pub(crate) fn other_attempt() -> Self {
        Self::alert(StatusCode::CONFLICT, "form-other-attempt")
    }

    /// The same where the form had a code in it.
    pub(crate) fn code_of_other_attempt() -> Self {
        Self::alert(StatusCode::CONFLICT, "check-other-attempt")
    }
}

/// With whom it lies that the provider did not do as asked.
enum Blame {
    /// The number: this is what is wrong with it.
    Number(&'static str),
    /// We ask for too much at once.
    Load,
    Account,
    Provider,
}

fn blame(error: &VerifyError) -> Blame {
    use VerifyError as E;
    match error {
        E::InvalidNumber(_) => Blame::Number("phone-not-accepted"),
        E::NotRoutable(_) => Blame::Number("phone-not-routable"),
        E::Blocked(_) => Blame::Number("phone-blocked"),
        E::NetworkUnsupported(_) => Blame::Number("phone-unsupported"),
        E::NotApproved(_) => Blame::Number("phone-not-approved"),
        E::Throttled(_) => Blame::Load,
        E::Credentials(_)
        | E::Barred(_)
        | E::Forbidden(_)
        | E::Balance(_)
        | E::Parameter(_)
        | E::CustomCode(_)
        | E::SilentAuth(_) => Blame::Account,
        E::AlreadyRunning(_)
        | E::Fault(_)
        | E::Unreachable(_)
        | E::NotTheApi(_)
        | E::TimedOut
        | E::Lost(_)
        | E::Unreadable(_)
        | E::Unexpected(_) => Blame::Provider,
    }
}

/// A sentence with a time in it, in the unit in which people would say it, rounded up.
fn in_time(key: &'static str, wait: Duration) -> Sentence {
    let seconds = seconds(wait);
    let (unit, length) = match seconds {
        ..=90 => ("seconds", 1),
        91..=5400 => ("minutes", 60),
        _ => ("hours", 3600),
    };
    Sentence::new(key).number("amount", (seconds + length - 1) / length).text("unit", unit)
}
