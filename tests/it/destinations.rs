//! Where codes go, and who may sign in at all.

use std::{fs, path::PathBuf};

use phonegate::testing::{
    guard::{By, Kind},
    sign_in::{Refusal, Start},
};
use tempfile::TempDir;

use phonegate_testing::{Binary, PHONE, each_store, logged, secs, test_app};

const OTHER: &str = "+1 202 555 0151";

/// A list of numbers in a folder of its own.
fn list(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("numbers.txt");
    fs::write(&path, text).unwrap();
    (folder, path)
}

#[tokio::test]
async fn a_kind_of_number_that_gets_no_code_is_told_beside_the_field_and_nobody_is_called() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        for (number, text, operator) in [
            ("+44 20 7946 0123", "That is a landline", "(GB): a landline"),
            ("+44 901 234 5678", "cost extra", "(GB): of a kind that is never sent to (PremiumRate)"),
            ("+49 180 12345", "cost extra", "(DE): of a kind that is never sent to (SharedCost)"),
            ("+44 70 1234 5678", "cost extra", "(GB): of a kind that is never sent to (Personal)"),
            (
                "+1 800 234 5678",
                "cannot receive our text messages",
                "(US): of a kind that is never sent to (TollFree)",
            ),
            (
                "+44 7640 123456",
                "cannot receive our text messages",
                "(GB): of a kind that is never sent to (Pager)",
            ),
            (
                "+44 55 1234 5678",
                "cannot receive our text messages",
                "(GB): of a kind that is never sent to (Company)",
            ),
            (
                "+41 860 79 123 45 67",
                "cannot receive our text messages",
                "(CH): of a kind that is never sent to (Voicemail)",
            ),
        ] {
            let browser = app.browser().await;

            let answer = browser.post("/verify", &[("phone", number)]).await;

            answer.assert_page(422, text);
            assert!(answer.body.contains("id=\"phone-problem\""), "{}", answer.body);
            assert!(answer.body.contains(&format!("value=\"{number}\"")), "what was typed is still there");
            let lines = answer.logged();
            assert!(lines.len() == 1 && lines[0].contains(operator), "{lines:?}");
            assert!(lines[0].contains("asked for from 127.0.0.1"), "{lines:?}");
            browser.get("/verify").await.assert_redirect("/");
        }
        assert_eq!(app.provider.all_calls(), 0);
    }
}

#[tokio::test]
async fn only_the_countries_of_the_setting_get_codes() {
    let app = test_app().set("COUNTRIES", "GB,IE").spawn().await;
    let browser = app.browser().await;

    let answer = browser.post("/verify", &[("phone", PHONE)]).await;
    answer.assert_page(422, "We do not send codes to that country");
    assert_eq!(app.provider.all_calls(), 0);

    browser.post("/verify", &[("phone", "+44 7400 123456")]).await.assert_redirect("/verify");
}

#[tokio::test]
async fn satellites_get_codes_only_if_they_are_named_and_have_one_budget_for_each_code() {
    let app = test_app().spawn().await;
    for number in ["+881 6123 45678", "+870 773 123 456", "+882 34 21234", "+883 5100 0000 0094"] {
        let answer = app.browser().await.post("/verify", &[("phone", number)]).await;
        answer.assert_page(422, "We do not send codes to that country");
    }
    assert_eq!(app.provider.all_calls(), 0);

    let app = test_app().set("COUNTRIES", "GB,+881").spawn().await;
    for block in 0..4 {
        for from in 0..8 {
            // Each to a block of four digits of its own.
            let phone = format!("+88161{block}{from}12345");
            app.ask_from([198, 51, 100, block * 8 + from], &phone).await;
        }
    }
    assert_eq!(app.provider.calls("start"), 32);
    app.pass(secs(300)).await;
    let counted =
        app.state().sign_in.core.store.counters(&[Kind::Unverified(By::Country).of("+881")]).await.unwrap();
    assert!(counted.iter().all(|counter| counter.count == 32) && counted.len() == 2, "{counted:?}");
    // Over the budget an address that has an unverified send gets no more.
    let refused = app.ask_from([198, 51, 100, 1], "+881698765432").await;
    assert!(matches!(refused, Start::Refused(Refusal::Guard(_))), "{refused:?}");
    let answer = app.browser().await.post("/verify", &[("phone", "+870 773 123 456")]).await;
    answer.assert_page(422, "We do not send codes to that country");
}

#[tokio::test]
async fn internet_phones_get_codes_unless_they_are_switched_off() {
    let number = [("phone", "+44 56 1234 5678")];
    let app = test_app().spawn().await;
    app.browser().await.post("/verify", &number).await.assert_redirect("/verify");

    let app = test_app().set("ALLOW_VOIP", "off").spawn().await;
    let answer = app.browser().await.post("/verify", &number).await;
    answer.assert_page(422, "That is an internet phone number");
    assert_eq!(app.provider.all_calls(), 0);
}

#[tokio::test]
async fn only_numbers_of_the_list_sign_in() {
    let (_folder, path) = list("# Staff\n(202) 555-0150 # Ann\n");
    let app =
        test_app().set("ALLOWED_NUMBERS", path.to_str().unwrap()).set("DEFAULT_COUNTRY", "US").spawn().await;

    let (browser, id) = app.waiting_for_code(OTHER).await;
    for pin in ["000001", "000002", "000003"] {
        browser.check(&id, pin).await;
    }
    browser.get("/result").await.assert_redirect("/");
    assert_eq!(app.provider.all_calls(), 0);

    app.signed_in(PHONE).await.get("/result").await.assert_page(200, "You are signed in");
}

