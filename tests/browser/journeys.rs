//! What visitors do: the straight way, the mistakes, and all that a browser's buttons allow.

use crate::visitor::{CHANGE, NUMBER, PHONE, PIN, SEND, SIGN_OUT, TYPED, Visitor};
use phonegate_testing::driver::JavaScript;

journeys! {
    a_visitor_signs_in_and_out
    a_wrong_number_is_explained_and_can_be_mended
    a_wrong_code_is_explained_and_the_right_one_still_counts
    three_wrong_codes_end_the_sign_in
    whoever_cancels_is_told_once_and_may_go_on_with_the_same_code
    a_double_click_sends_one_message
    reloading_sends_nothing
    going_back_and_forth_sends_nothing
    asking_again_after_going_back_sends_nothing
    opening_the_address_of_a_refused_code_changes_nothing
    going_back_after_sign_in_does_not_ask_for_a_code_again
    going_back_after_sign_out_shows_nothing_of_the_session
    the_simulated_phone_shows_the_code_by_itself
}

async fn a_visitor_signs_in_and_out(javascript: JavaScript) {
    let visitor = Visitor::arrives(javascript).await;
    let browser = &visitor.browser;

    visitor.asks_for_a_code().await;
    let code = visitor.code().await;
    let (first, second) = code.split_at(3);
    visitor.types_code(&format!("{first} {second}")).await;
    browser.is_at("/result").await;
    let page = browser.text("main").await;
    assert!(page.contains("40") && !page.contains("555"), "not masked: {page}");

    visitor.goes_to("/signout").await;
    browser.press(SIGN_OUT).await;
    browser.is_at("/").await;
    assert!(browser.has("#notice").await);

    visitor.goes_to("/result").await;
    browser.is_at("/").await;
    visitor.was_sent_one_message().await;
}

#[tokio::test]
async fn a_complete_code_is_sent_by_itself_and_no_sooner() {
    let visitor = Visitor::with_a_code_sent(JavaScript::On).await;
    let code = visitor.code().await;
    let (most, last) = code.split_at(code.len() - 1);

    visitor.browser.find(PIN).await.send_keys(most).await.unwrap();
    visitor.browser.is_at("/verify").await;
    visitor.types_code(last).await;

    visitor.browser.is_at("/result").await;
}

async fn a_wrong_number_is_explained_and_can_be_mended(javascript: JavaScript) {
    let visitor = Visitor::arrives(javascript).await;
    let browser = &visitor.browser;

    visitor.types_number("+1 202 555").await;
    browser.press(SEND).await;
    visitor.is_told_what_is_wrong_with(PHONE).await;
    let kept = browser.find(PHONE).await.prop("value").await.unwrap();
    assert_eq!(kept.as_deref(), Some("+1 202 555"));

    visitor.asks_for_a_code().await;
    visitor.was_sent_one_message().await;
}

async fn a_wrong_code_is_explained_and_the_right_one_still_counts(javascript: JavaScript) {
    let visitor = Visitor::with_a_code_sent(javascript).await;
    let browser = &visitor.browser;

    visitor.types_code(&visitor.wrong_code().await).await;
    visitor.is_told_what_is_wrong_with(PIN).await;
    let kept = browser.find(PIN).await.prop("value").await.unwrap();
    assert_eq!(kept.as_deref(), Some(""));

    visitor.types_code(&visitor.code().await).await;
    browser.is_at("/result").await;
    visitor.was_sent_one_message().await;
}

async fn three_wrong_codes_end_the_sign_in(javascript: JavaScript) {
    let visitor = Visitor::with_a_code_sent(javascript).await;
    let browser = &visitor.browser;
    let code = visitor.code().await;

    for wrong in visitor.wrong_codes().await {
        visitor.types_code(&wrong).await;
    }
    assert!(!browser.has(PIN).await);
    browser.press("main a[href='/']").await;
    browser.is_at("/").await;

    visitor.asks_for_a_code().await;
    assert_ne!(visitor.code().await, code);
    visitor.types_code(&visitor.code().await).await;
    browser.is_at("/result").await;
    assert_eq!(visitor.messages().await.len(), 2);
}

async fn whoever_cancels_is_told_once_and_may_go_on_with_the_same_code(javascript: JavaScript) {
    let visitor = Visitor::with_a_code_sent(javascript).await;
    let browser = &visitor.browser;

    browser.press(CHANGE).await;
    browser.is_at("/").await;
    assert!(!browser.text("#notice").await.is_empty());
    browser.client.refresh().await.unwrap();
    assert!(!browser.has("#notice").await);
    visitor.goes_to("/verify").await;
    browser.is_at("/").await;

    visitor.asks_for_a_code().await;
    visitor.types_code(&visitor.code().await).await;
    browser.is_at("/result").await;
    visitor.was_sent_one_message().await;
}

