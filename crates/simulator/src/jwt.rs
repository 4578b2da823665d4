//! JSON web tokens: judges those of callers, makes those of callbacks.
//!
//! What this module promises:
//! * A caller's RS256 token is taken if it is well formed and not expired; its signature cannot be checked, since the
//!   public key is known to the provider only. It is judged by the clock that the simulator's follows, which
//!   `POST /clock` does not move.

use std::time::Duration;

use aws_lc_rs::{digest, hmac};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock::Timestamp;

/// How long a token without `exp` is good.
const USUAL: Duration = Duration::from_mins(15);
/// How long after `iat` any token is good.
const LONGEST: Duration = Duration::from_hours(24);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Good,
    Expired,
    /// No RS256 token at all, or one that does not tell its age.
    Bad,
}

pub(super) fn judge(token: &str, now: Timestamp) -> Verdict {
    #[derive(Deserialize)]
    struct Header {
        alg: String,
    }
    #[derive(Deserialize)]
    struct Claims {
        iat: Option<i64>,
        exp: Option<i64>,
    }

    let parts: Vec<_> = token.split('.').map(|part| BASE64URL_NOPAD.decode(part.as_bytes())).collect();
    let [Ok(header), Ok(claims), Ok(signature)] = parts.as_slice() else {
        return Verdict::Bad;
    };
    let (Ok(header), Ok(claims)) =
        (serde_json::from_slice::<Header>(header), serde_json::from_slice::<Claims>(claims))
    else {
        return Verdict::Bad;
    };
    if header.alg != "RS256" || signature.is_empty() {
        return Verdict::Bad;
    }

    let seconds = |seconds: i64| Timestamp::from_millis(seconds.saturating_mul(1_000));
    let end = match (claims.iat.map(seconds), claims.exp.map(seconds)) {
        (Some(issued), Some(end)) => end.min(issued + LONGEST),
        (None, Some(end)) => end,
        (Some(issued), None) => issued + USUAL,
        (None, None) => return Verdict::Bad,
    };
    if end <= now { Verdict::Expired } else { Verdict::Good }
}

/// A token over `claims` and the hash of `body`, signed with HS256.
pub(super) fn sign(secret: &str, mut claims: Value, body: &[u8]) -> String {
    let hash = digest::digest(&digest::SHA256, body);
    claims["payload_hash"] = HEXLOWER.encode(hash.as_ref()).into();
    let header = json!({ "alg": "HS256", "typ": "JWT" });
    let [header, claims] = [header, claims].map(|part| BASE64URL_NOPAD.encode(part.to_string().as_bytes()));
    let signed = format!("{header}.{claims}");
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
}
