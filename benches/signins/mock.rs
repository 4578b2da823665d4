//! The provider, without its latency: Verify v2 as far as a sign-in needs it; every code is right.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::{
    Json, Router,
    extract::Path,
    http::StatusCode,
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::Outcome;

pub(crate) async fn serve(port: u16) -> Outcome<()> {
    let provider = Router::new()
        .route("/", get(StatusCode::OK))
        .route("/v2/verify", post(start))
        .route("/v2/verify/{request_id}", post(check).delete(StatusCode::NO_CONTENT));
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    Ok(axum::serve(listener, provider).await?)
}

/// Every request gets an id of its own, in the shape of the provider's.
async fn start() -> (StatusCode, Json<Value>) {
    static STARTED: AtomicU64 = AtomicU64::new(1);
    let request_id = format!("00000000-0000-4000-8000-{:012x}", STARTED.fetch_add(1, Ordering::Relaxed));
    (StatusCode::ACCEPTED, Json(json!({ "request_id": request_id })))
}

async fn check(Path(request_id): Path<String>) -> Json<Value> {
    Json(json!({ "request_id": request_id, "status": "completed" }))
}
