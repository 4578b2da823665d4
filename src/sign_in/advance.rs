//! The moves of a resend: next step, or cancel, pause and start.
//!
//! What this module promises:
//! * One move at a time, by whoever has the row; each is written down before the next, so that any instance goes on
//!   after a restart.
//! * A start that may have sent is never repeated. A next step may be: a request has only one.
//! * It ends: with a message sent, or with the attempt as it was, or as failed.

use std::time::Duration;

use super::{SignIn, SignInError, last_moment};
use crate::{
    attempt::{Attempt, Move, Note, PlannedResend, RequestId, RequestTimes},
    audit::{Event, Line},
    clock::Timestamp,
    verify::{Cancelled, NextStep, VerifyError},
};

/// When a move that came to nothing is tried again.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(5);
/// How often a move is tried.
const MOST_TRIES: i64 = 4;
/// A code that is good for less is not sent.
const SHORTEST: Duration = Duration::from_secs(30);

impl SignIn {
    /// Takes the resends whose next move is due. Others may be at it: each is made by one.
    pub(crate) async fn due_moves(&self, most: i64) -> Result<Vec<Attempt>, SignInError> {
        Ok(self.core.store.claim_moves(self.claim(), most).await?)
    }

    /// Makes the next move of a claimed resend, and all that follow at once.
    pub(crate) async fn advance(&self, attempt: &Attempt) -> Result<(), SignInError> {
        let Some(resend) = attempt.delivery.resend else { return Ok(()) };
        let id = attempt.request_id.as_deref().and_then(RequestId::parse);
        let start = match (resend.next, id) {
            (Move::Start, _) => Some(resend),
            // A request that really runs sends nothing more once its number has left the list: it is cancelled.
            (Move::Next, Some(id)) if attempt.origin.outsider || !self.is_outsider(attempt) => {
                self.take_next_step(attempt, resend, &id).await?
            }
            (Move::Next | Move::Cancel, Some(id)) => self.cancel_first(attempt, resend, &id).await?,
            (Move::Next | Move::Cancel, None) => self.give_up(attempt, 1).await?,
        };
        match start {
            Some(start) => self.start_again(attempt, start).await,
            None => Ok(()),
        }
    }

    /// `Some`: the request is over already, and there must be another.
    async fn take_next_step(
        &self,
        attempt: &Attempt,
        resend: PlannedResend,
        id: &RequestId,
    ) -> Result<Option<PlannedResend>, SignInError> {
        let (phone, id_of) = (attempt.phone.masked(), &attempt.attempt_id);
        // Before: whoever goes on after a crash must know that the step may be taken. And before leave is taken, which the
        // store must not keep from being given back.
        self.core.store.count_move(id_of).await?;
        let permit = match self.leave_for_next_step(attempt) {
            Ok(permit) => permit,
            // That counts anew.
            Err(paused) => return self.try_later(attempt, resend, &paused.to_string()).await,
        };
        let answer = self.next_step(permit, attempt, resend.channel, id).await;
        let now = self.core.clock.now();
        match answer {
            // Nobody of ours took it, so it went out by itself.
            Ok(NextStep::NoneLeft) if resend.tries == 0 => {
                tracing::error!(phone, "a code could not be sent again: the request has no step left");
                self.give_up(attempt, 2).await
            }
            // None left: an earlier answer was lost, and that call did take the step.
            Ok(NextStep::Sent | NextStep::NoneLeft) => {
                let locked_until = self.verify.ends_after_second_step(attempt.delivery.locked_until, now);
                let sent = self.sent(attempt, now, locked_until);
                self.core.store.record_step(id_of, resend.channel, sent).await?;
                self.tell_resent(attempt, resend);
                Ok(None)
            }
            Ok(NextStep::Gone) if resend.tries == 0 => {
                Ok(Some(PlannedResend { next: Move::Start, due: now, tries: 0, ..resend }))
            }
            // An earlier try may have sent the message that was asked for: another one was not.
            Ok(NextStep::Gone) => {
                tracing::warn!(phone, "a code may have been sent again, by a request that is over");
                self.core.store.fail_resend(id_of, now).await?;
                Ok(None)
            }
            Ok(NextStep::TryLater) => self.try_later(attempt, resend, "not yet").await,
            Err(error) if may_pass(&error) => self.try_later(attempt, resend, &error.to_string()).await,
            Err(error) => {
                tracing::error!(phone, "a code could not be sent again: {error}");
                self.give_up(attempt, 1).await
            }
        }
    }

    /// `Some`: the request was over before.
    async fn cancel_first(
        &self,
        attempt: &Attempt,
        resend: PlannedResend,
        id: &RequestId,
    ) -> Result<Option<PlannedResend>, SignInError> {
        let answer = self.cancel_request(&self.verify, attempt, id).await;
        let now = self.core.clock.now();
        let free_at = now + self.verify.facts().lock_after_cancel;
        let start = PlannedResend { next: Move::Start, due: free_at, tries: 0, ..resend };
        match answer {
            Ok(Cancelled::Gone) if resend.tries == 0 => Ok(Some(PlannedResend { due: now, ..start })),
            Ok(Cancelled::Done | Cancelled::Gone) => {
                if !self.core.store.plan_move(&attempt.attempt_id, start, true, last_moment(attempt)).await? {
                    // The visitor cancelled meanwhile: nothing is left to take back.
                    self.core.store.settle_cancel(&attempt.attempt_id, None, free_at).await?;
                }
                self.jobs.notify_waiters();
                Ok(None)
            }
            Ok(Cancelled::TooLate) => self.give_up(attempt, 2).await,
            Ok(refusal) => self.try_later(attempt, resend, &format!("{refusal:?}")).await,
            Err(error) => self.try_later(attempt, resend, &error.to_string()).await,
        }
    }

