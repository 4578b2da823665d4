//! The simulator on a port of its own, with every call counted.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path, Request, State},
    http::StatusCode,
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::post,
};
use phonegate::{
    clock::Clock,
    random::Random,
    simulator::{Options, Simulator},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

/// The key and secret that the provider takes.
pub const CREDENTIALS: (&str, &str) = ("abcd1234", "Sup3rS3cr3tValue");

/// For so long after a cancel the provider still refuses the number, as the real one was seen to do.
pub const LOCK_AFTER_CANCEL: Duration = Duration::from_secs(12);
/// The right code of a provider [`without_limits`](Provider::without_limits).
pub const THE_CODE: &str = "123456";

/// The provider, as the app sees it. It outlives the app's restarts.
#[derive(Clone)]
pub struct Provider {
    pub base_url: Url,
    pub clock: Clock,
    wire: Arc<Mutex<Wire>>,
}

/// What passes between the app and the provider.
#[derive(Default)]
struct Wire {
    calls: Vec<String>,
    /// What every call is answered with instead.
    failure: Option<u16>,
}

/// A message as `/messages` tells it.
#[derive(Debug, Clone, Deserialize)]
pub struct Message {
    pub code: String,
}

impl Provider {
    pub async fn start(clock: &Clock) -> Self {
        let clock = clock.fork();
        let wire = Arc::<Mutex<Wire>>::default();
        let options = Options {
            credentials: Some((CREDENTIALS.0.to_owned(), CREDENTIALS.1.into())),
            slow_answer: Duration::from_millis(300),
            lock_after_cancel: LOCK_AFTER_CANCEL,
            ..Options::new(clock.clone(), Random::system())
        };
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
        Self::serve(router, clock.fork(), Arc::default()).await
    }

    async fn serve(router: Router, clock: Clock, wire: Arc<Mutex<Wire>>) -> Self {
        let router = router.layer(from_fn_with_state(wire.clone(), pass));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base_url, clock, wire }
    }

    /// The Verify calls so far: `start`, `check` or `cancel`.
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
        self.wire.lock().unwrap().failure = None;
    }

    /// The messages to a number, newest first.
    pub async fn messages(&self, phone: &str) -> Vec<Message> {
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        let url = self.base_url.join(&format!("messages?to=%2B{digits}")).unwrap();
        reqwest::get(url).await.unwrap().json().await.unwrap()
    }

    /// The newest code sent to a number.
    pub async fn code(&self, phone: &str) -> String {
        self.messages(phone).await.first().expect("a message").code.clone()
    }
}

async fn pass(State(wire): State<Arc<Mutex<Wire>>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let kind = match (request.method().as_str(), path) {
        ("POST", "/v2/verify" | "/verify/json") => "start",
        ("POST", "/verify/check/json") => "check",
        ("POST", "/verify/control/json") | ("DELETE", _) => "cancel",
        ("POST", path) if path.starts_with("/v2/verify/") => "check",
        _ => "",
    };
    if !kind.is_empty() {
        let mut wire = wire.lock().unwrap();
        wire.calls.push(kind.to_owned());
        if let Some(status) = wire.failure {
            return (StatusCode::from_u16(status).unwrap(), Json(json!({ "title": "Failing" })))
                .into_response();
        }
    }
    next.run(request).await
}
