//! What Chromium makes of the addresses that a sign-in leads to, and of those that were refused.

use phonegate::testing::web::return_to::Rules;
use serde_json::{Value, json};
use url::Url;

use phonegate_testing::driver::{Browser, JavaScript};
use phonegate_testing::hostile;

const PUBLIC_URL: &str = "https://sign-in.example.com";

/// The origin of each address in its list, as the browser resolves it; `null` for what it cannot read.
const ORIGINS: &str = "const [addresses, base] = arguments; return addresses.map((address) => {
    try { const { protocol, origin } = new URL(address, base); return protocol.startsWith('http') ? origin : protocol; }
    catch { return null; }
});";

async fn origins(browser: &Browser, addresses: &[String]) -> Vec<Option<String>> {
    let mut origins = Vec::new();
    for chunk in addresses.chunks(5_000) {
        let answer = browser.client.execute(ORIGINS, vec![json!(chunk), json!(PUBLIC_URL)]).await.unwrap();
        let Value::Array(answer) = answer else { panic!("{answer}") };
        origins.extend(answer.iter().map(|origin| origin.as_str().map(str::to_owned)));
    }
    assert_eq!(origins.len(), addresses.len());
    origins
}

fn is_allowed(origin: &str) -> bool {
    origin == "https://wiki.example.org:8443"
        || origin == "https://example.com"
        || (origin.starts_with("https://") && origin.ends_with(".example.com"))
}

#[tokio::test]
async fn chromium_ends_on_an_allowed_origin_and_would_have_on_no_other() {
    let others = ["https://wiki.example.org:8443".parse::<Url>().unwrap()];
    let rules = Rules::new(&PUBLIC_URL.parse().unwrap(), &others, Some("example.com"));
    let spellings: Vec<String> = hostile::spellings().into_iter().filter(|text| text.len() < 2_000).collect();
    assert!(spellings.len() > 30_000);
    let browser = Browser::open(JavaScript::On).await;

    let given: Vec<String> =
        spellings.iter().filter_map(|text| rules.allow(text).ok()).map(String::from).collect();
    assert!(given.len() > 1_000);
    for (location, origin) in given.iter().zip(origins(&browser, &given).await) {
        assert!(origin.as_deref().is_some_and(is_allowed), "{location} is {origin:?} to Chromium");
    }

    for (text, origin) in spellings.iter().zip(origins(&browser, &spellings).await) {
        if !origin.as_deref().is_some_and(is_allowed) {
            assert!(rules.allow(text).is_err(), "{text:?} is {origin:?} to Chromium");
        }
    }
}
