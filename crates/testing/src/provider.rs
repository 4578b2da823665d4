//! The simulator on a port of its own, with every call counted.

use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Path, Request, State},
    http::StatusCode,
    middleware::{Next, from_fn_with_state},
    response::{Html, IntoResponse, Response},
    routing::post,
};
use futures_util::stream;
use phonegate::testing::{
    clock::Clock,
    random::Random,
    simulator::{self, Options, Simulator, SimulatorClock},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

/// The key and secret that the provider takes.
pub const CREDENTIALS: (&str, &str) = ("abcd1234", "Sup3rS3cr3tValue");

/// For so long after a cancel the provider still refuses the number, as the real one was seen to do.
pub(crate) const LOCK_AFTER_CANCEL: Duration = Duration::from_secs(12);
/// The right code of a provider [`without_limits`](Provider::without_limits).
pub const THE_CODE: &str = "123456";

/// The provider, as the app sees it. It outlives the app's restarts.
#[derive(Clone)]
pub struct Provider {
    pub base_url: Url,
    pub clock: SimulatorClock,
    wire: Arc<Mutex<Wire>>,
}

/// What passes between the app and the provider.
#[derive(Default)]
struct Wire {
    calls: Vec<String>,
    /// What every call is answered with instead.
    failure: Option<u16>,
    /// What happens to the next call of a kind, and to how many.
    faults: Vec<(&'static str, Fault, usize)>,
    /// How long the answers to a kind of call take, in real time.
    delay: Option<(&'static str, Duration)>,
    /// What the newest answer to a start named.
    newest: Option<String>,
}

/// What can happen to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is not made: this status instead, with a problem.
    Status(u16),
    /// It is not made: this v1 status instead.
    Legacy(&'static str),
    /// It is not made: a status and a detail.
    Detail(u16, &'static str),
    /// It is not made: a parameter is turned down, and why.
    Invalid(&'static str, &'static str),
    /// It is made, and the connection ends before the answer.
    Cut,
    /// It is made, and its answer is a proxy's page.
    Html,
    /// It is made, and its answer is 200 and no answer.
    Garbage,
    /// It is not made: 200 and that word, of the request that was asked for.
    Word(&'static str),
}

/// A message as `/messages` tells it.
#[derive(Debug, Clone, Deserialize)]
pub struct Message {
    pub channel: String,
    pub code: String,
}

impl Provider {
    pub async fn start(clock: &Clock) -> Self {
        Self::start_with(clock, |_| ()).await
    }

    /// `change` makes the simulator differ from the ordinary one.
    pub async fn start_with(clock: &Clock, change: impl FnOnce(&mut Options)) -> Self {
        let wire = Arc::<Mutex<Wire>>::default();
        let mut options = Options {
            credentials: Some((CREDENTIALS.0.to_owned(), CREDENTIALS.1.into())),
            slow_answer: Duration::from_millis(300),
            lock_after_cancel: LOCK_AFTER_CANCEL,
            ..simulator::options(clock, &Random::system())
        };
        change(&mut options);
        let clock = options.clock.clone();
        Self::serve(Simulator::new(options).router(), clock, wire).await
    }

    /// One that starts as many verifications to a number as it is asked for, and takes [`THE_CODE`] for each.
    pub async fn without_limits(clock: &Clock) -> Self {
        static STARTED: AtomicU64 = AtomicU64::new(0);
        let start = async || {
            let id = format!("request-{}", STARTED.fetch_add(1, Ordering::Relaxed));
            (StatusCode::ACCEPTED, Json(json!({ "request_id": id })))
        };
        let check = async |Path(id): Path<String>, Json(body): Json<Value>| {
            if body["code"] == THE_CODE {
                (StatusCode::OK, Json(json!({ "request_id": id, "status": "completed" })))
            } else {
                (StatusCode::BAD_REQUEST, Json(json!({ "title": "Invalid Code" })))
            }
        };
        let router = Router::new()
            .route("/v2/verify", post(start))
            .route("/v2/verify/{id}", post(check).delete(StatusCode::NO_CONTENT));
        Self::serve(router, simulator::clock_following(clock), Arc::default()).await
    }

    async fn serve(router: Router, clock: SimulatorClock, wire: Arc<Mutex<Wire>>) -> Self {
        let router = router.layer(from_fn_with_state(wire.clone(), pass));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base_url, clock, wire }
    }

    /// The Verify calls so far: `start`, `check`, `cancel`, `next` or `search`.
    pub fn calls(&self, kind: &str) -> usize {
        self.wire.lock().unwrap().calls.iter().filter(|call| *call == kind).count()
    }

    pub fn all_calls(&self) -> usize {
        self.wire.lock().unwrap().calls.len()
    }

    /// Answers every call with that status and nothing else, until [`Provider::heal`].
    pub fn fail_with(&self, status: u16) {
        self.wire.lock().unwrap().failure = Some(status);
    }

    pub fn heal(&self) {
        let mut wire = self.wire.lock().unwrap();
        wire.failure = None;
        wire.faults.clear();
    }

    /// Lets `fault` happen to the next `times` calls of a kind.
    pub fn fault(&self, kind: &'static str, fault: Fault, times: usize) {
        self.wire.lock().unwrap().faults.push((kind, fault, times));
    }

    /// Makes the answers to a kind of call slow.
    pub fn delay(&self, kind: &'static str, by: Duration) {
        self.wire.lock().unwrap().delay = Some((kind, by));
    }

    /// The id of the newest request, once there is one.
    pub async fn newest_request(&self) -> String {
        loop {
            if let Some(id) = &self.wire.lock().unwrap().newest {
                return id.clone();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until a call of a kind has come.
    pub async fn arrived(&self, kind: &str) {
        while self.calls(kind) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The messages to a number, newest first.
    pub async fn messages(&self, phone: &str) -> Vec<Message> {
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        let url = self.base_url.join(&format!("messages?to=%2B{digits}")).unwrap();
        reqwest::get(url).await.unwrap().json().await.unwrap()
    }

    /// Takes a request's next step, as it does by itself in time.
    pub async fn take_next_step(&self, id: &str) {
        let form = [("request_id", id), ("cmd", "trigger_next_event")];
        self.control(&form).await;
    }

    /// Ends a request.
    pub async fn end(&self, id: &str) {
        self.control(&[("request_id", id), ("cmd", "cancel")]).await;
        let url = self.base_url.join(&format!("v2/verify/{id}")).unwrap();
        let request = reqwest::Client::builder().timeout(super::secs(5)).build().unwrap().delete(url);
        request.basic_auth(CREDENTIALS.0, Some(CREDENTIALS.1)).send().await.unwrap();
    }

    async fn control(&self, form: &[(&str, &str)]) {
        let url = self.base_url.join("verify/control/json").unwrap();
        let request = reqwest::Client::builder().timeout(super::secs(5)).build().unwrap().post(url);
        request.basic_auth(CREDENTIALS.0, Some(CREDENTIALS.1)).form(form).send().await.unwrap();
    }

    /// The newest code sent to a number.
    pub async fn code(&self, phone: &str) -> String {
        self.messages(phone).await.first().expect("a message").code.clone()
    }
}

impl Wire {
    /// Notes a call down; what is to happen to it.
    fn take(&mut self, kind: &'static str) -> Option<Fault> {
        self.calls.push(kind.to_owned());
        if let Some(status) = self.failure {
            return Some(Fault::Status(status));
        }
        let (_, fault, times) = self.faults.iter_mut().find(|(of, _, times)| *of == kind && *times > 0)?;
        *times -= 1;
        Some(*fault)
    }
}

/// Reads the id that an answer to a start names, and holds answers back.
async fn note(wire: &Mutex<Wire>, kind: &str, mut answer: Response) -> Response {
    if kind == "start" {
        let (parts, body) = answer.into_parts();
        // The special number 31 has no answer to read.
        let Ok(bytes) = to_bytes(body, 64 * 1024).await else {
            return cut();
        };
        let named = serde_json::from_slice::<Value>(&bytes).unwrap_or_default();
        wire.lock().unwrap().newest = named["request_id"].as_str().map(str::to_owned);
        answer = Response::from_parts(parts, Body::from(bytes));
    }
    let delay = wire.lock().unwrap().delay.filter(|(of, _)| *of == kind);
    if let Some((_, delay)) = delay {
        tokio::time::sleep(delay).await;
    }
    answer
}

/// An answer that ends before its first byte.
fn cut() -> Response {
    let cut = stream::once(async { Err::<Vec<u8>, _>(io::Error::from(io::ErrorKind::ConnectionAborted)) });
    Response::new(Body::from_stream(cut))
}

async fn pass(State(wire): State<Arc<Mutex<Wire>>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 64 * 1024).await.unwrap();
    let next_event = body.windows(18).any(|word| word == b"trigger_next_event");
    let kind = match (parts.method.as_str(), parts.uri.path()) {
        ("POST", "/v2/verify" | "/verify/json") => "start",
        ("POST", "/verify/check/json") => "check",
        ("POST", "/verify/control/json") if next_event => "next",
        ("POST", "/verify/control/json") | ("DELETE", _) => "cancel",
        ("GET", "/verify/search/json") => "search",
        ("POST", path) if path.ends_with("/next_workflow") => "next",
        ("POST", path) if path.starts_with("/v2/verify/") => "check",
        _ => return next.run(Request::from_parts(parts, Body::from(body))).await,
    };
    let fault = wire.lock().unwrap().take(kind);
    let problem = |status: u16, detail: &str| {
        let problem = json!({ "title": "Failing", "detail": detail });
        (StatusCode::from_u16(status).unwrap(), Json(problem)).into_response()
    };
    match fault {
        Some(Fault::Status(status)) => return problem(status, ""),
        Some(Fault::Detail(status, detail)) => return problem(status, detail),
        Some(Fault::Invalid(name, reason)) => {
            let problem = json!({
                "title": "Invalid params", "invalid_parameters": [{"name": name, "reason": reason}],
            });
            return (StatusCode::UNPROCESSABLE_ENTITY, Json(problem)).into_response();
        }
        Some(Fault::Legacy(status)) => {
            return Json(json!({ "status": status, "error_text": "Failing" })).into_response();
        }
        Some(Fault::Word(word)) => {
            let id = parts.uri.path().rsplit('/').next().unwrap_or_default();
            return Json(json!({ "request_id": id, "status": word })).into_response();
        }
        Some(Fault::Cut | Fault::Html | Fault::Garbage) | None => {}
    }
    let answer = next.run(Request::from_parts(parts, Body::from(body))).await;
    let answer = note(&wire, kind, answer).await;
    match fault {
        Some(Fault::Cut) => cut(),
        Some(Fault::Html) => (StatusCode::BAD_GATEWAY, Html("<h1>Bad gateway</h1>")).into_response(),
        Some(Fault::Garbage) => Response::new(Body::from("{\"request")),
        _ => answer,
    }
}
