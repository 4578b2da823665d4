//! The cookies: their names, their attributes, and how they are read.
//!
//! A browser can send several of one name: one from before `COOKIE_DOMAIN` was changed, one of a host beside ours. It puts
//! them in an order of its own, so each of the first few is tried.

use std::iter;

use axum::http::{HeaderMap, HeaderValue, header};
use axum_extra::extract::cookie::{Cookie, SameSite};
use memchr::memchr;
use url::Url;

use crate::{guard::KNOWN_FOR, keys::Token, web::text::Language};

/// The names and attributes of our cookies.
#[derive(Debug, Clone)]
pub(crate) struct Cookies {
    pub(crate) session: String,
    /// The session's name while `COOKIE_DOMAIN` was set otherwise.
    former: Option<String>,
    pub(crate) browser: String,
    pub(crate) known: String,
    pub(crate) notice: String,
    pub(crate) number: String,
    pub(crate) language: String,
    domain: Option<String>,
    secure: bool,
}

impl Cookies {
    /// `__Host-` binds a cookie to this host and https; `__Secure-` lets the session reach the hosts below `domain`.
    pub(crate) fn new(public_url: &Url, domain: Option<String>) -> Self {
        let secure = public_url.scheme() == "https";
        let host = if secure { "__Host-" } else { "" };
        let (session, former) = if domain.is_some() { ("__Secure-", "__Host-") } else { (host, "__Secure-") };
        Self {
            session: format!("{session}phonegate"),
            former: secure.then(|| format!("{former}phonegate")),
            browser: format!("{host}phonegate-browser"),
            known: format!("{host}phonegate-known"),
            notice: format!("{host}phonegate-notice"),
            number: format!("{host}phonegate-number"),
            language: format!("{host}phonegate-language"),
            domain,
            secure,
        }
    }

    /// A session cookie in the browser's sense too: it ends with the browser.
    pub(crate) fn cookie(&self, name: &str, value: &str) -> Cookie<'static> {
        let mut cookie = self.host_only(name, value);
        if name == self.session
            && let Some(domain) = &self.domain
        {
            cookie.set_domain(domain.clone());
        }
        cookie
    }

    /// Keeps the language that a visitor has chosen.
    pub(crate) fn of_language(&self, language: Language) -> Option<HeaderValue> {
        let mut cookie = self.cookie(&self.language, language.tag());
        cookie.set_max_age(time::Duration::try_from(KNOWN_FOR).ok());
        HeaderValue::try_from(cookie.to_string()).ok()
    }

    pub(crate) fn removal(&self, name: &str) -> Cookie<'static> {
        let mut cookie = self.cookie(name, "");
        cookie.make_removal();
        cookie
    }

    fn host_only(&self, name: &str, value: &str) -> Cookie<'static> {
        let mut cookie = Cookie::new(name.to_owned(), value.to_owned());
        cookie.set_path("/");
        cookie.set_http_only(true);
        cookie.set_same_site(SameSite::Lax);
        cookie.set_secure(self.secure);
        cookie
    }

    /// Takes away what a browser sent of the session's cookie in other forms than the one that is set now. One with
    /// another domain stays: it may be a neighbour's.
    pub(crate) fn strays(&self, headers: &HeaderMap) -> Vec<Cookie<'static>> {
        if self.domain.is_none() {
            return Vec::new();
        }
        let beside = (values(headers, &self.session).count() > 1).then_some(&self.session);
        let former = self.former.as_ref().filter(|name| values(headers, name).next().is_some());
        let removal = |name: &String| {
            let mut cookie = self.host_only(name, "");
            cookie.make_removal();
            cookie
        };
        beside.into_iter().chain(former).map(removal).collect()
    }
}

/// How many of the cookies of one name are tried: more than a browser has by accident, and few enough for a flood of them
/// to cost little.
const FEW: usize = 4;

