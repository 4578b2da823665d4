//! Every way to write another site's address that we could think of, and all that chance can.

use phonegate_testing::hostile;
use proptest::{prelude::*, string::string_regex};

use super::*;

const PUBLIC_URL: &str = "https://sign-in.example.com";

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

/// Our own origin, one by name, and all below a domain.
fn rules() -> Rules {
    let others = [url("https://wiki.example.org:8443"), url("http://localhost:8080")];
    Rules::new(&url(PUBLIC_URL), &others, Some("example.com"))
}

/// What is allowed, said once more and otherwise: by scheme, host and port as the browser ends up with them.
fn browser_may_go_to(location: &str) -> bool {
    let landed = url(PUBLIC_URL).join(location).unwrap();
    let (host, port) =
        (landed.host_str().unwrap_or_default(), landed.port_or_known_default().unwrap_or_default());
    match landed.scheme() {
        "https" => match (host, port) {
            ("example.com" | "sign-in.example.com", 443) | ("wiki.example.org", 8443) => true,
            (host, 443) => host.ends_with(".example.com"),
            _ => false,
        },
        "http" => (host, port) == ("localhost", 8080),
        _ => false,
    }
}

#[test]
fn no_hostile_spelling_leads_anywhere_else() {
    let hostile = hostile::spellings();
    assert!(hostile.len() > 30_000, "{}", hostile.len());

    let rules = rules();
    let mut allowed = 0;
    for text in &hostile {
        let Ok(return_to) = rules.allow(text) else { continue };
        allowed += 1;
        let location = return_to.as_str();
        assert!(browser_may_go_to(location), "{text:?} leads to {location}");
        assert!(
            written_length(&url(location)) <= MAX_LENGTH
                && location.bytes().all(|byte| byte.is_ascii_graphic()),
            "{location}"
        );
    }
    // Many of them are paths on our own origin to a browser, and so they are to us.
    assert!(allowed > 1_000, "{allowed}");
}

#[test]
fn an_address_on_another_site_is_refused_however_it_is_spelled() {
    let rules = rules();
    for text in hostile::spellings() {
        // Whatever a browser takes as another site must be refused; it is the parser's word against ours.
        let lands_elsewhere =
            url(PUBLIC_URL).join(&text).is_ok_and(|landed| !browser_may_go_to(landed.as_str()));
        assert!(!lands_elsewhere || rules.allow(&text).is_err(), "{text:?}");
    }
}

#[test]
fn what_is_allowed_is_given_out_as_the_browser_reads_it() {
    for (text, location) in [
        ("/sessions", "https://sign-in.example.com/sessions"),
        ("", "https://sign-in.example.com/"),
        ("https://sign-in.example.com", "https://sign-in.example.com/"),
        ("https://app.example.com/a?b=c&d=%20é#f", "https://app.example.com/a?b=c&d=%20%C3%A9#f"),
        ("HTTPS://APP.Example.COM:443/A/../B", "https://app.example.com/B"),
        ("https://deep.down.example.com/", "https://deep.down.example.com/"),
        ("https://example.com/", "https://example.com/"),
        ("https://wiki.example.org:8443/x", "https://wiki.example.org:8443/x"),
        ("http://localhost:8080/", "http://localhost:8080/"),
        ("//app.example.com/", "https://app.example.com/"),
        (" https://app\u{3002}example.com\n", "https://app.example.com/"),
    ] {
        assert_eq!(rules().allow(text).map(String::from).as_deref(), Ok(location), "{text:?}");
    }
}

#[test]
fn a_refusal_says_why_and_shows_no_more_than_the_origin() {
    for (text, why) in [
        ("https://evil.test/secret?token=1", "https://evil.test is not among RETURN_TO_ORIGINS"),
        ("http://app.example.com/", "http://app.example.com is not among"),
        ("https://app.example.com:8443/", "https://app.example.com:8443 is not among"),
        ("https://app.example.com./", "https://app.example.com. is not among"),
        ("javascript:alert(1)", "javascript is not among"),
        ("blob:https://sign-in.example.com/x", "blob is not among"),
        ("https://me:secret@app.example.com/", "it has a name or password in it"),
        ("https://[/", "it is no address: invalid IPv6 address"),
    ] {
        let refused = rules().allow(text).unwrap_err().to_string();
        assert!(refused.starts_with(why), "{text}: {refused}");
        assert!(!refused.contains("secret"), "{refused}");
    }
    let host = format!("https://{}example.com/", "a.".repeat(MAX_LENGTH / 2));
    assert_eq!(rules().allow(&host), Err(Refused::TooLong));
}

