//! No account: the app brings its own provider, and keeps it to itself.

use reqwest::{Method, header::HOST};

use phonegate_testing::test_app;

#[tokio::test]
async fn a_newcomer_signs_in_with_the_simulated_phone() {
    let app = test_app().simulator_mode().spawn().await;
    let browser = app.browser().await;
    browser.get("/").await.assert_page(200, "/simulator/phone");

    browser.post("/verify", &[("phone", "+1 202 555 0150")]).await.assert_redirect("/verify");
    let id = browser.get("/verify").await.request_id();
    let messages = browser.get("/simulator/messages?to=%2B12025550150").await.body;
    let code = messages.split("\"code\":\"").nth(1).unwrap().split('"').next().unwrap();
    browser.get("/simulator/phone").await.assert_page(200, code);
    browser.get("/simulator").await.assert_page(200, "555 01");

    browser.check(&id, code).await.assert_redirect("/result");
}

#[tokio::test]
async fn the_simulated_phone_is_closed_to_other_names_and_proxies() {
    let app = test_app().simulator_mode().spawn().await;
    let browser = app.stranger();

    for path in ["/", "/simulator/phone", "/simulator/messages"] {
        let renamed = browser.request(Method::GET, path).header(HOST, "rebound.example");
        assert_eq!(browser.send(renamed).await.status, 421, "{path}");
        let forwarded = browser.request(Method::GET, path).header("x-forwarded-for", "192.0.2.1");
        browser.send(forwarded).await.assert_page(403, "The simulator is for this machine only");
    }

    let app = test_app().simulator_mode().flag("--simulator").spawn().await;
    let browser = app.stranger();
    let forwarded = browser.request(Method::GET, "/").header("x-forwarded-for", "192.0.2.1");
    assert_eq!(browser.send(forwarded).await.status, 200);
}

#[tokio::test]
async fn a_bare_proxy_is_told_by_what_the_browser_says_of_its_page() {
    let app = test_app().simulator_mode().spawn().await;
    let browser = app.stranger();
    // As a proxy sends it that writes the upstream's name into `Host`, and adds nothing.
    let ask = async |method, path: &str, headers: &[(&str, &str)]| {
        let mut request = browser.request(method, path).header(HOST, "127.0.0.1:3000");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        browser.send(request.body("phone=%2B12025550150")).await.status
    };
    let form = ("content-type", "application/x-www-form-urlencoded");
    for path in ["/", "/simulator", "/simulator/phone", "/simulator/messages", "/auth", "/verify", "/nothing"]
    {
        for headers in [
            &[("origin", "https://victim.example")][..],
            &[("origin", "null")],
            &[("origin", "http://localhost.victim.example")],
            &[("referer", "http://victim.example/")],
            &[("referer", "https://victim.example/"), ("sec-fetch-site", "same-origin")],
            &[("forwarded", "for=192.0.2.1")],
            &[("via", "1.1 proxy")],
            &[("x-real-ip", "192.0.2.1")],
            &[("x-forwarded-host", "victim.example")],
            &[("cf-connecting-ip", "192.0.2.1")],
        ] {
            assert_eq!(ask(Method::GET, path, headers).await, 403, "{path} {headers:?}");
        }
        // A link on a page of the world leads to one's own machine, and is no proxy.
        let linked = [("referer", "https://github.com/"), ("sec-fetch-site", "cross-site")];
        for headers in
            [&[][..], &linked, &[("referer", "http://localhost:3000/")], &[("origin", "http://[::1]:3000")]]
        {
            assert_ne!(ask(Method::GET, path, headers).await, 403, "{path} {headers:?}");
        }
    }
    for path in ["/verify", "/check", "/signout", "/simulator/verify/json", "/simulator/clock"] {
        for origin in ["https://victim.example", "null"] {
            assert_eq!(ask(Method::POST, path, &[form, ("origin", origin)]).await, 403, "{path} {origin}");
        }
    }
    assert_eq!(ask(Method::POST, "/verify", &[form, ("origin", "http://127.0.0.1:3000")]).await, 303);
}

#[tokio::test]
async fn with_credentials_there_is_no_simulator() {
    let app = test_app().spawn().await;
    let browser = app.stranger();
    assert!(!browser.get("/").await.body.contains("/simulator"));
    assert_eq!(browser.get("/simulator/messages").await.status, 404);
    let forwarded = browser.request(Method::GET, "/").header("x-forwarded-for", "192.0.2.1");
    assert_eq!(browser.send(forwarded).await.status, 200);
}
