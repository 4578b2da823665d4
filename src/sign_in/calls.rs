//! The calls to the provider: timed and counted, and past the breaker where there is one, here and nowhere else. Those for
//! outsiders stop here.

use std::time::Instant;

use super::{SignIn, SignInError};
use crate::{
    attempt::{Attempt, RequestId},
    channel::{Channel, Channels},
    code::Pin,
    guard::breaker::{Paused, Permit},
    metrics::{Operation, Outcome},
    verify::{Cancelled, Checked, Found, NextStep, VerifyClient, VerifyError},
};

type Answer<T> = Result<T, VerifyError>;

impl SignIn {
    /// One request for a code, unless the provider is left alone. `repeated`: the answer to an earlier one was lost.
    pub(super) async fn request(
        &self,
        attempt: &Attempt,
        steps: Channels,
        repeated: bool,
    ) -> Result<Result<Answer<RequestId>, Paused>, SignInError> {
        if attempt.origin.outsider || self.destinations.allowed.is_limited() {
            // Members and outsiders are answered by the same, as far as there is something to answer by.
            if let Some(paused) = self.breakers.sends.paused(self.core.clock.now(), &attempt.into()) {
                return Ok(Err(paused));
            }
            if let Some(id) = self.taken_by(attempt, false).await? {
                return Ok(Ok(Err(VerifyError::AlreadyRunning(Some(id)))));
            }
        }
        if attempt.origin.outsider {
            return self.pretend_start(attempt, repeated).await.map(Ok);
        }
        let permit = match self.breakers.sends.admit(self.core.clock.now(), attempt.into()) {
            Ok(permit) => permit,
            Err(paused) => return Ok(Err(paused)),
        };
        let answer =
            self.timed(Operation::Start, &self.verify, self.verify.request(&attempt.phone, steps)).await;
        self.breakers.sends.record(permit, self.core.clock.now(), answer.as_ref().err());
        self.count_message(attempt, steps.first(), answer.as_ref().map(|_| true));
        Ok(Ok(answer))
    }

    /// Leave for [`SignIn::next_step`], which an outsider's takes without a permit.
    pub(super) fn leave_for_next_step(&self, attempt: &Attempt) -> Result<Option<Permit>, Paused> {
        let (sends, now) = (&self.breakers.sends, self.core.clock.now());
        if attempt.origin.outsider {
            return sends.paused(now, &attempt.into()).map_or(Ok(None), Err);
        }
        sends.admit(now, attempt.into()).map(Some)
    }

    /// The second step of a request, with a permit of the breaker for sends.
    pub(super) async fn next_step(
        &self,
        permit: Option<Permit>,
        attempt: &Attempt,
        channel: Channel,
        id: &RequestId,
    ) -> Answer<NextStep> {
        let Some(permit) = permit else { return self.pretend_next_step(attempt).await };
        let answer = self.timed(Operation::Next, &self.verify, self.verify.next(id)).await;
        self.breakers.sends.record(permit, self.core.clock.now(), answer.as_ref().err());
        self.count_message(attempt, channel, answer.as_ref().map(|answer| *answer == NextStep::Sent));
        answer
    }

    /// One check of a code, unless the provider is left alone.
    pub(super) async fn check_once(
        &self,
        verify: &VerifyClient,
        attempt: &Attempt,
        id: &RequestId,
        pin: &Pin,
    ) -> Result<Answer<Checked>, Paused> {
        if attempt.origin.outsider {
            return match self.breakers.checks.paused(self.core.clock.now(), &attempt.into()) {
                Some(paused) => Err(paused),
                None => Ok(self.pretend_check(verify, attempt).await),
            };
        }
        let permit = self.breakers.checks.admit(self.core.clock.now(), attempt.into())?;
        let answer = self.timed(Operation::Check, verify, verify.check(id, pin)).await;
        self.note_check(attempt, &answer).await;
        self.breakers.checks.record(permit, self.core.clock.now(), answer.as_ref().err());
        Ok(answer)
    }

    /// Cancels the running request of an attempt.
    pub(crate) async fn cancel_request(
        &self,
        verify: &VerifyClient,
        attempt: &Attempt,
        id: &RequestId,
    ) -> Answer<Cancelled> {
        if attempt.origin.outsider {
            return self.pretend_cancel(verify, attempt).await;
        }
        self.timed(Operation::Cancel, verify, verify.cancel(id)).await
    }

    /// Asks what became of a request, where that can be asked.
    pub(super) async fn search(
        &self,
        verify: &VerifyClient,
        attempt: &Attempt,
        id: &RequestId,
    ) -> Answer<Found> {
        if !verify.facts().can_search {
            return Ok(Found::Unknown);
        }
        if attempt.origin.outsider {
            return self.pretend(Operation::Search, verify).await.map(|()| Found::Unknown);
        }
        self.timed(Operation::Search, verify, verify.search(id)).await
    }

    async fn timed<T>(
        &self,
        operation: Operation,
        verify: &VerifyClient,
        call: impl Future<Output = Answer<T>>,
    ) -> Answer<T> {
        let begun = Instant::now();
        let answer = call.await;
        let (took, error) = (begun.elapsed(), answer.as_ref().err());
        self.core.metrics.answered(operation, took, error.map(VerifyError::kind));
        // What was cut short says nothing of calls that have all their time.
        if !verify.is_shortened() {
            self.answers.note(operation, took, error, self.core.clock.now());
        }
        answer
    }

    fn count_message(&self, attempt: &Attempt, channel: Channel, sent: Result<bool, &VerifyError>) {
        let outcome = match sent {
            Ok(true) => Outcome::Sent,
            Err(error) if error.may_have_sent() => Outcome::Unclear,
            Ok(false) | Err(_) => Outcome::Refused,
        };
        self.core.metrics.message(&attempt.origin.country, channel, outcome);
    }
}