/// What the first few cookies of a name hold, each once. What `parse` turns down is passed over.
pub(crate) fn sent<T: PartialEq>(
    headers: &HeaderMap,
    name: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Vec<T> {
    let mut found = Vec::new();
    for value in values(headers, name).filter_map(parse) {
        if !found.contains(&value) {
            found.push(value);
        }
        if found.len() == FEW {
            break;
        }
    }
    found
}

/// The tokens in the session's cookies.
pub(crate) fn session_tokens(headers: &HeaderMap, cookies: &Cookies) -> Vec<Token> {
    sent(headers, &cookies.session, Token::parse)
}

/// The same, and those in its cookies of another `COOKIE_DOMAIN`, which open nothing now.
pub(crate) fn all_session_tokens(headers: &HeaderMap, cookies: &Cookies) -> Vec<Token> {
    let former = cookies.former.iter().flat_map(|name| sent(headers, name, Token::parse));
    session_tokens(headers, cookies).into_iter().chain(former).collect()
}

/// The values of all cookies of a name. Others on the same line, and bytes that are no text, do not matter.
fn values<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes);
    let values = lines
        .flat_map(pairs)
        .filter_map(move |pair| pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"="));
    values.filter_map(|value| std::str::from_utf8(value).ok())
}

/// What stands between the semicolons. Every page and every question of a proxy looks through all of a line.
fn pairs(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(line);
    iter::from_fn(move || {
        let line = rest.take()?;
        let end = memchr(b';', line);
        rest = end.and_then(|end| line.get(end + 1..));
        line.get(..end.unwrap_or(line.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        lines.iter().map(|line| (header::COOKIE, HeaderValue::from_str(line).unwrap())).collect()
    }

    fn token(letter: char) -> String {
        letter.to_string().repeat(43)
    }

    #[test]
    fn each_of_the_first_few_cookies_of_a_name_is_read() {
        let found = |lines: &[String]| {
            let lines: Vec<_> = lines.iter().map(String::as_str).collect();
            let tokens = sent(&headers(&lines), "phonegate", Token::parse);
            tokens.iter().map(|token| token.expose()[..1].to_owned()).collect::<String>()
        };
        let all = ['a', 'b', 'c', 'd', 'e'].map(token);
        let [a, b, ..] = &all;

        assert_eq!(found(&[format!("phonegate={a}; phonegate={b}")]), "ab");
        assert_eq!(found(&[format!("x=1; phonegate={a}"), format!("phonegate={b};y=2")]), "ab", "two lines");
        for junk in ["", "deleted", &format!("\"{b}\""), "%22%22", "é"] {
            assert_eq!(found(&[format!("phonegate={junk}; phonegate={a}")]), "a", "{junk}");
        }
        assert_eq!(found(&[format!("phonegate={a}; phonegate={a}; phonegate={b}")]), "ab", "each once");
        let names =
            ["xphonegate", "phonegate-known", "Phonegate", "phonegate "].map(|name| format!("{name}={b}"));
        assert_eq!(found(&[format!("{}; phonegate={a}", names.join("; "))]), "a", "other names");
        let flood =
            format!("phonegate=; {}", all.each_ref().map(|token| format!("phonegate={token}")).join("; "));
        assert_eq!(found(&[flood]), "abcd", "no more than a few");
    }

    #[test]
    fn a_cookie_of_a_form_that_is_not_set_any_more_is_taken_away() {
        let strays = |domain: Option<&str>, line: &str| {
            let url = "https://in.example.com".parse().unwrap();
            let strays = Cookies::new(&url, domain.map(str::to_owned)).strays(&headers(&[line]));
            strays.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        };
        let shared = Some("example.com");

        assert_eq!(strays(shared, "__Secure-phonegate=a"), "");
        assert_eq!(strays(None, "__Host-phonegate=a; __Secure-phonegate=b"), "", "whose, nobody can tell");
        for (line, name) in [
            ("__Secure-phonegate=a; __Secure-phonegate=b", "__Secure-phonegate=;"),
            ("__Secure-phonegate=a; __Host-phonegate=b", "__Host-phonegate=;"),
        ] {
            let removal = strays(shared, line);
            assert!(removal.starts_with(name) && removal.contains("Max-Age=0"), "{removal}");
            assert!(removal.contains("Secure") && removal.contains("Path=/"), "{removal}");
            assert!(!removal.contains("Domain"), "{removal}");
        }
    }
}
