//! What every answer carries.

use std::mem;

use axum::http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{self, InvalidHeaderValue},
};
use url::Url;

use super::return_to;

/// `same-origin` and not `no-referrer`: with the latter browsers send `Origin: null`, and no form would pass.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Room for those and for what an answer brings: more would have the map rebuilt.
const ROOM: usize = 12;

/// The headers of every answer that has not set them itself.
#[derive(Debug)]
pub(crate) struct Headers(HeaderMap);

impl Headers {
    pub(crate) fn new(public_url: &Url, rules: &return_to::Rules) -> Result<Self, InvalidHeaderValue> {
        let mut all = HeaderMap::with_capacity(ROOM);
        all.extend(HEADERS);
        all.insert(header::CONTENT_SECURITY_POLICY, policy(rules)?);
        if public_url.scheme() == "https" {
            let year = HeaderValue::from_static("max-age=31536000");
            all.insert(header::STRICT_TRANSPORT_SECURITY, year);
        }
        Ok(Self(all))
    }

    /// They are copied all at once: one by one each would have to be looked for.
    pub(crate) fn add_to(&self, headers: &mut HeaderMap) {
        let own = mem::replace(headers, self.0.clone());
        headers.extend(own);
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
