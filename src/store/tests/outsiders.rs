//! Attempts of numbers outside of `ALLOWED_NUMBERS`.

use super::{NOW, SENT, after, attempt, stores, success};
use crate::attempt::{Attempt, RequestId};

#[tokio::test]
async fn an_attempt_of_an_outsider_opens_no_session() {
    for store in stores().await {
        let mut new = attempt("a", "b");
        new.origin.outsider = true;
        assert!(store.insert(&new).await.unwrap());
        store.record_sent("a", "request-a", SENT).await.unwrap();
        let row = store.attempts_of_browser("b").await.unwrap().remove(0);
        assert!(row.origin.outsider);

        assert!(!store.verify(&row, "pin", &success("t")).await.unwrap());
        assert!(store.session("t").await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_number_is_taken_by_one_request_until_it_is_free() {
    for store in stores().await {
        let id = |id: &str| RequestId::parse(id).unwrap();
        let mut rows = Vec::new();
        for browser in ["b", "c", "d"] {
            rows.push(attempt(browser, browser));
            assert!(store.insert(&rows[rows.len() - 1]).await.unwrap());
        }
        let attempts = rows.iter().map(async |row| {
            store.take_number(row, &id(&format!("request-{}", row.attempt_id)), NOW).await.unwrap()
        });
        let taken = futures_util::future::join_all(attempts).await;
        assert_eq!(taken.into_iter().filter(|taken| *taken).count(), 1);
        let held = |row: &Attempt| row.request_id.is_some();
        let mut holder = Vec::new();
        for row in &rows {
            holder
                .extend(store.attempts_of_browser(&row.browser_hash).await.unwrap().into_iter().filter(held));
        }
        let (holder, other) =
            (&holder[0], rows.iter().find(|row| row.attempt_id != holder[0].attempt_id).unwrap());
        store.record_sent(&holder.attempt_id, holder.request_id.as_deref().unwrap(), SENT).await.unwrap();
        assert!(!store.take_number(other, &id("request-x"), after(299)).await.unwrap());
        assert!(store.take_number(other, &id("request-x"), after(300)).await.unwrap());

        // Nothing of it is left once the number is forgotten: three attempts, and that it was being taken.
        assert_eq!(store.forget("phone", &other.phone, &[]).await.unwrap(), 4);
    }
}
