//! Verify v2: each documented status, and each request as it goes out.

use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_json, header, method, path},
};

use super::{CODE, Call, ID, NUMBER, SECRET, SMS, VerifyApi, basic_auth, client, outcome, outcome_of};
use crate::{
    phone::{Fiction, PhoneNumber},
    verify::VerifyError,
};

const USER_AGENT: &str = concat!("phonegate/", env!("CARGO_PKG_VERSION"));

/// A refusal that tells more than it should.
fn problem(status: u16, title: &str) -> ResponseTemplate {
    refusal(
        status,
        &json!({
            "title": title,
            "type": "https://developer.vonage.com/en/api-errors#reason",
            "detail": format!("Number {NUMBER}, code {CODE}: refused."),
            "instance": "738f9313-418a-4259-9b0d-6670f06fa82d",
        }),
    )
}

fn refusal(status: u16, body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body.to_string(), "application/problem+json")
}

fn invalid(parameters: &Value) -> ResponseTemplate {
    refusal(422, &json!({"title": "Invalid params", "detail": "Bad.", "invalid_parameters": parameters}))
}

#[tokio::test]
async fn each_status_has_its_meaning() {
    use Call::{Cancel, Check, Next, Request};
    for (call, status, title, meaning) in [
        (Request, 400, "Bad Request", "Unexpected"),
        (Request, 401, "Unauthorized", "Credentials"),
        (Request, 402, "Low balance", "Balance"),
        (Request, 403, "Forbidden", "Forbidden"),
        (Request, 404, "Not Found", "Unexpected"),
        (Request, 409, "Conflict", "AlreadyRunning"),
        (Request, 412, "Precondition Failed", "SilentAuth"),
        (Request, 422, "Invalid params", "Parameter"),
        (Request, 422, "Conflict", "AlreadyRunning"),
        (Request, 429, "Rate Limit Hit", "Throttled"),
        (Request, 500, "Internal error", "Fault"),
        (Request, 503, "Unavailable", "Fault"),
        (Request, 301, "Moved", "Unexpected"),
        (Request, 418, "Teapot", "Unexpected"),
        (Check, 400, "Invalid Code", "Wrong"),
        (Check, 401, "Unauthorized", "Credentials"),
        (Check, 402, "Low balance", "Balance"),
        (Check, 403, "Forbidden", "Forbidden"),
        (Check, 404, "Not Found", "Gone"),
        (Check, 409, "Conflict", "NotYet"),
        (Check, 410, "Invalid Code", "TooMany"),
        (Check, 412, "Precondition Failed", "Unexpected"),
        (Check, 422, "Invalid params", "Parameter"),
        (Check, 429, "Rate Limit Hit", "Throttled"),
        (Check, 500, "Internal error", "Fault"),
        (Check, 202, "Accepted", "Unexpected"),
        (Cancel, 401, "Unauthorized", "Credentials"),
        (Cancel, 402, "Low balance", "Balance"),
        (Cancel, 403, "Forbidden", "Forbidden"),
        (Cancel, 404, "Not Found", "Gone"),
        (Cancel, 400, "Bad Request", "Refused"),
        (Cancel, 409, "Conflict", "Refused"),
        (Cancel, 422, "Invalid params", "Refused"),
        (Cancel, 429, "Rate Limit Hit", "Throttled"),
        (Cancel, 500, "Internal error", "Fault"),
        (Cancel, 200, "OK", "Unexpected"),
        (Next, 200, "OK", "Sent"),
        (Next, 401, "Unauthorized", "Credentials"),
        (Next, 402, "Low balance", "Balance"),
        (Next, 404, "Not Found", "Gone"),
        (Next, 409, "Conflict", "NoneLeft"),
        (Next, 409, "Conflict: try again later", "TryLater"),
        (Next, 422, "Invalid params", "Unexpected"),
        (Next, 429, "Rate Limit Hit", "Throttled"),
        (Next, 500, "Internal error", "Fault"),
        (Next, 202, "Accepted", "Unexpected"),
    ] {
        let told = outcome_of(VerifyApi::V2, call, problem(status, title)).await;
        assert_eq!(told, meaning, "{call:?} {status} {title}");
    }
}

