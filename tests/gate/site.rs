//! A small site that knows nothing of sign-in: it shows what reaches it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderMap, header},
    response::{Html, IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

/// A request as the site saw it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) uri: String,
    headers: Vec<(String, String)>,
}

impl Seen {
    /// The values of a header, in their order.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The names of all headers.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(|(name, _)| name.as_str())
    }
}

/// Runs until the test ends.
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    reached: Arc<AtomicUsize>,
}

impl Site {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let reached = Arc::new(AtomicUsize::new(0));
        let router = Router::new().fallback(answer).with_state(reached.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, reached }
    }

    /// How many requests got through so far.
    pub(crate) fn reached(&self) -> usize {
        self.reached.load(Ordering::SeqCst)
    }
}

/// A page for people, with a form on it; for all else, what was seen.
async fn answer(State(reached): State<Arc<AtomicUsize>>, request: Request) -> Response {
    reached.fetch_add(1, Ordering::SeqCst);
    let seen = Seen {
        method: request.method().to_string(),
        uri: request.uri().to_string(),
        headers: request.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
    };
    let wants_page = wants_page(request.headers());
    // As sites do; what is left of a form would end the proxy's connection.
    axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap();
    if !wants_page {
        return Json(seen).into_response();
    }
    let page = format!(
        "<!doctype html><html lang=en><title>The site</title><h1>{} {}</h1><p id=who>{}</p>\
         <form method=post action=/form><input name=note value=important><button>Send</button></form>",
        seen.method,
        seen.uri.replace('&', "&amp;"),
        seen.all("remote-phone").concat(),
    );
    Html(page).into_response()
}

fn wants_page(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).is_some_and(|accept| text(accept).contains("text/html"))
}

fn text(value: &header::HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}
