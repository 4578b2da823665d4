//! What Prometheus is told, by its own address.

use std::process::Command;

use phonegate::{app::AppState, guard::Asker, metrics::CONTENT_TYPE, sign_in::Start};
use reqwest::Method;

use crate::{
    callbacks::{SECRET, event, report},
    support::{
        Binary, Browser, CREDENTIALS, Fault, PHONE, TestApp, postgres_store, secs, test_app, wrong_code,
        wrong_codes,
    },
};

mod text;
use text::Samples;

const LISTEN: (&str, &str) = ("METRICS_LISTEN", "127.0.0.1:0");

async fn metrics(app: &TestApp) -> Samples {
    let url = app.metrics_url();
    let answer = Browser::at(url.as_str()).get(url.path()).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some(CONTENT_TYPE)));
    Samples::read(&answer.body)
}

async fn measured() -> TestApp {
    test_app().set(LISTEN.0, LISTEN.1).spawn().await
}

#[tokio::test]
async fn a_sign_in_is_counted_when_it_succeeds_and_any_other_attempt_when_its_time_is_over() {
    let app = measured().await;
    app.signed_in(PHONE).await;
    let (browser, id) = app.waiting_for_code("+1 202 555 0151").await;
    let codes = wrong_codes(&app.provider.code("+1 202 555 0151").await);
    for (code, status) in codes.iter().zip([422, 422, 410]) {
        assert_eq!(browser.check(&id, code).await.status, status);
    }
    let (browser, id) = app.waiting_for_code("+44 7700 900150").await;
    browser.cancel(&id).await.assert_redirect("/");
    app.waiting_for_code("+44 7700 900151").await;

    let now = metrics(&app).await;
    now.assert(&[
        ("phonegate_messages_total{country=US,channel=sms,outcome=sent}", 2),
        ("phonegate_messages_total{country=GB,channel=sms,outcome=sent}", 2),
        ("phonegate_verifications_total{country=US,outcome=verified}", 1),
        ("phonegate_wrong_codes_total", 3),
        ("phonegate_provider_answers_total{operation=start,result=ok}", 4),
        ("phonegate_provider_answers_total{operation=check,result=ok}", 4),
        ("phonegate_provider_answer_seconds_count{operation=check}", 4),
    ]);
    assert_eq!(now.sum("phonegate_verifications_total"), 1);

    app.pass(secs(300)).await;
    let then = metrics(&app).await;
    then.assert(&[
        ("phonegate_verifications_total{country=US,outcome=verified}", 1),
        ("phonegate_verifications_total{country=US,outcome=failed}", 1),
        ("phonegate_verifications_total{country=GB,outcome=cancelled}", 1),
        ("phonegate_verifications_total{country=GB,outcome=expired}", 1),
        ("phonegate_provider_answers_total{operation=cancel,result=ok}", 2),
    ]);
    app.pass(secs(3600)).await;
    assert_eq!(metrics(&app).await.sum("phonegate_verifications_total"), 4, "each once");
}

#[tokio::test]
async fn an_attempt_that_is_cancelled_and_taken_back_ends_once() {
    let app = measured().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    browser.cancel(&id).await.assert_redirect("/");
    browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    app.signs_in_with_the_newest_code(&browser, PHONE).await;
    app.pass(secs(3600)).await;

    let now = metrics(&app).await;
    now.assert(&[("phonegate_verifications_total{country=US,outcome=verified}", 1)]);
    assert_eq!(now.sum("phonegate_verifications_total"), 1);
}

