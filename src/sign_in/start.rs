//! Asking for a code.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use tracing::Instrument;

use super::{
    CLAIM, LOOKS, SignIn, SignInError,
    action::{StartAction, start_action},
    queue::Turn,
    runs,
};
use crate::{
    attempt::{Attempt, Delivery, Origin, State},
    audit::asked_from,
    clock::Timestamp,
    guard::{
        Asker, Decision, RateLimited, Subject,
        breaker::{Caller, Paused},
        destination,
    },
    keys::Token,
    phone::PhoneNumber,
    store::Reserve,
    verify::VerifyError,
};

/// How asking for a code ended.
#[derive(Debug)]
pub enum Start {
    /// A code was sent.
    Sent,
    /// A code sent earlier is still good: nothing was sent.
    Resumed,
    /// A code will be sent in a moment, without being asked for again.
    UnderWay,
    /// No code was sent, as far as is known.
    Refused(Refusal),
}

/// Why there is no code to type.
#[derive(Debug)]
pub enum Refusal {
    /// The provider's answer was lost just now: a code may come.
    Lost {
        /// After that the visitor may ask again.
        wait: Duration,
        /// How it was lost.
        error: VerifyError,
    },
    /// An earlier answer was lost, and nobody was called.
    InDoubt {
        /// After that the visitor may ask again.
        wait: Duration,
    },
    /// A verification to this number runs that is not this browser's.
    Running {
        /// After that it is over.
        wait: Duration,
    },
    /// One that is over, or that we lost track of, still keeps the number at the provider.
    Ending {
        /// After that it is over.
        wait: Duration,
    },
    /// The provider refused, and nothing was sent.
    Provider(VerifyError),
    /// No code goes to such a number: nobody was called.
    Destination(destination::Excluded),
    /// The provider is left alone for a while: nobody was called.
    Paused(Paused),
    /// A limit, the budget or the wait after wrong codes: nobody was called.
    Guard(RateLimited),
}

impl Refusal {
    /// Whether a message may have gone out all the same.
    fn may_have_sent(&self) -> bool {
        matches!(self, Self::Lost { .. } | Self::InDoubt { .. })
    }
}

impl SignIn {
    /// Asks the provider to send a code to `phone` for `browser`, unless one is under way.
    ///
    /// `return_to` is where the visitor goes once signed in; without one, an attempt under way keeps its own.
    pub async fn start(
        &self,
        browser: &Token,
        phone: PhoneNumber,
        asker: Asker,
        return_to: Option<String>,
    ) -> Result<Start, SignInError> {
        if let Err(refused) = self.destinations.check(&phone, self.channels.first()) {
            return Ok(Start::Refused(Refusal::Destination(refused)));
        }
        let (this, browser_hash, address) = (self.clone(), browser.hash(), asker.address);
        // The visitor may leave; what is asked of the provider must still be written down.
        let task = async move {
            let started = this.start_as(&browser_hash, &phone, &asker, return_to.as_deref()).await?;
            if let Start::Refused(refusal) = &started {
                this.tell_refusal(&phone, refusal);
            }
            // What goes on was begun by an earlier form.
            if let (Start::Resumed | Start::UnderWay, Some(return_to)) = (&started, &return_to) {
                this.core.store.lead_to(&browser_hash, return_to).await?;
            }
            Ok(started)
        };
        self.tasks.spawn(asked_from(address, task).in_current_span()).await?
    }

    /// An attempt to another number ends for this one, unless this one comes to nothing.
    async fn start_as(
        &self,
        browser_hash: &str,
        phone: &PhoneNumber,
        asker: &Asker,
        return_to: Option<&str>,
    ) -> Result<Start, SignInError> {
        let mut dropped = None;
        let started = self.start_after(&mut dropped, browser_hash, phone, asker, return_to).await?;
        if let (Some(dropped), Start::Refused(refusal)) = (&dropped, &started)
            && !refusal.may_have_sent()
        {
            let cancellable = self.verify.facts().cancellable_messages;
            self.core.store.resume(dropped, cancellable, self.core.clock.now()).await?;
        }
        Ok(started)
    }

    async fn start_after(
        &self,
        dropped: &mut Option<String>,
        browser_hash: &str,
        phone: &PhoneNumber,
        asker: &Asker,
        return_to: Option<&str>,
    ) -> Result<Start, SignInError> {
        let subject = self.subject(phone, asker).await?;
        let turn_of_click = self.queues.turn(browser_hash, &subject.phone_hash).await?;
        let started = self.start_in_turn(&turn_of_click, dropped, browser_hash, &subject, return_to).await;
        turn_of_click.end(started)
    }

