//! The cookie of a known browser: of our making, good for one number, and another one at each sign-in.

use phonegate::testing::{
    keys::Token,
    phone::{Fiction, PhoneNumber},
};

use super::known_browsers::{KNOWN, known_browser, sign_in};
use phonegate_testing::{Browser, PHONE, THE_CODE, TestApp, each_store, secs, test_app, wrong_code};

/// Of the last [`KNOWN`] cookie that a browser got, the tokens in it.
fn tokens(browser: &Browser) -> Vec<String> {
    browser.cookie(KNOWN).unwrap_or_default().split('.').map(str::to_owned).collect()
}

/// Whether a browser that holds `token` and nothing else is known to the number.
async fn knows(app: &TestApp, token: &str, phone: &str) -> bool {
    let keys = &app.state().sign_in.core.keys;
    let phone = PhoneNumber::parse(phone, None, Fiction::Allowed).unwrap();
    let hash = keys.known(&Token::parse(token).unwrap(), &keys.phone(&phone));
    app.state().sign_in.core.store.is_known(&hash, app.clock.now()).await.unwrap()
}

#[tokio::test]
async fn a_token_that_somebody_planted_is_never_adopted() {
    for store in each_store().await {
        let app = test_app().store(store.as_deref()).provider_without_limits().await.spawn().await;
        let thief = known_browser(&app, "+1 202 555 0151").await;
        let own = tokens(&thief)[0].clone();
        let made_up = "A".repeat(43);
        for planted in [&*made_up, &own, &*format!("{made_up}.{own}.{own}.{own}")] {
            let owner = app.browser().await;
            owner.set_cookie(KNOWN, planted);
            sign_in(&owner, PHONE).await;

            let held = tokens(&owner);
            assert!(knows(&app, &held[0], PHONE).await && held[0] != own, "{held:?}");
            assert!(!held.contains(&made_up), "{held:?}");
            for token in [&made_up, &own] {
                assert!(!knows(&app, token, PHONE).await);
            }
            owner.post("/signout", &[]).await.assert_redirect("/");
            app.clock.advance(secs(3600));
        }
        // The thief's browser is as unknown to the number as before.
        thief.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
        let browser = Token::parse(&thief.cookie("phonegate-browser").unwrap()).unwrap();
        let attempts = app.state().sign_in.core.store.attempts_of_browser(&browser.hash()).await.unwrap();
        assert!(!attempts[0].origin.known);
    }
}

#[tokio::test]
async fn a_sign_in_renews_the_token_and_a_copy_of_the_old_one_is_good_for_nothing() {
    for store in each_store().await {
        let app = test_app().store(store.as_deref()).provider_without_limits().await.spawn().await;
        let (second, third) = ("+1 202 555 0151", "+1 202 555 0152");
        let browser = known_browser(&app, PHONE).await;
        let [first] = &tokens(&browser)[..] else { panic!("{:?}", tokens(&browser)) };
        sign_in(&browser, second).await;
        browser.post("/signout", &[]).await.assert_redirect("/");
        assert_eq!(&tokens(&browser)[1..], std::slice::from_ref(first), "the other number keeps its own");
        let theirs = tokens(&browser)[0].clone();

        sign_in(&browser, PHONE).await;
        let held = tokens(&browser);
        assert_eq!(held[1..], [theirs]);
        assert!(knows(&app, &held[0], PHONE).await && knows(&app, &held[1], second).await);
        assert!(!knows(&app, &held[0], second).await && !knows(&app, &held[1], PHONE).await);
        assert!(!knows(&app, first, PHONE).await, "a copy of it is worth nothing now");

        browser.post("/signout", &[]).await.assert_redirect("/");
        for phone in [third, "+1 202 555 0153", "+1 202 555 0154", "+1 202 555 0155"] {
            sign_in(&browser, phone).await;
            browser.post("/signout", &[]).await.assert_redirect("/");
        }
        assert_eq!(tokens(&browser).len(), 4, "a family, no crowd");
    }
}

#[tokio::test]
async fn both_halves_of_a_double_click_get_the_same_cookies_however_known_the_browser_was() {
    let app = test_app().provider_without_limits().await.spawn().await;
    let browser = known_browser(&app, "+1 202 555 0151").await;
    for _ in 0..2 {
        browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
        let id = browser.get("/verify").await.request_id();
        let other_half = browser.copy();
        browser.check(&id, THE_CODE).await.assert_redirect("/result");
        other_half.check(&id, THE_CODE).await.assert_redirect("/result");
        for name in ["phonegate", "phonegate-browser", KNOWN] {
            assert_eq!(browser.cookie(name), other_half.cookie(name), "{name}");
        }
        assert!(knows(&app, &tokens(&browser)[0], PHONE).await);
        browser.post("/signout", &[]).await.assert_redirect("/");
        app.clock.advance(secs(3600));
    }
}

#[tokio::test]
async fn a_browser_token_that_somebody_planted_gives_them_nothing_after_the_sign_in() {
    let app = test_app().spawn().await;
    let thief = app.browser().await;
    let (planted, victim) = (thief.cookie("phonegate-browser").unwrap(), app.stranger());
    victim.set_cookie("phonegate-browser", &planted);
    victim.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    let id = victim.get("/verify").await.request_id();
    let code = app.provider.code(PHONE).await;
    victim.check(&id, &code).await.assert_redirect("/result");

    for (name, value) in [("phonegate", &planted), ("phonegate-browser", &planted), (KNOWN, &planted)] {
        thief.set_cookie(name, value);
    }
    for path in ["/result", "/verify", "/sessions", "/signout"] {
        thief.get(path).await.assert_redirect("/");
    }
    thief.check(&id, &wrong_code(&code)).await.assert_redirect("/");
    for name in ["phonegate", "phonegate-browser", KNOWN] {
        assert!(victim.cookie(name).is_some_and(|value| value != planted), "{name}");
    }
}
