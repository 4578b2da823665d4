//! What is over is gone.

use super::{NOW, after, attempt, sent, session, stores, success};
use crate::{
    attempt::{Attempt, State},
    phone::PhoneNumber,
    store::{Session, Success, engine::query},
};

#[tokio::test]
async fn sessions_end_by_sign_out_idleness_and_age() {
    for store in stores().await {
        for (index, token) in ["out", "idle", "old", "used"].into_iter().enumerate() {
            let row = sent(&store, token, token).await;
            let expires_at =
                if token == "old" { after(60) } else { after(3600 + i64::try_from(index).unwrap()) };
            let session = Session { expires_at, ..session(token) };
            assert!(store.verify(&row, "pin", &Success { session, ..success(token) }).await.unwrap());
        }
        store.end_session("out").await.unwrap();
        store.touch_session("used", after(50)).await.unwrap();

        assert_eq!(store.sweep_sessions(after(60), after(40)).await.unwrap(), 2);

        assert!(store.session("out").await.unwrap().is_none());
        assert!(store.session("idle").await.unwrap().is_none());
        assert!(store.session("old").await.unwrap().is_none());
        assert_eq!(store.session("used").await.unwrap().unwrap().seen_at, after(50));
    }
}

#[tokio::test]
async fn of_more_than_one_statement_deletes_nothing_is_left() {
    // Every third is still of use.
    let sessions = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 12000) \
                    INSERT INTO sessions (token_hash, phone, phone_hash, signed_in_at, seen_at, expires_at) \
                    SELECT 'token ' || n, '', '', 0, CASE n % 3 WHEN 0 THEN $1 ELSE $2 END, \
                    CASE n % 3 WHEN 1 THEN $2 ELSE $1 + 1 END FROM numbers";
    let counters = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 12000) \
                    INSERT INTO guard_counters (key, span, started_at, count, most, strict) \
                    SELECT 'number ' || n, 1000, CASE n % 3 WHEN 0 THEN $1 ELSE $2 END, 1, 1, 0 FROM numbers";
    for store in stores().await {
        for rows in [sessions, counters] {
            query(rows).bind(NOW).bind(after(-60)).write(&store).await.unwrap();
        }

        assert_eq!(store.sweep_sessions(NOW, after(-1)).await.unwrap(), 8_000);
        assert_eq!(store.sweep_counters(NOW).await.unwrap(), 8_000);
        assert_eq!(
            store.sweep_sessions(after(10), after(5)).await.unwrap(),
            4_000,
            "and from the beginning again"
        );
        assert_eq!(store.sweep_counters(after(10)).await.unwrap(), 4_000);
    }
}

#[tokio::test]
async fn forgetting_a_number_leaves_nothing_of_it() {
    for store in stores().await {
        let row = sent(&store, "a", "b").await;
        assert!(store.verify(&row, "pin", &success("t")).await.unwrap());
        let phone = PhoneNumber::from_store("+12025550124".to_owned());
        let other = Attempt { phone_hash: "other".to_owned(), phone, ..attempt("c", "c") };
        assert!(store.insert(&other).await.unwrap());

        assert_eq!(store.forget("phone", &row.phone, &[]).await.unwrap(), 3);

        assert!(store.attempts_to_phone("phone", None, NOW).await.unwrap().is_empty());
        assert!(store.session("t").await.unwrap().is_none());
        assert_eq!(store.attempts_to_phone("other", None, NOW).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn an_attempt_that_was_cancelled_meanwhile_takes_no_other_up() {
    for store in stores().await {
        // A stranger's and, of the owner, one cancelled and the one that came after it.
        sent(&store, "theirs", "b").await;
        let owners = attempt("owners", "c");
        assert!(store.insert(&owners).await.unwrap());
        assert!(store.cancel("owners", after(1), after(30), after(300)).await.unwrap());
        assert!(store.insert(&attempt("next", "c")).await.unwrap());
        assert!(!store.adopt(&owners, "theirs", after(2)).await.unwrap());

        sent(&store, "older", "d").await;
        assert!(store.cancel("older", after(1), after(30), after(300)).await.unwrap());
        assert!(store.insert(&attempt("newer", "d")).await.unwrap());
        assert!(store.cancel("newer", after(1), after(30), after(300)).await.unwrap());
        assert!(!store.reattach("newer", "older", 1, after(2)).await.unwrap());

        for (browser, states) in [
            ("b", vec![State::Sent]),
            ("c", vec![State::Starting, State::Cancelled]),
            ("d", vec![State::Cancelled; 2]),
        ] {
            let rows = store.attempts_of_browser(browser).await.unwrap();
            assert_eq!(rows.iter().map(|row| row.state).collect::<Vec<_>>(), states, "{browser}");
        }
    }
}

#[tokio::test]
async fn an_attempt_adopts_only_one_that_is_an_outsiders_as_much_as_itself() {
    for store in stores().await {
        let mut made_up = attempt("made-up", "b");
        made_up.origin.outsider = true;
        assert!(store.insert(&made_up).await.unwrap());
        store.record_sent("made-up", "request-made-up", super::SENT).await.unwrap();
        let mut own = attempt("own", "c");
        assert!(store.insert(&own).await.unwrap());
        // It was sent with a claim, which has ended.
        assert!(!store.adopt(&own, "made-up", after(21)).await.unwrap());
        own.origin.outsider = true;
        assert!(store.adopt(&own, "made-up", after(21)).await.unwrap());
    }
}

#[tokio::test]
async fn an_attempt_does_not_run_again_beside_another_of_its_browser() {
    for store in stores().await {
        sent(&store, "a", "b").await;
        assert!(store.cancel("a", after(5), after(30), after(300)).await.unwrap());
        sent(&store, "c", "b").await;
        assert!(!store.resume("a", 1, after(6)).await.unwrap());

        sent(&store, "d", "another").await;
        let mut refused = attempt("e", "third");
        assert!(store.insert(&refused).await.unwrap());
        // Its browser has another one by now.
        refused.browser_hash = "b".to_owned();
        assert!(!store.adopt(&refused, "d", after(21)).await.unwrap());
        let third = store.attempts_of_browser("third").await.unwrap();
        assert_eq!(third.len(), 1, "nothing was done");

        assert!(store.settle("c", State::Sent, State::Failed, after(7)).await.unwrap());
        assert!(store.resume("a", 1, after(8)).await.unwrap());
    }
}
