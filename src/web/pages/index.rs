//! The first page: the visitor types a number.

use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use crate::web::form::Form;
use crate::{
    guard::Asker,
    phone::{Country, PhoneNumber},
    sign_in::Start,
    web::{
        client_address::ClientAddress,
        extractors::SignedIn,
        failure::Failure,
        notice::Notice,
        return_to::{self, MAX_AGE, NAME, ReturnTo},
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
    #[serde(default)]
    max_age: String,
}

/// `GET /`
pub(crate) async fn show(
    State(app): State<AppState>,
    frame: Frame,
    mut visitor: Visitor,
    signed_in: Option<SignedIn>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let in_query = |name| return_to::in_query(query.as_deref(), name);
    let return_to = app.site.return_to.read(in_query(NAME).as_deref());
    if let Some(signed_in) = signed_in {
        let max_age = in_query(MAX_AGE).and_then(|seconds| too_long_ago(&app, &signed_in, &seconds));
        return match max_age {
            Some(max_age) => ask_anew(&app, frame, visitor, return_to, max_age),
            None => send_on(&app, &signed_in, return_to.as_ref()),
        };
    }
    if let Some(cause) = app.loses_session(&visitor).await? {
        let site =
            return_to.map_or_else(|| app.site.public_url.origin().ascii_serialization(), |to| to.origin());
        return Err(Failure::redirect_loop(&site, cause));
    }
    // Two clicks on the form must be one browser's, so it is known before the first.
    if !visitor.has_browser() {
        visitor.new_browser();
    }
    let notice = visitor.take_notice();
    let return_to = return_to.map(String::from);
    if notice.is_none() && return_to.is_none() {
        return Ok(visitor.answer(Html(app.pages.templates.index_plain(frame))));
    }
    let page = IndexPage { return_to, notice, ..IndexPage::default() };
    let html = app.pages.templates.render(frame, &page)?;
    Ok(visitor.answer(Html(html)))
}

/// How fresh a sign-in has to be, in seconds, if that of the visitor is not.
fn too_long_ago(app: &AppState, signed_in: &SignedIn, max_age: &str) -> Option<u64> {
    max_age.parse().ok().filter(|seconds| !app.is_fresh(signed_in, *seconds))
}

/// The form, for somebody who is signed in.
fn ask_anew(
    app: &AppState,
    frame: Frame,
    mut visitor: Visitor,
    return_to: Option<ReturnTo>,
    max_age: u64,
) -> Result<Response, Failure> {
    if !visitor.has_browser() {
        visitor.new_browser();
    }
    let notice = visitor.take_notice().unwrap_or(Sentence::new("index-again"));
    let page = IndexPage {
        return_to: return_to.map(String::from),
        max_age: Some(max_age),
        notice: Some(notice),
        ..IndexPage::default()
    };
    let html = app.pages.templates.render(frame, &page)?;
    Ok(visitor.answer(Html(html)))
}

/// To where a signed-in visitor wanted to go, unless that site keeps sending them here.
fn send_on(app: &AppState, signed_in: &SignedIn, return_to: Option<&ReturnTo>) -> Result<Response, Failure> {
    let Some(site) = return_to else { return Ok(Redirect::to("/result").into_response()) };
    match app.gate.loops.to(&signed_in.session.token_hash, site, app.core.clock.now()) {
        Some(cause) => Err(Failure::redirect_loop(&site.origin(), cause)),
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
) -> Result<Response, Failure> {
    let max_age = signed_in.as_ref().and_then(|signed_in| too_long_ago(&app, signed_in, &form.max_age));
    if signed_in.is_some() && max_age.is_none() {
        return Ok(app.onward(form.return_to.as_deref()).into_response());
    }
    form.return_to = app.site.return_to.read(form.return_to.as_deref()).map(String::from);
    let country = Country::parse(&form.country).or(app.pages.default_country);
    let phone = match PhoneNumber::parse(&form.phone, country, app.pages.fiction) {
        Ok(phone) => phone,
        Err(error) => return again(&app, frame, visitor, form, error.into()),
    };
    tracing::Span::current().record("phone", phone.masked());
    let browser = match visitor.browser().await? {
        Some(browser) => browser,
        // The page that holds the form sets the cookie. Without one no code could be taken, so none is sent.
        None if fetched_by_a_browser(&headers) => {
            visitor.new_browser();
            return again(&app, frame, visitor, form, Failure::cookies_needed());
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
        Start::Refused(refusal) => again(&app, frame, visitor, form, Failure::not_sent(refusal, address)),
    }
}

/// Browsers say where a request comes from; programs, which may keep their cookies as they like, do not.
fn fetched_by_a_browser(headers: &HeaderMap) -> bool {
    headers.contains_key("sec-fetch-site")
}

/// The form again, with what was typed and what is wrong.
fn again(
    app: &AppState,
    frame: Frame,
    visitor: Visitor,
    form: PhoneForm,
    failure: Failure,
) -> Result<Response, Failure> {
    let (problem, alert) = failure.on_form();
    let country = Some(form.country).filter(|country| !country.is_empty());
    let page = IndexPage {
        phone: form.phone,
        country,
        return_to: form.return_to,
        max_age: form.max_age.parse().ok(),
        problem,
        alert,
        notice: None,
    };
    let html = app.pages.templates.render(frame, &page)?;
    Ok(visitor.answer(failure.with_page(html)))
}
