//! Numbers, codes and secrets stay out of logs and addresses.

use phonegate_testing::{logged, logged_of, secs, test_app, wrong_code};

#[tokio::test]
async fn nothing_personal_or_secret_reaches_the_log() {
    let mut hidden = vec!["Sup3rS3cr3tValue".to_owned(), "TheServerKeyOfThisVeryTest-0123456789".to_owned()];
    for api in ["v1", "v2"] {
        let app = test_app().api(api).set("SERVER_KEY", &hidden[1]).spawn().await;
        for last in [70, 71] {
            let phone = format!("+1 202 555 01{last}");
            let (browser, id) = app.waiting_for_code(&phone).await;
            let code = app.provider.code(&phone).await;
            browser.check(&id, &wrong_code(&code)).await.assert_page(422, "2 tries left");
            hidden.extend([wrong_code(&code), code.clone()]);
            if last == 70 {
                browser.check(&id, &code).await.assert_redirect("/result");
                browser.post("/signout", &[]).await.assert_redirect("/");
            } else {
                app.pass(secs(30)).await;
                browser.resend(&id, "sms").await.assert_redirect("/verify");
                app.pass(secs(15)).await;
                let id = browser.get("/verify").await.request_id();
                hidden.push(app.provider.code(&phone).await);
                app.pass(secs(30)).await;
                browser.resend(&id, "voice").await;
                app.pass(secs(15)).await;
                let id = browser.get("/verify").await.request_id();
                browser.cancel(&id).await.assert_redirect("/");
            }
        }
        for special in (1..=33).filter(|special| *special != 30) {
            let phone = format!("+1 202 555 01{special:02}");
            app.browser().await.post("/verify", &[("phone", &phone)]).await;
        }
        app.browser().await.post("/verify", &[("phone", "2025550172")]).await;
        app.pass(secs(700)).await;
    }

    let log = logged();
    assert!(log.contains("signed in") && log.contains("cancelled"), "the log was caught");
    for secret in
        hidden.iter().map(String::as_str).chain(["555017", "555 01", "5550130", "202555", "YWJjZDEyMzQ6"])
    {
        let found = log.lines().find(|line| {
            line.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == secret)
                || (secret.len() != 6 && line.contains(secret))
        });
        assert!(found.is_none(), "{secret} in {found:?}");
    }
}

#[tokio::test]
async fn a_number_in_the_path_of_an_address_is_not_logged() {
    let app = test_app().spawn().await;
    let browser = app.stranger();
    for path in [
        "/%2B12025550183",
        "/+12025550183",
        "/verify/12025550183",
        "/verify/%31%32%30%32%35%35%35%30%31%38%33",
        "/+1-202-555-0183/x",
        "/tel:+1%20202%20555%200183",
        "/simulator/12025550183",
        "/callbacks/12025550183",
        "/+%D9%A1%D9%A2%D9%A0%D9%A2%D9%A5%D9%A5%D9%A5%D9%A0%D9%A1%D9%A8%D9%A3",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        let lines = logged_of(answer.header("x-request-id").unwrap());
        assert!(!lines.is_empty() || path.starts_with("/simulator"), "{path}");
        assert!(lines.iter().all(|line| line.contains("•••")), "{lines:?}");
    }
    let log = logged();
    for number in
        ["12025550183", "555-0183", "555 0183", "555%200183", "%D9%A1%D9%A2", "١٢٠٢٥٥٥٠١٨٣", "%31%32"]
    {
        let line = log.lines().find(|line| line.contains(number));
        assert!(line.is_none(), "{number} in {line:?}");
    }
}
