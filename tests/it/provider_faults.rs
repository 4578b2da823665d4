//! A provider that is slow, gone or broken.

use phonegate_testing::{PHONE, secs, test_app, wrong_code};

/// Sends, then cuts the connection.
const CUT: &str = "+1 202 555 0131";

#[tokio::test]
async fn a_lost_answer_is_told_and_the_form_is_taken_again_after_thirty_seconds() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        let browser = app.browser().await;

        let answer = browser.post("/verify", &[("phone", CUT)]).await;
        answer.assert_page(502, "We may have sent you a code");
        assert_eq!(answer.header("retry-after"), Some("30"));
        assert_eq!(app.provider.messages(CUT).await.len(), 1, "it was sent");

        app.pass(secs(12)).await;
        let answer = browser.post("/verify", &[("phone", CUT)]).await;
        answer.assert_page(429, "Wait 18 seconds");
        assert_eq!((answer.header("retry-after"), app.provider.calls("start")), (Some("18"), 1));

        // Now the provider says that one is running, and its id; it is this browser's.
        app.pass(secs(18)).await;
        browser.post("/verify", &[("phone", CUT)]).await.assert_redirect("/verify");
        let id = browser.get("/verify").await.request_id();
        browser.check(&id, &app.provider.code(CUT).await).await.assert_redirect("/result");
        assert_eq!(app.provider.messages(CUT).await.len(), 1);
    }
}

#[tokio::test]
async fn a_slow_provider_does_not_hold_the_visitor() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).patience(secs(1)).spawn().await;
        app.provider.delay("start", secs(4));
        let answer = app.browser().await.post("/verify", &[("phone", PHONE)]).await;
        answer.assert_page(502, "We may have sent you a code");
    }
}

#[tokio::test]
async fn an_unreachable_provider_has_sent_nothing() {
    let app = test_app().set("VERIFY_BASE_URL", "http://127.0.0.1:9").spawn().await;
    let browser = app.browser().await;

    for _ in 0..2 {
        let answer = browser.post("/verify", &[("phone", PHONE)]).await;
        answer.assert_page(502, "Nothing was sent");
    }
}

#[tokio::test]
async fn refused_credentials_are_our_fault_and_the_page_says_nothing_of_them() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).set("VONAGE_API_SECRET", "not-the-one").spawn().await;
        let answer = app.browser().await.post("/verify", &[("phone", PHONE)]).await;
        answer.assert_page(503, "Phone sign-in is unavailable right now");
        assert!(!answer.body.contains("credential"), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_number_that_another_browser_waits_for_is_left_alone() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        let (first, id) = app.waiting_for_code(PHONE).await;
        app.pass(secs(10)).await;

        let answer = app.browser().await.post("/verify", &[("phone", PHONE)]).await;
        answer.assert_page(429, "You already asked for a code on another device.");
        assert!(answer.header("retry-after").is_some());
        assert!(!answer.body.contains(&id));

        first.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");
        assert_eq!(app.provider.messages(PHONE).await.len(), 1);
    }
}

#[tokio::test]
async fn a_code_that_could_not_be_checked_is_not_lost() {
    let app = test_app().patience(secs(2)).spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let code = app.provider.code(PHONE).await;
    browser.check(&id, &wrong_code(&code)).await.assert_page(422, "2 tries left");

    let app = {
        // The same store behind a provider that is not there.
        let gone = test_app().beside(&app).set("STORE_URL", &app.store_url());
        gone.set("VERIFY_BASE_URL", "http://127.0.0.1:9").spawn().await
    };
    let elsewhere = app.stranger();
    elsewhere.set_cookie("phonegate-browser", &browser.cookie("phonegate-browser").unwrap());
    elsewhere.check(&id, &code).await.assert_page(502, "We could not check your code. It still works");

    browser.check(&id, &code).await.assert_redirect("/result");
}
