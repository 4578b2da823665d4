use super::*;

fn proxies(text: &str) -> TrustedProxies {
    TrustedProxies::parse(text).unwrap()
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn proxies_are_addresses_or_networks_but_never_everyone() {
    for (text, inside, outside) in [
        ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
        ("10.1.2.3/8", "10.255.0.1", "11.0.0.1"),
        ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
        ("::1", "::1", "127.0.0.1"),
        ("127.0.0.1 , ::1", "::1", "::2"),
        ("2001:db8::/32", "2001:db8:1::1", "2001:db9::1"),
        ("::ffff:10.0.0.0/104", "10.255.0.1", "11.0.0.1"),
        ("::ffff:192.0.2.1", "192.0.2.1", "::ffff:192.0.2.2"),
        ("10.0.0.0/8", "::ffff:10.0.0.1", "::10.0.0.1"),
    ] {
        let trusted = proxies(text);
        assert!(trusted.trusts(address(inside)), "{text} {inside}");
        assert!(!trusted.trusts(address(outside)), "{text} {outside}");
    }
    for (text, problem) in [
        ("0.0.0.0/0", "0.0.0.0/0 trusts everyone"),
        ("10.0.0.0/8,::/0", "::/0 trusts everyone"),
        ("192.0.2.1/0", "192.0.2.1/0 trusts everyone"),
        ("::ffff:0:0/96", "::ffff:0:0/96 trusts everyone"),
        ("10.0.0.0/33", "\"10.0.0.0/33\" is neither"),
        ("proxy.internal", "\"proxy.internal\" is neither"),
        ("10.0.0.1,", "\"\" is neither"),
        ("*", "\"*\" is neither"),
    ] {
        let error = TrustedProxies::parse(text).unwrap_err();
        assert!(error.starts_with(problem) && error.contains("give the addresses"), "{text}: {error}");
    }
}

#[test]
fn a_network_is_what_one_visitor_can_pick_addresses_from() {
    for (one, other, same) in [
        ("192.0.2.1", "192.0.2.2", false),
        ("192.0.2.1", "::ffff:192.0.2.1", true),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::", true),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
        ("::1", "127.0.0.1", false),
    ] {
        assert_eq!(network(address(one)) == network(address(other)), same, "{one} {other}");
    }
    assert_eq!(network(address("2001:db8:0:1::1")).to_string(), "2001:db8:0:1::/64");
    assert_eq!(network(address("::ffff:192.0.2.1")).to_string(), "192.0.2.1/32");
}
