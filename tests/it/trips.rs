//! How often a visitor waits for the store: on a Postgres each time is a trip over the network.

use phonegate_testing::{PHONE, each_store, test_app};

#[tokio::test]
async fn a_sign_in_waits_for_the_store_as_often_as_it_must() {
    for store in each_store().await {
        let app = test_app().store(store.as_deref()).spawn().await;
        let trips = || app.state().sign_in.core.store.asked();
        let browser = app.browser().await;
        let mut told = Vec::new();
        let mut before = trips();
        let mut since = |what: &'static str| {
            told.push((what, trips() - before));
            before = trips();
        };

        browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
        since("POST /verify");
        let id = browser.get("/verify").await.request_id();
        since("GET /verify");
        let code = app.provider.code(PHONE).await;
        browser.check(&id, &code).await.assert_redirect("/result");
        since("POST /check");
        browser.get("/result").await.assert_page(200, "You are signed in");
        since("GET /result");
        browser.get("/auth").await;
        since("GET /auth");
        browser.get("/auth").await;
        since("GET /auth, again");

        println!("{store:?}: {told:?}");
        for ((what, trips), most) in told.into_iter().zip([4, 2, 7, 1, 1, 0]) {
            assert!(trips <= most, "{what} waits {trips} times");
        }
    }
}
