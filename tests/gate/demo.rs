//! The ten minutes of the page on proxies, as it says them.

use phonegate::testing::clock::Clock;

use crate::proxy::{Proxy, free_address};
use phonegate_testing::{
    Binary, CREDENTIALS, PHONE, Provider,
    driver::{Browser, JavaScript},
};

const PAGE: &str = include_str!("../../docs/proxies.md");

/// What stands between two marks.
pub(crate) fn between(start: &str, end: &str) -> &'static str {
    PAGE.split_once(start).unwrap().1.split_once(end).unwrap().0
}

#[tokio::test]
async fn a_static_site_behind_nginx_needs_one_line() {
    let page = between("echo '", "' | sudo tee /srv/demo/index.html");
    let block = between("/etc/nginx/conf.d/demo.conf <<'END'\n", "END\n");
    assert!(block.contains("include snippets/phonegate.conf;"), "{block}");
    assert!(PAGE.contains("RETURN_TO_ORIGINS=http://localhost:8080 TRUSTED_PROXIES=127.0.0.1 cargo run"));

    let address = free_address();
    let provider = Provider::start(&Clock::system()).await;
    let site = format!("http://localhost:{}", address.port());
    let phonegate = Binary::start(&[
        ("RETURN_TO_ORIGINS", &site),
        ("TRUSTED_PROXIES", "127.0.0.1"),
        ("STORE_URL", "sqlite:demo.db"),
        // In the simulator's place, which this test reads its codes from.
        ("VERIFY_BASE_URL", provider.base_url.as_str()),
        ("VONAGE_API_KEY", CREDENTIALS.0),
        ("VONAGE_API_SECRET", CREDENTIALS.1),
    ]);
    let _nginx = Proxy::demo(block, page, phonegate.address(), address);
    let browser = Browser::open(JavaScript::Off).await;

    browser.goto(&site.parse().unwrap()).await;
    browser.find("input[name=phone]").await.send_keys(PHONE).await.unwrap();
    browser.press("form[action='/verify'] button").await;
    let code = provider.code(PHONE).await;
    browser.find("input[name=pin]").await.send_keys(&code).await.unwrap();
    browser.press("form[action='/check'] button").await;

    assert_eq!(browser.client.current_url().await.unwrap().as_str(), format!("{site}/"));
    assert_eq!(browser.text("h1").await, "For members");
}
