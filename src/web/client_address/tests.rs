use axum::http::HeaderValue;
use proptest::prelude::*;

use super::*;

fn proxies(text: &str) -> TrustedProxies {
    TrustedProxies::parse(text).unwrap()
}

fn forwarded(lines: &[&[u8]]) -> HeaderMap {
    lines.iter().map(|line| (X_FORWARDED_FOR, HeaderValue::from_bytes(line).unwrap())).collect()
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn the_visitor_is_the_first_from_the_right_who_is_no_proxy_of_ours() {
    let trusted = proxies("10.0.0.0/8, 2001:db8:f::/48, 127.0.0.1");
    for (peer, lines, visitor) in [
        // Not a proxy: what it says is not read.
        ("192.0.2.9", &["198.51.100.1"][..], "192.0.2.9"),
        ("192.0.2.9", &["10.0.0.7"], "192.0.2.9"),
        ("2001:db8::9", &["198.51.100.1"], "2001:db8::9"),
        // One proxy, then two.
        ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", &["198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("2001:db8:f::1", &["2001:db8::5"], "2001:db8::5"),
        // What the visitor wrote stands to the left.
        ("10.0.0.1", &["203.0.113.66, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", &["10.0.0.66, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", &["203.0.113.66", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", &["203.0.113.66, 198.51.100.1", "10.0.0.2,10.0.0.3"], "198.51.100.1"),
        // IPv4 in IPv6 form, on either side.
        ("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", &["203.0.113.66, ::ffff:198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", &["198.51.100.1, ::ffff:10.0.0.2"], "198.51.100.1"),
        // With a port, as some proxies write it.
        ("10.0.0.1", &["198.51.100.1:50123"], "198.51.100.1"),
        ("10.0.0.1", &["[2001:db8::5]:50123"], "2001:db8::5"),
        ("10.0.0.1", &["[2001:db8::5]"], "2001:db8::5"),
        ("10.0.0.1", &["\t 198.51.100.1 "], "198.51.100.1"),
        // What is no address ends the walk at the last proxy.
        ("10.0.0.1", &[""], "10.0.0.1"),
        ("10.0.0.1", &["unknown"], "10.0.0.1"),
        ("10.0.0.1", &["198.51.100.1,"], "10.0.0.1"),
        ("10.0.0.1", &["198.51.100.1, _hidden, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", &["198.51.100.1", "fe80::1%eth0"], "10.0.0.1"),
        ("10.0.0.1", &["198.51.100.1 10.0.0.2"], "10.0.0.1"),
        ("10.0.0.1", &["010.0.0.2"], "10.0.0.1"),
        // Nobody but proxies: the first of them asks for itself.
        ("127.0.0.1", &["10.0.0.2, 10.0.0.3"], "10.0.0.2"),
        ("127.0.0.1", &[], "127.0.0.1"),
    ] {
        let lines: Vec<_> = lines.iter().map(|line| line.as_bytes()).collect();
        let found = client(&trusted, address(peer), &forwarded(&lines));
        assert_eq!(found, address(visitor), "{peer} {lines:?}");
    }
}

#[test]
fn without_a_trusted_proxy_nobody_is_believed() {
    let headers = forwarded(&[b"198.51.100.1"]);
    for peer in ["127.0.0.1", "::1", "10.0.0.1", "192.0.2.9"] {
        assert_eq!(client(&TrustedProxies::default(), address(peer), &headers), address(peer));
    }
}

#[test]
fn other_headers_are_not_read() {
    let mut headers = HeaderMap::new();
    headers.insert("forwarded", HeaderValue::from_static("for=198.51.100.1"));
    headers.insert("x-real-ip", HeaderValue::from_static("198.51.100.1"));
    assert_eq!(client(&proxies("127.0.0.1"), address("127.0.0.1"), &headers), address("127.0.0.1"));
}

fn header_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>().prop_filter("allowed in a header", |b| *b >= 0x20 && *b != 0x7f), 0..60)
}

proptest! {
    #[test]
    fn nothing_a_visitor_writes_changes_who_the_visitor_is(
        forged in prop::collection::vec(header_bytes(), 0..4),
        visitor in any::<u32>().prop_map(Ipv4Addr::from).prop_filter("no proxy", |a| a.octets()[0] != 10),
        inner in any::<bool>(),
    ) {
        let visitor = IpAddr::from(visitor);
        // The outer proxy adds to the last header; the inner one, if there is one, too.
        let mut lines = forged;
        let last = lines.pop().unwrap_or_default();
        let added = if inner { format!("{visitor}, 10.0.0.2") } else { visitor.to_string() };
        lines.push(if last.is_empty() { added.into_bytes() } else { [&last, &b", "[..], added.as_bytes()].concat() });
        let lines: Vec<_> = lines.iter().map(Vec::as_slice).collect();

        prop_assert_eq!(client(&proxies("10.0.0.0/8"), address("10.0.0.1"), &forwarded(&lines)), visitor);
    }

    #[test]
    fn no_header_panics(lines in prop::collection::vec(header_bytes(), 0..4), text in any::<String>()) {
        let lines: Vec<_> = lines.iter().map(Vec::as_slice).collect();
        let _ = client(&proxies("10.0.0.0/8,127.0.0.1"), address("127.0.0.1"), &forwarded(&lines));
        let _ = TrustedProxies::parse(&text);
    }
}
