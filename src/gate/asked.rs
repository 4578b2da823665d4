//! What a reverse proxy says of the request that it asks about.

use axum::http::{HeaderMap, HeaderName, header};
use url::Url;

const METHOD: HeaderName = HeaderName::from_static("x-forwarded-method");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const URI: HeaderName = HeaderName::from_static("x-forwarded-uri");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// A request at a proxy. Only to be read from the headers of a proxy that is trusted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked<'a> {
    method: &'a str,
    /// `https` or `http`.
    proto: &'a str,
    host: &'a str,
    /// Path and query.
    uri: &'a str,
}

impl<'a> Asked<'a> {
    /// All four headers, each once, or nothing: half of an address leads astray.
    pub(super) fn read(headers: &'a HeaderMap) -> Option<Self> {
        let proto = single(headers, &PROTO).filter(|proto| matches!(*proto, "http" | "https"))?;
        let uri = single(headers, &URI).filter(|uri| uri.starts_with('/'))?;
        Some(Self { method: single(headers, &METHOD)?, proto, host: single(headers, &HOST)?, uri })
    }

    /// Where the request went, as text: who goes there has to be judged.
    pub(super) fn address(&self) -> String {
        format!("{}://{}{}", self.proto, self.host, self.uri)
    }

    /// The first page of that site.
    pub(super) fn site(&self) -> String {
        format!("{}://{}/", self.proto, self.host)
    }

    /// Whether that was a person on the way to a page.
    pub(super) fn is_navigation(&self, headers: &HeaderMap) -> bool {
        is_navigation(self.method, headers)
    }
}

/// Whether a person is on the way to a page, and may be led to another. Browsers say so; of others it is guessed by what
/// they accept.
pub(super) fn is_navigation(method: &str, headers: &HeaderMap) -> bool {
    if !matches!(method, "GET" | "HEAD") || headers.contains_key(header::UPGRADE) {
        return false;
    }
    match headers.get(SEC_FETCH_MODE) {
        Some(mode) => mode == "navigate",
        None => headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| {
            accept
                .split(',')
                .any(|range| range.split(';').next().is_some_and(|kind| kind.trim() == "text/html"))
        }),
    }
}

/// Whether a proxy asks about the host that visitors sign in at. Cheap: it is asked of every request.
pub(super) fn names(headers: &HeaderMap, public_url: &Url) -> bool {
    let Some(host) = headers.get(HOST).and_then(|host| host.to_str().ok()) else { return false };
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port.parse().ok()),
        _ => (host, None),
    };
    let same_port = match (port, public_url.port()) {
        (None, None) => true,
        (Some(port), _) => Some(port) == public_url.port_or_known_default(),
        (None, Some(_)) => false,
    };
    same_port
        && public_url.host_str().is_some_and(|ours| ours.eq_ignore_ascii_case(name.trim_end_matches('.')))
}

fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    const WHOLE: [(&str, &str); 4] = [
        ("x-forwarded-method", "GET"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "app.example.com"),
        ("x-forwarded-uri", "//a/b?c=d"),
    ];

    #[test]
    fn an_address_is_whole_or_there_is_none() {
        assert_eq!(Asked::read(&headers(&WHOLE)).unwrap().address(), "https://app.example.com//a/b?c=d");
        assert_eq!(Asked::read(&headers(&WHOLE)).unwrap().site(), "https://app.example.com/");
        for (index, spoiled) in [
            (0, None),
            (1, None),
            (2, None),
            (3, None),
            (1, Some("https, http")),
            (1, Some("javascript")),
            (3, Some("@evil.test/")),
            (3, Some("https://evil.test/")),
            (3, Some("")),
        ] {
            let mut pairs = WHOLE.to_vec();
            match spoiled {
                Some(value) => pairs[index].1 = value,
                None => drop(pairs.remove(index)),
            }
            assert_eq!(Asked::read(&headers(&pairs)), None, "{pairs:?}");
        }
        for twice in WHOLE {
            let pairs = [&WHOLE[..], &[twice]].concat();
            assert_eq!(Asked::read(&headers(&pairs)), None, "{twice:?} twice");
        }
    }

    #[test]
    fn only_a_person_on_the_way_to_a_page_is_navigating() {
        for (method, more, expected) in [
            ("GET", &[("sec-fetch-mode", "navigate")][..], true),
            ("HEAD", &[("sec-fetch-mode", "navigate")], true),
            ("GET", &[("sec-fetch-mode", "navigate"), ("accept", "application/json")], true),
            ("POST", &[("sec-fetch-mode", "navigate")], false),
            ("get", &[("sec-fetch-mode", "navigate")], false),
            ("GET", &[("sec-fetch-mode", "navigate"), ("upgrade", "websocket")], false),
            ("GET", &[("sec-fetch-mode", "cors"), ("accept", "text/html")], false),
            ("GET", &[("sec-fetch-mode", "websocket"), ("accept", "text/html")], false),
            ("GET", &[("sec-fetch-mode", "Navigate"), ("accept", "text/html")], false),
            ("GET", &[("accept", "application/xhtml+xml, text/html;q=0.9, */*;q=0.8")], true),
            ("GET", &[("accept", "text/html")], true),
            ("GET", &[("accept", "*/*")], false),
            ("GET", &[("accept", "application/json")], false),
            ("GET", &[("accept", "text/htmlx, xtext/html")], false),
            ("GET", &[], false),
        ] {
            let mut pairs = WHOLE.to_vec();
            pairs[0].1 = method;
            pairs.extend(more);
            let headers = headers(&pairs);
            assert_eq!(Asked::read(&headers).unwrap().is_navigation(&headers), expected, "{method} {more:?}");
        }
    }

    #[test]
    fn our_own_host_is_known_by_name_and_port() {
        for (public_url, host, expected) in [
            ("https://in.example.com", "in.example.com", true),
            ("https://in.example.com", "IN.example.com:443", true),
            ("https://in.example.com", "in.example.com.", true),
            ("https://in.example.com", "in.example.com:8443", false),
            ("https://in.example.com", "app.example.com", false),
            ("https://in.example.com:8443", "in.example.com:8443", true),
            ("https://in.example.com:8443", "in.example.com", false),
            ("http://localhost:3000", "localhost:3000", true),
            ("http://localhost:3000", "localhost:8080", false),
            ("http://[::1]:3000", "[::1]:3000", true),
            ("http://[::1]", "[::1]", true),
        ] {
            let pairs = [("x-forwarded-host", host)];
            assert_eq!(
                names(&headers(&pairs), &public_url.parse().unwrap()),
                expected,
                "{public_url} {host}"
            );
        }
        assert!(!names(&HeaderMap::new(), &"https://in.example.com".parse().unwrap()));
    }
}
