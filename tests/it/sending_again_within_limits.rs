//! What keeps a first message back keeps a further one back too.

use phonegate::testing::{
    guard::{Asker, By, Kind},
    sign_in::Start,
};

use phonegate_testing::{Fault, PHONE, TestApp, secs, test_app};

async fn sent(app: &TestApp) -> usize {
    app.provider.messages(PHONE).await.len()
}

#[tokio::test]
async fn a_message_sent_again_counts_once_against_the_limits() {
    for channel in ["sms", "voice"] {
        let app = test_app().guarded().set("LIMIT_NUMBER", "2/1h").spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        app.pass(secs(30)).await;
        browser.resend(&id, channel).await.assert_redirect("/verify");
        app.pass(secs(15)).await;
        assert_eq!(sent(&app).await, 2, "{channel}");

        app.pass(secs(30)).await;
        let page = browser.get("/verify").await;
        let answer = browser.resend(&page.request_id(), "sms").await;
        if channel == "voice" {
            answer.assert_page(429, "We have texted and called you.");
        } else {
            answer.assert_page(429, "This number has had as many codes as we can send for now.");
            assert!(answer.header("retry-after").is_some());
        }
        browser.check(&page.request_id(), &app.provider.code(PHONE).await).await.assert_redirect("/result");
    }
}

#[tokio::test]
async fn no_message_follows_to_a_number_that_may_not_sign_in_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("numbers.txt");
    std::fs::write(&list, PHONE).unwrap();
    let app = test_app().set("ALLOWED_NUMBERS", list.to_str().unwrap()).spawn().await;
    let (waiting, id) = app.waiting_for_code(PHONE).await;
    app.pass(secs(30)).await;
    waiting.resend(&id, "sms").await.assert_redirect("/verify");
    std::fs::write(&list, "+12025550199").unwrap();
    app.state().sign_in.reload_allowed().await.unwrap();

    // The visitor is not told.
    app.pass(secs(15)).await;
    let id = waiting.get("/verify").await.request_id();
    assert_eq!(sent(&app).await, 1, "one that was begun before");

    std::fs::write(&list, PHONE).unwrap();
    app.state().sign_in.reload_allowed().await.unwrap();
    app.pass(secs(30)).await;
    waiting.resend(&id, "sms").await.assert_redirect("/verify");
    app.pass(secs(15)).await;
    let id = waiting.get("/verify").await.request_id();
    assert_eq!(sent(&app).await, 2, "back on the list");

    // A call would be the next step of a request that runs: it is cancelled instead.
    app.pass(secs(30)).await;
    std::fs::write(&list, "+12025550199").unwrap();
    app.state().sign_in.reload_allowed().await.unwrap();
    waiting.resend(&id, "voice").await.assert_redirect("/verify");
    app.pass(secs(15)).await;
    waiting.get("/verify").await.assert_page(200, "we are calling ");
    assert_eq!((sent(&app).await, app.provider.calls("next"), app.provider.calls("cancel")), (2, 0, 2));
}

#[tokio::test]
async fn over_the_budget_a_sign_in_has_one_more_message_and_nothing_of_the_reserve_for_it() {
    let app = test_app().set("CHANNELS", "sms").spawn().await;
    // Strangers at the same address use its budget up.
    for last in 60..70 {
        let phone = format!("+1 202 555 01{last}");
        let start = app.ask_as(&app.new_token(), Asker::at([127, 0, 0, 1].into()), &phone).await;
        assert!(matches!(start, Start::Sent), "{start:?}");
    }
    app.pass(secs(200)).await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    app.pass(secs(100)).await;
    let late = app.browser().await;
    late.post("/verify", &[("phone", "+1 202 555 0151")])
        .await
        .assert_page(429, "Too many codes were requested from your network");

    browser.resend(&id, "sms").await.assert_redirect("/verify");
    app.pass(secs(15)).await;
    assert_eq!(sent(&app).await, 2);
    app.pass(secs(30)).await;
    let id = browser.get("/verify").await.request_id();
    browser.resend(&id, "sms").await.assert_page(429, "That was the last message for this sign-in.");
    browser.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");
}

