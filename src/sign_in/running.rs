//! A start that was refused because a verification to the number runs already: ours after all, or somebody else's.
//!
//! The provider's lock covers the number for the whole API key, so an id from a refusal is taken up only if our own rows
//! show that this browser asked for it; and only a request that is in our rows is ever cancelled for another browser.

use std::time::Duration;

use super::{DOUBT, PAUSE, Refusal, SignIn, SignInError, Start, TAKE_OVER_AFTER};
use crate::{
    clock::Timestamp,
    store::{Sent, State, Verification},
    verify::{Cancelled, RequestId, VerifyError},
};

/// What to do about a refusal.
#[derive(Debug)]
pub(super) enum Holder<'a> {
    /// This browser's, still good.
    Ours(&'a Verification),
    /// The one whose answer was lost.
    Lost(RequestId),
    /// Another browser's: to be cancelled for us.
    TakeOver(&'a Verification),
    /// Another browser's that is too young for that, or that the provider does not let go of.
    Theirs { wait: Duration },
    /// Over for us, not yet for the provider.
    Ending { wait: Duration },
    /// The one whose answer was lost, and the provider does not name it.
    LostTrack { wait: Duration },
}

/// Decides by `attempt`, which was refused, the id that the refusal names, and all attempts to the number.
/// `repeated`: an earlier answer for this attempt was lost.
pub(super) fn holder<'a>(
    attempt: &Verification,
    id: Option<&RequestId>,
    repeated: bool,
    attempts: &'a [Verification],
    now: Timestamp,
) -> Holder<'a> {
    let all = || attempts.iter().filter(|other| other.attempt_id != attempt.attempt_id);
    let others = || all().filter(|other| may_run(other, now));
    let named = id.and_then(|id| all().find(|other| other.request_id.as_deref() == Some(id.as_str())));
    let mine = |other: &&Verification| other.browser_hash == attempt.browser_hash;
    let holder = match (named, id) {
        (Some(named), _) => Some(named),
        (None, Some(_)) => others().find(|other| other.request_id.is_none()),
        (None, None) => others().find(mine).or_else(|| others().next()),
    };
    let wait = |until: Timestamp| until.since(now).max(Duration::from_secs(1));
    match (holder, id) {
        (None, Some(id)) if repeated => Holder::Lost(id.clone()),
        (None, None) if repeated => Holder::LostTrack { wait: wait(attempt.delivery.locked_until) },
        (None, _) => Holder::Theirs { wait: wait(attempt.expires_at) },
        // Over by all that we know: the provider takes its time.
        (Some(over), _) if !may_run(over, now) => Holder::Ending { wait: PAUSE },
        (Some(own), _) if mine(&own) => {
            let good = own.expires_at > now && own.request_id.is_some();
            match own.state {
                State::Sent if good => Holder::Ours(own),
                State::Cancelled if good && own.cancel_at.is_some() => Holder::Ours(own),
                _ => Holder::Ending { wait: wait(own.delivery.locked_until) },
            }
        }
        (Some(theirs), _) => {
            let young = (theirs.sent_at + TAKE_OVER_AFTER).since(now);
            let locked = Holder::Theirs { wait: wait(theirs.delivery.locked_until) };
            // A known browser is not pushed aside by whoever else types the number.
            if over_at_provider(theirs) || theirs.delivery.taken > 1 || theirs.origin.known {
                locked
            } else if !young.is_zero() {
                Holder::Theirs { wait: young }
            } else if theirs.request_id.is_none() {
                locked
            } else {
                Holder::TakeOver(theirs)
            }
        }
    }
}

/// Whether the provider may still run an attempt's request.
fn may_run(attempt: &Verification, now: Timestamp) -> bool {
    !matches!(attempt.state, State::Verified | State::Failed) && attempt.delivery.locked_until > now
}

/// Cancelled there already: only the number is not free yet.
fn over_at_provider(attempt: &Verification) -> bool {
    attempt.state == State::Cancelled && attempt.cancel_at.is_none()
}

