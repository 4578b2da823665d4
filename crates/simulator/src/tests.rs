//! The simulator, seen from outside over HTTP and from inside as a state that moves with a clock.

mod auth;
mod callbacks;
mod inbox;
mod network;
mod pages;
mod schema;
mod search;
mod special;
mod state;
mod steps;
mod v1;
mod v2;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use secrecy::SecretString;
use serde_json::{Value, json};
use tower::ServiceExt;
use url::form_urlencoded;

use super::{Options, Simulator};
use crate::{
    clock::{Clock, Timestamp},
    random::Random,
};

const NUMBER: &str = "447700900123";
/// When each simulator begins, in milliseconds since 1970.
const BEGUN: i64 = 1_795_514_400_000;

/// A simulator whose clock stands still until [`Sim::pass`].
struct Sim {
    router: Router,
    clock: Clock,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    fn kind(&self) -> &str {
        self.headers[header::CONTENT_TYPE].to_str().unwrap()
    }

    /// The names in `invalid_parameters`.
    fn invalid(&self) -> Vec<String> {
        let invalid = &self.json()["invalid_parameters"];
        invalid.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    }
}

/// The same on each run.
fn random() -> Random {
    let state = AtomicU64::new(7);
    Random::new(move |bytes| {
        for byte in bytes {
            // SplitMix64, by Steele, Lea and Flood.
            let mut mixed = state.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            [*byte, ..] = (mixed ^ (mixed >> 31)).to_le_bytes();
        }
    })
}

fn options() -> Options {
    Options::new(Clock::following(|| Timestamp::from_millis(BEGUN)), random())
}

impl Sim {
    fn new() -> Self {
        Self::with(options())
    }

    fn guarded() -> Self {
        let credentials = Some(("key".to_owned(), SecretString::from("secret")));
        Self::with(Options { credentials, ..options() })
    }

    fn with(options: Options) -> Self {
        let clock = options.clock.clone();
        Self { router: Simulator::new(options).router(), clock }
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer { status, headers, body: String::from_utf8(body.to_vec()).unwrap() }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(body.into()).unwrap()).await
    }

    async fn json(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = Request::builder().method(method).uri(path);
        let request = request.header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(body.to_string().into()).unwrap()).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.json(Method::POST, path, body).await
    }

    async fn messages(&self, to: &str) -> Vec<Value> {
        self.get(&format!("/messages?to={to}")).await.json().as_array().unwrap().clone()
    }

    /// The newest code that arrived at `number`.
    async fn code(&self, number: &str) -> String {
        self.messages(number).await[0]["code"].as_str().unwrap().to_owned()
    }

    async fn start_v2(&self, number: &str) -> Answer {
        self.post("/v2/verify", v2_body(number)).await
    }

    /// Starts a v2 verification of one SMS and returns its id.
    async fn started_v2(&self, number: &str) -> String {
        let answer = self.start_v2(number).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
        answer.json()["request_id"].as_str().unwrap().to_owned()
    }

    async fn check_v2(&self, id: &str, code: &str) -> Answer {
        self.post(&format!("/v2/verify/{id}"), json!({ "code": code })).await
    }

    async fn cancel_v2(&self, id: &str) -> Answer {
        self.json(Method::DELETE, &format!("/v2/verify/{id}"), Value::Null).await
    }

    async fn start_v1(&self, fields: &[(&str, &str)]) -> Value {
        self.form("/verify/json", fields).await.json()
    }

    /// Starts a v1 verification of one SMS and returns its id.
    async fn started_v1(&self, number: &str) -> String {
        let answer = self.start_v1(&v1_fields(number)).await;
        assert_eq!(answer["status"], "0", "{answer}");
        answer["request_id"].as_str().unwrap().to_owned()
    }

    async fn check_v1(&self, id: &str, code: &str) -> Value {
        self.form("/verify/check/json", &[("request_id", id), ("code", code)]).await.json()
    }

    async fn control_v1(&self, id: &str, command: &str) -> Value {
        self.form("/verify/control/json", &[("request_id", id), ("cmd", command)]).await.json()
    }
}

fn v2_body(number: &str) -> Value {
    json!({ "brand": "Acme", "code_length": 6, "workflow": [{ "channel": "sms", "to": number }] })
}

fn v1_fields(number: &str) -> [(&str, &str); 4] {
    [("number", number), ("brand", "Acme"), ("code_length", "6"), ("workflow_id", "6")]
}

/// Not `code`, and of the same length.
fn wrong(code: &str) -> String {
    let other = if code.starts_with('1') { "2" } else { "1" };
    other.repeat(code.len())
}
