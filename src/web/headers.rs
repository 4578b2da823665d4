//! What every answer carries.

use axum::http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{self, InvalidHeaderValue},
};
use url::Url;

use super::return_to;

/// `same-origin` and not `no-referrer`: with the latter browsers send `Origin: null`, and no form would pass.
static HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// As many as are added, and the id of the request.
const MOST: usize = HEADERS.len() + 3;

/// The headers of every answer that has not set them itself.
#[derive(Debug)]
pub(crate) struct Headers {
    policy: HeaderValue,
    https: bool,
}

impl Headers {
    pub(crate) fn new(public_url: &Url, rules: &return_to::Rules) -> Result<Self, InvalidHeaderValue> {
        Ok(Self { policy: policy(rules)?, https: public_url.scheme() == "https" })
    }

    pub(crate) fn add_to(&self, headers: &mut HeaderMap) {
        headers.reserve(MOST);
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| self.policy.clone());
        for (name, value) in &HEADERS {
            headers.entry(name).or_insert_with(|| value.clone());
        }
        if self.https {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
        }
    }
}

/// No inline script or style; nobody may frame us; a form leads nowhere else than a sign-in may.
fn policy(rules: &return_to::Rules) -> Result<HeaderValue, InvalidHeaderValue> {
    let form_action = rules.form_action();
    HeaderValue::from_str(&format!(
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; \
         form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    ))
}
