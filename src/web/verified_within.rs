//! For what is worth a fresh code, such as a change of address: whoever signed in long ago does so again.

use axum::{
    extract::{FromRef, FromRequestParts},
    http::request::Parts,
};

use super::{
    extractors::{SignedIn, TurnedAway},
    state::AppState,
    unauthorized,
};

/// [`SignedIn`], if that was at most `SECS` seconds ago.
///
/// All others who are on the way to a page are led to sign in and back; who is signed in is asked for a new code there. Everything
/// else gets 401: let a form that needs this stand on a page that needs it too.
#[derive(Debug, Clone)]
pub struct VerifiedWithin<const SECS: u64>(pub SignedIn);

impl<const SECS: u64, S: Send + Sync> FromRequestParts<S> for VerifiedWithin<SECS>
where
    AppState: FromRef<S>,
{
    type Rejection = TurnedAway;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, TurnedAway> {
        const { assert!(SECS > 0, "nobody comes back from signing in at the same moment") };
        let app = AppState::from_ref(state);
        let signed_in = SignedIn::read(&parts.headers, &app).await?;
        match signed_in.filter(|signed_in| app.is_fresh(signed_in, SECS)) {
            Some(signed_in) => Ok(Self(signed_in)),
            None => Err(TurnedAway(Box::new(unauthorized::turn_away(&app, parts, Some(SECS))))),
        }
    }
}
