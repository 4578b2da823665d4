//! What a reverse proxy is told of a request: through, as whom, or where to sign in.

use phonegate::testing::keys::Token;
use reqwest::Method;

use phonegate_testing::{Answer, Browser, PHONE, TestApp, each_store, logged, secs, test_app};

/// What the proxy in front of `https://app.example.com` says of a click on a link, as a browser sends it.
pub(super) const CLICK: [(&str, &str); 6] = [
    ("x-forwarded-method", "GET"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-host", "app.example.com"),
    ("x-forwarded-uri", "/orders?id=7&sort=a+b"),
    ("sec-fetch-mode", "navigate"),
    ("accept", "text/html,*/*;q=0.8"),
];
const SIGN_IN: &str =
    "https://in.example.com/?return_to=https%3A%2F%2Fapp.example.com%2Forders%3Fid%3D7%26sort%3Da%2Bb";

pub(super) async fn app() -> TestApp {
    app_with(&[]).await
}

pub(super) async fn app_with(settings: &[(&str, &str)]) -> TestApp {
    let shared = [
        ("PUBLIC_URL", "https://in.example.com"),
        ("COOKIE_DOMAIN", "example.com"),
        ("TRUSTED_PROXIES", "127.0.0.1"),
    ];
    let app = shared.iter().chain(settings).fold(test_app(), |app, (name, value)| app.set(name, value));
    app.spawn().await
}

/// Asks as a proxy does: with the visitor's cookies, under a name that is not ours.
pub(super) async fn ask(visitor: &Browser, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = visitor.request(Method::GET, path).header("host", "phonegate.internal:3000");
    visitor.send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

/// [`CLICK`] with some of it otherwise; `""` leaves a header out.
pub(super) fn click_but(changes: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let kept = CLICK.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    kept.chain(changes.iter().filter(|(_, value)| !value.is_empty())).copied().collect()
}

#[track_caller]
pub(super) fn assert_let_in(answer: &Answer, phone: &str) {
    assert_eq!((answer.status, answer.header("remote-phone")), (200, Some(phone)), "{answer:?}");
    for name in ["remote-user", "remote-verified-at"] {
        assert!(answer.header(name).is_some_and(|value| !value.is_empty()), "{answer:?}");
    }
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[track_caller]
pub(super) fn assert_turned_away(answer: &Answer, location: Option<&str>) {
    assert_eq!((answer.status, answer.location()), (401, location), "{answer:?}");
    assert_eq!(answer.header("www-authenticate"), Some("Cookie realm=\"phonegate\""));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("remote-")), "{answer:?}");
}

#[tokio::test]
async fn a_signed_in_visitor_is_let_in_with_all_three_headers() {
    for store in each_store().await {
        let app = test_app().store(store.as_deref()).spawn().await;
        let visitor = app.signed_in(PHONE).await;

        let answer = ask(&visitor, "/auth", &[]).await;
        assert_let_in(&answer, "+12025550150");
        assert_eq!(answer.header("remote-verified-at"), Some("2027-01-15T08:00:00Z"));
        assert!(answer.header("set-cookie").is_none() && answer.body.is_empty(), "{answer:?}");

        let user = answer.header("remote-user").unwrap();
        assert!(
            user.len() == 32 && user.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()),
            "{user}"
        );
        let elsewhere = app.state().sign_in.core.keys.subject(
            &app.state()
                .sign_in
                .core
                .store
                .session(&Token::parse(&visitor.cookie("phonegate").unwrap()).unwrap().hash())
                .await
                .unwrap()
                .unwrap()
                .phone,
        );
        assert_eq!(user, elsewhere);
    }
}

#[tokio::test]
async fn a_number_is_the_same_user_at_each_sign_in_and_two_are_two() {
    let app = app().await;
    let user =
        async |visitor: &Browser| ask(visitor, "/auth", &[]).await.header("remote-user").unwrap().to_owned();

    let first = user(&app.signed_in(PHONE).await).await;
    app.clock.advance(secs(3600));
    assert_eq!(user(&app.signed_in(PHONE).await).await, first);
    assert_ne!(user(&app.signed_in("+1 202 555 0151").await).await, first);
}

