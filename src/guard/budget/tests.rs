use proptest::prelude::*;

use super::*;
use crate::attempt::{Origin, State};

const TODAY: i64 = 20_833;

#[test]
fn a_country_may_have_a_share_of_its_best_day_and_never_less_than_the_least() {
    for (days, day, hour) in [
        (&[][..], 100, 30),
        (&[(TODAY, 333)], 100, 30),
        (&[(TODAY, 340)], 102, 30),
        (&[(TODAY, 1_000)], 300, 50),
        (&[(TODAY - 14, 10_000), (TODAY, 1_000)], 3_000, 500),
        (&[(TODAY - 15, 10_000), (TODAY, 1_000)], 300, 50),
        (&[(TODAY + 1, 10_000)], 100, 30),
        (&[(TODAY - 1, 400), (TODAY - 2, 2_000), (TODAY - 3, 10)], 600, 100),
    ] {
        let allowance = Allowance::of(days, TODAY);
        assert_eq!((allowance.day.most, allowance.hour.most), (day, hour), "{days:?}");
        assert_eq!((allowance.day.span, allowance.hour.span), (DAY, HOUR));
    }
}

#[test]
fn a_tenth_is_the_reserve_and_a_tenth_of_that_for_one_block_of_numbers() {
    for (most, reserve, prefix) in [(100, 10, 2), (300, 30, 3), (3_000, 300, 30)] {
        assert_eq!((of_reserve(most), of_reserve_to_prefix(most)), (reserve, prefix));
    }
}

#[test]
fn an_address_may_have_a_share_of_what_it_verifies_and_never_less_than_the_least() {
    for (verified, most) in [(0, 10), (33, 10), (37, 11), (40, 12), (1_000, 300), (i64::MAX, u32::MAX)] {
        assert_eq!(of_address(verified), Rate { most, span: DAY }, "{verified}");
    }
}

fn ended(country: &str, address: &str, verified: bool) -> Ended {
    Ended {
        ran_out: None,
        origin: Origin { country: country.to_owned(), address_hash: address.to_owned(), ..Origin::default() },
        state: if verified { State::Verified } else { State::Expired },
        messages: 1,
        verified_at: verified.then(|| Timestamp::from_millis(TODAY * 86_400_000)),
    }
}

fn known(send: Ended) -> Ended {
    Ended { origin: Origin { known: true, ..send.origin }, ..send }
}

#[test]
fn each_send_that_ended_counts_as_verified_or_not() {
    let sends = [
        ended("GB", "a", false),
        ended("GB", "b", false),
        ended("FR", "a", false),
        ended("GB", "a", true),
        known(ended("GB", "a", false)),
        known(ended("GB", "a", true)),
        Ended { messages: 0, ..ended("GB", "a", false) },
    ];

    let tally = tally(&sends);

    let unverified: Vec<_> = tally
        .counters
        .iter()
        .map(|(Quota { key, span, most }, count)| {
            format!("{} {} h: {count}, {most}", key.as_str(), span.as_secs() / 3600)
        })
        .collect();
    assert_eq!(
        unverified,
        [
            "unverified address a 24 h: 2, 10",
            "unverified address b 24 h: 1, 10",
            "unverified country FR 1 h: 1, 30",
            "unverified country FR 24 h: 1, 100",
            "unverified country GB 1 h: 2, 30",
            "unverified country GB 24 h: 2, 100",
            "verified address a 20833 48 h: 2, 9223372036854775807",
        ]
    );
    assert_eq!(tally.verified.into_iter().collect::<Vec<_>>(), [(("GB".to_owned(), TODAY), 2)]);
}

proptest! {
    #[test]
    fn more_verified_sends_never_allow_less(verified in 0_i64..1_000_000, more in 0_i64..1_000_000) {
        let with = |verified| Allowance::of(&[(TODAY, verified)], TODAY);
        prop_assert!(with(verified).day.most <= with(verified + more).day.most);
        prop_assert!(with(verified).hour.most <= with(verified).day.most);
    }
}
