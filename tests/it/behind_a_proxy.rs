//! Whose address a request counts for, behind a proxy and in front of none.

use axum::{body::Body, http::Request};
use tower::ServiceExt;

use phonegate_testing::{Browser, logged_of, secs, test_app};

/// A number that is refused, so that the log tells the address.
const PREMIUM: [(&str, &str); 1] = [("phone", "+44 901 234 5678")];

/// What the app logs of a request with these headers.
async fn log(browser: &Browser, headers: &[(&str, &str)]) -> Vec<String> {
    let answer = browser.post_with("/verify", &PREMIUM, headers).await;
    answer.assert_page(422, "cost extra");
    answer.logged()
}

/// The address that it takes such a request to come from.
async fn address(browser: &Browser, headers: &[(&str, &str)]) -> String {
    let lines = log(browser, headers).await;
    let line = lines.iter().find(|line| line.contains("asked for from")).unwrap();
    line.split("asked for from ").nth(1).unwrap().split(' ').next().unwrap().to_owned()
}

#[tokio::test]
async fn without_a_trusted_proxy_a_forged_header_changes_nothing() {
    let app = test_app().spawn().await;
    let browser = app.browser().await;
    for name in ["x-forwarded-for", "forwarded", "x-real-ip"] {
        let value = if name == "forwarded" { "for=198.51.100.1" } else { "198.51.100.1" };
        assert_eq!(address(&browser, &[(name, value)]).await, "127.0.0.1", "{name}");
    }
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_last_hop_that_is_none_of_ours_counts() {
    let app = test_app().set("TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8").spawn().await;
    let browser = app.browser().await;
    for (lines, visitor) in [
        (&["198.51.100.1"][..], "198.51.100.1"),
        (&["203.0.113.66, 198.51.100.1"], "198.51.100.1"),
        (&["10.0.0.66, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        (&["203.0.113.66", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        (&["::ffff:198.51.100.1"], "198.51.100.1"),
        (&["2001:db8::5"], "2001:db8::5"),
        (&["198.51.100.1, nonsense"], "127.0.0.1"),
        (&[], "127.0.0.1"),
    ] {
        let headers: Vec<_> = lines.iter().map(|line| ("x-forwarded-for", *line)).collect();
        assert_eq!(address(&browser, &headers).await, visitor, "{lines:?}");
    }
    // Only that header.
    assert_eq!(address(&browser, &[("forwarded", "for=198.51.100.1")]).await, "127.0.0.1");
}

#[tokio::test]
async fn a_proxy_that_is_not_trusted_is_named_once_an_hour() {
    let app = test_app().set("TRUSTED_PROXIES", "192.0.2.1").spawn().await;
    let browser = app.browser().await;
    let forwarded = [("x-forwarded-for", "198.51.100.1")];
    let warned = |lines: &[String]| lines.iter().filter(|line| line.contains("TRUSTED_PROXIES")).count();

    assert_eq!(warned(&log(&browser, &[]).await), 0);
    let first = log(&browser, &forwarded).await;
    assert_eq!(warned(&first), 1);
    assert!(first.iter().any(|line| line.contains("WARN") && line.contains("of 127.0.0.1 is not")));
    assert_eq!(warned(&log(&browser, &forwarded).await), 0);
    app.clock.advance(secs(3600));
    assert_eq!(warned(&log(&browser, &forwarded).await), 1);

    let app = test_app().set("TRUSTED_PROXIES", "127.0.0.1").spawn().await;
    assert_eq!(warned(&log(&app.browser().await, &forwarded).await), 0);
}

#[tokio::test]
async fn where_the_server_does_not_say_who_is_connected_nobody_is_believed() {
    let app = test_app().set("TRUSTED_PROXIES", "127.0.0.1").spawn().await;
    let router = phonegate::router(app.state().clone());
    let request = Request::post("/verify")
        .header("host", "localhost:3000")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-forwarded-for", "198.51.100.1")
        .body(Body::from("phone=%2B449012345678"))
        .unwrap();

    let response = router.oneshot(request).await.unwrap();

    assert_eq!(response.status(), 422);
    let id = response.headers()["x-request-id"].to_str().unwrap();
    assert!(logged_of(id).iter().any(|line| line.contains("asked for from 127.0.0.1")));
}