#[tokio::test]
async fn a_person_on_the_way_to_a_page_is_led_to_sign_in_and_back() {
    let app = app().await;
    for click in
        [click_but(&[]), click_but(&[("x-forwarded-method", "HEAD")]), click_but(&[("sec-fetch-mode", "")])]
    {
        let answer = ask(&app.stranger(), "/auth", &click).await;
        assert_eq!((answer.status, answer.location()), (302, Some(SIGN_IN)), "{click:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));

        let answer = ask(&app.stranger(), "/auth?mode=401", &click).await;
        assert_turned_away(&answer, Some(SIGN_IN));
    }
}

#[tokio::test]
async fn everything_else_gets_401_and_no_way_to_a_login_page() {
    let app = app().await;
    for changes in [
        &[("sec-fetch-mode", "cors")][..],
        &[("sec-fetch-mode", "same-origin")],
        &[("sec-fetch-mode", "websocket"), ("upgrade", "websocket")],
        &[("upgrade", "websocket")],
        &[("x-forwarded-method", "POST")],
        &[("x-forwarded-method", "DELETE")],
        &[("sec-fetch-mode", ""), ("accept", "application/json")],
        &[("sec-fetch-mode", ""), ("accept", "")],
        &[("sec-fetch-mode", ""), ("accept", "text/html"), ("x-requested-with", "XMLHttpRequest")],
        &[("sec-fetch-mode", ""), ("accept", "text/html"), ("x-requested-with", "fetch")],
        &[("sec-fetch-mode", ""), ("accept", "text/html"), ("hx-request", "true")],
        &[("sec-fetch-mode", ""), ("accept", "text/html"), ("sec-fetch-dest", "empty")],
        &[("x-requested-with", "XMLHttpRequest")],
        &[("hx-request", "true")],
        &[("sec-purpose", "prefetch")],
        &[("x-forwarded-method", "")],
        &[("x-forwarded-proto", "")],
        &[("x-forwarded-host", "")],
        &[("x-forwarded-uri", "")],
    ] {
        for path in ["/auth", "/auth?mode=401"] {
            assert_turned_away(&ask(&app.stranger(), path, &click_but(changes)).await, None);
        }
    }
    assert_turned_away(&ask(&app.stranger(), "/auth", &[]).await, None);
}

#[tokio::test]
async fn the_401_is_a_page_that_explains_and_leads_to_sign_in_and_back_to_the_form() {
    let app = app().await;
    let post = [("x-forwarded-method", "POST"), ("referer", "https://app.example.com/form?step=2")];

    let answer = ask(&app.stranger(), "/auth", &click_but(&post)).await;
    answer.assert_page(401, "If you just sent a form, it did not arrive");
    assert!(answer.links().contains(
        &"https://in.example.com/?return_to=https%3A%2F%2Fapp.example.com%2Fform%3Fstep%3D2".to_owned()
    ));
    // It is shown under the site's name, so what it needs is named in full and allowed by its own policy.
    assert!(
        answer.body.contains("<base href=\"https:&#x2f;&#x2f;in.example.com&#x2f;\">"),
        "{}",
        answer.body
    );
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.contains("style-src https://in.example.com;") && !policy.contains("'self'"), "{policy}");

    for (referer, link) in [
        ("", "https://in.example.com/?return_to=https%3A%2F%2Fapp.example.com%2F"),
        ("https://evil.test/form", "https://in.example.com/?return_to=https%3A%2F%2Fapp.example.com%2F"),
    ] {
        let answer = ask(&app.stranger(), "/auth", &click_but(&[post[0], ("referer", referer)])).await;
        assert!(answer.links().contains(&link.to_owned()), "{:?}", answer.links());
    }
}

#[tokio::test]
async fn an_untrusted_peer_can_forge_nothing() {
    let app = app_with(&[("TRUSTED_PROXIES", "192.0.2.1")]).await;

    assert_turned_away(&ask(&app.stranger(), "/auth", &CLICK).await, None);
    assert_turned_away(&ask(&app.stranger(), "/auth?mode=401", &CLICK).await, None);
    let forged = [
        ("remote-user", "admin"),
        ("remote-phone", "+12025550150"),
        ("remote-verified-at", "2027-01-15T08:00:00Z"),
    ];
    assert_turned_away(&ask(&app.stranger(), "/auth", &forged).await, None);

    assert!(logged().contains("X-Forwarded-* of 127.0.0.1 is not believed"), "nobody is told why");
    let visitor = app.signed_in(PHONE).await;
    assert_let_in(&ask(&visitor, "/auth", &[&CLICK[..], &forged[..]].concat()).await, "+12025550150");
    let own = click_but(&[("x-forwarded-host", "in.example.com")]);
    assert_let_in(&ask(&visitor, "/auth", &own).await, "+12025550150");
}

