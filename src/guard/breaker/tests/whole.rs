//! The breaker as its callers meet it: for all countries together, and for each.

use super::*;

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
