//! What Prometheus is told: each count by what has happened.

use phonegate::testing::{guard::Asker, metrics::CONTENT_TYPE, sign_in::Start};

use crate::callbacks::{SECRET, event, report};
use phonegate_testing::{Browser, PHONE, TestApp, postgres_store, secs, test_app, wrong_codes};

mod served;
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
    let app = test_app().set(LISTEN.0, LISTEN.1).set("TRUSTED_PROXIES", "127.0.0.1").spawn().await;
    let ask = async |last: u32| {
        let phone = format!("+1 202 555 01{last}");
        let headers = [("x-forwarded-for", format!("198.51.100.{last}"))];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        app.browser().await.post_with("/verify", &[("phone", &phone)], &headers).await.status
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
        ("phonegate_countries_paused{operation=send}", 0),
    ];
    metrics(&app).await.assert(&failing);
    app.clock.advance(secs(15));
    metrics(&app).await.assert(&failing);

    app.provider.heal();
    assert_eq!(ask(56).await, 303);
    metrics(&app).await.assert(&[("phonegate_provider_paused{operation=send}", 0)]);
}

#[tokio::test]
async fn a_country_that_the_account_may_not_send_to_shows_and_the_provider_is_not_paused() {
    let app = measured().await;
    app.provider.fail_with(403);
    for last in 1..=5 {
        app.ask_from([198, 51, 100, last], &format!("+3361234567{last}")).await;
    }
    metrics(&app).await.assert(&[
        ("phonegate_provider_answers_total{operation=start,result=forbidden}", 5),
        ("phonegate_provider_paused{operation=send}", 0),
        ("phonegate_countries_paused{operation=send}", 1),
        ("phonegate_countries_paused{operation=check}", 0),
    ]);
    app.clock.advance(secs(3600));
    metrics(&app).await.assert(&[("phonegate_countries_paused{operation=send}", 0)]);
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
