//! A start that was refused because a verification to the number runs already: ours after all, or somebody else's.
//!
//! The provider's lock covers the number for the whole API key, so an id from a refusal is taken up only if our own rows
//! show that this browser asked for it, or that a stranger did and the number knows this browser: its owner has the code.
//! Only a request that is in our rows is ever cancelled for another browser, and for a browser that the number does not
//! know once an hour, whichever asks.

use std::time::{Duration, Instant};

use super::{CLAIM, DOUBT, Refusal, SignIn, SignInError, Start, TAKE_OVER_AFTER};
use crate::{
    attempt::{Attempt, RequestId, RequestTimes, State},
    audit::{Event, Line},
    clock::Timestamp,
    guard::{Counted, Limit},
    verify::{Cancelled, facts::Facts},
};

/// What to do about a refusal.
#[derive(Debug)]
pub(super) enum Holder<'a> {
    /// This browser's, still good.
    Ours(&'a Attempt),
    /// The one whose answer was lost: that of an attempt which ran since `RequestTimes::sent_at`.
    Lost(RequestId, RequestTimes),
    /// A stranger's, whose code is out: this browser's from now on, since the number knows it.
    Adopt(&'a Attempt),
    /// Another browser's: to be cancelled for us.
    TakeOver(&'a Attempt),
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
    facts: &Facts,
    attempt: &Attempt,
    id: Option<&RequestId>,
    repeated: bool,
    attempts: &'a [Attempt],
    now: Timestamp,
) -> Holder<'a> {
    let all = || attempts.iter().filter(|other| other.attempt_id != attempt.attempt_id);
    let others = || all().filter(|other| may_run(other, now));
    let named = id.and_then(|id| all().find(|other| other.request_id.as_deref() == Some(id.as_str())));
    let mine = |other: &&Attempt| other.browser_hash == attempt.browser_hash;
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
        (Some(over), _) if !may_run(over, now) => Holder::Ending { wait: facts.lock_after_cancel },
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
        (Some(theirs), _) => holder_elsewhere(facts, attempt, theirs, now),
    }
}

/// What another browser's attempt means for one that was refused for it.
fn holder_elsewhere<'a>(facts: &Facts, attempt: &Attempt, theirs: &'a Attempt, now: Timestamp) -> Holder<'a> {
    // Nothing has to be cancelled or waited for: whoever holds the phone has the code.
    let is_out = theirs.state == State::Sent && theirs.expires_at > now && theirs.request_id.is_some();
    // Nobody has one that was made up before the number came to the list.
    let alike = attempt.origin.outsider == theirs.origin.outsider;
    if is_out && alike && attempt.origin.known && !theirs.origin.known {
        return Holder::Adopt(theirs);
    }
    let young = (theirs.sent_at + TAKE_OVER_AFTER).since(now);
    let held = !facts.can_cancel(theirs.delivery.steps_taken);
    // A known browser is not pushed aside by whoever else types the number.
    let protected = theirs.origin.known && !attempt.origin.known;
    if over_at_provider(theirs) || held || protected || (young.is_zero() && theirs.request_id.is_none()) {
        return Holder::Theirs { wait: wait(free_at(facts, theirs), now) };
    }
    if young.is_zero() { Holder::TakeOver(theirs) } else { Holder::Theirs { wait: young } }
}

/// When the provider lets go of an attempt's number, if the attempt just goes on.
fn free_at(facts: &Facts, attempt: &Attempt) -> Timestamp {
    let locked_until = attempt.delivery.locked_until;
    let cancel_at = attempt.cancel_at.filter(|_| facts.can_cancel(attempt.delivery.steps_taken));
    let cancelled = cancel_at.map(|at| at + facts.lock_after_cancel);
    cancelled.map_or(locked_until, |at| at.min(locked_until))
}

/// How long until then: nobody is told to come back at once.
fn wait(until: Timestamp, now: Timestamp) -> Duration {
    until.since(now).max(Duration::from_secs(1))
}

/// What is known of a request whose answer was lost.
fn begun(attempt: &Attempt) -> RequestTimes {
    let locked_until = attempt.delivery.locked_until;
    RequestTimes { sent_at: attempt.sent_at, expires_at: attempt.expires_at, locked_until }
}

/// Whether the provider may still run an attempt's request.
fn may_run(attempt: &Attempt, now: Timestamp) -> bool {
    !matches!(attempt.state, State::Verified | State::Failed) && attempt.delivery.locked_until > now
}

/// Whether another browser waits for the number to become free, and came first.
fn next_in_line(attempt: &Attempt, attempts: &[Attempt], now: Timestamp) -> bool {
    attempts.iter().any(|other| {
        other.browser_hash != attempt.browser_hash
            && other.created_at < attempt.created_at
            && other.state == State::Resending
            && other.expires_at > now
    })
}

/// Cancelled there already: only the number is not free yet.
fn over_at_provider(attempt: &Attempt) -> bool {
    attempt.state == State::Cancelled && attempt.cancel_at.is_none()
}

impl SignIn {
    /// What becomes of an attempt that was refused for another. Unless a code will be sent for it, it uses up nothing but of
    /// its address, whose limit bounds how often anyone gets here.
    pub(super) async fn already_running(
        &self,
        attempt: &Attempt,
        id: Option<RequestId>,
        repeated: bool,
        begun: Instant,
    ) -> Result<Start, SignInError> {
        let start = self.after_refusal(attempt, id, repeated, begun).await?;
        if !matches!(start, Start::UnderWay) {
            let others = Limit::ALL.iter().filter(|limit| **limit != Limit::Address);
            let kinds = others.filter_map(|limit| limit.kind(attempt.origin.known));
            let keys: Vec<_> = kinds.map(|kind| attempt.key(kind)).collect();
            self.core.store.give_back(&keys).await?;
        }
        Ok(start)
    }

