use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn sends() -> Circuit {
    Circuit::new(secs(15), secs(120))
}

fn fault(number: &str) -> Failure {
    failure(&VerifyError::TimedOut, number.to_owned()).unwrap()
}

fn unreachable() -> Failure {
    failure(&VerifyError::Unreachable("refused".to_owned()), "1".to_owned()).unwrap()
}

fn credentials() -> Failure {
    failure(&VerifyError::Credentials("HTTP 401".to_owned()), "1".to_owned()).unwrap()
}

/// Five visitors in a row meet a fault at `now`.
fn open(circuit: &mut Circuit, now: Timestamp) {
    for number in ["1", "2", "3", "4"] {
        assert_eq!(circuit.record(now, false, Some(fault(number))), None);
    }
    let news = circuit.record(now, false, Some(fault("5")));
    assert!(matches!(news, Some(News::Opened { pause, .. }) if pause == secs(15)), "{news:?}");
}

fn wait(circuit: &mut Circuit, now: Timestamp) -> Option<Duration> {
    circuit.paused(now).map(|paused| paused.wait)
}

#[test]
fn five_faults_in_a_row_open_it_and_the_wait_is_told() {
    let mut circuit = sends();
    assert_eq!(circuit.admit(NOW), Ok(false));
    open(&mut circuit, NOW);

    for (passed, left) in [(0, Some(15)), (14, Some(1)), (15, None)] {
        assert_eq!(wait(&mut circuit, NOW + secs(passed)), left.map(secs), "after {passed} s");
    }
    let paused = circuit.admit(NOW + secs(4)).unwrap_err();
    assert_eq!(paused, Paused { wait: secs(11), cause: Cause::Faults });
    assert_eq!(paused.to_string(), "the provider is left alone for 11 s, for it keeps failing");
}

#[test]
fn faults_that_are_no_row_leave_it_closed() {
    let far_apart = |circuit: &mut Circuit| {
        for (number, at) in ["1", "2", "3", "4", "5", "6"].into_iter().zip(0..) {
            circuit.record(NOW + secs(15 * at), false, Some(fault(number)));
        }
    };
    let broken_by_an_answer = |circuit: &mut Circuit| {
        for number in ["1", "2", "3", "4", "", "5", "6", "7", "8"] {
            circuit.record(NOW, false, (!number.is_empty()).then(|| fault(number)));
        }
    };
    let of_one_number = |circuit: &mut Circuit| {
        for _ in 0..20 {
            circuit.record(NOW, false, Some(fault("1")));
        }
    };
    for row in [&far_apart as &dyn Fn(&mut Circuit), &broken_by_an_answer, &of_one_number] {
        let mut circuit = sends();
        row(&mut circuit);
        assert_eq!(circuit.admit(NOW + secs(75)), Ok(false));
    }
}

#[test]
fn a_provider_that_was_not_reached_never_saw_the_number() {
    let mut circuit = sends();
    let news: Vec<_> = (0..5).filter_map(|_| circuit.record(NOW, false, Some(unreachable()))).collect();
    assert!(matches!(news[..], [News::Opened { .. }]), "{news:?}");
}

#[test]
fn one_visitor_probes_and_a_good_answer_closes_it() {
    let mut circuit = sends();
    open(&mut circuit, NOW);
    let later = NOW + secs(15);

    assert_eq!(circuit.admit(later), Ok(true), "the probe");
    assert_eq!(wait(&mut circuit, later), Some(secs(20)), "nobody else while it runs");
    circuit.admit(later + secs(19)).unwrap_err();

    assert_eq!(circuit.record(later + secs(1), true, None), Some(News::Closed));
    assert_eq!(circuit.admit(later + secs(1)), Ok(false));
    assert_eq!(circuit.record(later + secs(2), false, Some(fault("1"))), None, "the row begins anew");
}

#[test]
fn each_failed_probe_doubles_the_pause_up_to_two_minutes() {
    let mut circuit = sends();
    open(&mut circuit, NOW);
    let mut now = NOW + secs(15);
    for pause in [30, 60, 120, 120] {
        assert_eq!(circuit.admit(now), Ok(true));
        circuit.record(now, true, Some(fault("1")));
        assert_eq!(wait(&mut circuit, now), Some(secs(pause)));
        now = now + secs(pause);
    }
    circuit.record(now, true, None);
    open(&mut circuit, now);
    assert_eq!(wait(&mut circuit, now), Some(secs(15)), "a success starts it over");
}

#[test]
fn calls_from_before_it_opened_do_not_lengthen_the_pause_but_their_success_ends_it() {
    let mut circuit = sends();
    open(&mut circuit, NOW);
    for number in ["6", "7", "8", "9", "10"] {
        assert_eq!(circuit.record(NOW + secs(3), false, Some(fault(number))), None);
    }
    assert_eq!(wait(&mut circuit, NOW + secs(3)), Some(secs(12)));
    assert_eq!(circuit.record(NOW + secs(4), false, None), Some(News::Closed));
    assert_eq!(wait(&mut circuit, NOW + secs(4)), None);
}

