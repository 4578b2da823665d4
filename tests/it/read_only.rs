//! A store that takes no writes: nobody is sent to it, and who is signed in stays so.

use std::process::Command;

use phonegate::testing::clock::Clock;
use url::Url;

use phonegate_testing::{
    Binary, Browser, CREDENTIALS, PHONE, Provider, TestApp, logged, postgres_server, secs, sql, test_app,
};

/// A database of its own, which can be made read-only while the app runs; the server's address, and its own.
async fn postgres_database(name: &str) -> Option<(String, Url)> {
    let server = postgres_server()?;
    let name = format!("{name}_{}", std::process::id());
    sql(&server, &format!("CREATE DATABASE {name}")).await;
    let mut url: Url = server.parse().unwrap();
    url.set_path(&name);
    Some((server, url))
}

/// As after a fail-over to a standby.
async fn make_read_only(server: &str, url: &Url) {
    let name = url.path().trim_start_matches('/');
    sql(server, &format!("ALTER DATABASE {name} SET default_transaction_read_only = on")).await;
    let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    sql(server, &end).await;
}

/// As a full disk does it, each statement fails that writes.
async fn fill(app: &TestApp) {
    for (table, event) in
        [("sessions", "UPDATE"), ("meta", "UPDATE"), ("meta", "INSERT"), ("verifications", "INSERT")]
    {
        let trigger = format!(
            "CREATE TRIGGER full_{table}_{event} BEFORE {event} ON {table} \
             BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        );
        sql(&app.store_url(), &trigger).await;
    }
}

async fn store_up(app: &TestApp) -> bool {
    let text = app.state().metrics_text().await;
    text.lines().any(|line| line == "phonegate_store_up 1")
}

async fn assert_who_is_signed_in_stays_so(app: &TestApp, visitor: &Browser) {
    for minutes in [5, 5, 120, 400] {
        app.clock.advance(secs(minutes * 60));
        for path in ["/auth", "/result", "/sessions"] {
            assert_eq!(visitor.get(path).await.status, 200, "{path} after {minutes} minutes");
        }
        assert_eq!(app.stranger().get("/readyz").await.status, 503);
        assert!(!store_up(app).await);
    }
    assert_eq!(app.stranger().get("/healthz").await.status, 200);
    let answer = app.browser().await.post("/verify", &[("phone", "+1 202 555 0151")]).await;
    answer.assert_page(503, "We will be back soon");
    assert!(logged().contains("visits are not written down"));
    assert!(logged().contains("the store fails: "));
    // A visit that could not be noted is none: the limit still holds.
    app.clock.advance(secs(4 * 3600));
    assert_eq!(visitor.get("/auth").await.status, 401);
}

#[tokio::test]
async fn a_full_disk_turns_nobody_away_who_is_signed_in() {
    let app = test_app().spawn().await;
    let visitor = app.signed_in(PHONE).await;
    assert_eq!(visitor.get("/readyz").await.status, 200);
    assert!(store_up(&app).await);

    fill(&app).await;

    assert_who_is_signed_in_stays_so(&app, &visitor).await;
}

#[tokio::test]
async fn nor_does_a_postgres_that_has_become_read_only() {
    let Some((server, url)) = postgres_database("read_only").await else { return };
    let app = test_app().set("STORE_URL", url.as_str()).spawn().await;
    let visitor = app.signed_in(PHONE).await;
    assert_eq!(visitor.get("/readyz").await.status, 200);

    make_read_only(&server, &url).await;

    assert_who_is_signed_in_stays_so(&app, &visitor).await;
    app.state().sign_in.core.store.close().await;
    let drop = format!("DROP DATABASE {} WITH (FORCE)", url.path().trim_start_matches('/'));
    sql(&server, &drop).await;
}

#[tokio::test]
async fn a_visit_is_noted_again_once_the_store_takes_it() {
    let app = test_app().spawn().await;
    let visitor = app.signed_in(PHONE).await;
    fill(&app).await;
    app.clock.advance(secs(11 * 3600));
    assert_eq!(visitor.get("/auth").await.status, 200);

    for trigger in ["full_sessions_update", "full_meta_update", "full_meta_insert"] {
        sql(&app.store_url(), &format!("DROP TRIGGER {trigger}")).await;
    }
    app.clock.advance(secs(11));
    assert_eq!(visitor.get("/auth").await.status, 200);
    assert_eq!(visitor.get("/readyz").await.status, 200);
    assert!(store_up(&app).await);

    app.clock.advance(secs(11 * 3600));
    assert_eq!(visitor.get("/auth").await.status, 200);
}

#[tokio::test]
async fn many_who_ask_for_readiness_are_one_write() {
    let app = test_app().spawn().await;
    assert_eq!(app.stranger().get("/readyz").await.status, 200);
    fill(&app).await;

    // As of the same second.
    for _ in 0..20 {
        assert_eq!(app.stranger().get("/readyz").await.status, 200);
    }
    app.clock.advance(secs(1));
    assert_eq!(app.stranger().get("/readyz").await.status, 503);
}

/// No byte can be written to any file any more, or again.
fn limit_files(program: &Binary, size: &str) {
    let id = program.id().to_string();
    let status = Command::new("prlimit").args(["--pid", &id, &format!("--fsize={size}")]).status();
    assert!(status.expect("prlimit, of util-linux").success());
}

#[tokio::test]
async fn a_disk_that_takes_no_byte_makes_the_program_not_ready_and_comes_back() {
    let provider = Provider::start(&Clock::system()).await;
    let url = provider.base_url.to_string();
    let variables =
        [("VONAGE_API_KEY", CREDENTIALS.0), ("VONAGE_API_SECRET", CREDENTIALS.1), ("VERIFY_BASE_URL", &url)];
    // The signal of a file that is too large would end it, where a full disk sends none.
    let mut program = Binary::start_after("trap '' XFSZ", &variables);
    let visitor = program.browser();
    assert_eq!(visitor.get("/").await.status, 200);
    visitor.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    let id = visitor.get("/verify").await.request_id();
    visitor.check(&id, &provider.code(PHONE).await).await.assert_redirect("/result");
    let readiness = async |status: u16| {
        while visitor.get("/readyz").await.status != status {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    readiness(200).await;

    limit_files(&program, "0:unlimited");
    readiness(503).await;
    program.wait_for("not ready");
    assert_eq!(visitor.get("/auth").await.status, 200);
    assert_eq!(visitor.get("/result").await.status, 200);

    limit_files(&program, "unlimited:unlimited");
    readiness(200).await;
}
