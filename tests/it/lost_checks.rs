//! A check whose answer was lost: it may have used up a try, or been right.

use phonegate_testing::{Browser, Fault, PHONE, TestApp, secs, test_app, wrong_code, wrong_codes};

const LOST: [Fault; 3] = [Fault::Cut, Fault::Html, Fault::Garbage];

/// Longer than the app waits where it has little patience, and much longer than an answer takes.
const LATE: std::time::Duration = std::time::Duration::from_secs(3);

#[tokio::test]
async fn v1_is_asked_what_became_of_the_request() {
    for fault in LOST {
        let app = test_app().api("v1").spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        app.provider.fault("check", fault, 1);

        browser.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");

        browser.get("/result").await.assert_page(200, "You are signed in");
        assert_eq!((app.provider.calls("check"), app.provider.calls("search")), (1, 1));
    }
}

/// A right code whose check got no answer, a minute later, when `search` knows of it.
async fn lost_to_a_slow_search() -> (TestApp, Browser, String, String) {
    let app = test_app().api("v1").simulator(|options| options.search_lag = secs(60)).spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let code = app.provider.code(PHONE).await;
    app.provider.fault("check", Fault::Cut, 1);
    browser.check(&id, &code).await.assert_page(502, "We could not find out whether your code is right.");

    app.pass(secs(60)).await;
    (app, browser, id, code)
}

#[tokio::test]
async fn v1_may_know_only_a_minute_later_and_the_same_code_still_lets_in() {
    let (_app, browser, id, code) = lost_to_a_slow_search().await;
    browser.check(&id, &code).await.assert_redirect("/result");
    browser.get("/result").await.assert_page(200, "You are signed in");
}

#[tokio::test]
async fn another_code_does_not_let_in_after_a_lost_check_of_the_right_one() {
    let (_app, browser, id, code) = lost_to_a_slow_search().await;
    let answer = browser.check(&id, &wrong_code(&code)).await;
    answer.assert_page(410, "We could not find out whether your code was right");
    browser.get("/result").await.assert_redirect("/");
}

#[tokio::test]
async fn nor_does_it_if_its_own_answer_is_lost_as_well() {
    let (app, browser, id, code) = lost_to_a_slow_search().await;
    app.provider.fault("check", Fault::Cut, 1);
    let answer = browser.check(&id, &wrong_code(&code)).await;
    answer.assert_page(410, "We could not find out whether your code was right");
    browser.get("/result").await.assert_redirect("/");
}

#[tokio::test]
async fn v2_is_asked_once_more_and_then_the_visitor_starts_over() {
    for fault in LOST {
        let app = test_app().spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        app.provider.fault("check", fault, 1);

        let answer = browser.check(&id, &app.provider.code(PHONE).await).await;

        answer.assert_page(410, "We could not find out whether your code was right, and it no longer works.");
        assert_eq!(app.provider.calls("check"), 2);
        browser.get("/result").await.assert_redirect("/");
        browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
        let id = browser.get("/verify").await.request_id();
        browser.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");
    }
}

#[tokio::test]
async fn a_check_that_did_not_arrive_is_made_by_the_repetition() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    app.provider.fault("check", Fault::Status(500), 1);

    browser.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");
    assert_eq!(app.provider.calls("check"), 2);
}

#[tokio::test]
async fn when_the_repetition_is_lost_too_the_next_one_tells() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let code = app.provider.code(PHONE).await;
    app.provider.fault("check", Fault::Cut, 2);
    browser.check(&id, &code).await.assert_page(502, "We could not find out whether your code is right.");

    browser.check(&id, &code).await.assert_page(410, "We could not find out whether your code was right");
}

#[tokio::test]
async fn a_wrong_code_whose_answer_was_lost_does_not_end_the_sign_in() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        let code = app.provider.code(PHONE).await;
        app.provider.fault("check", Fault::Cut, 1);

        let answer = browser.check(&id, &wrong_code(&code)).await;
        let (status, text) = if api == "v1" {
            (502, "We could not find out whether your code is right.")
        } else {
            (422, "not the code we sent")
        };
        answer.assert_page(status, text);
        browser.check(&id, &code).await.assert_redirect("/result");
    }
}

#[tokio::test]
async fn the_last_wrong_code_whose_answer_was_lost_is_told_by_v1() {
    let app = test_app().api("v1").spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let wrong = wrong_codes(&app.provider.code(PHONE).await);
    browser.check(&id, &wrong[0]).await.assert_page(422, "2 tries left");
    browser.check(&id, &wrong[1]).await.assert_page(422, "one try left");
    app.provider.fault("check", Fault::Cut, 1);

    browser.check(&id, &wrong[2]).await.assert_page(410, "The code was wrong too many times");
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_as_good_as_lost() {
    for (api, status, text) in
        [("v1", 303, ""), ("v2", 410, "We could not find out whether your code was right")]
    {
        let app = test_app().api(api).patience(LATE / 3).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        let code = app.provider.code(PHONE).await;
        app.provider.delay("check", LATE);

        let answer = browser.check(&id, &code).await;
        assert_eq!(answer.status, if api == "v1" { status } else { 502 }, "{answer:?}");
        app.provider.delay("check", secs(0));
        if api == "v2" {
            browser.check(&id, &code).await.assert_page(status, text);
        }
    }
}

#[tokio::test]
async fn all_calls_for_one_form_together_take_no_longer_than_one_may() {
    let app = test_app().patience(secs(60)).spawn().await;
    let limit = app.state().sign_in.verify.within(LATE);
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let id = phonegate::testing::attempt::RequestId::parse(&id).unwrap();
    app.provider.delay("cancel", LATE * 10);

    let begun = std::time::Instant::now();
    let answer = limit.cancel(&id).await;
    assert!(matches!(answer, Err(phonegate::testing::verify::VerifyError::TimedOut)), "{answer:?}");
    assert!(begun.elapsed() < LATE * 9, "{:?}", begun.elapsed());
    browser.get("/verify").await.assert_page(200, "Enter your code");
}
