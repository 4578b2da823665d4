//! Another message, by the same channel or the other.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::check;
use crate::web::form::Form;
use crate::{
    channel::Channel,
    guard::Asker,
    sign_in::Resend,
    web::{
        client_address::ClientAddress, extractors::Pending, failure::Failure, state::AppState,
        templates::Frame, visitor::Visitor,
    },
};

/// What a resend form posts.
#[derive(Debug, Deserialize)]
pub(crate) struct ResendForm {
    #[serde(default)]
    request_id: String,
    /// Without one it is the first that this site sends by.
    #[serde(default)]
    channel: String,
}

/// `POST /resend`
pub(crate) async fn submit(
    State(app): State<AppState>,
    frame: Frame,
    visitor: Visitor,
    pending: Pending,
    ClientAddress(address): ClientAddress,
    Form(form): Form<ResendForm>,
) -> Result<Response, Failure> {
    let channel = match form.channel.as_str() {
        "" => Some(app.sign_in.channels.first()),
        word => Channel::parse(word),
    };
    let asker = Asker { known: visitor.known().to_vec(), ..Asker::at(address) };
    let failure = match app.sign_in.resend(&pending.browser, &form.request_id, channel, asker).await? {
        Resend::UnderWay => return Ok(Redirect::to("/verify").into_response()),
        Resend::NoAttempt => return Ok(Redirect::to("/").into_response()),
        Resend::OtherAttempt => Failure::other_attempt(),
        Resend::NotNow(offer) => Failure::not_resent(offer),
        Resend::Refused(refusal) => Failure::not_sent(refusal, address),
        Resend::NoSuchChannel => Failure::no_such_channel(),
    };
    let page = check::again(&app, frame, &pending.browser, failure).await?;
    Ok(page.unwrap_or_else(|| Redirect::to("/").into_response()))
}
