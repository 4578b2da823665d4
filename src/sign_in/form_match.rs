//! What a code's form meets, by what its browser has under way: a function of rows and time.

use super::{TOMBSTONE, app, runs};
use crate::{
    attempt::{Attempt, Note, State},
    clock::Timestamp,
    hooks::Deny,
};

/// Why a request is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Wrong codes.
    TooMany,
    /// Its time is over, or its code was used.
    Expired,
    /// Over, after a check whose answer was lost: the code may have been right.
    Unclear,
    /// Another message was asked for and could not be sent.
    NotResent,
}

/// What a browser's attempts say about a form, without asking the provider.
#[derive(Debug, Clone)]
pub(super) enum FormMatch<'a> {
    /// Another request has the row, or the address has to wait.
    Busy(&'a Attempt),
    /// A code was accepted a moment ago: if by this very form, it is the second half of a double click.
    JustVerified(&'a Attempt),
    /// Its code was right, and its visitor was not let in.
    Denied(Deny),
    Ended(Ending),
    /// Another message is on its way, and this code may no longer work.
    Resending,
    OtherAttempt,
    Cancelled {
        taken_over: bool,
    },
    NoAttempt,
}

/// Decides by the browser's attempts, newest first, for a form that names `request_id`.
pub(super) fn match_form<'a>(attempts: &'a [Attempt], request_id: &str, now: Timestamp) -> FormMatch<'a> {
    let Some(current) = attempts.first() else { return FormMatch::NoAttempt };
    if current.request_id.as_deref() != Some(request_id) {
        let pending = runs(current, now);
        return if pending { FormMatch::OtherAttempt } else { FormMatch::NoAttempt };
    }
    let note = current.delivery.note;
    match current.state {
        State::Sent if current.expires_at > now => FormMatch::Busy(current),
        State::Sent | State::Expired => FormMatch::Ended(Ending::Expired),
        State::Failed if note == Some(Note::NotResent) => FormMatch::Ended(Ending::NotResent),
        State::Failed => FormMatch::Ended(Ending::TooMany),
        State::Verified => {
            if let Some(deny) = app::denied(current) {
                return FormMatch::Denied(deny);
            }
            let fresh = current.ended_at.is_some_and(|at| now.since(at) < TOMBSTONE);
            if fresh { FormMatch::JustVerified(current) } else { FormMatch::NoAttempt }
        }
        State::Resending => FormMatch::Resending,
        State::Cancelled => FormMatch::Cancelled { taken_over: note == Some(Note::TakenOver) },
        State::Starting | State::InDoubt => FormMatch::NoAttempt,
    }
}
