//! Numbers outside of `ALLOWED_NUMBERS`: nobody finds out which those are.

mod journey;

use std::{fs, path::PathBuf, time::Instant};

use futures_util::future::join_all;
use tempfile::TempDir;

use phonegate_testing::{Answer, Browser, Builder, Fault, TestApp, each_store, secs, test_app, wrong_code};

use journey::walk;

const MEMBER: &str = "+1 202 555 0150";
const OUTSIDER: &str = "+1 202 555 0151";
/// No code that is ever sent: those have six digits, but hardly these.
const WRONG: [&str; 6] = ["000001", "000002", "000003", "000004", "000005", "000006"];

/// A list in a folder of its own.
fn list(numbers: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("numbers.txt");
    fs::write(&path, numbers).unwrap();
    (folder, path)
}

fn listed() -> (TempDir, PathBuf, Builder) {
    let (folder, path) = list(MEMBER);
    let app = test_app().set("ALLOWED_NUMBERS", path.to_str().unwrap());
    (folder, path, app.set("METRICS_LISTEN", "127.0.0.1:0"))
}

/// All that a browser can tell of an answer, but for what differs between any two attempts.
fn shape(answer: &Answer) -> String {
    let mut headers = Vec::new();
    for (name, value) in &answer.headers {
        let value = value.to_str().unwrap();
        headers.push(match name.as_str() {
            "date" | "x-request-id" => continue,
            // A removal's date is the machine's.
            "set-cookie" if value.contains("Expires=") => value.split("Expires=").next().unwrap().to_owned(),
            "set-cookie" if !value.contains("notice") => {
                let (cookie, attributes) = value.split_once(';').unwrap();
                let (name, value) = cookie.split_once('=').unwrap();
                format!("{name}, {} characters;{attributes}", value.len())
            }
            _ => format!("{name}: {value}"),
        });
    }
    headers.sort();
    let mut body = answer.body.clone();
    for id in answer.request_ids().iter().filter(|id| !id.is_empty()) {
        let form = id.chars().map(|c| if c.is_ascii_hexdigit() { 'x' } else { c }).collect::<String>();
        body = body.replace(id, &form);
    }
    for phone in [MEMBER, OUTSIDER] {
        // As it is typed, and as pages write it.
        let written = format!("{}-{}", &phone[..6], phone[7..].replace(' ', "-"));
        let at_home = format!("({}) {}", &written[3..6], &written[7..]);
        for whole in [phone, &written, &at_home] {
            body = body.replace(whole, "PHONE");
        }
        body = body.replace(&format!("••••{}", &phone[phone.len() - 2..]), "••••NN");
    }
    format!("{} {headers:#?}\n{body}", answer.status)
}

#[tokio::test]
async fn a_member_and_an_outsider_are_told_the_same_whatever_they_do() {
    for (api, guarded) in [("v1", false), ("v2", false), ("v1", true), ("v2", true)] {
        // Each has an app and a store of its own, so that neither's sends count for the other.
        for stores in each_store().await.into_iter().zip(each_store().await) {
            let lives = [(MEMBER, &stores.0), (OUTSIDER, &stores.1)].map(async |(phone, store)| {
                let (folder, _, app) = listed();
                let app = app.api(api).store(store.as_deref());
                (walk(if guarded { app.guarded() } else { app }, phone).await, folder)
            });
            let [(member, _kept), (outsider, _too)]: [_; 2] = join_all(lives).await.try_into().ok().unwrap();

            assert_eq!(member.told.len(), outsider.told.len());
            for (number, ((what, member), (_, outsider))) in
                member.told.iter().zip(&outsider.told).enumerate()
            {
                let which = format!("{api}, guarded: {guarded}, {what}, the {number}th");
                assert!(member == outsider, "{which}:\n{member}\n{outsider}");
            }
            assert!(member.app.provider.all_calls() > 5);
            assert_eq!(outsider.app.provider.all_calls(), 0, "nothing reaches the provider");
            assert!(outsider.app.provider.messages(OUTSIDER).await.is_empty());
        }
    }
}

#[tokio::test]
async fn however_many_were_refused_for_a_number_the_next_is_told_the_same_wait() {
    for api in ["v1", "v2"] {
        for stores in each_store().await.into_iter().zip(each_store().await) {
            let lives = [(MEMBER, &stores.0), (OUTSIDER, &stores.1)].map(async |(phone, store)| {
                let (_folder, _path, app) = listed();
                let app = app.api(api).store(store.as_deref()).spawn().await;
                app.waiting_for_code(phone).await;
                let ask = async || app.browser().await.post("/verify", &[("phone", phone)]).await;
                let mut told = Vec::new();
                for _ in 0..10 {
                    let answer = ask().await;
                    app.pass(secs(1)).await;
                    told.push((answer.headers.get("retry-after").cloned(), shape(&answer)));
                }
                told
            });
            let told = join_all(lives).await;
            assert_eq!(told[0][9].0.as_ref().unwrap(), "21", "until it may be taken over");
            for (number, (member, outsider)) in told[0].iter().zip(&told[1]).enumerate() {
                assert!(member == outsider, "{api}, the {number}th:\n{member:?}\n{outsider:?}");
            }
        }
    }
}