#[tokio::test]
async fn each_success_has_its_meaning() {
    let started = format!("Started {ID}");
    for (call, status, body, meaning) in [
        (Call::Request, 202, json!({"request_id": ID}), started.as_str()),
        (Call::Request, 202, json!({"request_id": ID, "check_url": "https://example.org"}), &started),
        (Call::Request, 200, json!({"request_id": ID}), &started),
        (Call::Check, 200, json!({"request_id": ID, "status": "completed"}), "Right"),
        (Call::Check, 200, json!({"request_id": ID, "status": "complete"}), "Right"),
        (Call::Check, 200, json!({"request_id": ID.to_uppercase(), "status": "completed"}), "Right"),
        (Call::Check, 200, json!({"status": "completed"}), "Right"),
        (Call::Next, 200, json!({"request_id": ID}), "Sent"),
    ] {
        let told = outcome_of(VerifyApi::V2, call, ResponseTemplate::new(status).set_body_json(&body)).await;
        assert_eq!(told, meaning, "{call:?} {body}");
    }
    assert_eq!(outcome_of(VerifyApi::V2, Call::Cancel, ResponseTemplate::new(204)).await, "Done");
    assert_eq!(outcome_of(VerifyApi::V2, Call::Next, ResponseTemplate::new(200)).await, "Sent");
}

