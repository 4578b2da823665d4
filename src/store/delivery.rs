//! How the messages of an attempt travel.

use sqlx::{Row, any::AnyRow};

use super::StoreError;
use crate::{
    channel::{Channel, Channels, Trouble},
    clock::Timestamp,
    words::words,
};

/// How an attempt's messages travel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The channel of the newest message.
    pub channel: Channel,
    /// The channels of the request that runs at the provider.
    pub steps: Channels,
    /// How many of them have been taken.
    pub taken: i64,
    /// How many messages were sent in this attempt, or may have been.
    pub sends: i64,
    /// When the first was asked for.
    pub first_sent_at: Timestamp,
    /// When the provider lets go of the number by itself.
    pub locked_until: Timestamp,
    /// Why the newest message will not arrive.
    pub trouble: Option<Trouble>,
    /// What else the visitor is to be told.
    pub note: Option<Note>,
    /// A message that was asked for and is not sent yet.
    pub resend: Option<Resend>,
    /// Keyed hash of a code whose check got no answer.
    pub unanswered: Option<String>,
}

words! {
    /// What the visitor is to be told of an attempt; its word is the store's.
    pub Note {
        /// A further message was asked for and could not be sent.
        NotResent => "not_resent",
        /// Another browser asked for a code to the same number.
        TakenOver => "taken_over",
    }
}

/// A message that was asked for and is not sent yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resend {
    /// How it goes out.
    pub channel: Channel,
    /// What is to be done for it.
    pub next: Move,
    /// When.
    pub due: Timestamp,
    /// How often `next` was tried in vain.
    pub tries: i64,
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
pub struct Sent {
    /// When its message went out.
    pub sent_at: Timestamp,
    /// Until when its code is good.
    pub expires_at: Timestamp,
    /// When the provider lets go of the number by itself.
    pub locked_until: Timestamp,
}

macro_rules! delivery_columns {
    () => {
        "channel, steps, taken, sends, first_sent_at, locked_until, trouble, note, resend_channel, next_move, \
         move_at, moves, unanswered"
    };
}
pub(super) use delivery_columns;

impl Delivery {
    /// Of an attempt whose first request is about to be made.
    pub fn new(steps: Channels, now: Timestamp, locked_until: Timestamp) -> Self {
        Self {
            channel: steps.first(),
            steps,
            taken: 1,
            sends: 0,
            first_sent_at: now,
            locked_until,
            trouble: None,
            note: None,
            resend: None,
            unanswered: None,
        }
    }

    /// Reads the [`delivery_columns`] of a row, of which the first is at `index`.
    pub(super) fn read(row: &AnyRow, index: usize) -> Result<Self, StoreError> {
        let word = |offset: usize| row.try_get::<Option<String>, _>(index + offset);
        let time = |offset: usize| row.try_get::<Option<i64>, _>(index + offset);
        let channel = word(0)?.as_deref().and_then(Channel::parse).unwrap_or(Channel::Sms);
        let steps = word(1)?.as_deref().and_then(Channels::parse);
        let moves = word(9)?.as_deref().and_then(Move::parse);
        let asked = word(8)?.as_deref().and_then(Channel::parse).zip(moves).zip(time(10)?);
        let tries = row.try_get(index + 11)?;
        Ok(Self {
            channel,
            steps: steps.unwrap_or(Channels::only(channel)),
            taken: row.try_get(index + 2)?,
            sends: row.try_get(index + 3)?,
            first_sent_at: Timestamp::from_millis(row.try_get(index + 4)?),
            locked_until: Timestamp::from_millis(row.try_get(index + 5)?),
            trouble: word(6)?.as_deref().and_then(Trouble::parse),
            note: word(7)?.as_deref().and_then(Note::parse),
            resend: asked.map(|((channel, next), due)| {
                let due = Timestamp::from_millis(due);
                Resend { channel, next, due, tries }
            }),
            unanswered: word(12)?,
        })
    }
}
