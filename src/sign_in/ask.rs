//! Asking the provider, and what its answer means for the attempt.

use std::time::Instant;

use super::{DOUBT, Refusal, SignIn, SignInError, Start};
use crate::{
    attempt::{Attempt, RequestId, State},
    audit::{Event, Line},
    clock::Timestamp,
    verify::VerifyError,
};

impl SignIn {
    /// Asks the provider, once. `repeated`: an earlier answer for this attempt was lost.
    pub(super) async fn ask(&self, attempt: &Attempt, repeated: bool) -> Result<Start, SignInError> {
        let (begun, asked_at) = (Instant::now(), self.core.clock.now());
        match self.request(attempt, attempt.delivery.steps, repeated).await? {
            Ok(Err(VerifyError::AlreadyRunning(id))) => {
                self.already_running(attempt, id, repeated, begun).await
            }
            Ok(answer) => self.write_down(attempt, answer, asked_at).await,
            Err(paused) => {
                let to = if repeated { State::InDoubt } else { State::Failed };
                self.core
                    .store
                    .settle(&attempt.attempt_id, State::Starting, to, self.core.clock.now())
                    .await?;
                Ok(Start::Refused(Refusal::Paused(paused)))
            }
        }
    }

    /// What follows from the provider's answer.
    pub(super) async fn write_down(
        &self,
        attempt: &Attempt,
        answer: Result<RequestId, VerifyError>,
        asked_at: Timestamp,
    ) -> Result<Start, SignInError> {
        let now = self.core.clock.now();
        match answer {
            Ok(id) => {
                let sent = self.sent(attempt, now, now + self.verify.runs_for(attempt.delivery.steps));
                self.core.store.record_sent(&attempt.attempt_id, id.as_str(), sent).await?;
                self.tell(Event::CodeSent, attempt);
                Ok(Start::Sent)
            }
            Err(error) if error.may_have_sent() => {
                self.core.store.record_doubt(&attempt.attempt_id).await?;
                self.tell(Event::CodeUnclear, attempt);
                let wait = (asked_at + DOUBT).since(now);
                Ok(Start::Refused(Refusal::Lost { wait, error }))
            }
            Err(error) => {
                self.core.store.settle(&attempt.attempt_id, State::Starting, State::Failed, now).await?;
                self.tell(Event::CodeNotSent, attempt);
                Ok(Start::Refused(Refusal::Provider(error)))
            }
        }
    }

    /// Of an outsider's message it is told elsewhere that none goes out.
    pub(super) fn tell(&self, event: Event, attempt: &Attempt) {
        if !attempt.origin.outsider {
            let line = Line::new(event, &attempt.phone, &self.core.keys);
            line.channel(attempt.delivery.channel.as_str()).country(&attempt.origin.country).write();
        }
    }
}
