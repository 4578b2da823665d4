//! What goes wrong: one text for the visitor, another for the operator, and no way to mix them up.
//!
//! What this module promises:
//! * Each cause has its status and its texts here and nowhere else; a new one does not compile until it has them.
//! * The visitor reads sentences of the catalogue. Since their keys are `&'static str`, no error's own text can reach a page.
//! * Whatever page tells the visitor, `error_pages.rs` tells the operator, once.

mod forms;

use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::{
    Extension,
    extract::rejection::FormRejection,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use tower_http::csrf::ProtectionError;

pub(crate) use forms::Operation;

use crate::{
    causes::chain,
    guard::{self, breaker::Paused, destination},
    hooks::Deny,
    sign_in::SignInError,
    store::StoreError,
    web::{redirect_loop, text::Sentence},
};

/// A request that came to nothing.
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    pub(crate) text: Text,
    /// After that it may be tried again, if that is known.
    pub(crate) retry_after: Option<Duration>,
    pub(crate) line: Line,
}

/// What the visitor is told, and where.
pub(crate) enum Text {
    /// On a page of its own: what happened, in a few words, and what to do about it.
    Page { headline: &'static str, advice: &'static str },
    /// On the page of the form, above it.
    Alert(Sentence),
    /// On the page of the form, beside the field where it can be mended.
    Problem(Sentence),
}

/// What the operator is told.
pub(crate) enum Line {
    /// An error.
    Failed(String),
    Warning(String),
    /// Nothing, unless debugging: any stranger can have as many of these as they like.
    Refused(String),
    /// Robots do this all day, but a mistake in the settings may be behind it: told once a minute.
    Misdirected(String),
    /// An audit line.
    RateLimited(Box<guard::RateLimited>),
    /// An audit line that names who asked.
    Destination(Box<destination::Excluded>, IpAddr),
    /// No more than that it happened: the pause was an error when it began.
    Paused(Paused),
}

impl Line {
    fn of(status: StatusCode, text: String) -> Self {
        if status.is_server_error() { Self::Failed(text) } else { Self::Refused(text) }
    }
}

impl Failure {
    /// On a page of its own, with the texts that fit the status.
    fn page(status: StatusCode, operator: impl Into<String>) -> Self {
        let (headline, advice) = by_status(status);
        let line = Line::of(status, operator.into());
        Self { status, text: Text::Page { headline, advice }, retry_after: None, line }
    }

    pub(crate) fn not_found() -> Self {
        Self::page(StatusCode::NOT_FOUND, "no such page")
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::page(StatusCode::METHOD_NOT_ALLOWED, "no such method on this page")
    }

    /// A layer refused before any handler ran.
    pub(crate) fn answered(status: StatusCode) -> Self {
        Self::page(status, format!("answered {status}"))
    }

    fn misdirected(status: StatusCode, operator: String) -> Self {
        Self { line: Line::Misdirected(operator), ..Self::page(status, "") }
    }

    /// A form from another site.
    pub(crate) fn cross_site(error: &ProtectionError) -> Self {
        Self::misdirected(StatusCode::FORBIDDEN, format!("refused a cross-site request: {error}"))
    }

    /// Reached under a name that is not ours.
    pub(crate) fn host(host: &str) -> Self {
        let text = format!("refused Host {host:?}: if visitors type that name, set PUBLIC_URL to it");
        Self::misdirected(StatusCode::MISDIRECTED_REQUEST, text)
    }

    /// The simulator, asked for from elsewhere.
    pub(crate) fn forwarded() -> Self {
        let line = "refused a request from another site or through a proxy: the simulator is for this machine; see \
                    --simulator";
        let text = Text::Page { headline: "error-forwarded-headline", advice: "error-forwarded-advice" };
        Self { text, ..Self::misdirected(StatusCode::FORBIDDEN, line.to_owned()) }
    }

