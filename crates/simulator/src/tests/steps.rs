//! The state by itself: steps in time, and the codes they carry.

use super::state::{at, code, codes, plan, state, step, v1_attempts};
use crate::{
    channel::Channel,
    verification::{Api, Check, Delivery, Next, Plan},
};

#[test]
fn it_lasts_as_long_as_its_steps() {
    let steps = vec![step(Channel::Sms, 180, true), step(Channel::Voice, 180, true)];
    for (seconds, expected) in [(359, Check::Right), (360, Check::Unknown)] {
        let mut state = state();
        let id = state.start(plan(Api::V2, steps.clone()), at(0)).unwrap();
        let code = code(&mut state, at(0));
        assert_eq!(state.check(Api::V2, &id, &code, at(seconds)), expected, "after {seconds} s");
    }
}

#[test]
fn steps_are_taken_at_their_own_time_however_late_one_looks() {
    let mut state = state();
    let steps = vec![step(Channel::Sms, 60, false), step(Channel::Voice, 60, true)];
    state.start(plan(Api::V2, steps), at(0)).unwrap();

    let seen: Vec<_> = state.inbox(at(500)).newest(None).map(|got| (got.channel, got.sent_at)).collect();

    assert_eq!(seen, [(Channel::Voice, at(60)), (Channel::Sms, at(0))]);
}

#[test]
fn a_later_step_has_its_own_code_unless_it_reuses_the_first() {
    for reuse in [true, false] {
        let mut state = state();
        let steps = vec![step(Channel::Sms, 180, reuse), step(Channel::Voice, 180, reuse)];
        let id = state.start(plan(Api::V2, steps), at(0)).unwrap();
        let first = code(&mut state, at(0));

        assert_eq!(state.next(Api::V2, &id, at(10)), Next::Done);
        assert_eq!(code(&mut state, at(10)) == first, reuse);
        let expected = if reuse { Check::Right } else { Check::Wrong };
        assert_eq!(state.check(Api::V2, &id, &first, at(11)), expected);
    }
}

#[test]
fn the_next_step_comes_once_even_if_it_was_asked_for() {
    let mut state = state();
    let steps = vec![step(Channel::Sms, 60, false), step(Channel::Voice, 60, true)];
    let id = state.start(plan(Api::V2, steps), at(0)).unwrap();

    assert_eq!(state.next(Api::V2, &id, at(10)), Next::Done);
    assert_eq!(state.next(Api::V2, &id, at(10)), Next::NoneLeft);
    assert_eq!(codes(&mut state, at(65)).len(), 2);
    assert_eq!(state.next(Api::V2, &id, at(69)), Next::NoneLeft);
    assert_eq!(state.next(Api::V2, &id, at(70)), Next::Unknown);
}

#[test]
fn v1_timings_decide_which_attempts_share_a_code() {
    for (lifetime, wait, shared, end) in
        [(360, 120, [true, true], 360), (240, 120, [true, false], 480), (120, 120, [false, false], 360)]
    {
        let mut state = state();
        let id = state.start(v1_attempts(lifetime, wait), at(0)).unwrap();
        let mut codes = codes(&mut state, at(2 * i64::try_from(wait).unwrap()));
        codes.reverse();

        assert_eq!([codes[0] == codes[1], codes[1] == codes[2]], shared, "{lifetime}/{wait}");
        assert_eq!(state.check(Api::V1, &id, "wrong", at(end - 1)), Check::Wrong, "{lifetime}/{wait}");
        assert_eq!(state.check(Api::V1, &id, "wrong", at(end)), Check::Unknown, "{lifetime}/{wait}");
    }
}

#[test]
fn an_expired_v1_code_is_wrong_until_the_next_attempt_makes_a_new_one() {
    let mut state = state();
    let id = state.start(v1_attempts(60, 120), at(0)).unwrap();
    let first = code(&mut state, at(0));

    assert_eq!(state.check(Api::V1, &id, &first, at(60)), Check::Wrong);
    let second = code(&mut state, at(120));
    assert_eq!(state.check(Api::V1, &id, &second, at(121)), Check::Right);
}

#[test]
fn a_silent_step_takes_no_code() {
    let mut state = state();
    let steps = vec![step(Channel::SilentAuth, 60, false), step(Channel::Sms, 180, false)];
    let id = state.start(plan(Api::V2, steps), at(0)).unwrap();

    assert_eq!(state.check(Api::V2, &id, "000000", at(1)), Check::NoCode);
    let code = code(&mut state, at(60));
    assert_eq!(state.check(Api::V2, &id, &code, at(61)), Check::Right);
}

#[test]
fn delivery_decides_what_arrives() {
    for (delivery, expected) in [
        (Delivery::Arrives, vec![Channel::Voice, Channel::Sms]),
        (Delivery::VoiceOnly, vec![Channel::Voice]),
        (Delivery::Fails, vec![]),
        (Delivery::Blocked, vec![]),
    ] {
        let mut state = state();
        let steps = vec![step(Channel::Sms, 60, true), step(Channel::Voice, 60, true)];
        state.start(Plan { delivery, ..plan(Api::V2, steps) }, at(0)).unwrap();
        let arrived: Vec<_> = state.inbox(at(60)).newest(None).map(|message| message.channel).collect();
        assert_eq!(arrived, expected, "{delivery:?}");
    }
}
