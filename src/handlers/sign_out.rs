//! Signing out: a page that asks, so that any app may link to it, and the form that does it.

use axum::{
    extract::State,
    response::{Html, Redirect, Response},
};

use crate::{
    app::AppState,
    error::AppError,
    session::{Notice, SignedIn, Visitor},
    templates::{Frame, SignOutPage},
};

/// `GET /signout`
pub(super) async fn show(
    State(app): State<AppState>,
    frame: Frame,
    signed_in: SignedIn,
) -> Result<Html<String>, AppError> {
    let page = SignOutPage { phone: signed_in.phone.masked() };
    Ok(Html(app.templates.sign_out(frame, &page)?))
}

/// `POST /signout`
pub(super) async fn submit(
    State(app): State<AppState>,
    mut visitor: Visitor,
    signed_in: SignedIn,
) -> Result<Response, AppError> {
    app.sign_in.store.end_session(&signed_in.token_hash).await?;
    tracing::info!(phone = signed_in.phone.masked(), "signed out");
    visitor.end_session();
    visitor.set_notice(Notice::SignedOut);
    Ok(visitor.answer(Redirect::to("/")))
}
