//! For whoever keeps watch.

use axum::{
    extract::State,
    http::{HeaderName, StatusCode, header},
};

use crate::web::{readiness::NotReady, state::AppState};

type Answer = (StatusCode, [(HeaderName, &'static str); 1], &'static str);

/// An old answer would say nothing.
const NO_STORE: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

/// `GET /healthz`: the process answers.
pub(crate) async fn live() -> Answer {
    (StatusCode::OK, NO_STORE, "ok\n")
}

/// `GET /readyz`: more visitors can be served. The log says why not.
pub(crate) async fn ready(State(app): State<AppState>) -> Answer {
    match app.health.readiness.ready(&app.core.store, &app.core.clock).await {
        Ok(()) => (StatusCode::OK, NO_STORE, "ok\n"),
        Err(NotReady::Leaving) => (StatusCode::SERVICE_UNAVAILABLE, NO_STORE, "stopping\n"),
        Err(NotReady::Store) => (StatusCode::SERVICE_UNAVAILABLE, NO_STORE, "the store takes no writes\n"),
    }
}