    /// The gate of `site`, or we, do not see the session.
    pub(crate) fn redirect_loop(site: &str, cause: redirect_loop::Cause) -> Self {
        use redirect_loop::Cause;
        let advice = match cause {
            Cause::CookieDomain => "error-loop-domain",
            Cause::NotSecure => "error-loop-not-secure",
            Cause::Unclear => "error-loop-unclear",
            Cause::OtherCookies => "error-loop-other-cookies",
            Cause::NoCookie => "error-loop-no-cookie",
        };
        let line = format!("{site} keeps sending a visitor here who is signed in: {cause}");
        let text = Text::Page { headline: "error-loop-headline", advice };
        Self { text, ..Self::page(StatusCode::LOOP_DETECTED, line) }
    }

    /// The app around us does not let in whose code was right: on the last page, which the sentence is for.
    pub(crate) fn denied(deny: &Deny) -> (Sentence, Self) {
        let (status, sentence) = match deny {
            Deny::Because(reason) => {
                (StatusCode::FORBIDDEN, Sentence::new("failed-denied").text("reason", reason.clone()))
            }
            Deny::Failed(_) => (StatusCode::SERVICE_UNAVAILABLE, Sentence::new("failed-app")),
        };
        (sentence.clone(), Self { text: Text::Alert(sentence), ..Self::page(status, deny.to_string()) })
    }

    /// What it says on a form's page: beside the field, and above the form.
    pub(crate) fn on_form(&self) -> (Option<Sentence>, Option<Sentence>) {
        match &self.text {
            Text::Problem(problem) => (Some(problem.clone()), None),
            Text::Alert(alert) => (None, Some(alert.clone())),
            Text::Page { .. } => (None, None),
        }
    }

    /// The answer, with a page that tells it.
    pub(crate) fn with_page(self, html: String) -> Response {
        let retry_after = self.retry_after.map(|wait| [(header::RETRY_AFTER, seconds(wait).to_string())]);
        (self.status, retry_after, Extension(Arc::new(self)), Html(html)).into_response()
    }
}

/// Headline and advice where the status says it all.
pub(crate) fn by_status(status: StatusCode) -> (&'static str, &'static str) {
    match status.as_u16() {
        403 => ("error-forbidden-headline", "error-forbidden-advice"),
        404 => ("error-not-found-headline", "error-not-found-advice"),
        405 => ("error-method-headline", "error-method-advice"),
        408 | 504 => ("error-timeout-headline", "error-timeout-advice"),
        413 => ("error-too-large-headline", "error-too-large-advice"),
        415 => ("error-media-type-headline", "error-media-type-advice"),
        421 => ("error-host-headline", "error-host-advice"),
        429 => ("error-throttled-headline", "error-throttled-advice"),
        400..500 => ("error-form-headline", "error-form-advice"),
        503 => ("error-unavailable-headline", "error-unavailable-advice"),
        _ => ("error-internal-headline", "error-internal-advice"),
    }
}

/// Whole seconds, rounded up: whoever comes back then is not too early.
pub(crate) fn seconds(wait: Duration) -> i64 {
    i64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(i64::MAX)
}

/// Not a form, or too large.
impl From<FormRejection> for Failure {
    fn from(error: FormRejection) -> Self {
        Self::page(error.status(), format!("unreadable form: {}", chain(&error)))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::page(StatusCode::SERVICE_UNAVAILABLE, chain(&error))
    }
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        let status = match error {
            SignInError::Store(_) | SignInError::Stuck => StatusCode::SERVICE_UNAVAILABLE,
            SignInError::Task(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::page(status, chain(&error))
    }
}

impl From<minijinja::Error> for Failure {
    fn from(error: minijinja::Error) -> Self {
        Self::page(StatusCode::INTERNAL_SERVER_ERROR, format!("a template failed: {}", chain(&error)))
    }
}

impl IntoResponse for Failure {
    /// Leaves itself in the response for `error_pages.rs`, which has the templates.
    fn into_response(self) -> Response {
        (self.status, Extension(Arc::new(self))).into_response()
    }
}
