//! The phone form: the countries that it offers, what a number is read by, and what it keeps.

use phonegate_testing::{Answer, Browser, PHONE, TestApp, secs, test_app};
use reqwest::{Method, header};

/// The first page, as a browser with these languages gets it.
async fn first_page(app: &TestApp, languages: &str) -> Answer {
    let browser = app.stranger();
    let request = browser.request(Method::GET, "/").header(header::ACCEPT_LANGUAGE, languages);
    browser.send(request).await
}

/// The country that is chosen in a page's list.
fn chosen(page: &Answer) -> String {
    let options = page.body.split("<option value=\"").skip(1);
    let chosen: Vec<_> =
        options.filter(|option| option.split('>').next().unwrap().ends_with(" selected")).collect();
    let [chosen] = chosen[..] else { panic!("{} are chosen", chosen.len()) };
    chosen.split('"').next().unwrap().to_owned()
}

/// What stands in the field.
fn typed(page: &Answer) -> String {
    let field = page.body.split("<input id=\"phone\"").nth(1).unwrap();
    field.split(" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_form_begins_with_the_country_that_is_set_or_else_with_that_of_the_browser() {
    for (settings, languages, country) in [
        (&[][..], "en-GB,en;q=0.9", "GB"),
        (&[], "de,fr-CA;q=0.8", "CA"),
        (&[], "de", ""),
        (&[], "en-XX", ""),
        (&[("COUNTRIES", "GB,IE")], "en-US,en-IE;q=0.5", "IE"),
        (&[("COUNTRIES", "GB,IE")], "en-US", ""),
        (&[("COUNTRIES", "GB,+881"), ("DEFAULT_COUNTRY", "GB")], "en-US", "GB"),
        (&[("COUNTRIES", "IE")], "en-GB", "IE"),
        (&[("DEFAULT_COUNTRY", "DE")], "en-GB", "DE"),
    ] {
        let app = settings.iter().fold(test_app(), |app, (name, value)| app.set(name, value)).spawn().await;
        let page = first_page(&app, languages).await;
        assert_eq!(chosen(&page), country, "{settings:?} {languages}");
    }
}

#[tokio::test]
async fn only_countries_that_codes_are_sent_to_are_offered_by_name_and_code() {
    let app = test_app().set("COUNTRIES", "IE,GB,DE,+881").spawn().await;
    let page = first_page(&app, "en-GB").await;
    let options: Vec<_> =
        page.body.split("<option ").skip(1).map(|option| option.split(['>', '<']).nth(1).unwrap()).collect();
    let code = |name: &str, code: &str| format!("{name} \u{2066}+{code}\u{2069}");
    assert_eq!(options, [code("Germany", "49"), code("Ireland", "353"), code("United Kingdom", "44")]);
    assert!(page.body.contains(" placeholder=\"07400 123456\""), "{}", page.body);
}

#[tokio::test]
async fn a_number_is_read_by_the_country_that_is_chosen_unless_it_says_its_own() {
    let app = test_app().set("DEFAULT_COUNTRY", "FR").spawn().await;
    for (typed, country, sent) in [
        ("07946 095817", "GB", "447946095817"),
        ("(202) 555-0151", "US", "12025550151"),
        ("1 202 555 0152", "US", "12025550152"),
        ("+44 7946 095818", "US", "447946095818"),
        ("0171 1234567", "de", "491711234567"),
        ("347 123 4567", "IT", "393471234567"),
        ("٠٧٩٤٦ ٠٩٥٨١٩", "GB", "447946095819"),
        ("06 12 34 56 78", "", "33612345678"),
        ("06 12 34 56 79", "XX", "33612345679"),
    ] {
        let browser = app.browser().await;
        browser.post("/verify", &[("phone", typed), ("country", country)]).await.assert_redirect("/verify");
        assert_eq!(app.provider.messages(sent).await.len(), 1, "{typed} in {country}");
    }
}

#[tokio::test]
async fn what_is_refused_stands_in_the_form_again_with_the_country_that_it_belongs_to() {
    let app = test_app().spawn().await;
    let browser = app.browser().await;
    for (number, country, shown) in [
        ("0794", "GB", "GB"),
        ("+44 7946", "US", "GB"),
        ("+44 7946", "GG", "GG"),
        ("+999 1", "IE", "IE"),
        ("12", "", ""),
    ] {
        let page =
            browser.post("/verify", &[("phone", number), ("country", country), ("remember", "1")]).await;
        assert_eq!((page.status, typed(&page).as_str(), chosen(&page).as_str()), (422, number, shown));
        assert!(page.body.contains("name=\"remember\" value=\"1\" checked"), "{}", page.body);
        assert!(page.header("set-cookie").is_none(), "a number that is none is not kept");
    }
}

#[tokio::test]
async fn the_code_page_shows_the_whole_number_and_takes_it_back_to_be_changed() {
    let app = test_app().spawn().await;
    let browser = app.browser().await;
    browser.post("/verify", &[("phone", "07946 095817"), ("country", "GB")]).await.assert_redirect("/verify");
    let page = browser.get("/verify").await;
    page.assert_page(200, "<bdi class=\"phone\" dir=\"ltr\">+44 7946 095817</bdi>");
    assert_eq!(page.hidden("change").as_deref(), Some("1"));

    let answer = browser.post("/cancel", &[("request_id", &page.request_id()), ("change", "1")]).await;
    answer.assert_redirect("/");
    let cookies: Vec<_> =
        answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap()).collect();
    assert!(cookies.iter().all(|line| !line.contains("7946")), "{cookies:?}");
    let form = browser.get("/").await;
    assert_eq!((typed(&form).as_str(), chosen(&form).as_str()), ("07946 095817", "GB"));
    form.assert_page(200, "Change your number, then ask for a new code.");
    assert_eq!(typed(&browser.get("/").await), "", "once");
    assert_eq!(typed(&app.browser().await.get("/").await), "", "nobody else's");
}

