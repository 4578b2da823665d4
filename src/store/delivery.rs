//! How the messages of an attempt travel.

use super::engine::{self, Row};
use crate::{
    attempt::{Delivery, Move, Note, PlannedResend},
    channel::{Channel, Channels, Trouble},
};

macro_rules! delivery_columns {
    () => {
        "channel, steps, taken, sends, first_sent_at, locked_until, trouble, note, resend_channel, next_move, \
         move_at, moves, unanswered"
    };
}
pub(super) use delivery_columns;

pub(super) fn read(row: &mut Row) -> Result<Delivery, engine::Trouble> {
    let channel = row.text("channel")?;
    let channel = Channel::parse(&channel).unwrap_or(Channel::Sms);
    let steps = Channels::parse(&row.text("steps")?).unwrap_or(Channels::only(channel));
    let (steps_taken, sends) = (row.int("taken")?, row.int("sends")?);
    let (first_sent_at, locked_until) = (row.time("first_sent_at")?, row.time("locked_until")?);
    let trouble = row.maybe_text("trouble")?.as_deref().and_then(Trouble::parse);
    let note = row.maybe_text("note")?.as_deref().and_then(Note::parse);
    let resend_channel = row.maybe_text("resend_channel")?.as_deref().and_then(Channel::parse);
    let next = row.maybe_text("next_move")?.as_deref().and_then(Move::parse);
    let due = row.maybe_time("move_at")?;
    let tries = row.int("moves")?;
    let resend = resend_channel.zip(next).zip(due);
    Ok(Delivery {
        channel,
        steps,
        steps_taken,
        sends,
        first_sent_at,
        locked_until,
        trouble,
        note,
        resend: resend.map(|((channel, next), due)| PlannedResend { channel, next, due, tries }),
        unanswered: row.maybe_text("unanswered")?,
    })
}
