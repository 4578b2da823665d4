//! What a visitor must not meet: dead ends, pages without their style, numbers that have to be typed again.

use phonegate_testing::{Answer, PHONE, TestApp, logged_of, secs, test_app};
use reqwest::{
    Method,
    header::{HOST, ORIGIN},
};

const SITE: &str = "https://app.example.com";

async fn with_a_site() -> TestApp {
    test_app().set("RETURN_TO_ORIGINS", SITE).spawn().await
}

/// The addresses of what a page is made of.
fn parts(page: &Answer) -> Vec<String> {
    let head = page.body.split("</head>").next().unwrap();
    let links = head.split(['"', '\'']).filter(|text| text.starts_with('/') && text.contains("?v="));
    links.map(str::to_owned).collect()
}

#[tokio::test]
async fn pages_that_turn_somebody_away_have_their_style() {
    let app = test_app().simulator_mode().spawn().await;
    let stranger = app.stranger();
    let ask = async |path: &str, name: reqwest::header::HeaderName, value: &str| {
        stranger.send(stranger.request(Method::GET, path).header(name, value)).await
    };
    for (name, value, status) in
        [(HOST, "other.example.com", 421), (ORIGIN, "https://other.example.com", 403)]
    {
        let page = ask("/", name.clone(), value).await;
        assert_eq!(page.status, status);
        let parts = parts(&page);
        assert_eq!(parts.len(), 4, "{parts:?}");
        for part in parts {
            assert_eq!(ask(&part, name.clone(), value).await.status, 200, "{part}");
        }
        assert_eq!(ask("/simulator", name, value).await.status, status, "and nothing but that");
    }
}

#[tokio::test]
async fn one_button_sends_a_new_code_to_the_same_number_and_leads_to_the_same_site() {
    let app = with_a_site().await;
    let browser = app.browser().await;
    let form = [("phone", PHONE), ("return_to", "https://app.example.com/reports")];
    browser.post("/verify", &form).await.assert_redirect("/verify");
    let page = browser.get("/verify").await;
    assert_eq!(page.hidden("same").as_deref(), Some("1"), "for when it runs out while one looks at it");
    let code = app.provider.code(PHONE).await;
    app.pass(secs(300)).await;

    let over = browser.check(&page.request_id(), &code).await;
    over.assert_page(410, "Send me a new code");
    assert_eq!(over.hidden("same").as_deref(), Some("1"));
    assert!(!over.body.contains("555"), "{}", over.body);
    app.pass(secs(15)).await;
    browser.post("/verify", &[("same", "1")]).await.assert_redirect("/verify");
    let page = browser.get("/verify").await;
    browser
        .check(&page.request_id(), &app.provider.code(PHONE).await)
        .await
        .assert_redirect("https://app.example.com/reports");

    // Nobody else's, and nobody's of long ago.
    app.browser().await.post("/verify", &[("same", "1")]).await.assert_page(422, "Enter your phone number.");
    app.pass(secs(3600)).await;
    let again = browser.copy();
    again.set_cookie("phonegate", "");
    again.post("/verify", &[("same", "1")]).await.assert_page(422, "Enter your phone number.");
}

#[tokio::test]
async fn the_site_that_sent_a_visitor_is_named_on_every_page_and_gone_on_to_at_the_end() {
    let app = with_a_site().await;
    let named = "After that you go on to app.example.com.";
    let (browser, path) = (app.browser().await, "/?return_to=https%3A%2F%2Fapp.example.com%2Freports");
    browser.get(path).await.assert_page(200, named);
    let form = [("phone", "12"), ("return_to", "https://app.example.com/reports")];
    browser.post("/verify", &form).await.assert_page(422, named);
    browser.post("/verify", &[("phone", PHONE), form[1]]).await.assert_redirect("/verify");
    let page = browser.get("/verify").await;
    page.assert_page(200, named);
    app.pass(secs(300)).await;
    browser.check(&page.request_id(), "000000").await.assert_page(410, named);

    let browser = app.signed_in("+1 202 555 0151").await;
    let page = browser.get("/result").await;
    page.assert_page(200, "Continue to app.example.com");
    assert_eq!(page.links()[0], "https://app.example.com/");
    let own = app.stranger().get("/?return_to=%2Fsessions").await;
    assert!(!own.body.contains("After that you go on"), "our own pages are no other site");
}

