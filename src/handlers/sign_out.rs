//! Signing out: a page that asks, so that any app may link to it, and the form that does it.

use axum::{
    extract::State,
    response::{Html, Redirect, Response},
};
use serde::Deserialize;

use super::Form;
use crate::{
    app::AppState,
    error::AppError,
    session::{Here, Notice, Visitor},
    templates::{Frame, SignOutPage},
};

/// What the form posts.
#[derive(Debug, Deserialize)]
pub(super) struct SignOutForm {
    everywhere: Option<String>,
}

/// `GET /signout`
pub(super) async fn show(
    State(app): State<AppState>,
    frame: Frame,
    Here(signed_in): Here,
) -> Result<Html<String>, AppError> {
    let page = SignOutPage { phone: signed_in.phone.masked() };
    Ok(Html(app.templates.sign_out(frame, &page)?))
}

/// `POST /signout`
pub(super) async fn submit(
    State(app): State<AppState>,
    mut visitor: Visitor,
    Here(signed_in): Here,
    Form(form): Form<SignOutForm>,
) -> Result<Response, AppError> {
    if form.everywhere.as_deref() == Some("1") {
        let ended = app.end_sessions(&signed_in.phone_hash, None).await?;
        tracing::info!(phone = signed_in.phone.masked(), ended, "signed out everywhere");
    }
    for session in visitor.sign_out().await? {
        tracing::info!(phone = session.phone.masked(), "signed out");
    }
    visitor.set_notice(Notice::SignedOut);
    Ok(visitor.answer(Redirect::to("/")))
}
