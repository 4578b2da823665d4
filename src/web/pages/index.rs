//! The first page: the visitor types a number.

use std::net::IpAddr;

use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::retry_after;
use crate::web::form::Form;
use crate::{
    guard::Asker,
    phone::{Country, PhoneError, PhoneNumber},
    sign_in::{Refusal, Start},
    web::{
        client_address::ClientAddress,
        error::{AppError, Asked, Failure, destination_refused, in_time, refused, send_failure, send_paused},
        extractors::SignedIn,
        notice::Notice,
        return_to::{self, ReturnTo},
        state::AppState,
        templates::{Frame, IndexPage},
        text::Sentence,
        visitor::Visitor,
    },
};

/// What the phone form posts. No `Debug`: it holds a number.
#[derive(Deserialize)]
pub(crate) struct PhoneForm {
    #[serde(default)]
    phone: String,
    #[serde(default)]
    country: String,
    return_to: Option<String>,
}

/// `GET /`
pub(crate) async fn show(
    State(app): State<AppState>,
    frame: Frame,
    mut visitor: Visitor,
    signed_in: Option<SignedIn>,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    let return_to = return_to::in_query(query.as_deref());
    let return_to = app.site.return_to.read(return_to.as_deref());
    if let Some(signed_in) = signed_in {
        return send_on(&app, &signed_in, return_to.as_ref());
    }
    if let Some(cause) = app.loses_session(&visitor).await? {
        let site =
            return_to.map_or_else(|| app.site.public_url.origin().ascii_serialization(), |to| to.origin());
        return Err(AppError::Loop { site, cause });
    }
    // Two clicks on the form must be one browser's, so it is known before the first.
    if !visitor.has_browser() {
        visitor.new_browser();
    }
    let notice = visitor.take_notice().map(say);
    let return_to = return_to.map(String::from);
    if notice.is_none() && return_to.is_none() {
        return Ok(visitor.answer(Html(app.pages.templates.index_plain(frame))));
    }
    let page = IndexPage { return_to, notice, ..IndexPage::default() };
    let html = app.pages.templates.index(frame, &page)?;
    Ok(visitor.answer(Html(html)))
}

/// To where a signed-in visitor wanted to go, unless that site keeps sending them here.
fn send_on(app: &AppState, signed_in: &SignedIn, return_to: Option<&ReturnTo>) -> Result<Response, AppError> {
    let Some(site) = return_to else { return Ok(Redirect::to("/result").into_response()) };
    match app.gate.loops.to(&signed_in.token_hash, site, app.core.clock.now()) {
        Some(cause) => Err(AppError::Loop { site: site.origin(), cause }),
        None => Ok(Redirect::to(site.as_str()).into_response()),
    }
}

/// `POST /verify`
pub(crate) async fn submit(
    State(app): State<AppState>,
    frame: Frame,
    mut visitor: Visitor,
    signed_in: Option<SignedIn>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Form(mut form): Form<PhoneForm>,
) -> Result<Response, AppError> {
    if signed_in.is_some() {
        return Ok(app.onward(form.return_to.as_deref()).into_response());
    }
    form.return_to = app.site.return_to.read(form.return_to.as_deref()).map(String::from);
    let country = Country::parse(&form.country).or(app.pages.default_country);
    let phone = match PhoneNumber::parse(&form.phone, country, app.pages.fiction) {
        Ok(phone) => phone,
        Err(problem) => return refuse(&app, frame, visitor, form, phone_problem(problem).into(), None),
    };
    tracing::Span::current().record("phone", phone.masked());
    let browser = match visitor.browser().await? {
        Some(browser) => browser,
        // The page that holds the form sets the cookie. Without one no code could be taken, so none is sent.
        None if fetched_by_a_browser(&headers) => {
            visitor.new_browser();
            return refuse(&app, frame, visitor, form, cookies_needed(), None);
        }
        None => visitor.new_browser(),
    };
    let asker = Asker { address, known: visitor.known().to_vec() };
    match app.sign_in.start(&browser, phone, asker, form.return_to.clone()).await? {
        Start::Sent | Start::UnderWay => Ok(visitor.answer(Redirect::to("/verify"))),
        Start::Resumed => {
            visitor.set_notice(Notice::Resumed);
            Ok(visitor.answer(Redirect::to("/verify")))
        }
        Start::Refused(refusal) => {
            let (failure, error) = explain(refusal, address);
            refuse(&app, frame, visitor, form, failure, error)
        }
    }
}

