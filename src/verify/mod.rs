//! The Verify client: request, check, cancel, over Vonage's Verify v2 or Verify Legacy (v1).
//!
//! What this module promises:
//! * Each call is one exchange with the provider, within the time limit of the settings; nothing is sent twice.
//! * Key and secret travel in the `Authorization` header alone.
//! * What a visitor can cause is an outcome; what the operator has to mend is a [`VerifyError`], whose text holds
//!   no number, code or secret.

mod error;
mod exchange;
mod scrub;
mod v1;
mod v2;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

pub use error::VerifyError;

use crate::{phone::PhoneNumber, pin::Pin};

/// Which of the provider's two APIs is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerifyApi {
    V1,
    V2,
}

/// What the client needs to know; all of it comes from the settings.
#[derive(Debug, Clone)]
pub struct VerifySettings {
    pub api: VerifyApi,
    pub base_url: Url,
    pub key: String,
    pub secret: SecretString,
    /// 1 to 16 characters, shown in the message.
    pub brand: String,
    /// Digits in a code: 6 to 10, with v1 always 6.
    pub code_length: u8,
    /// How long a code is good: 60 to 600 s.
    pub lifetime: Duration,
    pub connect_timeout: Duration,
    /// For the whole exchange, connecting included.
    pub timeout: Duration,
}

/// The provider's name for one verification: up to 64 letters, digits and hyphens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestId(String);

impl RequestId {
    pub fn parse(id: &str) -> Option<Self> {
        let fits = (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        fits.then(|| Self(id.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the provider said of a code. All of these are ordinary: a page answers each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    Right,
    Wrong,
    /// Wrong too many times; the request has ended.
    TooMany,
    /// Unknown, expired or used: the visitor has to ask for a new code.
    Gone,
    /// The step that runs takes no code.
    NotYet,
}

/// What the provider said of a cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    Done,
    /// Not in the first 30 s.
    TooEarly,
    /// Not after the second message.
    TooLate,
    /// Refused without a reason we know: the request still runs and the number is still locked.
    Refused,
    /// Unknown, ended or expired: nothing is left to cancel.
    Gone,
}

/// Cheap to clone: clones share one connection pool.
#[derive(Debug, Clone)]
pub struct VerifyClient {
    http: reqwest::Client,
    settings: Arc<VerifySettings>,
}

impl VerifyClient {
    pub fn new(settings: VerifySettings) -> reqwest::Result<Self> {
        Ok(Self { http: exchange::http_client(&settings)?, settings: settings.into() })
    }

    /// Sends a code to `phone`. Never retried: a second attempt could send a second message.
    pub async fn request(&self, phone: &PhoneNumber) -> Result<RequestId, VerifyError> {
        match self.settings.api {
            VerifyApi::V1 => v1::request(self, phone).await,
            VerifyApi::V2 => v2::request(self, phone).await,
        }
    }

    /// Checks a code. Not retried either: each delivered check costs one of three tries.
    pub async fn check(&self, id: &RequestId, pin: &Pin) -> Result<Checked, VerifyError> {
        match self.settings.api {
            VerifyApi::V1 => v1::check(self, id, pin).await,
            VerifyApi::V2 => v2::check(self, id, pin).await,
        }
    }

    /// Cancels a running request.
    pub async fn cancel(&self, id: &RequestId) -> Result<Cancelled, VerifyError> {
        match self.settings.api {
            VerifyApi::V1 => v1::cancel(self, id).await,
            VerifyApi::V2 => v2::cancel(self, id).await,
        }
    }

    fn post(&self, path: &[&str]) -> RequestBuilder {
        self.to(Method::POST, path)
    }

    fn delete(&self, path: &[&str]) -> RequestBuilder {
        self.to(Method::DELETE, path)
    }

    /// The path goes below the base address, piece by piece, so that an id cannot climb out of it.
    fn to(&self, method: Method, path: &[&str]) -> RequestBuilder {
        let mut url = self.settings.base_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        self.http
            .request(method, url)
            .basic_auth(&self.settings.key, Some(self.settings.secret.expose_secret()))
    }
}
