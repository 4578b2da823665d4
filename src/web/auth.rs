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
//! * Proxy and browser never send each other round for ever: see `redirect_loop.rs`.
//!
//! It stands outside of the layers that pages have: those cost more than the answer.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};

use super::{
    cookies::session_tokens,
    gate::{
        cache::Entry,
        forwarded::{self, ForwardedRequest},
        identity::Identity,
    },
    state::AppState,
    unauthorized::{NO_STORE, NO_STORE_HEADER, unauthorized, unauthorized_page},
};
use crate::store::{Session, StoreError};

/// `GET /auth`
pub(crate) async fn decide(State(app): State<AppState>, request: Request) -> Response {
    let response = answer(&app, request).await;
    app.core.metrics.decided(response.status().as_u16());
    response
}

async fn answer(app: &AppState, request: Request) -> Response {
    let headers = request.headers();
    if app.refuses_elsewhere(headers) {
        return plain(StatusCode::FORBIDDEN, "The simulator is for this machine: see --simulator.\n");
    }
    let trusted = app.is_behind_trusted_proxy(&request);
    if trusted && forwarded::names(headers, &app.site.public_url, &app.site.mount) {
        if app.gate.spoiled.is_news("itself", app.core.clock.now()) {
            tracing::warn!(
                "the gate guards itself: a proxy asks it about {}, where visitors sign in; take the gate off that host",
                app.site.public_url
            );
        }
        return unauthorized(plain(StatusCode::UNAUTHORIZED, "The gate guards itself.\n"));
    }
    match app.identity(headers).await {
        Ok(Some(entry)) => signed_in(&entry.identity),
        Ok(None) => {
            let asked = if trusted { app.gate.asked(headers, app.core.clock.now()) } else { None };
            not_signed_in(app, &request, asked.as_ref())
        }
        Err(error) => {
            if app.gate.spoiled.is_news("store", app.core.clock.now()) {
                tracing::error!(error = &error as &dyn std::error::Error, "the gate cannot decide: {error}");
            }
            plain(StatusCode::SERVICE_UNAVAILABLE, "Sign-in is not available right now.\n")
        }
    }
}

fn signed_in(identity: &Identity) -> Response {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.reserve(6);
    identity.add_to(headers);
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    response
}

fn not_signed_in(app: &AppState, request: &Request, asked: Option<&ForwardedRequest<'_>>) -> Response {
    let headers = request.headers();
    let for_nginx = wants_401(request.uri());
    if let Some(asked) = asked.filter(|asked| asked.is_navigation(headers)) {
        let return_to = app.site.return_to.read(Some(&asked.address()));
        let status = if for_nginx { StatusCode::UNAUTHORIZED } else { StatusCode::FOUND };
        let location = [(header::LOCATION, app.gate.start(return_to.as_ref(), None))];
        let response = (status, location, NO_STORE_HEADER).into_response();
        return if for_nginx { unauthorized(response) } else { response };
    }
    if for_nginx {
        // nginx drops the body of such an answer.
        return unauthorized(plain(StatusCode::UNAUTHORIZED, ""));
    }
    let site = asked.map(ForwardedRequest::site);
    unauthorized_page(app, headers, site.as_deref(), None)
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
        let tokens = session_tokens(headers, &self.site.cookies);
        let now = self.core.clock.now();
        let cache = &self.gate.cache;
        // Of a number that the operator has taken off the list, no session counts from then on.
        let allowed = |entry: &Arc<Entry>| self.sign_in.destinations.allowed.allows(&entry.phone);
        let mut ticket = None;
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
            let ticket = *ticket.get_or_insert_with(|| cache.ticket());
            let Some(row) = self.session(token).await? else {
                dead.push(digest);
                continue;
            };
            let user = self.core.keys.subject(&row.phone);
            let Ok(identity) = Identity::new(&user, &row.phone, row.signed_in_at) else { continue };
            let ends_at = row.expires_at.min(row.seen_at + self.sign_in.session_idle);
            let Session { phone, phone_hash, .. } = row;
            let entry = Arc::new(Entry { phone, phone_hash, ends_at, read_at: now, identity });
            cache.put(ticket, digest, entry.clone());
            cache.bury(&dead, now);
            return Ok(Some(entry));
        }
        Ok(None)
    }
}
