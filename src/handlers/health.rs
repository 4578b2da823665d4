//! For whoever keeps watch.

use axum::{
    extract::State,
    http::{HeaderName, StatusCode, header},
};

use crate::{app::AppState, error::chain};

type Answer = (StatusCode, [(HeaderName, &'static str); 1], &'static str);

/// An old answer would say nothing.
const NO_STORE: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

/// `GET /healthz`: the process answers.
pub(super) async fn live() -> Answer {
    (StatusCode::OK, NO_STORE, "ok\n")
}

/// `GET /readyz`: the store answers too.
pub(super) async fn ready(State(app): State<AppState>) -> Answer {
    match app.sign_in.store.ping().await {
        Ok(()) => (StatusCode::OK, NO_STORE, "ok\n"),
        Err(error) => {
            tracing::error!("not ready: {}", chain(&error));
            (StatusCode::SERVICE_UNAVAILABLE, NO_STORE, "the store does not answer\n")
        }
    }
}
