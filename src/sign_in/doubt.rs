//! A check whose answer was lost: it may have used up a try, or been right.
//!
//! Where the provider can be searched it is asked what became of the request. Else the check is made once more, and if the request is gone then,
//! nobody can tell whether the first one was right.

use std::time::Instant;

use super::SignIn;
use crate::{
    attempt::{Attempt, RequestId},
    code::Pin,
    guard::breaker::Paused,
    verify::{Checked, Found, VerifyClient, VerifyError},
};

/// What is known after asking about a code.
pub(super) enum CodeAnswer {
    Right,
    /// Each time that it was asked about may have used up a try.
    Wrong {
        tries: i64,
    },
    TooMany,
    /// The request is over; `unclear`: and the code may have been right.
    Gone {
        unclear: bool,
    },
    NotYet,
    /// `may_count`: the check may have been made all the same.
    Nothing {
        error: VerifyError,
        may_count: bool,
    },
    /// The provider is left alone for a while: nobody was called.
    Paused(Paused),
}

impl CodeAnswer {
    /// After so many calls.
    fn new(checked: Checked, calls: i64) -> Self {
        match checked {
            Checked::Right => Self::Right,
            Checked::Wrong => Self::Wrong { tries: calls },
            Checked::TooMany => Self::TooMany,
            Checked::Gone => Self::Gone { unclear: calls > 1 },
            Checked::NotYet => Self::NotYet,
        }
    }
}

impl SignIn {
    /// Asks about a code, and does not leave it at a lost answer.
    pub(super) async fn ask_about_code(
        &self,
        attempt: &Attempt,
        id: &RequestId,
        pin: &Pin,
        pin_hash: &str,
    ) -> CodeAnswer {
        let begun = Instant::now();
        let answer = match self.check_once(&self.verify, attempt, id, pin).await {
            Ok(answer) => answer,
            Err(paused) => return CodeAnswer::Paused(paused),
        };
        match answer {
            Ok(Checked::Gone) if attempt.delivery.unanswered.is_some() => {
                let same = attempt.delivery.unanswered.as_deref() == Some(pin_hash);
                match self.search(&self.verify_since(begun), attempt, id).await {
                    Ok(Found::Success) if same => CodeAnswer::Right,
                    _ => CodeAnswer::Gone { unclear: true },
                }
            }
            Ok(checked) => CodeAnswer::new(checked, 1),
            Err(error) if error.may_have_sent() => {
                let verify = self.verify_since(begun);
                self.after_lost_answer(&verify, attempt, id, (pin, pin_hash), error).await
            }
            Err(error) => CodeAnswer::Nothing { error, may_count: false },
        }
    }

    async fn after_lost_answer(
        &self,
        verify: &VerifyClient,
        attempt: &Attempt,
        id: &RequestId,
        (pin, pin_hash): (&Pin, &str),
        error: VerifyError,
    ) -> CodeAnswer {
        if !verify.facts().can_search {
            return match self.check_once(verify, attempt, id, pin).await {
                Ok(Ok(checked)) => CodeAnswer::new(checked, 2),
                Ok(Err(error)) => CodeAnswer::Nothing { error, may_count: true },
                Err(_paused) => CodeAnswer::Nothing { error, may_count: true },
            };
        }
        // The answer to an earlier check was lost too: it may be that one which was right.
        let other = attempt.delivery.unanswered.as_deref().is_some_and(|earlier| earlier != pin_hash);
        match self.search(verify, attempt, id).await {
            Ok(Found::Success) if other => CodeAnswer::Gone { unclear: true },
            Ok(Found::Success) => CodeAnswer::Right,
            Ok(Found::Failed) => CodeAnswer::TooMany,
            Ok(Found::Expired | Found::Cancelled) => CodeAnswer::Gone { unclear: false },
            // It may have been wrong. And what has just ended may not be found yet.
            Ok(Found::InProgress | Found::Unknown) | Err(_) => CodeAnswer::Nothing { error, may_count: true },
        }
    }
}
