//! Verify Legacy (v1): each documented status, and each request as it goes out.

use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_string, header, method, path},
};

use super::{CODE, Call, ID, NUMBER, SECRET, SMS, VerifyApi, basic_auth, client, outcome, outcome_of};
use crate::{
    phone::{Fiction, PhoneNumber},
    verify::VerifyError,
};

/// The form that the documents show for v1.
const HEX: &str = "abcdef0123456789abcdef0123456789";

const TOO_EARLY: &str = "Verification request ['abcdef'] can't be cancelled within the first 30 seconds.";
const TOO_LATE: &str = "Verification request  ['abcdef'] can't be cancelled now. Too many attempts to re-deliver have already been made.";

fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

#[tokio::test]
async fn each_status_has_its_meaning() {
    use Call::{Cancel, Check, Next, Request, Search};
    for (call, status, text, meaning) in [
        (Request, 1, "Throttled", "Throttled"),
        (Request, 2, "Missing api_key", "Parameter"),
        (Request, 2, "Missing number", "Parameter"),
        (Request, 3, "Invalid value for number", "InvalidNumber"),
        (Request, 3, "Invalid value for param: Number", "InvalidNumber"),
        (Request, 3, "Invalid value for param: brand", "Parameter"),
        (Request, 3, "Facility not allowed", "Parameter"),
        (Request, 4, "Invalid credentials were provided", "Credentials"),
        (Request, 5, "Internal Error", "Fault"),
        (Request, 6, "The request could not be routed.", "NotRoutable"),
        (Request, 7, "The number you are trying to verify is blacklisted for verification.", "Blocked"),
        (Request, 8, "The api_key you supplied is for an account that has been barred", "Barred"),
        (Request, 9, "Partner quota exceeded", "Balance"),
        (Request, 10, "Concurrent verifications to the same number are not allowed", "AlreadyRunning"),
        (Request, 15, "The destination number is not in a supported network", "NetworkUnsupported"),
        (Request, 16, "", "Unexpected"),
        (Request, 20, "pin_code is not enabled", "CustomCode"),
        (Request, 29, "Your account is still in demo mode.", "NotApproved"),
        (Request, 101, "No response found", "Unexpected"),
        (Request, -1, "", "Unexpected"),
        (Check, 0, "", "Right"),
        (Check, 1, "Throttled", "Throttled"),
        (Check, 2, "Missing code", "Parameter"),
        (Check, 3, "Invalid value for param: request_id", "Parameter"),
        (Check, 4, "Bad credentials", "Credentials"),
        (Check, 5, "Internal Error", "Fault"),
        (Check, 6, "Request was not found or it has been verified already.", "Gone"),
        (Check, 8, "barred", "Barred"),
        (Check, 9, "Partner quota exceeded", "Balance"),
        (Check, 16, "The code inserted does not match the expected value", "Wrong"),
        (Check, 17, "The wrong code was provided too many times. Request terminated", "TooMany"),
        (Check, 19, "", "Unexpected"),
        (Cancel, 0, "", "Done"),
        (Cancel, 1, "Throttled", "Throttled"),
        (Cancel, 2, "Missing cmd", "Parameter"),
        (Cancel, 3, "Invalid value for param: request_id", "Parameter"),
        (Cancel, 4, "Bad credentials", "Credentials"),
        (Cancel, 5, "Internal Error", "Fault"),
        (Cancel, 6, "The request does not exist or its no longer active.", "Gone"),
        (Cancel, 8, "barred", "Barred"),
        (Cancel, 9, "Partner quota exceeded", "Balance"),
        (Cancel, 19, TOO_EARLY, "TooEarly"),
        (Cancel, 19, TOO_LATE, "TooLate"),
        (Cancel, 19, "No more events are left to execute for the request", "Refused"),
        (Cancel, 19, "", "Refused"),
        (Cancel, 42, "", "Unexpected"),
        (Next, 0, "", "Sent"),
        (Next, 1, "Throttled", "Throttled"),
        (Next, 3, "Invalid value for param: request_id", "Parameter"),
        (Next, 4, "Bad credentials", "Credentials"),
        (Next, 5, "Internal Error", "Fault"),
        (Next, 6, "The request does not exist or its no longer active.", "Gone"),
        (Next, 9, "Partner quota exceeded", "Balance"),
        (Next, 19, "No more events are left to execute for the request", "NoneLeft"),
        (Next, 42, "", "Unexpected"),
        (Search, 1, "Throttled", "Throttled"),
        (Search, 2, "Missing request_id", "Parameter"),
        (Search, 3, "Invalid value for param: request_id", "Parameter"),
        (Search, 4, "Bad credentials", "Credentials"),
        (Search, 5, "Internal Error", "Fault"),
        (Search, 101, "No response found", "Unknown"),
        (Search, 0, "", "Unexpected"),
        (Search, 6, "", "Unexpected"),
    ] {
        let text = if text.is_empty() { String::new() } else { format!("{text} {NUMBER} {CODE}") };
        for status in [json!(status.to_string()), json!(status)] {
            let answer = ok(&json!({"status": status, "error_text": text}));
            assert_eq!(outcome_of(VerifyApi::V1, call, answer).await, meaning, "{call:?} {status} {text}");
        }
    }
}

