//! At the root of an app, with what it brings along; and the example, run.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use phonegate::{
    AppState,
    testing::{
        clock::Clock,
        random::Random,
        store::Store,
        verify::{Credentials, VerifyApi, VerifyClient, VerifySettings},
    },
};
use phonegate_testing::{BEGUN, Browser, CREDENTIALS, Provider, program, secs};
use reqwest::Method;

use super::{Club, NUMBER, config};

#[tokio::test]
async fn at_the_root_the_apps_other_paths_are_its_own() {
    let club = Club::opens("/", |builder| builder).await;
    let visitor = &club.visitor;

    visitor.get("/").await.assert_page(200, "action=\"/verify\"");
    visitor.get("/healthz").await.assert_page(200, "ok");
    visitor.get("/nowhere").await.assert_page(404, "the club has no such page");
    let script = visitor.request(Method::GET, "/members").header("sec-fetch-mode", "cors");
    let answer = visitor.send(script).await;
    assert_eq!((answer.status, answer.location()), (401, None));
    assert!(answer.header("www-authenticate").is_some());
    let start = club.goes_to("/members").await;
    assert!(start.location().unwrap().starts_with(&format!("{}?return_to=", club.state.public_url())));
}

#[tokio::test]
async fn an_app_brings_its_own_store_client_clock_and_templates() {
    let clock = Clock::fixed(BEGUN);
    let provider = Provider::start(&clock).await;
    let base_url = provider.base_url.to_string();
    let (key, secret) = CREDENTIALS;
    let settings = config(&[
        ("VERIFY_BASE_URL", &base_url),
        ("VONAGE_API_KEY", "not"),
        ("VONAGE_API_SECRET", "used"),
        ("STORE_URL", "postgres://nowhere.test/"),
    ]);
    let store = Store::open(&"sqlite::memory:".into()).await.unwrap();
    let client = VerifyClient::new(VerifySettings {
        api: VerifyApi::V2,
        base_url: provider.base_url.clone(),
        credentials: Credentials { basic: Some((key.to_owned(), secret.into())), application: None },
        brand: "the club".to_owned(),
        code_length: 6,
        lifetime: secs(300),
        connect_timeout: secs(5),
        timeout: secs(5),
        clock: clock.clone(),
        random: Random::system(),
    });
    let (stored, own_clock) = (store.clone(), clock.clone());
    let club = Club::opens("/", |builder| {
        let builder = builder.settings(settings).store(stored).clock(own_clock).verify(client);
        builder.template("locales/en.ftl", "index-title = Come in\n")
    })
    .await;
    let visitor = &club.visitor;

    visitor.get("/").await.assert_page(200, "<h1>Come in</h1>");
    visitor.post("/verify", &[("phone", NUMBER)]).await.assert_redirect("/verify");
    let id = visitor.get("/verify").await.request_id();
    visitor.check(&id, &provider.code(NUMBER).await).await.assert_redirect("/result");

    visitor.get("/members").await.assert_page(200, "2027-01-15T08:00:00Z");
    // Behind one that another host has set.
    visitor.set_cookie("a", &format!("1; phonegate={}; phonegate=deleted", "a".repeat(43)));
    visitor.get("/members").await.assert_page(200, "2027-01-15T08:00:00Z");
    let token = phonegate::testing::keys::Token::parse(&visitor.cookie("phonegate").unwrap()).unwrap();
    assert!(store.session(&token.hash()).await.unwrap().is_some(), "it is in the app's own store");
}

#[tokio::test]
async fn a_wrong_template_from_memory_is_a_mistake_that_names_it() {
    for (name, source, why) in [
        ("index.html", "{% if %}", "index.html: "),
        ("verify.html", "{{ nothing }}", "verify.html"),
        ("locales/en.ftl", "no-such-text = Hello\n", "no-such-text"),
    ] {
        let builder = AppState::builder().settings(config(&[])).template(name, source);
        let error = builder.build().await.unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(error.to_string(), "Builder::template");
        assert!(cause.contains(why), "{cause}");
    }
}

/// The example, built as the tests are, and running until this is dropped.
struct Example {
    child: std::process::Child,
    base: String,
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn example() -> Example {
    let program = program();
    let beside = Path::new(&program).parent().unwrap();
    let mut build = Command::new(env!("CARGO"));
    build.args([
        "build",
        "--quiet",
        "--example",
        "embed",
        "--manifest-path",
        concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
    ]);
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    assert!(build.arg("--target-dir").arg(beside.parent().unwrap()).status().unwrap().success());
    let mut command = Command::new(beside.join("examples/embed"));
    let folder = tempfile::tempdir().unwrap();
    command.env_clear().current_dir(folder.path()).envs([("PORT", "0"), ("STORE_URL", "sqlite::memory:")]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    // What it tells later has to go somewhere.
    std::thread::spawn(move || lines.for_each(drop));
    Example { child, base: line.rsplit(' ').next().unwrap().to_owned() }
}

#[tokio::test]
async fn the_example_is_a_club_that_one_can_sign_in_to() {
    let example = tokio::task::spawn_blocking(example).await.unwrap();
    let visitor = Browser::at(&example.base);

    visitor.get("/").await.assert_page(200, "The club.");
    visitor.get("/nowhere").await.assert_page(404, "The club has no such page.");
    let signs_in = async |number: &str| {
        visitor.get("/login").await.assert_page(200, "Come into the club");
        visitor.post("/login/verify", &[("phone", number)]).await.assert_redirect("/login/verify");
        let id = visitor.get("/login/verify").await.request_id();
        let messages = visitor.get(&format!("/login/simulator/messages?to=%2B{}", &number[1..])).await;
        let code = messages.body.split("\"code\":\"").nth(1).unwrap()[..6].to_owned();
        visitor.post("/login/check", &[("request_id", &id), ("pin", &code)]).await
    };
    signs_in("+12025550199").await.assert_page(403, "Your membership has ended. Ask at the door.");
    assert_eq!(visitor.get("/api/me").await.status, 401);
    signs_in("+12025550150").await.assert_redirect("/login/result");
    visitor.get("/").await.assert_page(200, "href=/login/signout");
    visitor.get("/members").await.assert_page(200, "Welcome to the club, +1");
    visitor.get("/members/card").await.assert_page(200, "Member ");
    visitor.get("/api/me").await.assert_page(200, "signed_in_at");
    visitor.post("/members/lost-phone", &[]).await.assert_page(200, "1 signed out");
    assert_eq!(visitor.get("/api/me").await.status, 401);
}
