//! What everybody is counted by, in shares: together they are one counter.

use std::time::Duration;

use futures_util::future::join_all;

use super::{HOUR, MINUTE, NOW, after, attempt, count};
use crate::{
    attempt::State,
    guard::guessing,
    store::{CounterKey, Counting, Quota, Store, tests::stores_and_a_serializable_one},
};

const DAY: Duration = Duration::from_hours(24);

/// A total of so many in so long, which is kept in shares.
fn total(rates: &[(Duration, i64)], strict: bool) -> Counting<&'static str> {
    let quota = |(span, most): &(Duration, i64)| Quota { key: "total", span: *span, most: *most };
    Counting::new(&rates.iter().map(quota).collect::<Vec<_>>(), &["total"], strict, |_| 64)
}

fn key(words: &str) -> CounterKey {
    CounterKey::new(words).in_shares(64)
}

/// As many sends at once, of numbers of their own; how many pass.
async fn sends(store: &Store, counting: &Counting<&'static str>, from: usize, many: usize) -> i64 {
    let sends = (from..from + many).map(|number| {
        let (store, counting) = (store.clone(), counting.clone());
        tokio::spawn(async move {
            let count = counting.of(&format!("number {number}"), key);
            store.count_send(count, None, NOW).await.unwrap()
        })
    });
    join_all(sends).await.into_iter().map(|passed| i64::from(passed.unwrap())).sum()
}

#[tokio::test]
async fn of_many_at_once_no_more_pass_than_the_total_takes_and_no_fewer() {
    for store in stores_and_a_serializable_one().await {
        for (round, most) in [1, 2, 7, 63, 64, 65, 150].into_iter().enumerate() {
            // A tighter one for longer, and one that nobody reaches.
            let counting = total(&[(MINUTE, 1_000), (HOUR, most + 40), (DAY, most)], true);
            let before = count(&store, "total", DAY).await;
            assert_eq!(before, 0, "round {round}");
            assert_eq!(sends(&store, &counting, 0, 100).await, most.min(100));
            assert_eq!(sends(&store, &counting, 100, 100).await, most - most.min(100));
            assert_eq!(sends(&store, &counting, 200, 20).await, 0);
            assert_eq!(count(&store, "total", DAY).await, most);
            assert_eq!(count(&store, "total", HOUR).await, most, "who did not fit is counted nowhere");
            store.delete_counters(&[key("total")]).await.unwrap();
        }
    }
}

#[tokio::test]
async fn first_sends_at_once_fill_the_total_together_with_those_that_were_looked_at() {
    for store in stores_and_a_serializable_one().await {
        let counting = total(&[(HOUR, 100)], true);
        let firsts = (0..150).map(|number| {
            let (store, counting) = (store.clone(), counting.clone());
            tokio::spawn(async move {
                let new = attempt(&format!("send {number}"), State::Starting, None);
                let count = || counting.of(&new.attempt_id, key);
                let first = store.insert_first(&new, count()).await.unwrap();
                let written = store.attempts_of_browser(&new.browser_hash).await.unwrap().len();
                assert_eq!(written, usize::from(first));
                // As whoever is looked at goes on.
                first || store.count_send(count(), None, NOW).await.unwrap()
            })
        });
        let passed = join_all(firsts).await.into_iter().filter(|passed| *passed.as_ref().unwrap()).count();
        assert_eq!((passed, count(&store, "total", HOUR).await), (100, 100));
    }
}

#[tokio::test]
async fn under_a_limit_that_is_another_than_before_each_send_is_looked_at() {
    for store in stores_and_a_serializable_one().await {
        assert_eq!(sends(&store, &total(&[(HOUR, 1_000)], true), 0, 100).await, 100);
        for (most, looked_at) in [(90, true), (110, true), (1_000, false)] {
            let counting = total(&[(HOUR, most)], true);
            let firsts = (0..20).map(|number| {
                let new = attempt(&format!("{most} {number}"), State::Starting, None);
                let (store, count) = (&store, counting.of(&new.attempt_id, key));
                async move { store.insert_first(&new, count).await.unwrap() }
            });
            let passed = join_all(firsts).await.into_iter().filter(|passed| *passed).count();
            assert_eq!(passed == 0, looked_at, "{most}: {passed} passed");
        }
    }
}

#[tokio::test]
async fn what_is_only_watched_is_counted_past_the_limit_and_shown_as_a_whole() {
    for store in stores_and_a_serializable_one().await {
        let observed = total(&[(HOUR, 10)], false);
        assert_eq!(sends(&store, &observed, 0, 30).await, 30);
        assert_eq!(count(&store, "total", HOUR).await, 30);

        let shown = store.fullness("total", NOW).await.unwrap();
        let [shown] = &shown[..] else { panic!("{shown:?}") };
        assert_eq!((shown.running, shown.full, shown.highest, shown.most), (1, 1, 30, 10));
        let firsts = (0..20).map(|number| attempt(&format!("send {number}"), State::Starting, None));
        let firsts = firsts.map(|new| {
            let (store, count) = (&store, observed.of(&new.attempt_id, key));
            async move { store.insert_first(&new, count).await.unwrap() }
        });
        assert!(join_all(firsts).await.into_iter().all(|passed| !passed), "they are looked at");
    }
}

#[tokio::test]
async fn wrong_codes_of_all_numbers_are_warned_of_once_at_each_level() {
    for store in stores_and_a_serializable_one().await {
        let one = async |seed: usize, now| {
            let level = guessing::alarm;
            store.count_for_alarm(key("wrong total"), HOUR, &seed.to_string(), level, now).await.unwrap()
        };
        let mut warned = Vec::new();
        for seed in 0..410 {
            warned.extend(one(seed, NOW).await);
        }
        assert_eq!(warned, [100, 200, 400]);
        let at_once = join_all((0..400).map(|seed| one(seed, NOW))).await;
        let at_once: Vec<_> = at_once.into_iter().flatten().collect();
        assert!(matches!(at_once[..], [800..=810]), "{at_once:?}");
        assert_eq!(count(&store, "wrong total", HOUR).await, 810);

        let mut warned = Vec::new();
        for seed in 0..110 {
            warned.extend(one(seed, after(3_600)).await);
        }
        assert_eq!(warned, [100], "the next hour is another");
    }
}
