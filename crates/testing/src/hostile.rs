//! Ways to write the address of another site, or of none, that parsers have stumbled over.

use std::collections::BTreeSet;

/// As long as an address may be.
const MAX_LENGTH: usize = 6_000;

/// What an address may begin with. Spaces part the entries; two in a row make an empty one.
const STARTS: &str = "https:// http:// // /// //// \\\\ /\\ \\/ \\/\\/ /\\/ https: https:/ https:\\\\ https:/\\ https:/// \
    HTTPS:// hTtP:// https://\\ ftp:// ws:// wss:// gopher:// file:// blob:https:// filesystem:https:// \
    view-source:https:// feed:https:// https%3A%2F%2F %2F%2F /%2F %5C%5C /%5C /\t/ /\n/ /\r/ \t// \u{b}// \u{0}// \
    \u{a0}// \u{3000}// h\nttps:// https:\t// ht\rtps:// https://\u{200b} /.// /..// ./\\ ..// /./\\/ //\t/ ?// #// ;// \
    :// :/ ";

/// What may stand where a host does.
const HOSTS: &str = "evil.test EVIL.test evil\u{3002}test evil\u{ff0e}test \u{ff45}vil.test evil%2etest evil.test:443 \
    evil.test. sign-in.example.com@evil.test sign-in.example.com:pw@evil.test sign-in.example.com%40evil.test \
    sign-in.example.com%2f@evil.test sign-in.example.com\\@evil.test sign-in.example.com%5c@evil.test \
    evil.test\\@sign-in.example.com evil.test#@sign-in.example.com evil.test?@sign-in.example.com \
    evil.test\\.example.com evil.test%23.example.com evil.test%2f.example.com evil.test\u{0}.example.com \
    evil.test%00.example.com evil.test\t.example.com evil.test;.example.com evil.test\u{2044}.example.com \
    evil.test\u{ff0f}.example.com evil.test\u{2100}.example.com badexample.com xexample.com example.com.evil.test \
    sign-in.example.com.evil.test sign-in.example.comevil.test example.com:8443 app.example.com:80 app.example.com:444 \
    app.example.com:0 app.example.com:99999 wiki.example.org wiki.example.org:443 wiki.example.org:08443:1 \
    evil.wiki.example.org:8443 localhost localhost:8081 127.0.0.1:8080 0x7f.1:8080 2130706433:8080 [::1]:8080 \
    [::ffff:127.0.0.1]:8080 [evil.test] \u{444}vil.test xn--vil-tjc.test example.com\u{2024}evil.test \
    example\u{fe52}com example.c\u{3bf}m exa\u{ad}mple.com.evil.test . .. @ : % ";

/// What may follow.
const ENDS: &str = " / /path?q=1#f /.. /%2e%2e/ \\ ?https://sign-in.example.com/ #.example.com /.example.com";

/// Schemes that name no site.
const SCHEMES: &str = "javascript: JaVaScRiPt: java\tscript: \u{1}javascript: data:text/html, vbscript: mailto: \
    about: chrome:";

const AFTER_SCHEMES: &str =
    "alert(1) //sign-in.example.com/%0aalert(1) //evil.test https://sign-in.example.com blank";

/// More than 30,000 of them.
pub fn spellings() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for host in HOSTS.split(' ') {
        for end in ENDS.split(' ') {
            let starts = STARTS.split(' ').chain([" //", "// ", "https:// ", " https://"]);
            all.extend(starts.map(|start| format!("{start}{host}{end}")));
        }
    }
    for scheme in SCHEMES.split(' ') {
        all.extend(AFTER_SCHEMES.split(' ').map(|rest| format!("{scheme}{rest}")));
    }
    for length in [MAX_LENGTH - 30, MAX_LENGTH, MAX_LENGTH + 1, 100_000] {
        for fill in ["a", "%", "/", "\\", "@", "é", ".."] {
            all.insert(format!("https://sign-in.example.com/{}", fill.repeat(length)));
            all.insert(format!("https://{}.evil.test", fill.repeat(length)));
        }
    }
    all
}
