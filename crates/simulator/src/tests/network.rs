//! What only a network shows: slow answers, cut connections, the clock moved from outside.

use std::time::Duration;

use axum::body::Body;
use serde_json::json;
use tokio::net::TcpListener;

use super::{Sim, options, v1_fields, v2_body};
use crate::Options;

const SLOW: &str = "12025550130";
const CUT: &str = "12025550131";

#[tokio::test]
async fn a_slow_answer_comes_after_the_message() {
    let sim = Sim::new();
    let impatient = tokio::time::timeout(Duration::from_millis(50), sim.start_v2(SLOW)).await;
    assert!(impatient.is_err());
    assert_eq!(sim.messages(SLOW).await.len(), 1);

    let second = sim.start_v2(SLOW).await;
    assert_eq!(second.status, 409);

    let sim = Sim::with(Options { slow_answer: Duration::ZERO, ..options() });
    sim.started_v2(SLOW).await;
    sim.pass(200);
    sim.started_v1(SLOW).await;
}

#[tokio::test]
async fn a_cut_connection_carries_no_answer_though_the_message_was_sent() {
    let sim = Sim::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(axum::serve(listener, sim.router.clone()).into_future());
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().unwrap();

    let v2 = client.post(format!("{base}/v2/verify")).json(&v2_body(CUT)).send().await.unwrap_err();
    assert!(v2.is_request() && !v2.is_timeout(), "{v2:?}");
    assert_eq!(sim.messages(CUT).await.len(), 1);
    let again = client.post(format!("{base}/v2/verify")).json(&v2_body(CUT)).send().await.unwrap();
    assert_eq!(again.status(), 409);

    sim.pass(200);
    let v1 = client.post(format!("{base}/verify/json")).form(&v1_fields(CUT)).send().await.unwrap_err();
    assert!(v1.is_request() && !v1.is_timeout(), "{v1:?}");
    assert_eq!(sim.messages(CUT).await.len(), 2);
    server.abort();
}

#[tokio::test]
async fn the_clock_is_set_ahead_by_form_and_json() {
    let sim = Sim::new();
    let start = sim.clock.now();

    let by_form = sim.form("/clock", &[("advance_s", "30")]).await;
    let by_json = sim.post("/clock", json!({ "advance_s": 12 })).await;

    assert_eq!((by_form.status.as_u16(), by_json.status.as_u16()), (204, 204));
    assert_eq!(sim.clock.now().since(start), Duration::from_secs(42));
    for wrong in ["", "-1", "1.5", "soon", "99999999999"] {
        assert_eq!(sim.form("/clock", &[("advance_s", wrong)]).await.status, 422, "{wrong}");
    }
    assert_eq!(sim.post("/clock", json!({})).await.status, 422);
    assert_eq!(sim.send(axum::http::Request::post("/clock").body(Body::empty()).unwrap()).await.status, 422);
    assert_eq!(sim.clock.now().since(start), Duration::from_secs(42));
}
