//! What a counter says of its window.

use std::time::Duration;

use proptest::prelude::*;

use super::NOW;
use crate::{
    clock::Timestamp,
    store::{Counter, CounterKey},
};

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
