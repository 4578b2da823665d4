//! Codes that are pasted, that come by themselves, that run out; forms that are slow, and forms that cannot be sent.

use fantoccini::key::Key;
use serde_json::json;

use crate::{
    app::App,
    screenshots::picture,
    visitor::{CALL, CHANGE, PHONE, PIN, SEND, SIGN_IN, TYPED, Visitor},
};
use phonegate_testing::driver::{Browser, JavaScript};

const SAME: &str = "input[name=same] ~ button";

journeys! {
    a_message_that_is_pasted_whole_signs_in
    digits_of_another_script_sign_in
}

async fn a_message_that_is_pasted_whole_signs_in(javascript: JavaScript) {
    let visitor = Visitor::with_a_code_sent(javascript).await;
    let code = visitor.code().await;
    visitor.types_code(&format!("G-{code} is your code, good for 5 minutes.")).await;
    visitor.browser.is_at("/result").await;
}

async fn digits_of_another_script_sign_in(javascript: JavaScript) {
    let visitor = Visitor::with_a_code_sent(javascript).await;
    let code = visitor.code().await;
    let arabic = |digit: char| char::from_u32(0x660 + digit.to_digit(10).unwrap()).unwrap();
    visitor.types_code(&code.chars().map(arabic).collect::<String>()).await;
    visitor.browser.is_at("/result").await;
}

/// A browser that reads codes out of messages for the pages that they name.
const READS_MESSAGES: &str = "
    window.OTPCredential = class {};
    navigator.credentials.get = ({ otp, signal }) => {
        window.asked = { otp, signal };
        return new Promise((arrives) => { window.arrives = (code) => arrives({ code }); });
    };
";

#[tokio::test]
async fn a_code_that_the_browser_reads_in_the_message_signs_in() {
    let visitor = Visitor::arrives(JavaScript::On).await;
    let browser = &visitor.browser;
    browser.tools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": READS_MESSAGES })).await;
    visitor.asks_for_a_code().await;
    let asked = browser.client.execute("return window.asked.otp;", Vec::new()).await.unwrap();
    assert_eq!(asked, json!({ "transport": ["sms"] }));

    let code = visitor.code().await;
    browser.client.execute("window.arrives(arguments[0]);", vec![json!(code)]).await.unwrap();
    browser.is_at("/result").await;
}

#[tokio::test]
async fn a_code_that_runs_out_gives_way_to_a_button_for_a_new_one() {
    let visitor = Visitor::with_a_code_sent(JavaScript::On).await;
    let browser = &visitor.browser;
    let left = async || browser.text("time[data-expires]").await;
    assert_eq!(left().await, "5:00");
    browser.pass(31).await;
    browser.until("it does not count down", async || left().await == "4:29").await;

    visitor.waits(269).await;
    let gone = async || !browser.find(PIN).await.is_displayed().await.unwrap();
    browser.until("the code can still be typed", gone).await;
    assert_eq!(browser.text("#expired h1").await, "This code has expired");
    let focused = browser.client.active_element().await.unwrap();
    assert_eq!(focused.text().await.unwrap(), "This code has expired", "it is not read out");
    assert!(browser.text("#expired").await.contains("+1 202-555-0140"));

    visitor.app.pass(15).await;
    browser.press(SAME).await;
    browser.is_at("/verify").await;
    visitor.app.pass(15).await;
    visitor.goes_to("/verify").await;
    visitor.types_code(&visitor.code().await).await;
    browser.is_at("/result").await;
}

#[tokio::test]
async fn whose_code_has_run_out_finds_the_number_in_the_form() {
    for javascript in [JavaScript::On, JavaScript::Off] {
        let visitor = Visitor::with_a_code_sent(javascript).await;
        visitor.app.pass(300).await;
        visitor.browser.press(CHANGE).await;
        visitor.browser.is_at("/").await;
        let number = visitor.browser.find(PHONE).await.prop("value").await.unwrap();
        assert_eq!(number.as_deref(), Some("(202) 555-0140"), "{javascript:?}");
    }
}

