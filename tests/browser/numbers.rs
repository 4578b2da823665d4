//! Numbers as people type them, in a real browser: with the country beside them, and with a script that helps.

use fantoccini::{Locator, key::Key};

use crate::{
    app::App,
    visitor::{CHANGE, PHONE, PIN, SEND, Visitor},
};
use phonegate_testing::driver::JavaScript;

const LIST: &str = "select[name=country]";

journeys! {
    whoever_types_a_number_as_at_home_gets_in_at_the_first_try
    a_country_is_chosen_by_its_name
    a_wrong_number_is_seen_whole_and_changed_with_what_was_typed_still_there
    a_number_is_kept_on_the_device_for_whoever_asks
}

impl Visitor {
    async fn british(javascript: JavaScript) -> Self {
        let visitor = Self::speaking(App::start().await, javascript, "en-GB").await;
        visitor.goes_to("/").await;
        visitor
    }

    async fn value(&self, field: &str) -> String {
        self.browser.find(field).await.prop("value").await.unwrap().unwrap()
    }

    async fn chooses(&self, letters: &str) {
        // As the keyboard does it: the first name that begins so.
        self.browser.find(LIST).await.send_keys(letters).await.unwrap();
    }
}

async fn whoever_types_a_number_as_at_home_gets_in_at_the_first_try(javascript: JavaScript) {
    let visitor = Visitor::british(javascript).await;
    let browser = &visitor.browser;
    assert_eq!(visitor.value(LIST).await, "GB");
    assert_eq!(browser.find(PHONE).await.attr("placeholder").await.unwrap().as_deref(), Some("07400 123456"));

    visitor.asks_for_a_code_to("07946095817").await;
    assert_eq!(browser.text(".phone").await, "+44 7946 095817");
    let code = visitor.app.messages("+447946095817").await.swap_remove(0).code;
    visitor.types_code(&code).await;
    browser.is_at("/result").await;
    let page = browser.text("main").await;
    assert!(page.contains("17") && !page.contains("0958"), "not masked: {page}");
}

async fn a_country_is_chosen_by_its_name(javascript: JavaScript) {
    let visitor = Visitor::british(javascript).await;
    visitor.chooses("Germ").await;
    assert_eq!(visitor.value(LIST).await, "DE");
    visitor.asks_for_a_code_to("0171 1234567").await;
    assert_eq!(visitor.browser.text(".phone").await, "+49 171 1234567");
}

async fn a_wrong_number_is_seen_whole_and_changed_with_what_was_typed_still_there(javascript: JavaScript) {
    let visitor = Visitor::british(javascript).await;
    let browser = &visitor.browser;
    visitor.asks_for_a_code_to("07946 095812").await;

    browser.press(CHANGE).await;
    browser.is_at("/").await;
    assert_eq!(browser.client.current_url().await.unwrap().query(), None, "no number in an address");
    assert_eq!((visitor.value(PHONE).await, visitor.value(LIST).await), ("07946 095812".into(), "GB".into()));

    visitor.asks_for_a_code_to("07946 095817").await;
    assert_eq!(browser.text(".phone").await, "+44 7946 095817");
    assert!(browser.has(PIN).await);
}

async fn a_number_is_kept_on_the_device_for_whoever_asks(javascript: JavaScript) {
    let visitor = Visitor::british(javascript).await;
    let browser = &visitor.browser;
    browser.find("input[name=remember]").await.click().await.unwrap();
    visitor.asks_for_a_code_to("07946 095817").await;

    visitor.goes_to("/").await;
    assert_eq!((visitor.value(PHONE).await, visitor.value(LIST).await), ("07946 095817".into(), "GB".into()));
    let kept = browser.client.get_named_cookie("phonegate-number").await.unwrap();
    assert!(kept.http_only() == Some(true) && !kept.value().contains("095817"), "{kept}");
    assert!(browser.find("input[name=remember]").await.is_selected().await.unwrap());
}

