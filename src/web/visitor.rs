//! A visitor's cookies: what they say, and what the answer sets.

use std::{convert::Infallible, fmt::Write, net::IpAddr};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use axum_extra::extract::cookie::Cookie;

use crate::web::{
    cookies::{all_session_tokens, sent},
    known,
    notice::Notice,
    remembered,
};
use crate::{
    audit::{Event, Line},
    guard::KNOWN_FOR,
    keys::Token,
    phone::PhoneNumber,
    sign_in::Tokens,
    store::StoreError,
    web::state::AppState,
};

/// As long as most are with all their attributes.
const COOKIE: usize = 160;

/// What a visitor's cookies say, and what the answer will set. Nothing is looked up unless it says so.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    app: AppState,
    sessions: Vec<Token>,
    strays: Vec<Cookie<'static>>,
    browsers: Vec<Token>,
    known: Vec<Token>,
    notice: Option<Notice>,
    set: Vec<Cookie<'static>>,
}

impl Visitor {
    pub(crate) fn read(headers: &HeaderMap, app: &AppState) -> Self {
        let cookies = &app.site.cookies;
        Self {
            sessions: all_session_tokens(headers, cookies),
            strays: cookies.strays(headers),
            browsers: sent(headers, &cookies.browser, Token::parse),
            known: known::read(headers, cookies, &app.core.keys),
            notice: sent(headers, &cookies.notice, Notice::from_cookie).pop(),
            set: Vec::new(),
            app: app.clone(),
        }
    }

    /// Whether the browser has a token for its attempts.
    pub(crate) fn has_browser(&self) -> bool {
        !self.browsers.is_empty()
    }

    /// The token that attempts belong to. The store is asked only where there are several.
    pub(crate) async fn browser(&self) -> Result<Option<Token>, StoreError> {
        self.app.sign_in.browser_among(&self.browsers).await
    }

    /// A token for a browser that brought none.
    pub(crate) fn new_browser(&mut self) -> Token {
        let token = Token::new(&self.app.core.random);
        self.set_browser(&token);
        token
    }

    fn set_browser(&mut self, token: &Token) {
        self.set.push(self.app.site.cookies.cookie(&self.app.site.cookies.browser, token.expose()));
    }

    /// What tells the guard that someone has signed in with this browser before. It lets nobody in.
    pub(crate) fn known(&self) -> &[Token] {
        &self.known
    }

    /// Signs the browser in: none of the tokens that it came with is good for anything from here on, whoever else may
    /// know them.
    pub(crate) fn sign_in(&mut self, attempt_of: &Token, tokens: &Tokens) {
        let Tokens { session, browser, known, known_to_others } = tokens;
        self.app.gate.loops.signed_in(attempt_of, browser, session, self.app.core.clock.now());
        self.set_browser(browser);
        let cookies = &self.app.site.cookies;
        self.set.append(&mut self.strays);
        self.set.push(cookies.cookie(&cookies.session, session.expose()));
        // It outlives the browser's window.
        let mut known = cookies.cookie(&cookies.known, &known::write(known, known_to_others));
        known.set_max_age(time::Duration::try_from(KNOWN_FOR).ok());
        self.set.push(known);
    }

    /// Signs the browser out: ends every session that its cookies open, and takes them away.
    pub(crate) async fn sign_out(&mut self, address: IpAddr) -> Result<(), StoreError> {
        for token in &self.sessions {
            let Some(row) = self.app.core.store.session(&token.hash()).await? else { continue };
            if self.app.end_session(&row).await? {
                Line::new(Event::SignedOut, &row.phone, &self.app.core.keys).at(address).write();
            }
        }
        self.browsers.iter().for_each(|browser| self.app.gate.loops.signed_out(browser));
        self.set.append(&mut self.strays);
        self.set.push(self.app.site.cookies.removal(&self.app.site.cookies.session));
        Ok(())
    }

    pub(crate) fn browsers(&self) -> &[Token] {
        &self.browsers
    }

    /// Whether it brought any cookie that looks like a session's.
    pub(crate) fn brought_session(&self) -> bool {
        !self.sessions.is_empty()
    }

    /// Has the next page say something.
    pub(crate) fn set_notice(&mut self, notice: Notice) {
        self.set.push(self.app.site.cookies.cookie(&self.app.site.cookies.notice, notice.cookie()));
    }

    /// What is to be said once; asking for it takes it away.
    pub(crate) fn take_notice(&mut self) -> Option<Notice> {
        let notice = self.notice.take()?;
        self.set.push(self.app.site.cookies.removal(&self.app.site.cookies.notice));
        Some(notice)
    }

    /// Has the browser keep a number for the next time, as its visitor asked; or forget the one that it keeps.
    pub(crate) fn remember(&mut self, phone: Option<&PhoneNumber>) {
        let (cookies, core) = (&self.app.site.cookies, &self.app.core);
        let kept = phone.and_then(|phone| remembered::write(phone, &core.keys, &core.random));
        self.set.push(match kept {
            Some(kept) => {
                let mut cookie = cookies.cookie(&cookies.number, &kept);
                cookie.set_max_age(time::Duration::try_from(KNOWN_FOR).ok());
                cookie
            }
            None => cookies.removal(&cookies.number),
        });
    }

    /// The answer, with the cookies that were set.
    pub(crate) fn answer(self, response: impl IntoResponse) -> Response {
        let mut response = response.into_response();
        for cookie in self.set {
            let mut text = String::with_capacity(COOKIE);
            // A text takes all that is written to it.
            let _ = write!(text, "{cookie}");
            // Names are ours and values are tokens: always a header.
            if let Ok(value) = HeaderValue::try_from(text) {
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
