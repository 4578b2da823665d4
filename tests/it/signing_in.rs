//! The ordinary journeys, with both of the provider's APIs and on both stores.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
};
use data_encoding::BASE64;

use phonegate_testing::{PHONE, each_store, secs, test_app, wrong_code, wrong_codes};

#[tokio::test]
async fn a_visitor_with_the_right_code_is_signed_in() {
    for store in each_store().await {
        for api in ["v1", "v2"] {
            let app = test_app().api(api).store(store.as_deref()).spawn().await;

            let (browser, id) = app.waiting_for_code(PHONE).await;
            let code = app.provider.code(PHONE).await;
            browser.check(&id, &code).await.assert_redirect("/result");

            browser.get("/result").await.assert_page(200, "You are signed in");
            browser.get("/").await.assert_redirect("/result");
            browser.get("/verify").await.assert_redirect("/");
            assert_eq!(app.provider.messages(PHONE).await.len(), 1);
        }
    }
}

#[tokio::test]
async fn a_code_is_taken_as_people_type_it() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    let code = app.provider.code(PHONE).await;

    let typed = format!(" {} {}", &code[..3], &code[3..]);
    browser.check(&id, &typed).await.assert_redirect("/result");
}

#[tokio::test]
async fn a_visitor_is_told_who_could_use_the_code_too() {
    let app = test_app().spawn().await;
    let risk = "Never share the code with anyone.";
    app.browser().await.get("/").await.assert_page(200, risk);

    let (browser, _) = app.waiting_for_code(PHONE).await;
    browser.get("/verify").await.assert_page(200, "Nobody from phonegate will ever ask for it.");
}

#[tokio::test]
async fn a_wrong_code_leaves_tries_and_the_right_one_still_works() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        let code = app.provider.code(PHONE).await;

        let answer = browser.check(&id, &wrong_code(&code)).await;
        answer.assert_page(422, "You have 2 tries left.");
        assert_eq!(answer.request_id(), id);
        assert!(answer.body.contains("aria-invalid=\"true\""), "{}", answer.body);

        browser.check(&id, &code).await.assert_redirect("/result");
    }
}

#[tokio::test]
async fn what_cannot_be_a_code_is_told_without_asking_the_provider() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;

    browser.check(&id, "").await.assert_page(422, "Enter the code that we sent you.");
    browser.check(&id, "12a456").await.assert_page(422, "A code has digits only.");
    browser.check(&id, "12345").await.assert_page(422, "The code has 6 digits.");

    assert_eq!(app.provider.calls("check"), 0);
}

#[tokio::test]
async fn three_wrong_codes_end_the_request() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        let code = app.provider.code(PHONE).await;
        let wrong = wrong_codes(&code);

        browser.check(&id, &wrong[0]).await.assert_page(422, "2 tries left");
        // A reload of the page that says so.
        browser.check(&id, &wrong[0]).await.assert_page(422, "2 tries left");
        browser.check(&id, &wrong[1]).await.assert_page(422, "one try left");
        browser.check(&id, &wrong[2]).await.assert_page(410, "wrong too many times");

        browser.check(&id, &code).await.assert_page(410, "wrong too many times");
        browser.get("/verify").await.assert_redirect("/");
        assert_eq!(app.provider.calls("check"), 3);

        browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
        let id = browser.get("/verify").await.request_id();
        browser.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");
    }
}

#[tokio::test]
async fn a_code_runs_out() {
    for api in ["v1", "v2"] {
        let app = test_app().api(api).set("CODE_LIFETIME", "120").spawn().await;
        let (browser, id) = app.waiting_for_code(PHONE).await;
        let code = app.provider.code(PHONE).await;

        app.pass(secs(60)).await;
        browser.get("/verify").await.assert_page(200, ">1:00</time>");
        app.pass(secs(60)).await;

        browser.check(&id, &code).await.assert_page(410, "The code has expired");
        assert_eq!(app.provider.calls("check"), 0, "what we know need not be asked");
        browser.get("/verify").await.assert_redirect("/");
        browser
            .get("/")
            .await
            .assert_page(200, "The code has expired. Check your number, then ask for a new one.");
        browser.get("/").await.assert_page(200, "Sign in to phonegate");

        // The request of the old code was ended just now, and the provider takes a moment over it.
        browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
        browser.get("/verify").await.assert_page(200, "We are about to send it to");
        app.pass(secs(15)).await;
        browser.get("/verify").await.assert_page(200, "Enter your code");
        assert_eq!(app.provider.messages(PHONE).await.len(), 2);
    }
}

