//! For whoever keeps watch.

use axum::{extract::State, http::StatusCode};

use crate::app::AppState;

/// `GET /healthz`: the process answers.
pub(super) async fn live() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the store answers too.
pub(super) async fn ready(State(app): State<AppState>) -> (StatusCode, &'static str) {
    match app.sign_in.store.ping().await {
        Ok(()) => (StatusCode::OK, "ok\n"),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "not ready: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n")
        }
    }
}
