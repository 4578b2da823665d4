//! Failures become pages for the visitor and lines for the operator, each once.

use std::sync::Arc;

use axum::{
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use tower_http::{csrf::ProtectionError, request_id::RequestId};

use super::{
    failure::{Failure, Line, Text, by_status},
    state::AppState,
    templates::{ErrorPage, Frame},
    text::Sentence,
};
use crate::{core::Core, seldom::OnceAMinute};

/// What is kept of a request, for the page that it may need.
pub(super) struct Asker {
    pub(super) frame: Frame,
    pub(super) trace_id: Option<RequestId>,
}

/// Turns every failure into a page, and logs it.
pub(super) fn rendered(app: &AppState, asker: &Asker, response: Response) -> Response {
    let status = response.status();
    let failure = match response.extensions().get::<Arc<Failure>>() {
        Some(failure) => failure.clone(),
        None if !status.is_client_error() && !status.is_server_error() => return response,
        None => Arc::new(match response.extensions().get::<ProtectionError>() {
            Some(error) => Failure::cross_site(error),
            None => Failure::answered(status),
        }),
    };
    tell(&app.core, &failure);
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page {
        return response;
    }
    let page = page(app, asker, &failure);
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Response::from_parts(parts, page.into())
}

/// The page of a failure that has none of its own; plain text if even that fails.
fn page(app: &AppState, asker: &Asker, failure: &Failure) -> String {
    let status = failure.status;
    let (headline, advice) = match failure.text {
        Text::Page { headline, advice } => (headline, advice),
        Text::Alert(_) | Text::Problem(_) => by_status(status),
    };
    let id = asker.trace_id.as_ref().and_then(|id| id.header_value().to_str().ok());
    // As much as finds it.
    let trace_id = id.and_then(|id| id.split('-').next()).map(str::to_owned);
    let (headline, advice) = (Sentence::new(headline), Sentence::new(advice));
    let page = ErrorPage { status: status.as_u16(), headline, advice, trace_id };
    app.pages.templates.render(asker.frame, &page).unwrap_or_else(|error| {
        tracing::error!("the error page failed: {error:#}");
        status.to_string()
    })
}

/// The answer to a request that no handler shall see.
pub(super) fn refuse(app: &AppState, asker: &Asker, failure: &Failure) -> Response {
    tell(&app.core, failure);
    (failure.status, Html(page(app, asker, failure))).into_response()
}

/// Says it to the operator: a line in the log, and a count if it is a refusal.
fn tell(core: &Core, failure: &Failure) {
    let status = failure.status.as_u16();
    match &failure.line {
        Line::Failed(text) => tracing::error!(status, "request failed: {text}"),
        Line::Warning(text) => tracing::warn!(status, "request refused: {text}"),
        Line::Misdirected(text) if MISDIRECTED.is_due() => {
            tracing::info!(status, "request refused: {text}; told once a minute");
        }
        Line::Misdirected(text) | Line::Refused(text) => tracing::debug!(status, "request refused: {text}"),
        Line::RateLimited(refused) => {
            core.metrics.refused(refused.cause.rule());
            refused.log(&core.keys, false);
        }
        Line::Destination(refused, address) => {
            core.metrics.refused(refused.reason.rule());
            refused.log(&core.keys, *address);
        }
        Line::Paused(paused) => {
            core.metrics.refused("provider_paused");
            tracing::info!(status, "request refused: nobody was called: {paused}");
        }
    }
}

static MISDIRECTED: OnceAMinute = OnceAMinute::new();
