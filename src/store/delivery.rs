//! How the messages of an attempt travel.

use sqlx::{Row, any::AnyRow};

use super::StoreError;
use crate::{
    attempt::{Delivery, Move, Note, PlannedResend},
    channel::{Channel, Channels, Trouble},
    clock::Timestamp,
};

macro_rules! delivery_columns {
    () => {
        "channel, steps, taken, sends, first_sent_at, locked_until, trouble, note, resend_channel, next_move, \
         move_at, moves, unanswered"
    };
}
pub(super) use delivery_columns;

/// Reads the [`delivery_columns`] of a row, of which the first is at `index`.
pub(super) fn read(row: &AnyRow, index: usize) -> Result<Delivery, StoreError> {
    let word = |offset: usize| row.try_get::<Option<String>, _>(index + offset);
    let time = |offset: usize| row.try_get::<Option<i64>, _>(index + offset);
    let channel = word(0)?.as_deref().and_then(Channel::parse).unwrap_or(Channel::Sms);
    let steps = word(1)?.as_deref().and_then(Channels::parse);
    let moves = word(9)?.as_deref().and_then(Move::parse);
    let asked = word(8)?.as_deref().and_then(Channel::parse).zip(moves).zip(time(10)?);
    let tries = row.try_get(index + 11)?;
    Ok(Delivery {
        channel,
        steps: steps.unwrap_or(Channels::only(channel)),
        steps_taken: row.try_get(index + 2)?,
        sends: row.try_get(index + 3)?,
        first_sent_at: Timestamp::from_millis(row.try_get(index + 4)?),
        locked_until: Timestamp::from_millis(row.try_get(index + 5)?),
        trouble: word(6)?.as_deref().and_then(Trouble::parse),
        note: word(7)?.as_deref().and_then(Note::parse),
        resend: asked.map(|((channel, next), due)| {
            let due = Timestamp::from_millis(due);
            PlannedResend { channel, next, due, tries }
        }),
        unanswered: word(12)?,
    })
}