/// Browsers say where a request comes from; programs, which may keep their cookies as they like, do not.
fn fetched_by_a_browser(headers: &HeaderMap) -> bool {
    headers.contains_key("sec-fetch-site")
}

fn cookies_needed() -> Failure {
    Failure { beside_field: false, ..Sentence::new("send-cookies").into() }
}

/// The form again, with what was typed and what is wrong.
fn refuse(
    app: &AppState,
    frame: Frame,
    visitor: Visitor,
    form: PhoneForm,
    failure: Failure,
    error: Option<AppError>,
) -> Result<Response, AppError> {
    let error = error.unwrap_or_else(|| failure.told());
    let (problem, alert) =
        if failure.beside_field { (Some(failure.sentence), None) } else { (None, Some(failure.sentence)) };
    let country = Some(form.country).filter(|country| !country.is_empty());
    let page =
        IndexPage { phone: form.phone, country, return_to: form.return_to, problem, alert, notice: None };
    let html = app.pages.templates.index(frame, &page)?;
    let page = visitor.answer((failure.status, retry_after(failure.retry_after), Html(html)));
    Ok(error.with_page(page))
}

pub(crate) fn explain(refusal: Refusal, address: IpAddr) -> (Failure, Option<AppError>) {
    let wait = |status, key, wait| Failure {
        status,
        sentence: in_time(Sentence::new(key), wait),
        beside_field: false,
        retry_after: Some(wait),
    };
    match refusal {
        Refusal::Lost { wait: time, error } => {
            (wait(StatusCode::BAD_GATEWAY, "send-in-doubt", time), Some(error.into()))
        }
        Refusal::InDoubt { wait: time } => (wait(StatusCode::TOO_MANY_REQUESTS, "send-in-doubt", time), None),
        Refusal::Running { wait: time } => (wait(StatusCode::TOO_MANY_REQUESTS, "send-running", time), None),
        Refusal::Ending { wait: time } => (wait(StatusCode::TOO_MANY_REQUESTS, "send-ending", time), None),
        Refusal::Provider(error) => (send_failure(&error), Some(error.into())),
        Refusal::Destination(refused) => {
            (destination_refused(refused.reason).into(), Some(AppError::Destination { refused, address }))
        }
        Refusal::Paused(paused) => (send_paused(&paused), Some(AppError::Paused(paused))),
        Refusal::Guard(refusal) => (refused(&refusal, Asked::Send), Some(AppError::Guard(refusal.into()))),
    }
}

fn phone_problem(problem: PhoneError) -> Sentence {
    Sentence::new(match problem {
        PhoneError::Empty => "phone-empty",
        PhoneError::BadCharacter => "phone-bad-character",
        PhoneError::NoCountryCode => "phone-no-country-code",
        PhoneError::UnknownCountryCode => "phone-unknown-country-code",
        PhoneError::TooShort => "phone-too-short",
        PhoneError::TooLong => "phone-too-long",
        PhoneError::Invalid => "phone-invalid",
        PhoneError::Fictional => "phone-fictional",
        PhoneError::Extension => "phone-extension",
    })
}

pub(crate) fn say(notice: Notice) -> Sentence {
    Sentence::new(match notice {
        Notice::Cancelled => "notice-cancelled",
        Notice::SignedOut => "notice-signed-out",
        Notice::Expired => "notice-expired",
        Notice::Resumed => "notice-resumed",
        Notice::SessionEnded => "notice-session-ended",
        Notice::OthersEnded => "notice-others-ended",
        Notice::NotSent => "notice-not-sent",
        Notice::NotResent => "notice-not-resent",
        Notice::TakenOver => "notice-taken-over",
        Notice::InDoubt => "notice-in-doubt",
    })
}
