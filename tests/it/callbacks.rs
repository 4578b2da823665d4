//! What the provider reports of a message, and what nobody else may.

use aws_lc_rs::digest;
use data_encoding::{HEXLOWER, HEXUPPER};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use phonegate::testing::guard::{Kind, Mode, report::report as guard_report};
use reqwest::Method;
use serde_json::{Value, json};

use phonegate_testing::{Answer, Browser, Fault, PHONE, TestApp, logged, secs, test_app};

pub const SECRET: &str = "d2f8dd0a6d8b4c0a9e1f";

/// How a callback is signed.
struct Signed {
    algorithm: Algorithm,
    secret: &'static str,
    iat: i64,
    hash: String,
}

fn hash(body: &str) -> digest::Digest {
    digest::digest(&digest::SHA256, body.as_bytes())
}

/// As the provider does it.
fn signed(app: &TestApp, body: &str) -> Signed {
    let iat = app.clock.now().as_millis() / 1_000;
    Signed { algorithm: Algorithm::HS256, secret: SECRET, iat, hash: HEXLOWER.encode(hash(body).as_ref()) }
}

impl Signed {
    fn header(&self) -> String {
        let claims = json!({"iat": self.iat, "jti": "1", "iss": "Vonage", "payload_hash": self.hash});
        let key = EncodingKey::from_secret(self.secret.as_bytes());
        format!("Bearer {}", encode(&Header::new(self.algorithm), &claims, &key).unwrap())
    }
}

async fn post(app: &TestApp, body: &str, authorization: Option<String>) -> Answer {
    // No cookies, no Origin, and under whatever name the provider knows us by.
    let provider = app.stranger();
    let request = provider.request(Method::POST, "/callbacks/verify").header("host", "callbacks.example");
    let request = request.header("content-type", "application/json").body(body.to_owned());
    provider
        .send(match authorization {
            Some(value) => request.header("authorization", value),
            None => request,
        })
        .await
}

/// A callback as the provider sends it.
pub async fn report(app: &TestApp, body: &Value) {
    let body = body.to_string();
    let answer = post(app, &body, Some(signed(app, &body).header())).await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""), "{body}");
}

pub fn event(id: &str, channel: &str, status: &str) -> Value {
    json!({
        "request_id": id, "type": "event", "channel": channel, "status": status,
        "triggered_at": "2027-01-15T08:00:00.000Z", "finalized_at": "2027-01-15T08:00:02.000Z",
    })
}

fn summary(id: &str, status: &str, steps: &[(&str, &str)]) -> Value {
    let step = |(channel, status): &(&str, &str)| json!({"channel": channel, "status": status});
    json!({
        "request_id": id, "type": "summary", "status": status, "submitted_at": "2027-01-15T08:00:00.000Z",
        "workflow": steps.iter().map(step).collect::<Vec<_>>(),
    })
}

async fn listening() -> TestApp {
    test_app().set("VONAGE_SIGNATURE_SECRET", SECRET).spawn().await
}

/// What the page's script is told.
async fn status(browser: &Browser, seen: &str) -> Answer {
    browser.get(&format!("/verify/status?seen={seen}")).await
}

/// What the page knows so far.
fn seen(page: &Answer) -> String {
    page.body.split("data-seen=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn only_what_the_provider_signed_just_now_over_this_very_body_is_taken() {
    let app = listening().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let body = event(&id, "sms", "failed").to_string();
    let good = || signed(&app, &body);
    let upper = HEXUPPER.encode(hash(&body).as_ref());
    let another = HEXLOWER.encode(hash("{}").as_ref());
    for (what, authorization) in [
        ("unsigned", None),
        ("Basic", Some("Basic YWJjZDEyMzQ6c2VjcmV0".to_owned())),
        ("no token", Some("Bearer".to_owned())),
        ("garbage", Some("Bearer a.b.c".to_owned())),
        ("another secret", Some(Signed { secret: "another", ..good() }.header())),
        ("HS512", Some(Signed { algorithm: Algorithm::HS512, ..good() }.header())),
        ("another body", Some(Signed { hash: another, ..good() }.header())),
        ("stale", Some(Signed { iat: good().iat - 301, ..good() }.header())),
        ("early", Some(Signed { iat: good().iat + 301, ..good() }.header())),
    ] {
        let answer = post(&app, &body, authorization).await;
        assert_eq!(answer.status, 503, "{what}: so that it is sent again");
    }
    let page = browser.get("/verify").await;
    assert!(!page.body.contains("could not be delivered"), "{}", page.body);

    for good in [Signed { hash: upper, ..good() }, Signed { iat: good().iat - 300, ..good() }] {
        assert_eq!(post(&app, &body, Some(good.header())).await.status, 204);
    }
    browser.get("/verify").await.assert_page(200, "The text could not be delivered.");
    assert!(!logged().contains(SECRET));
}

#[tokio::test]
async fn without_a_secret_nothing_is_taken() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let body = event(&id, "sms", "failed").to_string();

    assert_eq!(post(&app, &body, Some(signed(&app, &body).header())).await.status, 503);

    let page = browser.get("/verify").await;
    assert!(!page.body.contains("could not be delivered"), "{}", page.body);
}

