//! One attempt to sign in: its states, its messages, its moves. Plain types, which the store keeps and the state machine decides
//! by.

use crate::{
    channel::{Channel, Channels, Trouble},
    clock::Timestamp,
    phone::PhoneNumber,
    words::words,
};

/// The provider's name for one verification: up to 64 letters, digits and hyphens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestId(String);

impl RequestId {
    /// Reads an id, if it has the form of one.
    pub fn parse(id: &str) -> Option<Self> {
        let fits = (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        fits.then(|| Self(id.to_owned()))
    }

    /// One of ours that has the form of the provider's.
    pub(crate) fn made_up(id: String) -> Self {
        Self(id)
    }

    /// As the provider wrote it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Its beginning: enough to find it among the provider's records, of no use in a form.
    pub(crate) fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }
}

words! {
    /// Where an attempt stands; its word is that of the store and the metrics.
    pub State {
        /// Written down; the provider's answer is not.
        Starting => "starting",
        /// A code is on its way.
        Sent => "sent",
        /// The provider's answer was lost: a message may have gone out.
        InDoubt => "in_doubt",
        /// Another message was asked for and is not sent yet.
        Resending => "resending",
        /// The right code was typed.
        Verified => "verified",
        /// Too many wrong codes, or refused at the start.
        Failed => "failed",
        /// The code ran out.
        Expired => "expired",
        /// The visitor cancelled.
        Cancelled => "cancelled",
    }
}

/// One attempt to sign in.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Our name for it.
    pub attempt_id: String,
    /// The provider's name for it; unknown until its answer came.
    pub request_id: Option<String>,
    /// Where the code goes.
    pub phone: PhoneNumber,
    /// How the store finds that number.
    pub phone_hash: String,
    /// Whose attempt it is.
    pub browser_hash: String,
    /// Where it stands.
    pub state: State,
    /// When it began, or was taken up again.
    pub created_at: Timestamp,
    /// When the provider was last asked to send.
    pub sent_at: Timestamp,
    /// Until when its code is good.
    pub expires_at: Timestamp,
    /// When it came to its end.
    pub ended_at: Option<Timestamp>,
    /// How many were typed.
    pub wrong_codes: i64,
    /// Keyed hash of the last code that was checked.
    pub pin_hash: Option<String>,
    /// Until then one request has the row to itself.
    pub claimed_until: Timestamp,
    /// When the provider is to be told that the visitor cancelled.
    pub cancel_at: Option<Timestamp>,
    /// What the guard counts it by.
    pub origin: Origin,
    /// Where the visitor goes once signed in.
    pub return_to: Option<String>,
    /// The code was right, and the app around us did not let the visitor in: its sentence, empty where it failed.
    pub denied: Option<String>,
    /// How its messages travel.
    pub delivery: Delivery,
}

/// Where a code goes and who asked for it, as the guard counts it.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The two letters of a country, or `+` and the prefix of a number that belongs to none.
    pub(crate) country: String,
    /// How the counters know the network that asked.
    pub address_hash: String,
    /// Asked for by a browser that this number has signed in with before.
    pub known: bool,
    /// Let through out of the reserve of a budget that was used up.
    pub(crate) reserve: bool,
    /// Outside of `ALLOWED_NUMBERS`: nothing is sent, and no code is right.
    pub(crate) outsider: bool,
}

/// How an attempt's messages travel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The channel of the newest message.
    pub(crate) channel: Channel,
    /// The channels of the request that runs at the provider.
    pub(crate) steps: Channels,
    /// How many of them have been taken.
    pub(crate) steps_taken: i64,
    /// How many messages were sent in this attempt, or may have been.
    pub(crate) sends: i64,
    /// When the first was asked for.
    pub first_sent_at: Timestamp,
    /// When the provider lets go of the number by itself.
    pub(crate) locked_until: Timestamp,
    /// Why the newest message will not arrive.
    pub(crate) trouble: Option<Trouble>,
    /// What else the visitor is to be told.
    pub(crate) note: Option<Note>,
    /// A message that was asked for and is not sent yet.
    pub(crate) resend: Option<PlannedResend>,
    /// Keyed hash of a code whose check got no answer.
    pub(crate) unanswered: Option<String>,
}

words! {
    /// What the visitor is to be told of an attempt; its word is the store's.
    pub(crate) Note {
        /// A further message was asked for and could not be sent.
        NotResent => "not_resent",
        /// Another browser asked for a code to the same number.
        TakenOver => "taken_over",
    }
}

/// A message that was asked for and is not sent yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlannedResend {
    /// How it goes out.
    pub(crate) channel: Channel,
    /// What is to be done for it.
    pub(crate) next: Move,
    pub(crate) due: Timestamp,
    /// How often `next` was tried in vain.
    pub(crate) tries: i64,
}

words! {
    /// What is to be done next to send a message again; its word is the store's.
    pub Move {
        /// Take the request's next step.
        Next => "next",
        /// Cancel the request.
        Cancel => "cancel",
        /// Start another one.
        Start => "start",
    }
}

/// What is written down of a request that the provider took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestTimes {
    /// When its message went out.
    pub(crate) sent_at: Timestamp,
    /// Until when its code is good.
    pub(crate) expires_at: Timestamp,
    /// When the provider lets go of the number by itself.
    pub(crate) locked_until: Timestamp,
}

impl Delivery {
    /// Of an attempt whose first request is about to be made.
    pub fn new(steps: Channels, now: Timestamp, locked_until: Timestamp) -> Self {
        Self {
            channel: steps.first(),
            steps,
            steps_taken: 1,
            sends: 0,
            first_sent_at: now,
            locked_until,
            trouble: None,
            note: None,
            resend: None,
            unanswered: None,
        }
    }
}
