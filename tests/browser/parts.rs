//! The part of a page that somebody was on the way to (`#/reports/42`): browsers tell no server of it.

use crate::visitor::{CHANGE, PHONE, PIN, SEND, SEND_AGAIN, TYPED, Visitor};
use phonegate_testing::driver::JavaScript;

const PART: &str = "/reports/42?a=%20b";

impl Visitor {
    async fn is_at_the_part_of(&self, path: &str) {
        self.browser.is_at(path).await;
        let address = self.browser.client.current_url().await.unwrap();
        assert_eq!(address.fragment(), Some(PART), "{address}");
    }
}

#[tokio::test]
async fn it_is_kept_through_every_form_and_link_of_a_sign_in() {
    let visitor = Visitor::arrives(JavaScript::On).await;
    let browser = &visitor.browser;
    visitor.goes_to(&format!("/?return_to=%2Fsessions#{PART}")).await;

    visitor.types_number("12").await;
    browser.press(SEND).await;
    visitor.is_told_what_is_wrong_with(PHONE).await;
    visitor.is_at_the_part_of("/verify").await;
    visitor.asks_for_a_code_to("+1 202 555 0141").await;
    browser.press(CHANGE).await;
    visitor.is_at_the_part_of("/").await;
    visitor.asks_for_a_code_to(TYPED).await;
    visitor.types_code(&visitor.wrong_code().await).await;
    visitor.is_told_what_is_wrong_with(PIN).await;
    visitor.is_at_the_part_of("/check").await;

    visitor.waits(30).await;
    visitor.presses_when_enabled(SEND_AGAIN).await;
    visitor.is_at_the_part_of("/verify").await;
    // Once by the link, once by itself.
    visitor.app.pass(14).await;
    browser.press("main a[href='/verify']").await;
    visitor.is_at_the_part_of("/verify").await;
    visitor.app.pass(1).await;
    browser.until_there_is(PIN).await;
    visitor.is_at_the_part_of("/verify").await;

    visitor.types_code(&visitor.code().await).await;
    visitor.is_at_the_part_of("/sessions").await;
}

#[tokio::test]
async fn it_is_kept_by_the_page_that_says_a_sign_in_is_over() {
    let visitor = Visitor::arrives(JavaScript::On).await;
    visitor.goes_to(&format!("/?return_to=%2Fsessions#{PART}")).await;
    visitor.asks_for_a_code().await;
    for wrong in visitor.wrong_codes().await {
        visitor.types_code(&wrong).await;
    }
    visitor.is_at_the_part_of("/check").await;

    visitor.browser.press("main a.button").await;

    visitor.is_at_the_part_of("/").await;
    assert!(visitor.browser.has("input[name=return_to]").await);
}
