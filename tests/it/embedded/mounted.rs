//! Below a path of the app's: everything of ours is there, and nothing anywhere else.

use axum::Router;
use phonegate::AppState;
use phonegate_testing::{Browser, LogOfThisThread, logged};
use tokio::net::TcpListener;

use super::{Club, NUMBER, config};

/// An address as the query of another carries it.
fn escaped(url: &str) -> String {
    url::form_urlencoded::byte_serialize(url.as_bytes()).collect()
}

#[tokio::test]
async fn a_sign_in_lives_below_the_mount_and_leads_back_to_the_app() {
    let club = Club::opens("/login", |builder| builder).await;
    let visitor = &club.visitor;
    let origin = club.state.public_url().as_str().trim_end_matches('/');

    let start = club.goes_to("/members?from=a+friend").await;
    let members = format!("{origin}/members?from=a+friend");
    start.assert_redirect(&format!("{origin}/login?return_to={}", escaped(&members)));
    let index = visitor.get(start.location().unwrap()).await;
    let return_to = index.hidden("return_to").unwrap();
    let wrong = [("phone", "12"), ("return_to", return_to.as_str())];
    visitor.post("/login/verify", &wrong).await.assert_page(422, "action=\"/login/verify\"");
    let form = [("phone", NUMBER), ("return_to", return_to.as_str())];
    visitor.post("/login/verify", &form).await.assert_redirect("/login/verify");

    let page = visitor.get("/login/verify").await;
    let id = page.request_id();
    for action in ["check", "resend", "cancel"] {
        assert!(page.body.contains(&format!("action=\"/login/{action}\"")), "{action}");
    }
    visitor
        .post("/login/cancel", &[("request_id", &id)])
        .await
        .assert_redirect(&format!("/login?return_to={}", escaped(&members)));
    visitor.post("/login/verify", &form).await.assert_redirect("/login/verify");
    visitor.get("/login/verify/status?seen=1-sent").await.assert_page(200, "href=\"/login/verify\"");

    let code = club.code(NUMBER).await;
    club.types_code(visitor, &id, &code).await.assert_redirect(&members);
    club.goes_to("/members").await.assert_page(200, NUMBER);
    let result = visitor.get("/login/result").await;
    result.assert_page(200, "action=\"/login/signout\"");
    assert!(result.links().contains(&"/login/sessions".to_owned()), "{:?}", result.links());
    visitor.get("/login").await.assert_redirect("/login/result");
    visitor.post("/login/signout", &[]).await.assert_redirect("/login");
    club.goes_to("/members")
        .await
        .assert_redirect(&format!("{origin}/login?return_to={}", escaped(&format!("{origin}/members"))));
}

#[tokio::test]
async fn every_address_of_ours_is_below_the_mount_and_all_others_are_the_apps() {
    let club = Club::opens("/my/login", |builder| builder).await;
    let visitor = &club.visitor;

    visitor.get("/").await.assert_page(200, "the club's own first page");
    for path in ["/verify", "/result", "/auth", "/healthz", "/readyz", "/style.css", "/simulator/phone"] {
        visitor.get(path).await.assert_page(404, "the club has no such page");
        let ours = visitor.get(&club.at(path)).await;
        assert_ne!(ours.status, 404, "{path}");
    }
    visitor.get("/my/login/nowhere").await.assert_page(404, "the club has no such page");
    visitor.get("/my/login/healthz").await.assert_page(200, "ok");
    visitor.get("/my/login/readyz").await.assert_page(200, "ok");
    visitor.post("/my/login/result", &[]).await.assert_page(405, "href=\"/my/login\"");
    let slash = visitor.get("/my/login/?return_to=a").await;
    assert_eq!((slash.status, slash.location()), (308, Some("/my/login?return_to=a")));

    let index = visitor.get("/my/login").await;
    index.assert_page(200, "action=\"/my/login/verify\"");
    assert!(index.header("content-security-policy").unwrap().contains("script-src 'self'"));
    let script = index.body.split("src=\"").find(|rest| rest.starts_with("/my/login/client.js")).unwrap();
    let script = visitor.get(script.split('"').next().unwrap()).await;
    script.assert_page(200, "use strict");
    assert!(script.header("cache-control").unwrap().contains("immutable"));
    index.assert_page(200, "href=\"/my/login/simulator/phone\"");
    assert!(visitor.get("/counter").await.header("content-security-policy").is_none(), "no layer of ours");

    let answer = visitor.get("/members").await;
    answer
        .assert_page(401, &format!("{}my/login?return_to=", club.state.public_url()).replace('/', "&#x2f;"));
    club.signs_in().await;
    let auth = visitor.get("/my/login/auth").await;
    let user = auth.header("remote-user").unwrap();
    visitor.get("/members").await.assert_page(200, &format!("{user} {NUMBER} 2027-01-15T08:00:00Z"));
    let request = visitor.get("/my/login/result").await;
    let logged = logged();
    let span = logged.lines().find(|line| line.contains("path=\"/my/login/check\""));
    assert!(span.is_some() && request.header("x-request-id").is_some(), "the log names the whole path");
}

