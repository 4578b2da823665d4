//! Who is not signed in: a person is led to sign in and back, all else is turned away with a page that explains itself.

use axum::{
    extract::OriginalUri,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{Html, IntoResponse, Redirect, Response},
};

use super::{gate::forwarded, state::AppState, templates::UnauthorizedPage};

pub(super) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
pub(super) const NO_STORE_HEADER: [(HeaderName, HeaderValue); 1] = [(header::CACHE_CONTROL, NO_STORE)];
/// What is missing is a cookie. A browser shows nothing for a scheme that it does not know.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Cookie realm=\"phonegate\"");

/// The answer to whom a page of an app that has us built in does not let in, or not without a sign-in within `max_age`
/// seconds.
pub(crate) fn turn_away(app: &AppState, parts: &Parts, max_age: Option<u64>) -> Response {
    let origin = &app.gate.origin;
    if !forwarded::is_navigation(parts.method.as_str(), &parts.headers) {
        return unauthorized_page(app, &parts.headers, Some(origin), max_age);
    }
    // Routers that are nested in others see a part of the path only.
    let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |OriginalUri(uri)| uri);
    let page = uri.path_and_query().map(|path| format!("{origin}{path}"));
    let return_to = app.site.return_to.read(page.as_deref());
    (NO_STORE_HEADER, Redirect::to(&app.gate.start(return_to.as_ref(), max_age))).into_response()
}

/// A 401 that explains itself: to somebody whose form was not taken it is the only page there is.
///
/// It leads to sign in and back to the page that the form was on, or else to `site`.
pub(super) fn unauthorized_page(
    app: &AppState,
    headers: &HeaderMap,
    site: Option<&str>,
    max_age: Option<u64>,
) -> Response {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let allowed = |address: &str| app.site.return_to.allow(address).ok();
    let return_to = text(header::REFERER).and_then(allowed).or_else(|| site.and_then(allowed));
    let page = UnauthorizedPage {
        base: app.site.public_url.to_string(),
        sign_in: app.gate.start(return_to.as_ref(), max_age),
    };
    let body = app.pages.templates.render(app.frame(headers, None), &page).unwrap_or_else(|error| {
        tracing::error!("the page of a 401 failed: {error:#}");
        String::new()
    });
    let policy = [(header::CONTENT_SECURITY_POLICY, app.gate.policy.clone())];
    unauthorized((StatusCode::UNAUTHORIZED, policy, Html(body)).into_response())
}

pub(super) fn unauthorized(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::WWW_AUTHENTICATE, CHALLENGE);
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    response
}
