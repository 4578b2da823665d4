//! How Prometheus is told: at an address of its own, of which requests, and nothing of anybody.

use std::process::Command;

use phonegate::testing::{metrics::CONTENT_TYPE, web::state::AppState};
use reqwest::Method;

use super::{LISTEN, Samples, measured, metrics};
use phonegate_testing::{Binary, Browser, CREDENTIALS, Fault, PHONE, secs, test_app, wrong_code};

#[tokio::test]
async fn the_gates_answers_are_counted_and_its_path_is_no_route() {
    let app = measured().await;
    let browser = app.signed_in(PHONE).await;
    for _ in 0..3 {
        assert_eq!(browser.get("/auth").await.status, 200);
    }
    assert_eq!(app.stranger().get("/auth").await.status, 401);
    assert_eq!(app.stranger().get("/auth?mode=401").await.status, 401);
    let unknown = app.stranger();
    unknown.set_cookie("phonegate", app.new_token().expose());
    let now = metrics(&app).await;
    now.assert(&[
        ("phonegate_auth_total{decision=allowed}", 3),
        ("phonegate_auth_total{decision=denied}", 2),
        ("phonegate_auth_total{decision=failed}", 0),
        ("phonegate_store_up", 1),
    ]);
    assert!(!now.text.contains("route=\"/auth"), "{}", now.text);

    app.state().sign_in.core.store.close().await;
    assert_eq!(unknown.get("/auth").await.status, 503);
    let now = metrics(&app).await;
    now.assert(&[("phonegate_auth_total{decision=failed}", 1), ("phonegate_store_up", 0)]);
    assert!(!now.text.contains("phonegate_job_overdue_seconds{"), "an old figure would look well");
}

#[tokio::test]
async fn each_page_is_a_route_and_everything_else_is_one_of_three_words() {
    let app = test_app().simulator_mode().set(LISTEN.0, LISTEN.1).spawn().await;
    let browser = app.browser().await;
    let pages = [
        "/",
        "/verify",
        "/check",
        "/verify/status",
        "/resend",
        "/cancel",
        "/result",
        "/sessions",
        "/signout",
    ];
    for page in pages {
        browser.get(page).await;
    }
    for page in
        ["/style.css", "/client.js", "/nothing", "/wp-login.php?user=me", "/simulator/phone", "/simulator/no"]
    {
        browser.get(page).await;
    }
    browser.send(browser.request(Method::from_bytes(b"BREW").unwrap(), "/")).await;
    browser.send(browser.request(Method::GET, "/").header("host", "evil.example")).await;
    browser.get("/healthz").await;

    let now = metrics(&app).await;
    now.assert(&[
        ("phonegate_http_requests_total{route=/,method=GET,status=200}", 2),
        ("phonegate_http_requests_total{route=/,method=GET,status=421}", 1),
        ("phonegate_http_requests_total{route=/,method=other,status=405}", 1),
        ("phonegate_http_requests_total{route=/verify,method=GET,status=303}", 1),
        ("phonegate_http_requests_total{route=asset,method=GET,status=200}", 2),
        ("phonegate_http_requests_total{route=other,method=GET,status=404}", 3),
        ("phonegate_http_request_seconds_count{route=/,method=GET}", 3),
    ]);
    let mut routes = now.values("phonegate_http_requests_total", "route");
    let mut expected = [&pages[..], &["asset", "other", "simulator"]].concat();
    expected.sort_unstable();
    routes.sort_unstable();
    assert_eq!(routes, expected);
}

#[tokio::test]
async fn no_number_code_id_token_or_address_is_in_them() {
    let app = test_app().set(LISTEN.0, LISTEN.1).set("LIMIT_NUMBER", "1/30s");
    let app = app.set("COUNTRIES", "US,+881").spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let code = app.provider.code(PHONE).await;
    browser.check(&id, &wrong_code(&code)).await;
    app.provider.fault("check", Fault::Cut, 1);
    browser.check(&id, &code).await;
    let satellite = "+881 612 345 678";
    app.browser().await.post("/verify", &[("phone", satellite)]).await.assert_redirect("/verify");
    app.browser().await.post("/verify", &[("phone", PHONE)]).await;
    browser.get(&format!("/{code}/{id}?phone=12025550150")).await;
    app.pass(secs(3600)).await;

    let text = metrics(&app).await.text;
    assert!(text.contains("phonegate_messages_total{country=\"none\","), "{text}");
    let token = browser.cookie("phonegate-browser").unwrap();
    let secrets = [
        "2025550",
        "55501",
        "8816",
        "612345",
        &code,
        &id,
        &id[..8],
        &token,
        &token[..8],
        "127.0.0",
        CREDENTIALS.0,
    ];
    // Values aside: the digits of a time are any.
    let series: Vec<_> = text.lines().map(|line| line.rsplit_once(' ').unwrap().0).collect();
    for secret in secrets {
        assert!(!series.iter().any(|series| series.contains(secret)), "{secret} in {text}");
    }
}

#[tokio::test]
async fn an_app_that_has_phonegate_built_in_asks_the_state() {
    let app = test_app().spawn().await;
    app.signed_in(PHONE).await;
    let state: &AppState = app.state();
    let now = Samples::read(&state.metrics_text().await);
    now.assert(&[("phonegate_verifications_total{country=US,outcome=verified}", 1)]);
    assert_eq!(now.sum("phonegate_http_requests_total"), 0, "nobody asked for them to be counted");
}

#[tokio::test]
async fn the_program_serves_them_at_their_own_address_and_nowhere_else() {
    let mut program = Binary::start(&[LISTEN]);
    let line = program.wait_for("metrics are at ");
    let url = line.split("metrics are at ").nth(1).unwrap().split(',').next().unwrap().to_owned();
    assert!(url.starts_with("http://127.0.0.1:") && !url.contains(":0/"), "{url}");

    let prometheus = Browser::at(&url);
    let answer = prometheus.get("/metrics").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some(CONTENT_TYPE)));
    let version = concat!("phonegate_build_info{version=", env!("CARGO_PKG_VERSION"), "}");
    Samples::read(&answer.body).assert(&[(version, 1)]);
    for path in ["/", "/verify", "/healthz", "/metrics/", "/auth"] {
        assert_eq!(prometheus.get(path).await.status, 404, "{path}");
    }
    assert_eq!(prometheus.post("/metrics", &[]).await.status, 405);
    program.browser().get("/metrics").await.assert_page(404, "<h1");
}

#[tokio::test]
async fn a_port_that_is_taken_ends_the_start_and_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_phonegate"));
    command.env_clear().current_dir(folder.path()).env("PORT", "0");
    let output = command.args(["--metrics-listen", &address]).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains(&format!("METRICS_LISTEN: cannot listen on {address}; is it taken")), "{error}");
}
