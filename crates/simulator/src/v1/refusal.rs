//! Answers that say no.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// An answer whose `status` is not `0`.
#[derive(Debug, Serialize)]
pub(crate) struct Refusal {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<String>,
    pub(crate) status: &'static str,
    pub(crate) error_text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) network: Option<&'static str>,
}

impl Refusal {
    pub(crate) fn new(status: &'static str, text: impl Into<String>) -> Self {
        Self { request_id: None, status, error_text: text.into(), network: None }
    }

    pub(crate) fn missing(parameter: &str) -> Self {
        Self::new(
            "2",
            format!("Your request is incomplete and missing the mandatory parameter `{parameter}`"),
        )
    }

    pub(crate) fn invalid(parameter: &str) -> Self {
        Self::new("3", format!("Invalid value for param: {parameter}"))
    }

    pub(crate) fn throttled() -> Self {
        Self::new("1", "Throttled")
    }

    pub(crate) fn bad_credentials() -> Self {
        Self::new("4", "Bad credentials")
    }

    pub(crate) fn running(request_id: Option<String>) -> Self {
        let text = "Concurrent verifications to the same number are not allowed";
        Self { request_id, ..Self::new("10", text) }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}
