//! A start whose answer was lost: found again, where the provider names it and it can only be ours.

use phonegate_testing::{Fault, PHONE, secs, test_app};

/// How the answer to a start can be lost after the message went out.
const LOST: [Fault; 3] = [Fault::Cut, Fault::Html, Fault::Garbage];

#[tokio::test]
async fn a_lost_start_is_found_again_where_the_provider_names_it() {
    for api in ["v1", "v2"] {
        for fault in LOST {
            let app = test_app().api(api).spawn().await;
            let browser = app.browser().await;
            app.provider.fault("start", fault, 1);
            let answer = browser.post("/verify", &[("phone", PHONE)]).await;
            answer.assert_page(502, "We may have sent you a code");
            assert_eq!(answer.header("retry-after"), Some("30"));
            browser.get("/verify").await.assert_redirect("/");
            browser.get("/").await.assert_page(200, "We may have sent you a code");

            app.pass(secs(30)).await;
            browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");

            assert_eq!(app.provider.messages(PHONE).await.len(), 1, "{api} {fault:?}");
            let id = browser.get("/verify").await.request_id();
            browser.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");
        }
    }
}

#[tokio::test]
async fn a_found_request_does_not_take_its_second_step_by_itself() {
    let app = test_app().spawn().await;
    let browser = app.browser().await;
    app.provider.fault("start", Fault::Cut, 1);
    browser.post("/verify", &[("phone", PHONE)]).await.assert_page(502, "We may have sent you a code");
    app.pass(secs(30)).await;
    browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");

    for _ in 0..60 {
        app.pass(secs(10)).await;
    }
    assert_eq!(app.provider.messages(PHONE).await.len(), 1);
}

#[tokio::test]
async fn a_lost_start_that_the_provider_does_not_name_is_told_with_a_time() {
    let app = test_app().spawn().await;
    let browser = app.browser().await;
    app.provider.fault("start", Fault::Cut, 1);
    browser.post("/verify", &[("phone", PHONE)]).await.assert_page(502, "We may have sent you a code");
    app.pass(secs(30)).await;
    app.provider.fault("start", Fault::Status(409), 1);

    let answer = browser.post("/verify", &[("phone", PHONE)]).await;
    answer.assert_page(
        429,
        "An earlier code still keeps this number busy. You can ask for a new one in 11 minutes.",
    );
    browser.post("/verify", &[("phone", PHONE)]).await.assert_page(429, "We may have sent you a code");
    assert_eq!(app.provider.calls("start"), 2, "nobody was asked");

    // The provider names it after all.
    app.pass(secs(30)).await;
    browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    let id = browser.get("/verify").await.request_id();
    browser.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");
}

#[tokio::test]
async fn an_id_that_could_be_another_browsers_is_not_taken_up() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        let (first, second) = (app.browser().await, app.browser().await);
        // Both are in doubt; one of the two sent.
        app.provider.fault("start", Fault::Cut, 2);
        first.post("/verify", &[("phone", PHONE)]).await.assert_page(502, "We may have sent you a code");
        second.post("/verify", &[("phone", PHONE)]).await.assert_page(502, "We may have sent you a code");
        app.pass(secs(30)).await;

        let answer = second.post("/verify", &[("phone", PHONE)]).await;
        answer.assert_page(429, "on another device");
        assert_eq!(app.provider.messages(PHONE).await.len(), 1, "{api}");
    }
}

#[tokio::test]
async fn a_lost_start_is_found_again_even_after_another_number_was_tried() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        let browser = app.browser().await;
        app.provider.fault("start", Fault::Cut, 1);
        browser.post("/verify", &[("phone", PHONE)]).await.assert_page(502, "We may have sent you a code");
        app.pass(secs(30)).await;
        browser.post("/verify", &[("phone", "+1 202 555 0151")]).await.assert_redirect("/verify");
        app.pass(secs(30)).await;

        browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
        let id = browser.get("/verify").await.request_id();
        browser.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");
        assert_eq!(app.provider.messages(PHONE).await.len(), 1, "{api}");
    }
}
