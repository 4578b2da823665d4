//! Who is let in, and what every answer carries.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header, header::InvalidHeaderValue},
    middleware::Next,
    response::Response,
};
use url::{Host, Url};

use crate::web::state::AppState;
use crate::{
    hosts::is_loopback_name,
    phone::hide_numbers,
    web::{
        error::{self, AppError},
        gate::return_to,
    },
};

/// Lets in only who came by a name of ours, and sets what every answer carries.
pub(crate) async fn front_door(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = match check_entry(&app, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => error::refuse(&app, &request, &error),
    };
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| app.policy.clone());
    for (name, value) in &HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if app.public_url.scheme() == "https" {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}

/// No inline script or style; nobody may frame us; a form leads nowhere else than a sign-in may.
pub(crate) fn policy(rules: &return_to::Rules) -> Result<HeaderValue, InvalidHeaderValue> {
    let form_action = rules.form_action();
    HeaderValue::from_str(&format!(
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; \
         form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    ))
}

/// `same-origin` and not `no-referrer`: with the latter browsers send `Origin: null`, and no form would pass.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
];

fn check_entry(app: &AppState, headers: &HeaderMap) -> Result<(), AppError> {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !is_our_host(host, &app.public_url) {
        return Err(AppError::Host(hide_numbers(host).chars().take(100).collect()));
    }
    if app.refuses_elsewhere(headers) {
        return Err(AppError::Forwarded);
    }
    Ok(())
}

/// `PUBLIC_URL`'s host, a loopback name or an IP literal: names that no stranger's DNS can point at us.
fn is_our_host(host: &str, public_url: &Url) -> bool {
    let Ok(url) = Url::parse(&format!("{}://{host}/", public_url.scheme())) else { return false };
    if url.path() != "/" || !url.username().is_empty() || url.password().is_some() {
        return false;
    }
    match url.host() {
        Some(Host::Domain(name)) => {
            is_loopback_name(name)
                || (url.host_str() == public_url.host_str()
                    && url.port_or_known_default() == public_url.port_or_known_default())
        }
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    }
}