async fn a_double_click_sends_one_message(javascript: JavaScript) {
    let visitor = Visitor::arrives(javascript).await;

    visitor.types_number(TYPED).await;
    visitor.browser.double_click(SEND).await;

    visitor.browser.is_at("/verify").await;
    visitor.was_sent_one_message().await;
    visitor.types_code(&visitor.code().await).await;
    visitor.browser.is_at("/result").await;
}

async fn reloading_sends_nothing(javascript: JavaScript) {
    let visitor = Visitor::arrives(javascript).await;
    let client = &visitor.browser.client;

    client.refresh().await.unwrap();
    visitor.asks_for_a_code().await;
    client.refresh().await.unwrap();
    visitor.browser.is_at("/verify").await;
    visitor.types_code(&visitor.code().await).await;
    visitor.browser.is_at("/result").await;
    client.refresh().await.unwrap();

    visitor.browser.is_at("/result").await;
    visitor.was_sent_one_message().await;
}

async fn going_back_and_forth_sends_nothing(javascript: JavaScript) {
    let visitor = Visitor::with_a_code_sent(javascript).await;
    let browser = &visitor.browser;

    browser.client.back().await.unwrap();
    browser.is_at("/").await;
    browser.client.forward().await.unwrap();
    browser.is_at("/verify").await;

    visitor.types_code(&visitor.code().await).await;
    browser.is_at("/result").await;
    visitor.was_sent_one_message().await;
}

async fn asking_again_after_going_back_sends_nothing(javascript: JavaScript) {
    let visitor = Visitor::with_a_code_sent(javascript).await;
    let browser = &visitor.browser;

    browser.client.back().await.unwrap();
    browser.is_at("/").await;
    visitor.asks_for_a_code().await;
    assert!(browser.has("#notice").await, "nothing says that the code was sent before");

    visitor.was_sent_one_message().await;
    visitor.types_code(&visitor.code().await).await;
    browser.is_at("/result").await;
}

async fn opening_the_address_of_a_refused_code_changes_nothing(javascript: JavaScript) {
    let visitor = Visitor::with_a_code_sent(javascript).await;
    let browser = &visitor.browser;

    visitor.types_code(&visitor.wrong_code().await).await;
    browser.is_at("/check").await;
    visitor.goes_to("/check").await;
    browser.is_at("/verify").await;

    visitor.types_code(&visitor.code().await).await;
    browser.is_at("/result").await;
    visitor.was_sent_one_message().await;
}

async fn going_back_after_sign_in_does_not_ask_for_a_code_again(javascript: JavaScript) {
    let visitor = Visitor::signed_in(javascript).await;
    let browser = &visitor.browser;

    for _ in 0..2 {
        browser.client.back().await.unwrap();
        browser.is_at("/result").await;
    }
    assert!(!browser.has(PIN).await);
    visitor.was_sent_one_message().await;
}

async fn going_back_after_sign_out_shows_nothing_of_the_session(javascript: JavaScript) {
    let visitor = Visitor::signed_in(javascript).await;
    let browser = &visitor.browser;

    browser.press(SIGN_OUT).await;
    browser.is_at("/").await;
    browser.client.back().await.unwrap();

    browser.is_at("/").await;
    assert!(browser.has(PHONE).await);
}

async fn the_simulated_phone_shows_the_code_by_itself(javascript: JavaScript) {
    let visitor = Visitor::arrives(javascript).await;
    let client = &visitor.browser.client;

    let first = client.window().await.unwrap();
    visitor.browser.find("a[href$='/simulator/phone']").await.click().await.unwrap();
    let windows = async || client.windows().await.unwrap();
    visitor.browser.until("no window opens", async || windows().await.len() > 1).await;
    let phone = windows().await.into_iter().find(|window| *window != first).unwrap();
    client.switch_to_window(phone.clone()).await.unwrap();
    visitor.browser.is_at("/simulator/phone").await;

    client.switch_to_window(first).await.unwrap();
    visitor.asks_for_a_code().await;
    let code = visitor.code().await;
    client.switch_to_window(phone).await.unwrap();

    let shown = async || {
        // The page may be reloading itself at this moment.
        let Ok(page) = client.source().await else { return false };
        page.contains(&code)
    };
    visitor.browser.until(&format!("{NUMBER} has no message with the code"), shown).await;
}
