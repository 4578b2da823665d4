//! Decisions by tables: what was counted, and what becomes of the next send.

use std::net::IpAddr;

use super::*;
use crate::{
    guard::{GuardSettings, Mode, budget::HOUR},
    keys::Keys,
    phone::PhoneNumber,
};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const HOURS_20: u64 = 20 * 3600;

fn guard(unverified: bool) -> Guard {
    let limits = Limit::ALL.iter().map(|limit| (*limit, limit.by_default())).collect();
    Guard::new(GuardSettings { limits, unverified, mode: Mode::Enforce })
}

fn subject(known: bool) -> Subject {
    let phone = PhoneNumber::from_store("+447400000001".to_owned());
    let address: IpAddr = "198.51.100.7".parse().unwrap();
    let mut subject = Subject::new(&Keys::new(b"test"), &phone, address);
    subject.origin.known = known;
    subject
}

/// A counter whose window began `age` seconds ago.
fn counter(key: &str, span: Duration, count: i64, age: u64) -> Counter {
    let subject = subject(false);
    let key =
        key.replace("{n}", &subject.phone_hash[..22]).replace("{a}", &subject.origin.address_hash[..22]);
    Counter {
        key: CounterKey::new(key),
        span,
        started_at: NOW - Duration::from_secs(age),
        count,
        not_before: Timestamp::from_millis(0),
    }
}

/// The decision in a few words, with the wait in seconds.
fn decision(known: bool, counters: &[Counter], days: &[(i64, i64)]) -> String {
    let secs = |wait: Option<Duration>| wait.map_or(0, |wait| wait.as_secs());
    match guard(true).judge(&subject(known), counters, days, NOW) {
        Decision::Pass => "pass".to_owned(),
        Decision::Refused(limited) => format!("{limited}, {}", secs(limited.wait)),
        Decision::Reserve(reserve) => {
            let quotas = reserve.quotas.iter().map(|quota| {
                let words: Vec<_> = quota.key.as_str().split(' ').skip(1).take(1).collect();
                format!("{} {}", words.concat(), quota.most)
            });
            format!("reserve: {}", quotas.collect::<Vec<_>>().join(", "))
        }
    }
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_mins(minutes)
}

#[test]
fn a_limit_refuses_once_it_is_reached_and_says_when_its_window_ends() {
    let day = DAY;
    let half_minute = Duration::from_secs(30);
    for (counters, expected) in [
        (vec![], "pass"),
        (vec![counter("number {n}", half_minute, 1, 10)], "LIMIT_NUMBER 1/30s, 20"),
        (vec![counter("number {n}", half_minute, 1, 30)], "pass"),
        (vec![counter("number {n}", minutes(10), 4, 40)], "pass"),
        (vec![counter("number {n}", minutes(10), 5, 40)], "LIMIT_NUMBER 5/10m, 560"),
        (vec![counter("address {a}", HOUR, 30, 60)], "LIMIT_ADDRESS 30/1h, 3540"),
        (vec![counter("prefix 447400", HOUR, 30, 0)], "LIMIT_PREFIX 30/1h, 3600"),
        (vec![counter("prefix 447401", HOUR, 30, 0)], "pass"),
        (vec![counter("total", HOUR, 1_000, 3_599)], "LIMIT_TOTAL 1000/1h, 1"),
        (
            vec![counter("total", day, 5_000, 0), counter("number {n}", half_minute, 1, 0)],
            "LIMIT_TOTAL 5000/1d, 86400",
        ),
        // Written by a clock that was an hour ahead: inside its window, and not for longer than that.
        (
            vec![Counter { started_at: NOW + HOUR, ..counter("number {n}", minutes(10), 5, 0) }],
            "LIMIT_NUMBER 5/10m, 600",
        ),
        // Left by a rule that the settings no longer have.
        (vec![counter("number {n}", minutes(11), 99, 0)], "pass"),
    ] {
        assert_eq!(decision(false, &counters, &[]), expected, "{counters:?}");
    }
}

