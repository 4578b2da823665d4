//! Forged ids, missing cookies, other sites, other names.

use reqwest::{
    Method,
    header::{HOST, ORIGIN},
};

use phonegate_testing::{PHONE, test_app};

#[tokio::test]
async fn a_foreign_or_forged_request_id_calls_nobody() {
    let app = test_app().spawn().await;
    let (victim, victims_id) = app.waiting_for_code(PHONE).await;
    let (thief, own_id) = app.waiting_for_code("+1 202 555 0151").await;
    let code = app.provider.code(PHONE).await;

    for forged in [victims_id.as_str(), "", "../../v2/verify", "%2e%2e", &"x".repeat(5000)] {
        let answer = thief.check(forged, &code).await;
        answer.assert_page(409, "You sent a form from an earlier attempt");
        assert_eq!(answer.request_id(), own_id, "the page offers the thief's own attempt");
        thief.cancel(forged).await.assert_page(409, "an earlier attempt");
    }
    let stranger = app.browser().await;
    stranger.check(&victims_id, &code).await.assert_redirect("/");

    assert_eq!((app.provider.calls("check"), app.provider.calls("cancel")), (0, 0));
    victim.check(&victims_id, &code).await.assert_redirect("/result");
}

#[tokio::test]
async fn without_a_cookie_every_door_leads_to_the_start() {
    let app = test_app().spawn().await;
    let (_, id) = app.waiting_for_code(PHONE).await;
    let stranger = app.stranger();

    stranger.get("/verify").await.assert_redirect("/");
    stranger.get("/result").await.assert_redirect("/");
    stranger.get("/signout").await.assert_redirect("/");
    stranger.post("/signout", &[]).await.assert_redirect("/");
    stranger.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/");
    stranger.cancel(&id).await.assert_redirect("/");

    assert_eq!(app.provider.calls("check"), 0);
}

#[tokio::test]
async fn tokens_that_are_none_are_ignored() {
    let app = test_app().spawn().await;
    let browser = app.stranger();
    for token in ["", "x", "'; DROP TABLE sessions; --", &"A".repeat(43), &"A".repeat(7000)] {
        browser.set_cookie("phonegate", token);
        browser.set_cookie("phonegate-browser", token);
        browser.get("/result").await.assert_redirect("/");
        assert_eq!(browser.get("/").await.status, 200);
    }
}

#[tokio::test]
async fn cookies_of_others_do_not_hide_ours() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let ours = browser.cookie("phonegate-browser").unwrap();
    let line = format!("a=\u{fc}; =; b; phonegate-browser-x=1; phonegate-browser={ours}; c=\"; d\"");
    let request = app.stranger().request(Method::GET, "/verify").header("cookie", line);
    assert_eq!(browser.send(request).await.request_id(), id);
}

#[tokio::test]
async fn a_browser_that_keeps_no_cookies_is_told_so_and_nothing_is_sent() {
    let app = test_app().spawn().await;
    let browser = app.stranger();
    let answer = browser.post("/verify", &[("phone", PHONE)]).await;
    answer.assert_page(422, "Allow cookies for this site and try again.");
    assert!(answer.body.contains(&format!("value=\"{PHONE}\"")), "{}", answer.body);
    assert_eq!(app.provider.all_calls(), 0);

    browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    assert_eq!(app.provider.messages(PHONE).await.len(), 1);
}

#[tokio::test]
async fn an_id_of_the_clients_choosing_does_not_reach_the_log() {
    let app = test_app().spawn().await;
    let browser = app.stranger();
    let answer =
        browser.send(browser.request(Method::GET, "/nowhere").header("x-request-id", "chosen-by-me")).await;
    assert_ne!(answer.header("x-request-id"), Some("chosen-by-me"));
    assert!(!answer.body.contains("chosen-by-me") && !phonegate_testing::logged().contains("chosen-by-me"));
}

#[tokio::test]
async fn the_token_before_sign_in_is_worth_nothing_after() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let planted = browser.copy();
    browser.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");

    assert_ne!(planted.cookie("phonegate-browser"), browser.cookie("phonegate-browser"));
    planted.get("/result").await.assert_redirect("/");
    planted.get("/verify").await.assert_redirect("/");
}

