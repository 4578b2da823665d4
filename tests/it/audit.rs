//! Who did what: one line for each, in text and JSON, with who, whence and which request.

use std::collections::BTreeSet;

use phonegate::testing::{audit::Event, phone::PhoneNumber};
use serde_json::Value;

use phonegate_testing::{
    Answer, Binary, Browser, LogOfThisThread, PHONE, TestApp, logged, secs, test_app, wrong_codes,
};

const VISITOR: [(&str, &str); 1] = [("x-forwarded-for", "203.0.113.77")];
pub(super) const MASKED: &str = "phone=\"+1 •••• ••••50\"";

pub(super) async fn app_with(settings: &[(&str, &str)]) -> TestApp {
    let app = test_app().set("TRUSTED_PROXIES", "127.0.0.1");
    settings.iter().fold(app, |app, (name, value)| app.set(name, value)).spawn().await
}

/// A form from an address of the visitor's.
pub(super) async fn post(browser: &Browser, path: &str, form: &[(&str, &str)]) -> Answer {
    browser.post_with(path, form, &VISITOR).await
}

pub(super) async fn ask(app: &TestApp, phone: &str) -> (Browser, Answer) {
    let browser = app.browser().await;
    let answer = post(&browser, "/verify", &[("phone", phone)]).await;
    (browser, answer)
}

pub(super) async fn check(browser: &Browser, code: &str) -> Answer {
    let id = browser.get("/verify").await.request_id();
    post(browser, "/check", &[("request_id", &id), ("pin", code)]).await
}

async fn signed_in(app: &TestApp, phone: &str) -> Browser {
    let (browser, _) = ask(app, phone).await;
    check(&browser, &app.provider.code(phone).await).await.assert_redirect("/result");
    browser
}

/// The audit lines of a request: how often each event is told, once it is sure that each says who and whence.
#[track_caller]
pub(super) fn events(app: &TestApp, answer: &Answer, masked: &str) -> Vec<String> {
    let account = app.state().sign_in.core.keys.subject(&PhoneNumber::from_store("+12025550150".to_owned()));
    let lines: Vec<_> = answer.logged().into_iter().filter(|line| line.contains(": audit: ")).collect();
    for line in &lines {
        assert!(line.contains(masked) && line.contains("address=203.0.113.77"), "{line}");
        if masked == MASKED {
            assert!(line.contains(&format!("account=\"{account}\"")), "{line}");
        }
    }
    lines.iter().map(|line| event(line)).collect()
}

