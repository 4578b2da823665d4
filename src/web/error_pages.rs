//! Failures become pages for the visitor and lines for the operator, each once.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use tower_http::{csrf::ProtectionError, request_id::RequestId};

use super::{
    error::{AppError, Explained},
    state::AppState,
    templates::{ErrorPage, Frame},
    text::Language,
};
use crate::{causes::chain, seldom::OnceAMinute};

/// Turns every failure into a page, and logs it.
pub(crate) async fn render_errors(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let frame = app.frame(Language::accepted(language_header(&request)));
    let trace_id = request.extensions().get::<RequestId>().cloned();
    let response = next.run(request).await;
    let status = response.status();
    let error = match response.extensions().get::<Arc<AppError>>() {
        Some(error) => error.clone(),
        None if !status.is_client_error() && !status.is_server_error() => return response,
        None => Arc::new(match response.extensions().get::<ProtectionError>() {
            Some(refusal) => AppError::CrossSite(refusal.clone()),
            None => AppError::Status(status),
        }),
    };
    tell(&app, &error, status);
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page {
        return response;
    }
    let page = page(&app, frame, &error, trace_id.as_ref());
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Response::from_parts(parts, page.into())
}

/// The page of a failure that has none of its own; plain text if even that fails.
pub(crate) fn page(app: &AppState, frame: Frame, error: &AppError, trace_id: Option<&RequestId>) -> String {
    let Explained { status, headline, advice } = error.explain();
    let trace_id = trace_id.and_then(|id| id.header_value().to_str().ok()).map(str::to_owned);
    let page = ErrorPage { status: status.as_u16(), headline, advice, trace_id };
    app.pages.templates.error(frame, &page).unwrap_or_else(|error| {
        tracing::error!("the error page failed: {error:#}");
        status.to_string()
    })
}

/// The answer to a request that no handler shall see.
pub(crate) fn refuse(app: &AppState, request: &Request, error: &AppError) -> Response {
    let frame = app.frame(Language::accepted(language_header(request)));
    tell(app, error, error.status());
    let page = page(app, frame, error, request.extensions().get::<RequestId>());
    (error.status(), Html(page)).into_response()
}

/// Says it to the operator: a line in the log, and a count if it is a refusal.
fn tell(app: &AppState, error: &AppError, status: StatusCode) {
    if let Some(rule) = error.rule() {
        app.core.metrics.refused(rule);
    }
    log(app, error, status);
}

fn log(app: &AppState, error: &AppError, status: StatusCode) {
    let (text, status) = (chain(error), status.as_u16());
    match error {
        AppError::Guard(refused) => refused.log(&app.core.keys, false),
        AppError::Destination { refused, address } => refused.log(&app.core.keys, *address),
        // A pause is an error once, when it begins, and not again for every visitor.
        AppError::Paused(_) => tracing::info!(status, "request refused: {text}"),
        _ if status >= 500 => tracing::error!(status, "request failed: {text}"),
        // The visitor is told to use another phone; whether the account should reach this one is for the operator.
        AppError::Verify(_) => tracing::warn!(status, "request refused: {text}"),
        AppError::Loop { .. } => {
            tracing::info!(status, "request refused: {text}");
        }
        // Robots do this all day; an operator whose settings are wrong has to see it once.
        AppError::Host(_) | AppError::CrossSite(_) | AppError::Forwarded if MISDIRECTED.is_due() => {
            tracing::info!(status, "request refused: {text}; told once a minute");
        }
        // Any stranger can have as many of these as they like.
        _ => tracing::debug!(status, "request refused: {text}"),
    }
}

/// Requests that a mistake in the settings may be behind.
static MISDIRECTED: OnceAMinute = OnceAMinute::new();

pub(crate) fn language_header(request: &Request) -> Option<&str> {
    request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok())
}
