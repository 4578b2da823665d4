//! Pages in the place of answers, and what they mean.

use serde_json::json;
use wiremock::ResponseTemplate;

use super::{Call, VerifyApi, VerifyError, outcome_of};

#[tokio::test]
async fn a_page_is_a_fault_or_somebody_elses_and_a_fault_blames_no_setting_of_ours() {
    let page = "text/html; charset=utf-8";
    let html = |status| ResponseTemplate::new(status).set_body_raw("<h1>Sorry</h1>", page);
    let text = |status| ResponseTemplate::new(status).set_body_raw("upstream connect error", "text/plain");
    let empty = ResponseTemplate::new;
    let huge = |status| ResponseTemplate::new(status).set_body_bytes(vec![b' '; 65 * 1024]);
    let answers: [&dyn Fn(u16) -> ResponseTemplate; 4] = [&html, &text, &empty, &huge];
    for api in [VerifyApi::V1, VerifyApi::V2] {
        for call in [Call::Request, Call::Check, Call::Cancel, Call::Next] {
            let forms = if matches!(call, Call::Request) { &answers[..] } else { &answers[..1] };
            for form in forms {
                for status in [500, 502, 503, 504] {
                    let told = outcome_of(api, call, form(status)).await;
                    assert_eq!(told, "Fault", "{api:?} {call:?} {status}");
                }
                for status in [302, 404, 407, 410] {
                    let told = outcome_of(api, call, form(status)).await;
                    assert_eq!(told, "NotTheApi", "{api:?} {call:?} {status}");
                }
                assert_eq!(outcome_of(api, call, form(429)).await, "Throttled");
            }
        }
        for (status, meaning) in [(401, "Credentials"), (402, "Balance"), (403, "Forbidden")] {
            for (answer, told) in
                [(html(status), "NotTheApi"), (text(status), meaning), (empty(status), meaning)]
            {
                assert_eq!(outcome_of(api, Call::Request, answer).await, told, "{api:?} {status}");
            }
        }
    }
    let fault = VerifyError::Fault(String::new()).to_string();
    assert!(!fault.contains("VERIFY_BASE_URL"), "{fault}");
}

#[tokio::test]
async fn an_empty_account_is_one_under_403_too() {
    for (reason, meaning) in
        [("low-balance", "Balance"), ("out-of-credit", "Balance"), ("forbidden", "Forbidden")]
    {
        let kind = format!("https://developer.example/api-errors#{reason}");
        let answer = ResponseTemplate::new(403).set_body_json(json!({"title": "No", "type": kind}));
        assert_eq!(outcome_of(VerifyApi::V2, Call::Request, answer).await, meaning, "{reason}");
    }
}
