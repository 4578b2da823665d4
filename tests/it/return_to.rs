//! Where a sign-in leads: carried through every step, and never anywhere that is not allowed.

use phonegate_testing::{Answer, Browser, PHONE, TestApp, logged, secs, test_app, wrong_code, wrong_codes};

const DEEP_LINK: &str = "https://app.example.com/orders?id=7&sort=a+b#line-3";
/// The first page with it.
const START: &str = "/?return_to=https%3A%2F%2Fapp.example.com%2Forders%3Fid%3D7%26sort%3Da%2Bb%23line-3";

async fn app() -> TestApp {
    test_app().set("RETURN_TO_ORIGINS", "https://app.example.com, https://wiki.example.org").spawn().await
}

/// Sends the phone form with what the page has in its hidden field.
async fn ask_for_code(browser: &Browser, page: &str, phone: &str) {
    let page = browser.get(page).await;
    let return_to = page.hidden("return_to").unwrap_or_default();
    browser.post("/verify", &[("phone", phone), ("return_to", &return_to)]).await.assert_redirect("/verify");
}

async fn type_code(app: &TestApp, browser: &Browser, phone: &str) -> Answer {
    let id = browser.get("/verify").await.request_id();
    browser.check(&id, &app.provider.code(phone).await).await
}

#[tokio::test]
async fn a_sign_in_leads_back_to_the_very_page() {
    let app = app().await;
    let browser = app.stranger();

    ask_for_code(&browser, START, PHONE).await;
    let id = browser.get("/verify").await.request_id();
    let code = app.provider.code(PHONE).await;
    browser.check(&id, &wrong_code(&code)).await.assert_page(422, "2 tries left");
    browser.check(&id, &code).await.assert_redirect(DEEP_LINK);
    browser.check(&id, &code).await.assert_redirect("/result");

    browser.get(START).await.assert_redirect(DEEP_LINK);
    browser.post("/verify", &[("phone", PHONE), ("return_to", DEEP_LINK)]).await.assert_redirect(DEEP_LINK);
    browser.get("/").await.assert_redirect("/result");
}

#[tokio::test]
async fn both_halves_of_a_double_click_lead_there() {
    let app = app().await;
    let browser = app.stranger();
    ask_for_code(&browser, START, PHONE).await;
    let twin = browser.copy();
    let id = browser.get("/verify").await.request_id();
    let code = app.provider.code(PHONE).await;

    browser.check(&id, &code).await.assert_redirect(DEEP_LINK);
    twin.check(&id, &code).await.assert_redirect(DEEP_LINK);
}

#[tokio::test]
async fn a_refused_number_keeps_the_address_in_the_form() {
    let app = app().await;
    let browser = app.stranger();
    browser.get(START).await;

    let answer = browser.post("/verify", &[("phone", "12"), ("return_to", DEEP_LINK)]).await;
    assert_eq!((answer.status, answer.hidden("return_to").as_deref()), (422, Some(DEEP_LINK)));
}

#[tokio::test]
async fn a_cancel_and_a_new_start_keep_it() {
    let app = app().await;
    let browser = app.stranger();
    ask_for_code(&browser, START, PHONE).await;
    let id = browser.get("/verify").await.request_id();

    browser.cancel(&id).await.assert_redirect(START);
    let page = browser.get(START).await;
    page.assert_page(200, "You cancelled signing in.");
    assert_eq!(page.hidden("return_to").as_deref(), Some(DEEP_LINK));

    ask_for_code(&browser, START, "+1 202 555 0151").await;
    type_code(&app, &browser, "+1 202 555 0151").await.assert_redirect(DEEP_LINK);
}

#[tokio::test]
async fn an_end_without_success_leads_to_a_start_that_keeps_it() {
    let app = app().await;
    let browser = app.stranger();

    ask_for_code(&browser, START, PHONE).await;
    let id = browser.get("/verify").await.request_id();
    let [one, two, three] = wrong_codes(&app.provider.code(PHONE).await);
    for wrong in [one, two] {
        browser.check(&id, &wrong).await.assert_page(422, "That is not the code we sent.");
    }
    let ended = browser.check(&id, &three).await;
    assert_eq!(ended.status, 410);
    assert!(ended.links().contains(&START.to_owned()), "{}", ended.body);

    ask_for_code(&browser, START, "+1 202 555 0151").await;
    app.clock.advance(secs(301));
    browser.get("/verify").await.assert_redirect(START);
}