#[tokio::test]
async fn each_message_of_a_sign_in_that_nobody_finished_is_counted() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    app.pass(secs(30)).await;
    browser.resend(&id, "voice").await.assert_redirect("/verify");
    app.pass(secs(700)).await;

    let counted =
        app.state().sign_in.core.store.counters(&[Kind::Unverified(By::Country).of("US")]).await.unwrap();
    assert_eq!(counted.iter().map(|counter| counter.count).max(), Some(2), "{counted:?}");
}

#[tokio::test]
async fn nothing_is_sent_late() {
    let app = test_app().set("CODE_LIFETIME", "60").spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    browser.cancel(&id).await.assert_redirect("/");
    app.pass(secs(30)).await;
    browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    browser.get("/verify").await.assert_page(200, "We are about to send it to");

    // Nobody runs when it is due, and for long after.
    app.clock.advance(secs(300));
    app.provider.clock.advance(secs(300));
    app.run_jobs().await;
    assert_eq!(sent(&app).await, 1);
    browser.get("/verify").await.assert_redirect("/");
}

#[tokio::test]
async fn a_cancel_between_two_requests_leaves_the_number_free_soon() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    app.pass(secs(30)).await;
    browser.resend(&id, "sms").await.assert_redirect("/verify");
    browser.cancel(&id).await.assert_redirect("/");
    app.pass(secs(5)).await;

    browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    browser.get("/verify").await.assert_page(200, "We are about to send it to");
    app.pass(secs(15)).await;
    assert_eq!(sent(&app).await, 2);
}

#[tokio::test]
async fn where_a_second_form_leads_is_kept_while_its_code_is_on_its_way() {
    let app = test_app().set("RETURN_TO_ORIGINS", "https://wiki.example").spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    browser.cancel(&id).await.assert_redirect("/");
    app.pass(secs(30)).await;
    for path in ["one", "two"] {
        let return_to = format!("https://wiki.example/{path}");
        let form = [("phone", PHONE), ("return_to", return_to.as_str())];
        browser.post("/verify", &form).await.assert_redirect("/verify");
    }
    app.pass(secs(15)).await;

    let id = browser.get("/verify").await.request_id();
    let answer = browser.check(&id, &app.provider.code(PHONE).await).await;
    answer.assert_redirect("https://wiki.example/two");
}

#[tokio::test]
async fn a_wrong_code_that_was_asked_about_twice_counts_twice() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let wrong = phonegate_testing::wrong_code(&app.provider.code(PHONE).await);
    app.provider.fault("check", Fault::Cut, 1);
    browser.check(&id, &wrong).await.assert_page(422, "You have one try left.");
}

#[tokio::test]
async fn a_first_message_that_cannot_be_sent_after_all_is_told_as_such() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    browser.cancel(&id).await.assert_redirect("/");
    app.pass(secs(30)).await;
    browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    app.provider.fault("start", Fault::Status(402), 1);
    app.pass(secs(15)).await;

    browser.get("/verify").await.assert_redirect("/");
    browser
        .get("/")
        .await
        .assert_page(200, "We could not send you a code. Check your number, then try again.");
}

#[tokio::test]
async fn three_times_is_the_most() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        let (browser, _) = app.waiting_for_code(PHONE).await;
        for count in 2..=4 {
            app.pass(secs(30)).await;
            let id = browser.get("/verify").await.request_id();
            browser.resend(&id, "sms").await.assert_redirect("/verify");
            app.pass(secs(15)).await;
            assert_eq!(sent(&app).await, count);
        }
        app.pass(secs(30)).await;

        let page = browser.get("/verify").await;
        page.assert_page(200, "That was the last message for this sign-in.");
        let answer = browser.resend(&page.request_id(), "voice").await;
        answer.assert_page(429, "That was the last message for this sign-in. Enter the newest code");
        assert!(answer.header("retry-after").is_some());
        assert_eq!(sent(&app).await, 4);
        app.signs_in_with_the_newest_code(&browser, PHONE).await;
    }
}
