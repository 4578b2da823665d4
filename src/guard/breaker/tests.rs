use proptest::prelude::*;

use super::*;

mod whole;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn sends() -> Circuit {
    Circuit::new((secs(15), secs(120)))
}

fn caller(number: &str, address: &str) -> Caller {
    let country = "GB".to_owned();
    Caller { number: number.to_owned(), address: address.to_owned(), country }
}

/// A visitor with a number and an address of their own.
fn visitor(name: &str) -> Caller {
    caller(name, name)
}

fn fault(name: &str) -> Failure {
    failure(&VerifyError::TimedOut, &visitor(name)).unwrap()
}

fn unreachable() -> Failure {
    failure(&VerifyError::Unreachable("refused".to_owned()), &visitor("1")).unwrap()
}

fn credentials() -> Failure {
    failure(&VerifyError::Credentials("HTTP 401".to_owned()), &visitor("1")).unwrap()
}

/// Five visitors in a row meet a fault at `now`.
fn open(circuit: &mut Circuit, now: Timestamp) {
    for name in ["1", "2", "3", "4"] {
        assert_eq!(circuit.record(now, Leave::Plain, Some(fault(name))), None);
    }
    let news = circuit.record(now, Leave::Plain, Some(fault("5")));
    assert!(matches!(news, Some(News::Opened { pause, .. }) if pause == secs(15)), "{news:?}");
}

/// Somebody whom no failure has met.
fn new() -> Caller {
    visitor("new")
}

fn wait(circuit: &mut Circuit, now: Timestamp) -> Option<Duration> {
    circuit.paused(now, &new()).map(|paused| paused.wait)
}

#[test]
fn five_faults_in_a_row_open_it_and_the_wait_is_told() {
    let mut circuit = sends();
    assert_eq!(circuit.admit(NOW, &new()), Ok(Leave::Plain));
    open(&mut circuit, NOW);

    for (passed, left) in [(0, Some(15)), (14, Some(1)), (15, None)] {
        assert_eq!(wait(&mut circuit, NOW + secs(passed)), left.map(secs), "after {passed} s");
    }
    let paused = circuit.admit(NOW + secs(4), &new()).unwrap_err();
    assert_eq!(paused, Paused { wait: secs(11), cause: Cause::Faults });
    assert_eq!(paused.to_string(), "the provider is left alone for 11 s, for it keeps failing");
}

#[test]
fn faults_that_are_no_row_leave_it_closed() {
    let far_apart = |circuit: &mut Circuit| {
        for (name, at) in ["1", "2", "3", "4", "5", "6"].into_iter().zip(0..) {
            circuit.record(NOW + secs(15 * at), Leave::Plain, Some(fault(name)));
        }
    };
    let broken_by_an_answer = |circuit: &mut Circuit| {
        for name in ["1", "2", "3", "4", "", "5", "6", "7", "8"] {
            circuit.record(NOW, Leave::Plain, (!name.is_empty()).then(|| fault(name)));
        }
    };
    let of = |number: &str, address: &str| failure(&VerifyError::TimedOut, &caller(number, address));
    let names = ["1", "2", "3", "4", "5", "6", "7"];
    let of_one_number = |circuit: &mut Circuit| {
        for address in names {
            circuit.record(NOW, Leave::Plain, of("1", address));
        }
    };
    let of_one_address = |circuit: &mut Circuit| {
        for number in names {
            circuit.record(NOW, Leave::Plain, of(number, "1"));
        }
    };
    let of_two_numbers_and_two_addresses = |circuit: &mut Circuit| {
        for name in names {
            circuit.record(NOW, Leave::Plain, of("1", name));
            circuit.record(NOW, Leave::Plain, of(name, "1"));
            circuit.record(NOW, Leave::Plain, of("2", name));
            circuit.record(NOW, Leave::Plain, of(name, "2"));
        }
    };
    for row in [
        &far_apart as &dyn Fn(&mut Circuit),
        &broken_by_an_answer,
        &of_one_number,
        &of_one_address,
        &of_two_numbers_and_two_addresses,
    ] {
        let mut circuit = sends();
        row(&mut circuit);
        assert_eq!(circuit.admit(NOW + secs(75), &new()), Ok(Leave::Plain));
    }
}

#[test]
fn a_provider_that_was_not_reached_never_saw_the_number() {
    let mut circuit = sends();
    let news: Vec<_> =
        (0..5).filter_map(|_| circuit.record(NOW, Leave::Plain, Some(unreachable()))).collect();
    assert!(matches!(news[..], [News::Opened { .. }]), "{news:?}");
}

#[test]
fn one_visitor_probes_and_a_good_answer_closes_it() {
    let mut circuit = sends();
    open(&mut circuit, NOW);
    let later = NOW + secs(15);

    assert_eq!(circuit.admit(later, &new()), Ok(Leave::Probe));
    assert_eq!(wait(&mut circuit, later), Some(secs(20)), "nobody else while it runs");
    circuit.admit(later + secs(19), &visitor("another")).unwrap_err();

    assert_eq!(circuit.record(later + secs(1), Leave::Probe, None), Some(News::Closed));
    assert_eq!(circuit.admit(later + secs(1), &new()), Ok(Leave::Plain));
    assert_eq!(circuit.record(later + secs(2), Leave::Plain, Some(fault("1"))), None, "the row begins anew");
}

