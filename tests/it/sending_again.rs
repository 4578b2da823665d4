//! Another message: by the next step or by another request, once however often it is asked for.

use futures_util::future::join_all;

use phonegate_testing::{Fault, PHONE, TestApp, each_store, secs, test_app};

/// The APIs and the orders of channels.
const BOTH: [(&str, &str); 4] =
    [("v1", "sms,voice"), ("v1", "voice,sms"), ("v2", "sms,voice"), ("v2", "voice,sms")];

/// The channels of the messages so far, oldest first.
async fn channels(app: &TestApp) -> Vec<String> {
    let messages = app.provider.messages(PHONE).await;
    messages.into_iter().rev().map(|message| message.channel).collect()
}

#[tokio::test]
async fn the_other_channel_is_the_requests_next_step_and_brings_the_same_code() {
    for (api, order) in BOTH {
        if (api, order) == ("v1", "voice,sms") {
            continue; // has no such step
        }
        let app = test_app().api(api).set("CHANNELS", order).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        let second = order.split(',').nth(1).unwrap();
        app.pass(secs(30)).await;

        browser.resend(&id, second).await.assert_redirect("/verify");

        assert_eq!(channels(&app).await.join(","), order, "{api}");
        assert_eq!((app.provider.calls("start"), app.provider.calls("next")), (1, 1));
        let codes: Vec<_> =
            app.provider.messages(PHONE).await.into_iter().map(|message| message.code).collect();
        assert_eq!(codes[0], codes[1]);
        assert_eq!(browser.get("/verify").await.request_id(), id);
        app.signs_in_with_the_newest_code(&browser, PHONE).await;
    }
}

#[tokio::test]
async fn the_same_channel_is_another_request_behind_a_page_that_waits() {
    for (api, order) in BOTH {
        let app = test_app().api(api).set("CHANNELS", order).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        let first = order.split(',').next().unwrap();
        let old = app.provider.code(PHONE).await;
        app.pass(secs(30)).await;

        browser.resend(&id, first).await.assert_redirect("/verify");
        let page = browser.get("/verify").await;
        page.assert_page(200, "The old code no longer works.");
        page.assert_page(200, "0:15");
        assert_eq!(page.header("refresh"), Some("17"));
        browser.check(&id, &old).await.assert_redirect("/verify");
        assert_eq!((app.provider.calls("cancel"), app.provider.calls("start")), (1, 1));

        app.pass(secs(15)).await;
        let page = browser.get("/verify").await;
        page.assert_page(200, "Only the code in the newest message works.");
        assert_ne!(page.request_id(), id);
        assert_eq!(channels(&app).await, [first, first], "{api}");
        browser.check(&id, &old).await.assert_page(409, "You sent a form from an earlier attempt");
        app.signs_in_with_the_newest_code(&browser, PHONE).await;
    }
}

#[tokio::test]
async fn a_call_first_and_then_a_text_is_another_request_with_v1() {
    let app = test_app().api("v1").set("CHANNELS", "voice,sms").spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    browser.get("/verify").await.assert_page(200, "Text me instead");
    app.pass(secs(30)).await;

    browser.resend(&id, "sms").await.assert_redirect("/verify");
    app.pass(secs(15)).await;

    assert_eq!(channels(&app).await, ["voice", "sms"]);
    assert_eq!((app.provider.calls("next"), app.provider.calls("start")), (0, 2));
    app.signs_in_with_the_newest_code(&browser, PHONE).await;
}

