//! What the provider promises, as data. The state machine waits and counts by it, the clients speak by it, and the settings
//! are checked against it.
//!
//! What this module promises:
//! * A number here is the provider's: from its documents or, where these are silent, from those who use it. How long we wait
//!   ourselves, and how much room we leave for slow answers, stands where that rule lives.
//! * A channel that the provider gets no name for does not compile.

use std::{ops::RangeInclusive, time::Duration};

use crate::channel::{Channel, Channels};

/// What holds for one of the provider's two APIs.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "facts that have nothing to do with each other")]
pub(crate) struct Facts {
    /// As `VERIFY_API` names it.
    pub(crate) name: &'static str,
    /// How many digits a code can have.
    pub(crate) code_lengths: &'static [u8],
    /// How long a step can run; its code is good as long.
    #[cfg_attr(not(test), expect(dead_code, reason = "a test holds the steps of all lifetimes to it"))]
    pub(crate) step: RangeInclusive<Duration>,
    /// How many wrong codes a request takes. With the last of them it ends, or with the next one: sources differ, and past
    /// the count nothing is promised.
    pub(crate) wrong_codes: i64,
    /// A cancel is refused until the request is so old.
    pub(crate) cancel_after: Duration,
    /// A cancel is refused once more messages than this are out. The number is locked then until the request ends.
    pub(crate) cancellable_messages: i64,
    /// For about a dozen seconds after a cancel a new request to the number may be refused as one that runs already. No
    /// document says so; it was reported of v2, and v1 is taken to be no quicker.
    pub(crate) lock_after_cancel: Duration,
    /// Whether a step that is taken early lasts its whole time from then on. Else the request ends when it would have.
    pub(crate) early_step_lasts_anew: bool,
    /// Whether it can be asked what became of a request.
    pub(crate) can_search: bool,
    /// Whether it takes the tokens of an application, besides key and secret; only then does it call back.
    pub(crate) takes_applications: bool,
    /// Whether the UUIDs that name requests have hyphens.
    pub(crate) hyphens_in_ids: bool,
    /// How many calls a second it takes. The documents of v1 say so; of v2 only a list made by others does.
    pub(crate) calls_per_second: u32,
    /// Whether one request can have these steps.
    pub(crate) holds: fn(Channels) -> bool,
}

/// Verify (Legacy): `next_event_wait` is the length of a step, and `pin_expiry`, up to an hour, that of all together.
pub(crate) const V1: Facts = Facts {
    name: "v1",
    code_lengths: &[4, 6],
    step: Duration::from_mins(1)..=Duration::from_mins(15),
    wrong_codes: 3,
    cancel_after: Duration::from_secs(30),
    cancellable_messages: 1,
    lock_after_cancel: Duration::from_secs(15),
    early_step_lasts_anew: false,
    can_search: true,
    takes_applications: false,
    hyphens_in_ids: false,
    calls_per_second: 30,
    holds: |steps| v1_workflow(steps).is_some(),
};

/// Verify v2: `channel_timeout` is the length of a step. With some contracts 60 s is the least.
pub(crate) const V2: Facts = Facts {
    name: "v2",
    code_lengths: &[4, 5, 6, 7, 8, 9, 10],
    step: Duration::from_secs(15)..=Duration::from_mins(15),
    wrong_codes: 3,
    cancel_after: Duration::from_secs(30),
    cancellable_messages: 1,
    lock_after_cancel: Duration::from_secs(15),
    early_step_lasts_anew: true,
    can_search: false,
    takes_applications: true,
    hyphens_in_ids: true,
    calls_per_second: 30,
    holds: |_| true,
};

impl Facts {
    /// Whether a request can still be cancelled of which so many messages are out.
    pub(crate) const fn can_cancel(&self, messages: i64) -> bool {
        messages <= self.cancellable_messages
    }

    /// How many tries are left after so many wrong codes; `None` past the number that is promised.
    pub(crate) fn tries_left(&self, wrong_codes: i64) -> Option<i64> {
        Some(self.wrong_codes - wrong_codes).filter(|left| *left > 0)
    }
}

/// The workflow of v1 that has these steps and no other, if there is one.
pub(super) const fn v1_workflow(steps: Channels) -> Option<u8> {
    match (steps.first(), steps.second()) {
        (Channel::Sms, Some(Channel::Voice)) => Some(5),
        (Channel::Sms, None) => Some(6),
        (Channel::Voice, None) => Some(7),
        (Channel::Voice, Some(Channel::Sms | Channel::Voice)) | (Channel::Sms, Some(Channel::Sms)) => None,
    }
}

/// How v2 names a channel, in requests and callbacks.
pub(super) const fn v2_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Sms => "sms",
        Channel::Voice => "voice",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_counted_only_while_some_are_left() {
        for facts in [V1, V2] {
            assert_eq!([1, 2, 3, 4].map(|wrong| facts.tries_left(wrong)), [Some(2), Some(1), None, None]);
        }
    }

    #[test]
    fn a_request_can_be_cancelled_until_its_second_message() {
        for facts in [V1, V2] {
            assert_eq!([1, 2].map(|out| facts.can_cancel(out)), [true, false]);
        }
    }
}
