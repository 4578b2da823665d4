//! Cookies, idle and absolute limits, signing out.

use phonegate::testing::keys::Token;

use phonegate_testing::{Answer, Browser, PHONE, TestApp, each_store, secs, test_app};

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
            assert!(!cookie.contains("5550150"), "no number in a cookie: {cookie}");
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

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                      Version/18.6 Mobile/15E148 Safari/604.1";

/// A sign-in by a browser that names itself, through a proxy that names the visitor.
async fn signed_in_as(app: &TestApp, phone: &str, user_agent: &str, address: &str) -> Browser {
    let (browser, id) = app.waiting_for_code(phone).await;
    let code = app.provider.code(phone).await;
    let headers = [("user-agent", user_agent), ("x-forwarded-for", address)];
    browser
        .post_with("/check", &[("request_id", &id), ("pin", &code)], &headers)
        .await
        .assert_redirect("/result");
    browser
}

/// The sessions on a page: the visible text of each, and the id in its form.
fn listed(page: &Answer) -> Vec<(String, Option<String>)> {
    let items = page.body.split("<li>").skip(1).map(|rest| rest.split("</li>").next().unwrap());
    items
        .map(|item| {
            let text = item.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
            let text = text.map(str::trim).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" | ");
            let id = item.split_once("name=\"id\" value=\"").map(|(_, rest)| rest.split('"').next().unwrap());
            (text, id.map(str::to_owned))
        })
        .collect()
}

#[tokio::test]
async fn a_visitor_sees_every_session_and_knows_each_by_device_place_and_age() {
    for store in each_store().await {
        let app = test_app().store(store.as_deref()).set("TRUSTED_PROXIES", "127.0.0.1").spawn().await;
        signed_in_as(&app, PHONE, IPHONE, "2001:db8:1:2::77").await;
        app.clock.advance(secs(2 * 3600 + 59));
        signed_in_as(&app, "+1 202 555 0151", FIREFOX, "203.0.113.9").await;
        let here = signed_in_as(&app, PHONE, FIREFOX, "203.0.113.77").await;

        let page = here.get("/sessions").await;
        page.assert_page(200, "Your devices");
        let texts: Vec<_> = listed(&page).into_iter().map(|(text, _)| text).collect();
        assert_eq!(
            texts,
            [
                "Firefox on Linux | This device | Signed in just now | From 203.0.113.•••",
                "Safari on iPhone | Signed in 2 hours ago | From 2001:db8:1:•••• | Sign out there",
            ]
        );
        assert!(!page.body.contains("203.0.113.77") && !page.body.contains("5550150"), "{}", page.body);
        let token_hash = Token::parse(&here.cookie("phonegate").unwrap()).unwrap().hash();
        assert!(!page.body.contains(&token_hash));
    }
}

#[tokio::test]
async fn one_session_is_ended_from_another_and_only_ones_own() {
    let app = test_app().spawn().await;
    let (here, there) = (app.signed_in(PHONE).await, app.signed_in(PHONE).await);
    let other = app.signed_in("+1 202 555 0151").await;
    let id_of = async |browser: &Browser| {
        let sessions = listed(&browser.get("/sessions").await);
        sessions.into_iter().find_map(|(_, id)| id)
    };

    assert_eq!(id_of(&other).await, None, "there is nothing to end but the own");
    let id = id_of(&here).await.unwrap();
    for stranger in [&other, &app.browser().await] {
        stranger.post("/sessions", &[("id", &id)]).await;
    }
    for nothing in [&[("id", "")][..], &[("id", "x")], &[("others", "0")], &[]] {
        here.post("/sessions", nothing).await.assert_redirect("/sessions");
    }
    there.get("/result").await.assert_page(200, "You are signed in");

    here.post("/sessions", &[("id", &id)]).await.assert_redirect("/sessions");
    here.get("/sessions").await.assert_page(200, "That browser is signed out.");
    there.get("/result").await.assert_redirect("/");
    other.get("/result").await.assert_page(200, "You are signed in");
    here.post("/sessions", &[("id", &id)]).await.assert_redirect("/sessions");
}

#[tokio::test]
async fn ending_the_own_session_is_signing_out() {
    let app = test_app().spawn().await;
    let (here, there) = (app.signed_in(PHONE).await, app.signed_in(PHONE).await);
    let id = listed(&there.get("/sessions").await).into_iter().find_map(|(_, id)| id).unwrap();

    here.post("/sessions", &[("id", &id)]).await.assert_redirect("/");
    here.get("/").await.assert_page(200, "You are signed out.");
    assert_eq!(here.cookie("phonegate"), None);
}

#[tokio::test]
async fn all_other_sessions_end_at_once_and_this_one_stays() {
    for store in each_store().await {
        let app = test_app().store(store.as_deref()).spawn().await;
        let (here, there, elsewhere) =
            (app.signed_in(PHONE).await, app.signed_in(PHONE).await, app.signed_in(PHONE).await);
        let other = app.signed_in("+1 202 555 0151").await;

        here.post("/sessions", &[("others", "1")]).await.assert_redirect("/sessions");
        let page = here.get("/sessions").await;
        page.assert_page(200, "You are signed out everywhere else.");
        assert_eq!(listed(&page).len(), 1);
        for ended in [there, elsewhere] {
            ended.get("/result").await.assert_redirect("/");
        }
        other.get("/result").await.assert_page(200, "You are signed in");
    }
}

#[tokio::test]
async fn signing_out_everywhere_ends_all_sessions_of_the_number() {
    let app = test_app().spawn().await;
    let (here, there) = (app.signed_in(PHONE).await, app.signed_in(PHONE).await);
    let other = app.signed_in("+1 202 555 0151").await;

    here.get("/signout").await.assert_page(200, "name=\"everywhere\" value=\"1\"");
    here.post("/signout", &[("everywhere", "1")]).await.assert_redirect("/");
    there.get("/result").await.assert_redirect("/");
    other.get("/result").await.assert_page(200, "You are signed in");
}

#[tokio::test]
async fn sessions_that_have_ended_are_not_listed() {
    let app = test_app().set("SESSION_IDLE", "1h").spawn().await;
    app.signed_in(PHONE).await;
    app.clock.advance(secs(3600));
    let here = app.signed_in(PHONE).await;

    assert_eq!(listed(&here.get("/sessions").await).len(), 1);
    app.stranger().get("/sessions").await.assert_redirect("/");
    app.stranger().post("/sessions", &[("others", "1")]).await.assert_redirect("/");
}
