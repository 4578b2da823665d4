//! What the operator does and sees.

use std::process::{Command, Output};

use reqwest::Method;

use phonegate_testing::{Binary, PHONE, SLOW, secs, test_app, wrong_code};

fn phonegate(folder: &std::path::Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_phonegate"));
    command.env_clear().current_dir(folder).args(arguments).envs(variables.iter().copied());
    command.output().unwrap()
}

#[tokio::test]
async fn a_bad_setting_is_one_line_and_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), "PORT=\"no port\"\n").unwrap();

    let output = phonegate(folder.path(), &[], &[]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        error,
        "phonegate: PORT: \"no port\" will not do; give a number from 0 to 65535; 0 takes a free one (.env, line 1)\n"
    );

    std::fs::write(folder.path().join(".env"), "VONAGE_API_SECRET=two words top-secret\n").unwrap();
    let output = phonegate(folder.path(), &[], &[]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains(".env: line 1: VONAGE_API_SECRET") && !error.contains("top-secret"), "{error}");

    // Help is to be had all the same.
    assert_eq!(phonegate(folder.path(), &["--help"], &[]).status.code(), Some(0));
}

#[tokio::test]
async fn help_and_version_go_to_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let help = phonegate(folder.path(), &["--help"], &[]);
    assert_eq!(help.status.code(), Some(0));
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(text.contains("--public-url <PUBLIC_URL>") && text.contains("forget"), "{text}");
    let version = phonegate(folder.path(), &["--version"], &[]);
    assert_eq!(
        String::from_utf8(version.stdout).unwrap().trim(),
        concat!("phonegate ", env!("CARGO_PKG_VERSION"))
    );
}

#[tokio::test]
async fn forgetting_a_number_deletes_what_is_kept_of_it() {
    let app = test_app().spawn().await;
    let browser = app.signed_in(PHONE).await;
    let other = app.signed_in("+1 202 555 0151").await;
    let url = app.store_url();

    let output = phonegate(app.folder(), &["forget", "--phone", PHONE], &[("STORE_URL", &url)]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("5 rows deleted") && !text.contains("5550150"), "{text}");

    browser.get("/result").await.assert_redirect("/");
    other.get("/result").await.assert_page(200, "You are signed in");
}

#[tokio::test]
async fn an_operator_signs_a_number_out_everywhere() {
    let app = test_app().spawn().await;
    let (one, two) = (app.signed_in(PHONE).await, app.signed_in(PHONE).await);
    let other = app.signed_in("+1 202 555 0151").await;

    let arguments = ["sign-out", "--phone", PHONE];
    let output = phonegate(app.folder(), &arguments, &[("STORE_URL", &app.store_url())]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("2 sessions ended") && !text.contains("5550150"), "{text}");

    for browser in [one, two] {
        browser.get("/result").await.assert_redirect("/");
    }
    other.get("/result").await.assert_page(200, "You are signed in");
}

#[tokio::test]
async fn health_tells_the_process_and_readiness_the_store() {
    let app = test_app().spawn().await;
    let browser = app.browser().await;
    assert_eq!(browser.get("/healthz").await.header("cache-control"), Some("no-store"));
    assert_eq!(browser.get("/readyz").await.status, 200);

    app.state().sign_in.core.store.close().await;
    // An answer holds for a second.
    app.clock.advance(secs(1));

    assert_eq!(browser.get("/healthz").await.status, 200);
    assert_eq!(browser.get("/readyz").await.status, 503);
    let answer = browser.post("/verify", &[("phone", PHONE)]).await;
    answer.assert_page(503, "We will be back soon");
    assert_eq!(app.provider.all_calls(), 0, "nothing is sent that cannot be written down");
}

#[tokio::test]
async fn what_is_over_is_deleted_after_a_day() {
    let app = test_app().spawn().await;
    let (browser, _) = app.waiting_for_code(PHONE).await;
    let sign_in = &app.state().sign_in;
    let hash =
        phonegate::testing::keys::Token::parse(&browser.cookie("phonegate-browser").unwrap()).unwrap().hash();

    app.pass(secs(3600)).await;
    assert_eq!(sign_in.core.store.attempts_of_browser(&hash).await.unwrap().len(), 1);
    app.pass(secs(24 * 3600)).await;
    assert!(sign_in.core.store.attempts_of_browser(&hash).await.unwrap().is_empty());
}

#[tokio::test]
async fn stopping_lets_a_running_request_finish() {
    let app = test_app().spawn().await;
    let browser = app.browser().await;
    // The provider answers this number late; meanwhile the app is told to stop.
    let click = tokio::spawn({
        let browser = browser.clone();
        async move { browser.post("/verify", &[("phone", SLOW)]).await }
    });
    while app.provider.calls("start") == 0 {
        tokio::task::yield_now().await;
    }
    let app = app.restart().await;
    click.await.unwrap().assert_redirect("/verify");

    let id = browser.get("/verify").await.request_id();
    browser.check(&id, &app.provider.code(SLOW).await).await.assert_redirect("/result");
}

