//! Another message, from a provider that is slow, gone, broken or of another mind.

use phonegate_testing::{Browser, Fault, PHONE, TestApp, secs, test_app};

/// A browser that asks for another message by `channel` at the first moment it can, with the id it had before.
async fn asking_again(app: &TestApp, channel: &str) -> (Browser, String) {
    let (browser, id) = app.waiting_for_code(PHONE).await;
    app.pass(secs(30)).await;
    browser.resend(&id, channel).await.assert_redirect("/verify");
    (browser, id)
}

async fn sent(app: &TestApp) -> usize {
    app.provider.messages(PHONE).await.len()
}

#[tokio::test]
async fn a_next_step_whose_answer_was_lost_is_asked_for_again_and_sent_once() {
    for api in ["v1", "v2"] {
        for fault in [Fault::Cut, Fault::Html, Fault::Garbage] {
            let app = test_app().api(api).spawn().await;
            app.provider.fault("next", fault, 1);
            let (browser, _) = asking_again(&app, "voice").await;

            let page = browser.get("/verify").await;
            page.assert_page(200, "We are sending it to");
            assert_eq!(page.header("refresh"), Some("7"));
            app.pass(secs(5)).await;

            assert_eq!(sent(&app).await, 2, "{api} {fault:?}");
            browser.get("/verify").await.assert_page(200, "We have texted and called you.");
            app.signs_in_with_the_newest_code(&browser, PHONE).await;
        }
    }
}

#[tokio::test]
async fn a_provider_that_is_not_ready_for_the_next_step_is_asked_again() {
    let app = test_app().spawn().await;
    app.provider.fault("next", Fault::Detail(409, "The operation cannot be performed. Try again later."), 2);
    let (browser, id) = asking_again(&app, "voice").await;
    browser.get("/verify").await.assert_page(200, "We are sending it to");
    browser.resend(&id, "voice").await.assert_redirect("/verify");

    app.pass(secs(5)).await;
    assert_eq!(sent(&app).await, 1);
    app.pass(secs(5)).await;

    assert_eq!((sent(&app).await, app.provider.calls("next")), (2, 3));
    app.signs_in_with_the_newest_code(&browser, PHONE).await;
}

#[tokio::test]
async fn a_next_step_that_never_comes_leaves_the_code_as_good_as_it_was() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        app.provider.fault("next", Fault::Status(429), 9);
        let (browser, id) = asking_again(&app, "voice").await;
        for _ in 0..4 {
            app.pass(secs(5)).await;
        }

        let page = browser.get("/verify").await;
        page.assert_page(200, "We could not send it again just now. The code you have still works.");
        assert_eq!((page.request_id(), app.provider.calls("next")), (id, 4));
        app.signs_in_with_the_newest_code(&browser, PHONE).await;
    }
}

#[tokio::test]
async fn a_next_step_that_is_refused_for_good_is_not_asked_for_again() {
    for (api, fault) in [("v1", Fault::Legacy("9")), ("v2", Fault::Status(402))] {
        let app = test_app().api(api).spawn().await;
        app.provider.fault("next", fault, 1);
        let (browser, _) = asking_again(&app, "voice").await;

        let page = browser.get("/verify").await;
        page.assert_page(200, "We could not send it again just now.");
        assert_eq!(app.provider.calls("next"), 1);
    }
}

#[tokio::test]
async fn a_request_that_is_over_already_is_followed_by_another_at_once() {
    for (api, gone) in [("v1", Fault::Legacy("6")), ("v2", Fault::Status(404))] {
        for (channel, call) in [("voice", "next"), ("sms", "cancel")] {
            let app =
                test_app().api(api).simulator(|options| options.lock_after_cancel = secs(0)).spawn().await;
            let (browser, id) = app.waiting_for_code(PHONE).await;
            app.pass(secs(30)).await;
            // As if it had ended by itself.
            app.provider.end(&id).await;
            app.provider.fault(call, gone, 1);

            browser.resend(&id, channel).await.assert_redirect("/verify");

            assert_eq!(sent(&app).await, 2, "{api} {channel}");
            app.signs_in_with_the_newest_code(&browser, PHONE).await;
        }
    }
}

