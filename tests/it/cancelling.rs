//! A cancel is over for the visitor at once; the provider is told when it takes one.

use phonegate_testing::{PHONE, secs, test_app};

#[tokio::test]
async fn an_early_cancel_reaches_the_provider_after_thirty_seconds() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;

        browser.cancel(&id).await.assert_redirect("/");
        browser.get("/").await.assert_page(200, "You cancelled signing in.");
        let again = browser.get("/").await;
        assert!(!again.body.contains("You cancelled"), "said once");
        browser.get("/verify").await.assert_redirect("/");

        app.pass(secs(29)).await;
        assert_eq!(app.provider.calls("cancel"), 0);
        app.pass(secs(1)).await;
        assert_eq!(app.provider.calls("cancel"), 1);
        app.pass(secs(60)).await;
        assert_eq!(app.provider.calls("cancel"), 1, "done once");

        let other = app.browser().await;
        other.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
        assert_eq!(app.provider.messages(PHONE).await.len(), 2, "the number is free again");
    }
}

#[tokio::test]
async fn a_late_cancel_reaches_the_provider_at_once() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        app.pass(secs(45)).await;

        browser.cancel(&id).await.assert_redirect("/");
        app.run_jobs().await;

        assert_eq!(app.provider.calls("cancel"), 1);
    }
}

#[tokio::test]
async fn the_same_number_after_a_cancel_resumes_without_a_message() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    browser.cancel(&id).await.assert_redirect("/");

    browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    let page = browser.get("/verify").await;
    page.assert_page(200, "We already sent a code to this number");
    assert_eq!(page.request_id(), id);
    app.pass(secs(60)).await;

    assert_eq!((app.provider.messages(PHONE).await.len(), app.provider.calls("cancel")), (1, 0));
    browser.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");
}

#[tokio::test]
async fn another_number_ends_the_attempt_to_the_first() {
    let app = test_app().spawn().await;
    let (browser, first) = app.waiting_for_code(PHONE).await;
    let other = "+1 202 555 0151";

    browser.post("/verify", &[("phone", other)]).await.assert_redirect("/verify");
    let second = browser.get("/verify").await.request_id();
    assert_ne!(first, second);

    let code = app.provider.code(PHONE).await;
    browser.check(&first, &code).await.assert_page(409, "You sent a form from an earlier attempt");
    browser.cancel(&first).await.assert_page(409, "You sent a form from an earlier attempt");
    assert_eq!(app.provider.calls("check"), 0);
    app.pass(secs(30)).await;
    assert_eq!(app.provider.calls("cancel"), 1);

    browser.check(&second, &app.provider.code(other).await).await.assert_redirect("/result");
}

#[tokio::test]
async fn back_and_forth_between_two_numbers_sends_to_each_once() {
    let app = test_app().spawn().await;
    let (browser, first) = app.waiting_for_code(PHONE).await;
    let other = "+1 202 555 0151";

    browser.post("/verify", &[("phone", other)]).await.assert_redirect("/verify");
    browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    assert_eq!(browser.get("/verify").await.request_id(), first);

    assert_eq!((app.provider.messages(PHONE).await.len(), app.provider.messages(other).await.len()), (1, 1));
    browser.check(&first, &app.provider.code(PHONE).await).await.assert_redirect("/result");
}

#[tokio::test]
async fn a_cancel_that_the_provider_missed_is_repeated_until_it_is_done() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    // The provider's clock lags: thirty seconds of ours are not yet thirty of its.
    app.provider.clock.set_back(secs(5));
    browser.cancel(&id).await.assert_redirect("/");

    app.pass(secs(30)).await;
    assert_eq!(app.provider.calls("cancel"), 1);
    app.pass(secs(10)).await;
    assert_eq!(app.provider.calls("cancel"), 2);
    app.pass(secs(30)).await;
    assert_eq!(app.provider.calls("cancel"), 2);
}

#[tokio::test]
async fn cancelling_without_an_attempt_leads_to_the_start() {
    let app = test_app().spawn().await;
    app.browser().await.cancel("anything").await.assert_redirect("/");
    app.stranger().cancel("anything").await.assert_redirect("/");
    assert_eq!(app.provider.all_calls(), 0);
}

#[tokio::test]
async fn a_code_that_was_cancelled_at_the_provider_is_never_offered_again() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        browser.cancel(&id).await.assert_redirect("/");
        app.pass(secs(30)).await;
        assert_eq!(app.provider.calls("cancel"), 1);

        // The provider's lock on the number lingers.
        app.pass(secs(3)).await;
        browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
        browser.get("/verify").await.assert_page(200, "We are about to send it to");
        assert_eq!(app.provider.messages(PHONE).await.len(), 1);

        app.pass(secs(12)).await;
        let again = browser.get("/verify").await.request_id();
        assert_ne!(again, id);
        browser.check(&again, &app.provider.code(PHONE).await).await.assert_redirect("/result");
    }
}

#[tokio::test]
async fn code_typed_in_another_tab_after_a_cancel_is_told() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let tab = browser.clone();
    browser.cancel(&id).await.assert_redirect("/");
    browser.get("/").await.assert_page(200, "You cancelled signing in.");

    tab.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/");
    tab.get("/").await.assert_page(200, "You cancelled signing in.");
}

#[tokio::test]
async fn many_cancels_are_told_at_once_and_each_is_its_own() {
    let app = test_app().spawn().await;
    for last in 40..60 {
        let (browser, id) = app.waiting_for_code(&format!("+1 202 555 01{last}")).await;
        browser.cancel(&id).await.assert_redirect("/");
    }
    let (browser, id) = app.waiting_for_code("+1 202 555 0160").await;
    browser.cancel(&id).await.assert_redirect("/");
    browser.post("/verify", &[("phone", "+1 202 555 0160")]).await.assert_redirect("/verify");

    app.pass(secs(30)).await;

    assert_eq!(app.provider.calls("cancel"), 20, "the one taken back is left alone");
    browser.check(&id, &app.provider.code("+1 202 555 0160").await).await.assert_redirect("/result");
}

#[tokio::test]
async fn another_number_that_comes_to_nothing_leaves_the_attempt_before_it_as_it_was() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        let code = app.provider.code(PHONE).await;
        for (other, status) in [("+1 202 555 0106", 422), ("+1 202 555 0110", 429), ("+1 202 555 0109", 503)]
        {
            assert_eq!(browser.post("/verify", &[("phone", other)]).await.status, status, "{other}");
        }
        browser.get("/verify").await.assert_page(200, "Enter your code");
        app.pass(secs(60)).await;
        assert_eq!(app.provider.calls("cancel"), 0);
        browser.check(&id, &code).await.assert_redirect("/result");
    }
}