#[tokio::test]
async fn as_many_messages_are_counted_as_the_provider_sent() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).set(LISTEN.0, LISTEN.1).spawn().await;
        let phones = [50, 51, 52, 53].map(|last| format!("+1 202 555 01{last}"));
        app.signed_in(&phones[0]).await;
        // The other channel is the request's next step; the same one needs another request.
        let (one, id) = app.waiting_for_code(&phones[1]).await;
        let (two, other) = app.waiting_for_code(&phones[2]).await;
        app.clock.advance(secs(30));
        one.resend(&id, "voice").await.assert_redirect("/verify");
        two.resend(&other, "sms").await.assert_redirect("/verify");
        app.pass(secs(15)).await;
        // Refused, and lost on the way back: that one is out all the same.
        let form = |last: &str| [("phone", format!("+1 202 555 01{last}"))];
        for (last, status) in [("03", 422), ("06", 422), ("31", 502)] {
            let form = form(last);
            let answer = app.browser().await.post("/verify", &[("phone", &form[0].1)]).await;
            assert_eq!(answer.status, status, "{api} {last}");
        }

        let mut sent = 0;
        for phone in &phones {
            sent += app.provider.messages(phone).await.len();
        }
        let now = metrics(&app).await;
        assert_eq!(sent, 5, "{api}");
        now.assert(&[
            ("phonegate_messages_total{country=US,channel=sms,outcome=sent}", 4),
            ("phonegate_messages_total{country=US,channel=voice,outcome=sent}", 1),
            ("phonegate_messages_total{country=US,channel=sms,outcome=refused}", 2),
            ("phonegate_messages_total{country=US,channel=sms,outcome=unclear}", 1),
            ("phonegate_provider_answers_total{operation=next,result=ok}", 1),
            ("phonegate_provider_answers_total{operation=start,result=not_routable}", 1),
        ]);
        assert_eq!(app.provider.messages("+1 202 555 0131").await.len(), 1);
    }
}

#[tokio::test]
async fn each_refusal_is_counted_by_its_rule() {
    let app = test_app()
        .set(LISTEN.0, LISTEN.1)
        .set("COUNTRIES", "US,GB")
        .set("LIMIT_NUMBER", "1/30s")
        .set("LIMIT_ADDRESS", "4/1h")
        .spawn()
        .await;
    let ask = async |phone: &str| app.browser().await.post("/verify", &[("phone", phone)]).await.status;
    assert_eq!(ask("+33 6 12 34 56 78").await, 422);
    assert_eq!(ask("+1 900 234 5678").await, 422);
    app.signed_in(PHONE).await;
    assert_eq!(ask(PHONE).await, 429);
    app.clock.advance(secs(30));
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let right = app.provider.code(PHONE).await;
    for code in &wrong_codes(&right) {
        browser.check(&id, code).await;
    }
    metrics(&app).await.assert(&[
        ("phonegate_refusals_total{rule=COUNTRIES,mode=enforce}", 1),
        ("phonegate_refusals_total{rule=kind_of_number,mode=enforce}", 1),
        ("phonegate_refusals_total{rule=LIMIT_NUMBER,mode=enforce}", 1),
        ("phonegate_wrong_codes_total", 3),
    ]);
    for last in 60..63 {
        ask(&format!("+1 202 555 01{last}")).await;
    }
    metrics(&app).await.assert(&[("phonegate_refusals_total{rule=LIMIT_ADDRESS,mode=enforce}", 1)]);
}

#[tokio::test]
async fn what_observe_mode_would_refuse_is_counted_apart() {
    let app = test_app()
        .set(LISTEN.0, LISTEN.1)
        .set("LIMIT_ADDRESS", "1/1h")
        .set("GUARD_MODE", "observe")
        .spawn()
        .await;
    for last in 50..53 {
        let phone = format!("+1 202 555 01{last}");
        let start = app.ask_as(&app.new_token(), Asker::at([198, 51, 100, 7].into()), &phone).await;
        assert!(matches!(start, Start::Sent), "{start:?}");
    }
    let now = metrics(&app).await;
    now.assert(&[("phonegate_refusals_total{rule=LIMIT_ADDRESS,mode=observe}", 2)]);
    assert_eq!(now.sum("phonegate_refusals_total"), 2);
}

#[tokio::test]
async fn a_provider_that_fails_shows_as_faults_and_an_open_breaker_until_it_answers() {
    let app = measured().await;
    let ask = async |last: u32| {
        let phone = format!("+1 202 555 01{last}");
        app.browser().await.post("/verify", &[("phone", &phone)]).await.status
    };
    app.provider.fail_with(500);
    for last in 50..55 {
        assert_eq!(ask(last).await, 502);
    }
    assert_eq!(ask(55).await, 503);
    let failing = [
        ("phonegate_provider_answers_total{operation=start,result=fault}", 5),
        ("phonegate_messages_total{country=US,channel=sms,outcome=unclear}", 5),
        ("phonegate_refusals_total{rule=provider_paused,mode=enforce}", 1),
        ("phonegate_provider_paused{operation=send}", 1),
        ("phonegate_provider_paused{operation=check}", 0),
    ];
    metrics(&app).await.assert(&failing);
    app.clock.advance(secs(15));
    metrics(&app).await.assert(&failing);

    app.provider.heal();
    assert_eq!(ask(56).await, 303);
    metrics(&app).await.assert(&[("phonegate_provider_paused{operation=send}", 0)]);
}

