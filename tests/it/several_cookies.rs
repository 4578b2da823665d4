//! Several cookies of one name: one from before `COOKIE_DOMAIN` was changed, one that a host beside ours has set, junk.

use phonegate::testing::keys::Token;
use reqwest::{Method, header::COOKIE};

use super::gate::{app_with, ask, assert_let_in, assert_turned_away};
use phonegate_testing::{Answer, Browser, PHONE, THE_CODE, TestApp, logged, secs, test_app};

const OTHER: &str = "+1 202 555 0151";

fn stale(letter: char) -> String {
    letter.to_string().repeat(43)
}

/// Has the browser send these before all its other cookies.
fn put_first(browser: &Browser, name: &str, values: &[&str]) {
    let pairs = values.iter().map(|value| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
    browser.set_cookie("A", &format!("1; {pairs}"));
}

async fn sign_in(app: &TestApp, browser: &Browser, phone: &str) -> Answer {
    browser.post("/verify", &[("phone", phone)]).await.assert_redirect("/verify");
    let id = browser.get("/verify").await.request_id();
    browser.check(&id, &app.provider.code(phone).await).await
}

#[tokio::test]
async fn a_session_is_found_behind_junk_and_stale_ones_by_pages_and_gate() {
    for (domain, name) in [("", "phonegate"), ("example.com", "__Secure-phonegate")] {
        let app = match domain {
            "" => test_app().spawn().await,
            _ => app_with(&[]).await,
        };
        let visitor = app.signed_in(PHONE).await;
        let (a, b, c, d) = (stale('a'), stale('b'), stale('c'), stale('d'));
        for first in
            [&[""][..], &["deleted"], &["\"\""], &[&format!("\"{a}\"")], &[&a], &[&a, "", &b], &[&a, &b, &c]]
        {
            put_first(&visitor, name, first);
            visitor.get("/result").await.assert_page(200, "You are signed in");
            assert_let_in(&ask(&visitor, "/auth", &[]).await, "+12025550150");
            visitor.get("/").await.assert_redirect("/result");
            // Past the span of the gate's cache.
            app.clock.advance(secs(5));
            assert_let_in(&ask(&visitor, "/auth", &[]).await, "+12025550150");
        }
        // A flood is not looked through.
        put_first(&visitor, name, &[&a, &b, &c, &d]);
        visitor.get("/result").await.assert_redirect("/");
        app.clock.advance(secs(5));
        assert_turned_away(&ask(&visitor, "/auth", &[]).await, None);
    }
}

#[tokio::test]
async fn cookies_may_come_on_several_lines() {
    let app = test_app().spawn().await;
    let visitor = app.signed_in(PHONE).await;
    let live = format!("phonegate={}", visitor.cookie("phonegate").unwrap());
    let lines = [format!("phonegate={}; x=1", stale('a')), "phonegate=deleted".to_owned(), live];
    for path in ["/result", "/auth"] {
        let request = app.stranger().request(Method::GET, path);
        let request = lines.iter().fold(request, |request, line| request.header(COOKIE, line));
        assert_eq!(app.stranger().send(request).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_gate_that_has_seen_the_live_session_needs_no_store_for_a_stale_one_before_it() {
    let app = app_with(&[]).await;
    let visitor = app.signed_in(PHONE).await;
    put_first(&visitor, "__Secure-phonegate", &[&stale('a')]);
    assert_let_in(&ask(&visitor, "/auth", &[]).await, "+12025550150");
    app.state().sign_in.core.store.close().await;
    assert_let_in(&ask(&visitor, "/auth", &[]).await, "+12025550150");
}

#[tokio::test]
async fn gate_and_pages_take_the_same_of_two_live_sessions_whichever_the_gate_knows() {
    let app = app_with(&[]).await;
    let (one, two) = (app.signed_in(PHONE).await, app.signed_in(OTHER).await);
    let first = two.cookie("__Secure-phonegate").unwrap();
    // The gate has seen the second session only.
    assert_let_in(&ask(&one, "/auth", &[]).await, "+12025550150");
    put_first(&one, "__Secure-phonegate", &[&stale('a'), &first]);
    for _ in 0..3 {
        assert_let_in(&ask(&one, "/auth", &[]).await, "+12025550151");
        one.get("/result").await.assert_page(200, "•••• ••••51");
    }
    // What comes first ends: the gate sees the next at once.
    two.post("/signout", &[]).await.assert_redirect("/");
    assert_let_in(&ask(&one, "/auth", &[]).await, "+12025550150");
    one.get("/result").await.assert_page(200, "•••• ••••50");
}

#[tokio::test]
async fn an_attempt_is_found_behind_other_browser_tokens() {
    let app = test_app().spawn().await;
    let (visitor, other) = (app.browser().await, app.browser().await);
    // An attempt of long ago, in a cookie that came first and stayed.
    other.post("/verify", &[("phone", OTHER)]).await.assert_redirect("/verify");
    app.clock.advance(secs(3600));
    visitor.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");

    let planted = other.cookie("phonegate-browser").unwrap();
    for first in [&["deleted"][..], &[&stale('a')], &[&planted], &[&stale('a'), &planted]] {
        put_first(&visitor, "phonegate-browser", first);
        let page = visitor.get("/verify").await;
        page.assert_page(200, "+1 202-555-0150");
        assert_eq!(visitor.get("/verify/status").await.status, 200);
        visitor.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
        assert_eq!(visitor.get("/verify").await.request_id(), page.request_id(), "nothing was sent anew");
    }
    let id = visitor.get("/verify").await.request_id();
    let code = app.provider.code(PHONE).await;
    let twice = visitor.copy();
    visitor.check(&id, &code).await.assert_redirect("/result");
    visitor.get("/result").await.assert_page(200, "You are signed in");
    twice.check(&id, &code).await.assert_redirect("/result");
    assert_eq!(twice.cookie("phonegate"), visitor.cookie("phonegate"), "a double click");
}

#[tokio::test]
async fn a_notice_and_a_known_browser_are_found_behind_others() {
    let app = test_app().set("LIMIT_NUMBER", "2/1d").provider_without_limits().await.spawn().await;
    let [visitor, elsewhere] = [app.waiting_for_code(PHONE).await, app.waiting_for_code(OTHER).await];
    for (browser, id) in [&visitor, &elsewhere] {
        browser.check(id, THE_CODE).await.assert_redirect("/result");
    }
    let (visitor, elsewhere) = (visitor.0, elsewhere.0);
    visitor.post("/signout", &[]).await.assert_redirect("/");
    put_first(&visitor, "phonegate-notice", &["x", "", "\"signed-out\""]);
    visitor.get("/").await.assert_page(200, "You are signed out.");

    // Its limits are used up by a stranger.
    app.ask_from([203, 0, 113, 1], PHONE).await;
    let theirs = elsewhere.cookie("phonegate-known").unwrap();
    put_first(&visitor, "phonegate-known", &["", "deleted", &stale('a'), &theirs]);
    visitor.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
}

#[tokio::test]
async fn signing_out_ends_every_session_that_the_browser_holds() {
    for everywhere in [&[][..], &[("everywhere", "1")]] {
        let app = app_with(&[]).await;
        let (one, two) = (app.signed_in(PHONE).await, app.signed_in(OTHER).await);
        let before = app.signed_in("+1 202 555 0152").await;
        let token = |browser: &Browser| browser.cookie("__Secure-phonegate").unwrap();
        let tokens = [&one, &two, &before].map(token);
        put_first(&one, "__Secure-phonegate", &[&tokens[1]]);
        one.set_cookie("__Host-phonegate", &tokens[2]);

        let answer = one.post("/signout", everywhere).await;
        answer.assert_redirect("/");
        for (browser, token) in [&one, &two, &before].into_iter().zip(tokens) {
            assert_turned_away(&ask(browser, "/auth", &[]).await, None);
            let hash = Token::parse(&token).unwrap().hash();
            assert!(app.state().sign_in.core.store.session(&hash).await.unwrap().is_none());
        }
        let removed = removals(&answer);
        assert_eq!(removed, ["__Secure-phonegate", "__Host-phonegate", "__Secure-phonegate example.com"]);
    }
}

/// The names and domains of the cookies that an answer takes away.
fn removals(answer: &Answer) -> Vec<String> {
    let cookies = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let removals = cookies.filter(|cookie| cookie.contains("Max-Age=0"));
    removals
        .map(|cookie| {
            assert!(cookie.contains("Path=/") && cookie.contains("Secure"), "{cookie}");
            let domain = cookie.split("Domain=").nth(1).map(|rest| rest.split(';').next().unwrap());
            let name = cookie.split('=').next().unwrap().to_owned();
            domain.map_or(name.clone(), |domain| format!("{name} {domain}"))
        })
        .collect()
}

#[tokio::test]
async fn signing_in_takes_the_place_of_a_stale_session() {
    let app = app_with(&[]).await;
    let visitor = app.browser().await;
    put_first(&visitor, "__Secure-phonegate", &[&stale('a'), &stale('b')]);
    visitor.set_cookie("__Host-phonegate", &stale('c'));
    let answer = sign_in(&app, &visitor, PHONE).await;
    answer.assert_redirect("/result");
    assert_eq!(removals(&answer), ["__Secure-phonegate", "__Host-phonegate"]);
    visitor.get("/result").await.assert_page(200, "You are signed in");
}

#[tokio::test]
async fn ending_the_own_session_in_the_list_ends_those_beside_it_too() {
    let app = test_app().spawn().await;
    let (here, beside) = (app.signed_in(PHONE).await, app.signed_in(OTHER).await);
    let other = app.signed_in(PHONE).await;
    let id = other.get("/sessions").await.hidden("id").unwrap();
    put_first(&here, "phonegate", &["", &stale('a')]);
    here.set_cookie("z", &format!("1; phonegate={}", beside.cookie("phonegate").unwrap()));

    here.post("/sessions", &[("id", &id)]).await.assert_redirect("/");
    beside.get("/result").await.assert_redirect("/");
    other.get("/result").await.assert_page(200, "You are signed in");
}

#[tokio::test]
async fn a_visitor_whose_sessions_are_not_seen_is_told_after_the_third_sign_in() {
    let app = app_with(&[]).await;
    let (stale, all) = (["a", "b", "c", "d"].map(|letter| letter.repeat(43)), "__Secure-phonegate");
    for (phone, hidden, page, line) in [
        (PHONE, true, "keeps old cookies of this site", "sends other cookies of the session's name first"),
        (OTHER, false, "did not keep the cookie", "does not send the session's cookie"),
    ] {
        let visitor = app.browser().await;
        if hidden {
            put_first(&visitor, all, &stale.each_ref().map(String::as_str));
        }
        let forget = |visitor: &Browser| {
            if !hidden {
                visitor.set_cookie(all, "");
            }
        };
        for round in 1..=3 {
            visitor.get("/?return_to=https://app.example.com/x").await.assert_page(200, "name=\"phone\"");
            sign_in(&app, &visitor, phone).await;
            forget(&visitor);
            visitor.get("/result").await.assert_redirect("/");
            if round < 3 {
                visitor.get("/").await.assert_page(200, "name=\"phone\"");
            }
            // As long as people wait for the next code.
            app.clock.advance(secs(100));
        }
        visitor.get("/").await.assert_page(508, page);
        visitor.get("/?return_to=https://app.example.com/x").await.assert_page(508, page);
        let log = logged();
        for site in ["https://in.example.com", "https://app.example.com"] {
            let told =
                |line_of: &&str| line_of.contains(&format!("{site} keeps sending")) && line_of.contains(line);
            assert!(log.lines().any(|line| told(&line)), "{site}: {line}");
        }
        // Whoever has deleted the cookies starts afresh, and so do others and those who come later.
        app.browser().await.get("/").await.assert_page(200, "name=\"phone\"");
        app.clock.advance(secs(600));
        visitor.get("/").await.assert_page(200, "name=\"phone\"");
    }
}

#[tokio::test]
async fn whoever_signs_out_or_is_signed_out_is_in_no_loop() {
    let app = test_app().spawn().await;
    let visitor = app.browser().await;
    for _ in 0..4 {
        sign_in(&app, &visitor, PHONE).await.assert_redirect("/result");
        visitor.post("/signout", &[]).await.assert_redirect("/");
        visitor.get("/").await.assert_page(200, "You are signed out.");
    }
    for _ in 0..4 {
        sign_in(&app, &visitor, PHONE).await.assert_redirect("/result");
        let hash = Token::parse(&visitor.cookie("phonegate").unwrap()).unwrap().hash();
        app.state().sign_in.core.store.end_session(&hash).await.unwrap();
        visitor.get("/").await.assert_page(200, "name=\"phone\"");
    }
}
