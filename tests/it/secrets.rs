//! Numbers, codes and secrets stay out of logs and addresses.

use crate::support::{logged, secs, test_app, wrong_code};

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
