//! What the guard relies on, the same on both engines.

mod fast_path;
mod shares;
mod windows;

use std::time::Duration;

use super::*;
use crate::{
    attempt::{Attempt, Delivery, Origin, State},
    channel::{Channel, Channels},
    clock::Timestamp,
    guard::guessing,
    phone::PhoneNumber,
    store::{
        Store, Success,
        tests::{SENT, sent, stores, success},
    },
};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

fn after(seconds: u64) -> Timestamp {
    NOW + Duration::from_secs(seconds)
}

/// By quotas of kinds of counters, which are numbered.
fn counting(quotas: &[(usize, Duration, i64)], strict: bool) -> Counting<usize> {
    let quotas: Vec<_> =
        quotas.iter().map(|(key, span, most)| Quota { key: *key, span: *span, most: *most }).collect();
    // What all count in is kept in shares, where the engine has some.
    Counting::new(&quotas, &[], strict, |kind| if kind == 2 { 64 } else { 1 })
}

/// A send of which these are counted.
fn send<'a>(counting: &'a Counting<usize>, keys: &[&str]) -> Count<'a> {
    counting.of(keys.first().unwrap_or(&""), |kind| CounterKey::new(keys[kind]))
}

async fn count(store: &Store, key: &str, span: Duration) -> i64 {
    let counters = store.counters(&[CounterKey::new(key)]).await.unwrap();
    counters.iter().filter(|counter| counter.span == span).map(|counter| counter.count).sum()
}

#[tokio::test]
async fn of_two_hundred_sends_at_once_exactly_as_many_pass_as_fit() {
    // Number, address and all together, each the tightest in turn.
    for (rules, passed) in [
        (vec![(0, HOUR, 30), (1, MINUTE, 1_000), (1, HOUR, 1_000), (2, HOUR, 1_000)], 200),
        (vec![(0, HOUR, 30), (2, MINUTE, 1_000), (2, HOUR, 7)], 7),
        (vec![(0, HOUR, 3), (1, HOUR, 1_000), (2, HOUR, 1_000)], 3 * 20),
        (vec![(0, HOUR, 11), (1, MINUTE, 1), (2, HOUR, 50)], 50),
    ] {
        for store in stores().await {
            let counting = counting(&rules, true);
            let sends = (0..200).map(|number| {
                let (store, counting) = (store.clone(), counting.clone());
                let keys =
                    [format!("address {}", number % 20), format!("number {number}"), "total".to_owned()];
                tokio::spawn(async move {
                    let send = counting.of(&keys[1], |kind| CounterKey::new(&keys[kind]));
                    store.count_send(send, None, NOW).await.unwrap()
                })
            });
            let mut fitted = 0;
            for send in sends.collect::<Vec<_>>() {
                fitted += i64::from(send.await.unwrap());
            }
            assert_eq!(fitted, passed, "{rules:?}");
            assert_eq!(count(&store, "total", HOUR).await, passed, "who did not fit is counted nowhere");
        }
    }
}

#[tokio::test]
async fn the_store_waits_after_wrong_codes_as_the_rule_says() {
    for store in stores().await {
        let key = CounterKey::new("wrong number a");
        let mut now = NOW;
        for expected in 1..=guessing::MOST {
            let counted =
                store.count_wrong_code(&guessing::OF_NUMBER, &key, Some("+44 •"), now).await.unwrap();
            assert_eq!(counted, Some(expected));
            let wait = guessing::wait(expected, guessing::FREE);
            if !wait.is_zero() {
                now = now + wait - Duration::from_millis(1);
                let early = store.count_wrong_code(&guessing::OF_NUMBER, &key, None, now).await.unwrap();
                assert_eq!(early, None, "{expected} wrong codes, {wait:?}");
                now = now + Duration::from_millis(1);
            }
        }
        let closed = store.count_wrong_code(&guessing::OF_NUMBER, &key, None, now + HOUR).await.unwrap();
        assert_eq!(closed, None);
        let list = store.closed("wrong number", guessing::FOREVER, guessing::MOST).await.unwrap();
        assert_eq!((list.len(), list[0].0.as_str(), list[0].1), (1, "+44 •", NOW));

        let keys = [key, CounterKey::new("x")];
        assert_eq!(store.delete_counters(&keys).await.unwrap(), Some(100));
        assert_eq!(store.delete_counters(&keys).await.unwrap(), None);
    }
}

