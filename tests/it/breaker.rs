//! A provider that keeps failing is left alone, and visitors are told at once.

use phonegate::testing::{
    guard::breaker::Cause,
    keys::Token,
    sign_in::{Refusal, Start},
};

use phonegate_testing::{Answer, PHONE, TestApp, logged, secs, test_app};

fn phone(last: u32) -> String {
    format!("+1 202 555 01{last}")
}

/// An app whose visitors come through a proxy.
async fn app_with(api: &str) -> TestApp {
    test_app().api(api).set("TRUSTED_PROXIES", "127.0.0.1").spawn().await
}

/// Asks for a code in a browser of its own, from an address of its own.
async fn ask(app: &TestApp, last: u32) -> Answer {
    ask_from(app, &phone(last), &format!("198.51.100.{last}")).await
}

async fn ask_from(app: &TestApp, phone: &str, address: &str) -> Answer {
    app.browser().await.post_with("/verify", &[("phone", phone)], &[("x-forwarded-for", address)]).await
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
        let app = app_with(api).await;
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
        let written = app.state().sign_in.core.store.attempts_of_browser(&token.hash()).await.unwrap();
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
async fn faults_of_one_number_or_of_one_address_shut_nobody_else_out() {
    let app = app_with("v2").await;
    for status in [500, 403] {
        app.provider.fail_with(status);
        for address in 0..8 {
            let answer = ask_from(&app, &phone(50), &format!("203.0.113.{address}")).await;
            assert!(answer.status >= 502, "{answer:?}");
        }
        for last in 60..68 {
            // Of one /64.
            let answer = ask_from(&app, &phone(last), &format!("2001:db8:1:1::{last}")).await;
            assert!(answer.status >= 502, "{answer:?}");
        }
        app.provider.heal();
        app.pass(secs(40)).await;
        ask(&app, 70 + u32::from(status == 403)).await.assert_redirect("/verify");
    }
}

#[tokio::test]
async fn slow_answers_to_one_address_shut_nobody_else_out() {
    let app = test_app().patience(secs(1)).set("TRUSTED_PROXIES", "127.0.0.1").spawn().await;
    app.provider.delay("start", secs(3));
    for last in 60..66 {
        ask_from(&app, &phone(last), "203.0.113.1").await.assert_page(502, "We may have sent you a code");
    }
    app.provider.delay("start", secs(0));
    ask(&app, 70).await.assert_redirect("/verify");
}

#[tokio::test]
async fn a_country_that_is_refused_to_many_is_paused_and_all_others_get_their_codes() {
    let app = test_app().spawn().await;
    app.provider.fail_with(403);
    for last in 1..=5 {
        let start = app.ask_from([198, 51, 100, last], &format!("+3361234567{last}")).await;
        assert!(matches!(start, Start::Refused(Refusal::Provider(_))), "{start:?}");
    }
    app.provider.heal();
    let french = [("phone", "+33 6 12 34 56 79")];
    let answer = app.browser().await.post("/verify", &french).await;
    answer.assert_page(503, "We cannot send codes to numbers of that country right now.");
    assert_eq!((answer.header("retry-after"), app.provider.calls("start")), (Some("15"), 5));
    assert!(logged().contains("NO CODES CAN BE SENT TO FR: the provider denied access"));

    app.browser().await.post("/verify", &[("phone", "+44 7400 000001")]).await.assert_redirect("/verify");
    ask(&app, 60).await.assert_redirect("/verify");
    app.pass(secs(15)).await;
    let start = app.ask_from([198, 51, 100, 3], "+33612345680").await;
    let paused = |start: &Start| matches!(start, Start::Refused(Refusal::Paused(paused)) if paused.cause == Cause::Country);
    assert!(paused(&start), "the probe is not theirs who were refused: {start:?}");
    app.browser().await.post("/verify", &french).await.assert_redirect("/verify");
}

/// A number that the provider always fails for, and a poller who asks for it as soon as it may.
#[tokio::test]
async fn a_poller_that_met_a_failure_never_gets_the_probe_before_others() {
    for api in ["v1", "v2"] {
        let app = app_with(api).await;
        let poll = async || ask_from(&app, "+1 202 555 0105", "203.0.113.9").await.status;
        poll().await;
        app.provider.fail_with(500);
        for last in 50..54 {
            ask(&app, last).await.assert_page(502, "We may have sent you a code");
        }
        app.provider.heal();
        for second in 0..60 {
            assert_eq!(poll().await, if second == 30 { 502 } else { 503 }, "{api} after {second} s");
            app.clock.advance(secs(1));
        }
        // Its one failure since has kept nobody out, nor anybody else's wait longer.
        ask(&app, 60).await.assert_redirect("/verify");
        assert_ne!(poll().await, 503, "{api}: closed again for all");
    }
}

#[tokio::test]
async fn where_only_those_come_who_met_a_failure_it_does_not_stay_open_for_ever() {
    let app = app_with("v2").await;
    open(&app).await;
    app.provider.heal();
    app.pass(secs(15)).await;
    let answer = ask(&app, 52).await;
    answer.assert_page(503, "Please try again in 15 seconds");
    app.pass(secs(15)).await;
    ask(&app, 52).await.assert_redirect("/verify");
    ask(&app, 60).await.assert_redirect("/verify");
}

#[tokio::test]
async fn a_code_that_is_out_can_be_entered_while_none_can_be_sent() {
    let app = app_with("v2").await;
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
        let app = app_with(api).await;
        let mut visitors = Vec::new();
        for last in 50..56 {
            let (browser, address) = (app.browser().await, format!("198.51.100.{last}"));
            let from = [("x-forwarded-for", address.as_str())];
            browser.post_with("/verify", &[("phone", &phone(last))], &from).await.assert_redirect("/verify");
            let id = browser.get("/verify").await.request_id();
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
        // The probe is the sixth visitor's: the others met the failure.
        for (browser, id, code) in visitors.iter().rev() {
            browser.check(id, code).await.assert_redirect("/result");
        }
    }
}

#[tokio::test]
async fn an_account_that_is_refused_is_an_alarm_once_a_minute_not_once_a_visitor() {
    for (status, fix) in [(401, "check key and secret"), (402, "top up the account")] {
        let app = app_with("v2").await;
        app.provider.fail_with(status);
        let (mut alarms, mut errors, mut waits) = (Vec::new(), 0, 0);
        for second in 0..150 {
            let phone = format!("+44 7400 {second:06}");
            let answer = ask_from(&app, &phone, &format!("203.0.113.{second}")).await;
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
