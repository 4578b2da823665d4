//! Guessing: wrong codes in a row, whoever types them, and what ends the row.

use std::time::Duration;

use futures_util::future::join_all;
use phonegate::testing::{
    code::Pin,
    guard::{Asker, guessing::OF_NUMBER},
    keys::Token,
    sign_in::{Check, Start},
    store::Device,
};

use phonegate_testing::{
    Browser, PHONE, THE_CODE, TestApp, each_store, logged, secs, test_app, wrong_code, wrong_codes,
};

/// A browser on the PIN page of a fresh attempt, with nothing left of those before.
async fn fresh_attempt(app: &TestApp) -> (Browser, String) {
    app.waiting_for_code(PHONE).await
}

async fn try_wrong(browser: &Browser, id: &str, number: usize) -> phonegate_testing::Answer {
    browser.check(id, &format!("{:06}", 200_000 + number)).await
}

#[tokio::test]
async fn after_five_wrong_codes_each_try_and_each_send_waits_whatever_attempt_they_are_of() {
    // Observing relaxes limits, and nothing of this.
    for (store, mode) in each_store().await.into_iter().zip(["observe", "enforce"]) {
        let app = test_app().store(store.as_deref()).set("GUARD_MODE", mode).spawn().await;
        let (first, id) = fresh_attempt(&app).await;
        let wrong = wrong_codes(&app.provider.code(PHONE).await);
        first.check(&id, &wrong[0]).await.assert_page(422, "2 tries left");
        first.check(&id, &wrong[1]).await.assert_page(422, "one try left");
        first.check(&id, &wrong[2]).await.assert_page(410, "wrong too many times");
        let (second, id) = fresh_attempt(&app).await;
        let code = app.provider.code(PHONE).await;
        let wrong = wrong_codes(&code);
        second.check(&id, &wrong[0]).await.assert_page(422, "2 tries left");

        let fifth = second.check(&id, &wrong[1]).await;
        fifth.assert_page(422, "That is not the code we sent. Wait 30 seconds, then try again.");
        assert_eq!(fifth.header("retry-after"), Some("30"));
        app.clock.advance(secs(29));
        let early = second.check(&id, &code).await;
        early.assert_page(429, "Too many wrong codes were typed. Wait one second, then try again.");
        assert_eq!((early.header("retry-after"), early.request_id()), (Some("1"), id.clone()));
        let send = app.browser().await.post("/verify", &[("phone", PHONE)]).await;
        send.assert_page(429, "so we did not send a new one. Try again in one second.");
        assert_eq!((app.provider.calls("check"), app.provider.calls("start")), (5, 2), "nobody was asked");
        assert!(
            logged().lines().any(|line| line.contains("refused: wrong codes") && line.contains("again="))
        );

        app.clock.advance(secs(1));
        second.check(&id, &code).await.assert_redirect("/result");
        // The success has ended the row.
        let (third, id) = fresh_attempt(&app).await;
        let wrong = wrong_codes(&app.provider.code(PHONE).await);
        third.check(&id, &wrong[0]).await.assert_page(422, "2 tries left");
        third.check(&id, &wrong[1]).await.assert_page(422, "one try left");
    }
}

/// Guesses at a number, each time with a browser and an attempt of its own, as soon as it may; says how long that took.
async fn guess(app: &TestApp, tries: usize) -> Duration {
    let begun = app.clock.now();
    for number in 0..tries {
        let (browser, id) = loop {
            let browser = app.browser().await;
            let answer = browser.post("/verify", &[("phone", PHONE)]).await;
            if answer.status == 303 {
                let id = browser.get("/verify").await.request_id();
                break (browser, id);
            }
            let wait = answer.header("retry-after").unwrap_or_else(|| panic!("{number}: {answer:?}"));
            app.clock.advance(secs(wait.parse().unwrap()));
        };
        assert_eq!(try_wrong(&browser, &id, number).await.status, 422, "try {number}");
    }
    app.clock.now().since(begun)
}

