//! Pictures of every page, for people to look at in `target/screenshots`; and what a program can see on them.

use std::{fs, path::Path};

use data_encoding::BASE64;
use serde_json::json;

use crate::{
    app::App,
    visitor::{CALL, CHANGE, PIN, SEND, SEND_AGAIN, SIGN_OUT, Visitor},
    waiting::fits,
};
use phonegate_testing::driver::{Browser, JavaScript};

/// Width and height of a phone and of a desk.
pub(crate) const SCREENS: [(u32, u32); 2] = [(360, 740), (1280, 800)];
const SCHEMES: [&str; 2] = ["light", "dark"];

/// Colours fade from one scheme to the other; a picture is of the end.
const SETTLE: &str = "document.getAnimations().forEach((animation) => animation.finish());";

/// What is wrong with any page.
const FLAWS: &str = r#"
    const flaws = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) flaws.push("wider than the screen");
    if (!document.title.trim()) flaws.push("no title");
    if (!root.lang) flaws.push("no language");
    const shown = (element) => element.checkVisibility();
    if (Array.from(document.querySelectorAll("h1")).filter(shown).length !== 1) flaws.push("not one headline");
    return flaws;
"#;

/// What is too small to touch or to read.
const TOO_SMALL: &str = r#"
    const small = [];
    for (const target of document.querySelectorAll("main :is(button, .button, input:not([type=hidden]))")) {
        if (!target.checkVisibility()) continue;
        // A box is ticked by its label too.
        const { height } = (target.closest("label") ?? target).getBoundingClientRect();
        if (height < 44) small.push(`${height} px high: ${target.outerHTML}`);
    }
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        if (!texts.currentNode.data.trim()) continue;
        const size = parseFloat(getComputedStyle(texts.currentNode.parentElement).fontSize);
        if (size < 16) small.push(`${size} px letters: ${texts.currentNode.data}`);
    }
    for (const input of document.querySelectorAll("input:not([type=hidden])")) {
        const size = parseFloat(getComputedStyle(input).fontSize);
        if (size < 16) small.push(`${size} px letters: ${input.outerHTML}`);
    }
    return small;
"#;

/// At a desk there is room for all of the code form, even below the simulator's banner.
const SCROLLS: &str = r"
    const { scrollHeight, clientHeight, clientWidth } = document.documentElement;
    return clientWidth > 600 && scrollHeight > clientHeight ? [`${scrollHeight - clientHeight} px too high`] : [];
";

