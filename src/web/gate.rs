//! The gate: tells a reverse proxy which requests may pass to a site, and as whom.
//!
//! What this module promises:
//! * `GET /auth` answers 2xx to a live session and to nothing else, whatever host or path the proxy names; and then
//!   always with all three identity headers.
//! * A person on the way to a page is led to sign in and back to that very page; everything else gets 401, with a page
//!   that explains itself. With `mode=401`, for nginx, the way stands in the `Location` of a 401.
//! * `X-Forwarded-*` counts only when a trusted proxy sends it, and whole; a site that is not allowed is never led back
//!   to.
//! * Of several cookies the first that opens a session counts, as it does for pages.
//! * The store is asked once in `AUTH_CACHE` for each session; see `gate/cache.rs` for what that keeps true.
//! * Proxy and browser never send each other round for ever: see `gate/bounces.rs`.
//!
//! It stands outside of the layers that pages have: those cost more than the answer.

mod asked;
pub(crate) mod bounces;
mod cache;
pub mod return_to;

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{OriginalUri, Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode, Uri,
        header::{self, InvalidHeaderValue},
        request::Parts,
    },
    response::{Html, IntoResponse, Redirect, Response},
};
use url::Url;

use crate::web::gate::asked::is_forwarded;
use crate::web::gate::{
    asked::Asked,
    bounces::{Bounces, Cause},
    cache::{Cache, Entry},
    return_to::{ReturnTo, start_page},
};
use crate::{
    clock::Timestamp,
    phone::PhoneNumber,
    seldom::Seldom,
    store::{SessionRow, StoreError},
    web::{cookies::session_tokens, state::AppState, templates::UnauthorizedPage, text::Language},
};

const REMOTE_USER: HeaderName = HeaderName::from_static("remote-user");
const REMOTE_PHONE: HeaderName = HeaderName::from_static("remote-phone");
const REMOTE_VERIFIED_AT: HeaderName = HeaderName::from_static("remote-verified-at");

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NO_STORE_HEADER: [(HeaderName, HeaderValue); 1] = [(header::CACHE_CONTROL, NO_STORE)];
/// What is missing is a cookie. A browser shows nothing for a scheme that it does not know.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Cookie realm=\"phonegate\"");

/// How often the operator is told that a proxy says half of what it should.
const TELL_AGAIN: Duration = Duration::from_mins(1);

/// What `GET /auth` works with besides the app.
#[derive(Debug)]
pub struct Gate {
    cache: Cache,
    bounces: Bounces,
    /// `PUBLIC_URL` without the slash at its end.
    origin: String,
    /// The `Content-Security-Policy` of a page that is shown under the site's name.
    policy: HeaderValue,
    /// The headers of proxies that the operator was told of.
    spoiled: Seldom<&'static str>,
}

impl Gate {
    /// `staleness` is how long a session that ended elsewhere may still be let in.
    pub(crate) fn new(public_url: &Url, staleness: Duration) -> Result<Self, InvalidHeaderValue> {
        let origin = public_url.origin().ascii_serialization();
        let policy = format!(
            "default-src 'none'; script-src {origin}; style-src {origin}; img-src {origin}; base-uri {origin}; \
             form-action 'none'; frame-ancestors 'none'"
        );
        Ok(Self {
            cache: Cache::new(staleness),
            bounces: Bounces::default(),
            policy: HeaderValue::from_str(&policy)?,
            spoiled: Seldom::new(TELL_AGAIN),
            origin,
        })
    }

    /// Whether sending the visitor on to `site` has been a round trip too often of late, and why that may be.
    pub(crate) fn loops(&self, app: &AppState, session: &str, site: &ReturnTo) -> Option<Cause> {
        let may_come_back = site.url().origin() != app.public_url.origin();
        let looping = may_come_back && self.bounces.is_loop(session, app.sign_in.clock.now());
        looping.then(|| bounces::cause(&app.public_url, app.cookies.domain(), site))
    }

