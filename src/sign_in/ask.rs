//! Asking the provider, and what its answer means for the attempt.

use super::{CLAIM, DOUBT, LOCK_LINGERS, Refusal, SignIn, SignInError, Start};
use crate::{
    channel::Channels,
    store::{State, Verification},
    verify::{RequestId, VerifyError},
};

/// Whether the provider has been told that the visitor cancelled, or said itself that the request is over. Its lock on
/// the number may linger all the same.
fn is_over_upstream(attempt: &Verification) -> bool {
    attempt.state == State::Expired || (attempt.state == State::Cancelled && attempt.cancel_at.is_none())
}

impl SignIn {
    /// Asks the provider, once. `repeated`: an earlier answer for this attempt was lost.
    pub(super) async fn ask(&self, attempt: &Verification, repeated: bool) -> Result<Start, SignInError> {
        let now = self.clock.now();
        let settle = |to| self.store.settle(&attempt.attempt_id, State::Starting, to, now);
        let permit = match self.breakers.sends.admit(now, &attempt.phone_hash) {
            Ok(permit) => permit,
            Err(paused) => {
                settle(if repeated { State::InDoubt } else { State::Failed }).await?;
                return Ok(Start::Refused(Refusal::Paused(paused)));
            }
        };
        let answer = self.verify.request(&attempt.phone, Channels::only(self.channels.first())).await;
        self.breakers.sends.record(permit, self.clock.now(), answer.as_ref().err());
        match answer {
            Ok(id) => {
                let expires_at = now + self.lifetime;
                self.store.record_sent(&attempt.attempt_id, id.as_str(), now, expires_at).await?;
                tracing::info!(phone = attempt.phone.masked(), "code sent");
                Ok(Start::Sent)
            }
            Err(VerifyError::AlreadyRunning(id)) => self.already_running(attempt, id, repeated).await,
            Err(error) if error.may_have_sent() => {
                settle(State::InDoubt).await?;
                Ok(Start::Refused(Refusal::Lost { wait: DOUBT, error }))
            }
            Err(error) => {
                settle(State::Failed).await?;
                Ok(Start::Refused(Refusal::Provider(error)))
            }
        }
    }

    /// The provider has one running for this number: ours after all, or somebody else's.
    ///
    /// The provider's lock covers the number for the whole API key, so an id from a refusal is taken up only if our
    /// own rows show that this browser asked for it.
    async fn already_running(
        &self,
        attempt: &Verification,
        id: Option<RequestId>,
        repeated: bool,
    ) -> Result<Start, SignInError> {
        let now = self.clock.now();
        let attempts = self.store.attempts_to_phone(&attempt.phone_hash, now).await?;
        let mut others = attempts.iter().filter(|other| other.attempt_id != attempt.attempt_id);
        let known = match &id {
            Some(id) => others.find(|other| other.request_id.as_deref() == Some(id.as_str())),
            None => others.find(|other| !matches!(other.state, State::Verified | State::Failed)),
        };
        match (known, &id) {
            (Some(other), _) if is_over_upstream(other) => {
                self.store.settle(&attempt.attempt_id, State::Starting, State::Failed, now).await?;
                Ok(Start::Refused(Refusal::Running { wait: LOCK_LINGERS }))
            }
            (Some(other), _) if other.browser_hash == attempt.browser_hash => {
                let resumed = self.store.reattach(&attempt.attempt_id, &other.attempt_id, now).await?;
                let wait = CLAIM;
                Ok(if resumed { Start::Resumed } else { Start::Refused(Refusal::Running { wait }) })
            }
            (None, Some(id)) if repeated => {
                let (sent_at, expires_at) = (attempt.sent_at, attempt.expires_at);
                self.store.record_sent(&attempt.attempt_id, id.as_str(), sent_at, expires_at).await?;
                Ok(Start::Resumed)
            }
            (other, _) => {
                let to = if repeated { State::InDoubt } else { State::Failed };
                self.store.settle(&attempt.attempt_id, State::Starting, to, now).await?;
                let ends = other.unwrap_or(attempt).expires_at;
                Ok(Start::Refused(Refusal::Running { wait: ends.since(now) }))
            }
        }
    }
}