/// What axe-core finds, each rule with the elements that break it.
const AXE: &str = r";
    const [answer] = arguments;
    axe.run().then(({ violations }) => {
        answer(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(', ')}`));
    });
";

/// What no page may have.
const PAGE: [&str; 2] = [FLAWS, TOO_SMALL];
/// What the code form may not have, as long as nothing is wrong.
const CODE_FORM: [&str; 3] = [FLAWS, TOO_SMALL, SCROLLS];

#[tokio::test]
async fn every_page_fits_every_screen_in_light_and_dark() {
    let visitor = Visitor::arrives(JavaScript::On).await;
    let browser = &visitor.browser;
    look(browser, "index", &PAGE).await;
    visitor.types_number("+1 202 555").await;
    browser.press(SEND).await;
    look(browser, "index-error", &PAGE).await;
    visitor.asks_for_a_code().await;
    look(browser, "verify", &CODE_FORM).await;
    visitor.types_code(&visitor.wrong_code().await).await;
    look(browser, "verify-error", &PAGE).await;
    browser.press(CHANGE).await;
    look(browser, "index-cancelled", &PAGE).await;
    visitor.asks_for_a_code().await;
    look(browser, "verify-resumed", &PAGE).await;
    visitor.types_code(&visitor.code().await).await;
    browser.is_at("/result").await;
    look(browser, "result", &PAGE).await;
    // The same number once more, as in another browser.
    browser.client.delete_cookie("phonegate").await.unwrap();
    visitor.goes_to("/").await;
    visitor.asks_for_a_code().await;
    visitor.types_code(&visitor.code().await).await;
    browser.is_at("/result").await;
    visitor.goes_to("/sessions").await;
    look(browser, "sessions", &PAGE).await;
    visitor.goes_to("/signout").await;
    look(browser, "sign-out", &PAGE).await;
    browser.press(SIGN_OUT).await;
    visitor.goes_to("/auth").await;
    look(browser, "unauthorized", &PAGE).await;
    visitor.goes_to("/").await;
    visitor.asks_for_a_code().await;
    for wrong in visitor.wrong_codes().await {
        visitor.types_code(&wrong).await;
    }
    look(browser, "result-failed", &PAGE).await;
    visitor.goes_to("/no-such-page").await;
    look(browser, "not-found", &PAGE).await;
}

#[tokio::test]
async fn every_state_of_a_delivery_fits_every_screen_in_light_and_dark() {
    let visitor = Visitor::with_a_code_sent(JavaScript::On).await;
    let browser = &visitor.browser;
    // As without JavaScript, where the buttons can be pressed at once.
    let post = "document.querySelector(\"form[action='/resend']\").submit();";
    browser.leaves(async || drop(browser.client.execute(post, Vec::new()).await.unwrap())).await;
    look(browser, "verify-too-early", &PAGE).await;
    visitor.goes_to("/verify").await;
    visitor.waits(30).await;
    browser.until("no button", async || visitor.can_press(SEND_AGAIN).await).await;
    look(browser, "verify-ready", &CODE_FORM).await;
    browser.press(SEND_AGAIN).await;
    look(browser, "resend", &PAGE).await;
    browser.pass(15).await;
    browser.until_there_is("[data-wait][hidden]").await;
    look(browser, "resend-due", &PAGE).await;
    visitor.app.pass(15).await;
    visitor.goes_to("/verify").await;
    browser.until_there_is(PIN).await;
    look(browser, "verify-newest", &PAGE).await;
    visitor.waits(30).await;
    visitor.presses_when_enabled(CALL).await;
    look(browser, "verify-called", &CODE_FORM).await;
    // What another tab has cancelled.
    browser.client.delete_cookie("phonegate-browser").await.unwrap();
    browser.until_there_is("#status a").await;
    look(browser, "verify-out-of-date", &CODE_FORM).await;

    visitor.goes_to("/").await;
    visitor.asks_for_a_code_to("+1 202 555 0133").await;
    visitor.waits(2).await;
    browser.until_there_is(".trouble").await;
    look(browser, "verify-undelivered", &CODE_FORM).await;
    visitor.waits(28).await;
    browser.until("no button", async || visitor.can_press(CALL).await).await;
    look(browser, "verify-undelivered-ready", &CODE_FORM).await;
}

#[tokio::test]
async fn the_simulators_pages_fit_every_screen_in_light_and_dark() {
    let visitor = Visitor::arrives(JavaScript::On).await;
    let browser = &visitor.browser;

    visitor.goes_to("/simulator").await;
    look(browser, "simulator", &PAGE).await;
    visitor.goes_to("/simulator/phone").await;
    look(browser, "simulator-phone-empty", &PAGE).await;
    visitor.goes_to("/").await;
    visitor.asks_for_a_code().await;
    visitor.goes_to("/simulator/phone").await;
    look(browser, "simulator-phone", &PAGE).await;
}

const WORD: &str = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 300 60'><text x='0' y='46' font-family='serif' \
                    font-size='52' textLength='300' fill='#c2185b'>Confiserie</text></svg>";

#[tokio::test]
async fn three_brands_fit_every_screen_in_light_and_dark() {
    let folder = tempfile::tempdir().unwrap();
    let logo = folder.path().join("logo.svg");
    fs::write(&logo, WORD).unwrap();
    let foot = [
        ("PRIVACY_URL", "https://example.com/privacy"),
        ("TERMS_URL", "https://example.com/terms"),
        ("HELP_URL", "https://example.com/help"),
    ];
    let long =
        "Verein der Freundinnen und Freunde der Donaudampfschifffahrtsgesellschaft Oberösterreich e. V.";
    for (brand, settings) in [
        (
            "brand-word",
            [("LOGO", logo.to_str().unwrap()), ("ACCENT", "#c2185b"), ("SITE_NAME", "Confiserie")],
        ),
        ("brand-long", [("SITE_NAME", long), ("ACCENT", "#1a3f8b"), ("HOME_URL", "https://example.com/")]),
        (
            "brand-light",
            [("SITE_NAME", "Sunny"), ("ACCENT", "#ffd60a"), ("HOME_URL", "https://example.com/")],
        ),
    ] {
        let app = App::start_with(&[&settings[..], &foot].concat()).await;
        let visitor = Visitor::of(app, JavaScript::On).await;
        visitor.goes_to("/").await;
        look(&visitor.browser, brand, &PAGE).await;
        visitor.asks_for_a_code().await;
        look(&visitor.browser, &format!("{brand}-verify"), &PAGE).await;
        visitor.types_code(&visitor.code().await).await;
        visitor.browser.is_at("/result").await;
        look(&visitor.browser, &format!("{brand}-result"), &PAGE).await;
    }
}

#[tokio::test]
async fn every_page_fits_in_every_language() {
    for language in ["de", "ar"] {
        let visitor = Visitor::speaking(App::start().await, JavaScript::On, language).await;
        let browser = &visitor.browser;
        let named = |page: &str| format!("{page}-{language}");
        let seen = async |page: &str| {
            look(browser, &named(page), &PAGE).await;
            fits(browser, &named(page)).await;
        };
        visitor.goes_to("/").await;
        assert_eq!(browser.find("html").await.attr("lang").await.unwrap().as_deref(), Some(language));
        seen("index").await;
        let place = "return document.querySelector('.flag').getBoundingClientRect().x < document.querySelector('#phone').getBoundingClientRect().x;";
        let left = browser.client.execute(place, Vec::new()).await.unwrap();
        assert_eq!(left, json!(language == "de"), "the country is where a line begins");
        visitor.types_number("+1 202 555").await;
        browser.press(SEND).await;
        seen("index-error").await;
        visitor.asks_for_a_code().await;
        seen("verify").await;
        visitor.types_code(&visitor.wrong_code().await).await;
        seen("verify-error").await;
        visitor.types_code(&visitor.code().await).await;
        browser.is_at("/result").await;
        seen("result").await;
        for page in ["sessions", "signout", "no-such-page"] {
            visitor.goes_to(&format!("/{page}")).await;
            seen(page).await;
        }
    }
}

/// Pictures side by side, as the README shows them.
const BESIDE: &str = "
    document.body.style.cssText = 'display: flex; gap: 24px; margin: 0; padding: 24px; background: #d9dcd6';
    return Promise.all(arguments[0].map(async (picture) => {
        const image = new Image();
        image.src = `data:image/png;base64,${picture}`;
        image.style.cssText = 'border-radius: 16px; box-shadow: 0 8px 24px #0003';
        document.body.append(image);
        await image.decode();
    }));
";

/// The README shows what this test makes. Who changes the pages copies it to where the README looks.
#[tokio::test]
async fn the_readmes_picture_is_of_these_pages() {
    let app = App::start_with(&[("BRAND", "Acme")]).await;
    let visitor = Visitor::speaking(app, JavaScript::On, "en-GB").await;
    let browser = &visitor.browser;
    let light = [("prefers-color-scheme", "light")];
    let mut pictures = Vec::new();
    browser.resize((360, 640)).await;
    visitor.goes_to("/").await;
    visitor.types_number("07946 095817").await;
    pictures.push(picture(browser, "readme-form", &light).await);
    browser.press(SEND).await;
    browser.is_at("/verify").await;
    pictures.push(picture(browser, "readme-code", &light).await);
    visitor.goes_to("/simulator/phone").await;
    pictures.push(picture(browser, "readme-phone", &light).await);

    browser.client.goto("about:blank").await.unwrap();
    browser.resize((3 * 360 + 4 * 24, 640 + 2 * 24)).await;
    let pictures: Vec<_> = pictures.iter().map(|picture| BASE64.encode(picture)).collect();
    browser.client.execute(BESIDE, vec![json!(pictures)]).await.unwrap();
    let made = picture(browser, "readme", &light).await;

    let shown = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/sign-in.png")).unwrap();
    assert_eq!(shown[16..24], made[16..24], "target/screenshots/readme.png is of another size");
}

/// axe-core, where `tests/run` has brought it.
fn axe() -> Option<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/target/axe/node_modules/axe-core/axe.min.js");
    let script = fs::read_to_string(path).ok();
    if script.is_none() {
        println!("skipped: axe-core is not in target/axe (tests/run puts it there)");
    }
    script
}

/// Takes one picture, as somebody with these wishes sees the page.
pub(crate) async fn picture(browser: &Browser, name: &str, wishes: &[(&str, &str)]) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    fs::create_dir_all(&folder).unwrap();
    let features: Vec<_> =
        wishes.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    browser.tools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    browser.client.execute(SETTLE, Vec::new()).await.unwrap();
    let picture = browser.client.screenshot().await.unwrap();
    fs::write(folder.join(format!("{name}.png")), &picture).unwrap();
    picture
}

/// Takes the page's pictures, and fails on what is wrong with it.
async fn look(browser: &Browser, page: &str, checks: &[&str]) {
    let axe = axe().map(|axe| axe + AXE);
    // Some pages load themselves again: not while they are looked at.
    browser.client.execute("window.stop();", Vec::new()).await.unwrap();
    for (width, height) in SCREENS {
        browser.resize((width, height)).await;
        let mut pictures = Vec::new();
        for scheme in SCHEMES {
            let name = format!("{page}-{width}x{height}-{scheme}");
            pictures.push(picture(browser, &name, &[("prefers-color-scheme", scheme)]).await);
            if let Some(axe) = &axe {
                let found = browser.client.execute_async(axe, Vec::new()).await.unwrap();
                assert_eq!(found, json!([]), "{page} at {width}×{height}, {scheme}");
            }
        }
        assert_ne!(pictures[0], pictures[1], "{page} is as dark as it is light");
        for check in checks {
            let found = browser.client.execute(check, Vec::new()).await.unwrap();
            assert_eq!(found, json!([]), "{page} at {width}×{height}");
        }
    }
    assert_eq!(browser.complaints().await, Vec::<String>::new(), "the console of {page}");
}