#[tokio::test]
async fn its_sessions_and_ours_live_side_by_side() {
    for mount in ["/login", "/"] {
        let club = Club::opens(mount, |builder| builder).await;
        let visitor = &club.visitor;

        visitor.get("/counter").await.assert_page(200, "1 visits");
        club.signs_in().await;
        let answer = visitor.get("/counter").await;
        answer.assert_page(200, "2 visits");
        assert!(answer.header("x-request-id").is_none(), "no layer of ours");
        assert!(visitor.cookie("id").is_some() && visitor.cookie("phonegate").is_some());
        visitor.get("/members").await.assert_page(200, NUMBER);

        visitor.post(&club.at("/signout"), &[]).await;
        assert!(!club.is_signed_in(visitor).await);
        visitor.get("/counter").await.assert_page(200, "3 visits");
    }
}

#[tokio::test]
async fn cookies_are_for_the_whole_site() {
    let club = Club::opens("/login", |builder| builder).await;
    let answer = club.signs_in_as(&club.visitor, NUMBER).await;

    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap()).collect();
    assert_eq!(cookies.len(), 3, "{cookies:?}");
    assert!(cookies.iter().all(|cookie| cookie.split("; ").any(|part| part == "Path=/")), "{cookies:?}");
}

#[tokio::test]
async fn a_mount_that_is_no_plain_path_is_a_mistake_with_a_sentence() {
    for (mount, why) in [
        ("login", "begin with a slash"),
        ("/login/", "end without a slash"),
        ("/a/../b", "another folder"),
        ("/login?a", "more in it than a path"),
        ("/log%69n", "escaped"),
    ] {
        let error = AppState::builder().settings(config(&[])).mount(mount).build().await.unwrap_err();
        let error = error.to_string();
        assert!(error.contains(&format!("Builder::mount({mount:?})")) && error.contains(why), "{error}");
    }
}

async fn served(app: Router) -> Browser {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let browser = Browser::at(&format!("http://{}/", listener.local_addr().unwrap()));
    tokio::spawn(async move { axum::serve(listener, app).await });
    browser
}

#[tokio::test]
async fn nested_by_hand_every_address_says_so_and_the_log_says_what_to_do() {
    let log = LogOfThisThread::catch();
    let state = AppState::builder().settings(config(&[])).build().await.unwrap();
    let mounted = AppState::builder().settings(config(&[])).mount("/login").build().await.unwrap();
    let app = Router::new()
        .nest("/a", phonegate::router(state.clone()))
        .nest_service("/b", phonegate::router::<()>(state).with_state(()))
        .nest("/c", phonegate::router(mounted));
    let browser = served(app).await;

    for path in ["/a", "/a/verify", "/a/style.css", "/a/auth", "/a/healthz", "/b/result", "/c/login"] {
        let answer = browser.get(path).await;
        answer.assert_page(500, "Sign-in is not set up correctly");
        assert!(!answer.body.contains('<') && answer.location().is_none(), "{path}");
    }
    browser.post("/a/verify", &[("phone", NUMBER)]).await.assert_page(500, "not set up");

    let text = log.text();
    assert_eq!(text.matches("nested under").count(), 1, "{text}");
    assert!(text.contains("AppState::builder().mount(\"/a\")"), "{text}");
}

#[tokio::test]
async fn a_server_that_does_not_say_who_is_connected_is_told_of_once() {
    let log = LogOfThisThread::catch();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let builder = AppState::builder().settings(config(&[])).address(address).mount("/login");
    let app = phonegate::router(builder.build().await.unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let browser = Browser::at(&format!("http://{address}/"));

    browser.get("/login").await;
    for _ in 0..3 {
        let answer = browser.post("/login/verify", &[("phone", "+1 202 555 0151")]).await;
        answer.assert_redirect("/login/verify");
    }

    let text = log.text();
    assert_eq!(text.matches("into_make_service_with_connect_info::<SocketAddr>()").count(), 1, "{text}");
    assert!(text.contains("count all visitors as one"), "{text}");
}
