//! Every page in every state, and what an operator may change.

mod embedded;

use super::*;
use crate::web::overrides::tests::Scratch;

pub(super) const PLAIN: Frame = Frame { language: Language::DEFAULT, simulator: false };

pub(super) fn made(overrides: &Overrides, brand: &str, first: Channel) -> io::Result<Templates> {
    mounted(overrides, brand, first, &Mount::default())
}

fn mounted(overrides: &Overrides, brand: &str, first: Channel, mount: &Mount) -> io::Result<Templates> {
    let assets = Assets::new(None)?;
    let look = Look::default();
    let languages = Languages::of(&[]).unwrap();
    let shown = Shown { brand, look: &look, languages: &languages, first, countries: None };
    Templates::new(overrides, Links { assets: &assets, mount }, shown)
}

/// The phone form as it comes to new visitors.
fn first_page(templates: &Templates) -> String {
    String::from_utf8(templates.first_page(PLAIN, None).unwrap().plain.to_vec()).unwrap()
}

pub(super) fn templates() -> Templates {
    made(&Overrides::default(), "phonegate", Channel::Sms).unwrap()
}

fn overridden(files: &[(&str, &str)]) -> io::Result<Templates> {
    let folder = Scratch::with(files);
    made(&Overrides::read(Some(&folder.0))?, "phonegate", Channel::Sms)
}

/// Every page in every state. `mark` is added to every value that comes from outside.
fn every_page(mark: &str) -> Vec<(String, String)> {
    samples::render(&templates(), mark).unwrap()
}

/// The values of an attribute, in the order of the page.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    page.split(&start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_page_in_every_state_is_whole() {
    let pages = every_page("");
    assert_eq!(pages.len(), 44 * Language::all().count());
    for (name, page) in pages {
        let tag = &name[..2];
        let dir = if tag == "ar" { "rtl" } else { "ltr" };
        assert!(page.starts_with(&format!("<!doctype html>\n<html lang=\"{tag}\" dir=\"{dir}\">")), "{name}");
        assert!(page.trim_end().ends_with("</html>"), "{name}");
        assert_eq!(page.matches("<h1>").count(), 1, "{name}");
        assert_eq!(page.matches("<main>").count(), 1, "{name}");
        assert!(!page.contains("{{") && !page.contains("{%"), "{name} shows template code");
        assert!(!page.contains("{$"), "{name} shows a text that lacks an argument");
        assert!(!page.contains("none") && !page.contains("undefined"), "{name} shows an absent value");
        assert_eq!(page.contains("/simulator/phone"), name.ends_with("-simulator"), "{name}");
    }
}

#[test]
fn values_from_outside_are_escaped() {
    for (name, page) in every_page("<b>\"'") {
        assert!(!page.contains("<b>"), "{name}");
        let has_values =
            !name.trim_end_matches("-simulator").ends_with("-error") || name.contains("unauthorized");
        assert_eq!(page.contains("&lt;b&gt;&quot;&#x27;"), has_values, "{name}");
    }
}

#[test]
fn nothing_in_a_page_needs_a_loose_content_security_policy() {
    for (name, page) in every_page("") {
        for inline in
            ["<style", " style=", "javascript:", " onclick", " onsubmit", "http:", "https:", "data:"]
        {
            assert!(!page.contains(inline), "{name} has {inline}");
        }
        assert_eq!(page.matches("<script").count(), page.matches("<script src=\"/client.js?v=").count());
    }
}

#[test]
fn labels_and_descriptions_name_what_is_there() {
    for (name, page) in every_page("") {
        let ids = values(&page, "id");
        let named = values(&page, "for").into_iter().chain(values(&page, "aria-describedby"));
        for id in named.flat_map(str::split_whitespace) {
            assert_eq!(ids.iter().filter(|there| **there == id).count(), 1, "{name}: {id}");
        }
        assert!(page.matches(" autofocus").count() <= 1, "{name}");
    }
}

#[test]
fn the_title_says_first_that_something_is_wrong() {
    for (name, page) in every_page("") {
        let wrong = ["problem", "alert", "failed", "error"].iter().any(|state| name.contains(state));
        let first =
            ["<title>Error: ", "<title>Fehler: ", "<title>خطأ: "].iter().any(|first| page.contains(first));
        assert_eq!(first, wrong, "{name}");
        assert!(page.contains(" – phonegate</title>"), "{name}");
    }
}

