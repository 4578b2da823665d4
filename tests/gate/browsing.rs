//! What people see: a real Chromium in front of each proxy.

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use crate::{
    proxy::Kind,
    requests::behind_each,
    world::{DEEP_LINK, SIGN_IN, SITE, World, until},
};
use phonegate_testing::{PHONE, driver::Browser};

behind_each! {
    a_deep_link_leads_to_sign_in_and_back_to_that_very_page
    the_part_of_a_page_that_only_browsers_know_of_is_come_back_to
    a_script_gets_401_and_a_socket_is_refused
    an_expired_form_lands_on_a_page_that_explains
    after_signing_out_the_next_click_asks_again
    signing_out_everywhere_in_one_browser_ends_the_other
}

async fn goto(browser: &Browser, url: &str) {
    browser.goto(&url.parse().unwrap()).await;
}

async fn address(browser: &Browser) -> Url {
    browser.client.current_url().await.unwrap()
}

/// From the page with the phone form to wherever it leads.
async fn sign_in(world: &World, browser: &Browser) {
    let number = browser.find("input[name=phone]").await;
    // Whoever changes a number finds it there.
    number.clear().await.unwrap();
    number.send_keys(PHONE).await.unwrap();
    browser.press("form[action='/verify'] button").await;
    browser.is_at("/verify").await;
    let code = world.provider.code(PHONE).await;
    let field = browser.find("input[name=pin]").await;
    // A complete code is sent by itself.
    browser.leaves(async || field.send_keys(&code).await.unwrap()).await;
}

/// Signed in, and on the page of the deep link.
async fn visit(world: &World) -> Browser {
    let browser = world.browser().await;
    goto(&browser, DEEP_LINK).await;
    sign_in(world, &browser).await;
    assert_eq!(address(&browser).await.as_str(), DEEP_LINK);
    browser
}

async fn a_deep_link_leads_to_sign_in_and_back_to_that_very_page(kind: Kind) {
    let world = World::behind(kind).await;
    let browser = world.browser().await;

    goto(&browser, DEEP_LINK).await;
    assert_eq!(address(&browser).await.origin().ascii_serialization(), SIGN_IN);
    assert_eq!(world.site.reached(), 0);
    // A detour on the way: the wrong number first.
    browser.find("input[name=phone]").await.send_keys("+1 202 555 0151").await.unwrap();
    browser.press("form[action='/verify'] button").await;
    browser.press("button[form=change]").await;
    sign_in(&world, &browser).await;

    assert_eq!(address(&browser).await.as_str(), DEEP_LINK);
    assert_eq!(browser.text("h1").await, "GET /orders?id=7&sort=a+b");
    assert_eq!(browser.text("#who").await, "+12025550150");
    goto(&browser, &format!("{SITE}/another")).await;
    assert_eq!(browser.text("h1").await, "GET /another");
    assert_eq!(browser.complaints().await, Vec::<String>::new());
}

async fn the_part_of_a_page_that_only_browsers_know_of_is_come_back_to(kind: Kind) {
    const PART: &str = "https://app.example.com/app?x=1#/reports/42?a=%20b";
    let world = World::behind(kind).await;
    let browser = world.browser().await;

    goto(&browser, PART).await;
    // Each way to get it wrong, and to begin again.
    browser.find("input[name=phone]").await.send_keys("12").await.unwrap();
    browser.press("form[action='/verify'] button").await;
    assert!(browser.has("#phone-problem").await);
    browser.find("input[name=phone]").await.clear().await.unwrap();
    browser.find("input[name=phone]").await.send_keys("+1 202 555 0151").await.unwrap();
    browser.press("form[action='/verify'] button").await;
    browser.press("button[form=change]").await;
    sign_in(&world, &browser).await;
    assert_eq!(address(&browser).await.as_str(), PART);

    // Whoever is signed in already passes the first page without seeing it.
    goto(&browser, &format!("{SIGN_IN}/?return_to={SITE}/another#/reports/43")).await;
    assert_eq!(address(&browser).await.as_str(), format!("{SITE}/another#/reports/43"));
}

async fn run(browser: &Browser, script: &str) -> Value {
    browser.client.execute_async(script, Vec::new()).await.unwrap()
}

const FETCH: &str = "const [done] = arguments; \
    fetch('/api', { headers: { accept: 'text/html' } }).then((r) => done([r.status, r.redirected]), (e) => done(`${e}`));";
