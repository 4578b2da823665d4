//! Pictures of every page, for people to look at in `target/screenshots`; and what a program can see on them.

use std::{fs, path::Path};

use serde_json::json;

use crate::{
    driver::{Browser, JavaScript},
    visitor::{CANCEL, SEND, SIGN_OUT, Visitor},
};

/// Width and height of a phone and of a desk.
const SCREENS: [(u32, u32); 2] = [(360, 740), (1280, 800)];
const SCHEMES: [&str; 2] = ["light", "dark"];

/// What does not fit the screen, is too small to read or too small to touch.
const MEASURE: &str = r#"
    const problems = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) problems.push("the page is wider than the screen");
    if (!document.title.trim() || !root.lang) problems.push("no title or no language");
    if (document.querySelectorAll("h1").length !== 1) problems.push("not one headline");
    for (const target of document.querySelectorAll("main :is(button, .button, input:not([type=hidden]))")) {
        const { height } = target.getBoundingClientRect();
        if (height < 44) problems.push(`${height} px high: ${target.outerHTML}`);
    }
    for (const text of document.querySelectorAll("main :is(h1, p, label, button, a, input:not([type=hidden]))")) {
        const size = parseFloat(getComputedStyle(text).fontSize);
        if (size < 16) problems.push(`${size} px letters: ${text.outerHTML}`);
    }
    return problems;
"#;

#[tokio::test]
async fn every_page_fits_every_screen_in_light_and_dark() {
    let visitor = Visitor::arrives(JavaScript::On).await;
    let browser = &visitor.browser;
    look(browser, "index").await;
    visitor.types_number("+1 202 555").await;
    browser.press(SEND).await;
    look(browser, "index-error").await;
    visitor.asks_for_a_code().await;
    look(browser, "verify").await;
    visitor.types_code(&visitor.wrong_code().await).await;
    look(browser, "verify-error").await;
    browser.press(CANCEL).await;
    look(browser, "index-cancelled").await;
    visitor.asks_for_a_code().await;
    look(browser, "verify-resumed").await;
    visitor.types_code(&visitor.code().await).await;
    browser.is_at("/result").await;
    look(browser, "result").await;
    visitor.goes_to("/signout").await;
    look(browser, "sign-out").await;
    browser.press(SIGN_OUT).await;
    visitor.asks_for_a_code().await;
    let wrong = visitor.wrong_code().await;
    for _ in 0..3 {
        visitor.types_code(&wrong).await;
    }
    look(browser, "result-failed").await;
    visitor.goes_to("/no-such-page").await;
    look(browser, "not-found").await;
    visitor.goes_to("/simulator").await;
    look(browser, "simulator").await;
    visitor.goes_to("/simulator/phone").await;
    look(browser, "simulator-phone").await;
}

/// Takes the page's pictures, and fails on what is wrong with it.
async fn look(browser: &Browser, page: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    fs::create_dir_all(&folder).unwrap();
    for (width, height) in SCREENS {
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        browser.tools("Emulation.setDeviceMetricsOverride", screen).await;
        let mut pictures = Vec::new();
        for scheme in SCHEMES {
            let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
            browser.tools("Emulation.setEmulatedMedia", media).await;
            let picture = browser.client.screenshot().await.unwrap();
            fs::write(folder.join(format!("{page}-{width}x{height}-{scheme}.png")), &picture).unwrap();
            pictures.push(picture);
        }
        assert_ne!(pictures[0], pictures[1], "{page} is as dark as it is light");
        let problems = browser.client.execute(MEASURE, Vec::new()).await.unwrap();
        assert_eq!(problems, json!([]), "{page} at {width}×{height}");
    }
    let complaints = browser.complaints().await;
    assert_eq!(complaints, Vec::<String>::new(), "{page}");
}
