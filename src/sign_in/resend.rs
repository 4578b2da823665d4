//! Asking for another message: what can be had, and who gets it.

use std::time::Duration;

use tracing::Instrument;

use super::{
    LOOKS, MOST_SENDS, RESEND_AFTER, Refusal, SignIn, SignInError, WORTHWHILE, last_moment, queue::Turn, runs,
};
use crate::{
    attempt::{Attempt, Move, State},
    audit::{Event, Line, asked_from},
    channel::{Channel, Channels},
    clock::Timestamp,
    guard::{Asker, Cause, Decision, RateLimited},
    keys::Token,
    store::NewResend,
    verify::facts::Facts,
};

/// What a visitor who waits for a code can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Offer {
    /// Another message by any of `channels`, after `wait`.
    After {
        /// Nothing if it can be had now.
        wait: Duration,
        /// How it can go out.
        channels: Channels,
    },
    /// No further message in this sign-in; a new one can begin after `wait`.
    Nothing {
        /// What keeps it back.
        why: NoResend,
        /// The number is free for another sign-in then.
        wait: Duration,
    },
}

/// Why there is no further message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoResend {
    /// The provider sends no third message for one request, and cannot be stopped before its end.
    BothOut,
    /// As many as a sign-in may have were sent.
    UsedUp,
    /// The ten minutes of a sign-in are almost over.
    TooLate,
}

/// How asking for another message ended.
#[derive(Debug)]
pub(crate) enum Resend {
    /// It was sent, or will be: the next page tells.
    UnderWay,
    /// Not now, or not at all.
    NotNow(Offer),
    /// The settings, the guard or the breaker refuse: nobody was called.
    Refused(Refusal),
    /// The channel is none that this site sends by.
    NoSuchChannel,
    /// The form is of another attempt.
    OtherAttempt,
    /// There is none whose code could be sent again.
    NoAttempt,
}

/// Decides by the row and the time alone.
pub(super) fn offer(facts: &Facts, attempt: &Attempt, channels: Channels, now: Timestamp) -> Offer {
    let delivery = &attempt.delivery;
    if !facts.can_cancel(delivery.steps_taken) {
        let until = delivery.locked_until.max(attempt.expires_at);
        return Offer::Nothing { why: NoResend::BothOut, wait: until.since(now) };
    }
    let why = if delivery.sends >= MOST_SENDS {
        NoResend::UsedUp
    } else if last_moment(attempt).since(now) < WORTHWHILE {
        NoResend::TooLate
    } else {
        let wait = (attempt.sent_at + RESEND_AFTER).since(now);
        return Offer::After { wait, channels };
    };
    Offer::Nothing { why, wait: attempt.expires_at.since(now) }
}

/// The first thing to do for a message by `channel`: the request's next step if it is that, else there must be another
/// request.
pub(super) fn first_move(attempt: &Attempt, channel: Channel) -> Move {
    let is_next = attempt.delivery.steps_taken == 1 && attempt.delivery.steps.second() == Some(channel);
    if is_next { Move::Next } else { Move::Cancel }
}

impl SignIn {
    /// Asks for another message to the number whose code `browser` waits for and its form names.
    pub(crate) async fn resend(
        &self,
        browser: &Token,
        request_id: &str,
        channel: Option<Channel>,
        asker: Asker,
    ) -> Result<Resend, SignInError> {
        let Some(channel) = channel.filter(|channel| self.channels.contains(*channel)) else {
            return Ok(Resend::NoSuchChannel);
        };
        let (this, browser_hash, request_id) = (self.clone(), browser.hash(), request_id.to_owned());
        // The visitor may leave; what is asked of the provider must still be written down.
        let address = asker.address;
        let task = async move { this.resend_as(&browser_hash, &request_id, channel, &asker).await };
        self.tasks.spawn(asked_from(address, task).in_current_span()).await?
    }

    async fn resend_as(
        &self,
        browser_hash: &str,
        request_id: &str,
        channel: Channel,
        asker: &Asker,
    ) -> Result<Resend, SignInError> {
        // The row may be a check's that is under way.
        let turn = self.queues.turn(browser_hash, request_id).await?;
        let begun = self.resend_in_turn(&turn, browser_hash, request_id, channel, asker).await;
        // From here on the row says it.
        let claimed = match turn.end(begun)? {
            Ok(claimed) => claimed,
            Err(answer) => return Ok(answer),
        };
        let line = Line::new(Event::ResendAsked, &claimed.phone, &self.core.keys);
        line.channel(channel.as_str()).write();
        let advanced = self.advance(&claimed).await;
        self.queues.let_go(browser_hash);
        advanced?;
        Ok(Resend::UnderWay)
    }