#[tokio::test]
async fn numbers_are_taken_as_people_type_them() {
    let app = test_app().set("DEFAULT_COUNTRY", "GB").spawn().await;
    for typed in ["+1 (202) 555-0151", "001 202.555.0152", "07700 900123", "+44 (0)7700 900124"] {
        app.browser().await.post("/verify", &[("phone", typed)]).await.assert_redirect("/verify");
    }
    let browser = app.browser().await;
    browser.post("/verify", &[("phone", "202 555 0153"), ("country", "us")]).await.assert_redirect("/verify");

    for sent in ["12025550151", "12025550152", "447700900123", "447700900124", "12025550153"] {
        assert_eq!(app.provider.messages(sent).await.len(), 1, "{sent}");
    }
}

#[tokio::test]
async fn a_number_that_cannot_be_is_told_why_and_nothing_typed_is_lost() {
    let app = test_app().spawn().await;
    let browser = app.browser().await;
    for (typed, reason) in [
        ("", "Enter your phone number."),
        ("call <me>", "Use only digits."),
        ("0171 555 1234", "Choose your country, or start with + and its code."),
        ("+999 12345678", "No country has the code"),
        ("+1 202", "too short"),
        ("+1 202 555 0123 4567", "too long"),
        ("+1 000 555 0123", "There is no such phone number"),
    ] {
        let answer = browser.post("/verify", &[("phone", typed), ("country", "")]).await;
        answer.assert_page(422, reason);
        let kept = typed.replace('<', "&lt;").replace('>', "&gt;");
        assert!(answer.body.contains(&format!("value=\"{kept}\"")), "{typed} in {}", answer.body);
    }
    assert_eq!(app.provider.all_calls(), 0);
}

#[tokio::test]
async fn numbers_of_fiction_are_refused_where_real_messages_are_sent() {
    let app = test_app().set("VERIFY_BASE_URL", "https://verify.invalid").spawn().await;
    let answer = app.browser().await.post("/verify", &[("phone", PHONE)]).await;
    answer.assert_page(422, "set aside for films");
}

#[tokio::test]
async fn pages_show_no_more_of_a_number_than_its_ends_once_it_is_signed_in() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    browser.check(&id, &app.provider.code(PHONE).await).await.assert_redirect("/result");
    let mut pages = Vec::new();
    for page in ["/result", "/signout", "/sessions"] {
        pages.push(browser.get(page).await.body);
    }

    for page in pages {
        assert!(page.contains("50") && !page.contains("5550150") && !page.contains("555 01"), "{page}");
    }
}

/// A key as the provider's dashboard gives it out.
fn private_key() -> String {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der = pair.as_der().unwrap();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", BASE64.encode(der.as_ref()))
}

#[tokio::test]
async fn an_application_signs_in_visitors_of_v2_in_the_place_of_key_and_secret() {
    let key = private_key();
    let app = |api: &str| {
        test_app()
            .api(api)
            .set("VONAGE_API_SECRET", "not-the-one")
            .set("VONAGE_APPLICATION_ID", "0f9c2d5e-1111-4222-8333-444455556666")
            .set("VONAGE_PRIVATE_KEY", &key)
    };
    let v2 = app("v2").spawn().await;
    let browser = v2.signed_in(PHONE).await;
    browser.get("/result").await.assert_page(200, "You are signed in");

    let v1 = app("v1").spawn().await;
    let answer = v1.browser().await.post("/verify", &[("phone", PHONE)]).await;
    answer.assert_page(503, "Phone sign-in is unavailable right now");
}
