//! The first page: the visitor types a number.

use std::convert::Infallible;

use axum::{
    extract::{FromRequestParts, RawQuery, State},
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use crate::web::form::Form;
use crate::{
    guard::Asker,
    phone::{Country, PhoneNumber},
    sign_in::{Before, Start},
    web::{
        assets::accepts_gzip,
        client_address::ClientAddress,
        extractors::SignedIn,
        failure::Failure,
        notice::Notice,
        remembered,
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
    /// Absent where the form has no such field.
    country: Option<String>,
    /// A new code to the number that this browser asked for one before.
    same: Option<String>,
    /// Whether this browser is to keep the number.
    remember: Option<String>,
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
    hints: Hints,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let in_query = |name| return_to::in_query(query.as_deref(), name);
    let return_to = app.site.return_to.read(in_query(NAME).as_deref());
    if let Some(signed_in) = signed_in {
        let max_age = in_query(MAX_AGE).and_then(|seconds| too_long_ago(&app, &signed_in, &seconds));
        return match max_age {
            Some(max_age) => ask_anew(&app, frame, visitor, &hints, return_to, max_age),
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
    if notice.is_none() && return_to.is_none() && hints.remembered.is_none() {
        return first_page(&app, frame, visitor, &hints);
    }
    let before = match notice.filter(|notice| notice.keeps_number()) {
        Some(_) => before(&app, &visitor).await?.map(|before| before.phone),
        None => None,
    };
    let remember = hints.remembered.is_some();
    let form = filled_in(&app, hints.country, before.or(hints.remembered).as_ref());
    let notice = notice.map(Notice::sentence);
    let site = app.other_site(return_to.as_ref());
    let page = IndexPage { return_to: return_to.map(String::from), site, remember, notice, ..form };
    let html = app.pages.templates.render(frame, &page)?;
    Ok(visitor.answer(Html(html)))
}

/// What the form can begin with. Taken from the headers where they are: a copy of them all is more than the page costs.
pub(crate) struct Hints {
    gzip: bool,
    country: Option<Country>,
    remembered: Option<PhoneNumber>,
}

impl FromRequestParts<AppState> for Hints {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Infallible> {
        let headers = &parts.headers;
        Ok(Self {
            gzip: accepts_gzip(headers),
            country: app.pages.likely_country(headers),
            remembered: remembered::read(headers, &app.site.cookies, &app.core.keys),
        })
    }
}

/// The page that most visitors see, with the same bytes for all of a country.
fn first_page(app: &AppState, frame: Frame, visitor: Visitor, hints: &Hints) -> Result<Response, Failure> {
    const GZIP: HeaderValue = HeaderValue::from_static("gzip");
    let page = app.pages.templates.first_page(frame, hints.country)?;
    if !hints.gzip || page.gzip.is_empty() {
        return Ok(visitor.answer(Html(page.plain)));
    }
    let mut answer = visitor.answer(Html(page.gzip));
    answer.headers_mut().insert(header::CONTENT_ENCODING, GZIP);
    Ok(answer)
}

async fn before(app: &AppState, visitor: &Visitor) -> Result<Option<Before>, Failure> {
    match visitor.browser().await? {
        Some(browser) => Ok(app.sign_in.before(&browser).await?),
        None => Ok(None),
    }
}

/// The form with a number in it, as its owner would write it.
fn filled_in(app: &AppState, likely: Option<Country>, phone: Option<&PhoneNumber>) -> IndexPage {
    let at_home = phone.and_then(PhoneNumber::written_at_home);
    let offered = at_home.filter(|(country, _)| app.pages.templates.offered().contains(country));
    let (country, typed) = match offered {
        Some((country, typed)) => (Some(country), typed),
        None => (likely, phone.map(PhoneNumber::written).unwrap_or_default()),
    };
    IndexPage { phone: typed, country: country.map(Into::into), ..IndexPage::default() }
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
    hints: &Hints,
    return_to: Option<ReturnTo>,
    max_age: u64,
) -> Result<Response, Failure> {
    if !visitor.has_browser() {
        visitor.new_browser();
    }
    let notice = visitor.take_notice().map_or(Sentence::new("index-again"), Notice::sentence);
    let page = IndexPage {
        site: app.other_site(return_to.as_ref()),
        return_to: return_to.map(String::from),
        max_age: Some(max_age),
        notice: Some(notice),
        remember: hints.remembered.is_some(),
        ..filled_in(app, hints.country, hints.remembered.as_ref())
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
    if form.same.is_some()
        && let Some(before) = before(&app, &visitor).await?
    {
        form.phone = before.phone.as_str().to_owned();
        form.return_to = before.return_to;
    }
    form.return_to = app.site.return_to.read(form.return_to.as_deref()).map(String::from);
    let phone = match PhoneNumber::parse(&form.phone, form.country(&app), app.pages.fiction) {
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
    match app.sign_in.start(&browser, phone.clone(), asker, form.return_to.clone()).await? {
        Start::Sent | Start::UnderWay => {}
        Start::Resumed => visitor.set_notice(Notice::Resumed),
        Start::Refused(refusal) => {
            return again(&app, frame, visitor, form, Failure::not_sent(refusal, address));
        }
    }
    if form.remember.is_some() {
        visitor.remember(Some(&phone));
    } else if form.country.is_some() && remembered::is_sent(&headers, &app.site.cookies) {
        // The box was there, and is not ticked any more.
        visitor.remember(None);
    }
    Ok(visitor.answer(Redirect::to("/verify")))
}

impl PhoneForm {
    /// What a number without a code is read by.
    fn country(&self, app: &AppState) -> Option<Country> {
        let chosen = self.country.as_deref().and_then(Country::parse);
        chosen.or(app.pages.default_country)
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
    let chosen = form.country(app);
    let country = Country::of_typed(&form.phone, chosen).or(chosen);
    let page = IndexPage {
        country: country.map(Into::into),
        site: app.other_site(app.site.return_to.read(form.return_to.as_deref()).as_ref()),
        remember: form.remember.is_some(),
        phone: form.phone,
        return_to: form.return_to,
        max_age: form.max_age.parse().ok(),
        problem,
        alert,
        notice: None,
    };
    let html = app.pages.templates.render(frame, &page)?;
    Ok(visitor.answer(failure.with_page(html)))
}