    /// To be called after the store has ended a session of that number.
    pub(crate) fn forget(&self, phone_hash: &str) {
        self.cache.forget(phone_hash);
    }

    /// What a trusted proxy says of a visitor's request; if it says half of it, the log is told.
    fn asked<'a>(&self, headers: &'a HeaderMap, now: Timestamp) -> Option<Asked<'a>> {
        match Asked::read(headers) {
            Ok(asked) => Some(asked),
            Err(why) => {
                if is_forwarded(headers) && self.spoiled.is_news(why.header, now) {
                    tracing::warn!(
                        "{why}: a proxy asks the gate so, and its visitors are turned away without a way to sign in; \
                         have it set X-Forwarded-Method, -Proto, -Host and -Uri once each"
                    );
                }
                None
            }
        }
    }

    /// The first page as other sites name it.
    fn start(&self, return_to: Option<&ReturnTo>) -> String {
        format!("{}{}", self.origin, start_page(return_to))
    }
}

/// Who is signed in, as a site is told.
#[derive(Debug, Clone)]
struct Identity {
    user: HeaderValue,
    phone: HeaderValue,
    verified_at: HeaderValue,
}

impl Identity {
    fn new(user: &str, phone: &PhoneNumber, since: Timestamp) -> Result<Self, InvalidHeaderValue> {
        Ok(Self {
            user: HeaderValue::from_str(user)?,
            phone: HeaderValue::from_str(phone.as_str())?,
            verified_at: HeaderValue::from_str(&since.to_string())?,
        })
    }
}

/// `GET /auth`
pub(crate) async fn decide(State(app): State<AppState>, request: Request) -> Response {
    let response = answer(&app, request).await;
    app.sign_in.metrics.decided(response.status().as_u16());
    response
}

async fn answer(app: &AppState, request: Request) -> Response {
    let headers = request.headers();
    if app.refuses_elsewhere(headers) {
        return plain(StatusCode::FORBIDDEN, "The simulator is for this machine: see --simulator.\n");
    }
    let trusted = app.is_behind_trusted_proxy(&request);
    if trusted && asked::names(headers, &app.public_url) {
        if app.gate.spoiled.is_news("itself", app.sign_in.clock.now()) {
            tracing::warn!(
                "the gate guards itself: a proxy asks it about {}, where visitors sign in; take the gate off that host",
                app.public_url
            );
        }
        return unauthorized(plain(StatusCode::UNAUTHORIZED, "The gate guards itself.\n"));
    }
    match app.identity(headers).await {
        Ok(Some(entry)) => signed_in(&entry.identity),
        Ok(None) => {
            let asked = if trusted { app.gate.asked(headers, app.sign_in.clock.now()) } else { None };
            not_signed_in(app, &request, asked.as_ref())
        }
        Err(error) => {
            if app.gate.spoiled.is_news("store", app.sign_in.clock.now()) {
                tracing::error!(error = &error as &dyn std::error::Error, "the gate cannot decide: {error}");
            }
            plain(StatusCode::SERVICE_UNAVAILABLE, "Sign-in is not available right now.\n")
        }
    }
}

fn signed_in(identity: &Identity) -> Response {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(REMOTE_USER, identity.user.clone());
    headers.insert(REMOTE_PHONE, identity.phone.clone());
    headers.insert(REMOTE_VERIFIED_AT, identity.verified_at.clone());
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    response
}

fn not_signed_in(app: &AppState, request: &Request, asked: Option<&Asked<'_>>) -> Response {
    let headers = request.headers();
    let for_nginx = wants_401(request.uri());
    if let Some(asked) = asked.filter(|asked| asked.is_navigation(headers)) {
        let return_to = app.return_to.read(Some(&asked.address()));
        let status = if for_nginx { StatusCode::UNAUTHORIZED } else { StatusCode::FOUND };
        let location = [(header::LOCATION, app.gate.start(return_to.as_ref()))];
        let response = (status, location, NO_STORE_HEADER).into_response();
        return if for_nginx { unauthorized(response) } else { response };
    }
    if for_nginx {
        // nginx drops the body of such an answer.
        return unauthorized(plain(StatusCode::UNAUTHORIZED, ""));
    }
    let site = asked.map(Asked::site);
    unauthorized_page(app, headers, site.as_deref())
}

