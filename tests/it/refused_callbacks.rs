//! Callbacks that are refused again and again.

use std::time::Duration;

use reqwest::Method;

use phonegate_testing::{Answer, TestApp, secs, test_app};

async fn refused(app: &TestApp) -> Answer {
    let provider = app.stranger();
    let request =
        provider.request(Method::POST, "/callbacks/verify").header("x-request-id", "of-my-choosing");
    let answer = provider.send(request.body("{}")).await;
    assert_eq!(answer.status, 503);
    assert_ne!(answer.header("x-request-id"), Some("of-my-choosing"));
    answer
}

fn is_told(answer: &Answer) -> bool {
    answer
        .logged()
        .iter()
        .any(|line| line.contains("WARN") && line.contains("callbacks in a row were refused"))
}

#[tokio::test]
async fn refusals_in_a_row_are_warned_of_once_a_minute() {
    for secret in [None, Some("d2f8dd0a6d8b4c0a9e1f")] {
        let mut app = test_app();
        if let Some(secret) = secret {
            app = app.set("VONAGE_SIGNATURE_SECRET", secret);
        }
        let app = app.spawn().await;
        let mut told = Vec::new();
        for after in [secs(0), secs(0), secs(0), secs(0), secs(59), secs(1), Duration::ZERO] {
            app.clock.advance(after);
            let answer = refused(&app).await;
            let lines = answer.logged().join("\n");
            assert!(!lines.contains("INFO"), "a stranger does not fill the log: {lines}");
            told.push(is_told(&answer));
            assert_eq!(
                is_told(&answer),
                lines.contains("VONAGE_SIGNATURE_SECRET against the dashboard"),
                "{lines}"
            );
        }
        assert_eq!(told, [false, false, true, false, false, true, false], "{secret:?}");
    }
}
