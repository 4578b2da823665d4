//! One step or two: what goes out, and what a request then does.

use std::time::Duration;

use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_json, body_string, header, method, path, query_param},
};

use super::{
    CODE, Call, ID, NUMBER, VerifyApi, answering, basic_auth, client, outcome, outcome_of, settings,
};
use crate::{
    channel::Channels,
    clock::Timestamp,
    phone::{Fiction, PhoneNumber},
    verify::{VerifyClient, VerifySettings},
};

const SECOND: i64 = 1_000;

fn channels(text: &str) -> Channels {
    Channels::parse(text).unwrap()
}

async fn request(client: &VerifyClient, steps: &str) -> bool {
    let phone = PhoneNumber::parse(&format!("+{NUMBER}"), None, Fiction::Allowed).unwrap();
    client.request(&phone, client.steps(channels(steps))).await.is_ok()
}

#[tokio::test]
async fn v1_has_a_workflow_for_each_plan_that_keeps_one_code() {
    for (steps, expiry, wait, workflow) in
        [("sms", 315, 315, 6), ("voice", 315, 315, 7), ("sms,voice", 660, 330, 5), ("voice,sms", 315, 315, 7)]
    {
        let server = MockServer::start().await;
        let form = format!(
            "number={NUMBER}&brand=A%26B+Ltd&code_length=6&lg=en-us&pin_expiry={expiry}&next_event_wait={wait}&workflow_id={workflow}"
        );
        Mock::given(body_string(form))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({"request_id": ID, "status": "0"})))
            .mount(&server)
            .await;

        assert!(request(&client(VerifyApi::V1, &server.uri()), steps).await, "{steps}");
    }
}

#[tokio::test]
async fn v2_has_a_step_for_each_channel_that_keeps_one_code() {
    let step = |channel| json!({"channel": channel, "to": NUMBER, "reuse_code": true});
    for (steps, timeout, workflow) in [
        ("sms", 315, json!([{"channel": "sms", "to": NUMBER}])),
        ("voice", 315, json!([{"channel": "voice", "to": NUMBER}])),
        ("sms,voice", 330, json!([step("sms"), step("voice")])),
        ("voice,sms", 330, json!([step("voice"), step("sms")])),
    ] {
        let server = MockServer::start().await;
        let body = json!({
            "brand": "A&B Ltd", "workflow": workflow, "channel_timeout": timeout, "code_length": 6,
        });
        Mock::given(body_json(body))
            .respond_with(ResponseTemplate::new(202).set_body_json(json!({"request_id": ID})))
            .mount(&server)
            .await;

        assert!(request(&client(VerifyApi::V2, &server.uri()), steps).await, "{steps}");
    }
}

#[test]
fn the_steps_of_all_lifetimes_are_as_long_as_the_provider_takes() {
    for (api, lifetime) in
        [(VerifyApi::V1, 60), (VerifyApi::V1, 600), (VerifyApi::V2, 60), (VerifyApi::V2, 600)]
    {
        let lifetime = Duration::from_secs(lifetime);
        let client = VerifyClient::new(VerifySettings { lifetime, ..settings(api, "http://localhost") });
        for steps in ["sms", "voice", "sms,voice"] {
            let step = client.first_step(channels(steps));
            assert!(step > lifetime && client.facts().step.contains(&step), "{api:?} {lifetime:?} {steps}");
        }
    }
}

#[test]
fn when_a_request_ends_follows_from_its_steps() {
    let (v1, v2) = (client(VerifyApi::V1, "http://localhost"), client(VerifyApi::V2, "http://localhost"));
    for client in [&v1, &v2] {
        assert_eq!(client.runs_for(channels("sms")).as_secs(), 315);
        assert_eq!(client.runs_for(channels("sms,voice")).as_secs(), 660);
    }
    let (end, now) = (Timestamp::from_millis(660 * SECOND), Timestamp::from_millis(40 * SECOND));
    assert_eq!(v1.ends_after_second_step(end, now), end);
    assert_eq!(v2.ends_after_second_step(end, now), Timestamp::from_millis(370 * SECOND));
}

#[tokio::test]
async fn the_next_step_goes_out_as_documented() {
    let v1 = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/verify/control/json"))
        .and(header("authorization", basic_auth().as_str()))
        .and(body_string(format!("request_id={ID}&cmd=trigger_next_event")))
        .respond_with(
            ResponseTemplate::new(200).set_body_json(json!({"status": "0", "command": "trigger_next_event"})),
        )
        .mount(&v1)
        .await;
    assert_eq!(outcome(&client(VerifyApi::V1, &v1.uri()), Call::Next, ID).await, "Sent");

    let v2 = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(format!("/v2/verify/{ID}/next_workflow")))
        .and(header("authorization", basic_auth().as_str()))
        .and(header("content-type", "application/json"))
        .respond_with(ResponseTemplate::new(200))
        .mount(&v2)
        .await;
    assert_eq!(outcome(&client(VerifyApi::V2, &v2.uri()), Call::Next, ID).await, "Sent");
    assert!(v2.received_requests().await.unwrap()[0].body.is_empty());
}

#[tokio::test]
async fn a_delay_is_told_from_the_end_of_the_steps_by_its_text_alone() {
    for (detail, meaning) in [
        ("The operation cannot be performed at this time. Please try again later.", "TryLater"),
        ("There are no more events left to trigger.", "NoneLeft"),
        ("The code you provided does not match the expected value.", "NoneLeft"),
        ("", "NoneLeft"),
    ] {
        let problem = json!({"title": "Conflict", "detail": detail});
        let answer = ResponseTemplate::new(409).set_body_json(&problem);
        assert_eq!(outcome_of(VerifyApi::V2, Call::Next, answer).await, meaning, "{detail}");
    }
}

/// What v1 tells of a request, codes and number included.
fn report(status: &str, id: &str) -> Value {
    json!({
        "request_id": id, "account_id": "abcd1234", "number": NUMBER, "sender_id": "VERIFY", "status": status,
        "checks": [{"date_received": "2026-01-01 12:00:00", "code": CODE, "status": "VALID"}],
    })
}

#[tokio::test]
async fn v1_says_what_became_of_a_request() {
    for (status, meaning) in [
        ("IN PROGRESS", "InProgress"),
        ("SUCCESS", "Success"),
        ("FAILED", "Failed"),
        ("EXPIRED", "Expired"),
        ("CANCELLED", "Cancelled"),
        ("LOST AT SEA", "Unexpected"),
    ] {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .and(path("/verify/search/json"))
            .and(query_param("request_id", ID))
            .and(header("authorization", basic_auth().as_str()))
            .respond_with(ResponseTemplate::new(200).set_body_json(report(status, ID)))
            .mount(&server)
            .await;
        assert_eq!(outcome(&client(VerifyApi::V1, &server.uri()), Call::Search, ID).await, meaning);
    }
    let anothers = ResponseTemplate::new(200).set_body_json(report("SUCCESS", "another"));
    assert_eq!(outcome_of(VerifyApi::V1, Call::Search, anothers).await, "Unexpected");
}

#[tokio::test]
async fn v2_has_no_search_to_ask() {
    let server = answering(ResponseTemplate::new(202).set_body_json(json!({"request_id": ID}))).await;
    let client = client(VerifyApi::V2, &server.uri());
    assert_eq!(outcome(&client, Call::Search, ID).await, "Unknown");
    assert_eq!(outcome(&client, Call::Request, ID).await, format!("Started {ID}"), "the one call");
}
