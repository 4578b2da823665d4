//! Checking a code.

use std::time::Duration;

use tracing::Instrument;

use super::{
    LOOKS, SignIn, SignInError,
    doubt::CodeAnswer,
    form_match::{Ending, FormMatch, match_form},
    queue::Turn,
};
use crate::{
    attempt::{Attempt, RequestId, State},
    audit::asked_from,
    code::Pin,
    guard::{Asker, Counted, Kind, RateLimited, Subject, breaker::Paused, subject},
    hooks::Deny,
    keys::Token,
    store::{ClaimedCheck, CounterKey, Device, TryCount, WrongCode},
    verify::VerifyError,
};

/// How the check of a code ended. All of these are ordinary: a page answers each.
#[derive(Debug)]
pub enum Check {
    /// The code was right.
    SignedIn {
        /// What the browser holds from now on.
        tokens: Tokens,
        /// Where the visitor wanted to go.
        return_to: Option<String>,
    },
    /// The code was right, and the app around us does not let the visitor in.
    Denied {
        /// Why not.
        deny: Deny,
        /// Where the visitor wanted to go.
        return_to: Option<String>,
    },
    /// The code was wrong.
    Wrong {
        /// How many tries are left, if that is known.
        left: Option<i64>,
        /// How long before the next.
        wait: Duration,
    },
    /// The step that runs takes no code yet.
    NotYet,
    /// Another message is on its way, and this code may no longer work: nobody was asked.
    Resending,
    /// The request is over.
    Ended {
        /// Why.
        ending: Ending,
        /// Where its visitor wanted to go.
        return_to: Option<String>,
    },
    /// The form belongs to another attempt than the browser's current one.
    OtherAttempt,
    /// Cancelled: by the visitor, in another tab, or for another browser.
    Cancelled {
        /// Somebody asked for a code to the same number there.
        taken_over: bool,
        /// Where its visitor wanted to go.
        return_to: Option<String>,
    },
    /// The browser has nothing under way.
    NoAttempt,
    /// The provider could not say.
    Unchecked {
        /// Why not.
        error: VerifyError,
        /// It may have counted a try, or have accepted the code.
        may_count: bool,
    },
    /// The provider is left alone for a while: nobody was called.
    Paused(Paused),
    /// Too many wrong codes: nobody was called and the try is not used up.
    Refused(RateLimited),
}

/// The tokens of a browser that has signed in. Nobody had any of them before.
#[derive(Debug)]
pub struct Tokens {
    /// Opens the session.
    pub(crate) session: Token,
    /// Takes the place of the token that its attempt belonged to.
    pub(crate) browser: Token,
    /// By which the guard knows the browser of this number again.
    pub(crate) known: Token,
    /// The same of other numbers, which it had before.
    pub(crate) known_to_others: Vec<Token>,
}

/// What a visitor posted.
pub(super) struct Form {
    pub(super) browser: Token,
    pub(super) pin: Pin,
    pub(super) asker: Asker,
    pub(super) device: Device,
}

impl SignIn {
    /// Checks `pin` for the attempt that `browser` has under way and its form names.
    ///
    /// `device` is what the session will be known by to its owner.
    pub async fn check(
        &self,
        browser: &Token,
        request_id: &str,
        pin: Pin,
        asker: Asker,
        device: Device,
    ) -> Result<Check, SignInError> {
        let (this, request_id) = (self.clone(), request_id.to_owned());
        let address = asker.address;
        let form = Form { browser: browser.clone(), pin, asker, device };
        // A success must be stored even if the visitor does not wait for it.
        let task = async move { this.check_as(&form, &request_id).await };
        self.tasks.spawn(asked_from(address, task).in_current_span()).await?
    }

    async fn check_as(&self, form: &Form, request_id: &str) -> Result<Check, SignInError> {
        let browser_hash = form.browser.hash();
        let address = subject::address_hash(&self.core.keys, form.asker.address);
        let address = Kind::WRONG_ADDRESS.of(&address);
        let turn = self.queues.turn(&browser_hash, request_id).await?;
        let checked = self.check_in_turn(&turn, form, &browser_hash, request_id, &address).await;
        turn.end(checked)
    }

    async fn check_in_turn(
        &self,
        turn: &Turn,
        form: &Form,
        browser_hash: &str,
        request_id: &str,
        address: &CounterKey,
    ) -> Result<Check, SignInError> {
        for _ in 0..LOOKS {
            let (claim, counts_as) = (self.claim(), self.counting_try(form));
            let claimed =
                self.core.store.claim_check(browser_hash, request_id, claim, address, counts_as).await?;
            if let Some(ClaimedCheck { attempt, counted }) = claimed {
                return self.try_code(form, &attempt, counted).await;
            }
            let attempts = self.core.store.attempts_of_browser(browser_hash).await?;
            let return_to = attempts.first().and_then(|current| current.return_to.clone());
            match match_form(&attempts, request_id, self.core.clock.now()) {
                FormMatch::Busy(attempt) => {
                    let subject = Subject::of_try(&self.core.keys, attempt, form.asker.address);
                    if let Some(limited) = self.limited_try(&subject, Kind::WRONG_ADDRESS).await? {
                        return Ok(Check::Refused(limited));
                    }
                    turn.pause().await?;
                }
                FormMatch::JustVerified(attempt) => return self.again(form, attempt).await,
                FormMatch::Denied(deny) => return Ok(Check::Denied { deny, return_to }),
                FormMatch::Ended(ending) => return Ok(Check::Ended { ending, return_to }),
                FormMatch::Resending => return Ok(Check::Resending),
                FormMatch::OtherAttempt => return Ok(Check::OtherAttempt),
                FormMatch::Cancelled { taken_over } => return Ok(Check::Cancelled { taken_over, return_to }),
                FormMatch::NoAttempt => return Ok(Check::NoAttempt),
            }
        }
        Err(SignInError::Stuck)
    }

