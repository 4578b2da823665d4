//! Known browsers: a stranger can use up a number's limits and guess at it, and its owner still gets in.

use phonegate::testing::{
    guard::{Asker, KNOWN_FOR, Kind, guessing::OF_NUMBER, key},
    phone::PhoneNumber,
    sign_in::{Refusal, Start},
};

use phonegate_testing::{Browser, PHONE, THE_CODE, TestApp, each_store, logged, secs, test_app};

pub(super) const KNOWN: &str = "phonegate-known";

/// A browser that has signed in with the number and signed out again.
pub(super) async fn known_browser(app: &TestApp, phone: &str) -> Browser {
    let (browser, id) = app.waiting_for_code(phone).await;
    browser.check(&id, THE_CODE).await.assert_redirect("/result");
    browser.post("/signout", &[]).await.assert_redirect("/");
    app.clock.advance(secs(3600));
    browser
}

pub(super) async fn sign_in(browser: &Browser, phone: &str) {
    browser.post("/verify", &[("phone", phone)]).await.assert_redirect("/verify");
    let id = browser.get("/verify").await.request_id();
    browser.check(&id, THE_CODE).await.assert_redirect("/result");
}

/// What another browser is told that asks for a code to the number.
async fn stranger_is_told(app: &TestApp, phone: &str) -> String {
    match app.ask_from([203, 0, 113, 77], phone).await {
        Start::Refused(Refusal::Guard(refused)) => refused.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_stranger_who_burns_a_numbers_limits_does_not_shut_its_owner_out() {
    for store in each_store().await {
        let app = test_app().guarded().store(store.as_deref());
        let app = app.set("LIMIT_UNVERIFIED", "off").provider_without_limits().await.spawn().await;
        let owner = known_browser(&app, PHONE).await;
        let mut sent = 0;
        for try_number in 0..200_u8 {
            app.clock.advance(secs(360));
            let start = app.ask_from([203, 0, 113, try_number], PHONE).await;
            sent += i32::from(matches!(start, Start::Sent));
        }
        assert_eq!(sent, 19, "with the owner's first one all that the number gets in a day");

        assert_eq!(stranger_is_told(&app, PHONE).await, "LIMIT_NUMBER 20/1d");
        sign_in(&owner, PHONE).await;
    }
}

#[tokio::test]
async fn nor_one_who_burns_the_limits_of_all_or_the_budget() {
    for (setting, value, told) in [
        ("LIMIT_PREFIX", "3/1d", "LIMIT_PREFIX 3/1d"),
        ("LIMIT_TOTAL", "3/1d", "LIMIT_TOTAL 3/1d"),
        ("LIMIT_TOTAL", "1000/1d", "LIMIT_UNVERIFIED 100/1d of GB"),
    ] {
        let phone = "+447400000001";
        let app = test_app().set(setting, value).provider_without_limits().await.spawn().await;
        let owner = known_browser(&app, phone).await;
        for last in 100..210_u32 {
            app.ask_from([203, 0, 113, u8::try_from(last).unwrap()], &format!("+447400000{last}")).await;
        }
        // One of them is the stranger's below.
        app.ask_from([203, 0, 113, 77], "+447400000099").await;
        app.pass(secs(300)).await;

        assert_eq!(stranger_is_told(&app, phone).await, told);
        sign_in(&owner, phone).await;
    }
}

#[tokio::test]
async fn nor_one_who_guesses_until_the_number_is_closed() {
    for store in each_store().await {
        let app = test_app().store(store.as_deref()).provider_without_limits().await.spawn().await;
        let owner = known_browser(&app, PHONE).await;
        let phone_hash =
            app.state().sign_in.core.keys.phone(&PhoneNumber::from_store("+12025550150".to_owned()));
        let key = Kind::wrong_number(false).of(&phone_hash);
        for hour in 0..100 {
            let at = app.clock.now() + secs(hour * 3600);
            let counted = app.state().sign_in.core.store.count_wrong_code(&OF_NUMBER, &key, None, at).await;
            assert!(counted.unwrap().is_some());
        }
        app.clock.advance(secs(100 * 3600));
        assert_eq!(stranger_is_told(&app, PHONE).await, "closed after wrong codes; see phonegate unlock");

        sign_in(&owner, PHONE).await;
        // Which opens the number for everybody.
        let elsewhere = app.browser().await;
        sign_in(&elsewhere, PHONE).await;
    }
}

#[tokio::test]
async fn known_browsers_have_limits_of_their_own_and_one_on_all_of_them() {
    let app = test_app().set("LIMIT_NUMBER", "2/1d").set("LIMIT_TOTAL", "10/1d").provider_without_limits();
    let app = app.await.spawn().await;
    let mut known = Vec::new();
    for last in 0..6 {
        let phone = format!("+44740000000{last}");
        known.push((known_browser(&app, &phone).await, phone));
    }
    let ask = async |(browser, phone): &(Browser, String)| {
        let answer = browser.post("/verify", &[("phone", phone)]).await;
        if answer.status == 303 {
            let id = browser.get("/verify").await.request_id();
            browser.cancel(&id).await.assert_redirect("/");
            app.pass(secs(60)).await;
        }
        answer
    };
    for _ in 0..2 {
        ask(&known[0]).await.assert_redirect("/verify");
    }
    ask(&known[0]).await.assert_page(429, "This number has had as many codes");
    for browser in known[1..5].iter().chain(&known[1..5]) {
        ask(browser).await.assert_redirect("/verify");
    }
    ask(&known[5]).await.assert_page(429, "Too many people are requesting codes");
}

#[tokio::test]
async fn the_cookie_is_good_for_its_number_alone_and_lets_nobody_in() {
    let app = test_app().set("LIMIT_NUMBER", "1/1d").provider_without_limits().await.spawn().await;
    let other = "+1 202 555 0151";
    let owner = known_browser(&app, PHONE).await;
    app.ask_from([203, 0, 113, 1], other).await;
    let thief = app.browser().await;
    thief.set_cookie(KNOWN, &owner.cookie(KNOWN).unwrap());

    for path in ["/result", "/verify", "/signout"] {
        thief.get(path).await.assert_redirect("/");
    }
    thief.post("/verify", &[("phone", other)]).await.assert_page(429, "This number has had as many codes");
    let tampered = app.browser().await;
    for token in ["", "x", &"A".repeat(43)] {
        tampered.set_cookie(KNOWN, token);
        tampered
            .post("/verify", &[("phone", PHONE)])
            .await
            .assert_page(429, "This number has had as many codes");
    }
    sign_in(&owner, PHONE).await;
}

#[tokio::test]
async fn one_browser_is_known_to_all_numbers_that_signed_in_with_it_for_180_days() {
    let app = test_app().set("LIMIT_NUMBER", "1/1h").provider_without_limits().await.spawn().await;
    let second = "+1 202 555 0151";
    let browser = known_browser(&app, PHONE).await;
    let cookie = browser.cookie(KNOWN);
    sign_in(&browser, second).await;
    browser.post("/signout", &[]).await.assert_redirect("/");
    assert_ne!(browser.cookie(KNOWN), cookie, "each sign-in renews it");

    for phone in [PHONE, second] {
        app.ask_from([203, 0, 113, 1], phone).await;
        app.pass(secs(3600)).await;
        app.ask_from([203, 0, 113, 2], phone).await;
        assert_eq!(stranger_is_told(&app, phone).await, "LIMIT_NUMBER 1/1h");
        sign_in(&browser, phone).await;
        browser.post("/signout", &[]).await.assert_redirect("/");
    }
    app.pass(KNOWN_FOR).await;
    app.ask_from([203, 0, 113, 3], PHONE).await;
    browser.post("/verify", &[("phone", PHONE)]).await.assert_page(429, "This number has had as many codes");
}

#[tokio::test]
async fn a_browser_that_types_a_hundred_wrong_codes_is_not_known_any_more() {
    let app = test_app().provider_without_limits().await.spawn().await;
    let browser = known_browser(&app, PHONE).await;
    let mut wrong = 0;
    while wrong < 100 {
        let answer = browser.post("/verify", &[("phone", PHONE)]).await;
        if answer.status == 429 {
            app.clock.advance(secs(answer.header("retry-after").unwrap().parse().unwrap()));
            continue;
        }
        let id = browser.get("/verify").await.request_id();
        let status = browser.check(&id, &format!("{:06}", 200_000 + wrong)).await.status;
        assert_eq!(status, 422);
        wrong += 1;
        browser.cancel(&id).await.assert_redirect("/");
        app.pass(secs(60)).await;
    }
    assert!(logged().contains("100 wrong codes in a row from known browsers: none is known any more"));

    // As a stranger it has the tries of a stranger.
    app.clock.advance(secs(300));
    sign_in(&browser, PHONE).await;
}

#[tokio::test]
async fn the_attempt_of_a_known_browser_is_marked_and_forgetting_the_number_ends_it_all() {
    let app = test_app().provider_without_limits().await.spawn().await;
    let browser = known_browser(&app, PHONE).await;
    let store = &app.state().sign_in.core.store;
    let attempts = async |browser: &Browser| {
        let token =
            phonegate::testing::keys::Token::parse(&browser.cookie("phonegate-browser").unwrap()).unwrap();
        store.attempts_of_browser(&token.hash()).await.unwrap()
    };
    browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    assert!(attempts(&browser).await[0].origin.known);

    let number = PhoneNumber::from_store("+12025550150".to_owned());
    let hash = app.state().sign_in.core.keys.phone(&number);
    store.forget(&hash, &number, &key::of_number(&hash)).await.unwrap();
    browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    assert!(!attempts(&browser).await[0].origin.known);
    let asker = Asker::at([203, 0, 113, 1].into());
    assert!(matches!(app.ask_as(&app.new_token(), asker, PHONE).await, Start::Sent));
}
