//! What visitors do whose code does not come: they wait, ask again, have themselves called, and hear what went wrong.

use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::{
    screenshots::SCREENS,
    visitor::{CALL, NUMBER, PIN, SEND_AGAIN, SIGN_IN, Visitor},
};
use phonegate_testing::driver::{Browser, JavaScript};

/// Neither texts nor calls reach it.
const UNREACHABLE: &str = "+1 202 555 0133";
/// Calls reach it, texts do not; as it is typed, and as the simulated phone spells it.
const CALLS_ONLY: [&str; 2] = ["+1 202 555 0134", "+12025550134"];

journeys! {
    a_call_instead_of_a_text_brings_the_same_code
    a_text_sent_again_brings_a_new_code_and_ends_the_old_one
    whoever_no_text_reaches_is_told_and_signs_in_by_call
}

async fn a_call_instead_of_a_text_brings_the_same_code(javascript: JavaScript) {
    let visitor = Visitor::with_a_code_sent(javascript).await;
    let browser = &visitor.browser;
    let code = visitor.code().await;

    visitor.waits(30).await;
    visitor.presses_when_enabled(CALL).await;
    browser.is_at("/verify").await;
    let page = browser.text("main").await;
    assert!(page.contains("We are calling "), "{page}");
    let messages = visitor.messages().await;
    let channels: Vec<_> = messages.iter().map(|message| message.channel.as_str()).collect();
    assert_eq!(channels, ["voice", "sms"]);
    assert_eq!(messages[0].code, code);

    let first = browser.client.window().await.unwrap();
    let phone = browser.client.new_window(true).await.unwrap().handle;
    browser.client.switch_to_window(phone).await.unwrap();
    visitor.goes_to("/simulator/phone").await;
    browser.until_there_is(".spoken").await;
    browser.client.switch_to_window(first).await.unwrap();

    visitor.types_code(&code).await;
    browser.is_at("/result").await;
}

async fn a_text_sent_again_brings_a_new_code_and_ends_the_old_one(javascript: JavaScript) {
    let visitor = Visitor::with_a_code_sent(javascript).await;
    let browser = &visitor.browser;
    let old = visitor.code().await;

    visitor.waits(30).await;
    visitor.presses_when_enabled(SEND_AGAIN).await;
    browser.is_at("/verify").await;
    let page = browser.text("main").await;
    assert!(page.contains("The old code no longer works."), "{page}");
    assert!(page.contains("It goes out in 0:1"), "{page}");
    assert!(!browser.has(PIN).await, "a code could be typed");

    // The browser waits by its own clock. After a reload it has little left to wait.
    visitor.app.pass(14).await;
    browser.client.refresh().await.unwrap();
    visitor.app.pass(1).await;
    browser.until_there_is(PIN).await;
    let page = browser.text("main").await;
    assert!(page.contains("Only the code in the newest message works."), "{page}");
    assert_eq!(visitor.messages().await.len(), 2);

    visitor.types_code(&old).await;
    visitor.is_told_what_is_wrong_with(PIN).await;
    visitor.types_code(&visitor.code().await).await;
    browser.is_at("/result").await;
}

async fn whoever_no_text_reaches_is_told_and_signs_in_by_call(javascript: JavaScript) {
    let [typed, number] = CALLS_ONLY;
    let visitor = Visitor::arrives(javascript).await;
    let browser = &visitor.browser;
    visitor.asks_for_a_code_to(typed).await;
    assert!(!is_told(browser).await);

    visitor.waits(2).await;
    let told = async || {
        if javascript == JavaScript::Off {
            browser.client.refresh().await.unwrap();
        }
        is_told(browser).await
    };
    browser.until("nothing tells that the text failed", told).await;
    assert!(visitor.app.messages(number).await.is_empty());
    visitor.waits(28).await;
    visitor.presses_when_enabled(CALL).await;
    browser.is_at("/verify").await;
    assert!(!is_told(browser).await, "what became of the text is no news any more");

    let call = visitor.app.messages(number).await.swap_remove(0);
    assert_eq!(call.channel, "voice");
    visitor.types_code(&call.code).await;
    browser.is_at("/result").await;
}

#[tokio::test]
async fn the_countdown_runs_and_frees_the_buttons_at_its_end() {
    let visitor = Visitor::with_a_code_sent(JavaScript::On).await;
    let browser = &visitor.browser;
    let before = places(browser).await;
    assert!(!visitor.can_press(SEND_AGAIN).await && !visitor.can_press(CALL).await);
    let shown = async || browser.text("time[data-countdown]").await;
    assert_eq!(shown().await, "0:30");
    let spoken = "[aria-live] time, [role=status] time, [role=alert] time, [role=timer]";
    assert!(!browser.has(spoken).await, "each second would be read out");

    browser.pass(21).await;
    browser.until("it does not count down", async || shown().await == "0:09").await;
    assert!(!visitor.can_press(SEND_AGAIN).await && !visitor.can_press(CALL).await);

    browser.pass(9).await;
    browser.until("the buttons stay disabled", async || visitor.can_press(CALL).await).await;
    assert!(visitor.can_press(SEND_AGAIN).await);
    let page = browser.text("main").await;
    assert!(page.contains("You can get another one now."), "{page}");
    assert_eq!(places(browser).await, before, "something has moved");

    assert_eq!(browser.text("#said").await, "You can get another one now.", "said once");

    // From one to the next with the keyboard.
    browser.find(SIGN_IN).await.send_keys(&Key::Tab.to_string()).await.unwrap();
    for button in [SEND_AGAIN, CALL] {
        let focused = browser.client.active_element().await.unwrap();
        assert_eq!(focused.element_id(), browser.find(button).await.element_id(), "{button} is not next");
        focused.send_keys(&Key::Tab.to_string()).await.unwrap();
    }
}

