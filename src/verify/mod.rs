//! The Verify client: request, check, cancel, over Vonage's Verify v2 or Verify Legacy (v1).

mod v1;
mod v2;

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

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

/// What went wrong, by meaning. `Display` is for the operator; it holds no number, code or secret.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A verification to this number runs already; the id may be another visitor's.
    #[error("")]
    AlreadyRunning(Option<RequestId>),
    #[error("")]
    InvalidNumber(String),
    #[error("")]
    NotRoutable(String),
    #[error("")]
    Blocked(String),
    #[error("")]
    NetworkUnsupported(String),
    #[error("")]
    NotApproved(String),
    #[error("")]
    Throttled(String),
    #[error("")]
    Credentials(String),
    #[error("")]
    Barred(String),
    #[error("")]
    Forbidden(String),
    #[error("")]
    Balance(String),
    /// A parameter missing or invalid that is ours, not the visitor's.
    #[error("")]
    Parameter(String),
    #[error("")]
    CustomCode(String),
    #[error("")]
    SilentAuth(String),
    /// The provider's own fault: v1 status 5, HTTP 5xx with a problem body.
    #[error("")]
    Fault(String),
    /// No connection was made: nothing was sent.
    #[error("")]
    Unreachable(String),
    #[error("")]
    TimedOut,
    /// The connection ended before an answer.
    #[error("")]
    Lost(String),
    /// An answer that is not the API's: HTML, cut JSON, a missing field.
    #[error("")]
    Unreadable(String),
    /// A status that no document lists.
    #[error("")]
    Unexpected(String),
}

impl VerifyError {
    /// Whether a message may have gone out although no good answer came back.
    pub fn may_have_sent(&self) -> bool {
        matches!(
            self,
            Self::Fault(_) | Self::TimedOut | Self::Lost(_) | Self::Unreadable(_) | Self::Unexpected(_)
        )
    }
}

/// Cheap to clone: clones share one connection pool.
#[derive(Debug, Clone)]
pub struct VerifyClient {
    settings: std::sync::Arc<VerifySettings>,
}

impl VerifyClient {
    pub fn new(settings: VerifySettings) -> reqwest::Result<Self> {
        Ok(Self { settings: settings.into() })
    }

    /// Sends a code to `phone`. Never retried: a second attempt could send a second message.
    pub async fn request(&self, phone: &PhoneNumber) -> Result<RequestId, VerifyError> {
        let _ = (phone, &self.settings);
        Err(VerifyError::TimedOut)
    }

    /// Checks a code.
    pub async fn check(&self, id: &RequestId, pin: &Pin) -> Result<Checked, VerifyError> {
        let _ = (id, pin);
        Err(VerifyError::TimedOut)
    }

    /// Cancels a running request.
    pub async fn cancel(&self, id: &RequestId) -> Result<Cancelled, VerifyError> {
        let _ = id;
        Err(VerifyError::TimedOut)
    }
}