#[tokio::test]
async fn a_site_that_is_not_allowed_is_not_led_back_to() {
    let app = app().await;
    for changes in [
        ("x-forwarded-host", "evil.test"),
        ("x-forwarded-host", "app.example.com@evil.test"),
        ("x-forwarded-host", "app.example.com:8443"),
        ("x-forwarded-host", "evil.test/app.example.com"),
        ("x-forwarded-host", "evil.test\\.example.com"),
        ("x-forwarded-proto", "http"),
    ] {
        let answer = ask(&app.stranger(), "/auth", &click_but(&[changes])).await;
        assert_eq!((answer.status, answer.location()), (302, Some("https://in.example.com/")), "{changes:?}");
    }
    assert!(logged().contains("a return_to was dropped: https://evil.test is not among RETURN_TO_ORIGINS"));
}

#[tokio::test]
async fn the_gate_does_not_guard_itself() {
    let app = app().await;
    let visitor = app.signed_in(PHONE).await;
    for who in [&app.stranger(), &visitor] {
        for host in ["in.example.com", "IN.example.com", "in.example.com:443"] {
            for path in ["/auth", "/auth?mode=401"] {
                assert_turned_away(&ask(who, path, &click_but(&[("x-forwarded-host", host)])).await, None);
            }
        }
    }
    assert!(logged().contains("the gate guards itself: a proxy asks it about https://in.example.com/"));
}

#[tokio::test]
async fn nothing_but_a_live_session_is_ever_let_in() {
    let app = app().await;
    let visitor = app.signed_in(PHONE).await;
    let name = "__Secure-phonegate";
    let token = visitor.cookie(name).unwrap();

    for (cookie, value) in [
        (name, ""),
        (name, "x"),
        (name, &*"A".repeat(43)),
        (name, &*format!("{token}A")),
        (name, &*token.to_lowercase()),
        (name, &*format!("\"{token}\"")),
        // Under the names of other settings, other hosts and other jobs.
        ("phonegate", &token),
        ("__Host-phonegate", &token),
        ("__secure-phonegate", &token),
        ("x__Secure-phonegate", &token),
        ("__Host-phonegate-browser", &token),
    ] {
        let stranger = app.stranger();
        stranger.set_cookie(cookie, value);
        for path in ["/auth", "/auth?mode=401", "/auth?mode=200", "/auth?token=1"] {
            assert_turned_away(&ask(&stranger, path, &[]).await, None);
        }
    }
    // The token from before sign-in, of another server key, and of the hash that the store has.
    let browser = app.stranger();
    browser.set_cookie(name, &visitor.cookie("__Host-phonegate-browser").unwrap());
    assert_turned_away(&ask(&browser, "/auth", &[]).await, None);
    browser.set_cookie(name, &Token::parse(&token).unwrap().hash());
    assert_turned_away(&ask(&browser, "/auth", &[]).await, None);
    for method in [Method::POST, Method::PUT, Method::OPTIONS, Method::HEAD, Method::DELETE] {
        let request = app.stranger().request(method.clone(), "/auth");
        assert_turned_away(&app.stranger().send(request).await, None);
    }
    assert_let_in(&ask(&visitor, "/auth", &[]).await, "+12025550150");
}

#[tokio::test]
async fn a_site_that_keeps_sending_a_signed_in_visitor_back_is_named_and_so_is_the_likely_cause() {
    let app = app_with(&[("RETURN_TO_ORIGINS", "https://wiki.example.org")]).await;
    for (site, cause, log) in [
        ("https://app.example.com/x", "its proxy passes cookies on", "withholds the cookie"),
        ("https://wiki.example.org/x", "not covered by COOKIE_DOMAIN", "cookie does not reach its host"),
    ] {
        let visitor = app.signed_in(PHONE).await;
        let round = format!("/?return_to={site}");
        for _ in 0..3 {
            visitor.get(&round).await.assert_redirect(site);
        }
        visitor.get(&round).await.assert_page(508, cause);
        assert!(logged().contains(log), "{log}");
        visitor.get("/?return_to=/sessions").await.assert_redirect("https://in.example.com/sessions");
        visitor.get("/").await.assert_redirect("/result");
        app.signed_in("+1 202 555 0151").await.get(&round).await.assert_redirect(site);

        app.clock.advance(secs(60));
        visitor.get(&round).await.assert_redirect(site);
    }
}

#[tokio::test]
async fn a_simulator_that_is_not_meant_for_others_opens_no_gate() {
    let app = test_app().simulator_mode().spawn().await;
    assert_eq!(ask(&app.stranger(), "/auth", &CLICK).await.status, 403);
    assert_turned_away(&ask(&app.stranger(), "/auth", &[]).await, None);
}