#[tokio::test]
async fn what_says_nothing_or_is_of_nobody_is_taken_and_changes_nothing() {
    let app = listening().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let before = seen(&browser.get("/verify").await);
    for body in [
        event("c11236f4-00bf-4b89-84ba-88b25df97315", "sms", "failed"),
        event(&id, "sms", "completed"),
        event(&id, "sms", "lost_at_sea"),
        event(&id, "voice", "failed"),
        event(&id, "whatsapp", "failed"),
        summary(&id, "expired", &[("sms", "expired"), ("voice", "unused")]),
        summary(&id, "completed", &[("sms", "completed")]),
        json!({"request_id": id, "type": "something else"}),
        json!({"hello": "world"}),
        json!([]),
    ] {
        report(&app, &body).await;
    }
    assert_eq!(seen(&browser.get("/verify").await), before);
    browser.get("/result").await.assert_redirect("/");
    assert_eq!(post(&app, &"x".repeat(20_000), None).await.status, 413);
    assert_eq!(browser.get("/callbacks/verify").await.status, 405);
}

#[tokio::test]
async fn a_message_that_will_not_arrive_shows_by_itself_and_offers_the_other_way() {
    for (body, text) in [
        (
            (|id| event(id, "sms", "failed")) as fn(&str) -> Value,
            "The text could not be delivered. We can call you instead.",
        ),
        (|id| event(id, "sms", "rejected"), "blocked the text. We can call you instead."),
        (|id| event(id, "sms", "user_rejected"), "blocked the text. We can call you instead."),
        (
            |id| event(id, "sms", "blocked"),
            "We cannot send text messages to this number. We can call you instead.",
        ),
        (|id| summary(id, "blocked", &[("sms", "blocked")]), "We cannot send text messages to this number."),
        (
            |id| summary(id, "failed", &[("sms", "failed"), ("voice", "unused")]),
            "The text could not be delivered.",
        ),
        (|id| summary(id, "blocked", &[]), "We cannot send text messages to this number."),
    ] {
        let app = listening().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        let before = seen(&browser.get("/verify").await);
        assert_eq!(status(&browser, &before).await.status, 204);

        // Twice, as it happens.
        report(&app, &body(&id)).await;
        report(&app, &body(&id)).await;

        let fragment = status(&browser, &before).await;
        fragment.assert_page(200, text);
        assert!(!fragment.body.contains("<html"), "{}", fragment.body);
        assert_eq!(status(&browser, &seen(&fragment)).await.status, 204);
        let page = browser.get("/verify").await;
        page.assert_page(200, text);
        assert_eq!(seen(&page), seen(&fragment));
        browser.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");
    }
}

#[tokio::test]
async fn a_late_report_of_an_earlier_message_does_not_speak_of_the_newer_one() {
    let app = listening().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    app.pass(secs(30)).await;
    browser.resend(&id, "voice").await.assert_redirect("/verify");

    report(&app, &event(&id, "sms", "failed")).await;
    let page = browser.get("/verify").await;
    assert!(!page.body.contains("could not be delivered"), "{}", page.body);

    report(&app, &event(&id, "voice", "rejected")).await;
    browser.get("/verify").await.assert_page(200, "Nobody answered the call. Check the number");
}

