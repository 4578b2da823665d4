//! What a reverse proxy says of the request that it asks about.

use axum::http::{HeaderMap, HeaderName, header};
use url::Url;

use crate::web::mount::Mount;

const METHOD: HeaderName = HeaderName::from_static("x-forwarded-method");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const URI: HeaderName = HeaderName::from_static("x-forwarded-uri");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const X_REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");

/// What only libraries send that fetch pieces of pages, and browsers that fetch a page before anybody wants it. Those
/// drop a 401, and ask again when it is wanted.
const NOBODY_IS_ON_THE_WAY: [HeaderName; 9] = [
    header::UPGRADE,
    HeaderName::from_static("hx-request"),
    HeaderName::from_static("turbo-frame"),
    HeaderName::from_static("x-turbo-request-id"),
    HeaderName::from_static("x-up-version"),
    HeaderName::from_static("x-pjax"),
    HeaderName::from_static("x-inertia"),
    HeaderName::from_static("sec-purpose"),
    HeaderName::from_static("purpose"),
];

/// A request at a proxy. Only to be read from the headers of a proxy that is trusted.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::web) struct ForwardedRequest<'a> {
    method: &'a str,
    /// `https` or `http`.
    proto: &'a str,
    host: &'a str,
    /// Path and query.
    uri: &'a str,
}

/// Why a proxy's headers name no request. `Display` is for the operator.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{header} {fault}")]
pub(in crate::web) struct Spoiled<'a> {
    pub(in crate::web) header: &'static str,
    fault: Fault<'a>,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum Fault<'a> {
    #[error("is missing")]
    Missing,
    #[error("comes more than once")]
    Doubled,
    #[error("is no text")]
    Unreadable,
    #[error("is empty")]
    Empty,
    #[error("holds several values: {0:?}")]
    Several(&'a str),
    #[error("is neither http nor https: {0:?}")]
    NotHttp(&'a str),
    #[error("is no path: it does not begin with a slash")]
    NotPath,
}

impl<'a> ForwardedRequest<'a> {
    /// All four headers, each once, or nothing: half of an address leads astray.
    pub(in crate::web) fn read(headers: &'a HeaderMap) -> Result<Self, Spoiled<'a>> {
        let method = single(headers, &METHOD).and_then(one_of_list);
        let proto = single(headers, &PROTO).and_then(one_of_list).and_then(|proto| match proto {
            "http" | "https" => Ok(proto),
            other => Err(Fault::NotHttp(start(other))),
        });
        let uri = single(headers, &URI)
            .and_then(|uri| if uri.starts_with('/') { Ok(uri) } else { Err(Fault::NotPath) });
        let in_header = |header| move |fault| Spoiled { header, fault };
        Ok(Self {
            method: method.map_err(in_header("X-Forwarded-Method"))?,
            proto: proto.map_err(in_header("X-Forwarded-Proto"))?,
            host: single(headers, &HOST).map_err(in_header("X-Forwarded-Host"))?,
            uri: uri.map_err(in_header("X-Forwarded-Uri"))?,
        })
    }

    /// Where the request went, as text: who goes there has to be judged.
    pub(in crate::web) fn address(&self) -> String {
        format!("{}://{}{}", self.proto, self.host, self.uri)
    }

    /// The first page of that site.
    pub(in crate::web) fn site(&self) -> String {
        format!("{}://{}/", self.proto, self.host)
    }

    /// Whether that was a person on the way to a page.
    pub(in crate::web) fn is_navigation(&self, headers: &HeaderMap) -> bool {
        is_navigation(self.method, headers)
    }
}

/// Whether somebody speaks for a visitor at all; the program at the other end may also ask for itself.
pub(in crate::web) fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| name.as_str().starts_with("x-forwarded-"))
}

/// Whether a person is on the way to a page, and may be led to another. Browsers say so; of others it is guessed by what
/// they accept.
pub(in crate::web) fn is_navigation(method: &str, headers: &HeaderMap) -> bool {
    if !matches!(method, "GET" | "HEAD") || NOBODY_IS_ON_THE_WAY.iter().any(|name| headers.contains_key(name))
    {
        return false;
    }
    // Pages inside of Android apps are fetched with the app's name here.
    let with = headers.get(X_REQUESTED_WITH);
    match headers.get(SEC_FETCH_MODE) {
        Some(mode) => mode == "navigate" && with.is_none_or(|with| with != "XMLHttpRequest"),
        None if with.is_some() || headers.get(SEC_FETCH_DEST).is_some_and(|dest| dest == "empty") => false,
        None => headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| {
            accept
                .split(',')
                .any(|range| range.split(';').next().is_some_and(|kind| kind.trim() == "text/html"))
        }),
    }
}

/// Whether a proxy asks about the place where visitors sign in: the whole host, or what lies below `mount` there. Cheap: it
/// is asked of every request.
pub(in crate::web) fn names(headers: &HeaderMap, public_url: &Url, mount: &Mount) -> bool {
    let uri = headers.get(URI).and_then(|uri| uri.to_str().ok());
    if !mount.is_root() && !uri.is_some_and(|uri| mount.holds(uri)) {
        return false;
    }
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

fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<&'a str, Fault<'a>> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().ok_or(Fault::Missing)?;
    if values.next().is_some() {
        return Err(Fault::Doubled);
    }
    let value = value.to_str().map_err(|_| Fault::Unreadable)?;
    if value.is_empty() { Err(Fault::Empty) } else { Ok(value) }
}

/// Proxies in a row may each have added theirs.
fn one_of_list(value: &str) -> Result<&str, Fault<'_>> {
    if value.contains(',') { Err(Fault::Several(start(value))) } else { Ok(value) }
}

/// As much as a log may show.
fn start(value: &str) -> &str {
    value.get(..40).unwrap_or(value)
}

#[cfg(test)]
mod tests;
