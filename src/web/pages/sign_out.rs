//! Signing out: a page that asks, so that any app may link to it, and the form that does it.

use axum::{
    extract::State,
    response::{Html, Redirect, Response},
};
use serde::Deserialize;

use crate::web::form::Form;
use crate::{
    audit::{Event, Line},
    web::{
        client_address::ClientAddress,
        extractors::Here,
        failure::Failure,
        notice::Notice,
        state::AppState,
        templates::{Frame, SignOutPage},
        visitor::Visitor,
    },
};

/// What the form posts.
#[derive(Debug, Deserialize)]
pub(crate) struct SignOutForm {
    everywhere: Option<String>,
}

/// `GET /signout`
pub(crate) async fn show(
    State(app): State<AppState>,
    frame: Frame,
    Here(signed_in): Here,
) -> Result<Html<String>, Failure> {
    let page = SignOutPage { phone: signed_in.phone().masked() };
    Ok(Html(app.pages.templates.render(frame, &page)?))
}

/// `POST /signout`
pub(crate) async fn submit(
    State(app): State<AppState>,
    mut visitor: Visitor,
    Here(signed_in): Here,
    ClientAddress(address): ClientAddress,
    Form(form): Form<SignOutForm>,
) -> Result<Response, Failure> {
    if form.everywhere.as_deref() == Some("1") {
        let ended = app.end_sessions_but(signed_in.phone(), None).await?;
        let line = Line::new(Event::SignedOutEverywhere, signed_in.phone(), &app.core.keys);
        line.at(address).count(ended).write();
    }
    visitor.sign_out(address).await?;
    visitor.set_notice(Notice::SignedOut);
    Ok(visitor.answer(Redirect::to("/")))
}
