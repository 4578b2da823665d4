//! The pages: one file each, `show` for GET and `submit` for POST. Forms in, pages out; decisions are made elsewhere.

mod callbacks;
mod cancel;
mod check;
mod form;
mod health;
mod index;
mod resend;
mod result;
mod sessions;
mod sign_out;
mod status;
mod verify;

use std::{convert::Infallible, time::Duration};

use axum::{
    Router,
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, header, request::Parts},
    routing::{MethodRouter, get, post},
};

use form::Form;

use crate::{app::AppState, error::seconds, templates::Frame, text::Language};

/// Every page's address and what answers there.
pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/", get(index::show))
        .route("/verify", get(verify::show).post(index::submit))
        .route("/check", post(check::submit).merge(back_to_verify()))
        .route("/verify/status", get(status::show))
        .route("/resend", post(resend::submit).merge(back_to_verify()))
        .route("/cancel", post(cancel::submit).merge(back_to_verify()))
        .route("/result", get(result::show))
        .route("/sessions", get(sessions::show).post(sessions::submit))
        .route("/signout", get(sign_out::show).post(sign_out::submit))
}

/// For whoever keeps watch: no cookies, no pages, reachable under any name.
pub(crate) fn health_routes() -> Router<AppState> {
    Router::new().route("/healthz", get(health::live)).route("/readyz", get(health::ready))
}

/// For the provider: no cookies, no pages, reachable under any name.
pub(crate) fn callback_routes() -> Router<AppState> {
    Router::new().route("/callbacks/verify", post(callbacks::submit))
}

/// A restored tab asks with GET for the address that a form was posted to.
fn back_to_verify() -> MethodRouter<AppState> {
    get(async || axum::response::Redirect::to("/verify"))
}

impl FromRequestParts<AppState> for Frame {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Infallible> {
        let header = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Ok(app.frame(Language::accepted(header)))
    }
}

/// When to come back, for programs; the page says it in words.
fn retry_after(wait: Option<Duration>) -> Option<[(HeaderName, HeaderValue); 1]> {
    wait.map(|wait| [(header::RETRY_AFTER, HeaderValue::from(seconds(wait)))])
}
