//! The code, checked.

use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::verify;
use crate::web::form::Form;
use crate::{
    code::Pin,
    guard::Asker,
    keys::Token,
    sign_in::{Check, Ending, Standing},
    store::Device,
    web::{
        client_address::ClientAddress,
        extractors::SignedIn,
        failure::{Failure, Operation},
        notice::Notice,
        return_to::start_page,
        state::AppState,
        templates::{Frame, ResultPage, VerifyPage},
        text::Sentence,
        visitor::Visitor,
    },
};

/// What the PIN form posts. No `Debug`: it holds a code.
#[derive(Deserialize)]
pub(crate) struct PinForm {
    #[serde(default)]
    pin: String,
    #[serde(default)]
    request_id: String,
}

/// `POST /check`
pub(crate) async fn submit(
    State(app): State<AppState>,
    frame: Frame,
    mut visitor: Visitor,
    signed_in: Option<SignedIn>,
    ClientAddress(address): ClientAddress,
    device: Device,
    Form(form): Form<PinForm>,
) -> Result<Response, Failure> {
    let start_over = Redirect::to(if signed_in.is_some() { "/result" } else { "/" });
    let Some(browser) = visitor.browser().await? else { return Ok(start_over.into_response()) };
    let asker = Asker { known: visitor.known().to_vec(), ..Asker::at(address) };
    let failure = match Pin::parse(&form.pin, app.pages.code_length) {
        Err(error) => error.into(),
        Ok(pin) => match app.sign_in.check(&browser, &form.request_id, pin, asker, device).await? {
            Check::SignedIn { tokens, return_to } => {
                if let Some(before) = signed_in {
                    app.replace_session(&before.session, &tokens.session, address).await;
                }
                visitor.sign_in(&browser, &tokens);
                return Ok(visitor.answer(app.onward(return_to.as_deref())));
            }
            Check::Denied { deny, return_to } => {
                let (reason, failure) = Failure::denied(&deny);
                return Ok(failure.with_page(failed(&app, frame, reason, return_to.as_deref(), false)?));
            }
            Check::Cancelled { taken_over, return_to } => {
                visitor.set_notice(if taken_over { Notice::TakenOver } else { Notice::Cancelled });
                let page = start_page(app.site.return_to.read(return_to.as_deref()).as_ref());
                return Ok(visitor.answer(Redirect::to(&page)));
            }
            Check::NoAttempt => return Ok(start_over.into_response()),
            Check::Ended { ending, return_to } => {
                let html = failed(&app, frame, reason(ending), return_to.as_deref(), true)?;
                return Ok((StatusCode::GONE, Html(html)).into_response());
            }
            Check::OtherAttempt => Failure::code_of_other_attempt(),
            Check::Wrong { left, wait } => Failure::wrong_code(left, wait),
            Check::Resending => return Ok(Redirect::to("/verify").into_response()),
            Check::NotYet => Failure::not_yet(),
            Check::Unchecked { error, may_count } => Failure::not_checked(&error, may_count),
            Check::Paused(paused) => Failure::paused(paused, Operation::Check),
            Check::Refused(refused) => Failure::rate_limited(refused, Operation::Check),
        },
    };
    let page = again(&app, frame, &browser, failure).await?;
    Ok(page.unwrap_or_else(|| start_over.into_response()))
}

/// The last page of a sign-in that led nowhere. `same`: a new code to the same number may do.
fn failed(
    app: &AppState,
    frame: Frame,
    reason: Sentence,
    return_to: Option<&str>,
    same: bool,
) -> Result<String, Failure> {
    let return_to = app.site.return_to.read(return_to);
    let again = app.path(&start_page(return_to.as_ref()));
    let site = app.other_site(return_to.as_ref());
    Ok(app.pages.templates.render(frame, &ResultPage::Failed { reason, again, same, site })?)
}

/// The browser's PIN form again, with what is wrong; nothing if there is no code to type any more.
pub(crate) async fn again(
    app: &AppState,
    frame: Frame,
    browser: &Token,
    failure: Failure,
) -> Result<Option<Response>, Failure> {
    let attempt = match app.sign_in.standing(browser).await? {
        Standing::Pending(attempt) => attempt,
        Standing::Resending(_) => return Ok(Some(Redirect::to("/verify").into_response())),
        Standing::Over { .. } | Standing::Nothing => return Ok(None),
    };
    let (problem, alert) = failure.on_form();
    let page = VerifyPage { problem, alert, ..verify::page(app, &attempt) };
    let html = app.pages.templates.pour(frame, page)?;
    Ok(Some(failure.with_page(html)))
}

fn reason(ending: Ending) -> Sentence {
    Sentence::new(match ending {
        Ending::TooMany => "failed-too-many",
        Ending::Expired => "failed-expired",
        Ending::Unclear => "failed-unclear",
        Ending::NotResent => "failed-not-resent",
    })
}
