//! Reloads, double clicks and tabs: one message, one check.

use futures_util::future::join_all;

use phonegate::testing::{
    code::Pin,
    guard::{Asker, By, Kind, Subject},
    keys::Token,
    phone::PhoneNumber,
    sign_in::{Check, Start},
    store::Device,
};

use phonegate_testing::{PHONE, each_store, logged, secs, test_app, wrong_code};

/// Whence someone guesses.
const THIEF: std::net::Ipv4Addr = std::net::Ipv4Addr::new(198, 51, 100, 66);

#[tokio::test]
async fn a_reload_or_a_second_tab_sends_nothing() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let tab = browser.clone();

    assert_eq!(browser.get("/verify").await.request_id(), id);
    tab.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    assert_eq!(tab.get("/verify").await.request_id(), id);

    assert_eq!((app.provider.messages(PHONE).await.len(), app.provider.calls("start")), (1, 1));
}

#[tokio::test]
async fn clicking_send_many_times_at_once_sends_one_message() {
    for store in each_store().await {
        let app = test_app().guarded().store(store.as_deref()).spawn().await;
        let browser = app.browser().await;

        let form = [("phone", PHONE)];
        let clicks = join_all((0..20).map(|_| browser.post("/verify", &form))).await;

        for answer in clicks {
            answer.assert_redirect("/verify");
        }
        assert_eq!((app.provider.messages(PHONE).await.len(), app.provider.calls("start")), (1, 1));
    }
}

#[tokio::test]
async fn twenty_checks_of_the_right_code_are_one_call_and_one_session() {
    for store in each_store().await {
        let app = test_app().store(store.as_deref()).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        let code = app.provider.code(PHONE).await;

        let clicks = join_all((0..20).map(|_| {
            // Each as if it were the only answer that reached the browser.
            let browser = browser.copy();
            let (id, code) = (id.clone(), code.clone());
            async move { (browser.check(&id, &code).await, browser) }
        }))
        .await;

        assert_eq!(app.provider.calls("check"), 1);
        let mut sessions = Vec::new();
        for (answer, browser) in clicks {
            answer.assert_redirect("/result");
            browser.get("/result").await.assert_page(200, "You are signed in");
            sessions.extend(browser.cookie("phonegate"));
        }
        sessions.dedup();
        assert_eq!(sessions.len(), 1, "both answers to a double click set the same cookie");
    }
}

#[tokio::test]
async fn those_who_wait_for_another_click_do_not_ask_the_store_meanwhile() {
    const WAITING: usize = 300;
    for store in each_store().await {
        let app = test_app().store(store.as_deref()).spawn().await;
        let (sign_in, token) = (&app.state().sign_in, &app.new_token());
        let here = || Asker::at(THIEF.into());
        app.provider.delay("start", secs(2));
        let before = sign_in.core.store.asked();
        let clicks = join_all((0..WAITING).map(|_| app.ask_as(token, here(), PHONE))).await;
        let asked = sign_in.core.store.asked() - before;
        assert_eq!(clicks.iter().filter(|click| matches!(click, Start::Sent)).count(), 1);
        assert_eq!(clicks.iter().filter(|click| matches!(click, Start::Resumed)).count(), WAITING - 1);
        // Each tries to be the first, then finds what the first one has done.
        assert!(asked <= 2 * WAITING as u64 + 10, "{asked} for a send");

        let id = sign_in.core.store.attempts_of_browser(&token.hash()).await.unwrap()[0]
            .request_id
            .clone()
            .unwrap();
        let code = app.provider.code(PHONE).await;
        app.provider.delay("check", secs(2));
        let before = sign_in.core.store.asked();
        let clicks = join_all((0..WAITING).map(|_| {
            let pin = Pin::parse(&code, 6).unwrap();
            sign_in.check(token, &id, pin, here(), Device::default())
        }))
        .await;
        let asked = sign_in.core.store.asked() - before;
        assert!(clicks.iter().all(|click| matches!(click, Ok(Check::SignedIn { .. }))));
        // And that the code is the same, and the session still there.
        assert!(asked <= 4 * WAITING as u64 + 10, "{asked} for a check");
        assert_eq!((app.provider.calls("start"), app.provider.calls("check")), (1, 1));
    }
}