#[tokio::test]
async fn a_newer_address_takes_the_place_of_an_older_and_none_leaves_it() {
    let app = app().await;
    let browser = app.stranger();
    ask_for_code(&browser, START, PHONE).await;

    ask_for_code(&browser, "/", PHONE).await;
    ask_for_code(&browser, "/?return_to=https://wiki.example.org/", PHONE).await;
    ask_for_code(&browser, "/", PHONE).await;

    type_code(&app, &browser, PHONE).await.assert_redirect("https://wiki.example.org/");
    assert_eq!(app.provider.messages(PHONE).await.len(), 1);
}

#[tokio::test]
async fn a_visitor_who_has_to_wait_keeps_it() {
    let app = test_app()
        .set("RETURN_TO_ORIGINS", "https://app.example.com")
        .set("LIMIT_PREFIX", "off")
        .spawn()
        .await;
    // Codes that nobody types use up what strangers at one address get.
    for last in 60..70 {
        app.waiting_for_code(&format!("+1 202 555 01{last}")).await;
        app.pass(secs(301)).await;
    }
    let browser = app.stranger();
    browser.get(START).await;

    let form = [("phone", PHONE), ("return_to", DEEP_LINK)];
    let page = browser.post("/verify", &form).await;
    assert_eq!((page.status, page.hidden("return_to").as_deref()), (429, Some(DEEP_LINK)), "{}", page.body);
    app.pass(secs(24 * 3600)).await;
    browser.post("/verify", &form).await.assert_redirect("/verify");
    type_code(&app, &browser, PHONE).await.assert_redirect(DEEP_LINK);
}

#[tokio::test]
async fn an_address_that_is_not_allowed_is_dropped_and_sign_in_ends_here() {
    let app = app().await;
    for refused in
        ["https://evil.test/x?secret=1", "//evil.test", "javascript:alert(1)", "https://app.example.com:1/"]
    {
        let browser = app.stranger();
        let page = browser.get(&format!("/?return_to={refused}")).await;
        assert_eq!((page.status, page.hidden("return_to")), (200, None), "{refused}");

        browser.post("/verify", &[("phone", PHONE), ("return_to", refused)]).await.assert_redirect("/verify");
        type_code(&app, &browser, PHONE).await.assert_redirect("/result");
        browser.get(&format!("/?return_to={refused}")).await.assert_redirect("/result");
        app.pass(secs(301)).await;
    }
    let log = logged();
    assert!(log.contains("a return_to was dropped: https://evil.test is not among RETURN_TO_ORIGINS"));
    assert!(!log.contains("secret=1"));
}

#[tokio::test]
async fn an_address_that_the_settings_no_longer_allow_is_dropped_at_the_end() {
    let app = app().await;
    let browser = app.stranger();
    ask_for_code(&browser, START, PHONE).await;
    let app = app.restart_with(|config| config.settings.return_to_origins.0.clear()).await;

    type_code(&app, &browser, PHONE).await.assert_redirect("/result");
}

#[tokio::test]
async fn every_step_survives_a_restart() {
    let app = app().await;
    let browser = app.stranger();
    ask_for_code(&browser, START, PHONE).await;
    let app = app.restart().await;

    type_code(&app, &browser, PHONE).await.assert_redirect(DEEP_LINK);
}

#[tokio::test]
async fn a_cookie_domain_allows_its_hosts() {
    let app = test_app()
        .set("PUBLIC_URL", "https://in.example.com")
        .set("COOKIE_DOMAIN", "example.com")
        .spawn()
        .await;
    let browser = app.signed_in(PHONE).await;

    for (asked, location) in [
        ("https://app.example.com/x", "https://app.example.com/x"),
        ("https://example.com", "https://example.com/"),
        ("http://app.example.com/x", "/result"),
        ("https://app.example.com:8443/x", "/result"),
        ("https://badexample.com/", "/result"),
    ] {
        browser.get(&format!("/?return_to={asked}")).await.assert_redirect(location);
    }
    let policy = app.stranger().get("/").await.header("content-security-policy").unwrap().to_owned();
    assert!(policy.contains("form-action 'self' https://example.com https://*.example.com;"), "{policy}");
}