impl SignIn {
    /// What becomes of an attempt that was refused for another.
    pub(super) async fn already_running(
        &self,
        attempt: &Verification,
        id: Option<RequestId>,
        repeated: bool,
    ) -> Result<Start, SignInError> {
        let now = self.clock.now();
        let attempts = self
            .store
            .attempts_to_phone(&attempt.phone_hash, id.as_ref().map(RequestId::as_str), now)
            .await?;
        let end = |to| self.store.settle(&attempt.attempt_id, State::Starting, to, now);
        let ended = if repeated { State::InDoubt } else { State::Failed };
        match holder(attempt, id.as_ref(), repeated, &attempts, now) {
            Holder::Ours(own) => {
                if self.store.reattach(&attempt.attempt_id, &own.attempt_id, now).await? {
                    return Ok(Start::Resumed);
                }
                Ok(Start::Refused(Refusal::Ending { wait: PAUSE }))
            }
            Holder::Lost(id) => {
                let (sent_at, expires_at) = (attempt.sent_at, attempt.expires_at);
                let sent = Sent { sent_at, expires_at, locked_until: attempt.delivery.locked_until };
                self.store.record_sent(&attempt.attempt_id, id.as_str(), sent).await?;
                Ok(Start::Resumed)
            }
            Holder::TakeOver(theirs) => self.take_over(attempt, theirs).await,
            Holder::Theirs { wait } => {
                end(ended).await?;
                Ok(Start::Refused(Refusal::Running { wait }))
            }
            // Not for long: the number is asked for again by itself.
            Holder::Ending { wait } if wait <= PAUSE && !repeated => {
                let channel = attempt.delivery.channel;
                self.store.postpone(&attempt.attempt_id, channel, now + wait).await?;
                self.jobs.notify_one();
                Ok(Start::UnderWay)
            }
            Holder::Ending { wait } => {
                end(ended).await?;
                Ok(Start::Refused(Refusal::Ending { wait }))
            }
            Holder::LostTrack { wait } => {
                end(State::InDoubt).await?;
                Ok(Start::Refused(Refusal::Ending { wait: wait.max(DOUBT) }))
            }
        }
    }

    /// Ends another browser's attempt to the same number, and asks once more: the refusal before has sent nothing.
    async fn take_over(&self, attempt: &Verification, theirs: &Verification) -> Result<Start, SignInError> {
        let Some(id) = theirs.request_id.as_deref().and_then(RequestId::parse) else {
            return Err(SignInError::Stuck);
        };
        let answer = self.verify.cancel(&id).await;
        let now = self.clock.now();
        let wait = match answer {
            Ok(Cancelled::Done | Cancelled::Gone) => {
                self.store.take_over(&theirs.attempt_id, now, now + PAUSE).await?;
                tracing::info!(phone = attempt.phone.masked(), "cancelled for another browser");
                return self.ask_after_take_over(attempt).await;
            }
            Ok(Cancelled::TooEarly) => PAUSE,
            Ok(Cancelled::TooLate | Cancelled::Refused) => theirs.delivery.locked_until.since(now),
            Err(error) => {
                self.store.settle(&attempt.attempt_id, State::Starting, State::Failed, now).await?;
                return Ok(Start::Refused(Refusal::Provider(error)));
            }
        };
        self.store.settle(&attempt.attempt_id, State::Starting, State::Failed, now).await?;
        Ok(Start::Refused(Refusal::Running { wait: wait.max(PAUSE) }))
    }

    async fn ask_after_take_over(&self, attempt: &Verification) -> Result<Start, SignInError> {
        let refusal = match self.request(attempt, attempt.delivery.steps).await {
            Ok(Err(VerifyError::AlreadyRunning(_))) => Refusal::Ending { wait: PAUSE },
            Ok(answer) => return self.write_down(attempt, answer).await,
            Err(paused) => Refusal::Paused(paused),
        };
        self.store.settle(&attempt.attempt_id, State::Starting, State::Failed, self.clock.now()).await?;
        Ok(Start::Refused(refusal))
    }
}

#[cfg(test)]
mod tests;