#[tokio::test]
async fn a_form_that_takes_its_time_says_so_and_can_be_sent_again_after_a_while() {
    let visitor = Visitor::arrives(JavaScript::On).await;
    let browser = &visitor.browser;
    let script = "
        window.timers = [];
        window.setTimeout = (act, after) => { window.timers.push({ act, after }); };
        document.forms[0].addEventListener('submit', (event) => event.preventDefault());
    ";
    browser.client.execute(script, Vec::new()).await.unwrap();
    visitor.types_number(TYPED).await;
    browser.find(SEND).await.click().await.unwrap();
    assert_eq!(
        (browser.text(SEND).await, browser.text("#said").await),
        ("Sending…".into(), "Sending…".into())
    );
    assert!(!visitor.can_press(SEND).await);

    let ring = "window.timers.filter(({ after }) => after === arguments[0]).forEach(({ act }) => act());";
    browser.client.execute(ring, vec![json!(6_000)]).await.unwrap();
    assert_eq!(browser.text("#said").await, "This takes longer than usual. Please wait.");
    browser.client.execute(ring, vec![json!(20_000)]).await.unwrap();
    assert_eq!(browser.text(SEND).await, "Text me a code");
    assert!(visitor.can_press(SEND).await);
}

#[tokio::test]
async fn whoever_is_offline_is_told_and_loses_nothing() {
    let visitor = Visitor::arrives(JavaScript::On).await;
    let browser = &visitor.browser;
    let offline = |offline: bool| json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    visitor.types_number(TYPED).await;
    browser.tools("Network.enable", json!({})).await;
    browser.tools("Network.emulateNetworkConditions", offline(true)).await;
    browser.find(SEND).await.click().await.unwrap();
    assert!(browser.text("#offline").await.starts_with("You are offline, so nothing was sent."));
    assert_eq!(browser.find(PHONE).await.prop("value").await.unwrap().as_deref(), Some(TYPED));

    browser.tools("Network.emulateNetworkConditions", offline(false)).await;
    browser.press(SEND).await;
    browser.is_at("/verify").await;
    visitor.was_sent_one_message().await;
}

#[tokio::test]
async fn a_button_that_waits_can_be_reached_and_not_pressed() {
    let visitor = Visitor::with_a_code_sent(JavaScript::On).await;
    let browser = &visitor.browser;
    browser.find(SIGN_IN).await.send_keys(&format!("{}{}", Key::Tab, Key::Tab)).await.unwrap();
    let focused = browser.client.active_element().await.unwrap();
    assert_eq!(focused.element_id(), browser.find(CALL).await.element_id());
    assert_eq!(focused.attr("aria-disabled").await.unwrap().as_deref(), Some("true"));
    assert_eq!(focused.attr("disabled").await.unwrap(), None);
    focused.click().await.unwrap();
    browser.is_at("/verify").await;
    visitor.was_sent_one_message().await;
}

/// What does not fit.
const WIDE: &str = "
    const root = document.documentElement;
    const wide = Array.from(document.querySelectorAll('body *')).filter((element) =>
        element.checkVisibility() && !element.matches('.unseen, .unseen *') && element.getBoundingClientRect().right > root.clientWidth + 1);
    return root.scrollWidth > root.clientWidth ? wide.map((element) => element.outerHTML.slice(0, 200)) : [];
";

pub(crate) async fn fits(browser: &Browser, page: &str) {
    for text in ["100%", "200%"] {
        browser.resize((320, 640)).await;
        let script = format!("document.documentElement.style.fontSize = arguments[0]; {WIDE}");
        let wide = browser.client.execute(&script, vec![json!(text)]).await.unwrap();
        assert_eq!(wide, json!([]), "{page} at {text}");
    }
    browser.client.execute("document.documentElement.style.fontSize = '';", Vec::new()).await.unwrap();
}