#[tokio::test]
async fn a_200_without_the_words_of_a_success_is_none() {
    for word in
        ["pending", "expired", "failed", "user_rejected", "rejected", "blocked", "COMPLETED?", "0", ""]
    {
        for body in [json!({"request_id": ID, "status": word}), json!({"status": word})] {
            let answer = ResponseTemplate::new(200).set_body_json(&body);
            assert_eq!(outcome_of(VerifyApi::V2, Call::Check, answer).await, "Unexpected", "{body}");
        }
    }
    for (call, body) in [
        (Call::Check, json!({})),
        (Call::Check, json!({"request_id": ID})),
        (Call::Check, json!({"request_id": ID, "status": null})),
        (Call::Check, json!({"request_id": ID, "status": ["completed"]})),
        (Call::Check, json!({"request_id": "another", "status": "completed"})),
        (Call::Check, json!({"request_id": null, "status": "completed"})),
        (Call::Check, json!({"request_id": 7, "status": "completed"})),
        (Call::Next, json!({"request_id": "another"})),
    ] {
        let answer = ResponseTemplate::new(200).set_body_json(&body);
        assert_eq!(outcome_of(VerifyApi::V2, call, answer).await, "Unexpected", "{call:?} {body}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_the_apis_is_unreadable() {
    let html = |status| ResponseTemplate::new(status).set_body_raw("<h1>Sorry</h1>", "text/html");
    let json = |status, body: Value| ResponseTemplate::new(status).set_body_json(body);
    for (call, answer) in [
        (Call::Request, html(200)),
        (Call::Request, html(202)),
        (Call::Request, ResponseTemplate::new(202)),
        (Call::Request, ResponseTemplate::new(202).set_body_string("{\"request_id\":\"c1")),
        (Call::Request, ResponseTemplate::new(202).set_body_bytes([0xff, 0xfe])),
        (Call::Request, json(202, json!({}))),
        (Call::Request, json(202, json!([ID]))),
        (Call::Request, json(202, json!({"request_id": null}))),
        (Call::Request, json(202, json!({"request_id": ""}))),
        (Call::Request, json(202, json!({"request_id": "../../admin"}))),
        (Call::Request, json(202, json!({"request_id": "a".repeat(65)}))),
        (Call::Check, html(200)),
        (Call::Check, ResponseTemplate::new(200)),
        (Call::Next, html(200)),
    ] {
        let status = format!("{answer:?}");
        assert_eq!(outcome_of(VerifyApi::V2, call, answer).await, "Unreadable", "{call:?} {status}");
    }
}

#[tokio::test]
async fn a_running_verification_may_have_an_id() {
    for status in [409, 422] {
        let with = refusal(status, &json!({"title": "Conflict", "request_id": ID}));
        assert_eq!(outcome_of(VerifyApi::V2, Call::Request, with).await, format!("AlreadyRunning {ID}"));
        let unusable = refusal(status, &json!({"title": "conflict", "request_id": "a/b"}));
        assert_eq!(outcome_of(VerifyApi::V2, Call::Request, unusable).await, "AlreadyRunning");
    }
}

#[tokio::test]
async fn an_invalid_number_is_told_from_an_invalid_setting() {
    let parameter = |name: &str, reason: &str| json!({"name": name, "reason": reason});
    for (parameters, meaning) in [
        (json!([parameter("brand", "Brand is required")]), "Parameter"),
        (parameter("brand", "Brand is required"), "Parameter"),
        (json!([parameter("to", "Invalid number")]), "InvalidNumber"),
        (json!([parameter("workflow", "Value is invalid.")]), "InvalidNumber"),
        (json!([parameter("workflow[0]", "Value is invalid.")]), "InvalidNumber"),
        (json!([parameter("workflow[0].to", "`to` is invalid")]), "InvalidNumber"),
        (parameter("workflow[0].to", "`to` is invalid"), "InvalidNumber"),
        (parameter("/workflow/0/to", "`to` is invalid"), "InvalidNumber"),
        (json!([parameter("workflow[0].to", "The number is not routable")]), "NotRoutable"),
        (json!([parameter("to", "Unsupported network")]), "NotRoutable"),
        (json!([parameter("workflow[0].channel", "Unknown channel")]), "Parameter"),
        (json!([parameter("to", "Invalid"), parameter("brand", "Too long")]), "Parameter"),
        (json!([{"name": 7}]), "Parameter"),
        (json!([]), "Parameter"),
        (json!("to"), "Parameter"),
        (json!(null), "Parameter"),
    ] {
        let told = outcome_of(VerifyApi::V2, Call::Request, invalid(&parameters)).await;
        assert_eq!(told, meaning, "{parameters}");
    }
}

#[tokio::test]
async fn the_operator_reads_what_the_provider_said() {
    let phone = PhoneNumber::parse(&format!("+{NUMBER}"), None, Fiction::Allowed).unwrap();
    for (answer, error) in [
        (
            problem(401, "Unauthorized"),
            VerifyError::Credentials(
                "HTTP 401, Unauthorized: Number ••••••••••••, code ••••••: refused. (reason), \
                 trace 738f9313-418a-4259-9b0d-6670f06fa82d"
                    .to_owned(),
            ),
        ),
        (
            invalid(&json!([{"name": "brand", "reason": format!("not for {NUMBER}")}])),
            VerifyError::Parameter("HTTP 422, Invalid params: Bad. [brand: not for ••••••••••••]".to_owned()),
        ),
        (
            refusal(402, &json!({"title": 1, "details": "Low."})),
            VerifyError::Balance("HTTP 402, Low.".to_owned()),
        ),
        (
            ResponseTemplate::new(502).set_body_raw("<h1>447700900123</h1>", "text/html"),
            VerifyError::Fault("HTTP 502, text/html, 21 bytes".to_owned()),
        ),
    ] {
        let server = super::answering(answer).await;
        assert_eq!(client(VerifyApi::V2, &server.uri()).request(&phone, SMS).await, Err(error));
    }
}

#[tokio::test]
async fn each_call_goes_out_as_documented() {
    let server = MockServer::start().await;
    let start = json!({
        "brand": "A&B Ltd",
        "workflow": [{"channel": "sms", "to": NUMBER}],
        "channel_timeout": 315,
        "code_length": 6,
    });
    let request = |verb, target: &str| {
        Mock::given(method(verb))
            .and(path(target))
            .and(header("authorization", basic_auth().as_str()))
            .and(header("user-agent", USER_AGENT))
    };
    request("POST", "/simulator/v2/verify")
        .and(header("content-type", "application/json"))
        .and(body_json(&start))
        .respond_with(ResponseTemplate::new(202).set_body_json(json!({"request_id": ID})))
        .expect(2)
        .mount(&server)
        .await;
    request("POST", &format!("/simulator/v2/verify/{ID}"))
        .and(header("content-type", "application/json"))
        .and(body_json(json!({"code": CODE})))
        .respond_with(
            ResponseTemplate::new(200).set_body_json(json!({"request_id": ID, "status": "completed"})),
        )
        .expect(2)
        .mount(&server)
        .await;
    request("DELETE", &format!("/simulator/v2/verify/{ID}"))
        .respond_with(ResponseTemplate::new(204))
        .expect(2)
        .mount(&server)
        .await;

    for base in [format!("{}/simulator/", server.uri()), format!("{}/simulator", server.uri())] {
        let client = client(VerifyApi::V2, &base);
        assert_eq!(outcome(&client, Call::Request, ID).await, format!("Started {ID}"));
        assert_eq!(outcome(&client, Call::Check, ID).await, "Right");
        assert_eq!(outcome(&client, Call::Cancel, ID).await, "Done");
    }

    for sent in server.received_requests().await.unwrap() {
        assert_eq!(sent.url.query(), None);
        assert!(!sent.url.as_str().contains(NUMBER) && !sent.url.as_str().contains(CODE));
        assert!(!String::from_utf8_lossy(&sent.body).contains(SECRET));
        if sent.method.as_str() == "DELETE" {
            assert!(sent.body.is_empty());
        }
    }
}
