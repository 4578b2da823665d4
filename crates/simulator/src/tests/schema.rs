//! Each kind of answer fits the published documents, read as data where they lie.

use std::{fs, path::Path, time::Duration};

use serde_json::{Value, json};

use super::{NUMBER, Sim, options, v1_fields, v2_body, wrong};
use crate::Options;

/// The text of a published document, or a note that the test was skipped.
fn document(name: &str) -> Option<String> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vonage/openapi"));
    let text = fs::read_to_string(folder.join(name));
    if text.is_err() {
        println!("skipped: {name} is not there");
    }
    text.ok()
}

/// What is wrong with `value`, if anything; fields that the schema does not name are wrong, too.
fn faults(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let target =
            document.pointer(reference.trim_start_matches('#')).expect("the reference leads somewhere");
        return faults(document, target, value);
    }
    let mut found = Vec::new();
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        found.push(format!("{value} is not one of {allowed:?}"));
    }
    match (schema["type"].as_str().expect("each schema has a type"), value) {
        ("object", Value::Object(fields)) => {
            for name in schema["required"].as_array().into_iter().flatten() {
                if !fields.contains_key(name.as_str().unwrap()) {
                    found.push(format!("{name} is missing"));
                }
            }
            for (name, value) in fields {
                match schema["properties"].get(name) {
                    Some(schema) => found.extend(faults(document, schema, value)),
                    None => found.push(format!("{name} is unknown")),
                }
            }
        }
        ("array", Value::Array(items)) => {
            found.extend(items.iter().flat_map(|item| faults(document, &schema["items"], item)));
        }
        ("string", Value::String(text)) => {
            if schema["maxLength"].as_u64().is_some_and(|most| text.len() as u64 > most) {
                found.push(format!("{text} is too long"));
            }
        }
        ("integer", Value::Number(_)) | ("boolean", Value::Bool(_)) => {}
        (kind, _) => found.push(format!("{value} is not of type {kind}")),
    }
    found
}

/// Whether the validator above finds anything at all.
#[test]
fn faults_are_found() {
    let schema = json!({
        "type": "object",
        "required": ["a"],
        "properties": { "a": { "type": "string", "enum": ["x"] }, "b": { "type": "array", "items": { "type": "integer" } } },
    });
    for wrong in [
        json!({}),
        json!({ "a": 1 }),
        json!({ "a": "y" }),
        json!({ "a": "x", "b": ["z"] }),
        json!({ "a": "x", "c": 1 }),
    ] {
        assert!(!faults(&Value::Null, &schema, &wrong).is_empty(), "{wrong}");
    }
    assert!(faults(&Value::Null, &schema, &json!({ "a": "x", "b": [1] })).is_empty());
}

struct V1(Value);

impl V1 {
    fn holds(&self, what: &str, answer: &Value) {
        let success = ["0", "IN PROGRESS", "SUCCESS", "FAILED", "EXPIRED", "CANCELLED"]
            .iter()
            .any(|status| answer["status"] == *status);
        let name = format!("{what}{}Response", if success { "" } else { "Error" });
        let schema = &self.0["components"]["schemas"][&name];
        assert_eq!(faults(&self.0, schema, answer), Vec::<String>::new(), "{name}: {answer}");
    }
}