#[tokio::test]
async fn an_id_comes_with_a_start_and_with_a_running_verification() {
    for (body, meaning) in [
        (json!({"request_id": HEX, "status": "0"}), format!("Started {HEX}")),
        (json!({"request_id": HEX, "status": 0}), format!("Started {HEX}")),
        (json!({"request_id": HEX, "status": "10"}), format!("AlreadyRunning {HEX}")),
        (json!({"request_id": "", "status": "10"}), "AlreadyRunning".to_owned()),
        (json!({"request_id": "a b", "status": "10"}), "AlreadyRunning".to_owned()),
        (json!({"request_id": "", "status": "0"}), "Unreadable".to_owned()),
        (json!({"request_id": "a/../b", "status": "0"}), "Unreadable".to_owned()),
        (json!({"status": "0"}), "Unreadable".to_owned()),
    ] {
        assert_eq!(outcome_of(VerifyApi::V1, Call::Request, ok(&body)).await, meaning, "{body}");
    }
    let own = ok(&json!({"request_id": ID, "status": "0", "event_id": "0A", "price": "0.1"}));
    assert_eq!(outcome_of(VerifyApi::V1, Call::Check, own).await, "Right");
}

#[tokio::test]
async fn a_success_of_another_request_or_command_is_none() {
    for (call, body) in [
        (Call::Check, json!({"request_id": HEX, "status": "0"})),
        (Call::Check, json!({"request_id": null, "status": "0"})),
        (Call::Check, json!({"request_id": ID, "status": "00"})),
        (Call::Check, json!({"request_id": ID, "status": 0.5})),
        (Call::Check, json!({"request_id": ID, "status": "SUCCESS"})),
        (Call::Search, json!({"request_id": HEX, "status": "SUCCESS"})),
        (Call::Search, json!({"status": "SUCCESS"})),
        (Call::Search, json!({"request_id": ID, "status": "success?"})),
        (Call::Cancel, json!({"status": "0", "command": "trigger_next_event"})),
        (Call::Next, json!({"status": "0", "command": "cancel"})),
    ] {
        assert_eq!(outcome_of(VerifyApi::V1, call, ok(&body)).await, "Unexpected", "{call:?} {body}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_the_apis_is_told_by_its_http_status() {
    let html = |status| ResponseTemplate::new(status).set_body_raw("<h1>Sorry</h1>", "text/html");
    let problem = |status| ResponseTemplate::new(status).set_body_json(json!({"title": "No", "status": "0"}));
    for call in [Call::Request, Call::Check, Call::Cancel, Call::Next, Call::Search] {
        for (answer, meaning) in [
            (html(200), "Unreadable"),
            (html(404), "NotTheApi"),
            (html(502), "Fault"),
            (ok(&json!({})), "Unreadable"),
            (ok(&json!({"status": null})), "Unreadable"),
            (ok(&json!({"status": ["0"]})), "Unreadable"),
            (ok(&json!(0)), "Unreadable"),
            (ResponseTemplate::new(200).set_body_string("{\"status\":\"0\""), "Unreadable"),
            (ResponseTemplate::new(200), "Unreadable"),
            (ok(&json!({"status": "DONE"})), "Unexpected"),
            (ok(&json!({"status": ""})), "Unexpected"),
            (problem(202), "Unexpected"),
            (problem(302), "Unexpected"),
            (problem(400), "Unexpected"),
            (problem(401), "Credentials"),
            (problem(402), "Balance"),
            (problem(403), "Forbidden"),
            (problem(429), "Throttled"),
            (problem(500), "Fault"),
        ] {
            let status = format!("{answer:?}");
            assert_eq!(outcome_of(VerifyApi::V1, call, answer).await, meaning, "{call:?} {status}");
        }
    }
}

#[tokio::test]
async fn the_operator_reads_what_the_provider_said() {
    let phone = PhoneNumber::parse(&format!("+{NUMBER}"), None, Fiction::Allowed).unwrap();
    let text = "Blocked number 447700900123";
    for (body, error) in [
        (
            json!({"status": "7", "error_text": text, "network": "23410"}),
            VerifyError::Blocked("status 7, Blocked number ••••••••••••, network 234-10".to_owned()),
        ),
        (
            json!({"status": "7", "error_text": text, "network": NUMBER}),
            VerifyError::Blocked("status 7, Blocked number ••••••••••••".to_owned()),
        ),
        (json!({"status": "9"}), VerifyError::Balance("status 9".to_owned())),
        (json!({"status": "123456"}), VerifyError::Unexpected("status ••••••".to_owned())),
    ] {
        let server = super::answering(ok(&body)).await;
        assert_eq!(client(VerifyApi::V1, &server.uri()).request(&phone, SMS).await, Err(error));
    }
}

#[tokio::test]
async fn each_call_goes_out_as_documented() {
    let server = MockServer::start().await;
    for (target, form, answer) in [
        (
            "/simulator/verify/json",
            format!(
                "number={NUMBER}&brand=A%26B+Ltd&code_length=6&lg=en-us&pin_expiry=315&next_event_wait=315&workflow_id=6"
            ),
            json!({"request_id": HEX, "status": "0"}),
        ),
        (
            "/simulator/verify/check/json",
            format!("request_id={HEX}&code={CODE}"),
            json!({"request_id": HEX, "status": "0"}),
        ),
        (
            "/simulator/verify/control/json",
            format!("request_id={HEX}&cmd=cancel"),
            json!({"status": "0", "command": "cancel"}),
        ),
    ] {
        Mock::given(method("POST"))
            .and(path(target))
            .and(header("authorization", basic_auth().as_str()))
            .and(header("user-agent", concat!("phonegate/", env!("CARGO_PKG_VERSION"))))
            .and(header("content-type", "application/x-www-form-urlencoded"))
            .and(body_string(form))
            .respond_with(ok(&answer))
            .expect(2)
            .mount(&server)
            .await;
    }

    for base in [format!("{}/simulator/", server.uri()), format!("{}/simulator", server.uri())] {
        let client = client(VerifyApi::V1, &base);
        assert_eq!(outcome(&client, Call::Request, HEX).await, format!("Started {HEX}"));
        assert_eq!(outcome(&client, Call::Check, HEX).await, "Right");
        assert_eq!(outcome(&client, Call::Cancel, HEX).await, "Done");
    }

    for sent in server.received_requests().await.unwrap() {
        assert_eq!(sent.url.query(), None);
        assert!(!String::from_utf8_lossy(&sent.body).contains(SECRET));
    }
}
