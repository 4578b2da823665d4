//! Refusals and sign-ins that came to nothing: none goes by without its line, and none has two.

use super::audit::{MASKED, app_with, ask, check, event, events, post};
use phonegate_testing::{Answer, Browser, Fault, PHONE, TestApp, logged, secs, test_app, wrong_code};

const OTHERS: std::ops::Range<u32> = 51..56;

fn other(last: u32) -> String {
    format!("+1 202 555 01{last}")
}

/// A request for a code by somebody else.
async fn ask_elsewhere(app: &TestApp, last: u32) -> Browser {
    let (browser, address) = (app.browser().await, format!("198.51.100.{last}"));
    browser.post_with("/verify", &[("phone", &other(last))], &[("x-forwarded-for", &address)]).await;
    browser
}

/// Five visitors meet a provider that fails.
async fn pause_sends(app: &TestApp) {
    app.provider.fail_with(500);
    for last in OTHERS {
        ask_elsewhere(app, last).await;
    }
}

async fn resend(browser: &Browser) -> Answer {
    let id = browser.get("/verify").await.request_id();
    post(browser, "/resend", &[("request_id", &id), ("channel", "sms")]).await
}

#[derive(Debug, Clone, Copy)]
enum Scene {
    Running,
    InDoubt,
    Ending,
    Paused,
    ResendTooSoon,
    ResendBothOut,
    ResendPaused,
    CheckLost,
    CheckFailed,
    CheckPaused,
    CancelledMeanwhile,
}

/// Plays it; what the last request was answered.
async fn play(app: &TestApp, scene: Scene) -> Answer {
    let provider = &app.provider;
    match scene {
        Scene::Running => {
            ask(app, PHONE).await;
            ask(app, PHONE).await.1
        }
        Scene::InDoubt | Scene::Ending => {
            provider.fault("start", Fault::Cut, 1);
            let (browser, _) = ask(app, PHONE).await;
            if matches!(scene, Scene::Ending) {
                app.pass(secs(30)).await;
                provider.fault("start", Fault::Status(409), 1);
            }
            post(&browser, "/verify", &[("phone", PHONE)]).await
        }
        Scene::Paused => {
            pause_sends(app).await;
            ask(app, PHONE).await.1
        }
        Scene::ResendTooSoon => resend(&ask(app, PHONE).await.0).await,
        Scene::ResendBothOut => {
            let (browser, _) = ask(app, PHONE).await;
            app.pass(secs(30)).await;
            let id = browser.get("/verify").await.request_id();
            post(&browser, "/resend", &[("request_id", &id), ("channel", "voice")]).await;
            app.pass(secs(30)).await;
            resend(&browser).await
        }
        Scene::ResendPaused => {
            let (browser, _) = ask(app, PHONE).await;
            app.pass(secs(30)).await;
            pause_sends(app).await;
            resend(&browser).await
        }
        Scene::CheckLost => {
            let (browser, _) = ask(app, PHONE).await;
            provider.fault("check", Fault::Cut, 2);
            check(&browser, &wrong_code(&provider.code(PHONE).await)).await
        }
        Scene::CheckFailed => {
            let (browser, _) = ask(app, PHONE).await;
            provider.fault("check", Fault::Status(401), 1);
            check(&browser, &provider.code(PHONE).await).await
        }
        Scene::CheckPaused => {
            let (browser, _) = ask(app, PHONE).await;
            let mut others = Vec::new();
            for last in OTHERS {
                others.push(ask_elsewhere(app, last).await);
            }
            provider.fail_with(500);
            for (other, last) in others.iter().zip(OTHERS) {
                let id = other.get("/verify").await.request_id();
                let from = [("x-forwarded-for", &*format!("198.51.100.{last}"))];
                other.post_with("/check", &[("request_id", &id), ("pin", "123456")], &from).await;
            }
            check(&browser, "123456").await
        }
        Scene::CancelledMeanwhile => {
            let (browser, _) = ask(app, PHONE).await;
            let (id, code) = (browser.get("/verify").await.request_id(), provider.code(PHONE).await);
            provider.delay("check", secs(2));
            let (form, cancel) = ([("request_id", &*id), ("pin", &*code)], [("request_id", &*id)]);
            let twin = browser.copy();
            let (checked, _) = tokio::join!(post(&browser, "/check", &form), async {
                provider.arrived("check").await;
                post(&twin, "/cancel", &cancel).await
            });
            checked
        }
    }
}

#[tokio::test]
async fn each_is_told_once_with_what_stood_in_the_way() {
    for (scene, event, text) in [
        (Scene::Running, "refused", "limit=\"running\""),
        (Scene::InDoubt, "refused", "limit=\"in_doubt\""),
        (Scene::Ending, "refused", "limit=\"ending\""),
        (Scene::Paused, "refused", "limit=\"provider_paused\""),
        (Scene::ResendTooSoon, "refused", "limit=\"resend_too_soon\""),
        (Scene::ResendBothOut, "refused", "limit=\"resend_both_out\""),
        (Scene::ResendPaused, "refused", "limit=\"provider_paused\""),
        (Scene::CheckLost, "sign_in_failed", "may have been right"),
        (Scene::CheckFailed, "sign_in_failed", "could not check the code"),
        (Scene::CheckPaused, "refused", "limit=\"provider_paused\""),
        (Scene::CancelledMeanwhile, "sign_in_failed", "over meanwhile"),
    ] {
        let app = app_with(&[]).await;
        let answer = play(&app, scene).await;
        assert_eq!(events(&app, &answer, MASKED), [event], "{scene:?} {}", answer.status);
        let lines = answer.logged().join("\n");
        assert!(lines.contains(text), "{scene:?}: {lines}");
    }
}

#[tokio::test]
async fn a_code_of_a_number_that_was_taken_off_the_list_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("numbers.txt");
    std::fs::write(&list, "+1 202 555 0150\n").unwrap();
    let app = app_with(&[("ALLOWED_NUMBERS", list.to_str().unwrap())]).await;
    let (browser, _) = ask(&app, PHONE).await;
    let code = app.provider.code(PHONE).await;
    std::fs::write(&list, "+1 202 555 0199\n").unwrap();
    app.state().sign_in.reload_allowed().await.unwrap();

    let answer = check(&browser, &code).await;
    assert_eq!(events(&app, &answer, MASKED), ["sign_in_failed"]);
    assert!(answer.logged().join("\n").contains("not in ALLOWED_NUMBERS any more"));
    // From now on it is an outsider's.
    let (_, answer) = ask(&app, PHONE).await;
    assert_eq!(events(&app, &answer, MASKED), ["refused"]);
}

#[tokio::test]
async fn an_attempt_that_runs_out_is_told_once_and_one_that_has_ended_is_not() {
    let app = test_app().spawn().await;
    let (out, _) = ask(&app, "+1 202 555 0173").await;
    let (browser, id) = app.waiting_for_code("+1 202 555 0174").await;
    browser.check(&id, &app.provider.code("+1 202 555 0174").await).await.assert_redirect("/result");
    let (browser, id) = app.waiting_for_code("+1 202 555 0175").await;
    browser.cancel(&id).await.assert_redirect("/");
    for _ in 0..4 {
        app.pass(secs(300)).await;
    }
    out.get("/verify").await.assert_redirect("/");

    let log = logged();
    let expired = |ending: &str| {
        let of_number = |line: &&str| line.contains("audit: ") && line.contains(&format!("••••{ending}\""));
        log.lines().filter(of_number).filter(|line| event(line) == "expired").count()
    };
    assert_eq!((expired("73"), expired("74"), expired("75")), (1, 0, 0));
}
