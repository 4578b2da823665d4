use super::*;
use crate::{
    attempt::Delivery,
    sign_in::tests::{NOW, attempt, secs},
    verify::facts::V2,
};

fn channels(text: &str) -> Channels {
    Channels::parse(text).unwrap()
}

/// A running attempt whose last message went out `last` ago, and its first `first` ago.
fn sent(first: u64, last: u64, change: impl FnOnce(&mut Delivery)) -> Attempt {
    let mut attempt = attempt(State::Sent, secs(last));
    attempt.delivery.first_sent_at = NOW - secs(first);
    attempt.delivery.sends = 1;
    attempt.delivery.steps = channels("sms,voice");
    attempt.delivery.locked_until = NOW + secs(500);
    change(&mut attempt.delivery);
    attempt
}

#[test]
fn what_can_be_asked_for_follows_from_the_row_and_the_time() {
    let both = channels("sms,voice");
    let after = |wait| Offer::After { wait: secs(wait), channels: both };
    let nothing = |why, wait| Offer::Nothing { why, wait: secs(wait) };
    for (attempt, expected) in [
        (sent(0, 0, |_| ()), after(30)),
        (sent(29, 29, |_| ()), after(1)),
        (sent(30, 30, |_| ()), after(0)),
        (sent(200, 40, |delivery| delivery.sends = 3), after(0)),
        (sent(200, 40, |delivery| delivery.sends = 4), nothing(NoResend::UsedUp, 260)),
        (sent(525, 200, |_| ()), after(0)),
        (sent(526, 200, |_| ()), nothing(NoResend::TooLate, 100)),
        (sent(60, 30, |delivery| delivery.steps_taken = 2), nothing(NoResend::BothOut, 500)),
    ] {
        assert_eq!(offer(&V2, &attempt, both, NOW), expected, "{attempt:?}");
    }
}

#[test]
fn both_out_lasts_until_the_provider_lets_go_and_no_shorter_than_the_code() {
    let over = sent(60, 30, |delivery| {
        delivery.steps_taken = 2;
        delivery.locked_until = NOW;
    });
    let wait = secs(270);
    assert_eq!(offer(&V2, &over, channels("sms"), NOW), Offer::Nothing { why: NoResend::BothOut, wait });
}

#[test]
fn the_next_step_is_taken_where_it_is_the_channel_asked_for() {
    for (steps, taken, channel, expected) in [
        ("sms,voice", 1, Channel::Voice, Move::Next),
        ("voice,sms", 1, Channel::Sms, Move::Next),
        ("sms,voice", 1, Channel::Sms, Move::Cancel),
        ("sms,voice", 2, Channel::Voice, Move::Cancel),
        ("sms", 1, Channel::Sms, Move::Cancel),
        ("voice", 1, Channel::Sms, Move::Cancel),
    ] {
        let attempt = sent(60, 30, |delivery| {
            delivery.steps = channels(steps);
            delivery.steps_taken = taken;
        });
        assert_eq!(first_move(&attempt, channel), expected, "{steps} {taken} {channel:?}");
    }
}