#[tokio::test]
async fn a_store_or_folder_that_cannot_be_used_is_named_and_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("no.db"), "this is no database, and it is long enough to tell")
        .unwrap();
    std::fs::create_dir_all(folder.path().join("pages")).unwrap();
    std::fs::write(folder.path().join("pages/index.html"), "{{ nothing_of_that_name }}").unwrap();
    for (variable, value, said) in [
        (
            "STORE_URL",
            "sqlite:/nowhere/phonegate.db",
            "STORE_URL: the file /nowhere/phonegate.db cannot be made",
        ),
        ("STORE_URL", "sqlite:no.db", "STORE_URL: no.db is no SQLite database"),
        ("STORE_URL", "sqlite:.", "STORE_URL: . cannot be used: "),
        ("TEMPLATES_DIR", "pages", "TEMPLATES_DIR: undefined value (in index.html:1)"),
    ] {
        let output = phonegate(folder.path(), &[], &[("PORT", "0"), (variable, value)]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(said) && !error.contains("pw9"), "{said:?} in {error}");
        assert!(!error.contains('\u{1b}'), "no colours where nobody sees them: {error}");
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let app = test_app().spawn().await;
    let port = app.url("/").port().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let output = phonegate(folder.path(), &["--port", &port], &[]);
    let error = String::from_utf8(output.stderr).unwrap();
    let said = format!("HOST, PORT: cannot listen on 127.0.0.1:{port}; is it taken already?");
    assert!(error.contains(&said), "{error}");
    let output = phonegate(folder.path(), &["simulator", &format!("--listen=127.0.0.1:{port}")], &[]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains(&format!("--listen: cannot listen on 127.0.0.1:{port}; is it taken")), "{error}");
    assert_eq!(output.status.code(), Some(2));
    let output = phonegate(folder.path(), &["--host=192.0.2.1", "--port=0", "--simulator"], &[]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("HOST, PORT: cannot listen on 192.0.2.1:0; that is no address of this"),
        "{error}"
    );
}

#[tokio::test]
async fn forgetting_in_a_store_that_is_not_there_makes_none() {
    let folder = tempfile::tempdir().unwrap();
    let output = phonegate(folder.path(), &["forget", "--phone", PHONE], &[("STORE_URL", "sqlite:typo.db")]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(error.contains("STORE_URL: there is no file typo.db"), "{error}");
    assert!(!folder.path().join("typo.db").exists());

    for command in ["forget", "unlock", "sign-out"] {
        for phone in ["me", "12"] {
            let output = phonegate(folder.path(), &[command, "--phone", phone], &[]);
            let error = String::from_utf8(output.stderr).unwrap();
            assert!(error.contains("--phone: not a phone number; give it in international form"), "{error}");
            assert_eq!(output.status.code(), Some(2), "{error}");
        }
    }
}

#[tokio::test]
async fn the_log_tells_why_a_visitor_was_refused_and_whose_number_it_was() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let wrong = wrong_code(&app.provider.code(PHONE).await);
    for (answer, said) in [
        (browser.post("/verify", &[("phone", "12")]).await, "told the visitor phone-no-country-code"),
        (app.browser().await.post("/verify", &[("phone", PHONE)]).await, "told the visitor send-running"),
        (browser.check(&id, &wrong).await, "told the visitor pin-wrong"),
        (browser.check("another", &wrong).await, "told the visitor check-other-attempt"),
    ] {
        let lines = answer.logged().join("\n");
        assert!(lines.contains(said), "{said:?} in {lines}");
        let masked = said.contains("running") || said.contains("pin-wrong");
        assert_eq!(lines.contains("phone=\"+1 •••• ••••50\""), masked, "{lines}");
    }
}

#[tokio::test]
async fn the_jobs_do_their_work_by_themselves() {
    let app = test_app().jobs().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    app.clock.advance(secs(30));
    browser.cancel(&id).await.assert_redirect("/");

    while app.provider.calls("cancel") == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_robots_send_all_day_is_no_news() {
    let mut program = Binary::start(&[]);
    let browser = program.browser();
    for _ in 0..20 {
        assert_eq!(browser.get("/wp-login.php").await.status, 404);
        assert_eq!(browser.get("/?return_to=https://evil.example/").await.status, 200);
        assert_eq!(browser.post("/verify", &[("phone", "12")]).await.status, 422);
        assert_eq!(browser.post("/verify", &[]).await.status, 422);
        assert_eq!(browser.send(browser.request(Method::PUT, "/")).await.status, 405);
        let elsewhere = browser.request(Method::GET, "/").header("host", "evil.example");
        assert_eq!(browser.send(elsewhere).await.status, 421);
        let foreign = browser.request(Method::POST, "/verify").header("origin", "https://evil.example");
        assert_eq!(browser.send(foreign).await.status, 403);
    }
    program.signal("TERM");

    let lines: Vec<_> = program.rest().into_iter().filter(|line| line.contains("\"id\":")).collect();
    let said = |text: &str| lines.iter().filter(|line| line.contains(text)).count();
    assert_eq!((said("return_to was dropped"), said("refused Host")), (1, 1), "{lines:?}");
    assert_eq!(lines.len(), 2, "{lines:?}");
}