#[tokio::test]
async fn a_failed_delivery_appears_by_itself_is_said_once_and_moves_nothing() {
    let visitor = Visitor::arrives(JavaScript::On).await;
    let browser = &visitor.browser;
    visitor.asks_for_a_code_to(UNREACHABLE).await;
    let field = browser.find(PIN).await;
    field.send_keys("12").await.unwrap();
    let before = places(browser).await;
    browser.client.execute(COUNT, Vec::new()).await.unwrap();
    assert!(!is_told(browser).await);

    visitor.app.pass(2).await;
    let by_then = count(browser, "asked").await;
    browser.until_there_is(".trouble").await;
    // One question may have been on its way; the page asks every two seconds, so it knows within three.
    assert!(count(browser, "told_at").await <= by_then + 2);

    assert_eq!(
        browser.text("#status").await,
        "The text could not be delivered. We can call you instead.",
        "what happened, and the button's words"
    );
    assert_eq!(browser.text(CALL).await, "Call me instead");
    assert_eq!(browser.find("#status").await.attr("role").await.unwrap().as_deref(), Some("status"));
    assert_eq!(field.prop("value").await.unwrap().as_deref(), Some("12"));
    let focused = browser.client.active_element().await.unwrap();
    assert_eq!(focused.element_id(), field.element_id(), "the field has lost the focus");
    assert_eq!(places(browser).await, before, "something has moved");

    let asked = async || count(browser, "asked").await;
    let by_now = asked().await;
    browser.until("nobody asks any more", async || asked().await > by_now + 1).await;
    assert_eq!(count(browser, "told").await, 1);
    let pause = count(browser, "pause").await;
    assert!(pause <= 2500, "{pause} ms between two questions");
}

#[tokio::test]
async fn a_page_says_when_another_tab_has_moved_on() {
    let visitor = Visitor::with_a_code_sent(JavaScript::On).await;
    let (browser, client) = (&visitor.browser, &visitor.browser.client);
    let first = client.window().await.unwrap();
    let second = client.new_window(true).await.unwrap().handle;
    visitor.app.pass(30).await;

    client.switch_to_window(second).await.unwrap();
    visitor.goes_to("/verify").await;
    browser.press(CALL).await;
    browser.is_at("/verify").await;
    client.switch_to_window(first).await.unwrap();

    browser.until_there_is("#status a").await;
    assert_eq!(
        browser.text("#status").await,
        "Something has changed since you opened this page. Show what is new"
    );
    browser.press("#status a").await;
    let page = browser.text("main").await;
    assert!(page.contains("We are calling "), "{page}");
    visitor.types_code(&visitor.code().await).await;
    browser.is_at("/result").await;
}

#[tokio::test]
async fn without_a_script_whoever_asks_too_early_is_told_how_long_to_wait() {
    let visitor = Visitor::with_a_code_sent(JavaScript::Off).await;
    let browser = &visitor.browser;
    visitor.app.pass(12).await;
    browser.console().await;

    for button in [CALL, SEND_AGAIN] {
        browser.press(button).await;
        let told = browser.text("[role=alert]").await;
        assert!(told.ends_with("You can ask for another message in 18 seconds."), "{told}");
        let console = browser.console().await;
        assert!(console.iter().any(|message| message.contains("429")), "{console:?}");
    }

    visitor.was_sent_one_message().await;
    visitor.types_code(&visitor.code().await).await;
    browser.is_at("/result").await;
    assert_eq!(visitor.app.messages(NUMBER).await.len(), 1);
}

#[tokio::test]
async fn the_code_form_never_reloads_while_one_types() {
    let visitor = Visitor::with_a_code_sent(JavaScript::Off).await;
    let cookies = visitor.browser.client.get_all_cookies().await.unwrap();
    let cookies: Vec<_> =
        cookies.iter().map(|cookie| format!("{}={}", cookie.name(), cookie.value())).collect();

    let page = visitor.app.get("/verify", &cookies.join("; ")).await;

    assert_eq!(page.headers().get("refresh"), None);
    let page = page.text().await.unwrap();
    assert!(page.contains("name=\"pin\"") && !page.contains("http-equiv"), "{page}");
}

async fn is_told(browser: &Browser) -> bool {
    browser.text("#status").await.contains("The text could not be delivered. We can call you instead.")
}

/// Where all is that can be pressed or typed in, on each screen.
async fn places(browser: &Browser) -> Vec<Value> {
    let mut places = Vec::new();
    for screen in SCREENS {
        browser.resize(screen).await;
        places.push(browser.client.execute(PLACES, Vec::new()).await.unwrap());
    }
    places
}

const PLACES: &str = "
    const targets = document.querySelectorAll('main :is(a, button, input:not([type=hidden]))');
    return Array.from(targets, (target) => JSON.stringify(target.getBoundingClientRect()));
";

/// Counts what is said where screen readers listen, and how often news is asked for.
const COUNT: &str = "
    window.told = 0;
    new MutationObserver(() => { window.told += 1; window.told_at ??= window.asked; })
        .observe(document.getElementById('status'), { childList: true, characterData: true, subtree: true });
    window.asked = 0;
    const send = window.fetch;
    window.pause = Infinity;
    let last = -Infinity;
    window.fetch = (...request) => {
        window.asked += 1;
        // The shortest: a busy machine lengthens some.
        window.pause = Math.min(window.pause, Math.round(performance.now() - last));
        last = performance.now();
        return send(...request);
    };
";

async fn count(browser: &Browser, what: &str) -> u64 {
    let script = "return window[arguments[0]];";
    browser.client.execute(script, vec![json!(what)]).await.unwrap().as_u64().unwrap()
}
