//! Windows: when they begin and end, also after the clock was set back.

use std::time::Duration;

use proptest::prelude::*;

use super::{HOUR, MINUTE, NOW, after, count, counting, send, stores};
use crate::{
    clock::Timestamp,
    guard::guessing,
    store::{Counter, CounterKey},
};

#[tokio::test]
async fn a_window_begins_with_the_first_that_it_counts() {
    for store in stores().await {
        let counting = counting(&[(0, MINUTE, 2), (0, HOUR, 3)], true);
        let one = || send(&counting, &["number a"]);
        for (seconds, fits) in [
            (0, true),
            (59, true),
            (59, false),
            (60, true),
            (61, false),
            (119, false),
            (3_599, false),
            (3_600, true),
        ] {
            assert_eq!(store.count_send(one(), None, after(seconds)).await.unwrap(), fits, "{seconds} s");
        }
        let elsewhere = send(&counting, &["number b"]);
        assert!(store.count_send(elsewhere, None, after(61)).await.unwrap());
        let nothing = super::counting(&[], true);
        assert!(store.count_send(send(&nothing, &[]), None, after(61)).await.unwrap(), "no limit");

        assert_eq!(store.sweep_counters(after(3_661)).await.unwrap(), 3);
        assert_eq!(count(&store, "number a", HOUR).await, 1);
    }
}

#[tokio::test]
async fn observed_limits_are_counted_past_their_end_and_bind_again_once_enforced() {
    for store in stores().await {
        let fits = async |most, strict| {
            let counting = counting(&[(0, HOUR, most)], strict);
            store.count_send(send(&counting, &["total"]), None, NOW).await.unwrap()
        };
        for _ in 0..5 {
            assert!(fits(2, false).await);
        }
        assert_eq!(count(&store, "total", HOUR).await, 5);
        assert!(!fits(5, true).await);
        assert!(fits(6, true).await);
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_moves_windows_and_waits_to_now() {
    for store in stores().await {
        let counting = counting(&[(0, MINUTE, 2)], true);
        let fits = async |now| store.count_send(send(&counting, &["number a"]), None, now).await.unwrap();
        assert!(fits(after(3_600)).await);
        assert!(fits(NOW).await);
        assert!(!fits(after(59)).await, "no window was opened");
        assert!(fits(after(60)).await, "and none frozen");

        let key = CounterKey::new("wrong number a");
        for second in 3_600..3_605 {
            store.count_wrong_code(&guessing::OF_NUMBER, &key, None, after(second)).await.unwrap().unwrap();
        }
        let counters = store.counters(std::slice::from_ref(&key)).await.unwrap();
        store.rewind(&counters, NOW, MINUTE).await.unwrap();
        let counters = store.counters(&[key]).await.unwrap();
        assert_eq!((counters[0].count, counters[0].started_at), (5, NOW));
        assert_eq!(counters[0].not_before, NOW + MINUTE);
    }
}

fn counter(begun: i64, span: u64) -> Counter {
    Counter {
        key: CounterKey::default(),
        span: Duration::from_secs(span),
        started_at: Timestamp::from_millis(NOW.as_millis() + begun * 1000),
        count: 3,
        not_before: NOW,
    }
}

#[test]
fn a_window_counts_until_its_end_and_from_then_on_nothing() {
    for (begun, held, left) in
        [(0, 3, 600), (-1, 3, 599), (-599, 3, 1), (-600, 0, 0), (-9_999, 0, 0), (3600, 3, 600)]
    {
        let counter = counter(begun, 600);
        assert_eq!(counter.held(NOW), held, "begun {begun} s from now");
        assert_eq!(counter.ends_in(NOW).as_secs(), left, "begun {begun} s from now");
    }
}

proptest! {
    #[test]
    fn however_the_clock_jumps_a_window_is_never_longer_than_it_is(begun in -1_000_000_i64..1_000_000, span in 1_u64..100_000) {
        let counter = counter(begun, span);
        prop_assert!(counter.ends_in(NOW) <= counter.span);
        prop_assert_eq!(counter.held(NOW) > 0, !counter.ends_in(NOW).is_zero());
    }
}
