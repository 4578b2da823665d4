//! Who calls: Basic for both APIs, key and secret among the parameters for v1.
//!
//! What this module promises: without [`Options::credentials`](super::Options) any key and secret will do, or none.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header::AUTHORIZATION, request::Parts},
};
use data_encoding::BASE64;
use secrecy::ExposeSecret;

use super::{
    Options, Simulator,
    v2::problem::{Kind, Problem},
};

/// Proof that a v2 request came with good credentials.
pub(super) struct Caller;

impl FromRequestParts<Simulator> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, simulator: &Simulator) -> Result<Self, Problem> {
        let options = simulator.options();
        if options.credentials.is_none() || basic(options, &parts.headers) == Some(true) {
            Ok(Self)
        } else {
            Err(Problem::new(simulator, Kind::Unauthorized))
        }
    }
}

/// Whether v1 lets a request in. A Basic header is judged before `parameters`.
pub(super) fn admits(options: &Options, headers: &HeaderMap, parameters: Option<(&str, &str)>) -> bool {
    if options.credentials.is_none() {
        return true;
    }
    basic(options, headers)
        .unwrap_or_else(|| parameters.is_some_and(|(key, secret)| good(options, key, secret)))
}

/// Whether the Basic header is right; `None` if there is none.
fn basic(options: &Options, headers: &HeaderMap) -> Option<bool> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = BASE64.decode(token.trim().as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    Some(
        decoded
            .as_deref()
            .and_then(|pair| pair.split_once(':'))
            .is_some_and(|(key, secret)| good(options, key, secret)),
    )
}

fn good(options: &Options, key: &str, secret: &str) -> bool {
    options
        .credentials
        .as_ref()
        .is_none_or(|(right_key, right_secret)| key == right_key && secret == right_secret.expose_secret())
}
