//! Another message, by the same channel or the other.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{check, index, verify};
use crate::web::form::Form;
use crate::{
    channel::Channel,
    guard::Asker,
    sign_in::Resend,
    web::{
        client_address::ClientAddress,
        error::{AppError, Failure},
        extractors::Pending,
        state::AppState,
        templates::Frame,
        text::Sentence,
        visitor::Visitor,
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
) -> Result<Response, AppError> {
    let channel = match form.channel.as_str() {
        "" => Some(app.sign_in.channels.first()),
        word => Channel::parse(word),
    };
    let asker = Asker { known: visitor.known().to_vec(), ..Asker::at(address) };
    let mut error = None;
    let failure = match app.sign_in.resend(&pending.browser, &form.request_id, channel, asker).await? {
        Resend::UnderWay => return Ok(Redirect::to("/verify").into_response()),
        Resend::NoAttempt => return Ok(Redirect::to("/").into_response()),
        Resend::OtherAttempt => verify::other_attempt("form-other-attempt"),
        Resend::Refused(offer) => verify::not_again(offer),
        Resend::TurnedAway(refusal) => {
            let (failure, why) = index::explain(refusal, address);
            error = why;
            failure
        }
        Resend::NoSuchChannel => Failure {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            sentence: Sentence::new("resend-no-such-channel"),
            beside_field: false,
            retry_after: None,
        },
    };
    let page = check::again(&app, frame, &pending.browser, failure, error).await?;
    Ok(page.unwrap_or_else(|| Redirect::to("/").into_response()))
}
