//! Each special number answers the start in its own way, in both APIs.

use axum::http::StatusCode;
use serde_json::json;

use super::{Sim, v1_fields, v2_body};
use crate::special::{Special, TABLE};

fn number(ending: &str) -> String {
    format!("120255501{ending}")
}

#[tokio::test]
async fn v1_refuses_each_in_its_way() {
    for (ending, status, text) in [
        ("01", "1", "Throttled"),
        ("02", "2", "`brand`"),
        ("03", "3", "number"),
        ("04", "4", "credentials"),
        ("05", "5", "Internal Error"),
        ("06", "6", "could not be routed"),
        ("07", "7", "blacklisted"),
        ("08", "8", "barred"),
        ("09", "9", "quota"),
        ("10", "10", "Concurrent"),
        ("11", "10", "Concurrent"),
        ("15", "15", "supported network"),
        ("20", "20", "pin_code"),
        ("29", "29", "demo"),
    ] {
        let sim = Sim::new();
        let answer = sim.form("/verify/json", &v1_fields(&number(ending))).await;
        let body = answer.json();
        assert_eq!((answer.status, &body["status"]), (StatusCode::OK, &json!(status)), "{ending}");
        assert!(body["error_text"].as_str().unwrap().contains(text), "{ending}: {body}");
        assert_eq!(body.get("network").is_some(), ending == "07", "{ending}");
        assert_eq!(body.get("request_id").is_some(), ending == "10", "{ending}");
        assert!(sim.messages(&number(ending)).await.is_empty());
    }
}

#[tokio::test]
async fn v2_refuses_each_in_its_way() {
    for (ending, status, name) in [
        ("01", 429, ""),
        ("02", 422, "brand"),
        ("03", 422, "workflow[0].to"),
        ("04", 401, ""),
        ("05", 500, ""),
        ("06", 422, "workflow[0].to"),
        ("08", 403, ""),
        ("09", 402, ""),
        ("10", 409, ""),
        ("11", 409, ""),
        ("15", 422, "workflow[0].to"),
        ("20", 422, "code"),
        ("29", 403, ""),
    ] {
        let sim = Sim::new();
        let answer = sim.start_v2(&number(ending)).await;
        assert_eq!((answer.status.as_u16(), answer.kind()), (status, "application/problem+json"), "{ending}");
        assert_eq!(answer.json().get("request_id").is_some(), ending == "10", "{ending}");
        if !name.is_empty() {
            assert_eq!(answer.invalid(), [name], "{ending}");
        }
        assert!(sim.messages(&number(ending)).await.is_empty());
    }
}

#[tokio::test]
async fn some_start_and_nothing_arrives() {
    for (ending, in_v1) in [("07", false), ("33", true), ("34", true)] {
        let sim = Sim::new();
        sim.started_v2(&number(ending)).await;
        assert!(sim.messages(&number(ending)).await.is_empty(), "{ending}");
        if in_v1 {
            let sim = Sim::new();
            sim.started_v1(&number(ending)).await;
            assert!(sim.messages(&number(ending)).await.is_empty(), "{ending}");
        }
    }
}

#[tokio::test]
async fn a_call_reaches_the_number_that_no_text_does() {
    let sim = Sim::new();
    let mut body = v2_body(&number("34"));
    body["workflow"][0]["channel"] = "voice".into();

    sim.post("/v2/verify", body).await;

    assert_eq!(sim.messages(&number("34")).await.len(), 1);
}

#[tokio::test]
async fn a_bad_gateway_is_html_and_sends_nothing() {
    let sim = Sim::new();
    for answer in
        [sim.start_v2(&number("32")).await, sim.form("/verify/json", &v1_fields(&number("32"))).await]
    {
        assert_eq!((answer.status, answer.kind()), (StatusCode::BAD_GATEWAY, "text/html; charset=utf-8"));
        assert!(answer.body.starts_with("<html>"));
    }
    assert!(sim.messages(&number("32")).await.is_empty());
}

#[tokio::test]
async fn all_other_numbers_work() {
    let sim = Sim::new();
    for ending in (0..100).map(|ending| format!("{ending:02}")) {
        if Special::of(&number(&ending)).is_none() {
            sim.started_v2(&number(&ending)).await;
            assert_eq!(sim.messages(&number(&ending)).await.len(), 1);
        }
    }
    assert_eq!(Special::of("1202555010"), None);
    assert_eq!(Special::of("12025550101"), Some(Special::Throttled));
}

#[tokio::test]
async fn the_explanation_lists_each() {
    let page = Sim::new().get("/").await.body;
    let page = page.replace("</span>", "");
    for row in TABLE {
        assert!(page.contains(&format!("+1 202 555 01{}</code>", row.0)), "{}", row.0);
    }
}
