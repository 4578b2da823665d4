//! Callbacks reach the status address when their time comes, signed, and again if turned down.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_lc_rs::{digest, hmac};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    routing::post,
};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinSet,
};

use super::{BEGUN, NUMBER, Sim, options, schema, v2_body, wrong};
use crate::{Callbacks, Options, Simulator, clock::Timestamp, outbox::Outbox};

/// A simulator and the application that it calls back.
struct Called {
    sim: Sim,
    received: UnboundedReceiver<(String, Bytes)>,
    /// What the application answers next; 204 when empty.
    answers: Arc<Mutex<VecDeque<StatusCode>>>,
    _tasks: JoinSet<()>,
}

type Receiver = (UnboundedSender<(String, Bytes)>, Arc<Mutex<VecDeque<StatusCode>>>);

async fn receive(State((received, answers)): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let token = headers[header::AUTHORIZATION].to_str().unwrap().strip_prefix("Bearer ").unwrap();
    received.send((token.to_owned(), body)).unwrap();
    answers.lock().unwrap().pop_front().unwrap_or(StatusCode::NO_CONTENT)
}

impl Called {
    async fn new() -> Self {
        let (sender, received) = unbounded_channel();
        let answers = Arc::<Mutex<VecDeque<StatusCode>>>::default();
        let app = Router::new().route("/status", post(receive)).with_state((sender, answers.clone()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/status", listener.local_addr().unwrap()).parse().unwrap();
        let callbacks = Callbacks {
            url,
            signature_secret: SecretString::from("shared"),
            api_key: "key".to_owned(),
            application_id: Some("app".to_owned()),
        };
        let options = Options { callbacks: Some(callbacks), ..options() };
        let clock = options.clock.clone();
        let simulator = Simulator::new(options);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
        tasks.spawn(simulator.clone().send_callbacks());
        Self { sim: Sim { router: simulator.router(), clock }, received, answers, _tasks: tasks }
    }

    async fn start(&self, workflow: Value) -> String {
        let mut body = v2_body(NUMBER);
        body["client_ref"] = "signin8f21".into();
        body["channel_timeout"] = 60.into();
        body["workflow"] = workflow;
        self.sim.post("/v2/verify", body).await.json()["request_id"].as_str().unwrap().to_owned()
    }

    /// Moves the clock by way of its page, which wakes whoever waits for it.
    async fn pass(&self, seconds: u32) {
        self.sim.form("/clock", &[("advance_s", &seconds.to_string())]).await;
    }

    /// The next callback, with its signature checked, and the claims that came with it.
    async fn next(&mut self) -> (Value, Value) {
        let next = tokio::time::timeout(Duration::from_secs(10), self.received.recv()).await;
        let (token, body) = next.expect("a callback comes").unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"shared");
        hmac::verify(&key, signed.as_bytes(), &BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap())
            .unwrap();
        let claims = BASE64URL_NOPAD.decode(signed.split_once('.').unwrap().1.as_bytes()).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        let hash = digest::digest(&digest::SHA256, &body);
        assert_eq!(claims["payload_hash"], HEXLOWER.encode(hash.as_ref()));
        (serde_json::from_slice(&body).unwrap(), claims)
    }

    /// The next callback after a failed one, whose pause begins when the answer has come back.
    async fn retried(&mut self) -> (Value, Value) {
        let wait = async {
            while self.received.is_empty() {
                self.pass(2).await;
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), wait).await.expect("it comes again");
        self.next().await
    }

    async fn body(&mut self) -> Value {
        let (body, _) = self.next().await;
        schema::callback_is_as_published(&body);
        body
    }
}

fn sms() -> Value {
    json!({ "channel": "sms", "to": NUMBER })
}

#[tokio::test]
async fn a_right_code_is_told_by_an_event_and_a_summary() {
    let mut called = Called::new().await;
    let id = called.start(json!([sms(), { "channel": "voice", "to": NUMBER }])).await;
    let code = called.sim.code(NUMBER).await;
    called.sim.pass(7);
    called.sim.check_v2(&id, &code).await;

    assert_eq!(
        called.body().await,
        json!({
            "request_id": id,
            "triggered_at": "2026-11-24T10:00:00.000Z",
            "type": "event",
            "channel": "sms",
            "status": "completed",
            "finalized_at": "2026-11-24T10:00:07.000Z",
            "channel_timeout": 60,
            "client_ref": "signin8f21",
        })
    );
    assert_eq!(
        called.body().await,
        json!({
            "request_id": id,
            "submitted_at": "2026-11-24T10:00:00.000Z",
            "type": "summary",
            "status": "completed",
            "channel_timeout": 60,
            "workflow": [
                { "channel": "sms", "initiated_at": "2026-11-24T10:00:00.000Z", "status": "completed" },
                { "channel": "voice", "status": "unused" },
            ],
            "client_ref": "signin8f21",
        })
    );
}

#[tokio::test]
async fn the_token_tells_who_signed_and_when_by_the_clock_of_the_application() {
    let mut called = Called::new().await;
    called.start(json!([sms()])).await;
    called.pass(60).await;

    let (_, claims) = called.next().await;

    assert_eq!((&claims["api_key"], &claims["application_id"]), (&json!("key"), &json!("app")));
    assert_eq!((&claims["iss"], &claims["iat"]), (&json!("Vonage"), &json!(BEGUN / 1_000)));
    assert_eq!(claims["jti"].as_str().unwrap().len(), 36);
}

#[tokio::test]
async fn an_expired_one_is_told_when_its_time_comes() {
    let mut called = Called::new().await;
    called.start(json!([sms(), { "channel": "voice", "to": NUMBER }])).await;
    called.pass(500).await;

    let summary = called.body().await;

    assert_eq!(summary["status"], "expired");
    let steps = summary["workflow"].as_array().unwrap();
    assert_eq!(steps.iter().map(|step| &step["status"]).collect::<Vec<_>>(), ["expired", "expired"]);
    assert_eq!(steps[1]["initiated_at"], "2026-11-24T10:01:00.000Z");
}

#[tokio::test]
async fn too_many_wrong_codes_are_told() {
    let mut called = Called::new().await;
    let id = called.start(json!([sms()])).await;
    let code = called.sim.code(NUMBER).await;
    for _ in 0..3 {
        called.sim.check_v2(&id, &wrong(&code)).await;
    }

    let summary = called.body().await;

    assert_eq!((&summary["type"], &summary["status"]), (&json!("summary"), &json!("failed")));
    assert_eq!(summary["workflow"][0]["status"], "failed");
}

#[tokio::test]
async fn a_failed_delivery_is_told_after_2_s() {
    let mut called = Called::new().await;
    let number = "12025550134";
    let item = |channel: &str| json!({ "channel": channel, "to": number, "reuse_code": true });
    let id = called.start(json!([item("sms"), item("voice")])).await;
    called.pass(2).await;

    let event = called.body().await;
    assert_eq!(
        (&event["type"], &event["channel"], &event["status"]),
        (&json!("event"), &json!("sms"), &json!("failed"))
    );
    assert_eq!(event["finalized_at"], "2026-11-24T10:00:02.000Z");

    called.sim.post(&format!("/v2/verify/{id}/next_workflow"), Value::Null).await;
    let code = called.sim.code(number).await;
    called.sim.check_v2(&id, &code).await;
    assert_eq!(called.body().await["channel"], "voice");
    let steps = called.body().await["workflow"].clone();
    assert_eq!((&steps[0]["status"], &steps[1]["status"]), (&json!("failed"), &json!("completed")));
}

#[tokio::test]
async fn a_block_ends_it_and_is_told() {
    let mut called = Called::new().await;
    let id = called.start(json!([{ "channel": "sms", "to": "12025550107" }])).await;
    assert_eq!(called.sim.check_v2(&id, "123456").await.status, 400);
    called.pass(2).await;

    let event = called.body().await;
    let summary = called.body().await;

    assert_eq!((&event["type"], &event["status"]), (&json!("event"), &json!("blocked")));
    assert_eq!((&summary["type"], &summary["status"]), (&json!("summary"), &json!("blocked")));
    assert_eq!(summary["finalized_at"], "2026-11-24T10:00:02.000Z");
    assert!(summary["workflow"][0]["reason"].as_str().unwrap().contains("network"));
    assert_eq!(called.sim.check_v2(&id, "123456").await.status, 404);
    called.start(json!([{ "channel": "sms", "to": "12025550107" }])).await;
}

#[tokio::test]
async fn what_is_turned_down_comes_again_with_a_fresh_token() {
    let mut called = Called::new().await;
    called.answers.lock().unwrap().push_back(StatusCode::INTERNAL_SERVER_ERROR);
    called.start(json!([sms()])).await;
    called.pass(60).await;

    let (first, first_claims) = called.next().await;
    let (second, second_claims) = called.retried().await;

    assert_eq!(first, second);
    assert_ne!(first_claims["jti"], second_claims["jti"]);
}

#[test]
fn attempts_are_spaced_further_and_further_until_given_up() {
    let at = |seconds: i64| Timestamp::from_millis(seconds * 1_000);
    let mut outbox = Outbox::default();
    outbox.put(Value::Null, at(0));

    for due in [0, 2, 6, 14, 30] {
        assert!(outbox.take_due(at(due - 1)).is_none());
        let callback = outbox.take_due(at(due)).unwrap();
        outbox.retry(callback, at(due));
    }

    assert!(!outbox.has_due(at(1_000_000)));
}

#[tokio::test]
async fn a_cancel_and_v1_tell_nothing() {
    let mut called = Called::new().await;
    let cancelled = called.start(json!([sms()])).await;
    called.sim.pass(30);
    called.sim.cancel_v2(&cancelled).await;
    called.sim.started_v1(NUMBER).await;
    called.pass(300).await;

    let told = called.start(json!([sms()])).await;
    called.pass(60).await;

    assert_eq!(called.body().await["request_id"], told.as_str());
}

#[tokio::test]
async fn without_an_address_nothing_is_sent() {
    let simulator = Simulator::new(options());
    tokio::time::timeout(Duration::from_secs(5), simulator.send_callbacks()).await.unwrap();
}