#[tokio::test]
async fn whoever_cancels_for_good_leaves_no_number_behind_and_whose_code_runs_out_need_not_type_it_again() {
    let app = test_app().spawn().await;
    let (browser, id) = app.waiting_for_code(PHONE).await;
    browser.cancel(&id).await.assert_redirect("/");
    assert_eq!(typed(&browser.get("/").await), "");

    let (browser, _) = app.waiting_for_code("+447946095817").await;
    app.pass(secs(301)).await;
    browser.get("/verify").await.assert_redirect("/");
    let form = browser.get("/").await;
    assert_eq!((typed(&form).as_str(), chosen(&form).as_str()), ("07946 095817", "GB"));
}

/// The line that sets a browser's number.
fn kept(answer: &Answer) -> Option<String> {
    let lines = answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    lines.filter(|line| line.starts_with("phonegate-number=")).map(str::to_owned).next()
}

async fn asks(browser: &Browser, form: &[(&str, &str)]) -> Answer {
    let answer = browser.post("/verify", form).await;
    answer.assert_redirect("/verify");
    answer
}

#[tokio::test]
async fn a_number_is_kept_on_a_device_only_if_asked_and_only_we_can_read_it() {
    let app = test_app().spawn().await;
    let browser = app.browser().await;
    let form = [("phone", "07946 095817"), ("country", "GB")];
    assert_eq!(kept(&asks(&browser, &form).await), None);

    let remember = [form[0], form[1], ("remember", "1")];
    let cookie = kept(&asks(&browser, &remember).await).unwrap();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=15552000"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("7946") && !cookie.contains("095817"), "{cookie}");
    assert_ne!(kept(&asks(&browser, &remember).await).as_deref(), Some(&*cookie), "each time another text");

    let form = browser.get("/").await;
    assert_eq!((typed(&form).as_str(), chosen(&form).as_str()), ("07946 095817", "GB"));
    assert!(form.body.contains("name=\"remember\" value=\"1\" checked"), "{}", form.body);

    // One button to the same number, on a page without the box, changes nothing.
    assert_eq!(kept(&asks(&browser, &[("phone", "+447946095817")]).await), None);
    let gone = kept(&asks(&browser, &[("phone", "07946 095817"), ("country", "GB")]).await).unwrap();
    assert!(gone.contains("Max-Age=0"), "{gone}");
    assert_eq!(typed(&browser.get("/").await), "");
}

#[tokio::test]
async fn a_number_that_others_put_into_a_browser_is_not_taken() {
    let app = test_app().spawn().await;
    let browser = app.browser().await;
    let other = test_app().spawn().await;
    let theirs = other.browser().await;
    asks(&theirs, &[("phone", PHONE), ("country", "US"), ("remember", "1")]).await;
    let foreign = theirs.cookie("phonegate-number").unwrap();
    for value in ["", "+447946095817", "AAAA", &foreign, &"A".repeat(4000)] {
        browser.set_cookie("phonegate-number", value);
        assert_eq!(typed(&browser.get("/").await), "", "{value}");
    }
}

#[tokio::test]
async fn the_first_page_is_compressed_and_no_page_that_holds_more_than_all_others_do() {
    let app = test_app().spawn().await;
    let get = async |path: &str| {
        let browser = app.stranger();
        let request = browser.request(Method::GET, path).header(header::ACCEPT_ENCODING, "gzip, br");
        request.send().await.unwrap()
    };
    let page = get("/").await;
    assert_eq!(page.headers()[header::CONTENT_ENCODING], "gzip");
    let bytes = page.bytes().await.unwrap();
    assert!(bytes.starts_with(&[0x1f, 0x8b]) && bytes.len() < 8 * 1024, "{} bytes", bytes.len());

    let page = get("/?return_to=%2Fsessions").await;
    assert_eq!(page.headers().get(header::CONTENT_ENCODING), None);
    assert_eq!(
        first_page(&app, "en-GB").await.header("content-encoding"),
        None,
        "who does not say so gets none"
    );
}