#[tokio::test]
async fn a_message_that_the_provider_reports_as_lost_is_counted_once() {
    let app = test_app().set("VONAGE_SIGNATURE_SECRET", SECRET).set(LISTEN.0, LISTEN.1).spawn().await;
    let (_, id) = app.waiting_for_code("+44 7700 900150").await;
    for _ in 0..2 {
        report(&app, &event(&id, "sms", "blocked")).await;
    }
    let now = metrics(&app).await;
    now.assert(&[
        ("phonegate_undelivered_total{country=GB,channel=sms,reason=blocked}", 1),
        ("phonegate_http_requests_total{route=/callbacks/verify,method=POST,status=204}", 2),
    ]);
}

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

    app.state().sign_in.store.close().await;
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
async fn work_that_is_left_lying_is_seen() {
    let app = measured().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    browser.cancel(&id).await.assert_redirect("/");
    app.clock.advance(secs(29));
    metrics(&app).await.assert(&[("phonegate_job_overdue_seconds{job=cancel}", 0)]);
    app.clock.advance(secs(41));
    metrics(&app).await.assert(&[
        ("phonegate_job_overdue_seconds{job=cancel}", 40),
        ("phonegate_job_overdue_seconds{job=resend}", 0),
        ("phonegate_job_overdue_seconds{job=expiry}", 0),
    ]);
    app.clock.advance(secs(240));
    metrics(&app).await.assert(&[("phonegate_job_overdue_seconds{job=expiry}", 10)]);
    app.run_jobs().await;
    metrics(&app).await.assert(&[
        ("phonegate_job_overdue_seconds{job=cancel}", 0),
        ("phonegate_job_overdue_seconds{job=expiry}", 0),
    ]);
}

#[tokio::test]
async fn a_resend_that_waits_for_the_jobs_is_seen() {
    let app = measured().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    app.clock.advance(secs(30));
    browser.resend(&id, "sms").await.assert_redirect("/verify");
    app.clock.advance(secs(25));
    metrics(&app).await.assert(&[("phonegate_job_overdue_seconds{job=resend}", 10)]);
}

#[tokio::test]
async fn two_instances_count_an_attempt_once_between_them() {
    let Some(store) = postgres_store().await else { return };
    let measured = || test_app().store(Some(&store)).set(LISTEN.0, LISTEN.1);
    let one = measured().spawn().await;
    let two = measured().beside(&one).spawn().await;
    let (here, id) = one.waiting_for_code(PHONE).await;
    let (there, code) = (here.copy().moved_to(two.url("/").as_str()), one.provider.code(PHONE).await);
    let (first, second) = tokio::join!(here.check(&id, &code), there.check(&id, &code));
    first.assert_redirect("/result");
    second.assert_redirect("/result");
    for last in 60..80 {
        one.waiting_for_code(&format!("+44 7700 9001{last}")).await;
    }
    one.clock.advance(secs(300));
    tokio::join!(one.run_jobs(), two.run_jobs());

    let (one, two) = (metrics(&one).await, metrics(&two).await);
    for (sample, count) in [
        ("phonegate_verifications_total{country=US,outcome=verified}", 1),
        ("phonegate_verifications_total{country=GB,outcome=expired}", 20),
        ("phonegate_messages_total{country=GB,channel=sms,outcome=sent}", 20),
    ] {
        assert_eq!(one.count(sample) + two.count(sample), count, "{sample}");
    }
}

#[tokio::test]
async fn no_number_code_id_token_or_address_is_in_them() {
    let app = test_app().set(LISTEN.0, LISTEN.1).set("LIMIT_NUMBER", "1/30s").spawn().await;
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