#[test]
fn a_known_browser_is_counted_apart() {
    let half_minute = Duration::from_secs(30);
    for (counters, expected) in [
        (vec![counter("number {n}", DAY, 20, 0)], "pass"),
        (vec![counter("prefix 447400", HOUR, 30, 0)], "pass"),
        (vec![counter("total", HOUR, 1_000, 0)], "pass"),
        (vec![counter("wrong number {n}", FOREVER, 100, 0)], "pass"),
        (
            vec![
                counter("unverified country GB", DAY, 100, 0),
                counter("unverified address {a}", DAY, 10, 0),
            ],
            "pass",
        ),
        (vec![counter("known number {n}", half_minute, 1, 0)], "LIMIT_NUMBER 1/30s, 30"),
        (vec![counter("known total", HOUR, 1_000, 0)], "LIMIT_TOTAL 1000/1h, 3600"),
        (vec![counter("address {a}", DAY, 60, 0)], "LIMIT_ADDRESS 60/1d, 86400"),
        (
            vec![counter("known wrong number {n}", FOREVER, 100, 0)],
            "closed after wrong codes; see phonegate unlock, 0",
        ),
    ] {
        assert_eq!(decision(true, &counters, &[]), expected, "{counters:?}");
    }
}

#[test]
fn wrong_codes_come_before_everything_else() {
    let waits = |key, span, count, seconds| Counter {
        not_before: NOW + Duration::from_secs(seconds),
        ..counter(key, span, count, 600)
    };
    let closed = "closed after wrong codes; see phonegate unlock, 0";
    for (counters, expected) in [
        (vec![counter("wrong number {n}", FOREVER, 99, 9_999_999)], "pass"),
        (vec![counter("wrong number {n}", FOREVER, 100, 9_999_999)], closed),
        (vec![waits("wrong number {n}", FOREVER, 6, 45)], "wrong codes, 45"),
        (
            vec![waits("wrong address {a}", DAY, 31, 50), waits("wrong number {n}", FOREVER, 6, 45)],
            "wrong codes, 50",
        ),
        (vec![waits("wrong number {n}", FOREVER, 6, 45), counter("total", DAY, 5_000, 0)], "wrong codes, 45"),
        // Written by a clock that was an hour ahead.
        (vec![waits("wrong number {n}", FOREVER, 6, 3_600)], "wrong codes, 300"),
    ] {
        assert_eq!(decision(false, &counters, &[]), expected, "{counters:?}");
    }
}

#[test]
fn past_a_countrys_budget_its_reserve_is_left_for_addresses_without_an_unverified_send() {
    let country_day = |count| counter("unverified country GB", DAY, count, HOURS_20);
    let country_hour = |count| counter("unverified country GB", HOUR, count, 600);
    let address = |count| counter("unverified address {a}", DAY, count, 3_600 * 22);
    let reserve = |of: &str, count, age| counter(of, DAY, count, age);
    let today = budget::day(NOW);
    let whole = "reserve: country 10, prefix 2, address 1";
    for (counters, days, expected) in [
        (vec![country_day(99), country_hour(29), address(9)], &[][..], "pass"),
        (vec![country_day(100)], &[], whole),
        (vec![country_day(100)], &[(today - 3, 1_000)], "pass"),
        (vec![country_day(100), country_hour(30)], &[(today - 3, 1_000)], "pass"),
        (
            vec![country_day(299), country_hour(50)],
            &[(today - 3, 1_000)],
            "reserve: country 30, prefix 3, address 1",
        ),
        // Until the address has none any more, or the country has room again.
        (vec![country_day(100), address(1)], &[], "LIMIT_UNVERIFIED 100/1d of GB, 7200"),
        (vec![country_hour(30), address(1)], &[], "LIMIT_UNVERIFIED 30/1h of GB, 3000"),
        (
            vec![
                country_day(100),
                reserve("reserve country GB", 9, 0),
                reserve("reserve prefix 447401", 2, 0),
            ],
            &[],
            whole,
        ),
        (
            vec![country_day(100), reserve("reserve country GB", 10, 0)],
            &[],
            "LIMIT_UNVERIFIED 100/1d of GB, 14400",
        ),
        (
            vec![country_day(100), reserve("reserve prefix 447400", 2, 23 * 3600)],
            &[],
            "LIMIT_UNVERIFIED 100/1d of GB, 3600",
        ),
        (
            vec![country_day(100), reserve("reserve address {a}", 1, 23 * 3600)],
            &[],
            "LIMIT_UNVERIFIED 100/1d of GB, 3600",
        ),
        (vec![country_day(100), counter("total", HOUR, 1_000, 0)], &[], "LIMIT_TOTAL 1000/1h, 3600"),
    ] {
        assert_eq!(decision(false, &counters, days), expected, "{counters:?}");
    }
}