#[test]
fn a_problem_is_beside_its_field_announced_and_focused() {
    for (name, page) in every_page("") {
        let field = page.split("<input id=").nth(1).and_then(|rest| rest.split('>').next());
        let Some(field) = field else { continue };
        assert!(field.contains(" autofocus"), "{name}");
        assert_eq!(field.contains(" aria-invalid=\"true\""), name.contains("problem"), "{name}");
        let told =
            page.contains(" id=\"alert\" role=\"alert\"") || page.contains("-problem\" role=\"alert\"");
        assert_eq!(told, name.contains("problem") || name.contains("alert"), "{name}");
        // What the page says besides is read out with the field, the notice too.
        assert_eq!(field.contains("notice lead\""), name.contains("notice"), "{name}");
        assert!(field.contains("lead\""), "{name}");
        if name.contains("problem") {
            assert!(field.contains("-problem "), "{name}");
        }
        if name.contains("alert") {
            assert!(field.contains(" aria-describedby=\"alert "), "{name}");
        }
        // What went wrong before the page came is read out with the field; what goes wrong later is announced.
        assert_eq!(field.contains("\"status "), name.contains("undelivered"), "{name}");
    }
}

#[test]
fn the_phone_form_gives_back_what_was_typed() {
    let page = IndexPage {
        phone: "+44 7700".to_owned(),
        country: Country::parse("GB").map(Into::into),
        problem: Some(Sentence::new("phone-too-short")),
        ..IndexPage::default()
    };
    let page = templates().render(PLAIN, &page).unwrap();

    assert!(page.contains(" value=\"+44 7700\""), "{page}");
    let chosen = "<option value=\"GB\" data-example=\"07400 123456\" selected>United Kingdom \u{2066}+44\u{2069}</option>";
    assert!(page.contains(chosen) && page.matches(" selected").count() == 1, "{page}");
    assert!(page.contains(" placeholder=\"07400 123456\"") && page.contains(">🇬🇧 +44</span>"), "{page}");
    assert!(page.contains("That number is too short."));
    for attribute in [" type=\"tel\"", " name=\"phone\"", " autocomplete=\"tel\"", " inputmode=\"tel\""] {
        assert!(page.contains(attribute), "{attribute}");
    }
}

#[test]
fn the_phone_form_carries_where_sign_in_leads() {
    let page =
        IndexPage { return_to: Some("https://app.example.com/?a=\"b".to_owned()), ..IndexPage::default() };
    let page = templates().render(PLAIN, &page).unwrap();

    let value = "https:&#x2f;&#x2f;app.example.com&#x2f;?a=&quot;b";
    assert!(
        page.contains(&format!("<input type=\"hidden\" name=\"return_to\" value=\"{value}\">")),
        "{page}"
    );
}

#[test]
fn every_form_of_the_code_page_carries_the_request_id() {
    let request_id = "abc-123".to_owned();
    let page = VerifyPage { request_id, code_length: 8, ..samples::code_page("") };
    let page = templates().render(PLAIN, &page).unwrap();

    for form in ["<form action=\"/check\"", " action=\"/resend\"", " action=\"/cancel\""] {
        let form = page.split(form).nth(1).unwrap().split("</form>").next().unwrap();
        assert!(form.contains("<input type=\"hidden\" name=\"request_id\" value=\"abc-123\">"), "{form}");
    }
    for attribute in [
        " type=\"text\"",
        " name=\"pin\"",
        " inputmode=\"numeric\"",
        " autocomplete=\"one-time-code\"",
        " data-length=\"8\"",
    ] {
        assert!(page.contains(attribute), "{attribute}");
    }
    assert!(!page.contains(" pattern="), "\"123 456\" must pass");
    let time = "<time datetime=\"PT292S\" data-expires=\"292\">4:52</time>";
    assert!(page.contains(&format!("The code works for {time}.")), "{page}");
    assert!(page.contains(" placeholder=\"••••••••\""), "{page}");
    let number = "<bdi class=\"phone\" dir=\"ltr\">+44 7946 095812</bdi>";
    assert!(page.contains(&format!("We texted a 6-digit code to {number}.")), "{page}");
}