#[test]
fn each_failed_probe_doubles_the_pause_up_to_two_minutes() {
    let mut circuit = sends();
    open(&mut circuit, NOW);
    let mut now = NOW + secs(15);
    for (name, pause) in [("6", 30), ("7", 60), ("8", 120), ("9", 120)] {
        assert_eq!(circuit.admit(now, &visitor(name)), Ok(Leave::Probe));
        circuit.record(now, Leave::Probe, Some(fault(name)));
        assert_eq!(wait(&mut circuit, now), Some(secs(pause)));
        now = now + secs(pause);
    }
    circuit.record(now, Leave::Probe, None);
    open(&mut circuit, now);
    assert_eq!(wait(&mut circuit, now), Some(secs(15)), "a success starts it over");
}

#[test]
fn the_probe_is_not_theirs_who_met_a_failure_until_nobody_else_has_come_for_a_while() {
    let mut circuit = sends();
    open(&mut circuit, NOW);
    // Of the row, by number or by address; and of a call from before it opened.
    circuit.record(NOW + secs(1), Leave::Plain, Some(fault("late")));
    let failed = [visitor("3"), caller("3", "elsewhere"), caller("another", "3"), visitor("late")];
    for (passed, left) in [(14, 16), (15, 15), (29, 1)] {
        for caller in &failed {
            let paused = circuit.paused(NOW + secs(passed), caller).unwrap();
            assert_eq!(paused.wait, secs(left), "{caller:?} after {passed} s");
        }
    }
    assert_eq!(wait(&mut circuit, NOW + secs(15)), None, "anybody else may");

    // It stays open for no longer where only they come; and what becomes of theirs holds nobody else up.
    let later = NOW + secs(30);
    assert_eq!(circuit.admit(later, &failed[0]), Ok(Leave::Again));
    circuit.admit(later, &visitor("4")).unwrap_err();
    assert_eq!(wait(&mut circuit, later), None);
    assert_eq!(circuit.record(later, Leave::Again, Some(fault("3"))), None);
    assert_eq!(wait(&mut circuit, later), None);
    assert_eq!(circuit.paused(later, &visitor("3")).unwrap().wait, secs(30));
    assert_eq!(circuit.admit(later + secs(30), &visitor("3")), Ok(Leave::Again));
    assert_eq!(circuit.record(later + secs(30), Leave::Again, None), Some(News::Closed));

    // Whose probe failed is one of them.
    open(&mut circuit, NOW);
    assert_eq!(circuit.admit(NOW + secs(15), &visitor("poller")), Ok(Leave::Probe));
    circuit.record(NOW + secs(15), Leave::Probe, Some(fault("poller")));
    assert_eq!(wait(&mut circuit, NOW + secs(15)), Some(secs(30)));
    circuit.admit(NOW + secs(45), &caller("6", "poller")).unwrap_err();
    assert_eq!(circuit.admit(NOW + secs(45), &new()), Ok(Leave::Probe));
}

#[test]
fn calls_from_before_it_opened_do_not_lengthen_the_pause_but_their_success_ends_it() {
    let mut circuit = sends();
    open(&mut circuit, NOW);
    for name in ["6", "7", "8", "9", "10"] {
        assert_eq!(circuit.record(NOW + secs(3), Leave::Plain, Some(fault(name))), None);
    }
    assert_eq!(wait(&mut circuit, NOW + secs(3)), Some(secs(12)));
    assert_eq!(circuit.record(NOW + secs(4), Leave::Plain, None), Some(News::Closed));
    assert_eq!(wait(&mut circuit, NOW + secs(4)), None);
}

#[test]
fn a_probe_that_never_ends_does_not_keep_it_open() {
    let mut circuit = sends();
    open(&mut circuit, NOW);
    for at in [15, 35] {
        assert_eq!(circuit.admit(NOW + secs(at), &new()), Ok(Leave::Probe));
    }
}

#[test]
fn a_clock_set_back_makes_nobody_wait_for_it() {
    let mut circuit = sends();
    open(&mut circuit, NOW);
    let before = NOW - secs(3600);
    assert_eq!(wait(&mut circuit, before), Some(secs(15)));
    assert_eq!(circuit.admit(before + secs(15), &new()), Ok(Leave::Probe));
    assert_eq!(circuit.paused(before, &visitor("1")).unwrap().wait, secs(30));
}

#[test]
fn a_fault_of_the_account_opens_it_at_once_and_alarms_once_a_minute() {
    let mut circuit = sends();
    assert_eq!(circuit.alarm(NOW), None);
    assert_eq!(circuit.record(NOW, Leave::Plain, Some(credentials())), None);

    let alarms: Vec<_> = (0..150).filter(|second| circuit.alarm(NOW + secs(*second)).is_some()).collect();
    assert_eq!(alarms, [0, 60, 120]);
    assert!(matches!(circuit.paused(NOW, &new()), Some(Paused { cause: Cause::Account, .. })));
    assert!(circuit.alarm(NOW - secs(3600)).is_some(), "the clock was set back");

    circuit.record(NOW + secs(150), Leave::Probe, None);
    assert_eq!(circuit.alarm(NOW + secs(300)), None, "it is over");
    circuit.record(NOW + secs(300), Leave::Plain, Some(credentials()));
    assert!(circuit.alarm(NOW + secs(300)).unwrap().contains("check key and secret"));
}