#[tokio::test]
async fn a_number_that_stays_taken_after_a_cancel_is_asked_for_again() {
    let app = test_app().simulator(|options| options.lock_after_cancel = secs(20)).spawn().await;
    let (browser, _) = asking_again(&app, "sms").await;
    app.pass(secs(15)).await;
    assert_eq!((sent(&app).await, app.provider.calls("start")), (1, 2));
    browser.get("/verify").await.assert_page(200, "0:15");

    app.pass(secs(15)).await;

    assert_eq!((sent(&app).await, app.provider.calls("start")), (2, 3));
    app.signs_in_with_the_newest_code(&browser, PHONE).await;
}

#[tokio::test]
async fn a_number_that_stays_taken_for_long_ends_the_sign_in_with_a_word() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).simulator(|options| options.lock_after_cancel = secs(90)).spawn().await;
        let (browser, _) = asking_again(&app, "sms").await;
        for _ in 0..4 {
            app.pass(secs(15)).await;
        }

        browser.get("/verify").await.assert_redirect("/");
        browser.get("/").await.assert_page(200, "We could not send you another code");
        assert_eq!(sent(&app).await, 1);
        app.pass(secs(30)).await;
        browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
        app.signs_in_with_the_newest_code(&browser, PHONE).await;
    }
}

#[tokio::test]
async fn a_cancel_that_is_refused_at_first_is_asked_for_again() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        // The provider's clock lags: thirty seconds of ours are not yet thirty of its.
        app.provider.clock.set_back(secs(4));
        let (browser, _) = asking_again(&app, "sms").await;
        app.provider.clock.set_back(secs(4));
        browser.get("/verify").await;
        app.pass(secs(5)).await;
        app.pass(secs(15)).await;
        app.pass(secs(15)).await;

        assert_eq!(sent(&app).await, 2, "{api}");
        app.signs_in_with_the_newest_code(&browser, PHONE).await;
    }
}

#[tokio::test]
async fn a_cancel_whose_answer_was_lost_is_asked_for_again() {
    for api in ["v1", "v2"] {
        for fault in [Fault::Cut, Fault::Html, Fault::Garbage] {
            let app = test_app().api(api).spawn().await;
            app.provider.fault("cancel", fault, 1);
            let (browser, _) = asking_again(&app, "sms").await;
            browser
                .get("/verify")
                .await
                .assert_page(200, "We are getting you a new code. The old one no longer works.");
            app.pass(secs(5)).await;
            app.pass(secs(15)).await;

            assert_eq!(sent(&app).await, 2, "{api} {fault:?}");
            app.signs_in_with_the_newest_code(&browser, PHONE).await;
        }
    }
}

#[tokio::test]
async fn a_cancel_that_comes_too_late_leaves_the_code_as_good_as_it_was() {
    let app = test_app().api("v1").spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    app.pass(secs(30)).await;
    app.provider.take_next_step(&id).await;

    browser.resend(&id, "sms").await.assert_redirect("/verify");

    browser.get("/verify").await.assert_page(200, "We have texted and called you.");
    app.signs_in_with_the_newest_code(&browser, PHONE).await;
}

#[tokio::test]
async fn a_start_whose_answer_was_lost_is_not_repeated_and_the_visitor_is_told() {
    for api in ["v1", "v2"] {
        for fault in [Fault::Cut, Fault::Html, Fault::Garbage] {
            let app = test_app().api(api).spawn().await;
            let (browser, _) = asking_again(&app, "sms").await;
            app.provider.fault("start", fault, 1);
            app.pass(secs(15)).await;
            app.pass(secs(10)).await;

            browser.get("/verify").await.assert_redirect("/");
            browser.get("/").await.assert_page(200, "We may have sent you a code, but we cannot be sure.");
            let answer = browser.post("/verify", &[("phone", PHONE)]).await;
            answer.assert_page(429, "We may have sent you a code");
            assert_eq!(answer.header("retry-after"), Some("20"));
            assert_eq!((sent(&app).await, app.provider.calls("start")), (2, 2), "{api} {fault:?}");

            app.pass(secs(20)).await;
            browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
            assert_eq!(sent(&app).await, 2);
            app.signs_in_with_the_newest_code(&browser, PHONE).await;
        }
    }
}