#[test]
fn an_addresss_budget_grows_with_what_it_verifies_and_has_no_reserve() {
    let address = |count| counter("unverified address {a}", DAY, count, 0);
    let today = budget::day(NOW);
    let verified =
        |day: i64, count| counter(&format!("verified address {{a}} {day}"), VERIFIED_SPAN, count, 0);
    let refused = |most: u32| format!("LIMIT_UNVERIFIED {most}/1d of the address, 86400");
    for (counters, expected) in [
        (vec![address(9)], "pass".to_owned()),
        (vec![address(10)], refused(10)),
        (vec![address(10), verified(today, 36)], refused(10)),
        (vec![address(10), verified(today, 40)], "pass".to_owned()),
        (vec![address(12), verified(today, 40)], refused(12)),
        // What was earned yesterday is not gone at midnight.
        (vec![address(11), verified(today - 1, 37), verified(today, 3)], "pass".to_owned()),
        (vec![address(12), verified(today - 1, 37), verified(today, 3)], refused(12)),
        (vec![address(10), verified(today - 2, 40)], refused(10)),
        (vec![address(10), counter("unverified country GB", HOUR, 30, 600)], refused(10)),
    ] {
        assert_eq!(decision(false, &counters, &[]), expected, "{counters:?}");
    }
}

#[test]
fn without_the_budget_nothing_is_over_it() {
    let counters =
        [counter("unverified country GB", DAY, 999, 0), counter("unverified address {a}", DAY, 99, 0)];
    assert_eq!(guard(false).judge(&subject(false), &counters, &[], NOW), Decision::Pass);
    assert!(!guard(false).needs_history(&subject(false), &counters, NOW));
    assert!(guard(true).needs_history(&subject(false), &counters, NOW));
    assert!(!guard(true).needs_history(&subject(true), &counters, NOW));
}

#[test]
fn a_send_is_held_against_what_it_is_counted_by() {
    for known in [false, true] {
        let subject = subject(known);
        let key = |kind| subject.key(kind);
        let limits: Vec<_> = Limit::ALL.iter().filter_map(|limit| limit.kind(known)).map(key).collect();
        let watched: Vec<_> = watched(known).into_iter().map(key).collect();
        assert!(limits.iter().all(|key| watched.contains(key)), "{watched:?}");
        assert!(watched.contains(&key(Kind::wrong_number(known))), "{watched:?}");
        for key in limits.iter().chain(&watched).chain(&Guard::looks_at(&subject, NOW)) {
            let key = key.as_str();
            assert!(!key.contains("447400000001") && !key.contains("198.51.100.7"), "{key}");
        }
    }
}

#[test]
fn the_limits_that_are_counted_are_those_that_are_judged() {
    let guard = guard(true);
    for known in [false, true] {
        let rates: Vec<_> = guard.0.settings.rates(known).collect();
        assert!(rates.iter().map(|(limit, ..)| limit).is_sorted(), "keys are taken in one order");
        assert!(rates.iter().all(|(limit, kind, _)| limit.kind(known) == Some(*kind)));
        assert_eq!(rates.len(), if known { 9 } else { 10 });
    }
}
