//! A number for which a verification runs already: this browser's, another's, or one that nobody remembers.

use phonegate_testing::{Fault, PHONE, secs, test_app};

#[tokio::test]
async fn another_browser_may_have_the_number_after_thirty_seconds() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).simulator(|options| options.lock_after_cancel = secs(0)).spawn().await;
        let (first, id) = app.waiting_for_code(PHONE).await;
        let second = app.browser().await;
        app.pass(secs(12)).await;
        let answer = second.post("/verify", &[("phone", PHONE)]).await;
        answer.assert_page(429, "ask again here in 18 seconds");
        assert_eq!(answer.header("retry-after"), Some("18"));
        assert!(!answer.body.contains(&id));
        assert_eq!(app.provider.calls("cancel"), 0);

        app.pass(secs(18)).await;
        let old = app.provider.code(PHONE).await;
        second.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");

        second.get("/verify").await.assert_page(200, "We are about to send it to");
        assert_eq!((app.provider.calls("cancel"), app.provider.messages(PHONE).await.len()), (1, 1));
        let yours = "in another browser, so yours no longer works";
        if api == "v1" {
            first.check(&id, &old).await.assert_redirect("/");
        } else {
            first.get("/verify").await.assert_redirect("/");
        }
        first.get("/").await.assert_page(200, yours);

        app.pass(secs(15)).await;
        assert_eq!(app.provider.messages(PHONE).await.len(), 2);
        let id = second.get("/verify").await.request_id();
        second.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");
    }
}

#[tokio::test]
async fn a_takeover_passes_the_limits_once_although_the_number_is_not_free_at_once() {
    let app = test_app().guarded().spawn().await;
    app.waiting_for_code(PHONE).await;
    app.pass(secs(30)).await;
    let second = app.browser().await;

    second.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    second.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    app.pass(secs(15)).await;
    second.get("/verify").await.assert_page(200, "Enter your code");
    assert_eq!((app.provider.calls("start"), app.provider.messages(PHONE).await.len()), (3, 2));
}

#[tokio::test]
async fn a_code_that_is_being_checked_is_not_taken_over() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        let (first, id) = app.waiting_for_code(PHONE).await;
        app.pass(secs(30)).await;
        let (second, code) = (app.browser().await, app.provider.code(PHONE).await);
        app.provider.delay("check", secs(5));
        let refusal = if api == "v1" { Fault::Legacy("10") } else { Fault::Status(409) };
        app.provider.fault("start", refusal, 1);
        let form = [("phone", PHONE)];
        let (checked, asked) = tokio::join!(first.check(&id, &code), async {
            app.provider.arrived("check").await;
            second.post("/verify", &form).await
        });

        checked.assert_redirect("/result");
        asked.assert_page(429, "on another device");
        assert_eq!(app.provider.calls("cancel"), 0);
        first.get("/result").await.assert_page(200, "You are signed in");
    }
}

#[tokio::test]
async fn a_known_browsers_attempt_ends_only_for_another_known_browser() {
    let app = test_app().spawn().await;
    let owner = app.signed_in(PHONE).await;
    let phone = app.signed_in(PHONE).await;
    for browser in [&owner, &phone] {
        browser.post("/signout", &[]).await.assert_redirect("/");
    }
    owner.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    app.pass(secs(30)).await;

    let answer = app.browser().await.post("/verify", &[("phone", PHONE)]).await;
    answer.assert_page(429, "in 5 minutes");
    assert_eq!(app.provider.calls("cancel"), 0);
    phone.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    assert_eq!(app.provider.calls("cancel"), 1);
}

#[tokio::test]
async fn ones_own_number_after_a_cancel_that_went_through_is_asked_for_by_itself() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        app.pass(secs(40)).await;
        browser.cancel(&id).await.assert_redirect("/");
        app.run_jobs().await;
        assert_eq!(app.provider.calls("cancel"), 1);
        app.pass(secs(3)).await;

        browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
        let page = browser.get("/verify").await;
        page.assert_page(200, "It goes out in");
        page.assert_page(200, "0:12");
        app.pass(secs(12)).await;
        let id = browser.get("/verify").await.request_id();
        browser.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");
        assert_eq!(app.provider.messages(PHONE).await.len(), 2);
    }
}

