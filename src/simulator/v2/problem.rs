//! What v2 answers when it refuses: `application/problem+json`.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::simulator::{Simulator, state};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulator) enum Kind {
    WrongCode,
    Unauthorized,
    LowBalance,
    Forbidden,
    DemoAccount,
    NotFound,
    Concurrent,
    NoCode,
    NoStepLeft,
    CancelTooEarly,
    CancelTooLate,
    TooManyWrong,
    NoSilentAuth,
    InvalidParams,
    Throttled,
    Internal,
}

impl Kind {
    /// Status, title, end of the type's address, detail.
    const fn parts(self) -> (StatusCode, &'static str, &'static str, &'static str) {
        match self {
            Self::WrongCode => (
                StatusCode::BAD_REQUEST,
                "Invalid Code",
                "/verify-v2#invalid-code",
                "The code you provided does not match the expected value.",
            ),
            Self::Unauthorized => (
                StatusCode::UNAUTHORIZED,
                "Unauthorized",
                "#unauthorized",
                "You did not provide correct credentials",
            ),
            Self::LowBalance => (
                StatusCode::PAYMENT_REQUIRED,
                "Low balance",
                "#low-balance",
                "This request could not be performed due to your account balance being low.",
            ),
            Self::Forbidden => (
                StatusCode::FORBIDDEN,
                "Forbidden",
                "#forbidden",
                "Your account does not have permission to perform this action.",
            ),
            Self::DemoAccount => (
                StatusCode::FORBIDDEN,
                "Forbidden",
                "#forbidden",
                "Your account is in demo mode: the number is not on the approved list.",
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "Not Found",
                "#not-found",
                "The request was not found or it has been verified already.",
            ),
            Self::Concurrent => (
                StatusCode::CONFLICT,
                "Conflict",
                "/verify-v2#concurrent",
                "Concurrent verifications to the same number are not allowed.",
            ),
            Self::NoCode => (
                StatusCode::CONFLICT,
                "Conflict",
                "/verify-v2#no-code",
                "The current verification workflow step does not support a code.",
            ),
            Self::NoStepLeft => (
                StatusCode::CONFLICT,
                "Conflict",
                "/verify-v2#no-events",
                "There are no more events left to trigger.",
            ),
            Self::CancelTooEarly => (
                StatusCode::CONFLICT,
                "Conflict",
                "/verify-v2#conflict",
                "The verification cannot be cancelled within the first 30 seconds.",
            ),
            Self::CancelTooLate => (
                StatusCode::CONFLICT,
                "Conflict",
                "/verify-v2#conflict",
                "The verification cannot be cancelled once a second message has been sent.",
            ),
            Self::TooManyWrong => (
                StatusCode::GONE,
                "Invalid Code",
                "/verify-v2#expired",
                "An incorrect code has been provided too many times. Workflow terminated.",
            ),
            Self::NoSilentAuth => (
                StatusCode::PRECONDITION_FAILED,
                "Precondition Failed",
                "/verify-v2#precondition-failed",
                "The network does not support silent authentication.",
            ),
            Self::InvalidParams => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "Invalid params",
                "#invalid-params",
                "The value of one or more parameters is invalid.",
            ),
            Self::Throttled => (
                StatusCode::TOO_MANY_REQUESTS,
                "Rate Limit Hit",
                "#throttled",
                "Please wait, then retry your request",
            ),
            Self::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Internal error",
                "#internal-error",
                "There was an error processing your request in the Platform.",
            ),
        }
    }
}

/// A parameter that is not right, and why.
#[derive(Debug, Serialize)]
pub(in crate::simulator) struct InvalidParameter {
    pub name: String,
    pub reason: String,
}

#[derive(Debug, Serialize)]
pub(in crate::simulator) struct Problem {
    #[serde(skip)]
    status: StatusCode,
    title: &'static str,
    r#type: String,
    detail: &'static str,
    /// Names this very answer, as a trace id does.
    instance: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    invalid_parameters: Vec<InvalidParameter>,
}

impl Problem {
    pub(in crate::simulator) fn new(simulator: &Simulator, kind: Kind) -> Self {
        let (status, title, anchor, detail) = kind.parts();
        Self {
            status,
            title,
            r#type: format!("https://developer.vonage.com/en/api-errors{anchor}"),
            detail,
            instance: state::uuid(&simulator.options().random),
            request_id: None,
            invalid_parameters: Vec::new(),
        }
    }

    /// Another verification, `request_id`, runs for the number.
    pub(super) fn concurrent(simulator: &Simulator, request_id: String) -> Self {
        Self { request_id: Some(request_id), ..Self::new(simulator, Kind::Concurrent) }
    }

    pub(super) fn invalid(simulator: &Simulator, invalid_parameters: Vec<InvalidParameter>) -> Self {
        Self { invalid_parameters, ..Self::new(simulator, Kind::InvalidParams) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let kind = HeaderValue::from_static("application/problem+json");
        (self.status, [(CONTENT_TYPE, kind)], Json(self)).into_response()
    }
}
