//! Who is there: cookies, sessions, and the extractors that turn others away.
//!
//! What this module promises:
//! * A cookie holds a random token and nothing else; the store knows its hash.
//! * Every cookie is made in one place, with every attribute.
//! * [`SignedIn`] and [`Pending`] in a handler's signature are the only way past the door.

mod cookies;
mod device;
mod live;
mod notice;

use std::convert::Infallible;

use axum::{
    extract::{FromRef, FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::Cookie;

pub use cookies::Cookies;
use cookies::sent_cookie;
pub use notice::Notice;

use crate::{
    app::AppState,
    clock::Timestamp,
    error::AppError,
    gate::{self, return_to::start_page},
    guard::KNOWN_FOR,
    keys::Token,
    phone::PhoneNumber,
    sign_in::{self, Over, Standing},
    store::StoreError,
};

/// What a visitor's cookies say, and what the answer will set. Nothing is looked up.
#[derive(Debug, Clone)]
pub struct Visitor {
    app: AppState,
    browser: Option<Token>,
    known: Option<Token>,
    notice: Option<Notice>,
    set: Vec<Cookie<'static>>,
}

impl Visitor {
    fn read(headers: &HeaderMap, app: &AppState) -> Self {
        let value = |name: &str| sent_cookie(headers, name);
        let said = value(&app.cookies.notice);
        Self {
            browser: value(&app.cookies.browser).and_then(Token::parse),
            known: value(&app.cookies.known).and_then(Token::parse),
            notice: said.and_then(Notice::parse),
            set: Vec::new(),
            app: app.clone(),
        }
    }

    /// The token that attempts belong to.
    pub fn browser(&self) -> Option<&Token> {
        self.browser.as_ref()
    }

    /// A token for a browser that brought none.
    pub fn new_browser(&mut self) -> Token {
        let token = Token::new(&self.app.sign_in.random);
        self.set_browser(&token);
        token
    }

    /// Gives the browser another token.
    pub fn set_browser(&mut self, token: &Token) {
        self.set.push(self.app.cookies.cookie(&self.app.cookies.browser, token.expose()));
    }

    /// What tells the guard that someone has signed in with this browser before. It lets nobody in.
    pub fn known(&self) -> Option<&Token> {
        self.known.as_ref()
    }

    /// The one cookie that outlives the browser's window.
    pub fn set_known(&mut self, token: &Token) {
        let mut cookie = self.app.cookies.cookie(&self.app.cookies.known, token.expose());
        cookie.set_max_age(time::Duration::try_from(KNOWN_FOR).ok());
        self.set.push(cookie);
    }

    /// Signs the browser in.
    pub fn set_session(&mut self, token: &Token) {
        self.set.push(self.app.cookies.cookie(&self.app.cookies.session, token.expose()));
    }

    /// Has the next page say something.
    pub fn set_notice(&mut self, notice: Notice) {
        self.set.push(self.app.cookies.cookie(&self.app.cookies.notice, notice.as_str()));
    }

    /// Takes the session away.
    pub fn end_session(&mut self) {
        self.set.push(self.app.cookies.removal(&self.app.cookies.session));
    }

    /// What is to be said once; asking for it takes it away.
    pub fn take_notice(&mut self) -> Option<Notice> {
        let notice = self.notice.take()?;
        self.set.push(self.app.cookies.removal(&self.app.cookies.notice));
        Some(notice)
    }

    /// The answer, with the cookies that were set.
    pub fn answer(self, response: impl IntoResponse) -> Response {
        let mut response = response.into_response();
        for cookie in self.set {
            // Names are ours and values are tokens: always a header.
            if let Ok(value) = HeaderValue::try_from(cookie.to_string()) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
        }
        response
    }
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Infallible> {
        Ok(Self::read(&parts.headers, app))
    }
}

/// The session's token, if a cookie has one.
pub(crate) fn session_token(headers: &HeaderMap, cookies: &Cookies) -> Option<Token> {
    sent_cookie(headers, &cookies.session).and_then(Token::parse)
}

/// A visitor with a live session.
///
/// In the signature of a handler, ours or of an app that has [`AppState`] in its own state, it leads a person on the way
/// to a page to sign in and back, and answers everything else with 401. `Option<SignedIn>` lets everyone in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Whose session it is.
    pub phone: PhoneNumber,
    /// When the number was verified.
    pub since: Timestamp,
    pub(crate) phone_hash: String,
    pub(crate) token_hash: String,
}

/// [`SignedIn`] on our own pages: all others go to the first of them.
#[derive(Debug, Clone)]
pub(crate) struct Here(pub(crate) SignedIn);

/// A visitor with a code to type, or one on its way. In a handler's signature it sends all others to the start.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Whose attempt it is.
    pub browser: Token,
    /// How far it is.
    pub stage: Stage,
}

/// How far a visitor's attempt is.
#[derive(Debug, Clone)]
pub enum Stage {
    /// A code is out.
    Code(Box<sign_in::Pending>),
    /// Another message is on its way.
    Resend(sign_in::Resending),
}

/// The answer to whom an extractor did not let in.
#[derive(Debug)]
pub struct TurnedAway(Box<Response>);

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

impl<E: Into<AppError>> From<E> for TurnedAway {
    fn from(error: E) -> Self {
        Self(Box::new(error.into().into_response()))
    }
}

impl SignedIn {
    async fn read(headers: &HeaderMap, app: &AppState) -> Result<Option<Self>, StoreError> {
        let Some(token) = session_token(headers, &app.cookies) else { return Ok(None) };
        let session = app.session(&token).await?;
        Ok(session.map(|row| Self {
            phone: row.phone,
            since: row.signed_in_at,
            phone_hash: row.phone_hash,
            token_hash: row.token_hash,
        }))
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
        signed_in.ok_or_else(|| TurnedAway(Box::new(gate::turn_away(&app, parts))))
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
        let Some(browser) = visitor.browser().cloned() else {
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
                let page = start_page(app.return_to.read(return_to.as_deref()).as_ref());
                Err(TurnedAway::to_start(visitor, &page))
            }
            Standing::Nothing => Err(TurnedAway::to_start(visitor, "/")),
        }
    }
}