#[tokio::test]
async fn twenty_checks_of_the_same_wrong_code_use_one_try() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let code = app.provider.code(PHONE).await;
    let wrong = wrong_code(&code);

    let clicks = join_all((0..20).map(|_| browser.check(&id, &wrong))).await;

    let shown = clicks.iter().filter(|answer| answer.status == 422).count();
    assert_eq!(shown, 20, "{:?}", clicks.iter().map(|answer| answer.status).collect::<Vec<_>>());
    browser.check(&id, &code).await.assert_redirect("/result");
}

#[tokio::test]
async fn the_second_half_of_a_double_click_counts_for_a_minute_and_only_with_the_same_code() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let before = browser.copy();
    let code = app.provider.code(PHONE).await;
    browser.check(&id, &code).await.assert_redirect("/result");

    let late = before.copy();
    late.check(&id, &code).await.assert_redirect("/result");
    late.get("/result").await.assert_page(200, "You are signed in");
    before.copy().check("another", &code).await.assert_redirect("/");
    app.pass(secs(60)).await;
    before.copy().check(&id, &code).await.assert_redirect("/");

    assert_eq!(app.provider.calls("check"), 1);
}

#[tokio::test]
async fn whoever_holds_the_token_of_before_has_one_guess_and_it_counts() {
    for store in each_store().await {
        let app = test_app().store(store.as_deref()).spawn().await;
        let beside = test_app().set("STORE_URL", &app.store_url()).beside(&app).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        let token = Token::parse(&browser.cookie("phonegate-browser").unwrap()).unwrap();
        let before = browser.copy();
        let code = app.provider.code(PHONE).await;
        browser.check(&id, &code).await.assert_redirect("/result");

        let right: u32 = code.parse().unwrap();
        let guesses = (1..=1_000_u32).map(|away| format!("{:06}", (right + away) % 1_000_000));
        let (token, id) = (&token, id.as_str());
        let guesses = guesses.zip([&app, &beside].into_iter().cycle()).map(|(guess, app)| async move {
            let (pin, asker) = (Pin::parse(&guess, 6).unwrap(), Asker::at(THIEF.into()));
            app.state().sign_in.check(token, id, pin, asker, Device::default()).await.unwrap()
        });
        for answer in join_all(guesses).await {
            assert!(matches!(answer, Check::NoAttempt), "{answer:?}");
        }

        let sign_in = &app.state().sign_in;
        let phone = sign_in.core.keys.phone(&PhoneNumber::from_store("+12025550150".to_owned()));
        let thief = Subject::new(&sign_in.core.keys, &PhoneNumber::from_store(String::new()), THIEF.into());
        let keys = [
            Kind::wrong_number(false).of(&phone),
            Kind::WrongCodes { by: By::Address, known: false }.of(&thief.origin.address_hash),
        ];
        let counters = sign_in.core.store.counters(&keys).await.unwrap();
        assert_eq!(counters.iter().map(|counter| counter.count).collect::<Vec<_>>(), [1, 1]);
        before.copy().check(id, &code).await.assert_redirect("/");
        browser.get("/result").await.assert_page(200, "You are signed in");
        assert!(logged().contains("a wrong code for a sign-in that was over"));
    }
}

#[tokio::test]
async fn a_double_click_does_not_undo_a_sign_out() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let before = browser.copy();
    let code = app.provider.code(PHONE).await;
    browser.check(&id, &code).await.assert_redirect("/result");
    browser.post("/signout", &[]).await.assert_redirect("/");

    before.check(&id, &code).await.assert_redirect("/");
    before.get("/result").await.assert_redirect("/");
}

#[tokio::test]
async fn the_pin_form_again_after_success_leads_to_the_result() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let code = app.provider.code(PHONE).await;
    browser.check(&id, &code).await.assert_redirect("/result");

    browser.check(&id, &code).await.assert_redirect("/result");
    browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/result");
    browser.get("/check").await.assert_redirect("/verify");
    assert_eq!((app.provider.calls("check"), app.provider.calls("start")), (1, 1));
}