#[tokio::test]
async fn a_number_that_leaves_the_list_is_signed_out_at_once() {
    for store in each_store().await {
        let both = format!("{PHONE}\n{OTHER}\n");
        let (_folder, path) = list(&both);
        let app =
            test_app().store(store.as_deref()).set("ALLOWED_NUMBERS", path.to_str().unwrap()).spawn().await;
        let (stays, leaves) = (app.signed_in(PHONE).await, app.signed_in(OTHER).await);

        fs::write(&path, PHONE).unwrap();
        app.state().sign_in.reload_allowed().await.unwrap();

        stays.get("/result").await.assert_page(200, "You are signed in");
        leaves.get("/result").await.assert_redirect("/");
        let calls = app.provider.all_calls();
        leaves.post("/verify", &[("phone", OTHER)]).await.assert_redirect("/verify");
        assert_eq!(app.provider.all_calls(), calls);

        // Coming back to the list brings no session back.
        fs::write(&path, both).unwrap();
        app.state().sign_in.reload_allowed().await.unwrap();
        leaves.get("/result").await.assert_redirect("/");
        stays.get("/result").await.assert_page(200, "You are signed in");
    }
}

#[tokio::test]
async fn a_code_that_is_out_is_worth_nothing_once_its_number_has_left_the_list() {
    let (_folder, path) = list(&format!("{PHONE}\n{OTHER}\n"));
    let app = test_app().set("ALLOWED_NUMBERS", path.to_str().unwrap()).spawn().await;
    let (browser, id) = app.waiting_for_code(OTHER).await;
    let code = app.provider.code(OTHER).await;

    fs::write(&path, PHONE).unwrap();
    app.state().sign_in.reload_allowed().await.unwrap();

    browser.check(&id, &code).await.assert_redirect("/");
    browser.get("/result").await.assert_redirect("/");
    browser.get("/verify").await.assert_redirect("/");
    app.pass(secs(30)).await;
    assert_eq!((app.provider.calls("check"), app.provider.calls("cancel")), (0, 1));
}

#[tokio::test]
async fn a_list_with_a_mistake_changes_nothing_and_the_log_names_the_line() {
    let (_folder, path) = list(&format!("{PHONE}\n{OTHER}\n"));
    let app = test_app().set("ALLOWED_NUMBERS", path.to_str().unwrap()).spawn().await;
    let browser = app.signed_in(OTHER).await;

    fs::write(&path, format!("{PHONE}\n+1 202\n")).unwrap();
    app.state().sign_in.reload_allowed().await.unwrap();

    browser.get("/result").await.assert_page(200, "You are signed in");
    let problem = format!("ALLOWED_NUMBERS: {}, line 2: the number is too short; the list", path.display());
    let line = logged().lines().find(|line| line.contains(&problem)).map(str::to_owned);
    assert!(line.is_some_and(|line| line.contains("ERROR")));
}

#[tokio::test]
async fn a_start_with_a_shorter_list_ends_the_sessions_of_the_others() {
    let app = test_app().spawn().await;
    let (stays, leaves) = (app.signed_in(PHONE).await, app.signed_in(OTHER).await);
    let (_folder, path) = list(PHONE);

    let later = test_app().beside(&app).set("STORE_URL", &app.store_url());
    let later = later.set("ALLOWED_NUMBERS", path.to_str().unwrap()).spawn().await;

    // Not even an instance without the list knows them any more.
    for base in [app.url("/"), later.url("/")] {
        leaves.copy().moved_to(base.as_str()).get("/result").await.assert_redirect("/");
        stays.copy().moved_to(base.as_str()).get("/result").await.assert_page(200, "You are signed in");
    }
}

#[tokio::test]
async fn the_program_reads_its_list_again_when_it_is_told_to() {
    let (_folder, path) = list(PHONE);
    let mut program = Binary::start(&[("ALLOWED_NUMBERS", path.to_str().unwrap())]);
    let browser = program.browser();
    browser.get("/").await;
    browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    let id = browser.get("/verify").await.request_id();
    let messages = browser.get("/simulator/messages?to=%2B12025550150").await.body;
    let code = messages.split("\"code\":\"").nth(1).unwrap().split('"').next().unwrap();
    browser.check(&id, code).await.assert_redirect("/result");

    fs::write(&path, "nobody\n").unwrap();
    program.hang_up();
    program.wait_for("line 1: that is no phone number");
    browser.get("/result").await.assert_page(200, "You are signed in");

    fs::write(&path, OTHER).unwrap();
    program.hang_up();
    program.wait_for("were ended");
    browser.get("/result").await.assert_redirect("/");
}

#[test]
fn real_messages_to_all_countries_are_warned_of_at_start() {
    let pair = [("VONAGE_API_KEY", "k"), ("VONAGE_API_SECRET", "s")];
    let warned = |more: &[(&str, &str)]| {
        let program = Binary::start(&[&pair, more].concat());
        program.start.iter().any(|line| line.contains("\"WARN\"") && line.contains("COUNTRIES is not set"))
    };
    assert!(warned(&[]));
    assert!(!warned(&[("COUNTRIES", "GB")]));
    assert!(!warned(&[("VERIFY_BASE_URL", "http://127.0.0.1:9")]));
}