pub(super) fn event(line: &str) -> String {
    line.split("event=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// The lines of events with no visitor, about numbers that end so.
fn others(ending: &str) -> BTreeSet<String> {
    let log = logged();
    let lines = log.lines().filter(|line| line.contains("audit: ") && line.contains("event="));
    lines.filter(|line| line.contains(&format!("••••{ending}\""))).map(event).collect()
}

#[tokio::test]
async fn a_sign_in_its_codes_and_its_sign_outs_are_told_once_each() {
    let app = app_with(&[]).await;
    let (browser, answer) = ask(&app, PHONE).await;
    assert_eq!(events(&app, &answer, MASKED), ["code_sent"]);
    let line = answer.logged().join("\n");
    assert!(line.contains("channel=\"sms\" country=\"US\""), "{line}");

    let code = app.provider.code(PHONE).await;
    let [wrong, ..] = wrong_codes(&code);
    assert_eq!(events(&app, &check(&browser, &wrong).await, MASKED), ["wrong_code"]);
    let again = post(&browser, "/verify", &[("phone", PHONE)]).await;
    assert_eq!(events(&app, &again, MASKED), [""; 0], "nothing was sent");

    app.pass(secs(30)).await;
    let id = browser.get("/verify").await.request_id();
    let answer = post(&browser, "/resend", &[("request_id", &id), ("channel", "voice")]).await;
    assert_eq!(events(&app, &answer, MASKED), ["resend_asked", "code_resent"]);

    let answer = check(&browser, &app.provider.code(PHONE).await).await;
    answer.assert_redirect("/result");
    assert_eq!(events(&app, &answer, MASKED), ["signed_in"]);
    assert_eq!(events(&app, &post(&browser, "/signout", &[]).await, MASKED), ["signed_out"]);
}

#[tokio::test]
async fn sessions_that_are_ended_from_others_are_told_with_how_many() {
    let app = app_with(&[]).await;
    let (here, there) = (signed_in(&app, PHONE).await, signed_in(&app, PHONE).await);
    let id = here.get("/sessions").await.hidden("id").unwrap();
    let answer = post(&here, "/sessions", &[("id", &id)]).await;
    assert_eq!(events(&app, &answer, MASKED), ["session_ended"]);
    there.get("/result").await.assert_redirect("/");

    signed_in(&app, PHONE).await;
    let answer = post(&here, "/sessions", &[("others", "1")]).await;
    assert_eq!(events(&app, &answer, MASKED), ["signed_out_elsewhere"]);
    assert!(answer.logged().join("\n").contains("count=1"), "{:?}", answer.logged());

    signed_in(&app, PHONE).await;
    let answer = post(&here, "/signout", &[("everywhere", "1")]).await;
    assert_eq!(events(&app, &answer, MASKED), ["signed_out_everywhere"]);
    assert!(answer.logged().join("\n").contains("count=2"), "{:?}", answer.logged());

    let own = signed_in(&app, PHONE).await;
    let other = signed_in(&app, PHONE).await;
    let id = other.get("/sessions").await.hidden("id").unwrap();
    let answer = post(&own, "/sessions", &[("id", &id)]).await;
    assert_eq!(events(&app, &answer, MASKED), ["signed_out"]);
}

#[tokio::test]
async fn sign_ins_that_come_to_nothing_are_told() {
    let app = app_with(&[]).await;
    let (browser, _) = ask(&app, PHONE).await;
    let id = browser.get("/verify").await.request_id();
    let answer = post(&browser, "/cancel", &[("request_id", &id)]).await;
    assert_eq!(events(&app, &answer, MASKED), ["cancelled"]);

    let (phone, masked) = ("+1 202 555 0152", "phone=\"+1 •••• ••••52\"");
    let (browser, _) = ask(&app, phone).await;
    let code = app.provider.code(phone).await;
    let mut told = Vec::new();
    let id = browser.get("/verify").await.request_id();
    for wrong in wrong_codes(&code) {
        let answer = post(&browser, "/check", &[("request_id", &id), ("pin", &wrong)]).await;
        told.extend(events(&app, &answer, masked));
    }
    assert_eq!(told[..2], ["wrong_code", "wrong_code"]);
    assert_eq!(told[2..].iter().collect::<BTreeSet<_>>().len(), told[2..].len(), "each once: {told:?}");

    let (_, answer) = ask(&app, "+1 202 555 0131").await;
    assert_eq!(events(&app, &answer, "phone=\"+1 •••• ••••31\""), ["code_unclear"]);
    let (_, answer) = ask(&app, "+1 202 555 0106").await;
    assert_eq!(events(&app, &answer, "phone=\"+1 •••• ••••06\""), ["code_not_sent"]);
}

#[tokio::test]
async fn the_last_wrong_code_ends_a_sign_in_and_both_are_told() {
    let app = app_with(&[("VERIFY_API", "v1")]).await;
    let (browser, _) = ask(&app, PHONE).await;
    let code = app.provider.code(PHONE).await;
    let id = browser.get("/verify").await.request_id();
    let mut told = Vec::new();
    for wrong in wrong_codes(&code) {
        let answer = post(&browser, "/check", &[("request_id", &id), ("pin", &wrong)]).await;
        told.extend(events(&app, &answer, MASKED));
    }
    assert_eq!(told, ["wrong_code", "wrong_code", "sign_in_failed", "wrong_code"]);
}

#[tokio::test]
async fn a_takeover_names_whoever_takes_over() {
    let app = app_with(&[]).await;
    ask(&app, PHONE).await;
    app.clock.advance(secs(31));
    let (_, answer) = ask(&app, PHONE).await;
    answer.assert_redirect("/verify");
    assert_eq!(events(&app, &answer, MASKED), ["taken_over"]);
}

#[tokio::test]
async fn every_refusal_names_its_limit() {
    for (settings, phone, masked, event, limit) in [
        (&[("LIMIT_ADDRESS", "1/1h")][..], PHONE, MASKED, "refused", "limit=\"LIMIT_ADDRESS 1/1h\""),
        (
            &[("LIMIT_ADDRESS", "1/1h"), ("GUARD_MODE", "observe")],
            PHONE,
            MASKED,
            "would_refuse",
            "limit=\"LIMIT_ADDRESS 1/1h\"",
        ),
        (&[("COUNTRIES", "GB")], PHONE, MASKED, "refused", "limit=\"COUNTRIES\""),
        (&[], "+44 901 234 5678", "phone=\"+44 •••• ••••78\"", "refused", "limit=\"kind_of_number\""),
    ] {
        let app = app_with(settings).await;
        ask(&app, "+44 7400 123456").await;
        let (_, answer) = ask(&app, phone).await;
        let told = events(&app, &answer, masked);
        assert_eq!(told[0], event, "{settings:?}");
        assert_eq!(told.len(), if event == "refused" { 1 } else { 2 }, "{told:?}");
        assert!(answer.logged().join("\n").contains(limit), "{:?}", answer.logged());
    }
}

#[tokio::test]
async fn a_wait_after_wrong_codes_is_a_refusal() {
    let app = test_app().set("TRUSTED_PROXIES", "127.0.0.1").provider_without_limits().await.spawn().await;
    let mut wrong = 0;
    let answer = loop {
        let (browser, answer) = ask(&app, PHONE).await;
        if answer.status == 429 {
            break answer;
        }
        check(&browser, &format!("{:06}", 200_000 + wrong)).await;
        wrong += 1;
        assert!(wrong < 10);
    };
    assert_eq!(events(&app, &answer, MASKED), ["refused"]);
    assert!(answer.logged().join("\n").contains("limit=\"wrong codes\""), "{:?}", answer.logged());
}

#[tokio::test]
async fn sessions_that_the_list_ends_are_told_by_number() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("numbers.txt");
    std::fs::write(&list, "+1 202 555 0163\n+1 202 555 0164\n").unwrap();
    let app = app_with(&[("ALLOWED_NUMBERS", list.to_str().unwrap())]).await;
    for phone in ["+1 202 555 0163", "+1 202 555 0163", "+1 202 555 0164"] {
        signed_in(&app, phone).await;
    }
    std::fs::write(&list, "+1 202 555 0164\n").unwrap();
    app.state().sign_in.reload_allowed().await.unwrap();

    let log = logged();
    let line = log.lines().find(|line| line.contains("taken_off_list") && line.contains("••••63")).unwrap();
    assert!(line.contains("count=2") && !line.contains("address="), "{line}");
    assert!(!others("64").contains("taken_off_list"));
}

#[tokio::test]
async fn an_operators_commands_are_told_in_text_and_json_whatever_is_logged_else() {
    let app = app_with(&[]).await;
    let keys = &app.state().sign_in.core.keys;
    let account = keys.subject(&PhoneNumber::from_store("+12025550150".to_owned()));
    for (command, event) in
        [("sign-out", "operator_signed_out"), ("unlock", "operator_unlocked"), ("forget", "operator_forgot")]
    {
        signed_in(&app, PHONE).await;
        let arguments = [command, "--phone", PHONE];
        let (_, text) = app.command_and_log(&arguments, &[("LOG", "error")]);
        let line = text.lines().find(|line| line.contains("audit")).unwrap();
        assert!(line.contains(&format!("event=\"{event}\"")) && line.contains(&account), "{line}");
        assert!(line.contains("+1 •••• ••••50") && !text.contains("2025550150"), "{text}");

        let (_, json) = app.command_and_log(&arguments, &[("LOG_FORMAT", "json")]);
        let line: Value = json.lines().map(|line| serde_json::from_str(line).unwrap()).next_back().unwrap();
        assert_eq!((&line["target"], &line["level"]), (&Value::from("audit"), &Value::from("INFO")));
        assert_eq!(line["fields"]["event"], event, "{line}");
        assert_eq!(line["fields"]["account"], *account, "{line}");
        let (_, silent) = app.command_and_log(&arguments, &[("LOG", "info,audit=off")]);
        assert!(!silent.contains("audit"), "{silent}");
    }
}

#[tokio::test]
async fn an_app_that_ends_sessions_is_told_of() {
    let app = app_with(&[]).await;
    signed_in(&app, PHONE).await;
    let log = LogOfThisThread::catch();

    assert_eq!(app.state().end_sessions(&"+12025550150".parse().unwrap()).await.unwrap(), 1);

    let text = log.text();
    let event = format!("event={:?}", "app_signed_out");
    let line = text.lines().find(|line| line.contains(&event)).unwrap();
    assert!(line.contains("count=1") && line.contains("+1 •••• ••••50") && !line.contains("555"), "{line}");
}

#[tokio::test]
async fn the_program_tells_a_sign_in_in_json_for_machines() {
    let mut binary = Binary::start(&[("LOG", "warn,phonegate=info")]);
    let browser = binary.browser();
    browser.get("/").await;
    let asked = browser.post("/verify", &[("phone", PHONE)]).await;
    asked.assert_redirect("/verify");
    let id = browser.get("/verify").await.request_id();
    let messages = browser.get("/simulator/messages?to=%2B12025550150").await.body;
    let messages: Value = serde_json::from_str(&messages).unwrap();
    let code = messages[0]["code"].as_str().unwrap().to_owned();
    browser.check(&id, &code).await.assert_redirect("/result");
    let account = browser.get("/auth").await.header("remote-user").unwrap().to_owned();
    browser.post("/signout", &[]).await.assert_redirect("/");

    for event in ["code_sent", "signed_in", "signed_out"] {
        let line = binary.wait_for(&format!("\"event\":\"{event}\""));
        assert!(!line.contains(&code) && !line.contains("2025550150"), "{line}");
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&line["target"], &line["fields"]["address"]), (&"audit".into(), &"127.0.0.1".into()));
        assert_eq!(line["fields"]["phone"], "+1 •••• ••••50");
        assert_eq!(line["fields"]["account"], *account);
        if event == "code_sent" {
            assert_eq!(line["span"]["id"], asked.header("x-request-id").unwrap());
        }
    }
}

#[test]
fn no_event_is_left_out_here() {
    let source = concat!(include_str!("audit.rs"), include_str!("audit_refusals.rs"));
    for event in Event::ALL {
        assert!(source.contains(&format!("\"{}\"", event.name())), "{event:?}");
    }
}
