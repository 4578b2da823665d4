//! Several instances on one Postgres.

use futures_util::future::join_all;
use phonegate::testing::{
    guard::{By, Kind},
    sign_in::Start,
};

use phonegate_testing::{PHONE, TestApp, postgres_store, secs, test_app};

/// Two instances on one store, in front of one provider.
async fn two_instances() -> Option<(TestApp, TestApp)> {
    let store = postgres_store().await?;
    let one = test_app().store(Some(&store)).spawn().await;
    let two = test_app().beside(&one).store(Some(&store)).spawn().await;
    Some((one, two))
}

#[tokio::test]
async fn clicks_on_two_instances_send_one_message_and_make_one_check() {
    let Some((one, two)) = two_instances().await else { return };
    let here = one.browser().await;
    let there = here.copy().moved_to(two.url("/").as_str());

    let form = [("phone", PHONE)];
    let clicks =
        join_all((0..10).flat_map(|_| [here.post("/verify", &form), there.post("/verify", &form)])).await;
    for answer in clicks {
        answer.assert_redirect("/verify");
    }
    assert_eq!(one.provider.calls("start"), 1);

    let id = there.get("/verify").await.request_id();
    let code = one.provider.code(PHONE).await;
    let (here, there) = (here.copy(), there.copy());
    let (first, second) = tokio::join!(here.check(&id, &code), there.check(&id, &code));
    first.assert_redirect("/result");
    second.assert_redirect("/result");
    assert_eq!(one.provider.calls("check"), 1);
    assert_eq!(here.cookie("phonegate"), there.cookie("phonegate"));

    here.moved_to(two.url("/").as_str()).post("/signout", &[]).await.assert_redirect("/");
    there.moved_to(one.url("/").as_str()).get("/result").await.assert_redirect("/");
}

#[tokio::test]
async fn fifty_clicks_for_another_message_on_two_instances_send_one() {
    for channel in ["sms", "voice"] {
        let Some((one, two)) = two_instances().await else { return };
        let (here, id) = one.waiting_for_code(PHONE).await;
        let there = here.copy().moved_to(two.url("/").as_str());
        one.clock.advance(secs(30));
        one.provider.clock.advance(secs(30));

        let clicks =
            join_all((0..25).flat_map(|_| [here.resend(&id, channel), there.resend(&id, channel)])).await;
        assert!(clicks.iter().all(|answer| matches!(answer.status, 303 | 429)));
        for _ in 0..4 {
            one.clock.advance(secs(15));
            one.provider.clock.advance(secs(15));
            tokio::join!(one.run_jobs(), two.run_jobs());
        }
        assert_eq!(one.provider.messages(PHONE).await.len(), 2, "{channel}");
        let id = there.get("/verify").await.request_id();
        there.check(&id, &one.provider.code(PHONE).await).await.assert_redirect("/result");
    }
}

#[tokio::test]
async fn two_instances_count_together() {
    let Some(store) = postgres_store().await else { return };
    let limited = || test_app().store(Some(&store)).set("LIMIT_ADDRESS", "7/1h");
    let one = limited().spawn().await;
    let two = limited().beside(&one).spawn().await;

    let starts = join_all((0..50).map(|last| {
        let app = if last % 2 == 0 { &one } else { &two };
        async move { app.ask_from([198, 51, 100, 7], &format!("+4474000000{last:02}")).await }
    }))
    .await;

    assert_eq!(starts.iter().filter(|start| matches!(start, Start::Sent)).count(), 7);
    assert_eq!(one.provider.calls("start"), 7);
    one.clock.advance(secs(300));
    tokio::join!(one.run_jobs(), two.run_jobs());
    let key = [Kind::Unverified(By::Country).of("GB")];
    let counters = one.state().sign_in.core.store.counters(&key).await.unwrap();
    assert_eq!(counters.iter().map(|counter| counter.count).collect::<Vec<_>>(), [7, 7], "each once");
}

#[tokio::test]
async fn of_two_instances_one_tells_the_provider_of_a_cancel() {
    let Some((one, two)) = two_instances().await else { return };
    for last in 50..60 {
        let (browser, id) = one.waiting_for_code(&format!("+1 202 555 01{last}")).await;
        browser.cancel(&id).await.assert_redirect("/");
    }
    one.clock.advance(secs(30));

    tokio::join!(one.run_jobs(), two.run_jobs());

    assert_eq!(one.provider.calls("cancel"), 10);
}
