//! What goes wrong: one text for the operator, another for the visitor, and no way to mix them up.
//!
//! `Display` of an [`AppError`] is the operator's. The visitor gets a key of the catalogue; since a key is a
//! `&'static str`, no error's own text can reach a page. [`render_errors`] logs a failure, once, and counts a
//! refusal.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{Request, State, rejection::FormRejection},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use tower_http::{csrf::ProtectionError, request_id::RequestId};

pub use super::failure::{
    Asked, Failure, check_failure, check_paused, destination_refused, in_time, refused, seconds,
    send_failure, send_paused,
};

use crate::{
    causes::chain,
    guard::{self, breaker::Paused, destination},
    seldom::OnceAMinute,
    sign_in::SignInError,
    store::StoreError,
    verify::VerifyError,
    web::{
        gate::bounces,
        state::AppState,
        templates::{ErrorPage, Frame},
        text::{Language, Sentence},
    },
};

/// A failure. `Display` is for the operator; [`AppError::explain`] is for the visitor.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// 404
    #[error("no such page")]
    NotFound,
    /// 405
    #[error("no such method on this page")]
    MethodNotAllowed,
    /// 400, 413, 415 or 422: not a form, or too large.
    #[error("unreadable form: {0}")]
    Form(#[from] FormRejection),
    /// 403: a form from another site.
    #[error("refused a cross-site request: {0}")]
    CrossSite(ProtectionError),
    /// 421: reached under a name that is not ours.
    #[error("refused Host {0:?}: if visitors type that name, set PUBLIC_URL to it")]
    Host(String),
    /// 403: the simulator, from elsewhere.
    #[error(
        "refused a request from another site or through a proxy: the simulator is for this machine; see --simulator"
    )]
    Forwarded,
    /// 508: the gate of a site, or we, do not see the session.
    #[error("{site} keeps sending a visitor here who is signed in: {cause}")]
    Loop {
        /// Its origin.
        site: String,
        /// The likely one.
        cause: bounces::Cause,
    },
    /// 422, 502 or 503, on the page of the form.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// 422, beside the field: a number that no code goes to.
    #[error("no code for {refused}; asked for from {address}")]
    Destination {
        /// The number, and why not.
        refused: destination::Refused,
        /// Who asked.
        address: IpAddr,
    },
    /// 429, on the page of the form.
    #[error("{0}")]
    Guard(Box<guard::Refused>),
    /// 503, on the page of the form: the provider has failed, which was told when it did.
    #[error("nobody was called: {0}")]
    Paused(Paused),
    /// 503
    #[error(transparent)]
    Store(#[from] StoreError),
    /// 503 or 500
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// 500
    #[error("a template failed")]
    Template(#[from] minijinja::Error),
    /// 4xx, on the page of the form: the visitor was told why, by this key of the catalogue.
    #[error("told the visitor {1}")]
    Told(StatusCode, &'static str),
    /// A layer refused before any handler ran.
    #[error("answered {0}")]
    Status(StatusCode),
}

/// What the visitor is told.
pub struct Explained {
    /// The status of the answer.
    pub status: StatusCode,
    /// What happened, in a few words.
    pub headline: Sentence,
    /// What to do about it.
    pub advice: Sentence,
}

impl AppError {
    /// Status and text for a page of its own.
    pub fn explain(&self) -> Explained {
        let status = self.status();
        let (headline, advice) = match (self, status.as_u16()) {
            (Self::Forwarded, _) => ("error-forwarded-headline", "error-forwarded-advice"),
            (Self::Loop { cause, .. }, _) => ("error-loop-headline", loop_advice(*cause)),
            (_, 403) => ("error-forbidden-headline", "error-forbidden-advice"),
            (_, 404) => ("error-not-found-headline", "error-not-found-advice"),
            (_, 405) => ("error-method-headline", "error-method-advice"),
            (_, 408 | 504) => ("error-timeout-headline", "error-timeout-advice"),
            (_, 413) => ("error-too-large-headline", "error-too-large-advice"),
            (_, 415) => ("error-media-type-headline", "error-media-type-advice"),
            (_, 421) => ("error-host-headline", "error-host-advice"),
            (_, 429) => ("error-throttled-headline", "error-throttled-advice"),
            (_, 400..500) => ("error-form-headline", "error-form-advice"),
            (_, 503) => ("error-unavailable-headline", "error-unavailable-advice"),
            _ => ("error-internal-headline", "error-internal-advice"),
        };
        Explained { status, headline: Sentence::new(headline), advice: Sentence::new(advice) }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Form(rejection) => rejection.status(),
            Self::CrossSite(_) | Self::Forwarded => StatusCode::FORBIDDEN,
            Self::Host(_) => StatusCode::MISDIRECTED_REQUEST,
            Self::Loop { .. } => StatusCode::LOOP_DETECTED,
            Self::Verify(error) => send_failure(error).status,
            Self::Destination { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Guard(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Paused(_) | Self::Store(_) | Self::SignIn(SignInError::Store(_) | SignInError::Stuck) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::SignIn(SignInError::Task(_)) | Self::Template(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Told(status, _) | Self::Status(status) => *status,
        }
    }

    /// What refused, where nobody was called.
    fn rule(&self) -> Option<&'static str> {
        match self {
            Self::Guard(refused) => Some(refused.cause.rule()),
            Self::Destination { refused, .. } => Some(refused.reason.rule()),
            Self::Paused(_) => Some("provider_paused"),
            _ => None,
        }
    }

    /// The page is there already; the failure still has to reach the log.
    pub fn with_page(self, page: impl IntoResponse) -> Response {
        let mut response = page.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

fn loop_advice(cause: bounces::Cause) -> &'static str {
    match cause {
        bounces::Cause::CookieDomain => "error-loop-domain",
        bounces::Cause::NotSecure => "error-loop-not-secure",
        bounces::Cause::Unclear => "error-loop-unclear",
        bounces::Cause::OtherCookies => "error-loop-other-cookies",
        bounces::Cause::NoCookie => "error-loop-no-cookie",
    }
}

impl IntoResponse for AppError {
    /// Leaves the error in the response for [`render_errors`], which has the templates.
    fn into_response(self) -> Response {
        let status = self.status();
        self.with_page(status)
    }
}

/// Turns every failure into a page, and logs it.
pub async fn render_errors(State(app): State<AppState>, request: Request, next: Next) -> Response {
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
pub fn page(app: &AppState, frame: Frame, error: &AppError, trace_id: Option<&RequestId>) -> String {
    let Explained { status, headline, advice } = error.explain();
    let trace_id = trace_id.and_then(|id| id.header_value().to_str().ok()).map(str::to_owned);
    let page = ErrorPage { status: status.as_u16(), headline, advice, trace_id };
    app.templates.error(frame, &page).unwrap_or_else(|error| {
        tracing::error!("the error page failed: {error:#}");
        status.to_string()
    })
}

/// The answer to a request that no handler shall see.
pub fn refuse(app: &AppState, request: &Request, error: &AppError) -> Response {
    let frame = app.frame(Language::accepted(language_header(request)));
    tell(app, error, error.status());
    let page = page(app, frame, error, request.extensions().get::<RequestId>());
    (error.status(), Html(page)).into_response()
}

/// Says it to the operator: a line in the log, and a count if it is a refusal.
fn tell(app: &AppState, error: &AppError, status: StatusCode) {
    if let Some(rule) = error.rule() {
        app.sign_in.metrics.refused(rule);
    }
    log(app, error, status);
}

fn log(app: &AppState, error: &AppError, status: StatusCode) {
    let (text, status) = (chain(error), status.as_u16());
    match error {
        AppError::Guard(refused) => refused.log(&app.sign_in.keys, false),
        AppError::Destination { refused, address } => refused.log(&app.sign_in.keys, *address),
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