#[tokio::test]
async fn the_operator_reads_what_was_not_sent_and_the_metrics_count_it_apart() {
    let (_folder, _path, app) = listed();
    let app = app.spawn().await;
    let (browser, id) = app.waiting_for_code(OUTSIDER).await;
    let asked = app.browser().await.post("/verify", &[("phone", "+1 202 555 0152")]).await;
    let lines = asked.logged().join("\n");
    assert!(lines.contains("nothing is sent, and the visitor is not told"), "{lines}");
    assert!(!lines.contains("code sent"), "{lines}");
    browser
        .get("/verify")
        .await
        .assert_page(200, "If this number may sign in here, we texted a 6-digit code to");
    for pin in &WRONG[..3] {
        browser.check(&id, pin).await;
    }
    app.pass(secs(700)).await;

    let metrics = reqwest::get(app.metrics_url()).await.unwrap().text().await.unwrap();
    let count = |name: &str| metrics.lines().filter(|line| line.starts_with(name)).count();
    assert!(metrics.contains("phonegate_refusals_total{rule=\"ALLOWED_NUMBERS\",mode=\"enforce\"} 2"));
    assert!(metrics.contains("phonegate_wrong_codes_total 3"));
    assert_eq!(count("phonegate_messages_total{"), 0, "{metrics}");
    assert_eq!(count("phonegate_verifications_total{"), 0, "{metrics}");
    assert_eq!(app.provider.all_calls(), 0);
}

#[tokio::test]
async fn an_answer_to_an_outsider_takes_as_long_as_those_to_members() {
    let (_folder, _path, app) = listed();
    let app = app.spawn().await;
    for kind in ["start", "check"] {
        app.provider.delay(kind, secs(2));
        let (member, id) = app.waiting_for_code(MEMBER).await;
        if kind == "check" {
            member.check(&id, &wrong_code(&app.provider.code(MEMBER).await)).await;
        }
        let outsider = app.browser().await;
        let begun = Instant::now();
        outsider.post("/verify", &[("phone", OUTSIDER)]).await.assert_redirect("/verify");
        if kind == "check" {
            let id = outsider.get("/verify").await.request_id();
            outsider.check(&id, WRONG[0]).await.assert_page(422, "not the code");
        }
        // A little less or more, as with any two answers.
        assert!(begun.elapsed() * 100 >= secs(2) * 85, "{kind}: {:?}", begun.elapsed());
        app.pass(secs(700)).await;
    }
}

#[tokio::test]
async fn trouble_of_the_provider_is_trouble_for_outsiders_too() {
    for (fault, status) in [(Fault::Status(500), 502), (Fault::Status(429), 503), (Fault::Status(401), 503)] {
        let (_folder, _path, app) = listed();
        let app = app.spawn().await;
        app.provider.fault("start", fault, 1);
        let ask = async |phone| app.browser().await.post("/verify", &[("phone", phone)]).await;
        // The fault is the member's; then it is the provider's for all, or sends are paused.
        let member = ask(MEMBER).await;
        assert_eq!(member.status, status, "{fault:?}");
        let outsider = ask(OUTSIDER).await;
        // Refused credentials pause sends at once, for members as well.
        let member = if fault == Fault::Status(401) { ask(MEMBER).await } else { member };
        assert_eq!(shape(&member), shape(&outsider), "{fault:?}");

        app.pass(secs(61)).await;
        let [member, outsider] = [ask("+1 202 555 0150").await, ask("+1 202 555 0152").await];
        assert_eq!((member.status, outsider.status), (303, 303), "{fault:?}: {member:?}");
    }
}

#[tokio::test]
async fn an_attempt_whose_answer_was_lost_goes_on_for_outsiders_as_for_members() {
    let (_folder, _path, app) = listed();
    let app = app.spawn().await;
    // The provider has sent, and its answer is lost.
    app.provider.fault("start", Fault::Cut, 1);
    let browsers = [(MEMBER, app.browser().await), (OUTSIDER, app.browser().await)];
    let mut told = [Vec::new(), Vec::new()];
    for after in [0, 61] {
        app.pass(secs(after)).await;
        for ((phone, browser), told) in browsers.iter().zip(&mut told) {
            told.push(shape(&browser.post("/verify", &[("phone", phone)]).await));
            told.push(shape(&browser.get("/verify").await));
        }
    }
    assert!(told[0][3].contains("it still works"), "{}", told[0][3]);
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn which_wrong_code_ends_a_request_outlives_a_restart() {
    let (_folder, _path, app) = listed();
    let app = app.spawn().await;
    let store = &app.state().sign_in.core.store;
    assert_eq!(store.remembered("lenient").await.unwrap(), None);
    let (browser, id) = app.waiting_for_code(MEMBER).await;
    for pin in &WRONG[..3] {
        browser.check(&id, pin).await;
    }
    assert_eq!(store.remembered("lenient").await.unwrap().as_deref(), Some("no"));
    // As an instance that met another answer has left it.
    store.remember("lenient", "yes").await.unwrap();
    let app = app.restart().await;
    let (browser, id) = app.waiting_for_code(OUTSIDER).await;
    for pin in &WRONG[..3] {
        browser.check(&id, pin).await.assert_page(422, "not the code we sent");
    }
    let fourth = browser.check(&id, WRONG[3]).await;
    assert!(!fourth.body.contains("not the code we sent"), "{}", fourth.body);
}

#[tokio::test]
async fn a_number_that_comes_to_the_list_gets_a_real_code_with_its_next_message() {
    let (_folder, path, app) = listed();
    let app = app.set("CHANNELS", "sms").spawn().await;
    let (browser, id) = app.waiting_for_code(OUTSIDER).await;
    fs::write(&path, format!("{MEMBER}\n{OUTSIDER}\n")).unwrap();
    app.state().sign_in.reload_allowed().await.unwrap();

    browser.check(&id, WRONG[0]).await.assert_page(422, "not the code we sent");
    app.pass(secs(30)).await;
    browser.resend(&id, "sms").await.assert_redirect("/verify");
    app.pass(secs(15)).await;
    assert_eq!((app.provider.calls("cancel"), app.provider.calls("start")), (0, 1));
    app.signs_in_with_the_newest_code(&browser, OUTSIDER).await;
}
