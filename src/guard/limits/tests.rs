use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn shown(limits: &Limits) -> String {
    limits.rules().iter().map(Rule::to_string).collect::<Vec<_>>().join(",")
}

#[test]
fn limits_are_read_as_people_write_them() {
    for (text, expected) in [
        (Limits::NUMBER, "1/30s,5/10m,10/1h,20/1d"),
        (Limits::ADDRESS, "10/10m,30/1h,60/1d"),
        (Limits::PREFIX, "30/1h"),
        ("20/24h, 5/600s", "5/10m,20/1d"),
        ("7/90s", "7/90s"),
        ("off", ""),
    ] {
        assert_eq!(shown(&Limits::parse(text).unwrap()), expected, "{text}");
    }
}

#[test]
fn what_is_no_limit_is_told_what_would_be() {
    for text in
        ["", "10", "/10m", "10/", "0/1h", "-1/1h", "10/m", "10/1w", "10/0s", "10/31d", "10/1h,", "10/1é", "x"]
    {
        let error = Limits::parse(text).unwrap_err();
        assert!(error.contains("5/10m"), "{text}: {error}");
    }
    assert!(Limits::parse("1/60s,2/1m").unwrap_err().contains("one number for each"));
    assert!(Limits::parse("1/1s,1/2s,1/3s,1/4s,1/5s,1/6s,1/7s").unwrap_err().contains("6 or fewer"));
}

#[test]
fn the_default_in_all_is_a_tenth_where_messages_may_go_anywhere() {
    let set = Limits::parse("7/1h").unwrap();
    for (real, countries, by_default) in [
        (true, false, "100/1h,500/1d"),
        (true, true, "1000/1h,5000/1d"),
        (false, false, "1000/1h,5000/1d"),
        (false, true, "1000/1h,5000/1d"),
    ] {
        assert_eq!(shown(&Limits::total(None, real, countries)), by_default);
        assert_eq!(shown(&Limits::total(Some(&set), real, countries)), "7/1h", "one set by hand stays");
    }
}

fn counter(begun: i64, span: u64) -> Counter {
    Counter {
        key: String::new(),
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
        assert_eq!(counted(&counter, NOW), held, "begun {begun} s from now");
        assert_eq!(ends_in(&counter, NOW).as_secs(), left, "begun {begun} s from now");
    }
}

proptest! {
    #[test]
    fn no_text_panics_and_what_is_read_reads_the_same_again(text in "[0-9smhd/, ]{0,40}") {
        if let Ok(limits) = Limits::parse(&text) {
            prop_assert_eq!(Limits::parse(&shown(&limits)).unwrap(), limits);
        }
    }

    #[test]
    fn however_the_clock_jumps_a_window_is_never_longer_than_it_is(begun in -1_000_000_i64..1_000_000, span in 1_u64..100_000) {
        let counter = counter(begun, span);
        prop_assert!(ends_in(&counter, NOW) <= counter.span);
        prop_assert_eq!(counted(&counter, NOW) > 0, !ends_in(&counter, NOW).is_zero());
    }
}
