//! Who is signed in, as a site is told.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header::InvalidHeaderValue};

use crate::{clock::Timestamp, phone::PhoneNumber};

const REMOTE_USER: HeaderName = HeaderName::from_static("remote-user");
const REMOTE_PHONE: HeaderName = HeaderName::from_static("remote-phone");
const REMOTE_VERIFIED_AT: HeaderName = HeaderName::from_static("remote-verified-at");

#[derive(Debug, Clone)]
pub(in crate::web) struct Identity {
    user: HeaderValue,
    phone: HeaderValue,
    verified_at: HeaderValue,
}

impl Identity {
    pub(in crate::web) fn new(
        user: &str,
        phone: &PhoneNumber,
        since: Timestamp,
    ) -> Result<Self, InvalidHeaderValue> {
        Ok(Self {
            user: HeaderValue::from_str(user)?,
            phone: HeaderValue::from_str(phone.as_str())?,
            verified_at: HeaderValue::from_str(&since.to_string())?,
        })
    }

    /// Says it to the site, by way of the proxy.
    pub(in crate::web) fn add_to(&self, headers: &mut HeaderMap) {
        headers.insert(REMOTE_USER, self.user.clone());
        headers.insert(REMOTE_PHONE, self.phone.clone());
        headers.insert(REMOTE_VERIFIED_AT, self.verified_at.clone());
    }
}
