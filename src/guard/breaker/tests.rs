use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn sends() -> Circuit {
    Circuit::new(secs(15), secs(120))
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

/// How a call for a visitor of a country ends.
fn call(breaker: &Breaker, now: Timestamp, name: &str, country: &str, error: Option<&VerifyError>) -> bool {
    let caller = Caller { country: country.to_owned(), ..visitor(name) };
    let permit = breaker.admit(now, caller);
    permit.is_ok_and(|permit| {
        breaker.record(permit, now, error);
        true
    })
}

#[test]
fn what_is_forbidden_pauses_its_country_alone_and_not_for_one_visitor() {
    let breaker = Breakers::default().sends;
    let forbidden = VerifyError::Forbidden("HTTP 403".to_owned());
    for _ in 0..20 {
        assert!(call(&breaker, NOW, "1", "FR", Some(&forbidden)), "one visitor");
    }
    for name in ["2", "3", "4", "5"] {
        assert!(call(&breaker, NOW, name, "FR", Some(&forbidden)), "{name}");
    }
    let french = Caller { country: "FR".to_owned(), ..new() };
    let paused = breaker.paused(NOW, &french).unwrap();
    assert_eq!(paused, Paused { wait: secs(15), cause: Cause::Country });
    assert!(!call(&breaker, NOW, "6", "FR", None));
    assert_eq!((breaker.is_open(), breaker.open_countries(NOW)), (false, 1));
    assert!(call(&breaker, NOW, "6", "GB", None), "all others go on");

    // The probe is not theirs who were refused; a good answer ends it.
    let later = NOW + secs(15);
    assert!(!call(&breaker, later, "3", "FR", None));
    assert!(call(&breaker, later, "7", "FR", Some(&forbidden)));
    assert_eq!(breaker.paused(later, &french).unwrap().wait, secs(30));
    assert!(call(&breaker, later + secs(30), "8", "FR", None));
    assert_eq!((breaker.paused(later, &french), breaker.open_countries(later)), (None, 0));
}

#[test]
fn a_country_that_nobody_asks_for_any_more_is_forgotten() {
    let breaker = Breakers::default().sends;
    let forbidden = VerifyError::Forbidden("HTTP 403".to_owned());
    for name in ["1", "2", "3", "4", "5"] {
        call(&breaker, NOW, name, "FR", Some(&forbidden));
    }
    call(&breaker, NOW, "1", "IT", Some(&forbidden));
    assert_eq!(breaker.lock().countries.len(), 2);
    assert_eq!(breaker.open_countries(NOW + secs(600)), 1);
    assert_eq!(breaker.lock().countries.len(), 1, "a row that is too old");
    assert_eq!(breaker.open_countries(NOW + secs(631)), 0);
    assert_eq!(breaker.lock().countries.len(), 0);
}

#[test]
fn what_is_about_one_number_or_our_rate_is_an_answer() {
    use VerifyError as E;
    let text = String::new;
    for error in [
        E::Forbidden(text()),
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
        assert!(failure(&error, &visitor("1")).is_none(), "{error:?}");
    }
}

#[test]
fn a_lost_send_and_a_lost_check_are_told_apart() {
    let breakers = Breakers::default();
    for name in ["1", "2", "3", "4", "5"] {
        assert!(call(&breakers.sends, NOW, name, "GB", Some(&VerifyError::TimedOut)));
    }
    assert!(breakers.sends.paused(NOW, &new()).is_some());
    assert!(!call(&breakers.clone().sends, NOW, "6", "GB", None), "clones share it");
    assert_eq!(breakers.checks.paused(NOW, &new()), None);
}

proptest! {
    /// Whatever happens in whatever order: nobody waits longer than twice the longest pause, the wait that is told is
    /// enough, one probe runs at a time and is nobody's who met a failure, and alarms keep their distance.
    #[test]
    fn its_promises_hold_in_any_order(
        events in prop::collection::vec((0_u64..40, 0_u8..4, any::<bool>(), 0_u8..9), 1..80)
    ) {
        let mut circuit = sends();
        let (mut now, mut probes, mut last_alarm) = (NOW, Vec::new(), None);
        for (passed, outcome, end_probe, name) in events {
            now = now + secs(passed);
            let caller = visitor(&name.to_string());
            let failure = |caller: &Caller| match outcome {
                0 => None,
                1 => Some(credentials()),
                2 => Some(unreachable()),
                _ => failure(&VerifyError::TimedOut, caller),
            };
            if end_probe && let Some((began, prober)) = probes.pop() {
                prop_assert!(began <= now);
                circuit.record(now, Leave::Probe, failure(&prober));
                if let Some(Paused { wait, .. }) = circuit.paused(now, &prober) {
                    let failed = outcome == 3;
                    prop_assert!(!failed || circuit.paused(now + wait / 2, &prober).is_some());
                }
            }
            match circuit.admit(now, &caller) {
                Err(paused) => {
                    prop_assert!(paused.wait <= secs(240) && !paused.wait.is_zero());
                    prop_assert!(circuit.paused(now + paused.wait, &caller).is_none());
                }
                Ok(Leave::Probe) => {
                    prop_assert!(circuit.admit(now, &new()).is_err(), "a second probe");
                    probes.push((now, caller));
                }
                Ok(leave) => {
                    let failure = failure(&caller);
                    let answered = failure.is_none();
                    circuit.record(now, leave, failure);
                    prop_assert!(!answered || circuit.paused(now, &caller).is_none());
                }
            }
            if circuit.alarm(now).is_some() {
                prop_assert!(last_alarm.is_none_or(|at| now.since(at) >= secs(60)));
                last_alarm = Some(now);
            }
        }
    }
}