#[tokio::test]
async fn one_channel_offers_only_itself() {
    for (api, only, label, other) in [
        ("v1", "sms", "Send again", "voice"),
        ("v2", "sms", "Send again", "voice"),
        ("v2", "voice", "Call me again", "sms"),
    ] {
        let app = test_app().api(api).set("CHANNELS", only).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        let page = browser.get("/verify").await;
        page.assert_page(200, label);
        assert!(!page.body.contains("instead"), "{}", page.body);
        app.pass(secs(30)).await;

        for channel in [other, "whatsapp", "SMS"] {
            browser.resend(&id, channel).await.assert_page(422, "We do not send codes that way.");
        }
        browser.resend(&id, only).await.assert_redirect("/verify");
        app.pass(secs(15)).await;
        assert_eq!(channels(&app).await, [only, only]);
        app.signs_in_with_the_newest_code(&browser, PHONE).await;
    }
}

#[tokio::test]
async fn whoever_asks_too_early_is_told_when() {
    for (api, order) in BOTH {
        let app = test_app().api(api).set("CHANNELS", order).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        browser.get("/verify").await.assert_page(200, "data-countdown=\"30\">0:30</time>");
        app.pass(secs(12)).await;

        for channel in ["sms", "voice"] {
            let answer = browser.resend(&id, channel).await;
            answer.assert_page(429, "You can ask for another message in 18 seconds.");
            assert_eq!(answer.header("retry-after"), Some("18"));
            assert_eq!(answer.request_id(), id);
        }
        assert_eq!(app.provider.all_calls(), 1, "nobody was asked");

        app.pass(secs(18)).await;
        let page = browser.get("/verify").await;
        assert!(!page.body.contains("data-countdown"), "{}", page.body);
    }
}

#[tokio::test]
async fn after_both_steps_nothing_more_is_sent_and_the_page_says_until_when() {
    for (api, until, minutes) in [("v1", 630, 10), ("v2", 330, 5)] {
        let app = test_app().api(api).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        app.pass(secs(30)).await;
        browser.resend(&id, "voice").await.assert_redirect("/verify");

        let page = browser.get("/verify").await;
        page.assert_page(200, "We have texted and called you.");
        page.assert_page(200, &format!("data-countdown=\"{until}\""));
        app.pass(secs(31)).await;
        for channel in ["sms", "voice"] {
            let answer = browser.resend(&id, channel).await;
            answer.assert_page(429, &format!("You can ask for a new code in {minutes} minutes."));
            assert_eq!(answer.header("retry-after"), Some((until - 31).to_string().as_str()));
        }
        assert_eq!((channels(&app).await.len(), app.provider.calls("cancel")), (2, 0));
        app.signs_in_with_the_newest_code(&browser, PHONE).await;
    }
}

#[tokio::test]
async fn a_code_lives_from_its_last_message_but_never_past_ten_minutes_from_the_first() {
    let app = test_app().set("CODE_LIFETIME", "300").spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    app.pass(secs(290)).await;
    browser.resend(&id, "sms").await.assert_redirect("/verify");
    app.pass(secs(15)).await;
    app.pass(secs(290)).await;
    browser.get("/verify").await.assert_page(200, "The code works for <time");

    app.pass(secs(5)).await;
    browser.get("/verify").await.assert_redirect("/");
    assert_eq!(app.provider.calls("cancel"), 2, "the second request would have sent another message");
    app.pass(secs(600)).await;
    assert_eq!(channels(&app).await.len(), 2);
}

#[tokio::test]
async fn nothing_more_is_sent_when_a_sign_in_is_almost_over() {
    let app = test_app().set("CODE_LIFETIME", "600").spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    app.pass(secs(530)).await;

    browser.get("/verify").await.assert_page(200, "This code is about to expire");
    let answer = browser.resend(&id, "voice").await;
    answer.assert_page(429, "This code is about to expire. Go back to get a new one.");
    assert_eq!(channels(&app).await.len(), 1);
}

