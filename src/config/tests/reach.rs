//! Who can reach the app decides what it may do.

use super::{PAIR, config, read};
use crate::config::Provider;

#[test]
fn the_simulator_does_not_start_by_itself_where_others_can_reach_it() {
    for (variable, value) in [
        ("HOST", "0.0.0.0"),
        ("PUBLIC_URL", "https://sign-in.example"),
        ("TRUSTED_PROXIES", "127.0.0.1"),
        ("VONAGE_SIGNATURE_SECRET", "s"),
        ("NEXMO_BRAND_NAME", "Acme"),
    ] {
        let error = read(&[], &[(variable, value)]).expect_err(variable);
        assert!(error.starts_with(variable) && error.contains("--simulator"), "{error}");

        let forced = config(&["--simulator"], &[(variable, value)]);
        assert!(matches!(forced.provider, Provider::Simulator { forced: true }));
    }
    let error = read(&[], &[("COOKIE_DOMAIN", "example.com")]).expect_err("a public site");
    assert!(
        error.starts_with("COOKIE_DOMAIN: names a public site") && error.contains("--simulator"),
        "{error}"
    );
    let error = read(&["--simulator"], &PAIR).expect_err("both");
    assert!(error.starts_with("--simulator: goes against VONAGE_API_KEY"), "{error}");
}

#[test]
fn a_cookie_domain_must_cover_the_public_url() {
    let with = |url: &str, domain: &str| {
        read(&[], &[PAIR[0], PAIR[1], ("PUBLIC_URL", url), ("COOKIE_DOMAIN", domain)]).map(|_| ())
    };
    assert_eq!(with("https://in.example.com", "example.com"), Ok(()));
    assert_eq!(with("https://example.com", ".example.com"), Ok(()));
    for (url, domain) in [("https://badexample.com", "example.com"), ("http://localhost:3000", "example.com")]
    {
        let error = with(url, domain).expect_err(domain);
        assert!(error.contains("at that domain or below it"), "{error}");
    }
}