#[tokio::test]
async fn a_message_sent_again_clears_what_was_said_of_the_one_before() {
    let app = listening().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    report(&app, &event(&id, "sms", "failed")).await;
    let before = seen(&browser.get("/verify").await);
    app.pass(secs(30)).await;
    browser.resend(&id, "sms").await.assert_redirect("/verify");
    status(&browser, &before).await.assert_page(200, "Something has changed since you opened this page.");
    app.pass(secs(15)).await;

    let page = browser.get("/verify").await;
    assert!(!page.body.contains("could not be delivered"), "{}", page.body);
    report(&app, &event(&id, "sms", "failed")).await;
    assert_eq!(seen(&browser.get("/verify").await), seen(&page), "of a request that is over");
}

#[tokio::test]
async fn a_page_without_an_attempt_is_told_that_it_is_out_of_date() {
    let app = listening().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let before = seen(&browser.get("/verify").await);
    browser.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");

    status(&browser, &before).await.assert_page(200, "href=\"/verify\"");
    status(&app.stranger(), "1-sent").await.assert_page(200, "Something has changed");
    report(&app, &event(&id, "sms", "failed")).await;
    browser.get("/result").await.assert_page(200, "You are signed in");
}

#[tokio::test]
async fn a_report_may_overtake_the_answer_that_names_its_request() {
    let app = listening().await;
    let browser = app.browser().await;
    // The provider takes a moment to answer, and has reported before it does.
    app.provider.delay("start", std::time::Duration::from_millis(300));
    let asking = browser.post("/verify", &[("phone", PHONE)]);
    let reporting = async {
        let id = app.provider.newest_request().await;
        report(&app, &event(&id, "sms", "failed")).await;
    };
    let (answer, ()) = tokio::join!(asking, reporting);

    answer.assert_redirect("/verify");
    browser.get("/verify").await.assert_page(200, "The text could not be delivered.");
}

#[tokio::test]
async fn a_report_of_a_message_whose_call_is_not_answered_has_to_come_again() {
    let app = listening().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    app.pass(secs(30)).await;
    app.provider.fault("next", Fault::Cut, 1);
    browser.resend(&id, "voice").await.assert_redirect("/verify");

    let body = event(&id, "voice", "rejected").to_string();
    let early = post(&app, &body, Some(signed(&app, &body).header())).await;
    assert_eq!(early.status, 503, "{early:?}");
    app.pass(secs(5)).await;
    browser.get("/verify").await.assert_page(200, "We are calling ");
    report(&app, &event(&id, "voice", "rejected")).await;
    browser.get("/verify").await.assert_page(200, "Nobody answered the call.");
}

#[tokio::test]
async fn messages_that_will_not_arrive_are_counted_once_each_and_shown_to_the_operator() {
    let app = listening().await;
    for last in 50..53 {
        let (_, id) = app.waiting_for_code(&format!("+1 202 555 01{last}")).await;
        for _ in 0..2 {
            report(&app, &event(&id, "sms", "failed")).await;
        }
    }
    let store = &app.state().sign_in.core.store;
    let counted = store.counters(&[Kind::Undelivered.of("")]).await.unwrap();
    assert_eq!(counted.iter().map(|counter| counter.count).collect::<Vec<_>>(), [3]);
    let report = guard_report(store, (Mode::Enforce, true), app.clock.now()).await.unwrap();
    assert!(report.contains("messages of the last hour that did not arrive: 3"), "{report}");
}

#[tokio::test]
async fn the_apps_own_simulator_reports_to_it() {
    let app = test_app().simulator_mode().spawn().await;
    for (last, text) in [
        ("07", "We cannot send text messages to this number. We can call you instead."),
        ("33", "The text could not be delivered. We can call you instead."),
        ("34", "The text could not be delivered. We can call you instead."),
    ] {
        let browser = app.browser().await;
        browser
            .post("/verify", &[("phone", &format!("+1 202 555 01{last}"))])
            .await
            .assert_redirect("/verify");
        app.clock.advance(secs(2));
        // The simulator looks at its clock when somebody asks it something.
        browser.get("/simulator/messages?to=%2B12025550150").await;
        let shown = async {
            while !browser.get("/verify").await.body.contains(text) {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(secs(10), shown).await.unwrap();
    }
}