#[tokio::test]
async fn tries_at_once_get_no_further_than_one_after_the_other() {
    for store in stores().await {
        let key = CounterKey::new("wrong number a");
        let tries = (0..100).map(|_| {
            let (store, key) = (store.clone(), key.clone());
            tokio::spawn(async move {
                store.count_wrong_code(&guessing::OF_NUMBER, &key, None, NOW).await.unwrap().is_some()
            })
        });
        let mut passed = 0;
        for one in tries.collect::<Vec<_>>() {
            passed += i64::from(one.await.unwrap());
        }
        assert_eq!(passed, guessing::FREE);

        store.uncount_wrong_code(&key).await.unwrap();
        let again = store.count_wrong_code(&guessing::OF_NUMBER, &key, None, NOW).await.unwrap();
        assert_eq!(again, Some(guessing::FREE), "what was taken back may be tried again");
        let row = sent(&store, "a", "b").await;
        assert!(store.verify(&row, "pin", &success("t")).await.unwrap());
        assert_eq!(store.count_wrong_code(&guessing::OF_NUMBER, &key, None, NOW).await.unwrap(), Some(1));
    }
}

#[tokio::test]
async fn of_many_sends_out_of_the_reserve_at_once_as_many_pass_as_fit() {
    let quota = |key: &str, most| Quota { key: CounterKey::new(key), span: HOUR, most };
    for store in stores().await {
        // By address, by block of numbers and in all.
        for (round, of_address, of_prefix, passes) in [(0, 1, 2, 1), (1, 100, 2, 2), (2, 100, 100, 10)] {
            let country = format!("reserve country {round}");
            let quotas = vec![
                quota(&country, 10),
                quota(&format!("p {round}"), of_prefix),
                quota(&format!("a {round}"), of_address),
            ];
            let reserve = Reserve { quotas, unless: CounterKey::new("unverified") };
            let sends = (0..100).map(|_| {
                let (store, reserve) = (store.clone(), reserve.clone());
                tokio::spawn(async move {
                    let (counting, total) = (counting(&[(0, HOUR, 1_000)], true), format!("total {round}"));
                    store.count_send(send(&counting, &[&total]), Some(&reserve), NOW).await.unwrap()
                })
            });
            let mut passed = 0;
            for send in sends.collect::<Vec<_>>() {
                passed += i64::from(send.await.unwrap());
            }
            let counted =
                [count(&store, &format!("total {round}"), HOUR).await, count(&store, &country, HOUR).await];
            assert_eq!((passed, counted), (passes, [passes; 2]), "who did not fit is counted nowhere");
        }
    }
}

#[tokio::test]
async fn the_reserve_is_not_for_whoever_has_an_unverified_send() {
    for store in stores().await {
        let counting = counting(&[(0, HOUR, 2)], true);
        let key = |words: &str| CounterKey::new(words);
        let send = async |unless: &str| {
            let quotas = vec![Quota { key: key("reserve country GB"), span: HOUR, most: 1 }];
            let reserve = Reserve { quotas, unless: key(unless) };
            store.count_send(send(&counting, &["total"]), Some(&reserve), after(60)).await.unwrap()
        };
        for (words, span) in [("unverified a", HOUR), ("unverified b", MINUTE)] {
            store.count_for_alarm(key(words), span, "", |_| None, NOW).await.unwrap();
        }

        assert!(!send("unverified a").await);
        assert_eq!(count(&store, "total", HOUR).await, 0, "and nothing was counted");
        assert!(send("unverified b").await, "that one was long ago");
        assert!(!send("unverified c").await, "the reserve is used up");
        store.give_back(&["reserve country GB", "reserve country FR"].map(key)).await.unwrap();
        assert!(send("unverified c").await);
        assert_eq!(count(&store, "total", HOUR).await, 2);
    }
}