#[tokio::test]
async fn an_error_page_says_first_what_to_do_and_last_what_to_quote() {
    let app = test_app().spawn().await;
    let page = app.stranger().get("/no-such-page").await;
    page.assert_page(404, "<h1>There is no such page</h1>");
    let text = page.body.split("<main>").nth(1).unwrap();
    let quoted = text.split("<code>").nth(1).unwrap().split("</code>").next().unwrap();
    let (status, id) = quoted.split_once('-').unwrap();
    assert_eq!((status, id.len()), ("404", 8), "{quoted}");
    assert!(text.find("Back to sign-in").unwrap() < text.find("<code>").unwrap(), "{text}");
    let whole = page.header("x-request-id").unwrap();
    assert!(whole.starts_with(id) && !logged_of(whole).is_empty(), "the log has it by its beginning");
}

#[tokio::test]
async fn every_page_tells_browsers_and_messengers_what_it_is() {
    let app = test_app().set("BRAND", "Acme").spawn().await;
    let page = app.stranger().get("/").await;
    for tag in [
        "<meta name=\"description\" content=\"Sign in to Acme with your phone number.",
        "<meta name=\"theme-color\" content=\"#fff\" media=\"(prefers-color-scheme: light)\">",
        "<link rel=\"apple-touch-icon\" href=\"/touch-icon.png?v=",
        " enterkeyhint=\"send\"",
        "<title>Sign in to Acme – Acme</title>",
    ] {
        assert!(page.body.contains(tag), "{tag} is not in {}", page.body);
    }
    let icon = parts(&page).into_iter().find(|part| part.contains("touch")).unwrap();
    assert_eq!(app.stranger().get(&icon).await.header("content-type"), Some("image/png"));
}

#[tokio::test]
async fn the_simulator_is_found_with_a_slash_too_and_its_texts_can_be_read_by_browsers() {
    let app = test_app().simulator_mode().spawn().await;
    let browser = app.browser().await;
    let answer = browser.get("/simulator/").await;
    assert_eq!((answer.status, answer.location()), (308, Some("/simulator")));

    browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    let messages = browser.get("/simulator/messages").await;
    let messages: serde_json::Value = serde_json::from_str(&messages.body).unwrap();
    let (text, code) = (messages[0]["text"].as_str().unwrap(), messages[0]["code"].as_str().unwrap());
    assert_eq!(text.lines().last().unwrap(), format!("@localhost #{code}"), "{text}");
    let id = browser.get("/verify").await.request_id();
    browser.check(&id, text).await.assert_redirect("/result");
}

#[tokio::test]
async fn ones_own_device_is_the_first_in_the_list() {
    let app = test_app().spawn().await;
    let first = app.signed_in(PHONE).await;
    app.pass(secs(60)).await;
    let second = app.signed_in(PHONE).await;
    for browser in [first, second] {
        let page = browser.get("/sessions").await;
        let cards: Vec<_> = page.body.split("<li>").skip(1).collect();
        assert_eq!(cards.len(), 2);
        assert!(cards[0].contains("This device") && !cards[1].contains("This device"), "{}", page.body);
        page.assert_page(200, "<button class=\"quiet\">Sign out everywhere else</button>");
    }
}

#[tokio::test]
async fn a_first_visit_is_light_in_every_language() {
    let app = test_app().spawn().await;
    for language in ["en-GB", "de-DE", "ar-EG"] {
        let browser = app.stranger();
        let load = async |path: &str| {
            let request = browser.request(Method::GET, path).header("accept-encoding", "gzip");
            let answer = request.header("accept-language", language).send().await.unwrap();
            let headers: usize =
                answer.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
            headers + answer.bytes().await.unwrap().len()
        };
        let page = browser.send(browser.request(Method::GET, "/").header("accept-language", language)).await;
        // A touch icon is for who keeps the page on a home screen.
        let parts: Vec<_> = parts(&page).into_iter().filter(|part| !part.contains("touch-icon")).collect();
        assert_eq!(parts.len(), 3, "four requests in all: {parts:?}");
        let mut bytes = load("/").await;
        for part in parts {
            bytes += load(&part).await;
        }
        assert!(bytes <= 16 * 1024, "{language}: {bytes} bytes");
    }
}
