use super::*;

#[test]
fn the_wait_doubles_from_thirty_seconds_to_five_minutes() {
    for (wrong_codes, seconds) in [
        (0, 0),
        (4, 0),
        (5, 30),
        (6, 60),
        (7, 120),
        (8, 240),
        (9, 300),
        (10, 300),
        (100, 300),
        (i64::MAX, 300),
    ] {
        assert_eq!(wait(wrong_codes, FREE).as_secs(), seconds, "{wrong_codes}");
    }
    assert_eq!((wait(29, ADDRESS_FREE).as_secs(), wait(30, ADDRESS_FREE).as_secs()), (0, 30));
}

#[test]
fn the_waits_of_the_statement_are_those_of_the_rule() {
    for free in [FREE, ADDRESS_FREE] {
        let waits = waits(free);
        for count in 0..=MOST + 1 {
            let found =
                waits.iter().rev().find(|(from, _)| count >= *from).map_or(Duration::ZERO, |(_, wait)| *wait);
            assert_eq!(found, wait(count, free), "{count}");
        }
    }
}

#[test]
fn the_alarm_sounds_at_each_doubling() {
    let mut alarms: Vec<_> = (0..=1_000).filter_map(alarm).collect();
    alarms.dedup();
    assert_eq!(alarms, [100, 200, 400, 800]);
    for (count, from) in [(99, None), (100, Some(100)), (199, Some(100)), (200, Some(200)), (-1, None)] {
        assert_eq!(alarm(count), from, "{count}");
    }
}
