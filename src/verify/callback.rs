//! The provider's callbacks: whether they are the provider's, and what they say of a message.
//!
//! What this module promises:
//! * Only HS256 under the account's signature secret counts, over the very bytes of the body, and not long ago.
//! * Words that we do not know mean nothing: the provider may add some.
//! * A callback tells of a delivery, never of a sign-in.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use aws_lc_rs::{constant_time, digest};
use data_encoding::HEXLOWER;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::{
    attempt::RequestId,
    channel::{Channel, Trouble},
    clock::{Clock, Timestamp},
    verify::facts::v2_name,
};

/// How far apart the provider's clock and ours may be, and how long a callback may take.
const LEEWAY: Duration = Duration::from_mins(5);

/// Why a callback is not taken; the provider sends it again. `Display` is for the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallbackError {
    /// Nothing can be verified.
    #[error("there is no VONAGE_SIGNATURE_SECRET to verify it with")]
    NoSecret,
    /// Rare, and the provider sends it again.
    #[error("it is not signed")]
    Unsigned,
    /// Somebody else signed it, or by other means.
    #[error("its signature is not one of HS256 with VONAGE_SIGNATURE_SECRET")]
    BadSignature,
    /// A signature taken from another callback.
    #[error("its signature is for another body")]
    OtherBody,
    /// An old one, played again, or clocks that differ.
    #[error("it was signed more than five minutes ago, or in the future; check this machine's clock")]
    Stale,
}

/// How many refusals in a row are more than a stranger's try.
const A_ROW: u64 = 3;
/// How often the operator is told of a row.
const TELL_AGAIN: Duration = Duration::from_mins(1);

/// Callbacks refused since the last that was taken.
#[derive(Debug, Default)]
pub(crate) struct RefusedCallbacks(Mutex<(u64, Option<Timestamp>)>);

impl RefusedCallbacks {
    /// Counts one more. How many there are in a row, if the operator is to be told now.
    pub(crate) fn one_more(&self, now: Timestamp) -> Option<u64> {
        let mut row = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, told) = &mut *row;
        *count += 1;
        if *count < A_ROW
            || told.is_some_and(|told| now.since(told) < TELL_AGAIN && told.since(now) < TELL_AGAIN)
        {
            return None;
        }
        *told = Some(now);
        Some(*count)
    }

    /// One was taken.
    pub(crate) fn end(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 = 0;
    }
}

/// What a callback says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    /// Which request it is about.
    pub(crate) request_id: RequestId,
    /// Messages that will not arrive, each with its channel; without one, the whole request is meant.
    pub(crate) troubles: Vec<(Option<Channel>, Trouble)>,
}

/// Tells the provider's callbacks from anybody else's.
#[derive(Clone)]
pub(crate) struct Verifier {
    key: DecodingKey,
    clock: Clock,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(…)")
    }
}

impl Verifier {
    /// Of the account's signature secret.
    pub(crate) fn new(secret: &SecretString, clock: Clock) -> Self {
        Self { key: DecodingKey::from_secret(secret.expose_secret().as_bytes()), clock }
    }

    /// Whether `body` is the provider's, by the token of its `Authorization` header.
    pub(crate) fn verify(&self, authorization: Option<&str>, body: &[u8]) -> Result<(), CallbackError> {
        #[derive(Deserialize)]
        struct Claims {
            iat: i64,
            payload_hash: String,
        }

        let (scheme, token) =
            authorization.and_then(|value| value.split_once(' ')).ok_or(CallbackError::Unsigned)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(CallbackError::Unsigned);
        }
        // Its age is judged below, by the clock we were given.
        let mut rules = Validation::new(Algorithm::HS256);
        (rules.validate_exp, rules.validate_aud) = (false, false);
        rules.required_spec_claims.clear();
        let token = decode::<Claims>(token.trim(), &self.key, &rules);
        let claims = token.map_err(|_| CallbackError::BadSignature)?.claims;

        let hash = HEXLOWER.encode(digest::digest(&digest::SHA256, body).as_ref());
        let claimed = claims.payload_hash.to_ascii_lowercase();
        constant_time::verify_slices_are_equal(hash.as_bytes(), claimed.as_bytes())
            .map_err(|_| CallbackError::OtherBody)?;

        let (now, issued) = (self.clock.now(), Timestamp::from_millis(claims.iat.saturating_mul(1_000)));
        let apart = now.since(issued).max(issued.since(now));
        if apart <= LEEWAY { Ok(()) } else { Err(CallbackError::Stale) }
    }
}

/// Reads a body; `None` if it is none of the provider's.
pub(crate) fn read(body: &[u8]) -> Option<Report> {
    #[derive(Deserialize)]
    struct Body {
        request_id: String,
        #[serde(default)]
        status: String,
        channel: Option<String>,
        workflow: Option<Vec<Step>>,
    }
    #[derive(Deserialize)]
    struct Step {
        #[serde(default)]
        channel: String,
        #[serde(default)]
        status: String,
    }

    let body: Body = serde_json::from_slice(body).ok()?;
    let request_id = RequestId::parse(&body.request_id)?;
    let steps = body.workflow.unwrap_or_default();
    let mut troubles: Vec<_> = steps
        .iter()
        .filter_map(|step| Some((Some(channel(&step.channel)?), trouble(&step.status)?)))
        .collect();
    if let Some(trouble) = trouble(&body.status)
        && troubles.is_empty()
    {
        // An event names its channel. One that is none of ours is of a message that we did not ask for.
        match body.channel.as_deref().map(channel) {
            Some(None) => {}
            channel => troubles.push((channel.flatten(), trouble)),
        }
    }
    Some(Report { request_id, troubles })
}

fn channel(name: &str) -> Option<Channel> {
    Channel::ALL.iter().copied().find(|channel| v2_name(*channel) == name)
}

/// What the provider's word for the state of a message means, if it will not arrive.
fn trouble(status: &str) -> Option<Trouble> {
    match status {
        "failed" => Some(Trouble::Failed),
        "rejected" | "user_rejected" => Some(Trouble::Rejected),
        "blocked" => Some(Trouble::Blocked),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