    /// Whether the code of a form is tried, and as what it is counted before.
    fn counting_try(&self, form: &Form) -> impl Fn(&Attempt) -> Option<WrongCode> + Send + Sync + 'static {
        let (this, pin, address) = (self.clone(), form.pin.clone(), form.asker.address);
        move |attempt| {
            // The same wrong code once more has its answer: a reload, or another click that waited.
            let answered =
                attempt.pin_hash.as_ref() == Some(&this.core.keys.pin(&attempt.attempt_id, pin.as_str()));
            let tried = !answered && !this.left_the_list(attempt);
            tried.then(|| Self::counts_as(&Subject::of_try(&this.core.keys, attempt, address)))
        }
    }

    /// One that is out, of a number that was on the list when it was asked for.
    fn left_the_list(&self, attempt: &Attempt) -> bool {
        !attempt.origin.outsider && self.is_outsider(attempt)
    }

    /// Tries the code of a form for an attempt that it has to itself.
    async fn try_code(
        &self,
        form: &Form,
        attempt: &Attempt,
        counted: TryCount,
    ) -> Result<Check, SignInError> {
        let pin_hash = self.core.keys.pin(&attempt.attempt_id, form.pin.as_str());
        let subject = Subject::of_try(&self.core.keys, attempt, form.asker.address);
        let count = match counted {
            TryCount::AsThe(count) => count,
            TryCount::Full => {
                self.release(attempt).await?;
                return Ok(Check::Refused(self.not_counted(&subject).await?));
            }
            TryCount::Nothing if attempt.pin_hash.as_ref() == Some(&pin_hash) => {
                self.release(attempt).await?;
                let left = self.verify.facts().tries_left(attempt.wrong_codes);
                return Ok(Check::Wrong { left, wait: Duration::ZERO });
            }
            TryCount::Nothing => {
                self.drop_attempt(attempt, self.core.clock.now()).await?;
                self.tell_failed(attempt, "the number is not in ALLOWED_NUMBERS any more");
                return Ok(Check::NoAttempt);
            }
        };
        match self.judge_code(form, attempt, &pin_hash).await? {
            check @ (Check::SignedIn { .. } | Check::Denied { .. }) => Ok(check),
            Check::Wrong { left, .. } => {
                let wait = self.after_wrong_code(&subject, count).await?;
                Ok(Check::Wrong { left, wait })
            }
            check @ Check::Ended { ending: Ending::TooMany, .. } => {
                self.after_wrong_code(&subject, count).await?;
                Ok(check)
            }
            check => {
                self.tell_unchecked(attempt, &check);
                self.core
                    .store
                    .uncount_wrong_code(&subject.key(Kind::wrong_number(subject.origin.known)))
                    .await?;
                Ok(check)
            }
        }
    }

    async fn judge_code(&self, form: &Form, attempt: &Attempt, pin_hash: &str) -> Result<Check, SignInError> {
        let Some(id) = attempt.request_id.as_deref().and_then(RequestId::parse) else {
            return Ok(Check::NoAttempt);
        };
        let phone = attempt.phone.masked();
        tracing::Span::current().record("phone", &phone);
        let told = self.ask_about_code(attempt, &id, &form.pin, pin_hash).await;
        Ok(match told {
            CodeAnswer::Right => return self.open_session(form, attempt, pin_hash).await,
            CodeAnswer::Wrong { tries } => {
                self.core.store.count_wrong(&attempt.attempt_id, pin_hash, tries).await?;
                let left = self.verify.facts().tries_left(attempt.wrong_codes + tries);
                Check::Wrong { left, wait: Duration::ZERO }
            }
            CodeAnswer::TooMany => {
                return self.end_attempt(attempt, State::Failed, Ending::TooMany).await;
            }
            CodeAnswer::Gone { unclear } => {
                tracing::info!(phone, "the provider does not know request {} any more", id.short());
                let ending = if unclear { Ending::Unclear } else { Ending::Expired };
                return self.end_attempt(attempt, State::Expired, ending).await;
            }
            CodeAnswer::NotYet => {
                tracing::error!(phone, "a check in a step that takes no code: a mistake of ours");
                self.release(attempt).await?;
                Check::NotYet
            }
            CodeAnswer::Paused(paused) => {
                self.release(attempt).await?;
                Check::Paused(paused)
            }
            CodeAnswer::Nothing { error, may_count } => {
                if may_count {
                    self.core.store.record_unanswered(&attempt.attempt_id, pin_hash).await?;
                } else {
                    self.release(attempt).await?;
                }
                Check::Unchecked { error, may_count }
            }
        })
    }

    async fn end_attempt(&self, attempt: &Attempt, to: State, ending: Ending) -> Result<Check, SignInError> {
        self.core.store.settle(&attempt.attempt_id, State::Sent, to, self.core.clock.now()).await?;
        let why = if ending == Ending::TooMany {
            "too many wrong codes"
        } else {
            "the provider does not know it any more"
        };
        self.tell_failed(attempt, why);
        Ok(Check::Ended { ending, return_to: attempt.return_to.clone() })
    }
}