    async fn start_in_turn(
        &self,
        turn_of_click: &Turn,
        dropped: &mut Option<String>,
        browser_hash: &str,
        subject: &Subject,
        return_to: Option<&str>,
    ) -> Result<Start, SignInError> {
        let phone = &subject.phone;
        let first = self.new_attempt(browser_hash, subject, false, return_to);
        let caller = Caller::from(subject);
        let paused = |now| self.breakers.sends.paused(now, &caller);
        if paused(self.core.clock.now()).is_none() && self.enter(&first, subject).await? {
            return self.ask(&first, false).await;
        }
        for _ in 0..LOOKS {
            let now = self.core.clock.now();
            let attempts = self.core.store.attempts_of_browser(browser_hash).await?;
            match start_action(&attempts, phone, now) {
                StartAction::Resumed => return Ok(Start::Resumed),
                StartAction::UnderWay => return Ok(Start::UnderWay),
                StartAction::InDoubt(wait) => return Ok(Start::Refused(Refusal::InDoubt { wait })),
                StartAction::Wait => turn_of_click.pause().await?,
                StartAction::TakeBack(attempt) => {
                    let cancellable = self.verify.facts().cancellable_messages;
                    if self.core.store.resume(&attempt.attempt_id, cancellable, now).await? {
                        return Ok(Start::Resumed);
                    }
                }
                step @ (StartAction::Repeat(_) | StartAction::Drop(_) | StartAction::Fresh) => {
                    if let StartAction::Drop(other) = step
                        && other.state == State::Sent
                    {
                        *dropped = Some(other.attempt_id.clone());
                    }
                    if let Some(paused) = paused(now) {
                        return Ok(Start::Refused(Refusal::Paused(paused)));
                    }
                    let reserve = match self.judge(subject).await? {
                        Decision::Pass => None,
                        Decision::Reserve(reserve) => Some(reserve),
                        // Another click of this browser may have taken the last room meanwhile.
                        Decision::Refused(_)
                            if matches!(step, StartAction::Fresh)
                                && self.has_running(browser_hash, phone).await? =>
                        {
                            continue;
                        }
                        Decision::Refused(limited) => return Ok(Start::Refused(Refusal::Guard(limited))),
                    };
                    let reserve = reserve.as_ref();
                    if let Some(start) = self.go_on(step, browser_hash, subject, reserve, return_to).await? {
                        return Ok(start);
                    }
                }
            }
        }
        Err(SignInError::Stuck)
    }

    async fn has_running(&self, browser_hash: &str, phone: &PhoneNumber) -> Result<bool, SignInError> {
        let (now, attempts) =
            (self.core.clock.now(), self.core.store.attempts_of_browser(browser_hash).await?);
        Ok(attempts.iter().any(|attempt| attempt.phone == *phone && runs(attempt, now)))
    }

    /// Takes a step that leads to a send; nothing if it has to be looked at again.
    async fn go_on(
        &self,
        step: StartAction<'_>,
        browser_hash: &str,
        subject: &Subject,
        reserve: Option<&Reserve>,
        return_to: Option<&str>,
    ) -> Result<Option<Start>, SignInError> {
        match step {
            StartAction::Repeat(attempt) => {
                // The list may have changed.
                let mut attempt = attempt.clone();
                attempt.origin.outsider = self.is_outsider(&attempt);
                if self.core.store.restart(&attempt, self.claim()).await? {
                    if let Some(return_to) = return_to {
                        self.core.store.lead_to(browser_hash, return_to).await?;
                    }
                    return self.send(&attempt, true, subject, reserve).await;
                }
            }
            StartAction::Drop(other) => {
                self.drop_attempt(other, self.core.clock.now()).await?;
            }
            _ => {
                let attempt = self.new_attempt(browser_hash, subject, reserve.is_some(), return_to);
                if self.core.store.insert(&attempt).await? {
                    return self.send(&attempt, false, subject, reserve).await;
                }
                // Another click was faster, or an attempt ran out that nobody has marked yet.
                self.core.store.expire(browser_hash, self.core.clock.now()).await?;
            }
        }
        Ok(None)
    }

    /// Counts a send that is written down and makes it; nothing, and nothing written, if others took the room.
    async fn send(
        &self,
        attempt: &Attempt,
        repeated: bool,
        subject: &Subject,
        reserve: Option<&Reserve>,
    ) -> Result<Option<Start>, SignInError> {
        if self.count(subject, reserve).await? {
            let start = self.ask(attempt, repeated).await?;
            if let Some(reserve) = reserve
                && let Start::Refused(refusal) = &start
                && !refusal.may_have_sent()
            {
                self.core.store.give_back(&reserve.keys()).await?;
            }
            return Ok(Some(start));
        }
        if repeated {
            let now = self.core.clock.now();
            self.core.store.settle(&attempt.attempt_id, State::Starting, State::InDoubt, now).await?;
        } else {
            self.core.store.withdraw(&attempt.attempt_id).await?;
        }
        Ok(None)
    }

    fn new_attempt(
        &self,
        browser_hash: &str,
        subject: &Subject,
        reserve: bool,
        return_to: Option<&str>,
    ) -> Attempt {
        let now = self.core.clock.now();
        let steps = self.steps(&subject.phone, self.channels.first());
        Attempt {
            denied: None,
            attempt_id: BASE64URL_NOPAD.encode(&self.core.random.bytes::<16>()),
            request_id: None,
            phone: subject.phone.clone(),
            phone_hash: subject.phone_hash.clone(),
            browser_hash: browser_hash.to_owned(),
            state: State::Starting,
            created_at: now,
            sent_at: now,
            expires_at: now + self.lifetime,
            ended_at: None,
            wrong_codes: 0,
            pin_hash: None,
            claimed_until: now + CLAIM,
            cancel_at: None,
            origin: Origin {
                outsider: !self.destinations.allowed.allows(&subject.phone),
                reserve,
                ..subject.origin.clone()
            },
            return_to: return_to.map(str::to_owned),
            delivery: Delivery::new(steps, now, now + self.verify.runs_for(steps)),
        }
    }

    pub(super) async fn drop_attempt(&self, attempt: &Attempt, now: Timestamp) -> Result<bool, SignInError> {
        let cancel_at = now.max(attempt.sent_at + self.verify.facts().cancel_after);
        let expires_at = self.good_until(attempt, attempt.sent_at);
        let dropped = self.core.store.cancel(&attempt.attempt_id, now, cancel_at, expires_at).await?;
        self.jobs.notify_waiters();
        Ok(dropped)
    }
}
