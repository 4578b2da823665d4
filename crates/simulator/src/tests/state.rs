//! The state by itself: ids, codes, locks, tries, cancels and forgetting.

use std::{collections::HashSet, time::Duration};

use crate::{
    channel::Channel,
    clock::Timestamp,
    state::{KEPT, KEPT_FOR, RUNNING, State},
    verification::{Api, Cancel, Check, Delivery, Next, Plan, Step},
};

const NUMBER: &str = "447700900123";

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

pub(super) fn state() -> State {
    State::new(&super::options())
}

pub(super) fn step(channel: Channel, wait: u64, reuse_code: bool) -> Step {
    Step {
        channel,
        to: NUMBER.to_owned(),
        from: "Acme".to_owned(),
        wait: Duration::from_secs(wait),
        reuse_code,
    }
}

pub(super) fn plan(api: Api, steps: Vec<Step>) -> Plan {
    Plan {
        api,
        brand: "Acme".to_owned(),
        steps,
        code_length: 6,
        custom_code: None,
        code_lifetime: None,
        channel_timeout: Duration::from_mins(3),
        client_ref: None,
        delivery: Delivery::Arrives,
    }
}

fn one_sms() -> Plan {
    plan(Api::V2, vec![step(Channel::Sms, 180, false)])
}

fn to_number(number: &str) -> Plan {
    let mut plan = one_sms();
    number.clone_into(&mut plan.steps[0].to);
    plan
}

/// v1's three attempts with the two timings given.
pub(super) fn v1_attempts(lifetime: u64, wait: u64) -> Plan {
    let steps = [Channel::Sms, Channel::Voice, Channel::Voice].map(|channel| step(channel, wait, true));
    Plan { code_lifetime: Some(Duration::from_secs(lifetime)), ..plan(Api::V1, steps.to_vec()) }
}

pub(super) fn codes(state: &mut State, now: Timestamp) -> Vec<String> {
    state.inbox(now).newest(Some(NUMBER)).map(|message| message.code.clone()).collect()
}

pub(super) fn code(state: &mut State, now: Timestamp) -> String {
    codes(state, now).remove(0)
}

#[test]
fn codes_have_the_asked_length_and_differ() {
    for length in 4..=10 {
        let mut state = state();
        let mut seen = HashSet::new();
        for number in 0..20 {
            let mut plan = to_number(&format!("4477009000{number:02}"));
            plan.code_length = length;
            state.start(plan, at(0)).unwrap();
        }
        for message in state.inbox(at(0)).newest(None) {
            assert_eq!(message.code.len(), usize::from(length));
            assert!(message.code.bytes().all(|byte| byte.is_ascii_digit()));
            seen.insert(message.code.clone());
        }
        assert!(seen.len() > 10);
    }
}

#[test]
fn ids_are_unique_and_of_their_api() {
    let mut state = state();
    let mut ids = HashSet::new();
    for number in 0..50 {
        let mut plan = to_number(&format!("4477009000{number:02}"));
        plan.api = if number % 2 == 0 { Api::V1 } else { Api::V2 };
        let id = state.start(plan, at(0)).unwrap();
        let hex = id.bytes().filter(u8::is_ascii_hexdigit).count();
        assert_eq!((id.len(), hex), if number % 2 == 0 { (32, 32) } else { (36, 32) });
        ids.insert(id);
    }
    assert_eq!(ids.len(), 50);
}

#[test]
fn a_right_code_counts_once() {
    let mut state = state();
    let id = state.start(one_sms(), at(0)).unwrap();
    let code = code(&mut state, at(0));

    assert_eq!(state.check(Api::V2, &id, &code, at(1)), Check::Right);
    assert_eq!(state.check(Api::V2, &id, &code, at(1)), Check::Unknown);
}

#[test]
fn the_third_wrong_code_ends_it_and_frees_the_number() {
    let mut state = state();
    let id = state.start(one_sms(), at(0)).unwrap();
    let code = code(&mut state, at(0));

    assert_eq!(state.check(Api::V2, &id, "wrong", at(1)), Check::Wrong);
    assert_eq!(state.check(Api::V2, &id, "wrong", at(1)), Check::Wrong);
    assert_eq!(state.check(Api::V2, &id, "wrong", at(1)), Check::TooMany);
    assert_eq!(state.check(Api::V2, &id, &code, at(1)), Check::TooMany);
    assert!(state.start(one_sms(), at(1)).is_ok());
}

