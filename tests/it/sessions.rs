//! Cookies, idle and absolute limits, signing out.

use crate::support::{PHONE, secs, test_app};

#[tokio::test]
async fn every_cookie_has_every_attribute() {
    for (public_url, domain, session, host) in [
        ("http://localhost:3000", "", "phonegate=", ""),
        ("https://in.example.com", "", "__Host-phonegate=", "__Host-"),
        ("https://in.example.com", "example.com", "__Secure-phonegate=", "__Host-"),
    ] {
        let app = test_app().set("PUBLIC_URL", public_url).set("COOKIE_DOMAIN", domain).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        let answer = browser.check(&id, &app.provider.code(PHONE).await).await;

        let cookies: Vec<_> =
            answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
        assert_eq!(cookies.len(), 3, "{cookies:?}");
        for cookie in &cookies {
            assert!(
                cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"),
                "{cookie}"
            );
            // The one that tells a known browser is to be there in 180 days; the others end with the browser.
            let lasts = cookie.starts_with(&format!("{host}phonegate-known="));
            assert_eq!(cookie.contains("Max-Age=15552000"), lasts, "{cookie}");
            assert!(lasts || !cookie.contains("Max-Age"), "{cookie}");
            assert!(!cookie.contains("Expires"), "{cookie}");
            assert!(!cookie.contains("0150"), "no number in a cookie: {cookie}");
            assert_eq!(cookie.contains("Secure"), public_url.starts_with("https"), "{cookie}");
            let shared = !domain.is_empty() && cookie.starts_with(session);
            assert_eq!(cookie.contains("Domain=example.com"), shared, "{cookie}");
        }
        assert!(cookies.iter().any(|cookie| cookie.starts_with(session)), "{cookies:?}");
        assert!(
            cookies.iter().any(|cookie| cookie.starts_with(&format!("{host}phonegate-browser="))),
            "{cookies:?}"
        );
    }
}

#[tokio::test]
async fn a_visit_keeps_a_session_alive_until_its_last_day() {
    let app = test_app().set("SESSION_IDLE", "1h").set("SESSION_MAX", "3h").spawn().await;
    let browser = app.signed_in(PHONE).await;

    for _ in 0..3 {
        app.pass(secs(50 * 60)).await;
        browser.get("/result").await.assert_page(200, "You are signed in");
    }
    app.pass(secs(30 * 60)).await;
    browser.get("/result").await.assert_redirect("/");
}

#[tokio::test]
async fn an_unused_session_ends() {
    let app = test_app().set("SESSION_IDLE", "1h").spawn().await;
    let browser = app.signed_in(PHONE).await;

    app.clock.advance(secs(3600));
    browser.get("/result").await.assert_redirect("/");
}

#[tokio::test]
async fn signing_out_asks_first_and_ends_the_session_on_the_server() {
    let app = test_app().spawn().await;
    let browser = app.signed_in(PHONE).await;
    let stolen = browser.copy();

    browser.get("/signout").await.assert_page(200, "Sign out?");
    browser.get("/result").await.assert_page(200, "You are signed in");
    let answer = browser.post("/signout", &[]).await;
    answer.assert_redirect("/");

    assert!(browser.cookie("phonegate").is_none());
    stolen.get("/result").await.assert_redirect("/");
    browser.get("/").await.assert_page(200, "You are signed out.");
}
