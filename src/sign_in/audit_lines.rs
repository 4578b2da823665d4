//! Refusals that only a visitor would hear of otherwise: one audit line each.
//!
//! What the guard and the rules for destinations refuse has its line where the answer is made, and so does what the provider
//! was asked for and did not do.

use std::time::Duration;

use super::{
    Check, Refusal, SignIn,
    resend::{NoResend, Offer, Resend},
};
use crate::{
    attempt::Attempt,
    audit::{Event, Line},
    phone::PhoneNumber,
};

impl SignIn {
    /// Of a start.
    pub(super) fn tell_refusal(&self, phone: &PhoneNumber, refusal: &Refusal) {
        match refusal {
            Refusal::InDoubt { wait } => self.tell_limit(phone, "in_doubt", Some(*wait)),
            Refusal::Running { wait } => self.tell_limit(phone, "running", Some(*wait)),
            Refusal::Ending { wait } => self.tell_limit(phone, "ending", Some(*wait)),
            Refusal::Paused(paused) => self.tell_limit(phone, "provider_paused", Some(paused.wait)),
            Refusal::Lost { .. } | Refusal::Provider(_) | Refusal::Destination(_) | Refusal::Guard(_) => {}
        }
    }

    /// Of another message.
    pub(super) fn tell_no_resend(&self, phone: &PhoneNumber, answer: &Resend) {
        let (limit, wait) = match answer {
            Resend::NotNow(Offer::After { wait, .. }) => ("resend_too_soon", wait),
            Resend::NotNow(Offer::Nothing { why, wait }) => match why {
                NoResend::BothOut => ("resend_both_out", wait),
                NoResend::UsedUp => ("resend_used_up", wait),
                NoResend::TooLate => ("resend_too_late", wait),
            },
            Resend::Refused(refusal) => return self.tell_refusal(phone, refusal),
            Resend::UnderWay | Resend::NoSuchChannel | Resend::OtherAttempt | Resend::NoAttempt => return,
        };
        self.tell_limit(phone, limit, Some(*wait));
    }

    /// Of a check that brought no answer.
    pub(super) fn tell_unchecked(&self, attempt: &Attempt, check: &Check) {
        match check {
            Check::Unchecked { may_count: true, .. } => {
                self.tell_failed(attempt, "the answer was lost, and the code may have been right");
            }
            Check::Unchecked { .. } => self.tell_failed(attempt, "the provider could not check the code"),
            Check::Paused(paused) => self.tell_limit(&attempt.phone, "provider_paused", Some(paused.wait)),
            _ => {}
        }
    }

    pub(super) fn tell_failed(&self, attempt: &Attempt, why: &str) {
        Line::new(Event::SignInFailed, &attempt.phone, &self.core.keys).because(why).write();
    }

    pub(super) fn tell_limit(&self, phone: &PhoneNumber, limit: &str, wait: Option<Duration>) {
        let again = wait.map(|wait| self.core.clock.now() + wait);
        Line::new(Event::Refused, phone, &self.core.keys).limit(limit, again).write();
    }
}
