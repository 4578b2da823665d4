//! Forms, and a page that says so where one cannot be read.

#![expect(clippy::disallowed_types, reason = "the one place that wraps it")]

use axum::extract::FromRequest;

use crate::web::failure::Failure;

/// axum's form with our rejection.
#[derive(Debug, FromRequest)]
#[from_request(via(axum::Form), rejection(Failure))]
pub(crate) struct Form<T>(pub(crate) T);
