use proptest::prelude::*;

use super::*;
use crate::guard::Limit;

#[test]
fn limits_are_read_as_people_write_them() {
    for (text, expected) in [
        ("1/30s,5/10m,10/1h,20/1d", "1/30s,5/10m,10/1h,20/1d"),
        ("10/10m,30/1h,60/1d", "10/10m,30/1h,60/1d"),
        ("30/1h", "30/1h"),
        ("20/24h, 5/600s", "5/10m,20/1d"),
        ("7/90s", "7/90s"),
        ("off", "off"),
    ] {
        assert_eq!(Rates::parse(text).unwrap().to_string(), expected, "{text}");
    }
    for (limit, expected) in [
        (Limit::Number, "1/30s,5/10m,10/1h,20/1d"),
        (Limit::Address, "10/10m,30/1h,60/1d"),
        (Limit::Prefix, "30/1h"),
    ] {
        assert_eq!(limit.by_default().to_string(), expected);
        assert_eq!(Rates::parse(expected), Ok(limit.by_default()));
    }
}

#[test]
fn what_is_no_limit_is_told_what_would_be() {
    for text in
        ["", "10", "/10m", "10/", "0/1h", "-1/1h", "10/m", "10/1w", "10/0s", "10/31d", "10/1h,", "10/1é", "x"]
    {
        let error = Rates::parse(text).unwrap_err();
        assert!(error.contains("5/10m"), "{text}: {error}");
    }
    assert!(Rates::parse("1/60s,2/1m").unwrap_err().contains("one number for each"));
    assert!(Rates::parse("1/1s,1/2s,1/3s,1/4s,1/5s,1/6s,1/7s").unwrap_err().contains("6 or fewer"));
}

#[test]
fn the_default_in_all_is_a_tenth_where_messages_may_go_anywhere() {
    let set = Rates::parse("7/1h").unwrap();
    for (real, countries, by_default) in [
        (true, false, "100/1h,500/1d"),
        (true, true, "1000/1h,5000/1d"),
        (false, false, "1000/1h,5000/1d"),
        (false, true, "1000/1h,5000/1d"),
    ] {
        assert_eq!(Limit::total(None, real, countries).to_string(), by_default);
        assert_eq!(Limit::total(Some(&set), real, countries).to_string(), "7/1h", "one set by hand stays");
    }
}

proptest! {
    #[test]
    fn no_text_panics_and_what_is_read_reads_the_same_again(text in "[0-9smhd/, ]{0,40}") {
        if let Ok(rates) = Rates::parse(&text) {
            prop_assert_eq!(Rates::parse(&rates.to_string()).unwrap(), rates);
        }
    }
}
