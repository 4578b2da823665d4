//! The way out of the second page.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::check;
use crate::web::form::Form;
use crate::{
    audit::asked_from,
    sign_in::Cancel,
    web::{
        client_address::ClientAddress, extractors::Pending, failure::Failure, notice::Notice,
        return_to::start_page, state::AppState, templates::Frame, visitor::Visitor,
    },
};

/// What the cancel form posts.
#[derive(Debug, Deserialize)]
pub(crate) struct CancelForm {
    #[serde(default)]
    request_id: String,
    /// The number is to be corrected: it stands in the form again.
    change: Option<String>,
}

/// `POST /cancel`
pub(crate) async fn submit(
    State(app): State<AppState>,
    frame: Frame,
    mut visitor: Visitor,
    pending: Pending,
    ClientAddress(address): ClientAddress,
    Form(form): Form<CancelForm>,
) -> Result<Response, Failure> {
    let cancel = app.sign_in.cancel(&pending.browser, &form.request_id);
    let return_to = match asked_from(address, cancel).await? {
        Cancel::OtherAttempt => {
            let page = check::again(&app, frame, &pending.browser, Failure::other_attempt()).await?;
            return Ok(page.unwrap_or_else(|| Redirect::to("/").into_response()));
        }
        Cancel::Done { return_to } => {
            let change = form.change.as_deref() == Some("1");
            visitor.set_notice(if change { Notice::Change } else { Notice::Cancelled });
            app.site.return_to.read(return_to.as_deref())
        }
        Cancel::NoAttempt => None,
    };
    Ok(visitor.answer(Redirect::to(&start_page(return_to.as_ref()))))
}
