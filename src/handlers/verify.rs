//! The second page: the visitor types the code.

use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, Response},
};

use super::index::say;
use crate::{
    app::AppState,
    error::{AppError, Failure},
    session::{Pending, Visitor},
    sign_in,
    templates::{Frame, VerifyPage},
    text::Sentence,
};

/// `GET /verify`
pub(super) async fn show(
    State(app): State<AppState>,
    frame: Frame,
    mut visitor: Visitor,
    pending: Pending,
) -> Result<Response, AppError> {
    let notice = visitor.take_notice().map(say);
    let html = app.templates.verify(frame, &VerifyPage { notice, ..page(&app, &pending.attempt) })?;
    Ok(visitor.answer(Html(html)))
}

/// The PIN page of an attempt, before anything is said on it.
pub(super) fn page(app: &AppState, attempt: &sign_in::Pending) -> VerifyPage {
    let left = attempt.expires_at.since(app.sign_in.clock.now());
    VerifyPage {
        phone: attempt.phone.masked(),
        request_id: attempt.request_id.clone(),
        code_length: app.code_length,
        minutes_left: i64::try_from(left.as_secs().div_ceil(60)).unwrap_or(0),
        problem: None,
        alert: None,
        notice: None,
    }
}

/// For a form of another attempt: the current one's forms are shown, and why.
pub(super) fn other_attempt() -> Failure {
    Failure {
        status: StatusCode::CONFLICT,
        sentence: Sentence::new("check-other-attempt"),
        beside_field: false,
        retry_after: None,
    }
}
