//! The pages: one file each, `show` for GET and `submit` for POST. Forms in, pages out; decisions are made elsewhere.

pub(super) mod cancel;
pub(super) mod check;
pub(super) mod index;
pub(super) mod resend;
pub(super) mod result;
pub(super) mod sessions;
pub(super) mod sign_out;
pub(super) mod status;
pub(super) mod verify;

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, header, request::Parts},
};

use crate::web::{error::seconds, state::AppState, templates::Frame, text::Language};

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
