//! Whose address a request counts for, behind a proxy and in front of none.

use axum::{body::Body, http::Request};
use tower::ServiceExt;

use crate::support::{Browser, logged_of, secs, test_app};

/// A number that is refused, so that the log tells the address.
const PREMIUM: [(&str, &str); 1] = [("phone", "+44 901 234 5678")];

/// The address that the app logs for a request with these headers.
async fn address(browser: &Browser, id: &str, headers: &[(&str, &str)]) -> String {
    let headers = [headers, &[("x-request-id", id)]].concat();
    browser.post_with("/verify", &PREMIUM, &headers).await.assert_page(422, "cost extra");
    let lines = logged_of(id);
    let line = lines.iter().find(|line| line.contains("asked for from")).unwrap();
    line.split("asked for from ").nth(1).unwrap().split(' ').next().unwrap().to_owned()
}

#[tokio::test]
async fn without_a_trusted_proxy_a_forged_header_changes_nothing() {
    let app = test_app().spawn().await;
    let browser = app.browser().await;
    for (id, name) in [("forged-1", "x-forwarded-for"), ("forged-2", "forwarded"), ("forged-3", "x-real-ip")]
    {
        let value = if name == "forwarded" { "for=198.51.100.1" } else { "198.51.100.1" };
        assert_eq!(address(&browser, id, &[(name, value)]).await, "127.0.0.1", "{name}");
    }
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_last_hop_that_is_none_of_ours_counts() {
    let app = test_app().set("TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8").spawn().await;
    let browser = app.browser().await;
    for (id, lines, visitor) in [
        ("hop-1", &["198.51.100.1"][..], "198.51.100.1"),
        ("hop-2", &["203.0.113.66, 198.51.100.1"], "198.51.100.1"),
        ("hop-3", &["10.0.0.66, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("hop-4", &["203.0.113.66", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("hop-5", &["::ffff:198.51.100.1"], "198.51.100.1"),
        ("hop-6", &["2001:db8::5"], "2001:db8::5"),
        ("hop-7", &["198.51.100.1, nonsense"], "127.0.0.1"),
        ("hop-8", &[], "127.0.0.1"),
    ] {
        let headers: Vec<_> = lines.iter().map(|line| ("x-forwarded-for", *line)).collect();
        assert_eq!(address(&browser, id, &headers).await, visitor, "{lines:?}");
    }
    // Only that header.
    assert_eq!(address(&browser, "hop-9", &[("forwarded", "for=198.51.100.1")]).await, "127.0.0.1");
}

#[tokio::test]
async fn a_proxy_that_is_not_trusted_is_named_once_an_hour() {
    let app = test_app().set("TRUSTED_PROXIES", "192.0.2.1").spawn().await;
    let browser = app.browser().await;
    let forwarded = [("x-forwarded-for", "198.51.100.1")];
    let warned = |id: &str| logged_of(id).iter().filter(|line| line.contains("TRUSTED_PROXIES")).count();

    address(&browser, "told-0", &[]).await;
    address(&browser, "told-1", &forwarded).await;
    address(&browser, "told-2", &forwarded).await;
    app.clock.advance(secs(3600));
    address(&browser, "told-3", &forwarded).await;

    assert_eq!(["told-0", "told-1", "told-2", "told-3"].map(warned), [0, 1, 0, 1]);
    assert!(
        logged_of("told-1").iter().any(|line| line.contains("WARN") && line.contains("of 127.0.0.1 is not"))
    );

    let app = test_app().set("TRUSTED_PROXIES", "127.0.0.1").spawn().await;
    address(&app.browser().await, "told-4", &forwarded).await;
    assert_eq!(warned("told-4"), 0);
}

#[tokio::test]
async fn where_the_server_does_not_say_who_is_connected_nobody_is_believed() {
    let app = test_app().set("TRUSTED_PROXIES", "127.0.0.1").spawn().await;
    let router = phonegate::app::router(app.state().clone()).unwrap();
    let request = Request::post("/verify")
        .header("host", "localhost:3000")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-forwarded-for", "198.51.100.1")
        .header("x-request-id", "mounted")
        .body(Body::from("phone=%2B449012345678"))
        .unwrap();

    let response = router.oneshot(request).await.unwrap();

    assert_eq!(response.status(), 422);
    assert!(logged_of("mounted").iter().any(|line| line.contains("asked for from 127.0.0.1")));
}
