//! A provider that keeps failing is left alone, and visitors are told at once.

use phonegate::keys::Token;

use crate::support::{Answer, PHONE, TestApp, secs, test_app};

fn phone(last: u32) -> String {
    format!("+1 202 555 01{last}")
}

/// Asks for a code in a browser of its own.
async fn ask(app: &TestApp, last: u32) -> Answer {
    app.browser().await.post("/verify", &[("phone", &phone(last))]).await
}

/// Five visitors meet a provider that fails.
async fn open(app: &TestApp) {
    app.provider.fail_with(500);
    for last in 50..55 {
        ask(app, last).await.assert_page(502, "We may have sent you a code");
    }
}

#[tokio::test]
async fn after_five_faults_nobody_is_called_and_the_next_visitors_request_is_the_probe() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        open(&app).await;
        let calls = || app.provider.calls("start");
        assert_eq!(calls(), 5);

        for (passed, wait) in [(0, "15"), (10, "5")] {
            app.pass(secs(passed)).await;
            let answer = ask(&app, 60).await;
            answer.assert_page(503, &format!("Please try again in {wait} seconds"));
            assert_eq!(answer.header("retry-after"), Some(wait));
        }
        let stranger = app.browser().await;
        stranger.post("/verify", &[("phone", PHONE)]).await.assert_page(503, "no code was sent");
        let token = Token::parse(&stranger.cookie("phonegate-browser").unwrap()).unwrap();
        let written = app.state().sign_in.store.attempts_of_browser(&token.hash()).await.unwrap();
        assert_eq!((calls(), written.len()), (5, 0), "nobody is called and nothing is written down");

        app.pass(secs(5)).await;
        ask(&app, 61).await.assert_page(502, "We may have sent you a code");
        ask(&app, 62).await.assert_page(503, "Please try again in 30 seconds");
        assert_eq!(calls(), 6, "one probe");

        app.provider.heal();
        app.pass(secs(30)).await;
        for last in [63, 64, 65] {
            ask(&app, last).await.assert_redirect("/verify");
        }
        assert_eq!(app.provider.messages(&phone(61)).await.len(), 0, "nothing was repeated");
    }
}

#[tokio::test]
async fn faults_of_one_number_shut_nobody_else_out() {
    let app = test_app().spawn().await;
    app.provider.fail_with(500);
    for _ in 0..8 {
        ask(&app, 50).await.assert_page(502, "We may have sent you a code");
    }
    app.provider.heal();
    ask(&app, 51).await.assert_redirect("/verify");
}

#[tokio::test]
async fn a_code_that_is_out_can_be_entered_while_none_can_be_sent() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code("+1 202 555 0170").await;
    open(&app).await;

    // Asking for another number does not cost the running attempt.
    browser.post("/verify", &[("phone", &phone(71))]).await.assert_page(503, "no code was sent");
    // And the same number needs no call.
    browser.post("/verify", &[("phone", &phone(70))]).await.assert_redirect("/verify");

    app.provider.heal();
    browser.check(&id, &app.provider.code(&phone(70)).await).await.assert_redirect("/result");
    ask(&app, 72).await.assert_page(503, "no code was sent");
}

#[tokio::test]
async fn checks_have_a_breaker_of_their_own_with_shorter_pauses() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        let mut visitors = Vec::new();
        for last in 50..56 {
            let (browser, id) = app.waiting_for_code(&phone(last)).await;
            visitors.push((browser, id, app.provider.code(&phone(last)).await));
        }
        app.provider.fail_with(500);
        for (browser, id, code) in &visitors[..5] {
            browser
                .check(id, code)
                .await
                .assert_page(502, "We could not find out whether your code is right.");
        }

        let (browser, id, code) = &visitors[5];
        let answer = browser.check(id, code).await;
        answer.assert_page(503, "We cannot check codes right now");
        // v2 is asked once more about a check that got no answer, until the breaker opens.
        let calls = if api == "v2" { 9 } else { 5 };
        assert_eq!((answer.header("retry-after"), app.provider.calls("check")), (Some("5"), calls));

        app.provider.heal();
        ask(&app, 60).await.assert_redirect("/verify");
        app.pass(secs(5)).await;
        for (browser, id, code) in &visitors {
            browser.check(id, code).await.assert_redirect("/result");
        }
    }
}

#[tokio::test]
async fn an_account_that_is_refused_is_an_alarm_once_a_minute_not_once_a_visitor() {
    for (status, fix) in [(401, "check key and secret"), (402, "top up the account")] {
        let app = test_app().spawn().await;
        app.provider.fail_with(status);
        let (mut alarms, mut errors, mut waits) = (Vec::new(), 0, 0);
        for second in 0..150 {
            let form = [("phone", PHONE)];
            let answer = app.browser().await.post("/verify", &form).await;
            answer.assert_page(503, "Phone sign-in is unavailable right now, and no code was sent");
            waits += usize::from(answer.header("retry-after").is_some());
            for line in answer.logged().iter().filter(|line| line.contains("ERROR")) {
                match line.split("NO CODES CAN BE SENT: ").nth(1) {
                    Some(what) => alarms.push((second, what.contains(fix))),
                    None => errors += 1,
                }
            }
            app.clock.advance(secs(1));
        }
        assert_eq!(alarms, [(0, true), (60, true), (120, true)], "{status}");
        // Called at 0 s and then after 15, 30 and 60 s; each of these failures is an error of its own.
        assert_eq!((app.provider.calls("start"), errors, waits), (4, 4, 146), "{status}");

        app.provider.heal();
        app.pass(secs(120)).await;
        ask(&app, 60).await.assert_redirect("/verify");
    }
}

#[tokio::test]
async fn cancels_that_fail_behind_a_visitors_back_open_nothing() {
    let app = test_app().spawn().await;
    for last in 50..58 {
        let (browser, id) = app.waiting_for_code(&phone(last)).await;
        browser.cancel(&id).await.assert_redirect("/");
    }
    app.provider.fail_with(500);
    app.pass(secs(30)).await;
    assert_eq!(app.provider.calls("cancel"), 8);

    app.provider.heal();
    app.signed_in(&phone(60)).await;
}
