//! One exchange with the provider: a request sent once, and its whole answer or how it failed.
//!
//! What this module promises:
//! * A request is never sent twice. reqwest's retries and redirects are off. hyper-util, below it, moves a
//!   request to a new connection only if the pooled one closed before it took the request up, when not a byte
//!   of it was written.
//! * No more than 64 KiB of an answer are read.
//! * What the status says of an answer holds for a page too: a fault is one whatever its body. What is no answer of the
//!   API, since something on the way gave it, is told as that.
//! * No error text holds an address, for a request id may be in it.

use std::error::Error;

use crate::{
    attempt::RequestId,
    verify::{
        VerifyError,
        scrub::{scrub, trace},
    },
};
use reqwest::{
    RequestBuilder, StatusCode,
    header::{self, HeaderValue},
};
use serde_json::{Map, Value};

const MAX_BODY: usize = 64 * 1024;

/// Sends a request, once.
pub(super) async fn exchange(request: RequestBuilder) -> Result<Answer, VerifyError> {
    let mut response = request.send().await.map_err(|error| failure(&error))?;
    let kind = response.headers_mut().remove(header::CONTENT_TYPE);
    let mut answer = Answer { status: response.status(), kind, body: Vec::new() };
    while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
        answer.body.extend_from_slice(&chunk);
        if answer.body.len() > MAX_BODY {
            break;
        }
    }
    Ok(answer)
}

fn failure(error: &reqwest::Error) -> VerifyError {
    // The innermost error says what happened; the outer ones repeat the address.
    let mut cause = error.source();
    while let Some(inner) = cause.and_then(Error::source) {
        cause = Some(inner);
    }
    let cause = scrub(&cause.map_or_else(|| "no cause given".to_owned(), ToString::to_string));

    // A connect timeout is both, and nothing was sent.
    if error.is_connect() || error.is_builder() {
        VerifyError::Unreachable(cause)
    } else if error.is_timeout() {
        VerifyError::TimedOut
    } else {
        VerifyError::Lost(cause)
    }
}

/// An answer of the provider, or of whatever is in its place.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    kind: Option<HeaderValue>,
    body: Vec<u8>,
}

impl Answer {
    /// The body, if it is a JSON object: both APIs send nothing else.
    pub(super) fn object(&self) -> Result<Map<String, Value>, VerifyError> {
        self.read().ok_or_else(|| self.unreadable())
    }

    /// Whether nothing came with the status.
    pub(super) fn is_empty(&self) -> bool {
        self.body.trim_ascii().is_empty()
    }

    /// Good by its HTTP status, but not by `said`, its words, or not about the request that was asked for.
    pub(super) fn contradictory(&self, said: &str, about: bool) -> VerifyError {
        let of = if about { "" } else { ", of another request" };
        VerifyError::Unexpected(format!("HTTP {}, status {}{of}", self.status.as_u16(), scrub(said)))
    }

    pub(super) fn unreadable(&self) -> VerifyError {
        VerifyError::Unreadable(self.describe())
    }

    fn read(&self) -> Option<Map<String, Value>> {
        let whole = self.body.len() <= MAX_BODY;
        whole.then(|| serde_json::from_slice(&self.body).ok()).flatten()
    }

    /// Of what cannot be read: its form and size.
    fn describe(&self) -> String {
        let size = match self.body.len() {
            size @ ..=MAX_BODY => format!("{size} bytes"),
            _ => "more than 64 KiB".to_owned(),
        };
        format!("HTTP {}, {}, {size}", self.status.as_u16(), scrub(self.kind().unwrap_or("no content type")))
    }

    fn kind(&self) -> Option<&str> {
        self.kind.as_ref()?.to_str().ok()
    }

    /// Made for people's eyes: the API has none.
    fn is_page(&self) -> bool {
        self.kind().is_some_and(|kind| {
            kind.trim_start().starts_with("text/html") || kind.trim_start().starts_with("application/xhtml")
        })
    }

    /// Refused only because its token was too old: nothing was done.
    pub(super) fn says_token_expired(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
            && self.object().is_ok_and(|object| {
                string(&object, "type").is_some_and(|kind| kind.ends_with("#jwt-expired"))
            })
    }

    /// A refusal whose meaning depends on the call. Those with one meaning for every call are errors already.
    pub(super) fn problem(&self) -> Result<Problem, VerifyError> {
        use VerifyError as E;
        let object = self.read();
        let text =
            object.as_ref().map_or_else(|| self.describe(), |object| Problem::describe(self.status, object));
        Err(match (self.status, object) {
            (status, _) if status.is_server_error() => E::Fault(text),
            (StatusCode::TOO_MANY_REQUESTS, _) => E::Throttled(text),
            // Any of the statuses below may be a proxy's.
            (_, None) if self.is_page() => E::NotTheApi(text),
            (StatusCode::UNAUTHORIZED, _) => E::Credentials(text),
            (StatusCode::PAYMENT_REQUIRED, _) => E::Balance(text),
            (StatusCode::FORBIDDEN, Some(object)) if is_about_balance(&object) => E::Balance(text),
            (StatusCode::FORBIDDEN, _) => E::Forbidden(text),
            (status, None) if status.is_success() => E::Unreadable(text),
            (_, None) => E::NotTheApi(text),
            (_, Some(object)) => return Ok(Problem { text, object }),
        })
    }
}

/// The body of a refusal (RFC 7807). No field is relied on: which of them are sent differs between sources.
pub(super) struct Problem {
    pub(super) text: String,
    pub(super) object: Map<String, Value>,
}

impl Problem {
    /// Status, title, detail and trace id, as far as they are there.
    fn describe(status: StatusCode, object: &Map<String, Value>) -> String {
        let field = |name| string(object, name);
        let mut text = format!("HTTP {}", status.as_u16());
        let said: Vec<_> = ["title", "detail", "details"].into_iter().filter_map(field).collect();
        if !said.is_empty() {
            text = format!("{text}, {}", scrub(&said.join(": ")));
        }
        // Its end names the reason, for example an expired token; the address before it varies.
        if let Some((_, reason)) = field("type").and_then(|kind| kind.rsplit_once('#')) {
            text = format!("{text} ({})", scrub(reason));
        }
        if let Some(instance) = field("instance") {
            text = format!("{text}, trace {}", trace(instance));
        }
        text
    }
}

/// Whether a problem's type names an empty account: the provider's page of errors shows it under 403 too.
fn is_about_balance(object: &Map<String, Value>) -> bool {
    let kind = string(object, "type").and_then(|kind| kind.rsplit_once('#'));
    kind.is_some_and(|(_, reason)| matches!(reason, "low-balance" | "out-of-credit"))
}

/// A field that is text and not empty.
pub(super) fn string<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name)?.as_str().filter(|text| !text.is_empty())
}

pub(super) fn request_id(object: &Map<String, Value>) -> Option<RequestId> {
    RequestId::parse(string(object, "request_id")?)
}

/// Whether an answer is about the request that was asked for. An SDK's fixture leaves the id out.
pub(super) fn is_about(object: &Map<String, Value>, id: &RequestId) -> bool {
    object.get("request_id").is_none_or(|answered| {
        answered.as_str().is_some_and(|answered| answered.eq_ignore_ascii_case(id.as_str()))
    })
}