#[tokio::test]
async fn a_start_that_sent_nothing_is_tried_again() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        let (browser, _) = asking_again(&app, "sms").await;
        app.provider.fault("start", Fault::Status(429), 2);
        app.pass(secs(15)).await;
        app.pass(secs(5)).await;
        assert_eq!(sent(&app).await, 1);
        app.pass(secs(5)).await;

        assert_eq!(sent(&app).await, 2, "{api}");
        app.signs_in_with_the_newest_code(&browser, PHONE).await;
    }
}

#[tokio::test]
async fn a_start_that_is_refused_for_good_ends_the_sign_in_with_a_word() {
    for (api, fault) in [("v1", Fault::Legacy("7")), ("v2", Fault::Status(402))] {
        let app = test_app().api(api).spawn().await;
        let (browser, _) = asking_again(&app, "sms").await;
        app.provider.fault("start", fault, 1);
        app.pass(secs(15)).await;

        browser.get("/verify").await.assert_redirect("/");
        browser.get("/").await.assert_page(200, "We could not send you another code");
        assert_eq!((sent(&app).await, app.provider.calls("start")), (1, 2), "{api}");
    }
}

#[tokio::test]
async fn a_provider_that_is_gone_while_a_message_is_sent_again_is_waited_for() {
    for api in ["v1", "v2"] {
        for channel in ["sms", "voice"] {
            let app = test_app().api(api).spawn().await;
            let (browser, id) = app.waiting_for_code(PHONE).await;
            app.pass(secs(30)).await;
            app.provider.fail_with(503);
            browser.resend(&id, channel).await.assert_redirect("/verify");
            app.pass(secs(5)).await;
            browser.get("/verify").await.assert_page(200, "This page reloads by itself.");
            app.provider.heal();
            app.pass(secs(5)).await;
            app.pass(secs(15)).await;

            assert_eq!(sent(&app).await, 2, "{api} {channel}");
            app.signs_in_with_the_newest_code(&browser, PHONE).await;
        }
    }
}

#[tokio::test]
async fn answers_that_come_too_late_hold_nothing_up_for_good() {
    let late = secs(3);
    for (kind, channel) in [("next", "voice"), ("cancel", "sms"), ("start", "sms")] {
        let app = test_app().patience(late / 3).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        app.pass(secs(30)).await;
        app.provider.delay(kind, late);
        browser.resend(&id, channel).await.assert_redirect("/verify");
        app.pass(secs(15)).await;
        app.provider.delay(kind, secs(0));
        for _ in 0..12 {
            app.pass(secs(5)).await;
        }
        if kind == "start" {
            // It may have been sent: the visitor is told, asks, and has it.
            browser.get("/verify").await.assert_redirect("/");
            browser.get("/").await.assert_page(200, "We may have sent you a code");
            browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
        }
        assert_eq!(sent(&app).await, 2, "{kind}");
        app.signs_in_with_the_newest_code(&browser, PHONE).await;
    }
}

#[tokio::test]
async fn a_next_step_whose_answer_was_lost_is_not_followed_by_another_request() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        app.pass(secs(30)).await;
        app.provider.fault("next", Fault::Cut, 1);
        browser.resend(&id, "voice").await.assert_redirect("/verify");
        // It was taken, and its request is over when somebody comes to look.
        app.clock.advance(secs(400));
        app.provider.clock.advance(secs(700));
        app.run_jobs().await;

        assert_eq!((sent(&app).await, app.provider.calls("start")), (2, 1), "{api}");
        browser.get("/verify").await.assert_redirect("/");
        browser.get("/").await.assert_page(200, "Check your number, then try again.");
    }
}

#[tokio::test]
async fn a_provider_whose_records_lag_behind_is_asked_until_it_takes_the_next_step() {
    let app = test_app().simulator(|options| options.next_lag = secs(40)).spawn().await;
    let (browser, _) = asking_again(&app, "voice").await;
    app.pass(secs(5)).await;
    assert_eq!((sent(&app).await, app.provider.calls("next")), (1, 2));

    app.pass(secs(5)).await;
    assert_eq!((sent(&app).await, app.provider.calls("next")), (2, 3));
    app.signs_in_with_the_newest_code(&browser, PHONE).await;
}
