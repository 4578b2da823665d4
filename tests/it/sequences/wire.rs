//! The simulator behind a wire that can fail, and what has passed over it.

use std::{
    collections::{HashMap, HashSet},
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::StatusCode,
    middleware::{Next, from_fn_with_state},
    response::{Html, IntoResponse, Response},
};
use futures_util::stream;
use phonegate::testing::{
    clock::Clock,
    random::Random,
    simulator::{self, Options, Simulator, SimulatorClock},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify, time::sleep};
use tower::ServiceExt;
use url::Url;

use super::world::PATIENCE;

/// What can happen to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Not made: the provider's fault, too many requests, or no connection.
    Refused(u16),
    Closed,
    /// Made, and its answer lost.
    Cut,
    Html,
    Garbage,
    /// Made, and refused for what another one started: without its id.
    Unnamed,
    /// Made, and its answer comes when nobody waits for it any more.
    Slow,
    /// Made, and its answer held back until the app is gone.
    Held,
}

#[derive(Clone)]
pub(super) struct Wire {
    pub(super) base_url: Url,
    pub(super) clock: SimulatorClock,
    simulator: Router,
    record: Arc<Mutex<Record>>,
    /// Tells of a call that is held, and lets go of it.
    pub(super) held: Arc<Notify>,
    pub(super) release: Arc<Notify>,
}

/// What has passed.
#[derive(Default)]
pub(super) struct Record {
    /// What happens to the calls to come, in order; `None`: nothing.
    faults: Vec<Fault>,
    /// Messages that calls have brought about.
    pub(super) triggered: usize,
    /// The request that each code belongs to is known by its newest message.
    codes: HashMap<String, String>,
    /// Wrong codes and lost answers, by request.
    pub(super) wrong: HashMap<String, usize>,
    pub(super) lost_checks: HashMap<String, usize>,
    /// The newest request to each number, and the number of each request.
    pub(super) newest: HashMap<String, String>,
    pub(super) phones: HashMap<String, String>,
    /// Requests that ran while nobody was there to end them.
    slept_through: HashSet<String>,
    /// Requests of which the app never heard: the answers to their starts were lost.
    pub(super) lost_starts: HashSet<String>,
    /// Cancels that failed, or whose answers were lost, by request.
    pub(super) failed_cancels: HashMap<String, usize>,
    pub(super) calls: usize,
}

impl Wire {
    pub(super) async fn start(clock: &Clock, random: &Random, lock: Duration) -> Self {
        let options = Options { lock_after_cancel: lock, ..simulator::options(clock, random) };
        let clock = options.clock.clone();
        let simulator = Simulator::new(options).router();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let wire = Self {
            base_url,
            clock,
            simulator: simulator.clone(),
            record: Arc::default(),
            held: Arc::default(),
            release: Arc::default(),
        };
        let router = simulator.layer(from_fn_with_state(wire.clone(), pass));
        tokio::spawn(async move { axum::serve(listener, router).await });
        wire
    }

    pub(super) fn record<T>(&self, look: impl FnOnce(&mut Record) -> T) -> T {
        look(&mut self.record.lock().unwrap())
    }

    /// Lets `fault` happen to one of the calls to come.
    pub(super) fn fault(&self, fault: Fault) {
        self.record(|record| record.faults.push(fault));
    }

    /// Lets `fault` happen to the next call.
    pub(super) fn fault_next(&self, fault: Fault) {
        self.record(|record| record.faults.insert(0, fault));
    }

    /// Requests whose second step the app could not keep back.
    pub(super) fn excused(&self) -> usize {
        self.record(|record| {
            let twice = record.failed_cancels.iter().filter(|(_, failed)| **failed > 1).map(|(id, _)| id);
            let all: HashSet<_> =
                record.lost_starts.iter().chain(&record.slept_through).chain(twice).collect();
            all.len()
        })
    }

    /// Time passes, and nobody works.
    pub(super) fn sleeps(&self) {
        self.record(|record| record.slept_through.extend(record.codes.keys().cloned()));
    }

    pub(super) fn heal(&self) {
        self.record(|record| record.faults.clear());
    }

    /// The code of a request's newest message.
    pub(super) fn code_of(&self, request: &str) -> Option<String> {
        self.record(|record| record.codes.get(request).cloned())
    }