/// What a socket to the site comes to: `open` or the code it closes with.
const SOCKET: &str = "const [done] = arguments; const socket = new WebSocket('wss://app.example.com/socket'); \
    socket.onopen = () => done('open'); socket.onclose = (event) => done(event.code);";

async fn a_script_gets_401_and_a_socket_is_refused(kind: Kind) {
    let world = World::behind(kind).await;
    let browser = visit(&world).await;
    assert_eq!(run(&browser, FETCH).await, json!([200, false]));
    let reached = world.site.reached();

    browser.client.delete_all_cookies().await.unwrap();
    forget_session(&browser).await;

    assert_eq!(run(&browser, FETCH).await, json!([401, false]));
    // 1006: it never was open.
    assert_eq!(run(&browser, SOCKET).await, json!(1006));
    assert_eq!(world.site.reached(), reached);
}

/// As when it has expired while the page stood open. Chromedriver deletes cookies of the page's own host only.
async fn forget_session(browser: &Browser) {
    browser.tools("Network.clearBrowserCookies", json!({})).await;
}

async fn an_expired_form_lands_on_a_page_that_explains(kind: Kind) {
    let world = World::behind(kind).await;
    let browser = visit(&world).await;
    let reached = world.site.reached();
    forget_session(&browser).await;

    browser.press("form[action='/form'] button").await;

    assert_eq!(address(&browser).await.as_str(), "https://app.example.com/form");
    assert_eq!(browser.text("h1").await, "Sign in to go on");
    assert!(browser.text("main").await.contains("If you just sent a form, it did not arrive"));
    let styled = "return getComputedStyle(document.querySelector('.button')).textDecorationLine";
    assert_eq!(browser.client.execute(styled, Vec::new()).await.unwrap(), json!("none"), "it has its style");
    assert_eq!(world.site.reached(), reached, "the site has not seen the form");

    browser.press("main a.button").await;
    assert_eq!(address(&browser).await.origin().ascii_serialization(), SIGN_IN);
    sign_in(&world, &browser).await;
    assert_eq!(address(&browser).await.as_str(), DEEP_LINK, "the page that the form was on");
    browser.press("form[action='/form'] button").await;
    assert_eq!(browser.text("h1").await, "POST /form");
}

async fn after_signing_out_the_next_click_asks_again(kind: Kind) {
    let world = World::behind(kind).await;
    let browser = visit(&world).await;

    goto(&browser, &format!("{SIGN_IN}/signout")).await;
    browser.press("form[action='/signout'] button").await;
    goto(&browser, DEEP_LINK).await;

    assert_eq!(address(&browser).await.origin().ascii_serialization(), SIGN_IN);
    assert!(browser.has("input[name=phone]").await);
}

async fn signing_out_everywhere_in_one_browser_ends_the_other(kind: Kind) {
    let world = World::behind(kind).await;
    let (one, other) = (visit(&world).await, visit(&world).await);
    other.client.refresh().await.unwrap();
    assert_eq!(other.text("#who").await, "+12025550150");

    goto(&one, &format!("{SIGN_IN}/signout")).await;
    one.find("input[name=everywhere]").await.click().await.unwrap();
    one.press("form[action='/signout'] button").await;

    let ended = std::time::Instant::now();
    let asked = std::cell::Cell::new(ended.elapsed());
    until("the other browser is still let in", async || {
        let since = ended.elapsed();
        goto(&other, DEEP_LINK).await;
        let turned_away = address(&other).await.origin().ascii_serialization() == SIGN_IN;
        if !turned_away {
            asked.set(since);
        }
        turned_away
    })
    .await;
    // When a page was asked for, not when it came: that is up to the machine.
    assert!(asked.get() < Duration::from_secs(6), "let in after {:?}", asked.get());
}

#[tokio::test]
async fn a_site_that_cannot_see_the_session_ends_on_a_page_that_names_the_cause() {
    let world = World::with(Kind::Nginx, &[("RETURN_TO_ORIGINS", SITE)]).await;
    let browser = world.browser().await;

    goto(&browser, DEEP_LINK).await;
    sign_in(&world, &browser).await;

    assert_eq!(address(&browser).await.origin().ascii_serialization(), SIGN_IN);
    assert_eq!(browser.text("h1").await, "You are signed in, but the site does not see it");
    assert!(browser.text("main").await.contains("COOKIE_DOMAIN"));
    assert_eq!(world.site.reached(), 0);
}