#[test]
fn a_probe_that_never_ends_does_not_keep_it_open() {
    let mut circuit = sends();
    open(&mut circuit, NOW);
    assert_eq!(circuit.admit(NOW + secs(15)), Ok(true));
    assert_eq!(circuit.admit(NOW + secs(35)), Ok(true));
}

#[test]
fn a_clock_set_back_makes_nobody_wait_for_it() {
    let mut circuit = sends();
    open(&mut circuit, NOW);
    let before = NOW - secs(3600);
    assert_eq!(wait(&mut circuit, before), Some(secs(15)));
    assert_eq!(circuit.admit(before + secs(15)), Ok(true));
}

#[test]
fn a_fault_of_the_account_opens_it_at_once_and_alarms_once_a_minute() {
    let mut circuit = sends();
    assert_eq!(circuit.alarm(NOW), None);
    assert_eq!(circuit.record(NOW, false, Some(credentials())), None);

    let alarms: Vec<_> = (0..150).filter(|second| circuit.alarm(NOW + secs(*second)).is_some()).collect();
    assert_eq!(alarms, [0, 60, 120]);
    assert!(matches!(circuit.paused(NOW), Some(Paused { cause: Cause::Account, .. })));
    assert!(circuit.alarm(NOW - secs(3600)).is_some(), "the clock was set back");

    circuit.record(NOW + secs(150), true, None);
    assert_eq!(circuit.alarm(NOW + secs(300)), None, "it is over");
    circuit.record(NOW + secs(300), false, Some(credentials()));
    assert!(circuit.alarm(NOW + secs(300)).unwrap().contains("check key and secret"));
}

#[test]
fn one_number_that_is_forbidden_does_not_close_the_door_for_all() {
    let mut circuit = sends();
    let forbidden = VerifyError::Forbidden("HTTP 403".to_owned());
    for _ in 0..20 {
        circuit.record(NOW, false, failure(&forbidden, "1".to_owned()));
    }
    assert_eq!((circuit.admit(NOW), circuit.alarm(NOW)), (Ok(false), None));

    for number in ["2", "3", "4", "5"] {
        circuit.record(NOW, false, failure(&forbidden, number.to_owned()));
    }
    circuit.admit(NOW).unwrap_err();
    assert!(circuit.alarm(NOW).unwrap().contains("HTTP 403"));
}

#[test]
fn what_is_about_one_number_or_our_rate_is_an_answer() {
    use VerifyError as E;
    let text = String::new;
    for error in [
        E::AlreadyRunning(None),
        E::InvalidNumber(text()),
        E::NotRoutable(text()),
        E::Blocked(text()),
        E::NetworkUnsupported(text()),
        E::NotApproved(text()),
        E::Throttled(text()),
        E::Parameter(text()),
        E::CustomCode(text()),
        E::SilentAuth(text()),
    ] {
        assert!(failure(&error, "1".to_owned()).is_none(), "{error:?}");
    }
}

#[test]
fn a_lost_send_and_a_lost_check_are_told_apart() {
    let breakers = Breakers::default();
    for number in ["1", "2", "3", "4", "5"] {
        let permit = breakers.sends.admit(NOW, number).unwrap();
        breakers.sends.record(permit, NOW, Some(&VerifyError::TimedOut));
    }
    assert!(breakers.sends.paused(NOW).is_some());
    assert!(breakers.clone().sends.admit(NOW, "6").is_err(), "clones share it");
    assert_eq!(breakers.checks.paused(NOW), None);
}

proptest! {
    /// Whatever happens in whatever order: nobody waits longer than the longest pause, the wait that is told is
    /// enough, one probe runs at a time, and alarms keep their distance.
    #[test]
    fn its_promises_hold_in_any_order(
        events in prop::collection::vec((0_u64..40, 0_u8..4, any::<bool>(), 0_u8..7), 1..80)
    ) {
        let mut circuit = sends();
        let (mut now, mut probes, mut last_alarm) = (NOW, Vec::new(), None);
        for (passed, outcome, end_probe, number) in events {
            now = now + secs(passed);
            let number = number.to_string();
            if end_probe && let Some(began) = probes.pop() {
                prop_assert!(began <= now);
                circuit.record(now, true, (outcome > 0).then(|| fault(&number)));
            }
            match circuit.admit(now) {
                Err(paused) => {
                    prop_assert!(paused.wait <= secs(120) && !paused.wait.is_zero());
                    prop_assert!(circuit.paused(now + paused.wait).is_none());
                }
                Ok(true) => {
                    prop_assert!(circuit.admit(now).is_err(), "a second probe");
                    probes.push(now);
                }
                Ok(false) => {
                    let failure = match outcome {
                        0 => None,
                        1 => Some(credentials()),
                        2 => Some(unreachable()),
                        _ => Some(fault(&number)),
                    };
                    let answered = failure.is_none();
                    circuit.record(now, false, failure);
                    prop_assert!(!answered || circuit.paused(now).is_none());
                }
            }
            if circuit.alarm(now).is_some() {
                prop_assert!(last_alarm.is_none_or(|at| now.since(at) >= secs(60)));
                last_alarm = Some(now);
            }
        }
    }
}