    /// The codes sent to a number, newest first.
    pub(super) async fn messages(&self, phone: &str) -> Vec<String> {
        let request = Request::get(format!("/messages?to=%2B{phone}")).body(Body::empty()).unwrap();
        let answer = self.simulator.clone().oneshot(request).await.unwrap();
        let list: Value =
            serde_json::from_slice(&to_bytes(answer.into_body(), 1 << 20).await.unwrap()).unwrap();
        list.as_array().unwrap().iter().map(|message| message["code"].as_str().unwrap().to_owned()).collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Start,
    Check,
    Next,
    Cancel,
    Search,
}

/// What a call is, the request it names, and the number it starts one for.
fn read(method: &str, path: &str, body: &str) -> Option<(Kind, String, String)> {
    let field = |name: &str| {
        let pair = body.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        pair.unwrap_or_default().to_owned()
    };
    let id = || path.split('/').nth(3).unwrap_or_default().to_owned();
    Some(match (method, path) {
        ("POST", "/v2/verify") => {
            let body: Value = serde_json::from_str(body).unwrap();
            (Kind::Start, String::new(), body["workflow"][0]["to"].as_str().unwrap().to_owned())
        }
        ("POST", "/verify/json") => (Kind::Start, String::new(), field("number")),
        ("POST", "/verify/check/json") => (Kind::Check, field("request_id"), String::new()),
        ("POST", "/verify/control/json") if field("cmd") == "cancel" => {
            (Kind::Cancel, field("request_id"), String::new())
        }
        ("POST", "/verify/control/json") => (Kind::Next, field("request_id"), String::new()),
        ("GET", "/verify/search/json") => (Kind::Search, String::new(), String::new()),
        ("DELETE", _) => (Kind::Cancel, id(), String::new()),
        ("POST", path) if path.ends_with("/next_workflow") => (Kind::Next, id(), String::new()),
        ("POST", path) if path.starts_with("/v2/verify/") => (Kind::Check, id(), String::new()),
        _ => return None,
    })
}

async fn pass(State(wire): State<Wire>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = String::from_utf8(to_bytes(body, 1 << 16).await.unwrap().to_vec()).unwrap();
    let Some((kind, id, phone)) = read(parts.method.as_str(), parts.uri.path(), &body) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let fault = wire.record(|record| {
        record.calls += 1;
        if record.faults.is_empty() { None } else { Some(record.faults.remove(0)) }
    });
    let lost = fault.is_some_and(|fault| !matches!(fault, Fault::Unnamed));
    wire.record(|record| match kind {
        Kind::Cancel if lost => *record.failed_cancels.entry(id.clone()).or_default() += 1,
        Kind::Check if lost => *record.lost_checks.entry(id.clone()).or_default() += 1,
        _ => {}
    });
    match fault {
        Some(Fault::Refused(status)) => {
            return (StatusCode::from_u16(status).unwrap(), Json(json!({"title": "No"}))).into_response();
        }
        Some(Fault::Closed) => return cut(),
        _ => {}
    }
    let answer = next.run(Request::from_parts(parts, Body::from(body))).await;
    let (mut head, body) = answer.into_parts();
    let mut bytes = to_bytes(body, 1 << 16).await.unwrap().to_vec();
    let said: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let done = said["status"].as_str().map_or(head.status.is_success(), |status| status == "0");
    let wrong =
        matches!(head.status.as_u16(), 400 | 410) || matches!(said["status"].as_str(), Some("16" | "17"));
    match kind {
        Kind::Start if done => {
            let id = said["request_id"].as_str().unwrap().to_owned();
            let code = wire.messages(&phone).await.remove(0);
            wire.record(|record| {
                record.triggered += 1;
                record.codes.insert(id.clone(), code);
                record.newest.insert(phone.clone(), id.clone());
                record.phones.insert(id.clone(), phone);
                if lost {
                    record.lost_starts.insert(id);
                }
            });
        }
        Kind::Next if done => wire.record(|record| record.triggered += 1),
        Kind::Check if wrong => {
            wire.record(|record| *record.wrong.entry(id).or_default() += 1);
        }
        _ => {}
    }
    match fault {
        Some(Fault::Cut) => cut(),
        Some(Fault::Slow) => {
            sleep(PATIENCE * 2).await;
            cut()
        }
        Some(Fault::Held) => {
            wire.held.notify_one();
            wire.release.notified().await;
            Response::from_parts(head, Body::from(bytes))
        }
        Some(Fault::Html) => (StatusCode::BAD_GATEWAY, Html("<h1>Bad gateway</h1>")).into_response(),
        Some(Fault::Garbage) => Response::new(Body::from("{\"request")),
        Some(Fault::Unnamed) if kind == Kind::Start => {
            if let Value::Object(mut said) = said {
                if !done {
                    said.remove("request_id");
                }
                bytes = Value::Object(said).to_string().into_bytes();
            }
            head.headers.remove("content-length");
            Response::from_parts(head, Body::from(bytes))
        }
        _ => Response::from_parts(head, Body::from(bytes)),
    }
}

/// An answer that ends before its first byte.
fn cut() -> Response {
    let cut = stream::once(async { Err::<Vec<u8>, _>(io::Error::from(io::ErrorKind::ConnectionAborted)) });
    Response::new(Body::from_stream(cut))
}