#[tokio::test]
async fn pages_fit_the_narrowest_screen_with_the_widest_name_and_letters_of_twice_the_size() {
    let brand = "W".repeat(16);
    let visitor = Visitor::of(App::start_with(&[("BRAND", &brand)]).await, JavaScript::On).await;
    let browser = &visitor.browser;
    visitor.goes_to("/").await;
    fits(browser, "index").await;
    visitor.types_number("+1 202").await;
    browser.press(SEND).await;
    fits(browser, "index with a problem").await;
    visitor.asks_for_a_code().await;
    fits(browser, "verify").await;
    let script =
        "document.getElementById('entry').hidden = true; document.getElementById('expired').hidden = false;";
    browser.client.execute(script, Vec::new()).await.unwrap();
    fits(browser, "verify, expired").await;
    visitor.goes_to("/verify").await;
    visitor.types_code(&visitor.code().await).await;
    browser.is_at("/result").await;
    for page in ["/result", "/sessions", "/signout", "/no-such-page", "/simulator", "/simulator/phone"] {
        visitor.goes_to(page).await;
        fits(browser, page).await;
    }
}

/// The bottom of what one has to see while one types, on a phone of this height with its keyboard up.
const IN_VIEW: &str = "
    document.querySelector('aside').hidden = true;
    const needed = document.querySelectorAll('header, h1, .lead, label[for], main form input:not([type=hidden], [type=checkbox]), main form button');
    const seen = Array.from(needed).filter((element) => element.checkVisibility() && !element.closest('.delivery'));
    return Math.max(...seen.map((element) => element.getBoundingClientRect().bottom));
";

#[tokio::test]
async fn all_that_is_needed_is_in_view_above_the_keyboard() {
    let visitor = Visitor::arrives(JavaScript::On).await;
    let browser = &visitor.browser;
    for (page, scheme) in [("index", "light"), ("verify", "dark")] {
        browser.resize((360, 380)).await;
        let bottom = browser.client.execute(IN_VIEW, Vec::new()).await.unwrap().as_f64().unwrap();
        assert!(bottom <= 380.0, "{page}: {bottom} px");
        picture(browser, &format!("{page}-360x380-{scheme}"), &[("prefers-color-scheme", scheme)]).await;
        for (name, feature) in
            [("forced", ("forced-colors", "active")), ("still", ("prefers-reduced-motion", "reduce"))]
        {
            picture(browser, &format!("{page}-360x380-{name}"), &[feature]).await;
        }
        if page == "index" {
            visitor.asks_for_a_code().await;
        }
    }
    let moves = "return document.getAnimations().length;";
    visitor.types_code(&visitor.code().await).await;
    browser.is_at("/result").await;
    assert_eq!(browser.client.execute(moves, Vec::new()).await.unwrap(), json!(0), "for who wants no motion");
}

#[tokio::test]
async fn the_simulated_phone_shows_what_arrives_and_leaves_the_focus_alone() {
    let visitor = Visitor::arrives(JavaScript::On).await;
    let browser = &visitor.browser;
    let first = browser.client.window().await.unwrap();
    let phone = browser.client.new_window(true).await.unwrap().handle;
    browser.client.switch_to_window(phone.clone()).await.unwrap();
    visitor.goes_to("/simulator/phone").await;
    browser.client.execute("window.same = true;", Vec::new()).await.unwrap();
    let button = "button[value='30']";
    browser
        .client
        .execute("document.querySelector(arguments[0]).focus();", vec![json!(button)])
        .await
        .unwrap();

    browser.client.switch_to_window(first).await.unwrap();
    visitor.asks_for_a_code().await;
    let code = visitor.code().await;
    browser.client.switch_to_window(phone).await.unwrap();
    browser.until_there_is(".code").await;
    assert_eq!(browser.text(".code").await, code);
    assert!(browser.client.title().await.unwrap().starts_with(&code), "the tab does not tell");
    let same =
        "return window.same === true && document.activeElement === document.querySelector(arguments[0]);";
    assert_eq!(
        browser.client.execute(same, vec![json!(button)]).await.unwrap(),
        json!(true),
        "it was reloaded"
    );
}