    async fn after_refusal(
        &self,
        attempt: &Attempt,
        id: Option<RequestId>,
        repeated: bool,
        begun: Instant,
    ) -> Result<Start, SignInError> {
        let now = self.core.clock.now();
        let attempts = self
            .core
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
        let end = |to| self.core.store.settle(&attempt.attempt_id, State::Starting, to, now);
        let theirs = |to, wait| self.leave_to_others(attempt, to, wait);
        let ended = if repeated { State::InDoubt } else { State::Failed };
        let (facts, pause) = (self.verify.facts(), self.verify.facts().lock_after_cancel);
        match holder(facts, attempt, id.as_ref(), repeated, &attempts, now) {
            Holder::Ours(own) => {
                let cancellable = facts.cancellable_messages;
                if self.core.store.reattach(&attempt.attempt_id, &own.attempt_id, cancellable, now).await? {
                    return Ok(Start::Resumed);
                }
                Ok(Start::Refused(Refusal::Ending { wait: pause }))
            }
            Holder::Lost(id, sent) => {
                self.core.store.record_sent(&attempt.attempt_id, id.as_str(), sent).await?;
                Ok(Start::Resumed)
            }
            Holder::Adopt(other) => {
                if self.core.store.adopt(attempt, &other.attempt_id, now).await? {
                    let line = Line::new(Event::TakenOver, &attempt.phone, &self.core.keys);
                    line.because("a code that a stranger asked for goes to a known browser").write();
                    return Ok(Start::Resumed);
                }
                theirs(ended, CLAIM).await
            }
            Holder::TakeOver(other) => self.take_over(attempt, other, ended, begun).await,
            Holder::Theirs { wait } => theirs(ended, wait).await,
            // Not for long: the number is asked for again by itself.
            Holder::Ending { wait } if wait <= pause && next_in_line(attempt, &attempts, now) => {
                theirs(ended, TAKE_OVER_AFTER).await
            }
            Holder::Ending { wait } if wait <= pause && !repeated => self.start_at(attempt, now + wait).await,
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

    /// Ends an attempt for another browser's.
    async fn leave_to_others(
        &self,
        attempt: &Attempt,
        to: State,
        wait: Duration,
    ) -> Result<Start, SignInError> {
        let now = self.core.clock.now();
        self.core.store.settle(&attempt.attempt_id, State::Starting, to, now).await?;
        Ok(Start::Refused(Refusal::Running { wait }))
    }

    /// Ends another browser's attempt to the same number. Ours starts when the number is free, by itself. `ended`: what
    /// becomes of ours if it has to wait.
    async fn take_over(
        &self,
        attempt: &Attempt,
        theirs: &Attempt,
        ended: State,
        begun: Instant,
    ) -> Result<Start, SignInError> {
        // Without an id there is nothing to cancel.
        let Some(id) = theirs.request_id.as_deref().and_then(RequestId::parse) else {
            return self.leave_to_others(attempt, ended, CLAIM).await;
        };
        if let Some(again) = self.count_takeover(attempt).await? {
            let wait = again.min(wait(free_at(self.verify.facts(), theirs), self.core.clock.now()));
            return self.leave_to_others(attempt, ended, wait).await;
        }
        // Its code may be checked right now: that ends it, one way or the other.
        if !self.core.store.claim_other(&theirs.attempt_id, &id, self.claim()).await? {
            self.uncount_takeover(attempt).await?;
            return self.leave_to_others(attempt, ended, CLAIM).await;
        }
        let answer = self.cancel_request(&self.verify_since(begun), theirs, &id).await;
        let (now, pause) = (self.core.clock.now(), self.verify.facts().lock_after_cancel);
        let refusal = match answer {
            Ok(done @ (Cancelled::Done | Cancelled::Gone)) => {
                let free_at = if done == Cancelled::Done { now + pause } else { now };
                self.core.store.take_over(&theirs.attempt_id, now, free_at).await?;
                Line::new(Event::TakenOver, &attempt.phone, &self.core.keys).write();
                return self.start_at(attempt, free_at).await;
            }
            Ok(Cancelled::TooEarly) => Ok(pause),
            Ok(Cancelled::TooLate | Cancelled::Refused) => {
                Ok(wait(theirs.delivery.locked_until, now).max(pause))
            }
            Err(error) => Err(error),
        };
        self.core.store.let_go(&theirs.attempt_id).await?;
        self.uncount_takeover(attempt).await?;
        match refusal {
            Ok(wait) => self.leave_to_others(attempt, ended, wait).await,
            Err(error) => {
                self.core.store.settle(&attempt.attempt_id, State::Starting, State::Failed, now).await?;
                self.tell(Event::CodeNotSent, attempt);
                Ok(Start::Refused(Refusal::Provider(error)))
            }
        }
    }

    /// Leaves a start that was refused for now to the jobs.
    async fn start_at(&self, attempt: &Attempt, due: Timestamp) -> Result<Start, SignInError> {
        self.core.store.postpone(&attempt.attempt_id, attempt.delivery.channel, due).await?;
        self.jobs.notify_waiters();
        Ok(Start::UnderWay)
    }
}

#[cfg(test)]
mod tests;
