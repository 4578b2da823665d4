//! Whether a request was made on this machine.
//!
//! A proxy that writes the upstream's name into `Host` and adds nothing leaves one trace: what the browser says of the
//! page that it is on. A program that says nothing cannot be told from one on this machine.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use url::Url;

use crate::hosts::is_loopback;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What proxies add to say for whom they ask.
const OF_PROXIES: [&str; 11] = [
    "cdn-loop",
    "cf-connecting-ip",
    "client-ip",
    "fastly-client-ip",
    "forwarded",
    "true-client-ip",
    "via",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-forwarded",
    "x-real-ip",
];
const BEGINNINGS: [&str; 3] = ["x-forwarded-", "x-original-", "x-envoy-"];

/// Whether a proxy passed it on, or a page of another machine made it.
pub(crate) fn is_from(headers: &HeaderMap) -> bool {
    let passed_on = headers.keys().any(|name| {
        let name = name.as_str();
        OF_PROXIES.contains(&name) || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
    });
    let other_page = |name| headers.get_all(name).iter().any(|page| !is_here(page));
    // A link on a page of another site may lead here: then browsers say so. If they do not, they take that page for ours.
    let linked = headers.get(SEC_FETCH_SITE).is_some_and(|site| site == "cross-site");
    passed_on || other_page(header::ORIGIN) || !linked && other_page(header::REFERER)
}

fn is_here(page: &HeaderValue) -> bool {
    page.to_str().is_ok_and(|page| Url::parse(page).is_ok_and(|url| is_loopback(&url)))
}
