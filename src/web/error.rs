//! What goes wrong: one text for the operator, another for the visitor, and no way to mix them up.
//!
//! `Display` of an [`AppError`] is the operator's. The visitor gets a key of the catalogue; since a key is a
//! `&'static str`, no error's own text can reach a page. [`render_errors`] logs a failure, once, and counts a
//! refusal.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::rejection::FormRejection,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tower_http::csrf::ProtectionError;

pub(crate) use super::failure::{
    Asked, Failure, check_failure, check_paused, destination_refused, in_time, refused, seconds,
    send_failure, send_paused,
};

use crate::{
    guard::{self, breaker::Paused, destination},
    sign_in::SignInError,
    store::StoreError,
    verify::VerifyError,
    web::{redirect_loop, text::Sentence},
};

/// A failure. `Display` is for the operator; [`AppError::explain`] is for the visitor.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppError {
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
        cause: redirect_loop::Cause,
    },
    /// 422, 502 or 503, on the page of the form.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// 422, beside the field: a number that no code goes to.
    #[error("no code for {refused}; asked for from {address}")]
    Destination {
        /// The number, and why not.
        refused: destination::Excluded,
        /// Who asked.
        address: IpAddr,
    },
    /// 429, on the page of the form.
    #[error("{0}")]
    Guard(Box<guard::RateLimited>),
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
pub(crate) struct Explained {
    /// The status of the answer.
    pub status: StatusCode,
    /// What happened, in a few words.
    pub headline: Sentence,
    /// What to do about it.
    pub advice: Sentence,
}

impl AppError {
    /// Status and text for a page of its own.
    pub(crate) fn explain(&self) -> Explained {
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

    pub(crate) fn status(&self) -> StatusCode {
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
    pub(crate) fn rule(&self) -> Option<&'static str> {
        match self {
            Self::Guard(refused) => Some(refused.cause.rule()),
            Self::Destination { refused, .. } => Some(refused.reason.rule()),
            Self::Paused(_) => Some("provider_paused"),
            _ => None,
        }
    }

    /// The page is there already; the failure still has to reach the log.
    pub(crate) fn with_page(self, page: impl IntoResponse) -> Response {
        let mut response = page.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

impl Failure {
    /// What the log says of it where there is nothing more to say.
    pub(crate) fn told(&self) -> AppError {
        AppError::Told(self.status, self.sentence.key)
    }
}

fn loop_advice(cause: redirect_loop::Cause) -> &'static str {
    match cause {
        redirect_loop::Cause::CookieDomain => "error-loop-domain",
        redirect_loop::Cause::NotSecure => "error-loop-not-secure",
        redirect_loop::Cause::Unclear => "error-loop-unclear",
        redirect_loop::Cause::OtherCookies => "error-loop-other-cookies",
        redirect_loop::Cause::NoCookie => "error-loop-no-cookie",
    }
}

impl IntoResponse for AppError {
    /// Leaves the error in the response for [`render_errors`], which has the templates.
    fn into_response(self) -> Response {
        let status = self.status();
        self.with_page(status)
    }
}
