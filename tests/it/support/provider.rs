//! The simulator on a port of its own, with every call counted.

use std::sync::{Arc, Mutex};

use axum::{
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
};
use phonegate::{
    clock::Clock,
    random::Random,
    simulator::{Options, Simulator},
};
use serde::Deserialize;
use tokio::net::TcpListener;
use url::Url;

/// The key and secret that the provider takes.
pub const CREDENTIALS: (&str, &str) = ("abcd1234", "Sup3rS3cr3tValue");

/// The provider, as the app sees it. It outlives the app's restarts.
#[derive(Clone)]
pub struct Provider {
    pub base_url: Url,
    pub clock: Clock,
    calls: Arc<Mutex<Vec<String>>>,
}

/// A message as `/messages` tells it.
#[derive(Debug, Clone, Deserialize)]
pub struct Message {
    pub code: String,
}

impl Provider {
    pub async fn start(clock: &Clock) -> Self {
        let clock = clock.fork();
        let calls = Arc::new(Mutex::new(Vec::new()));
        let options = Options {
            credentials: Some((CREDENTIALS.0.to_owned(), CREDENTIALS.1.into())),
            ..Options::new(clock.clone(), Random::system())
        };
        let router = Simulator::new(options).router().layer(from_fn_with_state(calls.clone(), count));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base_url, clock, calls }
    }

    /// The Verify calls so far: `start`, `check` or `cancel`.
    pub fn calls(&self, kind: &str) -> usize {
        self.calls.lock().unwrap().iter().filter(|call| *call == kind).count()
    }

    pub fn all_calls(&self) -> usize {
        self.calls.lock().unwrap().len()
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

async fn count(
    State(calls): State<Arc<Mutex<Vec<String>>>>,
    request: Request,
    next: Next,
) -> axum::response::Response {
    let path = request.uri().path();
    let kind = match (request.method().as_str(), path) {
        ("POST", "/v2/verify" | "/verify/json") => "start",
        ("POST", "/verify/check/json") => "check",
        ("POST", "/verify/control/json") | ("DELETE", _) => "cancel",
        ("POST", path) if path.starts_with("/v2/verify/") => "check",
        _ => "",
    };
    if !kind.is_empty() {
        calls.lock().unwrap().push(kind.to_owned());
    }
    next.run(request).await
}
