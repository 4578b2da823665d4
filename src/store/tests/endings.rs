//! What is over is gone.

use super::{NOW, after, attempt, sent, session, stores, success};
use crate::{
    phone::PhoneNumber,
    store::{SessionRow, Success, Verification},
};

#[tokio::test]
async fn sessions_end_by_sign_out_idleness_and_age() {
    for store in stores().await {
        for (index, token) in ["out", "idle", "old", "used"].into_iter().enumerate() {
            let row = sent(&store, token, token).await;
            let expires_at =
                if token == "old" { after(60) } else { after(3600 + i64::try_from(index).unwrap()) };
            let session = SessionRow { expires_at, ..session(token) };
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
async fn forgetting_a_number_leaves_nothing_of_it() {
    for store in stores().await {
        let row = sent(&store, "a", "b").await;
        assert!(store.verify(&row, "pin", &success("t")).await.unwrap());
        let phone = PhoneNumber::from_store("+12025550124".to_owned());
        let other = Verification { phone_hash: "other".to_owned(), phone, ..attempt("c", "c") };
        assert!(store.insert(&other).await.unwrap());

        assert_eq!(store.forget("phone", &row.phone, &[]).await.unwrap(), 3);

        assert!(store.attempts_to_phone("phone", None, NOW).await.unwrap().is_empty());
        assert!(store.session("t").await.unwrap().is_none());
        assert_eq!(store.attempts_to_phone("other", None, NOW).await.unwrap().len(), 1);
    }
}
