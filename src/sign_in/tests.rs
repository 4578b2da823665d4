//! The decisions, as functions of rows and time. What they do to the world is tested through the app.

use std::time::Duration;

use super::{CLAIM, DOUBT, action, form_match};
use crate::{
    attempt::{Attempt, Delivery, Note, Origin, State},
    channel::{Channel, Channels},
    clock::Timestamp,
    phone::PhoneNumber,
    sign_in::TOMBSTONE,
};

pub(super) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
pub(super) const LIFETIME: Duration = Duration::from_mins(5);

fn phone(last: u8) -> PhoneNumber {
    PhoneNumber::from_store(format!("+120255501{last:02}"))
}

/// An attempt to number 23, begun `age` ago.
pub(super) fn attempt(state: State, age: Duration) -> Attempt {
    let sent_at = NOW - age;
    Attempt {
        denied: None,
        attempt_id: "a1".to_owned(),
        request_id: Some("r1".to_owned()),
        phone: phone(23),
        phone_hash: String::new(),
        browser_hash: String::new(),
        state,
        created_at: sent_at,
        sent_at,
        expires_at: sent_at + LIFETIME,
        ended_at: None,
        wrong_codes: 0,
        pin_hash: None,
        claimed_until: Timestamp::from_millis(0),
        cancel_at: None,
        origin: Origin::default(),
        return_to: None,
        delivery: Delivery::new(Channels::only(Channel::Sms), sent_at, sent_at + LIFETIME),
    }
}

pub(super) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn the_step_for_a_number_follows_from_the_attempts() {
    let starting = |claimed: bool, age| Attempt {
        request_id: None,
        claimed_until: if claimed { NOW + CLAIM } else { NOW },
        ..attempt(State::Starting, age)
    };
    let cancelled = |claimed: bool| Attempt {
        cancel_at: Some(NOW + secs(20)),
        claimed_until: if claimed { NOW + CLAIM } else { NOW },
        ..attempt(State::Cancelled, secs(10))
    };
    let other = |state| Attempt { phone: phone(24), ..attempt(state, secs(5)) };
    for (attempts, expected) in [
        (vec![], "Fresh"),
        (vec![attempt(State::Sent, secs(10))], "Resumed"),
        (vec![attempt(State::Sent, LIFETIME)], "Fresh"),
        (vec![attempt(State::Resending, secs(40))], "UnderWay"),
        (vec![starting(true, secs(1))], "Wait"),
        (vec![starting(false, secs(20))], "InDoubt(10s)"),
        (vec![starting(false, secs(30))], "Repeat"),
        (vec![attempt(State::InDoubt, secs(12))], "InDoubt(18s)"),
        (vec![attempt(State::InDoubt, DOUBT)], "Repeat"),
        (vec![attempt(State::InDoubt, LIFETIME)], "Fresh"),
        (vec![cancelled(false)], "TakeBack"),
        (vec![cancelled(true)], "Fresh"),
        (vec![attempt(State::Cancelled, secs(10))], "Fresh"),
        (vec![other(State::Sent), cancelled(false)], "Drop"),
        (vec![other(State::Starting)], "Drop"),
        (vec![other(State::Verified)], "Fresh"),
        (vec![attempt(State::Verified, secs(1))], "Fresh"),
        (vec![attempt(State::Failed, secs(1))], "Fresh"),
        (vec![attempt(State::Expired, secs(1))], "Fresh"),
    ] {
        let step = format!("{:?}", action::start_action(&attempts, &phone(23), NOW));
        let name = step.split_once("(Attempt").map_or(step.as_str(), |(name, _)| name);
        assert_eq!(name, expected, "{attempts:?}");
    }
}

#[test]
fn the_verdict_on_a_form_follows_from_the_attempts() {
    let verified =
        |age: Duration| Attempt { ended_at: Some(NOW - age), ..attempt(State::Verified, secs(100)) };
    let other = |state, age| Attempt { request_id: Some("r2".to_owned()), ..attempt(state, age) };
    let noted = |state, note| {
        let mut attempt = attempt(state, secs(1));
        attempt.delivery.note = Some(note);
        attempt
    };
    for (attempts, expected) in [
        (vec![], "NoAttempt"),
        (vec![attempt(State::Sent, secs(1))], "Busy"),
        (vec![attempt(State::Sent, LIFETIME)], "Ended(Expired)"),
        (vec![attempt(State::Expired, LIFETIME)], "Ended(Expired)"),
        (vec![attempt(State::Failed, secs(1))], "Ended(TooMany)"),
        (vec![noted(State::Failed, Note::NotResent)], "Ended(NotResent)"),
        (vec![attempt(State::Cancelled, secs(1))], "Cancelled { taken_over: false }"),
        (vec![noted(State::Cancelled, Note::TakenOver)], "Cancelled { taken_over: true }"),
        (vec![attempt(State::InDoubt, secs(1))], "NoAttempt"),
        (vec![other(State::Sent, secs(1)), attempt(State::Cancelled, secs(2))], "OtherAttempt"),
        (vec![other(State::Starting, secs(1))], "OtherAttempt"),
        (vec![other(State::Sent, LIFETIME)], "NoAttempt"),
        (vec![other(State::Verified, secs(1))], "NoAttempt"),
        (vec![verified(secs(59))], "JustVerified"),
        (vec![verified(TOMBSTONE)], "NoAttempt"),
    ] {
        let verdict = format!("{:?}", form_match::match_form(&attempts, "r1", NOW));
        let name = verdict.split_once("(Attempt").map_or(verdict.as_str(), |(name, _)| name);
        assert_eq!(name, expected, "{attempts:?}");
    }
}
