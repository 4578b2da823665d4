//! What asking for a code means for a browser that may have asked before.

use std::time::Duration;

use super::{DOUBT, runs};
use crate::{
    attempt::{Attempt, State},
    clock::Timestamp,
    phone::PhoneNumber,
};

/// What to do about a number, given what the browser has tried before.
#[derive(Debug)]
pub(super) enum StartAction<'a> {
    /// Its code is good and not yet used.
    Resumed,
    /// Another message is on its way.
    UnderWay,
    /// Another click is asking the provider right now.
    Wait,
    /// The answer was lost less than [`DOUBT`] ago.
    InDoubt(Duration),
    /// Cancelled by the visitor, not yet at the provider.
    TakeBack(&'a Attempt),
    /// The answer was lost a while ago.
    Repeat(&'a Attempt),
    /// An attempt to another number runs: it ends first.
    Drop(&'a Attempt),
    Fresh,
}

/// Decides by the browser's attempts, newest first. Pure: the same rows and time give the same step.
pub(super) fn start_action<'a>(
    attempts: &'a [Attempt],
    phone: &PhoneNumber,
    now: Timestamp,
) -> StartAction<'a> {
    let running = attempts.iter().find(|attempt| runs(attempt, now));
    if let Some(attempt) = running.filter(|attempt| attempt.phone == *phone) {
        let lost = match attempt.state {
            State::Sent => return StartAction::Resumed,
            State::Resending => return StartAction::UnderWay,
            State::Starting if attempt.claimed_until > now => return StartAction::Wait,
            _ => now.since(attempt.sent_at),
        };
        return match DOUBT.saturating_sub(lost) {
            Duration::ZERO => StartAction::Repeat(attempt),
            wait => StartAction::InDoubt(wait),
        };
    }
    if let Some(other) = running {
        return StartAction::Drop(other);
    }
    let cancelled = attempts.iter().find(|attempt| {
        attempt.phone == *phone
            && attempt.state == State::Cancelled
            && attempt.cancel_at.is_some()
            && attempt.request_id.is_some()
            && attempt.expires_at > now
            && attempt.claimed_until <= now
    });
    cancelled.map_or(StartAction::Fresh, StartAction::TakeBack)
}