#[test]
fn a_fresh_code_brings_fresh_tries() {
    let mut state = state();
    let plan = plan(Api::V2, vec![step(Channel::Sms, 180, false), step(Channel::Voice, 180, false)]);
    let id = state.start(plan, at(0)).unwrap();

    state.check(Api::V2, &id, "wrong", at(1));
    state.check(Api::V2, &id, "wrong", at(1));
    state.next(Api::V2, &id, at(2));

    assert_eq!(state.check(Api::V2, &id, "wrong", at(3)), Check::Wrong);
}

#[test]
fn a_number_has_one_verification_whichever_api_started_it() {
    let mut state = state();
    let id = state.start(one_sms(), at(0)).unwrap();

    assert_eq!(state.start(v1_attempts(300, 60), at(1)), Err(id.clone()));
    assert_eq!(state.start(one_sms(), at(179)), Err(id));
    assert!(state.start(to_number("447700900124"), at(1)).is_ok());
    assert!(state.start(v1_attempts(300, 60), at(180)).is_ok());
}

#[test]
fn all_numbers_of_a_plan_are_taken_and_freed_together() {
    let mut state = state();
    let mut second = step(Channel::Voice, 180, true);
    "447700900124".clone_into(&mut second.to);
    let id = state.start(plan(Api::V2, vec![step(Channel::Sms, 180, true), second]), at(0)).unwrap();

    assert_eq!(state.start(to_number("447700900124"), at(1)), Err(id.clone()));
    assert_eq!(state.cancel(Api::V2, &id, at(30)), Cancel::Done);
    assert!(state.start(to_number("447700900124"), at(31)).is_ok());
}

#[test]
fn it_can_be_cancelled_from_30_s_on_until_a_second_message() {
    let mut state = state();
    let steps = vec![step(Channel::Sms, 60, true), step(Channel::Voice, 60, true)];
    let id = state.start(plan(Api::V2, steps.clone()), at(0)).unwrap();

    assert_eq!(state.cancel(Api::V2, &id, at(29)), Cancel::TooEarly);
    assert_eq!(state.cancel(Api::V2, &id, at(30)), Cancel::Done);
    assert_eq!(state.cancel(Api::V2, &id, at(31)), Cancel::Unknown);

    let id = state.start(plan(Api::V2, steps), at(100)).unwrap();
    assert_eq!(state.cancel(Api::V2, &id, at(160)), Cancel::TooLate);
}

#[test]
fn each_api_knows_only_its_own() {
    let mut state = state();
    let id = state.start(one_sms(), at(0)).unwrap();

    assert_eq!(state.check(Api::V1, &id, "000000", at(1)), Check::Unknown);
    assert_eq!(state.cancel(Api::V1, &id, at(40)), Cancel::Unknown);
    assert_eq!(state.next(Api::V1, &id, at(40)), Next::Unknown);
    assert!(state.find(Api::V1, &id, at(40)).is_none());
    assert!(state.find(Api::V2, &id, at(40)).is_some());
}

#[test]
fn what_has_ended_is_forgotten_after_a_while() {
    let mut state = state();
    let id = state.start(one_sms(), at(0)).unwrap();
    let code = code(&mut state, at(0));
    state.check(Api::V2, &id, &code, at(1));
    let kept = i64::try_from(KEPT_FOR.as_secs()).unwrap();

    assert!(state.find(Api::V2, &id, at(1 + kept)).is_some());
    assert!(state.find(Api::V2, &id, at(2 + kept)).is_none());
}

#[test]
fn only_so_many_ended_ones_are_kept() {
    let mut state = state();
    let mut ids = Vec::new();
    for _ in 0..=KEPT {
        let id = state.start(one_sms(), at(0)).unwrap();
        let code = code(&mut state, at(0));
        assert_eq!(state.check(Api::V2, &id, &code, at(0)), Check::Right);
        ids.push(id);
    }

    assert!(state.find(Api::V2, &ids[0], at(0)).is_none());
    assert!(state.find(Api::V2, &ids[1], at(0)).is_some());
}

#[test]
fn only_so_many_run() {
    let mut state = state();
    let mut start = |count: usize| state.start(to_number(&count.to_string()), at(0)).unwrap();
    let oldest = start(0);
    for count in 1..RUNNING - 1 {
        start(count);
    }
    let earliest = state.start(plan(Api::V2, vec![step(Channel::Sms, 179, true)]), at(0)).unwrap();
    let newest = state.start(to_number("447700900124"), at(0)).unwrap();

    assert_eq!(state.check(Api::V2, &earliest, "000000", at(0)), Check::Unknown);
    assert_eq!(state.check(Api::V2, &oldest, "wrong", at(0)), Check::Wrong);
    assert_eq!(state.check(Api::V2, &newest, "wrong", at(0)), Check::Wrong);
}
