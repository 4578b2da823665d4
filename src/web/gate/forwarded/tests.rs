use axum::http::HeaderValue;

use super::*;

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
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
    assert_eq!(
        ForwardedRequest::read(&headers(&WHOLE)).unwrap().address(),
        "https://app.example.com//a/b?c=d"
    );
    assert_eq!(ForwardedRequest::read(&headers(&WHOLE)).unwrap().site(), "https://app.example.com/");
    for (index, spoiled, why) in [
        (0, None, "X-Forwarded-Method is missing"),
        (1, None, "X-Forwarded-Proto is missing"),
        (2, None, "X-Forwarded-Host is missing"),
        (3, None, "X-Forwarded-Uri is missing"),
        (0, Some("GET,GET"), "X-Forwarded-Method holds several values: \"GET,GET\""),
        (1, Some("https, http"), "X-Forwarded-Proto holds several values: \"https, http\""),
        (1, Some("javascript"), "X-Forwarded-Proto is neither http nor https: \"javascript\""),
        (1, Some("HTTPS"), "X-Forwarded-Proto is neither http nor https: \"HTTPS\""),
        (1, Some("caf\u{e9}"), "X-Forwarded-Proto is no text"),
        (2, Some(""), "X-Forwarded-Host is empty"),
        (3, Some("@evil.test/"), "X-Forwarded-Uri is no path: it does not begin with a slash"),
        (3, Some("https://evil.test/"), "X-Forwarded-Uri is no path: it does not begin with a slash"),
        (3, Some(""), "X-Forwarded-Uri is empty"),
    ] {
        let mut pairs = WHOLE.to_vec();
        match spoiled {
            Some(value) => pairs[index].1 = value,
            None => drop(pairs.remove(index)),
        }
        assert_eq!(ForwardedRequest::read(&headers(&pairs)).unwrap_err().to_string(), why, "{pairs:?}");
    }
    for twice in WHOLE {
        let headers = headers(&[&WHOLE[..], &[twice]].concat());
        let why = ForwardedRequest::read(&headers).unwrap_err();
        assert_eq!(why.header.to_lowercase(), twice.0);
        assert!(why.to_string().ends_with(" comes more than once"), "{why}");
    }
}

#[test]
fn a_long_value_is_not_logged_in_full() {
    let mut pairs = WHOLE.to_vec();
    pairs[1].1 = concat!("gopher-gopher-gopher-gopher-gopher-gopher-", "secret");
    let headers = headers(&pairs);
    assert!(!ForwardedRequest::read(&headers).unwrap_err().to_string().contains("secret"));
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
        ("GET", &[("accept", "text/html"), ("x-requested-with", "XMLHttpRequest")], false),
        ("GET", &[("accept", "text/html"), ("x-requested-with", "fetch")], false),
        ("GET", &[("accept", "text/html"), ("hx-request", "true")], false),
        ("GET", &[("accept", "text/html"), ("turbo-frame", "cart")], false),
        ("GET", &[("accept", "text/html"), ("x-up-version", "3.8.0")], false),
        ("GET", &[("accept", "text/html"), ("x-pjax", "true")], false),
        ("GET", &[("accept", "text/html"), ("x-inertia", "true")], false),
        ("GET", &[("accept", "text/html"), ("sec-fetch-dest", "empty")], false),
        ("GET", &[("accept", "text/html"), ("sec-fetch-dest", "document")], true),
        ("GET", &[("sec-fetch-mode", "navigate"), ("x-requested-with", "XMLHttpRequest")], false),
        ("GET", &[("sec-fetch-mode", "navigate"), ("hx-request", "true")], false),
        // A page inside of an Android app; one that a service worker fetches for a click.
        ("GET", &[("sec-fetch-mode", "navigate"), ("x-requested-with", "com.example.app")], true),
        ("GET", &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "empty")], true),
        // Fetched before anybody wants it.
        ("GET", &[("sec-fetch-mode", "navigate"), ("sec-purpose", "prefetch;prerender")], false),
        ("GET", &[("accept", "text/html"), ("purpose", "prefetch")], false),
    ] {
        let mut pairs = WHOLE.to_vec();
        pairs[0].1 = method;
        pairs.extend(more);
        let headers = headers(&pairs);
        assert_eq!(
            ForwardedRequest::read(&headers).unwrap().is_navigation(&headers),
            expected,
            "{method} {more:?}"
        );
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
        let ours = names(&headers(&pairs), &public_url.parse().unwrap(), &Mount::default());
        assert_eq!(ours, expected, "{public_url} {host}");
    }
    assert!(!names(&HeaderMap::new(), &"https://in.example.com".parse().unwrap(), &Mount::default()));
}

#[test]
fn below_a_mount_only_what_lies_there_is_ours() {
    let mount = Mount::parse("/login").unwrap();
    let asked = |uri| {
        let pairs = [("x-forwarded-host", "in.example.com"), ("x-forwarded-uri", uri)];
        names(&headers(&pairs), &"https://in.example.com".parse().unwrap(), &mount)
    };
    assert!(asked("/login") && asked("/login/verify") && asked("/login?return_to=a"));
    assert!(!asked("/") && !asked("/wiki") && !asked("/loginfo"));
}