    async fn start_again(&self, attempt: &Attempt, resend: PlannedResend) -> Result<(), SignInError> {
        let (phone, id_of) = (attempt.phone.masked(), &attempt.attempt_id);
        let claim = self.claim();
        if last_moment(attempt).since(claim.now) < SHORTEST {
            self.tell_limit(&attempt.phone, "resend_too_late", None);
            self.core.store.fail_resend(id_of, claim.now).await?;
            return Ok(());
        }
        if let Err(refused) = self.destinations.check(&attempt.phone, resend.channel) {
            self.tell_limit(&attempt.phone, refused.reason.rule(), None);
            self.core.store.fail_resend(id_of, claim.now).await?;
            return Ok(());
        }
        let mut attempt = attempt.clone();
        attempt.origin.outsider = self.is_outsider(&attempt);
        let attempt = &attempt;
        let steps = self.steps(&attempt.phone, resend.channel);
        let begun = self.sent(attempt, claim.now, claim.now + self.verify.runs_for(steps));
        if !self.core.store.begin_again(attempt, steps, begun, claim).await? {
            return Ok(());
        }
        let answer = match self.request(attempt, steps, false).await? {
            Ok(answer) => answer,
            Err(paused) => return self.start_later(attempt, resend, paused.wait, &paused.to_string()).await,
        };
        let now = self.core.clock.now();
        match answer {
            Ok(id) => {
                let sent = self.sent(attempt, now, now + self.verify.runs_for(steps));
                self.core.store.record_sent(id_of, id.as_str(), sent).await?;
                self.tell_resent(attempt, resend);
                Ok(())
            }
            // The number may stay taken for a while after a cancel.
            Err(error @ VerifyError::AlreadyRunning(_)) => {
                let after = self.verify.facts().lock_after_cancel;
                self.start_later(attempt, resend, after, &error.to_string()).await
            }
            Err(error) if error.may_have_sent() => {
                tracing::warn!(phone, "another code may have been sent: {error}");
                self.core.store.record_doubt(id_of).await?;
                Ok(())
            }
            Err(error) if may_pass(&error) => {
                self.start_later(attempt, resend, TRY_AGAIN_AFTER, &error.to_string()).await
            }
            Err(error) => {
                tracing::error!(phone, "another code could not be sent: {error}");
                self.core.store.fail_resend(id_of, now).await?;
                Ok(())
            }
        }
    }

    fn tell_resent(&self, attempt: &Attempt, resend: PlannedResend) {
        if attempt.origin.outsider {
            return;
        }
        Line::new(Event::CodeResent, &attempt.phone, &self.core.keys)
            .channel(resend.channel.as_str())
            .write();
    }

    /// The start once more, unless it was tried often enough. So far it has sent nothing.
    async fn start_later(
        &self,
        attempt: &Attempt,
        resend: PlannedResend,
        after: Duration,
        why: &str,
    ) -> Result<(), SignInError> {
        let (phone, id_of, now) = (attempt.phone.masked(), &attempt.attempt_id, self.core.clock.now());
        let tries = resend.tries + 1;
        if tries >= MOST_TRIES {
            tracing::error!(phone, "another code could not be sent: {why}");
            self.core.store.fail_resend(id_of, now).await?;
        } else {
            tracing::warn!(phone, "another code is not sent yet: {why}");
            let later = PlannedResend { next: Move::Start, due: now + after, tries, ..resend };
            self.core.store.plan_move(id_of, later, true, last_moment(attempt)).await?;
        }
        Ok(())
    }

    /// The same move once more, unless it was tried often enough.
    async fn try_later(
        &self,
        attempt: &Attempt,
        resend: PlannedResend,
        why: &str,
    ) -> Result<Option<PlannedResend>, SignInError> {
        let phone = attempt.phone.masked();
        if resend.tries + 1 >= MOST_TRIES {
            tracing::error!(phone, "a code could not be sent again: {why}");
            return self.give_up(attempt, 1).await;
        }
        tracing::warn!(phone, "a code is not sent again yet: {why}");
        let later =
            PlannedResend { due: self.core.clock.now() + TRY_AGAIN_AFTER, tries: resend.tries + 1, ..resend };
        self.core.store.plan_move(&attempt.attempt_id, later, false, last_moment(attempt)).await?;
        Ok(None)
    }

    /// The old code is as good as it was. `taken`: how many steps of its request.
    async fn give_up(&self, attempt: &Attempt, taken: i64) -> Result<Option<PlannedResend>, SignInError> {
        let expires_at = self.good_until(attempt, attempt.sent_at);
        let note = Some(Note::NotResent);
        self.core.store.give_up_resend(&attempt.attempt_id, taken, expires_at, note).await?;
        Ok(None)
    }

    /// What is written down of a message sent at `now`.
    pub(super) fn sent(&self, attempt: &Attempt, now: Timestamp, locked_until: Timestamp) -> RequestTimes {
        RequestTimes { sent_at: now, expires_at: self.good_until(attempt, now), locked_until }
    }

    /// When a code's life ends that was sent at `sent_at`: ten minutes after the attempt's first at the latest.
    pub(super) fn good_until(&self, attempt: &Attempt, sent_at: Timestamp) -> Timestamp {
        last_moment(attempt).min(sent_at + self.lifetime)
    }
}

/// Whether asking again may help: the provider was not reached, had no time, or its answer was lost.
fn may_pass(error: &VerifyError) -> bool {
    error.may_have_sent()
        || matches!(
            error,
            VerifyError::Unreachable(_) | VerifyError::NotTheApi(_) | VerifyError::Throttled(_)
        )
}
