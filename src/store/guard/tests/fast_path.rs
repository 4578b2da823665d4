//! The statement that lets a send pass without a look, and the verdict, agree.

use std::net::IpAddr;

use futures_util::FutureExt;

use super::{HOUR, MINUTE, NOW, attempt, count, counting, send, stores};
use crate::{
    attempt::{Attempt, State},
    guard::{
        By, Counted, Decision, Guard, GuardSettings, Kind, Limit, Mode, Subject, budget, guessing, watched,
    },
    keys::Keys,
    phone::PhoneNumber,
    random::Random,
    store::{CounterKey, Counting, engine::query},
};

fn guard() -> Guard {
    let limits = Limit::ALL.iter().map(|limit| (*limit, limit.by_default())).collect();
    Guard::new(GuardSettings { limits, unverified: true, mode: Mode::Enforce })
}

/// Counters of the subject by chance: some full, some over, some to wait for, some from a clock that was ahead.
fn counters_by_chance(subject: &Subject, random: &Random) -> Vec<(CounterKey, i64, i64, i64, i64, i64)> {
    let day = 86_400_000;
    let (forever, of_day) =
        (guessing::FOREVER.as_millis().try_into().unwrap(), budget::DAY.as_millis().try_into().unwrap());
    let limit = |limit: Limit| limit.kind(subject.origin.known);
    let stranger = |kind| (!subject.origin.known).then_some(kind);
    let kinds = [
        (limit(Limit::Address), 600_000, 10),
        (limit(Limit::Number), 30_000, 1),
        (limit(Limit::Number), day, 20),
        (limit(Limit::Prefix), 3_600_000, 30),
        (limit(Limit::Total), day, 5_000),
        (Some(Kind::wrong_number(subject.origin.known)), forever, 100),
        (stranger(Kind::WRONG_ADDRESS), of_day, i64::MAX),
        (stranger(Kind::Unverified(By::Address)), of_day, 10),
        (stranger(Kind::Unverified(By::Country)), 3_600_000, 30),
    ];
    let chance = |of: u64| i64::try_from(random.below(of)).unwrap();
    kinds
        .into_iter()
        .filter_map(|(kind, span, most)| Some((subject.key(kind?), span, most)))
        .filter(|_| chance(3) == 0)
        .map(|(key, span, most)| {
            let full = most.min(1_000_000);
            let count = [0, full / 2, full - 1, full, full + 1][usize::try_from(chance(5)).unwrap()].max(0);
            let begun = [0, span / 2, span - 1, span, span + 1, -1_000][usize::try_from(chance(6)).unwrap()];
            let wait = if key.as_str().contains("wrong") {
                [0, 0, 1, 200_000][usize::try_from(chance(4)).unwrap()]
            } else {
                0
            };
            (key, span, count, most, NOW.as_millis() - begun, NOW.as_millis() + wait)
        })
        .collect()
}

#[tokio::test]
async fn what_passes_without_a_look_would_have_passed_the_look() {
    const INSERT: &str = "INSERT INTO guard_counters (key, span, count, most, strict, started_at, not_before) \
                          VALUES ($1, $2, $3, $4, 0, $5, $6)";
    let (guard, keys, random) = (guard(), Keys::new(b"test"), Random::seeded(3));
    let address: IpAddr = [198, 51, 100, 7].into();
    for store in stores().await {
        let (mut passed, mut looked) = (0, 0);
        for case in 0..300 {
            query("DELETE FROM guard_counters").write(&store).await.unwrap();
            let phone = PhoneNumber::from_store("+447400000001".to_owned());
            let mut subject = Subject::new(&keys, &phone, address);
            subject.origin.known = case % 3 == 0;
            let rows = counters_by_chance(&subject, &random);
            for (key, span, count, most, started_at, not_before) in &rows {
                let query = query(INSERT).bind(key).bind(*span).bind(*count).bind(*most);
                query.bind(*started_at).bind(*not_before).write(&store).await.unwrap();
            }
            let watched = watched(subject.origin.known);
            let keys: Vec<_> = watched.iter().map(|kind| subject.key(*kind)).collect();
            let counters = store.counters(&keys).await.unwrap();
            assert_eq!(counters.len(), rows.len());

            let decision = guard.judge(&subject, &counters, &[], NOW);
            let new = Attempt { ..attempt(&format!("case {case}"), State::Starting, None) };
            let uncounted = Counting::new(&[], &watched, true, Kind::shares);
            let uncounted = uncounted.of(&subject.phone_hash, |kind| subject.key(kind));
            let inserted = store.insert_first(&new, uncounted).await.unwrap();

            assert!(!inserted || decision == Decision::Pass, "{decision:?} of {rows:?}");
            if inserted { passed += 1 } else { looked += 1 }
        }
        assert!(passed > 50 && looked > 50, "{passed} passed, {looked} were looked at");
    }
}

#[tokio::test]
async fn of_many_first_sends_at_once_those_that_fit_are_written_down_and_counted() {
    for store in stores().await {
        let counting = counting(&[(0, HOUR, 30), (1, MINUTE, 9), (1, HOUR, 7)], true);
        let sends = (0..100).map(|number| {
            let (store, counting) = (store.clone(), counting.clone());
            tokio::spawn(async move {
                let new = attempt(&format!("send {number}"), State::Starting, None);
                let send = send(&counting, &[&format!("address {}", number % 20), "total"]);
                let passed = store.insert_first(&new, send).await.unwrap();
                (new.browser_hash, passed)
            })
        });
        let mut passed = 0;
        for send in sends.collect::<Vec<_>>() {
            let (browser, fits) = send.await.unwrap();
            passed += i64::from(fits);
            assert_eq!(store.attempts_of_browser(&browser).await.unwrap().len(), usize::from(fits));
        }
        assert_eq!((passed, count(&store, "total", HOUR).await), (7, 7));
    }
}

#[tokio::test]
async fn whoever_does_not_wait_for_a_first_send_leaves_nothing_half_done() {
    for store in stores().await {
        let counting = counting(&[(0, HOUR, 1_000)], true);
        let total = || send(&counting, &["total"]);
        for number in 0..50 {
            let new = attempt(&format!("send {number}"), State::Starting, None);
            // Polled once, then dropped: its statements are on their way.
            let _ = store.insert_first(&new, total()).now_or_never();
            assert!(store.insert(&attempt(&format!("other {number}"), State::Starting, None)).await.unwrap());
        }
        let mut written = 0;
        for send in 0..50 {
            let browser = attempt(&format!("send {send}"), State::Starting, None).browser_hash;
            written += i64::try_from(store.attempts_of_browser(&browser).await.unwrap().len()).unwrap();
        }
        assert_eq!(count(&store, "total", HOUR).await, written, "counted if and only if written down");
        let counted = store.count_send(total(), None, NOW).await.unwrap();
        assert!(counted, "no transaction was left open");
    }
}
