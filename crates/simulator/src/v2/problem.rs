//! What v2 answers when it refuses: `application/problem+json`.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::Simulator;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    WrongCode,
    Unauthorized,
    TokenExpired,
    LowBalance,
    Forbidden,
    DemoAccount,
    NotFound,
    Concurrent,
    NoCode,
    NoStepLeft,
    NotYet,
    CancelTooEarly,
    CancelTooLate,
    TooManyWrong,
    NoSilentAuth,
    InvalidParams,
    Throttled,
    Internal,
}

impl Kind {
    const fn status(self) -> StatusCode {
        match self {
            Self::WrongCode => StatusCode::BAD_REQUEST,
            Self::Unauthorized | Self::TokenExpired => StatusCode::UNAUTHORIZED,
            Self::LowBalance => StatusCode::PAYMENT_REQUIRED,
            Self::Forbidden | Self::DemoAccount => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Concurrent
            | Self::NoCode
            | Self::NoStepLeft
            | Self::NotYet
            | Self::CancelTooEarly
            | Self::CancelTooLate => StatusCode::CONFLICT,
            Self::TooManyWrong => StatusCode::GONE,
            Self::NoSilentAuth => StatusCode::PRECONDITION_FAILED,
            Self::InvalidParams => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Throttled => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::WrongCode | Self::TooManyWrong => "Invalid Code",
            Self::Unauthorized => "Unauthorized",
            Self::TokenExpired => "You did not provide correct credentials.",
            Self::LowBalance => "Low balance",
            Self::Forbidden | Self::DemoAccount => "Forbidden",
            Self::NotFound => "Not Found",
            Self::Concurrent
            | Self::NoCode
            | Self::NoStepLeft
            | Self::NotYet
            | Self::CancelTooEarly
            | Self::CancelTooLate => "Conflict",
            Self::NoSilentAuth => "Precondition Failed",
            Self::InvalidParams => "Invalid params",
            Self::Throttled => "Rate Limit Hit",
            Self::Internal => "Internal error",
        }
    }

    /// What ends the address in `type`.
    const fn anchor(self) -> &'static str {
        match self {
            Self::WrongCode => "/verify-v2#invalid-code",
            Self::TooManyWrong => "/verify-v2#expired",
            Self::Unauthorized => "#unauthorized",
            Self::TokenExpired => "#jwt-expired",
            Self::LowBalance => "#low-balance",
            Self::Forbidden | Self::DemoAccount => "#forbidden",
            Self::NotFound => "#not-found",
            Self::Concurrent => "/verify-v2#concurrent",
            Self::NoCode => "/verify-v2#no-code",
            Self::NoStepLeft => "/verify-v2#no-events",
            Self::NotYet | Self::CancelTooEarly | Self::CancelTooLate => "/verify-v2#conflict",
            Self::NoSilentAuth => "/verify-v2#precondition-failed",
            Self::InvalidParams => "#invalid-params",
            Self::Throttled => "#throttled",
            Self::Internal => "#internal-error",
        }
    }

    const fn detail(self) -> &'static str {
        match self {
            Self::WrongCode => "The code you provided does not match the expected value.",
            Self::TooManyWrong => "An incorrect code has been provided too many times. Workflow terminated.",
            Self::Unauthorized => "You did not provide correct credentials",
            Self::TokenExpired => "The JWT provided has expired.",
            Self::LowBalance => "This request could not be performed due to your account balance being low.",
            Self::Forbidden => "Your account does not have permission to perform this action.",
            Self::DemoAccount => "Your account is in demo mode: the number is not on the approved list.",
            Self::NotFound => "The request was not found or it has been verified already.",
            Self::Concurrent => "Concurrent verifications to the same number are not allowed.",
            Self::NoCode => "The current verification workflow step does not support a code.",
            Self::NoStepLeft => "There are no more events left to trigger.",
            Self::NotYet => "The next step cannot be taken yet. Please try again later.",
            Self::CancelTooEarly => "The verification cannot be cancelled within the first 30 seconds.",
            Self::CancelTooLate => {
                "The verification cannot be cancelled once a second message has been sent."
            }
            Self::NoSilentAuth => "The network does not support silent authentication.",
            Self::InvalidParams => "The value of one or more parameters is invalid.",
            Self::Throttled => "Please wait, then retry your request",
            Self::Internal => "There was an error processing your request in the Platform.",
        }
    }
}

/// A parameter that is not right, and why.
#[derive(Debug, Serialize)]
pub(crate) struct InvalidParameter {
    pub name: String,
    pub reason: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Problem {
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
    pub(crate) fn new(simulator: &Simulator, kind: Kind) -> Self {
        Self {
            status: kind.status(),
            title: kind.title(),
            r#type: format!("https://developer.vonage.com/en/api-errors{}", kind.anchor()),
            detail: kind.detail(),
            instance: simulator.options().random.uuid(),
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
