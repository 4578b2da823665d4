//! What v1's `search` tells of one verification or several.

use std::time::Duration;

use serde_json::json;

use super::{NUMBER, Sim, options, wrong};
use crate::Options;

#[tokio::test]
async fn search_tells_what_became_of_it() {
    let sim = Sim::new();
    let search = async |id: &str| sim.get(&format!("/verify/search/json?request_id={id}")).await.json();
    let id = sim.started_v1(NUMBER).await;
    let code = sim.code(NUMBER).await;

    let running = search(&id).await;
    assert_eq!((&running["status"], &running["number"]), (&json!("IN PROGRESS"), &json!(NUMBER)));
    assert_eq!(running["date_submitted"], "2026-11-24 10:00:00");
    sim.check_v1(&id, &wrong(&code)).await;
    sim.pass(5);
    sim.check_v1(&id, &code).await;
    let over = search(&id).await;
    assert_eq!(
        (&over["status"], &over["date_finalized"]),
        (&json!("SUCCESS"), &json!("2026-11-24 10:00:05"))
    );
    assert_eq!(over["checks"][0]["status"], "INVALID");
    assert_eq!((&over["checks"][1]["status"], &over["checks"][1]["code"]), (&json!("VALID"), &json!(code)));
    assert_eq!(over["events"][0]["type"], "sms");
    assert_eq!(over["estimated_price_messages_sent"], "0.03330000");

    let expired = sim.started_v1(NUMBER).await;
    sim.pass(300);
    assert_eq!(search(&expired).await["status"], "EXPIRED");
    let failed = sim.started_v1(NUMBER).await;
    for _ in 0..3 {
        sim.check_v1(&failed, "xxxxxx").await;
    }
    assert_eq!(search(&failed).await["status"], "FAILED");
    let cancelled = sim.started_v1(NUMBER).await;
    sim.pass(30);
    sim.control_v1(&cancelled, "cancel").await;
    assert_eq!(search(&cancelled).await["status"], "CANCELLED");
    assert_eq!(search("0000").await, json!({ "status": "101", "error_text": "No response found" }));
}

#[tokio::test]
async fn search_takes_several_ids() {
    let sim = Sim::new();
    let (one, two) = (sim.started_v1(NUMBER).await, sim.started_v1("447700900124").await);
    let query = |ids: &[&str]| {
        let ids = ids.iter().map(|id| format!("request_ids={id}")).collect::<Vec<_>>().join("&");
        format!("/verify/search/json?{ids}")
    };

    let found = sim.get(&query(&[&one, "unknown", &two])).await.json();
    let ids: Vec<_> =
        found["verification_requests"].as_array().unwrap().iter().map(|found| &found["request_id"]).collect();

    assert_eq!(ids, [&json!(one), &json!(two)]);
    assert_eq!(sim.get(&query(&["unknown"])).await.json()["status"], "101");
    assert_eq!(sim.get(&query(&["x"; 11])).await.json()["status"], "3");
    assert_eq!(sim.get("/verify/search/json").await.json()["status"], "2");
    let by_json = sim.post("/verify/search/json", json!({ "request_ids": [one, two] })).await.json();
    assert_eq!(by_json["verification_requests"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn what_has_just_ended_may_not_be_found_for_a_while() {
    let sim = Sim::with(Options { search_lag: Duration::from_mins(1), ..options() });
    let search = async |id: &str| sim.get(&format!("/verify/search/json?request_id={id}")).await.json();
    let id = sim.started_v1(NUMBER).await;
    let code = sim.code(NUMBER).await;

    assert_eq!(search(&id).await["status"], "IN PROGRESS");
    sim.check_v1(&id, &code).await;
    sim.pass(59);
    assert_eq!(search(&id).await["status"], "101");
    sim.pass(1);
    assert_eq!(search(&id).await["status"], "SUCCESS");
}