#[tokio::test]
async fn a_number_is_closed_after_a_hundred_and_opened_by_the_operator() {
    for store in each_store().await {
        let app = test_app().store(store.as_deref()).set("LIMIT_UNVERIFIED", "off");
        let app = app.provider_without_limits().await.spawn().await;
        let took = guess(&app, 100).await;
        // 30, 60, 120 and 240 s after the fifth to the eighth, five minutes after each of the 91 from then to the 99th.
        assert_eq!(took, secs(30 + 60 + 120 + 240 + 91 * 300));

        app.clock.advance(secs(24 * 3600));
        let answer = app.browser().await.post("/verify", &[("phone", PHONE)]).await;
        answer.assert_page(429, "Use a browser in which you have signed in before, or ask the people");
        assert_eq!((answer.header("retry-after"), app.provider.calls("check")), (None, 100));
        let log = logged();
        assert!(log.contains(
            "100 wrong codes in a row: closed until a known browser signs in, or phonegate unlock --phone"
        ));
        let report = app.command(&["guard"]);
        assert!(
            report.contains("numbers closed to unknown browsers: 1\n  +1 •••• ••••50, wrong codes since"),
            "{report}"
        );

        let said = app.command(&["unlock", "--phone", PHONE]);
        assert_eq!(said, "+1 •••• ••••50: open again; 100 wrong codes in a row are forgotten\n");
        let said = app.command(&["unlock", "--phone", PHONE]);
        assert_eq!(said, "+1 •••• ••••50: was not closed; 0 wrong codes in a row are forgotten\n");
        let (browser, id) = fresh_attempt(&app).await;
        browser.check(&id, THE_CODE).await.assert_redirect("/result");
    }
}

#[tokio::test]
async fn a_number_that_is_closed_takes_no_code_of_an_attempt_that_runs() {
    let app = test_app().provider_without_limits().await.spawn().await;
    let (browser, id) = fresh_attempt(&app).await;
    let sign_in = &app.state().sign_in;
    let phone = phonegate::testing::phone::PhoneNumber::from_store("+12025550150".to_owned());
    let key = phonegate::testing::guard::Kind::wrong_number(false).of(&sign_in.core.keys.phone(&phone));
    for day in 0..100 {
        // Each long after the one before.
        let at = app.clock.now() - secs((100 - day) * 3600);
        sign_in.core.store.count_wrong_code(&OF_NUMBER, &key, None, at).await.unwrap().unwrap();
    }

    let answer = browser.check(&id, THE_CODE).await;
    answer.assert_page(429, "so this one was not checked. Use a browser in which you have signed in before");
    assert_eq!(app.provider.calls("check"), 0);
}

#[tokio::test]
async fn tries_at_once_through_many_attempts_get_no_further() {
    for store in each_store().await {
        let app = test_app().store(store.as_deref()).provider_without_limits().await.spawn().await;
        let sign_in = &app.state().sign_in;
        let address = "198.51.100.7".parse().unwrap();
        let mut attempts = Vec::new();
        for _ in 0..20 {
            let browser = app.new_token();
            let start = app.ask_as(&browser, Asker::at(address), PHONE).await;
            assert!(matches!(start, Start::Sent), "{start:?}");
            let rows = sign_in.core.store.attempts_of_browser(&browser.hash()).await.unwrap();
            attempts.push((browser, rows[0].request_id.clone().unwrap()));
        }

        let checks = join_all(attempts.iter().enumerate().map(|(number, (browser, id))| {
            let pin = Pin::parse(&format!("{:06}", 200_000 + number), 6).unwrap();
            sign_in.check(browser, id, pin, Asker::at(address), Device::default())
        }))
        .await;

        let of =
            |kind: fn(&Check) -> bool| checks.iter().filter(|check| kind(check.as_ref().unwrap())).count();
        assert_eq!(of(|check| matches!(check, Check::Wrong { .. })), 5);
        assert_eq!(of(|check| matches!(check, Check::Refused(_))), 15);
        assert_eq!(app.provider.calls("check"), 5);
    }
}

