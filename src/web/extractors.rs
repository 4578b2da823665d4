//! Who is there: cookies, sessions, and the extractors that turn others away.
//!
//! What this module promises:
//! * A cookie holds a random token and nothing else; the store knows its hash.
//! * Every cookie is made in one place, with every attribute.
//! * [`SignedIn`] and [`Pending`] in a handler's signature are the only way past the door.

use std::{convert::Infallible, fmt, sync::OnceLock, time::Duration};

use axum::{
    extract::{FromRef, FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, request::Parts},
    response::{IntoResponse, Redirect, Response},
};

use crate::{
    clock::Timestamp,
    keys::Token,
    phone::PhoneNumber,
    sign_in::{self, Over, Standing},
    store::{Session, StoreError},
    web::{
        client_address::ClientAddress, cookies::session_tokens, failure::Failure, notice::Notice,
        return_to::start_page, state::AppState, templates::Frame, unauthorized, visitor::Visitor,
    },
};

/// A visitor with a live session.
///
/// In the signature of a handler, ours or of an app that has [`AppState`] in its own state, it leads a person on the way
/// to a page to sign in and back, and answers everything else with 401. `Option<SignedIn>` lets everyone in.
#[derive(Clone)]
pub struct SignedIn {
    app: AppState,
    /// Made when it is asked for.
    user_id: OnceLock<String>,
    pub(crate) session: Session,
}

impl fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedIn").field("session", &self.session).finish_non_exhaustive()
    }
}

/// [`SignedIn`] on our own pages: all others go to the first of them.
#[derive(Debug, Clone)]
pub(crate) struct Here(pub(crate) SignedIn);

/// A visitor with a code to type, or one on its way. In a handler's signature it sends all others to the start.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    /// Whose attempt it is.
    pub(crate) browser: Token,
    /// How far it is.
    pub(crate) stage: Stage,
}

/// How far a visitor's attempt is.
#[derive(Debug, Clone)]
pub(crate) enum Stage {
    /// A code is out.
    Code(Box<sign_in::Pending>),
    /// Another message is on its way.
    Resend(sign_in::Resending),
}

/// The answer to whom an extractor did not let in.
#[derive(Debug)]
pub struct TurnedAway(pub(super) Box<Response>);

impl TurnedAway {
    fn to_start(visitor: Visitor, page: &str) -> Self {
        Self(Box::new(visitor.answer(Redirect::to(page))))
    }
}

impl IntoResponse for TurnedAway {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl<E: Into<Failure>> From<E> for TurnedAway {
    fn from(error: E) -> Self {
        Self(Box::new(error.into().into_response()))
    }
}

impl SignedIn {
    /// Who it is, as 32 letters and digits: the same at each sign-in with that number, and no number can be told from it.
    /// Sites behind the gate get it as `Remote-User`.
    pub fn user_id(&self) -> &str {
        self.user_id.get_or_init(|| self.app.core.keys.subject(&self.session.phone))
    }

    /// The number that was verified. Its `masked()` form is the one to show and to log.
    pub fn phone(&self) -> &PhoneNumber {
        &self.session.phone
    }

    /// When it was verified.
    pub fn signed_in_at(&self) -> Timestamp {
        self.session.signed_in_at
    }

    pub(crate) async fn read(headers: &HeaderMap, app: &AppState) -> Result<Option<Self>, StoreError> {
        let session = app.session_of(&session_tokens(headers, &app.site.cookies)).await?;
        Ok(session.map(|session| Self { app: app.clone(), user_id: OnceLock::new(), session }))
    }
}

impl AppState {
    /// Whether a sign-in was at most so many seconds ago.
    pub(crate) fn is_fresh(&self, signed_in: &SignedIn, max_age: u64) -> bool {
        self.core.clock.now().since(signed_in.signed_in_at()) <= Duration::from_secs(max_age)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for SignedIn
where
    AppState: FromRef<S>,
{
    type Rejection = TurnedAway;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, TurnedAway> {
        Ok(Self::read(&parts.headers, &AppState::from_ref(state)).await?)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn
where
    AppState: FromRef<S>,
{
    type Rejection = TurnedAway;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, TurnedAway> {
        let app = AppState::from_ref(state);
        let signed_in = Self::read(&parts.headers, &app).await?;
        signed_in.ok_or_else(|| TurnedAway(Box::new(unauthorized::turn_away(&app, parts, None))))
    }
}

impl FromRequestParts<AppState> for Here {
    type Rejection = TurnedAway;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, TurnedAway> {
        match SignedIn::read(&parts.headers, app).await? {
            Some(signed_in) => Ok(Self(signed_in)),
            None => Err(TurnedAway::to_start(Visitor::read(&parts.headers, app), "/")),
        }
    }
}

impl FromRequestParts<AppState> for Pending {
    type Rejection = TurnedAway;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, TurnedAway> {
        let Ok(mut visitor) = Visitor::from_request_parts(parts, app).await;
        let Some(browser) = visitor.browser().await? else {
            return Err(TurnedAway::to_start(visitor, "/"));
        };
        match app.sign_in.standing(&browser).await? {
            Standing::Pending(attempt) => Ok(Self { browser, stage: Stage::Code(attempt) }),
            Standing::Resending(attempt) => Ok(Self { browser, stage: Stage::Resend(attempt) }),
            Standing::Over { over, return_to } => {
                visitor.set_notice(match over {
                    Over::Expired => Notice::Expired,
                    Over::NotResent { first: true } => Notice::NotSent,
                    Over::NotResent { first: false } => Notice::NotResent,
                    Over::TakenOver => Notice::TakenOver,
                    Over::InDoubt => Notice::InDoubt,
                });
                let page = start_page(app.site.return_to.read(return_to.as_deref()).as_ref());
                Err(TurnedAway::to_start(visitor, &page))
            }
            Standing::Nothing => Err(TurnedAway::to_start(visitor, "/")),
        }
    }
}

impl FromRequestParts<AppState> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Infallible> {
        Ok(app.site.proxies.client(parts, app.core.clock.now()))
    }
}

impl FromRequestParts<AppState> for Frame {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Infallible> {
        Ok(app.frame(&parts.headers, parts.uri.query()))
    }
}