#[tokio::test]
async fn a_form_from_another_site_is_refused_with_a_page() {
    let app = test_app().spawn().await;
    let browser = app.signed_in(PHONE).await;
    let headers = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ];
    let forms = ["/signout", "/verify", "/check", "/resend", "/cancel"];
    for ((name, value), path) in headers.into_iter().flat_map(|header| forms.map(|path| (header, path))) {
        let request = browser.request(Method::POST, path).header(name, value).form(&[("a", "b")]);
        browser.send(request).await.assert_page(403, "That form did not come from this site");
    }
    browser.get("/result").await.assert_page(200, "You are signed in");

    // Behind a proxy the Host may be another name; the origin that visitors see is trusted.
    let app = test_app().set("PUBLIC_URL", "https://sign-in.example").spawn().await;
    let browser = app.browser().await;
    let request = browser.request(Method::POST, "/verify").header(ORIGIN, "https://sign-in.example");
    browser.send(request.form(&[("phone", PHONE)])).await.assert_redirect("/verify");
}

#[tokio::test]
async fn only_our_own_names_are_answered() {
    let app = test_app().set("PUBLIC_URL", "https://sign-in.example").spawn().await;
    let browser = app.stranger();
    let ask = |path: &'static str, host: &'static str| {
        browser.send(browser.request(Method::GET, path).header(HOST, host))
    };

    for host in [
        "sign-in.example",
        "sign-in.example:443",
        "SIGN-IN.example",
        "localhost:3000",
        "127.0.0.1",
        "[::1]:80",
    ] {
        assert_eq!(ask("/", host).await.status, 200, "{host}");
    }
    for host in [
        "evil.example",
        "sign-in.example:8443",
        "sign-in.example.evil.example",
        "evil.example#sign-in.example",
        "a@sign-in.example",
    ] {
        let answer = ask("/", host).await;
        answer.assert_page(421, "set PUBLIC_URL to the address that visitors type");
        assert_eq!(ask("/style.css", host).await.status, 200, "the page that says so needs it");
    }
    assert_eq!(ask("/healthz", "evil.example").await.status, 200);
    assert_eq!(ask("/readyz", "evil.example").await.status, 200);
}

#[tokio::test]
async fn every_refusal_is_a_designed_page() {
    let app = test_app().spawn().await;
    let browser = app.stranger();
    let post = |path: &str| browser.request(Method::POST, path).header("sec-fetch-site", "same-origin");

    let answers = [
        (404, browser.get("/nowhere").await),
        (404, browser.get("/simulator/phone").await),
        (405, browser.send(post("/")).await),
        (405, browser.send(browser.request(Method::PUT, "/verify").header("sec-fetch-site", "none")).await),
        (413, browser.send(post("/verify").form(&[("phone", "1".repeat(20_000))])).await),
        (415, browser.send(post("/verify").body("phone=1")).await),
        (415, browser.send(post("/verify").header("content-type", "application/json").body("{}")).await),
        (422, browser.send(post("/check").form(&[("pin", "1"), ("pin", "2")])).await),
    ];
    for (status, answer) in answers {
        answer.assert_page(status, "<!doctype html>");
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let trace = answer.header("x-request-id").unwrap().split('-').next().unwrap();
        assert!(answer.body.contains(trace), "{status}: the page quotes the id in the log");
    }
}

#[tokio::test]
async fn pages_and_assets_carry_the_headers_that_keep_them_safe() {
    let app = test_app().set("PUBLIC_URL", "https://sign-in.example").spawn().await;
    let page = app.stranger().get("/").await;

    let policy = page.header("content-security-policy").unwrap();
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("referrer-policy"), Some("same-origin"));
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(page.header("strict-transport-security"), Some("max-age=31536000"));
    assert!(
        !page.body.contains("<style") && !page.body.contains(" style=") && !page.body.contains("onclick")
    );

    let link = page.body.split("href=\"").map(|rest| rest.split('"').next().unwrap());
    let style = link.into_iter().find(|link| link.starts_with("/style.css?v=")).unwrap();
    let browser = app.stranger();
    let asset = browser.send(browser.request(Method::GET, style).header("accept-encoding", "gzip")).await;
    assert_eq!(asset.status, 200);
    assert_eq!(asset.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(asset.header("content-encoding"), Some("gzip"));
    assert_eq!(asset.header("x-content-type-options"), Some("nosniff"));
}
