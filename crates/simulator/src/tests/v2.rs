//! Verify v2 over HTTP: start, check, cancel, next step, and the limits of each field.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use serde_json::{Value, json};

use super::{NUMBER, Sim, options, v2_body, wrong};
use crate::Options;

#[tokio::test]
async fn a_right_code_is_accepted_once() {
    let sim = Sim::new();
    let id = sim.started_v2(NUMBER).await;
    let code = sim.code(NUMBER).await;

    let right = sim.check_v2(&id, &code).await;
    assert_eq!(
        (right.status, right.json()),
        (StatusCode::OK, json!({ "request_id": id, "status": "completed" }))
    );
    let again = sim.check_v2(&id, &code).await;
    assert_eq!((again.status, again.kind()), (StatusCode::NOT_FOUND, "application/problem+json"));
}

#[tokio::test]
async fn the_path_may_end_in_a_slash() {
    let sim = Sim::new();
    let answer = sim.post("/v2/verify/", v2_body(NUMBER)).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn the_third_wrong_code_ends_it() {
    let sim = Sim::new();
    let id = sim.started_v2(NUMBER).await;
    let code = sim.code(NUMBER).await;

    for expected in [400, 400, 410, 410] {
        let answer = sim.check_v2(&id, &wrong(&code)).await;
        assert_eq!(answer.status, expected);
        assert_eq!(answer.json()["title"], "Invalid Code");
    }
    assert_eq!(sim.check_v2(&id, &code).await.status, 410);
}

#[tokio::test]
async fn it_expires_after_channel_timeout_times_steps() {
    for (seconds, expected) in [(119, 200), (120, 404)] {
        let sim = Sim::new();
        let item = |channel: &str| json!({ "channel": channel, "to": NUMBER, "reuse_code": true });
        let body =
            json!({ "brand": "Acme", "channel_timeout": 60, "workflow": [item("sms"), item("voice")] });
        let id = sim.post("/v2/verify", body).await.json()["request_id"].as_str().unwrap().to_owned();
        let code = sim.code(NUMBER).await;
        assert_eq!(code.len(), 4);
        sim.pass(seconds);
        assert_eq!(sim.check_v2(&id, &code).await.status, expected, "after {seconds} s");
    }
}

#[tokio::test]
async fn a_second_start_is_a_conflict_that_names_the_first() {
    let sim = Sim::new();
    let id = sim.started_v2(NUMBER).await;

    let second = sim.start_v2(NUMBER).await;

    assert_eq!((second.status, &second.json()["request_id"]), (StatusCode::CONFLICT, &json!(id)));
    assert_eq!(sim.messages(NUMBER).await.len(), 1);
    assert_eq!(sim.start_v1(&super::v1_fields(NUMBER)).await["request_id"], id.as_str());
}

#[tokio::test]
async fn a_cancel_has_its_time() {
    let sim = Sim::new();
    let id = sim.started_v2(NUMBER).await;

    sim.pass(10);
    let early = sim.cancel_v2(&id).await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    assert!(early.json()["detail"].as_str().unwrap().contains("within the first 30 seconds"));
    sim.pass(21);
    let done = sim.cancel_v2(&id).await;
    assert_eq!((done.status, done.body.as_str()), (StatusCode::NO_CONTENT, ""));
    assert_eq!(sim.cancel_v2(&id).await.status, StatusCode::NOT_FOUND);
    let code = sim.code(NUMBER).await;
    assert_eq!(sim.check_v2(&id, &code).await.status, StatusCode::NOT_FOUND);
    sim.started_v2(NUMBER).await;
}

#[tokio::test]
async fn a_number_may_stay_taken_for_a_while_after_a_cancel() {
    let sim = Sim::with(Options { lock_after_cancel: Duration::from_secs(12), ..options() });
    let id = sim.started_v2(NUMBER).await;
    sim.pass(30);
    sim.cancel_v2(&id).await;

    sim.pass(11);
    let taken = sim.start_v2(NUMBER).await;
    assert_eq!((taken.status, &taken.json()["request_id"]), (StatusCode::CONFLICT, &json!(id)));
    sim.pass(1);
    sim.started_v2(NUMBER).await;
}

#[tokio::test]
async fn the_next_step_can_be_asked_for_until_none_is_left() {
    let sim = Sim::new();
    let item = |channel: &str| json!({ "channel": channel, "to": NUMBER, "reuse_code": true });
    let body = json!({ "brand": "Acme", "code_length": 6, "workflow": [item("sms"), item("voice")] });
    let id = sim.post("/v2/verify", body).await.json()["request_id"].as_str().unwrap().to_owned();
    let next = format!("/v2/verify/{id}/next_workflow");
    let request = || Request::post(&next).header(header::CONTENT_TYPE, "application/json");

    sim.pass(31);
    assert_eq!(sim.send(request().body(Body::empty()).unwrap()).await.status, StatusCode::OK);
    assert_eq!(sim.messages(NUMBER).await[0]["channel"], "voice");
    let late = sim.cancel_v2(&id).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.json()["detail"].as_str().unwrap().contains("second message"));
    let none = sim.send(request().body(Body::empty()).unwrap()).await;
    assert_eq!(none.status, StatusCode::CONFLICT);
    assert!(none.json()["type"].as_str().unwrap().ends_with("#no-events"));
    let unknown = sim.post("/v2/verify/unknown/next_workflow", Value::Null).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_next_step_can_lag_behind_the_message_before_it() {
    let sim = Sim::with(Options { next_lag: Duration::from_secs(40), ..options() });
    let item = |channel: &str| json!({ "channel": channel, "to": NUMBER });
    let body = json!({ "brand": "Acme", "workflow": [item("sms"), item("voice")] });
    let id = sim.post("/v2/verify", body).await.json()["request_id"].as_str().unwrap().to_owned();
    let next = format!("/v2/verify/{id}/next_workflow");

    sim.pass(39);
    let early = sim.post(&next, Value::Null).await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    assert!(early.json()["detail"].as_str().unwrap().contains("try again later"), "{}", early.body);
    assert_eq!(sim.messages(NUMBER).await.len(), 1);
    sim.pass(1);
    assert_eq!(sim.post(&next, Value::Null).await.status, StatusCode::OK);
    assert_eq!(sim.messages(NUMBER).await.len(), 2);
}

#[tokio::test]
async fn every_documented_limit_is_kept() {
    let item = |fields: Value| {
        let mut body = v2_body(NUMBER);
        body["workflow"][0] = fields;
        body
    };
    let with = |name: &str, value: Value| {
        let mut body = v2_body(NUMBER);
        body[name] = value;
        body
    };
    let sms = json!({ "channel": "sms", "to": NUMBER });
    for (body, name) in [
        (with("brand", Value::Null), "brand"),
        (with("brand", json!("")), "brand"),
        (with("brand", json!("A brand of 19 signs")), "brand"),
        (with("brand", json!("a:b")), "brand"),
        (with("brand", json!(7)), "brand"),
        (with("workflow", Value::Null), "workflow"),
        (with("workflow", json!([])), "workflow"),
        (with("workflow", json!([sms, sms, sms, sms])), "workflow"),
        (with("workflow", json!("sms")), "workflow"),
        (with("channel_timeout", json!(14)), "channel_timeout"),
        (with("channel_timeout", json!(901)), "channel_timeout"),
        (with("channel_timeout", json!("60")), "channel_timeout"),
        (with("code_length", json!(3)), "code_length"),
        (with("code_length", json!(11)), "code_length"),
        (with("code", json!("123")), "code"),
        (with("code", json!("12-45")), "code"),
        (with("client_ref", json!("a-b")), "client_ref"),
        (with("client_ref", json!("a".repeat(41))), "client_ref"),
        (with("locale", json!("EN-us")), "locale"),
        (with("locale", json!("english")), "locale"),
        (with("fraud_check", json!("no")), "fraud_check"),
        (item(json!({ "to": NUMBER })), "workflow[0].channel"),
        (item(json!({ "channel": "fax", "to": NUMBER })), "workflow[0].channel"),
        (item(json!({ "channel": "sms" })), "workflow[0].to"),
        (item(json!({ "channel": "sms", "to": "+447700900123" })), "workflow[0].to"),
        (item(json!({ "channel": "sms", "to": "00447700900123" })), "workflow[0].to"),
        (item(json!({ "channel": "sms", "to": "1".repeat(51) })), "workflow[0].to"),
        (item(json!({ "channel": "sms", "to": NUMBER, "from": "twelve signs" })), "workflow[0].from"),
        (item(json!({ "channel": "sms", "to": NUMBER, "app_hash": "short" })), "workflow[0].app_hash"),
        (item(json!({ "channel": "sms", "to": NUMBER, "entity_id": "" })), "workflow[0].entity_id"),
        (item(json!({ "channel": "sms", "to": NUMBER, "reuse_code": 1 })), "workflow[0].reuse_code"),
        (item(json!({ "channel": "whatsapp", "to": NUMBER })), "workflow[0].from"),
        (item(json!({ "channel": "rcs", "to": NUMBER })), "workflow[0].from"),
        (item(json!({ "channel": "email", "to": NUMBER })), "workflow[0].to"),
        (with("workflow", json!([sms, { "channel": "silent_auth", "to": NUMBER }])), "workflow[1].channel"),
        (with("workflow", json!([sms, "voice"])), "workflow[1]"),
        (json!([]), "body"),
    ] {
        let sim = Sim::new();
        let answer = sim.post("/v2/verify", body.clone()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(answer.invalid()[0], name, "{body}");
        assert!(sim.get("/messages").await.json().as_array().unwrap().is_empty());
    }
}

#[tokio::test]
async fn every_channel_works() {
    for (channel, to, from) in [
        ("sms", NUMBER, "Sender"),
        ("sms", NUMBER, "123456789012345"),
        ("voice", NUMBER, ""),
        ("whatsapp", NUMBER, "447700900999"),
        ("rcs", NUMBER, "Agent"),
        ("email", "ann@example.com", "code@example.com"),
    ] {
        let sim = Sim::new();
        let mut item = json!({ "channel": channel, "to": to });
        if !from.is_empty() {
            item["from"] = from.into();
        }
        let answer = sim.post("/v2/verify", json!({ "brand": "Acme", "workflow": [item] })).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
        assert_eq!(sim.messages(to).await[0]["channel"], channel);
    }
}

#[tokio::test]
async fn a_custom_code_is_sent_as_it_is() {
    let sim = Sim::new();
    let mut body = v2_body(NUMBER);
    body["code"] = "Ab12".into();
    let id = sim.post("/v2/verify", body).await.json()["request_id"].as_str().unwrap().to_owned();

    assert_eq!(sim.code(NUMBER).await, "Ab12");
    assert_eq!(sim.check_v2(&id, "AB12").await.status, 400);
    assert_eq!(sim.check_v2(&id, "Ab12").await.status, 200);
}

#[tokio::test]
async fn checks_with_bad_bodies_cost_no_try() {
    let sim = Sim::new();
    let id = sim.started_v2(NUMBER).await;
    let code = sim.code(NUMBER).await;

    for body in [json!({}), json!({ "code": "123" }), json!({ "code": 123_456 }), json!({ "token": "x" })] {
        let answer = sim.post(&format!("/v2/verify/{id}"), body).await;
        assert_eq!((answer.status, answer.invalid()[0].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "code"));
    }
    assert_eq!(sim.check_v2(&id, &code).await.status, 200);
}

#[tokio::test]
async fn the_network_has_no_silent_authentication() {
    let sim = Sim::new();
    let silent = json!({ "channel": "silent_auth", "to": NUMBER });
    let unchecked = json!({ "channel": "silent_auth", "to": NUMBER, "coverage_check": false });
    let sms = json!({ "channel": "sms", "to": NUMBER });
    let start = async |workflow: Value| {
        sim.post("/v2/verify", json!({ "brand": "Acme", "workflow": workflow })).await
    };

    assert_eq!(start(json!([silent])).await.status, StatusCode::PRECONDITION_FAILED);
    let answer = start(json!([unchecked, sms])).await;
    assert!(answer.json()["check_url"].as_str().unwrap().starts_with("https://"));
    let id = answer.json()["request_id"].as_str().unwrap().to_owned();
    let no_code = sim.check_v2(&id, "1234").await;
    assert_eq!(no_code.status, StatusCode::CONFLICT);
    assert!(no_code.json()["type"].as_str().unwrap().ends_with("#no-code"));
    sim.pass(60);
    let code = sim.code(NUMBER).await;
    assert_eq!(sim.check_v2(&id, &code).await.status, 200);

    let skipped = start(json!([silent, sms])).await;
    assert_eq!((skipped.status, skipped.json().get("check_url")), (StatusCode::ACCEPTED, None));
    assert_eq!(sim.messages(NUMBER).await.len(), 2);
}

#[tokio::test]
async fn credentials_are_checked_everywhere() {
    let sim = Sim::guarded();
    for (method, path) in [
        (Method::POST, "/v2/verify"),
        (Method::POST, "/v2/verify/x"),
        (Method::DELETE, "/v2/verify/x"),
        (Method::POST, "/v2/verify/x/next_workflow"),
    ] {
        for token in [None, Some("Basic a2V5Om90aGVy"), Some("Basic"), Some("basic a2V5OnNlY3JldA==")] {
            let mut request = Request::builder().method(&method).uri(path);
            if let Some(token) = token {
                request = request.header(header::AUTHORIZATION, token);
            }
            let answer = sim.send(request.body(v2_body(NUMBER).to_string().into()).unwrap()).await;
            let admitted = token.is_some_and(|token| token.starts_with('b'));
            assert_eq!(answer.status != StatusCode::UNAUTHORIZED, admitted, "{method} {path} {token:?}");
        }
    }
}
