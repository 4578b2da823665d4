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

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, header};

use crate::web::error::seconds;

/// When to come back, for programs; the page says it in words.
fn retry_after(wait: Option<Duration>) -> Option<[(HeaderName, HeaderValue); 1]> {
    wait.map(|wait| [(header::RETRY_AFTER, HeaderValue::from(seconds(wait)))])
}
