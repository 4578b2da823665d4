//! The cookies: their names, their attributes, and how one is read.

use axum::http::{HeaderMap, HeaderValue, header};
use axum_extra::extract::cookie::{Cookie, SameSite};
use url::Url;

/// The names and attributes of our cookies.
#[derive(Debug, Clone)]
pub struct Cookies {
    pub(super) session: String,
    pub(super) browser: String,
    pub(super) known: String,
    pub(super) notice: String,
    domain: Option<String>,
    secure: bool,
}

impl Cookies {
    /// `__Host-` binds a cookie to this host and https; `__Secure-` lets the session reach the hosts below `domain`.
    pub fn new(public_url: &Url, domain: Option<String>) -> Self {
        let secure = public_url.scheme() == "https";
        let host = if secure { "__Host-" } else { "" };
        let session = if domain.is_some() { "__Secure-" } else { host };
        Self {
            session: format!("{session}phonegate"),
            browser: format!("{host}phonegate-browser"),
            known: format!("{host}phonegate-known"),
            notice: format!("{host}phonegate-notice"),
            domain,
            secure,
        }
    }

    /// The domain that the session is shared with.
    pub(crate) fn domain(&self) -> Option<&str> {
        self.domain.as_deref()
    }

    /// A session cookie in the browser's sense too: it ends with the browser.
    pub(super) fn cookie(&self, name: &str, value: &str) -> Cookie<'static> {
        let mut cookie = Cookie::new(name.to_owned(), value.to_owned());
        cookie.set_path("/");
        cookie.set_http_only(true);
        cookie.set_same_site(SameSite::Lax);
        cookie.set_secure(self.secure);
        if name == self.session
            && let Some(domain) = &self.domain
        {
            cookie.set_domain(domain.clone());
        }
        cookie
    }

    pub(super) fn removal(&self, name: &str) -> Cookie<'static> {
        let mut cookie = self.cookie(name, "");
        cookie.make_removal();
        cookie
    }
}

/// The value of the first cookie with a name. Others on the same line, and bytes that are no text, do not matter.
pub(super) fn sent_cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes);
    let mut pairs = lines.flat_map(|line| line.split(|byte| *byte == b';'));
    let value = pairs.find_map(|pair| pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"="))?;
    std::str::from_utf8(value).ok()
}
