//! The calls to the provider: timed and counted, and past the breaker where there is one, here and nowhere else.

use std::time::Instant;

use super::SignIn;
use crate::{
    channel::{Channel, Channels},
    guard::breaker::{Paused, Permit},
    metrics::{Operation, Outcome},
    pin::Pin,
    store::Verification,
    verify::{Cancelled, Checked, Found, NextStep, RequestId, VerifyClient, VerifyError},
};

type Answer<T> = Result<T, VerifyError>;

impl SignIn {
    /// One request for a code, unless the provider is left alone.
    pub(super) async fn request(
        &self,
        attempt: &Verification,
        steps: Channels,
    ) -> Result<Answer<RequestId>, Paused> {
        let permit = self.breakers.sends.admit(self.clock.now(), attempt.into())?;
        let answer = self.timed(Operation::Start, self.verify.request(&attempt.phone, steps)).await;
        self.breakers.sends.record(permit, self.clock.now(), answer.as_ref().err());
        self.count_message(attempt, steps.first(), answer.as_ref().map(|_| true));
        Ok(answer)
    }

    /// The second step of a request, with a permit of the breaker for sends.
    pub(super) async fn next_step(
        &self,
        permit: Permit,
        attempt: &Verification,
        channel: Channel,
        id: &RequestId,
    ) -> Answer<NextStep> {
        let answer = self.timed(Operation::Next, self.verify.next(id)).await;
        self.breakers.sends.record(permit, self.clock.now(), answer.as_ref().err());
        self.count_message(attempt, channel, answer.as_ref().map(|answer| *answer == NextStep::Sent));
        answer
    }

    /// One check of a code, unless the provider is left alone.
    pub(super) async fn check_once(
        &self,
        verify: &VerifyClient,
        attempt: &Verification,
        id: &RequestId,
        pin: &Pin,
    ) -> Result<Answer<Checked>, Paused> {
        let permit = self.breakers.checks.admit(self.clock.now(), attempt.into())?;
        let answer = self.timed(Operation::Check, verify.check(id, pin)).await;
        self.breakers.checks.record(permit, self.clock.now(), answer.as_ref().err());
        Ok(answer)
    }

    /// Cancels a running request.
    pub(crate) async fn cancel_request(&self, verify: &VerifyClient, id: &RequestId) -> Answer<Cancelled> {
        self.timed(Operation::Cancel, verify.cancel(id)).await
    }

    /// Asks what became of a request, where that can be asked.
    pub(super) async fn search(&self, verify: &VerifyClient, id: &RequestId) -> Answer<Found> {
        if !verify.can_search() {
            return Ok(Found::Unknown);
        }
        self.timed(Operation::Search, verify.search(id)).await
    }

    async fn timed<T>(&self, operation: Operation, call: impl Future<Output = Answer<T>>) -> Answer<T> {
        let begun = Instant::now();
        let answer = call.await;
        self.metrics.answered(operation, begun.elapsed(), answer.as_ref().err().map(VerifyError::kind));
        answer
    }

    fn count_message(&self, attempt: &Verification, channel: Channel, sent: Result<bool, &VerifyError>) {
        let outcome = match sent {
            Ok(true) => Outcome::Sent,
            Err(error) if error.may_have_sent() => Outcome::Unclear,
            Ok(false) | Err(_) => Outcome::Refused,
        };
        self.metrics.message(&attempt.origin.country, channel, outcome);
    }
}
