//! Below a path of another app, in a real browser.

use crate::{
    app::App,
    visitor::{CALL, PIN, SIGN_OUT, Visitor},
};
use phonegate_testing::driver::JavaScript;

/// Calls reach it, texts do not; as it is typed, and as the simulated phone spells it.
const CALLS_ONLY: [&str; 2] = ["+1 202 555 0134", "+12025550134"];

journeys! {
    a_visitor_of_a_mounted_app_signs_in_by_a_second_message_and_comes_back
}

/// The provider reports below the mount that no text arrives, the page asks there and says so, another message is asked for
/// there, and the way leads back to the part of the page that was asked for.
async fn a_visitor_of_a_mounted_app_signs_in_by_a_second_message_and_comes_back(javascript: JavaScript) {
    let [typed, number] = CALLS_ONLY;
    let visitor = Visitor::of(App::mounted().await, javascript).await;
    let browser = &visitor.browser;
    browser.goto(&visitor.app.page_of_the_app("/members#/reports/42")).await;
    browser.is_at("/login").await;
    visitor.asks_for_a_code_to(typed).await;

    visitor.waits(2).await;
    let told = async || {
        if javascript == JavaScript::Off {
            browser.client.refresh().await.unwrap();
        }
        browser.has(".trouble").await
    };
    browser.until("nothing tells that the text failed", told).await;
    visitor.types_code("000000").await;
    browser.is_at("/login/check").await;
    visitor.is_told_what_is_wrong_with(PIN).await;
    visitor.waits(28).await;
    visitor.presses_when_enabled(CALL).await;
    browser.is_at("/login/verify").await;

    let call = visitor.app.messages(number).await.swap_remove(0);
    visitor.types_code(&call.code).await;
    browser.is_at("/members").await;
    let part = browser.client.current_url().await.unwrap().fragment().map(str::to_owned);
    if javascript == JavaScript::On {
        assert_eq!(part.as_deref(), Some("/reports/42"));
    }
    assert!(browser.text("main").await.contains("34"));
    visitor.goes_to("/result").await;
    browser.press(SIGN_OUT).await;
    browser.is_at("/login").await;
    // Only the app's own page has no icon.
    let console = browser.console().await;
    let missing = console.iter().any(|said| said.contains("404") && !said.contains("/favicon.ico"));
    assert!(!missing, "{console:?}");
}