#[tokio::test]
async fn v1_answers_are_as_published() {
    let Some(document) = document("verify-v1.openapi.json") else { return };
    let (v1, sim) = (V1(serde_json::from_str(&document).unwrap()), quick());

    for ending in (1..=34).filter(|ending| ![31, 32].contains(ending)) {
        v1.holds("request", &sim.start_v1(&v1_fields(&format!("120255501{ending:02}"))).await);
    }
    v1.holds("request", &sim.start_v1(&[]).await);
    v1.holds("request", &sim.start_v1(&v1_fields("x")).await);
    v1.holds("request", &Sim::guarded().start_v1(&v1_fields(NUMBER)).await);

    let started = sim.start_v1(&v1_fields(NUMBER)).await;
    v1.holds("request", &started);
    let id = started["request_id"].as_str().unwrap();
    v1.holds("request", &sim.start_v1(&v1_fields(NUMBER)).await);
    let code = sim.code(NUMBER).await;
    for code in ["", "1", &wrong(&code), &code, &code] {
        v1.holds("check", &sim.check_v1(id, code).await);
    }
    v1.holds("search", &sim.get(&format!("/verify/search/json?request_id={id}")).await.json());
    v1.holds("search", &sim.get("/verify/search/json?request_id=x").await.json());
    let several = sim.get(&format!("/verify/search/json?request_ids={id}&request_ids=x")).await.json();
    v1.holds("search", &several["verification_requests"][0]);

    let id = sim.started_v1(NUMBER).await;
    for command in ["", "dance", "cancel", "trigger_next_event"] {
        v1.holds("control", &sim.control_v1(&id, command).await);
    }
    for _ in 0..4 {
        v1.holds("check", &sim.check_v1(&id, "xxxxxx").await);
    }
    v1.holds("control", &sim.control_v1(&id, "cancel").await);
    let id = sim.started_v1(NUMBER).await;
    sim.pass(30);
    v1.holds("control", &sim.control_v1(&id, "cancel").await);
    let fields = [("number", NUMBER), ("brand", "Acme"), ("workflow_id", "4")];
    let id = sim.start_v1(&fields).await["request_id"].as_str().unwrap().to_owned();
    v1.holds("control", &sim.control_v1(&id, "trigger_next_event").await);
    sim.pass(30);
    v1.holds("control", &sim.control_v1(&id, "cancel").await);

    let hasty = throttled().await;
    v1.holds("request", &hasty.start_v1(&v1_fields(NUMBER)).await);
    v1.holds("check", &hasty.check_v1(&id, "1234").await);
    v1.holds("control", &hasty.control_v1(&id, "cancel").await);
}

/// A simulator that answers the slow number at once.
fn quick() -> Sim {
    Sim::with(Options { slow_answer: Duration::ZERO, ..options() })
}

/// A simulator that takes nothing more in this second.
async fn throttled() -> Sim {
    let sim = Sim::with(Options { throttle: true, ..options() });
    while sim.check_v2("x", "1234").await.status != 429 {}
    sim
}

/// The document wants `channel_timeout` of an event and forgets to describe it.
pub(super) fn callback_is_as_published(body: &Value) {
    let Some(document) = document("verify-v2.openapi.yml") else { return };
    let document: Value = serde_saphyr::from_str(&document).unwrap();
    let name = if body["type"] == "event" { "EventCallback" } else { "SummaryCallback" };
    let mut found = faults(&document, &document["components"]["schemas"][name], &unblocked(body.clone()));
    found.retain(|fault| name != "EventCallback" || fault != "channel_timeout is unknown");
    assert_eq!(found, Vec::<String>::new(), "{name}: {body}");
}

/// A block as a failure. The document knows none; the fraud guide does, with more fields and without `channel_timeout`.
fn unblocked(mut body: Value) -> Value {
    if body["status"] == "blocked" {
        body["status"] = json!("failed");
        if body["type"] == "summary" {
            let step = body["workflow"][0].as_object_mut().unwrap();
            assert!(step.remove("reason").unwrap().is_string());
            assert_eq!(step.insert("status".to_owned(), json!("failed")), Some(json!("blocked")));
            let fields = body.as_object_mut().unwrap();
            assert!(fields.remove("finalized_at").unwrap().is_string());
            assert_eq!(fields.insert("channel_timeout".to_owned(), json!(180)), None);
        }
    }
    body
}

struct V2(Value);

impl V2 {
    /// `request_id` on a conflict is known from fixtures only.
    fn holds(&self, operation: &str, answer: &super::Answer) {
        let responses = &self.0.pointer(operation).expect("the operation is published")["responses"];
        let mut response = &responses[answer.status.as_str()];
        if let Some(reference) = response["$ref"].as_str() {
            response = self.0.pointer(reference.trim_start_matches('#')).unwrap();
        }
        assert!(response.is_object(), "{} is not published for {operation}", answer.status);
        let Some(content) = response["content"].as_object() else {
            assert_eq!(answer.body, "");
            return;
        };
        let mut body = answer.json();
        if answer.status == 409 {
            body.as_object_mut().unwrap().remove("request_id");
        }
        let schema = &content.get(answer.kind()).expect("the content type is published")["schema"];
        assert_eq!(faults(&self.0, schema, &body), Vec::<String>::new(), "{operation}: {body}");
    }
}

