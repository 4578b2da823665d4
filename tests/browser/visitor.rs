//! Someone who signs in: the program, a browser, and what a person does with them.

use crate::app::{App, Message};
use phonegate_testing::driver::{Browser, JavaScript};

/// Theirs, and as they type it.
pub(crate) const NUMBER: &str = "+12025550140";
pub(crate) const TYPED: &str = "+1 (202) 555-0140";

pub(crate) const PHONE: &str = "input[name=phone]";
pub(crate) const PIN: &str = "input[name=pin]";
pub(crate) const SEND: &str = "form[action$='/verify'] button";
pub(crate) const SIGN_IN: &str = "form[action$='/check'] button";
pub(crate) const SEND_AGAIN: &str = "form[action$='/resend'] button[value=sms]";
pub(crate) const CALL: &str = "form[action$='/resend'] button[value=voice]";
pub(crate) const CHANGE: &str = "button[form=change]";
pub(crate) const SIGN_OUT: &str = "form[action$='/signout'] button";

pub(crate) struct Visitor {
    pub(crate) app: App,
    pub(crate) browser: Browser,
    javascript: JavaScript,
}

impl Visitor {
    /// At the first page.
    pub(crate) async fn arrives(javascript: JavaScript) -> Self {
        let visitor = Self::of(App::start().await, javascript).await;
        visitor.goes_to("/").await;
        visitor
    }

    /// Before the first page.
    pub(crate) async fn of(app: App, javascript: JavaScript) -> Self {
        Self { app, browser: Browser::open(javascript).await, javascript }
    }

    /// Before the first page, with a browser in these languages.
    pub(crate) async fn speaking(app: App, javascript: JavaScript, languages: &str) -> Self {
        let languages = format!("--accept-lang={languages}");
        Self { app, browser: Browser::open_with(javascript, &[&languages]).await, javascript }
    }

    /// At the page that asks for the code.
    pub(crate) async fn with_a_code_sent(javascript: JavaScript) -> Self {
        let visitor = Self::arrives(javascript).await;
        visitor.asks_for_a_code().await;
        visitor
    }

    pub(crate) async fn signed_in(javascript: JavaScript) -> Self {
        let visitor = Self::with_a_code_sent(javascript).await;
        visitor.types_code(&visitor.code().await).await;
        visitor.browser.is_at("/result").await;
        visitor
    }

    pub(crate) async fn goes_to(&self, path: &str) {
        self.browser.goto(&self.app.url(path)).await;
    }

    pub(crate) async fn types_number(&self, typed: &str) {
        let field = self.browser.find(PHONE).await;
        field.clear().await.unwrap();
        field.send_keys(typed).await.unwrap();
    }

    pub(crate) async fn asks_for_a_code(&self) {
        self.asks_for_a_code_to(TYPED).await;
    }

    pub(crate) async fn asks_for_a_code_to(&self, number: &str) {
        self.types_number(number).await;
        self.browser.press(SEND).await;
        self.browser.is_at(&self.app.at("/verify")).await;
    }

    /// Types a complete code. With JavaScript that is all there is to do.
    pub(crate) async fn types_code(&self, code: &str) {
        let field = self.browser.find(PIN).await;
        let submit = self.browser.find(SIGN_IN).await;
        let enter = async || {
            field.send_keys(code).await.unwrap();
            if self.javascript == JavaScript::Off {
                submit.click().await.unwrap();
            }
        };
        self.browser.leaves(enter).await;
    }

    /// Lets time pass for all.
    pub(crate) async fn waits(&self, seconds: u64) {
        self.app.pass(seconds).await;
        if self.javascript == JavaScript::On {
            self.browser.pass(seconds).await;
        }
    }

    /// Presses a button once it can be pressed.
    pub(crate) async fn presses_when_enabled(&self, button: &str) {
        self.browser.until(&format!("{button} stays disabled"), async || self.can_press(button).await).await;
        self.browser.press(button).await;
    }

    pub(crate) async fn can_press(&self, button: &str) -> bool {
        self.browser.find(button).await.attr("aria-disabled").await.unwrap().is_none()
    }

    pub(crate) async fn messages(&self) -> Vec<Message> {
        self.app.messages(NUMBER).await
    }

    /// The newest.
    pub(crate) async fn code(&self) -> String {
        self.messages().await.swap_remove(0).code
    }

    /// A code of the right length that was not sent.
    pub(crate) async fn wrong_code(&self) -> String {
        let [wrong, ..] = self.wrong_codes().await;
        wrong
    }

    /// Three that differ: the same one again uses up no try.
    pub(crate) async fn wrong_codes(&self) -> [String; 3] {
        let code = self.code().await;
        let first = u32::from(code.as_bytes()[0] - b'0');
        [1, 2, 3].map(|more| format!("{}{}", (first + more) % 10, &code[1..]))
    }

    /// That nobody was sent a second message, whatever they did.
    pub(crate) async fn was_sent_one_message(&self) {
        assert_eq!(self.messages().await.len(), 1, "messages to {NUMBER}");
    }

    /// That the field is marked as wrong, has the focus, and is described by an error a visitor can read.
    pub(crate) async fn is_told_what_is_wrong_with(&self, field: &str) {
        let input = self.browser.find(field).await;
        assert_eq!(input.attr("aria-invalid").await.unwrap().as_deref(), Some("true"), "{field}");

        let focused = self.browser.client.active_element().await.unwrap();
        assert_eq!(focused.element_id(), input.element_id(), "{field} has no focus");

        let described_by = input.attr("aria-describedby").await.unwrap().unwrap();
        let mut errors = 0;
        for id in described_by.split_whitespace() {
            let text = self.browser.find(&format!("#{id}")).await;
            assert!(!text.text().await.unwrap().is_empty(), "#{id} of {field} says nothing");
            if text.attr("role").await.unwrap().as_deref() == Some("alert") {
                errors += 1;
            }
        }
        assert_eq!(errors, 1, "errors among {described_by}");
    }
}
