//! A start that was refused because a verification to the number runs already: ours after all, or somebody else's.
//!
//! The provider's lock covers the number for the whole API key, so an id from a refusal is taken up only if our own rows
//! show that this browser asked for it; and only a request that is in our rows is ever cancelled for another browser.

use std::time::{Duration, Instant};

use super::{CLAIM, DOUBT, PAUSE, Refusal, SignIn, SignInError, Start, TAKE_OVER_AFTER};
use crate::{
    audit::{Event, Line},
    clock::Timestamp,
    store::{Sent, State, Verification},
    verify::{Cancelled, RequestId},
};

/// What to do about a refusal.
#[derive(Debug)]
pub(super) enum Holder<'a> {
    /// This browser's, still good.
    Ours(&'a Verification),
    /// The one whose answer was lost: that of an attempt which ran since `Sent::sent_at`.
    Lost(RequestId, Sent),
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
        // Any browser's that is in doubt may be it; one's own only if it is the only one.
        (None, Some(_)) => {
            let mut nameless = others().filter(|other| other.request_id.is_none());
            nameless.clone().find(|other| !mine(other)).or_else(|| nameless.next())
        }
        (None, None) => others().find(mine).or_else(|| others().next()),
    };
    let wait = |until| wait(until, now);
    match (holder, id) {
        (None, Some(id)) if repeated => Holder::Lost(id.clone(), begun(attempt)),
        (None, None) if repeated => Holder::LostTrack { wait: wait(attempt.delivery.locked_until) },
        (None, _) => Holder::Theirs { wait: wait(attempt.expires_at) },
        // Over by all that we know: the provider takes its time.
        (Some(over), _) if !may_run(over, now) => Holder::Ending { wait: PAUSE },
        // It was dropped for another number meanwhile.
        (Some(own), Some(id)) if mine(&own) && own.request_id.is_none() && own.expires_at > now => {
            Holder::Lost(id.clone(), begun(own))
        }
        (Some(own), _) if mine(&own) => {
            let good = own.expires_at > now && own.request_id.is_some();
            match own.state {
                State::Sent if good => Holder::Ours(own),
                State::Cancelled if good && own.cancel_at.is_some() => Holder::Ours(own),
                _ => Holder::Ending { wait: wait(own.delivery.locked_until) },
            }
        }
        (Some(theirs), _) => holder_elsewhere(attempt, theirs, now),
    }
}

/// What another browser's attempt means for one that was refused for it.
fn holder_elsewhere<'a>(attempt: &Verification, theirs: &'a Verification, now: Timestamp) -> Holder<'a> {
    let young = (theirs.sent_at + TAKE_OVER_AFTER).since(now);
    let both_out = theirs.delivery.taken > 1;
    // A known browser is not pushed aside by whoever else types the number.
    let protected = theirs.origin.known && !attempt.origin.known;
    if over_at_provider(theirs) || both_out || protected || (young.is_zero() && theirs.request_id.is_none()) {
        // Once both steps are out the provider takes no cancel.
        let cancelled = theirs.cancel_at.filter(|_| !both_out).map(|at| at + PAUSE);
        let locked_until = theirs.delivery.locked_until;
        return Holder::Theirs { wait: wait(cancelled.map_or(locked_until, |at| at.min(locked_until)), now) };
    }
    if young.is_zero() { Holder::TakeOver(theirs) } else { Holder::Theirs { wait: young } }
}

/// How long until then: nobody is told to come back at once.
fn wait(until: Timestamp, now: Timestamp) -> Duration {
    until.since(now).max(Duration::from_secs(1))
}

/// What is known of a request whose answer was lost.
fn begun(attempt: &Verification) -> Sent {
    let locked_until = attempt.delivery.locked_until;
    Sent { sent_at: attempt.sent_at, expires_at: attempt.expires_at, locked_until }
}

/// Whether the provider may still run an attempt's request.
fn may_run(attempt: &Verification, now: Timestamp) -> bool {
    !matches!(attempt.state, State::Verified | State::Failed) && attempt.delivery.locked_until > now
}