fn attempt(id: &str, state: State, request_id: Option<&str>) -> Attempt {
    Attempt {
        denied: None,
        attempt_id: id.to_owned(),
        request_id: request_id.map(str::to_owned),
        phone: PhoneNumber::from_store("+447400000001".to_owned()),
        phone_hash: "phone".to_owned(),
        browser_hash: id.to_owned(),
        state,
        created_at: NOW,
        sent_at: NOW,
        expires_at: after(300),
        ended_at: None,
        wrong_codes: 0,
        pin_hash: None,
        claimed_until: NOW,
        cancel_at: None,
        return_to: None,
        delivery: Delivery::new(Channels::only(Channel::Sms), NOW, after(300)),
        origin: Origin { country: "GB".to_owned(), address_hash: "a".to_owned(), ..Origin::default() },
    }
}

#[tokio::test]
async fn each_attempt_is_counted_once_when_its_lifetime_is_over() {
    for store in stores().await {
        for id in 0..30 {
            let id = format!("sent {id}");
            store.insert(&attempt(&id, State::Starting, None)).await.unwrap();
            store.record_sent(&id, &format!("r {id}"), SENT).await.unwrap();
        }
        store.insert(&attempt("refused", State::Starting, None)).await.unwrap();
        assert!(store.settle("refused", State::Starting, State::Failed, NOW).await.unwrap());
        store.insert(&attempt("in check", State::Starting, None)).await.unwrap();
        store.record_sent("in check", "r", SENT).await.unwrap();
        let claim = crate::store::Claim { now: after(299), until: after(310) };
        store.take_for_check("in check", "r", claim).await.unwrap().unwrap();

        let tally = |ended: &[Ended]| {
            let sent = ended.iter().map(|ended| ended.messages).sum::<i64>();
            let mut tally = Tally::default();
            tally.counters.insert(Quota { key: CounterKey::new("u"), span: HOUR, most: 100 }, sent);
            tally
        };
        assert!(store.end_attempts(after(299), 10, tally).await.unwrap().is_empty());
        let rounds = (0..20).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.end_attempts(after(300), 4, tally).await.unwrap() })
        });
        let mut ended = 0;
        for round in rounds.collect::<Vec<_>>() {
            ended += round.await.unwrap().len();
        }
        while ended < 31 {
            ended += store.end_attempts(after(300), 4, tally).await.unwrap().len();
        }

        assert_eq!((ended, count(&store, "u", HOUR).await), (31, 30));
        let early = store.end_attempts(after(309), 10, tally).await.unwrap();
        assert!(early.is_empty(), "a check is under way");
        let late = store.end_attempts(after(310), 10, tally).await.unwrap();
        assert_eq!(late.iter().map(|ended| ended.state).collect::<Vec<_>>(), [State::Expired]);
        assert_eq!(store.attempts_of_browser("sent 1").await.unwrap()[0].state, State::Expired);
    }
}

#[tokio::test]
async fn a_known_browser_is_known_for_its_number_until_its_time_is_over() {
    for store in stores().await {
        let first = Success { known: "h".to_owned(), ..success("t") };
        assert!(store.verify(&sent(&store, "a", "b").await, "pin", &first).await.unwrap());
        assert!(store.is_known("h", after(59)).await.unwrap());
        assert!(!store.is_known("h", after(60)).await.unwrap());
        assert!(!store.is_known("other", NOW).await.unwrap());

        let again = Success { known: "h".to_owned(), known_until: after(120), ..success("u") };
        assert!(store.verify(&sent(&store, "c", "d").await, "pin", &again).await.unwrap());
        assert_eq!(store.sweep_browsers(after(60)).await.unwrap(), 0);
        assert!(store.is_known("h", after(60)).await.unwrap());
        store.forget_browsers("phone").await.unwrap();
        assert!(!store.is_known("h", NOW).await.unwrap());
    }
}
