//! Asking the provider, and what its answer means for the attempt.

use std::time::Instant;

use super::{DOUBT, Refusal, SignIn, SignInError, Start};
use crate::{
    audit::{Event, Line},
    clock::Timestamp,
    store::{State, Verification},
    verify::{RequestId, VerifyError},
};

impl SignIn {
    /// Asks the provider, once. `repeated`: an earlier answer for this attempt was lost.
    pub(super) async fn ask(&self, attempt: &Verification, repeated: bool) -> Result<Start, SignInError> {
        let (begun, asked_at) = (Instant::now(), self.clock.now());
        match self.request(attempt, attempt.delivery.steps).await {
            Ok(Err(VerifyError::AlreadyRunning(id))) => {
                self.already_running(attempt, id, repeated, begun).await
            }
            Ok(answer) => self.write_down(attempt, answer, asked_at).await,
            Err(paused) => {
                let to = if repeated { State::InDoubt } else { State::Failed };
                self.store.settle(&attempt.attempt_id, State::Starting, to, self.clock.now()).await?;
                Ok(Start::Refused(Refusal::Paused(paused)))
            }
        }
    }

    /// What follows from the provider's answer.
    pub(super) async fn write_down(
        &self,
        attempt: &Verification,
        answer: Result<RequestId, VerifyError>,
        asked_at: Timestamp,
    ) -> Result<Start, SignInError> {
        let now = self.clock.now();
        match answer {
            Ok(id) => {
                let sent = self.sent(attempt, now, now + self.verify.runs_for(attempt.delivery.steps));
                self.store.record_sent(&attempt.attempt_id, id.as_str(), sent).await?;
                let line = Line::new(Event::CodeSent, &attempt.phone, &self.keys);
                line.channel(attempt.delivery.channel.as_str()).country(&attempt.origin.country).write();
                Ok(Start::Sent)
            }
            Err(error) if error.may_have_sent() => {
                self.store.record_doubt(&attempt.attempt_id).await?;
                Line::new(Event::CodeUnclear, &attempt.phone, &self.keys).write();
                let wait = (asked_at + DOUBT).since(now);
                Ok(Start::Refused(Refusal::Lost { wait, error }))
            }
            Err(error) => {
                self.store.settle(&attempt.attempt_id, State::Starting, State::Failed, now).await?;
                Line::new(Event::CodeNotSent, &attempt.phone, &self.keys).write();
                Ok(Start::Refused(Refusal::Provider(error)))
            }
        }
    }
}
