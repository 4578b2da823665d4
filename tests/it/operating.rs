//! What the operator does and sees.

use std::process::{Command, Output};

use crate::support::{PHONE, secs, test_app};

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
        "phonegate: PORT: \"no port\" will not do; give a number from 0 to 65535; 0 takes a free one\n"
    );

    std::fs::write(folder.path().join(".env"), "VONAGE_API_SECRET=two words top-secret\n").unwrap();
    let output = phonegate(folder.path(), &[], &[]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("VONAGE_API_SECRET") && !error.contains("top-secret"), "{error}");
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
    assert!(text.contains("2 rows deleted") && !text.contains("5550150"), "{text}");

    browser.get("/result").await.assert_redirect("/");
    other.get("/result").await.assert_page(200, "You are signed in");
}

#[tokio::test]
async fn health_tells_the_process_and_readiness_the_store() {
    let app = test_app().spawn().await;
    let browser = app.stranger();
    assert_eq!(browser.get("/healthz").await.status, 200);
    assert_eq!(browser.get("/readyz").await.status, 200);

    app.state().sign_in.store.close().await;

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
    let hash = phonegate::keys::Token::parse(&browser.cookie("phonegate-browser").unwrap()).unwrap().hash();

    app.pass(secs(3600)).await;
    assert_eq!(sign_in.store.attempts_of_browser(&hash).await.unwrap().len(), 1);
    app.pass(secs(24 * 3600)).await;
    assert!(sign_in.store.attempts_of_browser(&hash).await.unwrap().is_empty());
}

#[tokio::test]
async fn stopping_lets_a_running_request_finish() {
    let app = test_app().spawn().await;
    let browser = app.browser().await;
    // The provider answers this number late; meanwhile the app is told to stop.
    let click = tokio::spawn({
        let browser = browser.clone();
        async move { browser.post("/verify", &[("phone", PHONE)]).await }
    });
    while app.provider.calls("start") == 0 {
        tokio::task::yield_now().await;
    }
    let app = app.restart().await;
    click.await.unwrap().assert_redirect("/verify");

    let id = browser.get("/verify").await.request_id();
    browser.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");
}
