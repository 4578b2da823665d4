//! Who calls: Basic for both APIs, a JSON web token for v2, key and secret among the parameters for v1.
//!
//! What this module promises: without [`Options::credentials`](super::Options) any key and secret will do, or none; a
//! token is judged all the same.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header::AUTHORIZATION, request::Parts},
};
use data_encoding::BASE64;
use secrecy::ExposeSecret;

use super::{
    Options, Simulator,
    jwt::{self, Verdict},
    v2::problem::{Kind, Problem},
};

/// Proof that a v2 request came with good credentials and within the limit.
pub(super) struct Caller;

impl FromRequestParts<Simulator> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, simulator: &Simulator) -> Result<Self, Problem> {
        let verdict = match scheme(&parts.headers, "bearer") {
            Some(token) => jwt::judge(token, simulator.options().clock.followed()),
            None if admits(simulator.options(), &parts.headers, None) => Verdict::Good,
            None => Verdict::Bad,
        };
        match verdict {
            Verdict::Good if simulator.admits_one_more() => Ok(Self),
            Verdict::Good => Err(Problem::new(simulator, Kind::Throttled)),
            Verdict::Expired => Err(Problem::new(simulator, Kind::TokenExpired)),
            Verdict::Bad => Err(Problem::new(simulator, Kind::Unauthorized)),
        }
    }
}

/// Whether key and secret are right. A Basic header is judged before `parameters`.
pub(super) fn admits(options: &Options, headers: &HeaderMap, parameters: Option<(&str, &str)>) -> bool {
    let Some(right) = &options.credentials else {
        return true;
    };
    let good = |key: &str, secret: &str| key == right.0 && secret == right.1.expose_secret();
    match scheme(headers, "basic") {
        Some(token) => {
            let pair = BASE64.decode(token.as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            pair.as_deref()
                .and_then(|pair| pair.split_once(':'))
                .is_some_and(|(key, secret)| good(key, secret))
        }
        None => parameters.is_some_and(|(key, secret)| good(key, secret)),
    }
}

/// What follows the name of a scheme in the `Authorization` header.
fn scheme<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case(name).then(|| token.trim())
}