    /// The attempt, which now says that a message is asked for; or why none is.
    async fn resend_in_turn(
        &self,
        turn: &Turn,
        browser_hash: &str,
        request_id: &str,
        channel: Channel,
        asker: &Asker,
    ) -> Result<Result<Box<Attempt>, Resend>, SignInError> {
        for _ in 0..LOOKS {
            let now = self.core.clock.now();
            let attempts = self.core.store.attempts_of_browser(browser_hash).await?;
            let Some(attempt) = attempts.first().filter(|attempt| runs(attempt, now)) else {
                return Ok(Err(Resend::NoAttempt));
            };
            match attempt.state {
                // Another click, or another tab, was faster.
                State::Resending | State::Starting => return Ok(Err(Resend::UnderWay)),
                _ if attempt.request_id.as_deref() != Some(request_id) => {
                    return Ok(Err(Resend::OtherAttempt));
                }
                _ => {}
            }
            if let Err(refused) = self.destinations.check(&attempt.phone, channel) {
                return Ok(Err(Resend::Refused(Refusal::Destination(refused))));
            }
            let offer = offer(self.verify.facts(), attempt, self.channels_to(&attempt.phone), now);
            if !matches!(offer, Offer::After { wait: Duration::ZERO, .. }) {
                let answer = Resend::NotNow(offer);
                self.tell_no_resend(&attempt.phone, &answer);
                return Ok(Err(answer));
            }
            if attempt.claimed_until > now {
                turn.pause().await?;
                continue;
            }
            match self.begin_resend(attempt, channel, asker).await? {
                Begun::Yes(claimed) => return Ok(Ok(claimed)),
                Begun::No(answer) => {
                    self.tell_no_resend(&attempt.phone, &answer);
                    return Ok(Err(answer));
                }
                Begun::LookAgain => {}
            }
        }
        Err(SignInError::Stuck)
    }

    /// Writes a resend down that the guard lets pass, and counts it.
    async fn begin_resend(
        &self,
        attempt: &Attempt,
        channel: Channel,
        asker: &Asker,
    ) -> Result<Begun, SignInError> {
        let claim = self.claim();
        if let Some(paused) = self.breakers.sends.paused(claim.now, &attempt.into()) {
            return Ok(Begun::No(Resend::Refused(Refusal::Paused(paused))));
        }
        let subject = self.subject(&attempt.phone, asker).await?;
        match self.judge(&subject).await? {
            Decision::Pass => {}
            // Over the budget a sign-in has one more message, and needs nothing of the reserve for it.
            Decision::Reserve(_) | Decision::Refused(RateLimited { cause: Cause::Unverified { .. }, .. }) => {
                if attempt.delivery.sends > 1 {
                    let wait = attempt.expires_at.since(claim.now);
                    return Ok(Begun::No(Resend::NotNow(Offer::Nothing { why: NoResend::UsedUp, wait })));
                }
            }
            Decision::Refused(limited) => {
                return Ok(Begun::No(Resend::Refused(Refusal::Guard(limited))));
            }
        }
        let wanted = NewResend {
            channel,
            first: first_move(attempt, channel),
            sent_before: claim.now - RESEND_AFTER,
            sends: attempt.delivery.sends,
            until: last_moment(attempt),
        };
        let Some(claimed) = self.core.store.claim_resend(&attempt.attempt_id, wanted, claim).await? else {
            return Ok(Begun::LookAgain);
        };
        if self.count(&subject, None).await? {
            return Ok(Begun::Yes(Box::new(claimed)));
        }
        // Others took the room meanwhile: all is as it was.
        self.core.store.give_up_resend(&attempt.attempt_id, 1, attempt.expires_at, None).await?;
        Ok(Begun::LookAgain)
    }
}

/// Whether a resend has begun.
enum Begun {
    Yes(Box<Attempt>),
    No(Resend),
    /// Something has changed meanwhile.
    LookAgain,
}

#[cfg(test)]
mod tests;
