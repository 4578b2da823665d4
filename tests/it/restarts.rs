//! The app may end between any two steps, politely or not.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use phonegate::testing::{
    attempt::{Move, RequestId},
    channel::Channel,
    code::Pin,
    keys::Token,
    store::{Claim, Device, NewResend, Session, Success},
    verify::Checked,
};

use phonegate_testing::{Browser, PHONE, TestApp, secs, test_app};

#[tokio::test]
async fn a_restart_between_any_two_steps_changes_nothing() {
    let app = test_app().spawn().await;
    let browser = app.browser().await;

    let app = app.restart().await;
    browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    let app = app.restart().await;
    let id = browser.get("/verify").await.request_id();
    let app = app.restart().await;
    browser.check(&id, "000000").await.assert_page(422, "2 tries left");
    let app = app.restart().await;
    browser.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");
    let app = app.restart().await;
    browser.get("/result").await.assert_page(200, "You are signed in");
    browser.post("/signout", &[]).await.assert_redirect("/");
    let app = app.restart().await;
    browser.get("/result").await.assert_redirect("/");

    assert_eq!(app.provider.messages(PHONE).await.len(), 1);
}

#[tokio::test]
async fn an_early_cancel_survives_a_restart() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    browser.cancel(&id).await.assert_redirect("/");

    let app = app.restart().await;
    app.pass(secs(30)).await;

    assert_eq!(app.provider.calls("cancel"), 1);
}

#[tokio::test]
async fn a_process_that_dies_over_a_next_step_leaves_it_to_another() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        app.pass(secs(30)).await;
        // What is left of one that ended between the call and its record.
        let store = &app.state().sign_in.core.store;
        let token = Token::parse(&browser.cookie("phonegate-browser").unwrap()).unwrap();
        let attempt = store.attempts_of_browser(&token.hash()).await.unwrap().remove(0);
        let now = app.clock.now();
        let asked = NewResend {
            channel: Channel::Voice,
            first: Move::Next,
            sent_before: now,
            sends: 1,
            until: attempt.delivery.first_sent_at + secs(600),
        };
        let claim = Claim { now, until: now + secs(20) };
        store.claim_resend(&attempt.attempt_id, asked, claim).await.unwrap().unwrap();
        store.count_move(&attempt.attempt_id).await.unwrap();
        app.provider.take_next_step(&id).await;

        app.pass(secs(20)).await;
        browser.get("/verify").await.assert_page(200, "We are calling ");
        assert_eq!(app.provider.messages(PHONE).await.len(), 2, "{api}");
        app.signs_in_with_the_newest_code(&browser, PHONE).await;
    }
}

#[tokio::test]
async fn a_success_that_was_stored_but_not_told_is_found_again() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let code = app.provider.code(PHONE).await;
    // What the app does up to the moment when it ends: the provider took the code, the success is stored.
    let sign_in = &app.state().sign_in;
    let token = Token::parse(&browser.cookie("phonegate-browser").unwrap()).unwrap();
    let attempt = sign_in.core.store.attempts_of_browser(&token.hash()).await.unwrap().remove(0);
    let request_id = RequestId::parse(&id).unwrap();
    let pin = Pin::parse(&code, 6).unwrap();
    assert_eq!(sign_in.verify.check(&request_id, &pin).await, Ok(Checked::Right));
    let session = sign_in.core.keys.successor(&token, &format!("session {}", attempt.attempt_id));
    let now = app.clock.now();
    let success = Success {
        session: Session {
            token_hash: session.hash(),
            phone: attempt.phone.clone(),
            phone_hash: attempt.phone_hash.clone(),
            signed_in_at: now,
            seen_at: now,
            expires_at: now + secs(3600),
            device: Device::default(),
        },
        known: "known".to_owned(),
        known_until: now,
        wrong_codes: Default::default(),
    };
    let pin_hash = sign_in.core.keys.pin(&attempt.attempt_id, &code);
    assert!(sign_in.core.store.verify(&attempt, &pin_hash, &success).await.unwrap());

    browser.check(&id, &code).await.assert_redirect("/result");
    browser.get("/result").await.assert_page(200, "You are signed in");
}

#[tokio::test]
async fn a_cookie_of_another_server_key_is_worth_nothing() {
    let app = test_app().set("SERVER_KEY", &"a".repeat(32)).spawn().await;
    let browser = app.signed_in(PHONE).await;
    let other = test_app().set("SERVER_KEY", &"b".repeat(32)).spawn().await;
    let stranger = other.stranger();
    stranger.set_cookie("phonegate", &browser.cookie("phonegate").unwrap());

    stranger.get("/result").await.assert_redirect("/");
}

/// The real program, on the real clock.
struct Process {
    child: Child,
    base: String,
}

impl Process {
    fn start(app: &TestApp) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_phonegate"))
            .env_clear()
            .current_dir(app.folder())
            .envs([("PORT", "0"), ("STORE_URL", "sqlite:process.db"), ("LOG", "info")])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let line = lines.find_map(|line| line.ok().filter(|line| line.contains("listens"))).unwrap();
        let port =
            line.split("127.0.0.1:").nth(1).unwrap().split(|c: char| !c.is_ascii_digit()).next().unwrap();
        // Whoever closes this end of the pipe would end the program at its next log line.
        std::thread::spawn(move || lines.for_each(drop));
        Self { base: format!("http://127.0.0.1:{port}/"), child }
    }

    fn browser(&self) -> Browser {
        Browser::at(&self.base)
    }
}

impl Drop for Process {
    /// SIGKILL: nothing is flushed, nobody is told.
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[tokio::test]
async fn a_kill_after_sign_in_and_after_sign_out_keeps_both() {
    let app = test_app().spawn().await;

    let process = Process::start(&app);
    let browser = process.browser();
    browser.get("/").await;
    browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    let id = browser.get("/verify").await.request_id();
    let messages = browser.get("/simulator/messages?to=%2B12025550150").await.body;
    let code = messages.split("\"code\":\"").nth(1).unwrap().split('"').next().unwrap();
    browser.check(&id, code).await.assert_redirect("/result");
    drop(process);

    let process = Process::start(&app);
    let browser = browser.moved_to(&process.base);
    browser.get("/result").await.assert_page(200, "You are signed in");
    browser.post("/signout", &[]).await.assert_redirect("/");
    drop(process);

    let process = Process::start(&app);
    browser.moved_to(&process.base).get("/result").await.assert_redirect("/");
}
