//! Pages in the language of their visitor.

use phonegate_testing::{Answer, Browser, PHONE, test_app};
use reqwest::{Method, header::ACCEPT_LANGUAGE};

async fn in_languages(browser: &Browser, path: &str, languages: &str) -> Answer {
    browser.send(browser.request(Method::GET, path).header(ACCEPT_LANGUAGE, languages)).await
}

fn language(page: &Answer) -> &str {
    page.body.split("<html lang=\"").nth(1).unwrap().split('>').next().unwrap()
}

const ENGLISH: &str = "en\" dir=\"ltr\"";
const GERMAN: &str = "de\" dir=\"ltr\"";
const ARABIC: &str = "ar\" dir=\"rtl\"";

#[tokio::test]
async fn pages_are_in_the_best_language_that_the_browser_names() {
    let app = test_app().spawn().await;
    for (languages, expected, title) in [
        ("de-AT,de;q=0.9,en;q=0.5", GERMAN, "Bei phonegate anmelden"),
        ("fr;q=0.9,ar-EG;q=0.8", ARABIC, "phonegate"),
        ("fr", ENGLISH, "Sign in to phonegate"),
    ] {
        let page = in_languages(&app.stranger(), "/", languages).await;
        assert_eq!(language(&page), expected, "{languages}");
        page.assert_page(200, title);
        assert_eq!(language(&in_languages(&app.stranger(), "/no-such-page", languages).await), expected);
    }
}

#[tokio::test]
async fn a_language_that_was_chosen_is_kept_whatever_the_browser_names() {
    let app = test_app().spawn().await;
    let browser = app.browser().await;
    let page = in_languages(&browser, "/?lang=de", "en").await;
    assert_eq!(language(&page), GERMAN);
    let cookies: Vec<_> =
        page.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap()).collect();
    let kept = cookies.iter().find(|line| line.starts_with("phonegate-language=de;")).unwrap();
    assert!(
        kept.contains("HttpOnly") && kept.contains("SameSite=Lax") && kept.contains("Max-Age=15552000"),
        "{kept}"
    );

    let answer = browser.post("/verify", &[("phone", "+1 202")]).await;
    answer.assert_page(422, "Diese Nummer ist zu kurz.");
    browser.post("/verify", &[("phone", PHONE)]).await.assert_redirect("/verify");
    browser.get("/verify").await.assert_page(200, "Wir haben einen Code mit 6 Ziffern an ");
    assert_eq!(language(&in_languages(&browser, "/verify", "ar").await), GERMAN);
    assert_eq!(language(&browser.get("/verify?lang=ar").await), ARABIC);
    assert_eq!(language(&browser.get("/verify").await), ARABIC);

    for nonsense in ["/?lang=xx", "/?lang=", "/?lang=de%0d%0aX:1", "/?language=de"] {
        let page = app.stranger().get(nonsense).await;
        assert_eq!(language(&page), ENGLISH, "{nonsense}");
        let set =
            page.headers.get_all("set-cookie").iter().any(|line| line.to_str().unwrap().contains("language"));
        assert!(!set, "{nonsense}");
    }
    let junk = app.stranger();
    junk.set_cookie("phonegate-language", "tlh");
    assert_eq!(language(&junk.get("/").await), ENGLISH);
}

#[tokio::test]
async fn a_site_in_one_language_offers_no_other() {
    let app = test_app().set("LANGUAGES", "de").spawn().await;
    let page = in_languages(&app.stranger(), "/?lang=en", "en").await;
    assert_eq!(language(&page), GERMAN);
    assert!(!page.body.contains("name=\"lang\""), "{}", page.body);
    assert!(
        !page.headers.get_all("set-cookie").iter().any(|line| line.to_str().unwrap().contains("language"))
    );
}

#[tokio::test]
async fn choosing_a_language_loses_nothing() {
    let app = test_app().set("RETURN_TO_ORIGINS", "https://app.example.com").spawn().await;
    let page = app.stranger().get("/?return_to=https%3A%2F%2Fapp.example.com%2F%3Fa%3Db").await;
    let switch = page.body.split("<form method=\"get\"").nth(1).unwrap().split("</form>").next().unwrap();
    let value = switch.split("name=\"return_to\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(value.replace("&#x2f;", "/"), "https://app.example.com/?a=b");
    assert!(switch.contains("value=\"de\" lang=\"de\" dir=\"ltr\">Deutsch</button>"), "{switch}");
    assert!(switch.contains("value=\"ar\" lang=\"ar\" dir=\"rtl\">العربية</button>"), "{switch}");
    assert!(!switch.contains("English"), "the page is in it: {switch}");
}

#[tokio::test]
async fn countries_have_their_names_in_each_language_in_its_order() {
    let app = test_app().set("COUNTRIES", "AT,DE,EG,GB").spawn().await;
    for (tag, names) in [
        ("en", ["Austria", "Egypt", "Germany", "United Kingdom"]),
        ("de", ["Ägypten", "Deutschland", "Österreich", "Vereinigtes Königreich"]),
        ("ar", ["ألمانيا", "المملكة المتحدة", "النمسا", "مصر"]),
    ] {
        let page = app.stranger().get(&format!("/?lang={tag}")).await;
        let options = page.body.split("<option value=\"").skip(1).filter(|option| !option.starts_with('"'));
        let found: Vec<_> =
            options.map(|option| option.split(['>', '\u{2066}']).nth(1).unwrap().trim()).collect();
        assert_eq!(found, names, "{tag}");
    }
}