/// The answer to whom a page of an app that has us built in does not let in.
pub(crate) fn turn_away(app: &AppState, parts: &Parts) -> Response {
    let origin = &app.gate.origin;
    if !asked::is_navigation(parts.method.as_str(), &parts.headers) {
        return unauthorized_page(app, &parts.headers, Some(origin));
    }
    // Routers that are nested in others see a part of the path only.
    let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |OriginalUri(uri)| uri);
    let page = uri.path_and_query().map(|path| format!("{origin}{path}"));
    let return_to = app.return_to.read(page.as_deref());
    (NO_STORE_HEADER, Redirect::to(&app.gate.start(return_to.as_ref()))).into_response()
}

/// A 401 that explains itself: to somebody whose form was not taken it is the only page there is.
///
/// It leads to sign in and back to the page that the form was on, or else to `site`.
fn unauthorized_page(app: &AppState, headers: &HeaderMap, site: Option<&str>) -> Response {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let allowed = |address: &str| app.return_to.allow(address).ok();
    let return_to = text(header::REFERER).and_then(allowed).or_else(|| site.and_then(allowed));
    let page =
        UnauthorizedPage { base: app.public_url.to_string(), sign_in: app.gate.start(return_to.as_ref()) };
    let frame = app.frame(Language::accepted(text(header::ACCEPT_LANGUAGE)));
    let body = app.templates.unauthorized(frame, &page).unwrap_or_else(|error| {
        tracing::error!("the page of a 401 failed: {error:#}");
        String::new()
    });
    let policy = [(header::CONTENT_SECURITY_POLICY, app.gate.policy.clone())];
    unauthorized((StatusCode::UNAUTHORIZED, policy, Html(body)).into_response())
}

fn unauthorized(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::WWW_AUTHENTICATE, CHALLENGE);
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, NO_STORE_HEADER, text).into_response()
}

fn wants_401(uri: &Uri) -> bool {
    uri.query().is_some_and(|query| query.split('&').any(|pair| pair == "mode=401"))
}

impl AppState {
    /// The live session of the first cookie that opens one, as for pages; from the cache or the store.
    async fn identity(&self, headers: &HeaderMap) -> Result<Option<Arc<Entry>>, StoreError> {
        let tokens = session_tokens(headers, &self.cookies);
        let now = self.sign_in.clock.now();
        let cache = &self.gate.cache;
        // Of a number that the operator has taken off the list, no session counts from then on.
        let allowed = |entry: &Arc<Entry>| self.sign_in.destinations.allowed.allows(&entry.phone);
        let ticket = cache.ticket();
        let mut dead = Vec::new();
        for token in &tokens {
            let digest = token.digest();
            if let Some(entry) = cache.get(&digest, now).filter(allowed) {
                cache.bury(&dead, now);
                return Ok(Some(entry));
            }
            if cache.is_dead(&digest, now) {
                continue;
            }
            let Some(row) = self.session(token).await? else {
                dead.push(digest);
                continue;
            };
            let user = self.sign_in.keys.subject(&row.phone);
            let Ok(identity) = Identity::new(&user, &row.phone, row.signed_in_at) else { continue };
            let ends_at = row.expires_at.min(row.seen_at + self.session_idle);
            let SessionRow { phone, phone_hash, .. } = row;
            let entry = Arc::new(Entry { phone, phone_hash, ends_at, read_at: now, identity });
            cache.put(ticket, digest, entry.clone());
            cache.bury(&dead, now);
            return Ok(Some(entry));
        }
        Ok(None)
    }
}
