use super::*;
use crate::{
    attempt::PlannedResend,
    sign_in::tests::{LIFETIME, NOW, attempt, secs},
};

#[test]
fn what_the_next_page_is_follows_from_the_row_and_the_time() {
    let resend = PlannedResend { channel: Channel::Sms, next: Move::Start, due: NOW, tries: 0 };
    let row = |state, age, change: fn(&mut Attempt)| {
        let mut attempt = attempt(state, age);
        change(&mut attempt);
        attempt
    };
    let claimed = |attempt: &mut Attempt| attempt.claimed_until = NOW + secs(1);
    let again = Attempt {
        delivery: crate::attempt::Delivery {
            resend: Some(resend),
            ..attempt(State::Starting, secs(1)).delivery
        },
        ..row(State::Starting, secs(1), claimed)
    };
    let noted = |state, note| {
        let mut attempt = attempt(state, secs(1));
        attempt.delivery.note = Some(note);
        attempt
    };
    for (attempt, expected) in [
        (row(State::Sent, secs(1), |_| ()), Stage::Code),
        (row(State::Sent, LIFETIME, |_| ()), Stage::Over(Over::Expired)),
        (row(State::Resending, secs(1), |_| ()), Stage::Resend),
        (row(State::Resending, LIFETIME, |_| ()), Stage::Over(Over::Expired)),
        (again.clone(), Stage::Resend),
        (Attempt { claimed_until: NOW, ..again }, Stage::Over(Over::InDoubt)),
        (row(State::InDoubt, secs(1), |_| ()), Stage::Over(Over::InDoubt)),
        (row(State::InDoubt, LIFETIME, |_| ()), Stage::Nothing),
        (row(State::Expired, LIFETIME, |_| ()), Stage::Over(Over::Expired)),
        (noted(State::Failed, Note::NotResent), Stage::Over(Over::NotResent { first: true })),
        (noted(State::Sent, Note::NotResent), Stage::Code),
        (noted(State::Cancelled, Note::TakenOver), Stage::Over(Over::TakenOver)),
        (row(State::Cancelled, secs(1), |_| ()), Stage::Nothing),
        (row(State::Failed, secs(1), |_| ()), Stage::Nothing),
        (row(State::Verified, secs(1), |_| ()), Stage::Nothing),
    ] {
        assert_eq!(standing(&attempt, NOW), expected, "{attempt:?}");
    }
}