#[tokio::test]
async fn nothing_is_sent_unasked_when_a_code_runs_out() {
    for (api, order) in BOTH {
        let app = test_app().api(api).set("CHANNELS", order).spawn().await;
        app.waiting_for_code(PHONE).await;

        app.pass(secs(299)).await;
        assert_eq!(app.provider.calls("cancel"), 0);
        app.pass(secs(1)).await;
        assert_eq!(app.provider.calls("cancel"), 1, "{api} {order}");
        app.pass(secs(600)).await;

        assert_eq!(channels(&app).await.len(), 1);
        assert_eq!(app.provider.calls("cancel"), 1, "once");
    }
}

#[tokio::test]
async fn a_cancel_that_keeps_the_second_step_back_is_repeated_while_it_can_help() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        app.waiting_for_code(PHONE).await;
        app.provider.fault("cancel", Fault::Status(500), 2);

        for _ in 0..120 {
            app.pass(secs(5)).await;
        }

        assert_eq!(channels(&app).await.len(), 1, "{api}");
        assert_eq!(app.provider.calls("cancel"), 3);
    }
}

#[tokio::test]
async fn fifty_clicks_at_once_send_once() {
    for store in each_store().await {
        for channel in ["sms", "voice"] {
            let app = test_app().store(store.as_deref()).spawn().await;
            let (browser, id) = app.waiting_for_code(PHONE).await;
            let tab = browser.clone();
            app.pass(secs(30)).await;

            let clicks = join_all((0..50).map(|click| {
                let browser = if click % 2 == 0 { &browser } else { &tab };
                browser.resend(&id, channel)
            }))
            .await;
            app.pass(secs(15)).await;
            app.pass(secs(60)).await;

            assert!(clicks.iter().all(|answer| matches!(answer.status, 303 | 429)));
            assert!(clicks.iter().any(|answer| answer.status == 303));
            assert_eq!(channels(&app).await, ["sms", channel]);
        }
    }
}

#[tokio::test]
async fn a_restart_or_another_instance_goes_on_with_what_was_begun() {
    for store in each_store().await {
        let app = test_app().store(store.as_deref()).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        app.pass(secs(30)).await;
        browser.resend(&id, "sms").await.assert_redirect("/verify");

        let app = app.restart().await;
        browser.get("/verify").await.assert_page(200, "The old code no longer works.");
        let other = test_app().beside(&app).store(Some(&app.store_url())).spawn().await;
        app.clock.advance(secs(15));
        tokio::join!(app.run_jobs(), other.run_jobs());

        assert_eq!(channels(&app).await.len(), 2, "one of the two did it");
        app.signs_in_with_the_newest_code(&browser, PHONE).await;
    }
}

#[tokio::test]
async fn cancelling_while_a_message_is_on_its_way_ends_it() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        app.pass(secs(30)).await;
        browser.resend(&id, "sms").await.assert_redirect("/verify");

        let form = browser.get("/verify").await.request_ids();
        browser.cancel(&form[0]).await.assert_redirect("/");
        app.pass(secs(120)).await;

        browser.get("/verify").await.assert_redirect("/");
        assert_eq!(channels(&app).await.len(), 1);
        browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
        app.signs_in_with_the_newest_code(&browser, PHONE).await;
    }
}

#[tokio::test]
async fn the_number_typed_again_while_a_message_is_on_its_way_leads_back_to_the_wait() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    app.pass(secs(30)).await;
    browser.resend(&id, "sms").await.assert_redirect("/verify");

    browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    browser.get("/verify").await.assert_page(200, "The old code no longer works.");
    app.pass(secs(15)).await;
    assert_eq!(channels(&app).await.len(), 2);
}

#[tokio::test]
async fn a_form_of_another_attempt_sends_nothing() {
    let app = test_app().spawn().await;
    let (browser, _) = app.waiting_for_code(PHONE).await;
    app.pass(secs(30)).await;

    browser.resend("another", "sms").await.assert_page(409, "You sent a form from an earlier attempt");
    app.stranger().resend("another", "sms").await.assert_redirect("/");
    browser.get("/resend").await.assert_redirect("/verify");
    assert_eq!(channels(&app).await.len(), 1);
}