#[tokio::test]
async fn many_tries_at_once_on_one_attempt_are_counted_one_by_one() {
    let app = test_app().provider_without_limits().await.spawn().await;
    let (browser, id) = fresh_attempt(&app).await;

    let answers = join_all((0..30).map(|number| {
        let (browser, id) = (browser.clone(), id.clone());
        async move { try_wrong(&browser, &id, number).await.status }
    }))
    .await;

    assert_eq!(answers.iter().filter(|status| **status == 422).count(), 5, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 25, "{answers:?}");
    assert_eq!(app.provider.calls("check"), 5);
}

#[tokio::test]
async fn a_try_that_the_provider_could_not_judge_is_not_counted() {
    let app = test_app().spawn().await;
    let (browser, id) = fresh_attempt(&app).await;
    let code = app.provider.code(PHONE).await;
    // The provider's clock is ahead: to it the code has run out, and that says nothing of the guess.
    app.provider.clock.advance(secs(3600));
    browser.check(&id, &wrong_code(&code)).await.assert_page(410, "has expired");

    let sign_in = &app.state().sign_in;
    let phone = phonegate::testing::phone::PhoneNumber::from_store("+12025550150".to_owned());
    let key = phonegate::testing::guard::Kind::wrong_number(false).of(&sign_in.core.keys.phone(&phone));
    let counters = sign_in.core.store.counters(&[key]).await.unwrap();
    assert_eq!(counters[0].count, 0);
}

#[tokio::test]
async fn an_address_that_guesses_at_many_numbers_waits_too() {
    for store in each_store().await {
        let app = test_app().store(store.as_deref()).provider_without_limits().await.spawn().await;
        let waiting = async |last: usize| app.waiting_for_code(&format!("+4474000001{last:02}")).await;
        for last in 0..15 {
            let (browser, id) = waiting(last).await;
            for number in 0..2 {
                let status = try_wrong(&browser, &id, number).await.status;
                assert_eq!(status, 422);
            }
        }
        // That was the thirtieth. Any number will do now, and the right code too.
        let sent = app.provider.calls("start");
        let answer = app.browser().await.post("/verify", &[("phone", "+447400000150")]).await;
        answer.assert_page(429, "Try again in 30 seconds.");
        assert_eq!(app.provider.calls("start"), sent);
        let elsewhere: Token = app.new_token();
        let asker = Asker::at("198.51.100.7".parse().unwrap());
        assert!(matches!(app.ask_as(&elsewhere, asker, "+447400000150").await, Start::Sent));

        app.clock.advance(secs(30));
        let (browser, id) = waiting(50).await;
        let (other, other_id) = waiting(51).await;
        try_wrong(&browser, &id, 0).await.assert_page(422, "Wait 60 seconds");
        other.check(&other_id, THE_CODE).await.assert_page(429, "Wait 60 seconds");
        app.clock.advance(secs(60));
        other.check(&other_id, THE_CODE).await.assert_redirect("/result");
        // That does not end the address's row: it may be the guesser's own number.
        try_wrong(&browser, &id, 1).await.assert_page(422, "Wait 2 minutes");
        app.clock.advance(secs(24 * 3600));
        let (browser, id) = waiting(52).await;
        try_wrong(&browser, &id, 0).await.assert_page(422, "tries left");
    }
}

#[tokio::test]
async fn many_wrong_codes_in_all_are_a_warning() {
    let app = test_app().provider_without_limits().await.spawn().await;
    let sign_in = &app.state().sign_in;
    for last in 0..100_u8 {
        let browser = app.new_token();
        let asker = || Asker::at(std::net::Ipv4Addr::new(198, 51, 100, last).into());
        app.ask_as(&browser, asker(), &format!("+4474000003{last:02}")).await;
        let rows = sign_in.core.store.attempts_of_browser(&browser.hash()).await.unwrap();
        let id = rows[0].request_id.clone().unwrap();
        sign_in
            .check(&browser, &id, Pin::parse("200000", 6).unwrap(), asker(), Device::default())
            .await
            .unwrap();
    }
    assert!(logged().contains("100 wrong codes in an hour: someone may be guessing"));
}