/// Whether another browser waits for the number to become free, and came first.
fn next_in_line(attempt: &Verification, attempts: &[Verification], now: Timestamp) -> bool {
    attempts.iter().any(|other| {
        other.browser_hash != attempt.browser_hash
            && other.created_at < attempt.created_at
            && other.state == State::Resending
            && other.expires_at > now
    })
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
        begun: Instant,
    ) -> Result<Start, SignInError> {
        let now = self.clock.now();
        let attempts = self
            .store
            .attempts_to_phone(&attempt.phone_hash, id.as_ref().map(RequestId::as_str), now)
            .await?;
        let ours = attempts.iter().find(|other| other.attempt_id != attempt.attempt_id);
        let ours = ours.map_or_else(
            || "none of ours".to_owned(),
            |ours| format!("our last was sent {} s ago", now.since(ours.sent_at).as_secs()),
        );
        let phone = attempt.phone.masked();
        tracing::info!(phone, "a verification to this number runs already at the provider, and {ours}");
        let end = |to| self.store.settle(&attempt.attempt_id, State::Starting, to, now);
        let ended = if repeated { State::InDoubt } else { State::Failed };
        match holder(attempt, id.as_ref(), repeated, &attempts, now) {
            Holder::Ours(own) => {
                if self.store.reattach(&attempt.attempt_id, &own.attempt_id, now).await? {
                    return Ok(Start::Resumed);
                }
                Ok(Start::Refused(Refusal::Ending { wait: PAUSE }))
            }
            Holder::Lost(id, sent) => {
                self.store.record_sent(&attempt.attempt_id, id.as_str(), sent).await?;
                Ok(Start::Resumed)
            }
            Holder::TakeOver(theirs) => self.take_over(attempt, theirs, begun).await,
            Holder::Theirs { wait } => {
                end(ended).await?;
                Ok(Start::Refused(Refusal::Running { wait }))
            }
            // Not for long: the number is asked for again by itself.
            Holder::Ending { wait } if wait <= PAUSE && next_in_line(attempt, &attempts, now) => {
                end(ended).await?;
                Ok(Start::Refused(Refusal::Running { wait: TAKE_OVER_AFTER }))
            }
            Holder::Ending { wait } if wait <= PAUSE && !repeated => self.start_at(attempt, now + wait).await,
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

    /// Ends another browser's attempt to the same number. Ours starts when the number is free, by itself.
    async fn take_over(
        &self,
        attempt: &Verification,
        theirs: &Verification,
        begun: Instant,
    ) -> Result<Start, SignInError> {
        let refused = |refusal| async move {
            let now = self.clock.now();
            self.store.settle(&attempt.attempt_id, State::Starting, State::Failed, now).await?;
            Ok(Start::Refused(refusal))
        };
        let id = theirs.request_id.as_deref().and_then(RequestId::parse);
        // Its code may be checked right now: that ends it, one way or the other.
        let Some(id) = id else { return refused(Refusal::Running { wait: CLAIM }).await };
        if !self.store.claim_other(&theirs.attempt_id, &id, self.claim()).await? {
            return refused(Refusal::Running { wait: CLAIM }).await;
        }
        let answer = self.cancel_request(&self.verify_since(begun), &id).await;
        let now = self.clock.now();
        let free_at = match answer {
            Ok(Cancelled::Done) => now + PAUSE,
            Ok(Cancelled::Gone) => now,
            Ok(Cancelled::TooEarly) => {
                self.store.let_go(&theirs.attempt_id).await?;
                return refused(Refusal::Running { wait: PAUSE }).await;
            }
            Ok(Cancelled::TooLate | Cancelled::Refused) => {
                self.store.let_go(&theirs.attempt_id).await?;
                let wait = theirs.delivery.locked_until.since(now).max(PAUSE);
                return refused(Refusal::Running { wait }).await;
            }
            Err(error) => {
                self.store.let_go(&theirs.attempt_id).await?;
                return refused(Refusal::Provider(error)).await;
            }
        };
        self.store.take_over(&theirs.attempt_id, now, free_at).await?;
        Line::new(Event::TakenOver, &attempt.phone, &self.keys).write();
        self.start_at(attempt, free_at).await
    }

    /// Leaves a start that was refused for now to the jobs.
    async fn start_at(&self, attempt: &Verification, due: Timestamp) -> Result<Start, SignInError> {
        self.store.postpone(&attempt.attempt_id, attempt.delivery.channel, due).await?;
        self.jobs.notify_waiters();
        Ok(Start::UnderWay)
    }
}

#[cfg(test)]
mod tests;
