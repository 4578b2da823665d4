//! The code, checked.

use std::time::Duration;

use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{retry_after, verify};
use crate::web::form::Form;
use crate::{
    code::{Pin, PinError},
    guard::Asker,
    keys::Token,
    sign_in::{Check, Ending, Standing},
    store::Device,
    web::{
        client_address::ClientAddress,
        error::{AppError, Asked, Failure, check_failure, check_paused, in_time, refused},
        extractors::SignedIn,
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
) -> Result<Response, AppError> {
    let start_over = Redirect::to(if signed_in.is_some() { "/result" } else { "/" });
    let Some(browser) = visitor.browser().await? else { return Ok(start_over.into_response()) };
    let asker = Asker { known: visitor.known().to_vec(), ..Asker::at(address) };
    let (failure, error) = match Pin::parse(&form.pin, app.pages.code_length) {
        Err(problem) => (pin_problem(problem).into(), None),
        Ok(pin) => match app.sign_in.check(&browser, &form.request_id, pin, asker, device).await? {
            Check::SignedIn { tokens, return_to } => {
                visitor.sign_in(&browser, &tokens);
                return Ok(visitor.answer(app.onward(return_to.as_deref())));
            }
            Check::Cancelled { taken_over, return_to } => {
                visitor.set_notice(if taken_over { Notice::TakenOver } else { Notice::Cancelled });
                let page = start_page(app.site.return_to.read(return_to.as_deref()).as_ref());
                return Ok(visitor.answer(Redirect::to(&page)));
            }
            Check::NoAttempt => return Ok(start_over.into_response()),
            Check::Ended { ending, return_to } => {
                let again = start_page(app.site.return_to.read(return_to.as_deref()).as_ref());
                let page = ResultPage::Failed { reason: reason(ending), again };
                let html = app.pages.templates.result(frame, &page)?;
                return Ok((StatusCode::GONE, Html(html)).into_response());
            }
            Check::OtherAttempt => (verify::other_attempt("check-other-attempt"), None),
            Check::Wrong { left, wait } => (wrong(left, wait), None),
            Check::Resending => return Ok(Redirect::to("/verify").into_response()),
            Check::NotYet => (Sentence::new("pin-not-yet").into(), None),
            Check::Unchecked { error, may_count } => (check_failure(&error, may_count), Some(error.into())),
            Check::Paused(paused) => (check_paused(&paused), Some(AppError::Paused(paused))),
            Check::Refused(refusal) => (refused(&refusal, Asked::Try), Some(AppError::Guard(refusal.into()))),
        },
    };
    let page = again(&app, frame, &browser, failure, error).await?;
    Ok(page.unwrap_or_else(|| start_over.into_response()))
}

/// The browser's PIN form again, with what is wrong; nothing if there is no code to type any more.
pub(crate) async fn again(
    app: &AppState,
    frame: Frame,
    browser: &Token,
    failure: Failure,
    error: Option<AppError>,
) -> Result<Option<Response>, AppError> {
    let attempt = match app.sign_in.standing(browser).await? {
        Standing::Pending(attempt) => attempt,
        Standing::Resending(_) => return Ok(Some(Redirect::to("/verify").into_response())),
        Standing::Over { .. } | Standing::Nothing => return Ok(None),
    };
    let error = error.unwrap_or_else(|| failure.told());
    let Failure { status, sentence, beside_field, retry_after: wait } = failure;
    let (problem, alert) = if beside_field { (Some(sentence), None) } else { (None, Some(sentence)) };
    let page = VerifyPage { problem, alert, ..verify::page(app, &attempt) };
    let html = app.pages.templates.verify(frame, &page)?;
    Ok(Some(error.with_page((status, retry_after(wait), Html(html)))))
}

fn wrong(left: Option<i64>, wait: Duration) -> Failure {
    if !wait.is_zero() {
        let sentence = in_time(Sentence::new("pin-wrong-wait"), wait);
        return Failure { retry_after: Some(wait), ..sentence.into() };
    }
    let sentence = match left {
        Some(left) => Sentence::new("pin-wrong").number("left", left),
        None => Sentence::new("pin-wrong-again"),
    };
    sentence.into()
}

fn reason(ending: Ending) -> Sentence {
    Sentence::new(match ending {
        Ending::TooMany => "failed-too-many",
        Ending::Expired => "failed-expired",
        Ending::Unclear => "failed-unclear",
        Ending::NotResent => "failed-not-resent",
    })
}

fn pin_problem(problem: PinError) -> Sentence {
    match problem {
        PinError::Empty => Sentence::new("pin-empty"),
        PinError::NotDigits => Sentence::new("pin-not-digits"),
        PinError::Length { expected } => Sentence::new("pin-length").number("expected", expected.into()),
    }
}