#[tokio::test]
async fn a_number_is_grouped_while_it_is_typed_and_its_code_moves_the_country() {
    let visitor = Visitor::british(JavaScript::On).await;
    let browser = &visitor.browser;
    for (keys, value, country, shown) in [
        ("07946095817", "07946 095817", "GB", "🇬🇧 +44"),
        ("7946095817", "7946 095817", "GB", "🇬🇧 +44"),
        ("٠٧٩٤٦٠٩٥٨١٧", "07946 095817", "GB", "🇬🇧 +44"),
        ("079460958171234", "079460958171234", "GB", "🇬🇧 +44"),
        ("+12025550150", "+12025550150", "US", "🇺🇸 +1"),
        ("2025550150", "(202) 555-0150", "US", "🇺🇸 +1"),
        ("12025550152", "12025550152", "US", "🇺🇸 +1"),
        ("+393471234567", "+393471234567", "IT", "🇮🇹 +39"),
        ("3471234567", "347 123 4567", "IT", "🇮🇹 +39"),
        ("+49", "+49", "DE", "🇩🇪 +49"),
        ("+7", "+7", "RU", "🇷🇺 +7"),
        ("call me", "call me", "RU", "🇷🇺 +7"),
        ("+4479", "+4479", "GB", "🇬🇧 +44"),
    ] {
        visitor.types_number(keys).await;
        assert_eq!(
            (visitor.value(PHONE).await.as_str(), visitor.value(LIST).await.as_str()),
            (value, country),
            "{keys}"
        );
        assert_eq!(browser.text(".flag").await, shown, "{keys}");
    }

    // A digit that is put right in the middle leaves the cursor where it is.
    visitor.types_number("07946 095817").await;
    let field = browser.find(PHONE).await;
    let left = Key::Left.to_string().repeat(3);
    field.send_keys(&format!("{left}{}{}", char::from(Key::Backspace), "4")).await.unwrap();
    assert_eq!(visitor.value(PHONE).await, "07946 094817");

    // Another country in the list takes the code in the field along.
    visitor.types_number("+44 7946 095817").await;
    visitor.chooses("Germ").await;
    assert_eq!(
        (visitor.value(PHONE).await.as_str(), browser.text(".flag").await.as_str()),
        ("7946095817", "🇩🇪 +49")
    );
    assert_eq!(field.attr("placeholder").await.unwrap().as_deref(), Some("01512 3456789"));
}

#[tokio::test]
async fn list_and_number_are_one_field_for_the_eye_and_two_for_a_screen_reader() {
    for (javascript, rows) in [(JavaScript::On, 1.0), (JavaScript::Off, 2.0)] {
        let visitor = Visitor::british(javascript).await;
        let browser = &visitor.browser;
        for screen in [(320, 640), (360, 740), (1280, 800)] {
            browser.resize(screen).await;
            let height = browser.find(".number").await.rectangle().await.unwrap().3;
            assert!((height / 52.0 - rows).abs() < 0.2, "{height} px at {screen:?}, {javascript:?}");
        }
        for (field, name, autocomplete) in
            [(LIST, "Country", "tel-country-code"), (PHONE, "Mobile number", "tel")]
        {
            let field = browser.find(field).await;
            assert_eq!(visitor.browser.name_of(&field).await, name);
            assert_eq!(field.attr("autocomplete").await.unwrap().as_deref(), Some(autocomplete));
        }
        browser.find(LIST).await.send_keys(&Key::Tab.to_string()).await.unwrap();
        let focused = browser.client.active_element().await.unwrap();
        assert_eq!(focused.attr("id").await.unwrap().as_deref(), Some("phone"), "the number is next");
        let options = browser.client.find_all(Locator::Css("select[name=country] option")).await.unwrap();
        assert_eq!(options.len(), 245);
        assert!(browser.has(SEND).await);
    }
}