#[tokio::test]
async fn after_both_steps_another_browser_waits_for_the_requests_end() {
    for (api, wait) in [("v1", 599), ("v2", 299)] {
        let app = test_app().api(api).spawn().await;
        let (first, id) = app.waiting_for_code(PHONE).await;
        app.pass(secs(30)).await;
        first.resend(&id, "voice").await.assert_redirect("/verify");
        app.pass(secs(31)).await;

        let answer = app.browser().await.post("/verify", &[("phone", PHONE)]).await;
        answer.assert_page(429, "You already asked for a code on another device.");
        assert_eq!(answer.header("retry-after"), Some(wait.to_string().as_str()), "{api}");
        assert_eq!(app.provider.calls("cancel"), 0);
        first.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");
    }
}

#[tokio::test]
async fn a_cancel_after_both_steps_frees_nothing_and_is_asked_for_once() {
    for (api, wait) in [("v1", "599"), ("v2", "299")] {
        let app = test_app().api(api).spawn().await;
        let (first, id) = app.waiting_for_code(PHONE).await;
        app.pass(secs(30)).await;
        first.resend(&id, "voice").await.assert_redirect("/verify");
        first.cancel(&id).await.assert_redirect("/");
        app.pass(secs(31)).await;
        app.pass(secs(20)).await;
        assert_eq!(app.provider.calls("cancel"), 1);

        let answer = app.browser().await.post("/verify", &[("phone", PHONE)]).await;
        answer.assert_page(429, "on another device");
        let left = answer.header("retry-after").unwrap().parse::<u64>().unwrap() + 20;
        assert_eq!(left.to_string(), wait, "{api}");
    }
}

#[tokio::test]
async fn ones_own_number_is_busy_until_the_second_step_has_run_out() {
    for (api, asked, over) in [("v1", 299, 331), ("v2", 30, 300)] {
        let app = test_app().api(api).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        app.pass(secs(asked)).await;
        browser.resend(&id, "voice").await.assert_redirect("/verify");
        app.pass(secs(over)).await;
        browser.get("/verify").await.assert_redirect("/");

        let answer = browser.post("/verify", &[("phone", PHONE)]).await;
        answer.assert_page(429, "An earlier code still keeps this number busy.");
        assert_eq!(answer.header("retry-after"), Some("30"), "{api}");
        app.pass(secs(30)).await;
        browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    }
}

#[tokio::test]
async fn a_takeover_that_the_provider_does_not_answer_is_told_and_leaves_the_first_alone() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        let (first, id) = app.waiting_for_code(PHONE).await;
        app.pass(secs(30)).await;
        app.provider.fault("cancel", Fault::Status(500), 1);

        let answer = app.browser().await.post("/verify", &[("phone", PHONE)]).await;
        answer.assert_page(502, "We could not send your code. Nothing was sent");
        first.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");
    }
}

#[tokio::test]
async fn a_request_that_is_not_in_our_rows_is_neither_taken_up_nor_cancelled() {
    for (api, last) in [("v1", "10"), ("v2", "10"), ("v2", "11")] {
        let app = test_app().api(api).spawn().await;
        let browser = app.browser().await;
        for _ in 0..2 {
            let answer = browser.post("/verify", &[("phone", &format!("+1 202 555 01{last}"))]).await;
            answer.assert_page(429, "on another device");
            app.pass(secs(30)).await;
        }
        assert_eq!(app.provider.calls("cancel"), 0);
    }
}

#[tokio::test]
async fn of_two_browsers_that_wait_for_a_number_the_first_has_it() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        let (first, _) = app.waiting_for_code(PHONE).await;
        let second = app.browser().await;
        app.pass(secs(30)).await;
        second.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");

        app.pass(secs(3)).await;
        let answer = first.post("/verify", &[("phone", PHONE)]).await;
        answer.assert_page(429, "on another device");
        app.pass(secs(12)).await;
        let id = second.get("/verify").await.request_id();
        second.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");
        assert_eq!(app.provider.messages(PHONE).await.len(), 2, "{api}");
    }
}

#[tokio::test]
async fn a_number_whose_code_ran_out_elsewhere_is_free_soon() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        app.waiting_for_code(PHONE).await;
        app.pass(secs(301)).await;
        let second = app.browser().await;

        second.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
        second.get("/verify").await.assert_page(200, "We are about to send it to");
        app.pass(secs(20)).await;
        let id = second.get("/verify").await.request_id();
        second.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");
    }
}
