//! What a browser has under way, as its next page tells it.

use super::{Offer, SignIn, SignInError, resend, runs};
use crate::{
    attempt::{Attempt, Move, Note, State},
    channel::{Channel, Trouble},
    clock::Timestamp,
    keys::Token,
    phone::PhoneNumber,
    store::StoreError,
};

/// The attempt whose code the visitor is to type.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    /// The provider's name for it, which the forms carry.
    pub(crate) request_id: String,
    /// Where the code went.
    pub(crate) phone: PhoneNumber,
    /// Until when the code is good.
    pub(crate) expires_at: Timestamp,
    /// How the newest message went out.
    pub(crate) channel: Channel,
    /// When that was.
    pub(crate) sent_at: Timestamp,
    /// An earlier message carried another code.
    pub(crate) newest_only: bool,
    /// Why the newest message will not arrive.
    pub(crate) trouble: Option<Trouble>,
    /// A further message was asked for and could not be sent.
    pub(crate) not_resent: bool,
    /// What else can be asked for.
    pub(crate) offer: Offer,
    /// Where its visitor wanted to go.
    pub(crate) return_to: Option<String>,
}

/// An attempt whose next message was asked for and is not sent yet.
#[derive(Debug, Clone)]
pub(crate) struct Resending {
    /// Between two requests there is none.
    pub(crate) request_id: Option<String>,
    /// Where the message goes.
    pub(crate) phone: PhoneNumber,
    /// How it goes.
    pub(crate) channel: Channel,
    /// What happens next.
    pub(crate) next: Move,
    /// No message went out before.
    pub(crate) first: bool,
    /// When that is done.
    pub(crate) due: Timestamp,
}

/// Why there is no code to type any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "the field's word")]
pub(crate) enum Over {
    /// Its last code ran out.
    Expired,
    /// Its last message could not be sent, and the one before, if any, no longer counts.
    NotResent {
        /// It was the first.
        first: bool,
    },
    /// Another browser asked for a code to the same number.
    TakenOver,
    /// The answer to its last request was lost.
    InDoubt,
}

/// What a browser has under way.
#[derive(Debug)]
pub(crate) enum Standing {
    /// A code is out.
    Pending(Box<Pending>),
    /// Another message is on its way.
    Resending(Resending),
    /// Not long ago; and where its visitor wanted to go.
    Over {
        /// Why.
        over: Over,
        /// Where its visitor wanted to go.
        return_to: Option<String>,
    },
    /// No code could still be typed.
    Nothing,
}

impl SignIn {
    /// Which of the tokens that one browser sent its attempts belong to: the one with a running attempt, or else the latest.
    /// Where there is no choice the store is not asked.
    pub(crate) async fn browser_among(&self, browsers: &[Token]) -> Result<Option<Token>, StoreError> {
        let [_, _, ..] = browsers else { return Ok(browsers.first().cloned()) };
        let now = self.core.clock.now();
        let (mut found, mut best) = (browsers.first(), None);
        for browser in browsers {
            let attempts = self.core.store.attempts_of_browser(&browser.hash()).await?;
            let standing = attempts.first().map(|attempt| (runs(attempt, now), attempt.created_at));
            if standing > best {
                (found, best) = (Some(browser), standing);
            }
        }
        Ok(found.cloned())
    }

    /// What `browser` has under way.
    pub(crate) async fn standing(&self, browser: &Token) -> Result<Standing, SignInError> {
        let now = self.core.clock.now();
        let attempts = self.core.store.attempts_of_browser(&browser.hash()).await?;
        let Some(attempt) = attempts.first() else { return Ok(Standing::Nothing) };
        let recent = now.since(attempt.expires_at) < self.lifetime;
        Ok(match standing(attempt, now) {
            _ if !recent => Standing::Nothing,
            Stage::Code => Standing::Pending(Box::new(self.pending(attempt, now))),
            Stage::Resend => Standing::Resending(resending(attempt)),
            Stage::Over(over) => Standing::Over { over, return_to: attempt.return_to.clone() },
            Stage::Nothing => Standing::Nothing,
        })
    }

    fn pending(&self, attempt: &Attempt, now: Timestamp) -> Pending {
        let delivery = &attempt.delivery;
        Pending {
            request_id: attempt.request_id.clone().unwrap_or_default(),
            phone: attempt.phone.clone(),
            expires_at: attempt.expires_at,
            channel: delivery.channel,
            sent_at: attempt.sent_at,
            newest_only: delivery.sends > delivery.steps_taken,
            trouble: delivery.trouble,
            not_resent: delivery.note == Some(Note::NotResent),
            return_to: attempt.return_to.clone(),
            offer: resend::offer(self.verify.facts(), attempt, self.channels_to(&attempt.phone), now),
        }
    }
}

/// Where an attempt stands for its visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Code,
    Resend,
    Over(Over),
    Nothing,
}

/// Decides by the row and the time alone.
pub(super) fn standing(attempt: &Attempt, now: Timestamp) -> Stage {
    let good = attempt.expires_at > now;
    match attempt.state {
        State::Sent if good && attempt.request_id.is_some() => Stage::Code,
        State::Resending if good => Stage::Resend,
        State::Starting if good && attempt.claimed_until > now => Stage::Resend,
        State::Starting | State::InDoubt if good => Stage::Over(Over::InDoubt),
        State::Sent | State::Expired | State::Resending => Stage::Over(Over::Expired),
        State::Failed if attempt.delivery.note == Some(Note::NotResent) => {
            Stage::Over(Over::NotResent { first: attempt.delivery.sends == 0 })
        }
        State::Cancelled if attempt.delivery.note == Some(Note::TakenOver) => Stage::Over(Over::TakenOver),
        _ => Stage::Nothing,
    }
}

fn resending(attempt: &Attempt) -> Resending {
    let delivery = &attempt.delivery;
    Resending {
        request_id: attempt.request_id.clone(),
        phone: attempt.phone.clone(),
        channel: delivery.resend.map_or(delivery.channel, |resend| resend.channel),
        next: delivery.resend.map_or(Move::Start, |resend| resend.next),
        first: delivery.sends == 0,
        due: delivery.resend.map_or(attempt.sent_at, |resend| resend.due),
    }
}

#[cfg(test)]
mod tests;