impl V2 {
    /// An answer that the document does not list, in the form that its problems have.
    fn problem(&self, status: u16, answer: &super::Answer) {
        assert_eq!((answer.status.as_u16(), answer.kind()), (status, "application/problem+json"));
        let name = if status == 422 { "InvalidParamsProblem" } else { "Problem" };
        let schema = &self.0["components"]["schemas"][name];
        assert_eq!(faults(&self.0, schema, &answer.json()), Vec::<String>::new(), "{}", answer.body);
    }
}

const START: &str = "/paths/~1/post";
const CHECK: &str = "/paths/~1{request_id}/post";
const CANCEL: &str = "/paths/~1{request_id}/delete";
const NEXT: &str = "/paths/~1{request_id}~1next_workflow/post";

#[tokio::test]
async fn v2_answers_are_as_published() {
    let Some(document) = document("verify-v2.openapi.yml") else { return };
    let (v2, sim) = (V2(serde_saphyr::from_str(&document).unwrap()), quick());

    for ending in (1..=34).filter(|ending| ![31, 32].contains(ending)) {
        let answer = sim.start_v2(&format!("120255501{ending:02}")).await;
        // The document has no 403; the common list of errors does.
        if [8, 29].contains(&ending) { v2.problem(403, &answer) } else { v2.holds(START, &answer) }
    }
    v2.holds(START, &sim.post("/v2/verify", json!({})).await);
    v2.holds(START, &Sim::guarded().start_v2(NUMBER).await);
    let silent = json!({ "channel": "silent_auth", "to": NUMBER });
    v2.holds(START, &sim.post("/v2/verify", json!({ "brand": "A", "workflow": [silent] })).await);
    let silent = json!({ "channel": "silent_auth", "to": "447700900999", "coverage_check": false });
    let started = sim.post("/v2/verify", json!({ "brand": "A", "workflow": [silent] })).await;
    v2.holds(START, &started);
    v2.holds(CHECK, &sim.check_v2(started.json()["request_id"].as_str().unwrap(), "1234").await);

    let started = sim.post("/v2/verify", v2_body(NUMBER)).await;
    v2.holds(START, &started);
    v2.holds(START, &sim.start_v2(NUMBER).await);
    let id = started.json()["request_id"].as_str().unwrap().to_owned();
    let next = format!("/v2/verify/{id}/next_workflow");
    v2.holds(NEXT, &sim.post(&next, Value::Null).await);
    let code = sim.code(NUMBER).await;
    for code in [&wrong(&code), &code, &code] {
        v2.holds(CHECK, &sim.check_v2(&id, code).await);
    }
    v2.holds(NEXT, &sim.post(&next, Value::Null).await);
    v2.holds(CHECK, &Sim::guarded().check_v2(&id, &code).await);
    v2.holds(CANCEL, &sim.cancel_v2(&id).await);
    v2.holds(CANCEL, &Sim::guarded().cancel_v2(&id).await);

    let id = sim.started_v2(NUMBER).await;
    v2.problem(422, &sim.check_v2(&id, "1").await);
    v2.problem(409, &sim.cancel_v2(&id).await);
    sim.pass(30);
    v2.holds(CANCEL, &sim.cancel_v2(&id).await);
    let id = sim.started_v2(NUMBER).await;
    for _ in 0..4 {
        v2.holds(CHECK, &sim.check_v2(&id, &wrong(&code)).await);
    }

    let hasty = throttled().await;
    v2.holds(START, &hasty.start_v2(NUMBER).await);
    v2.holds(CHECK, &hasty.check_v2(&id, "1234").await);
    v2.problem(429, &hasty.cancel_v2(&id).await);
    v2.problem(429, &hasty.post(&next, Value::Null).await);
}