#[test]
fn the_plain_phone_form_is_rendered_once_and_small() {
    let templates = templates();
    for simulator in [false, true] {
        let frame = Frame { simulator, ..PLAIN };
        for country in [None, Country::parse("GB"), Country::parse("US")] {
            let first = templates.first_page(frame, country).unwrap();
            let page = IndexPage { country: country.map(Into::into), ..IndexPage::default() };
            assert_eq!(first.plain, templates.render(frame, &page).unwrap());
            let again = templates.clone().first_page(frame, country).unwrap();
            assert_eq!(first.plain.as_ptr(), again.plain.as_ptr(), "the same bytes");
            assert_eq!(first.gzip.as_ptr(), again.gzip.as_ptr(), "the same bytes");
            assert!(first.gzip.len() < 8 * 1024, "{} bytes", first.gzip.len());
        }
    }
}

#[test]
fn the_trace_id_is_shown_where_there_is_one() {
    let mut page = ErrorPage {
        status: 500,
        headline: Sentence::new("error-internal-headline"),
        advice: Sentence::new("error-internal-advice"),
        trace_id: Some("01hx7k".to_owned()),
    };
    let templates = templates();
    assert!(templates.render(PLAIN, &page).unwrap().contains("<code>500-01hx7k</code>"));

    page.trace_id = None;
    assert!(!templates.render(PLAIN, &page).unwrap().contains("<code>"));
}

#[test]
fn a_page_at_the_wrong_address_links_nowhere() {
    let page = |status| ErrorPage {
        status,
        headline: Sentence::new("error-host-headline"),
        advice: Sentence::new("error-host-advice"),
        trace_id: None,
    };
    let templates = templates();
    assert!(!templates.render(PLAIN, &page(421)).unwrap().contains("<a "));
    assert!(templates.render(PLAIN, &page(404)).unwrap().contains("<a class=\"button\" href=\"/\">"));
}

#[test]
fn the_brand_heads_every_page_escaped() {
    let templates = made(&Overrides::default(), "A<b> & Co", Channel::Sms).unwrap();
    let page = first_page(&templates);
    assert!(page.contains("<span>A&lt;b&gt; &amp; Co</span>"), "{page}");
}

#[test]
fn an_operators_template_takes_the_place_of_ours() {
    let ours = "{% extends \"base.html\" %}{% block main %}<h1>{{ phone }}</h1>{% include \"more.html\" %}{% endblock %}";
    let templates =
        overridden(&[("sign-out.html", ours), ("more.html", "<p>{{ t(\"sign-out-stay\") }}</p>")]);
    let page = SignOutPage { phone: "+44 ••23".to_owned() };
    let page = templates.unwrap().render(PLAIN, &page).unwrap();

    assert!(page.contains("<h1>+44 ••23</h1><p>Stay signed in</p>"), "{page}");
    assert!(page.contains("<header>"), "the skeleton is still ours");
}

#[test]
fn an_operators_texts_reach_the_pages() {
    let templates = overridden(&[("locales/en.ftl", "index-submit = Text <me>")]).unwrap();
    let page = first_page(&templates);
    assert!(page.contains(">Text &lt;me&gt;</button>"), "{page}");
}

#[test]
fn a_mistake_in_an_operators_template_ends_the_start_and_is_named() {
    for (name, source, expected) in [
        ("index.html", "{% if %}", "index.html: syntax error"),
        ("verify.html", "{{ no_such_thing }}", "verify.html:1"),
        ("result.html", "{% if failed %}{{ phone }}{% endif %}", "result.html:1"),
        ("error.html", "{{ asset(\"no.css\") }}", "there is no asset called no.css"),
        ("components/field.html", "{% macro field() %}{% endmacro %}", "verify.html"),
    ] {
        let error = overridden(&[(name, source)]).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn the_first_page_promises_what_will_come() {
    for (first, promise) in
        [(Channel::Sms, "We will text you a code."), (Channel::Voice, "We will call you and say a code.")]
    {
        let templates = made(&Overrides::default(), "phonegate", first).unwrap();
        assert!(first_page(&templates).contains(promise), "{first:?}");
    }
}

#[test]
fn parts_for_scripts_are_no_pages_and_escaped() {
    for part in samples::parts(&templates(), PLAIN, "<b>").unwrap() {
        assert!(part.starts_with("<p ") && !part.contains("<b>"), "{part}");
        assert!(
            part.contains("href=\"/verify\"") || part.contains("data-seen=\"1-failed&lt;b&gt;\""),
            "{part}"
        );
    }
}