#[test]
fn what_is_too_long_once_it_is_written_leads_to_the_sites_first_page() {
    let allow = |text: &str| String::from(rules().allow(text).unwrap());
    let start = "https://app.example.com/";
    // Each sign of the start and of what fills it up, as the query writes it.
    let room = MAX_LENGTH - "https%3A%2F%2Fapp.example.com%2F".len();
    for (sign, reads, written) in
        [("a", "a", 1), (":", ":", 3), ("%7B", "%7B", 5), ("é", "%C3%A9", 10), ("<", "%3C", 5)]
    {
        let most = room / written;
        let kept = allow(&format!("{start}{}", sign.repeat(most)));
        assert_eq!(kept, format!("{start}{}", reads.repeat(most)), "{sign}");
        let page = start_page(rules().allow(&kept).ok().as_ref());
        assert!(page.len() <= MAX_LENGTH + "/?return_to=".len(), "{sign}");

        assert_eq!(allow(&format!("{start}{}", sign.repeat(most + 1))), start, "{sign}");
        let query = allow(&format!("{start}x?q={}#part", sign.repeat(MAX_LENGTH)));
        assert_eq!(query, start, "{sign}");
    }
    assert_eq!(allow(&format!("/result?{}", "a".repeat(60_000))), "https://sign-in.example.com/");
    assert_eq!(allow(&format!("{start}x?q=1#{}", "f".repeat(MAX_LENGTH))), format!("{start}x?q=1"));
}

#[test]
fn without_settings_only_our_own_origin_is_allowed() {
    let own = Rules::new(&url("http://localhost:3000"), &[], None);

    assert!(own.allow("http://localhost:3000/result").is_ok());
    for text in [
        "http://localhost:3001/",
        "https://localhost:3000/",
        "http://127.0.0.1:3000/",
        "https://example.com/",
    ] {
        assert!(own.allow(text).is_err(), "{text}");
    }
    assert_eq!(own.form_action(), "'self'");
}

#[test]
fn forms_may_lead_where_a_sign_in_may() {
    assert_eq!(
        rules().form_action(),
        "'self' https://wiki.example.org:8443 http://localhost:8080 https://example.com https://*.example.com"
    );
}

#[test]
fn the_first_page_carries_the_address_and_gives_it_back() {
    let return_to = rules().allow("https://app.example.com/a?b=c&d=/%26#f g").unwrap();
    let page = start_page(Some(&return_to));

    assert_eq!(page, "/?return_to=https%3A%2F%2Fapp.example.com%2Fa%3Fb%3Dc%26d%3D%2F%2526%23f%2520g");
    let query = page.split_once('?').map(|(_, query)| query);
    assert_eq!(in_query(query, NAME).as_deref(), Some(return_to.as_str()));
    assert_eq!(start_page(None), "/");
}

#[test]
fn a_query_names_one_address_or_none() {
    assert_eq!(in_query(Some("x=1&return_to=%2Fa&return_to=%2Fb"), NAME).as_deref(), Some("/a"));
    assert_eq!(in_query(Some("return_to=a+b%zz"), NAME).as_deref(), Some("a b%zz"));
    assert_eq!(in_query(Some("xreturn_to=1"), NAME), None);
    assert_eq!(in_query(None, NAME), None);
}

#[test]
fn debug_shows_the_origin_only() {
    let return_to = rules().allow("https://app.example.com/private?token=1").unwrap();
    assert_eq!(format!("{return_to:?}"), "ReturnTo(https://app.example.com/…)");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn whatever_comes_in_leads_to_an_allowed_origin(text in string_regex(".{0,60}").unwrap()) {
        if let Ok(return_to) = rules().allow(&text) {
            prop_assert!(browser_may_go_to(return_to.as_str()), "{return_to:?}");
        }
    }

    #[test]
    fn so_does_what_is_made_of_the_parts_of_addresses(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "https:", "http:", "//", "/", "\\", "@", ":", "?", "#", ".", "%2f", "%5c", "%2e", "\t", "\n", " ", "443", "8443",
                "sign-in.example.com", "example.com", "evil.test", "localhost", "wiki.example.org", "。", "．", "é", "[", "]",
            ]),
            0..12,
        )
    ) {
        let text = parts.concat();
        if let Ok(return_to) = rules().allow(&text) {
            prop_assert!(browser_may_go_to(return_to.as_str()), "{text:?}");
            let again = rules().allow(return_to.as_str());
            prop_assert_eq!(again.as_ref(), Ok(&return_to), "it reads back as itself");
        }
    }
}
