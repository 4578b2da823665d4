//! The catalogue is whole, and says what it should.

use std::{collections::BTreeSet, fs, path::Path};

use super::{language::negotiate, *};
use crate::{phone::Country, web::overrides::tests::Scratch};

const ENGLISH: &str = LOCALES[0].source;

fn catalogue() -> Catalogue {
    Catalogue::new(&Overrides::default()).unwrap()
}

fn all() -> Languages {
    Languages::of(&[]).unwrap()
}

fn english(sentence: &Sentence) -> String {
    catalogue().sentence(Language::DEFAULT, sentence).to_string()
}

/// The text of every file under `folder` whose name ends like that, this file and the samples excepted.
fn sources(folder: &str, ending: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join(folder)];
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(ending)
                && !["src/web/text/tests.rs", "src/web/templates/samples.rs"].contains(&name)
            {
                texts.push(fs::read_to_string(path).unwrap());
            }
        }
    }
    texts
}

/// The string literals that directly follow `call`, where `call` is a whole word.
fn first_arguments<'a>(text: &'a str, call: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(call).filter_map(move |(at, _)| {
        let whole = !text[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_');
        let literal = text[at + call.len()..].trim_start().strip_prefix('"')?;
        whole.then(|| literal.split('"').next())?
    })
}

#[test]
fn each_key_that_is_used_exists_and_each_that_exists_is_used() {
    let pages = sources("templates", ".html");
    let code = sources("src", ".rs");
    // Where most sentences are chosen, all that looks like a key is one.
    let chosen = ["failure", "failure/forms", "notice"]
        .map(|name| fs::read_to_string(format!("src/web/{name}.rs")).unwrap());
    let is_key = |text: &&str| {
        text.contains('-')
            && text.split('-').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()))
    };
    let in_choices: Vec<_> =
        chosen.iter().flat_map(|file| file.split('"').skip(1).step_by(2)).filter(is_key).collect();
    assert!(in_choices.len() > 70, "{} were found", in_choices.len());
    let in_pages = pages.iter().flat_map(|page| first_arguments(page, "t("));
    let in_code = code.iter().flat_map(|file| first_arguments(file, "Sentence::new("));
    let in_texts = ENGLISH.split("{ ").skip(1).filter_map(|rest| rest.split_once(" }")).map(|(name, _)| name);
    let in_texts = in_texts.filter(|name| !name.starts_with('$') && !name.contains(' '));
    let mut used: BTreeSet<&str> = in_pages.chain(in_code).chain(in_choices).chain(in_texts).collect();
    let there: BTreeSet<&str> = keys(ENGLISH).collect();

    let missing: Vec<_> = used.difference(&there).collect();
    assert!(missing.is_empty(), "not in the catalogue: {missing:?}");

    // Code may choose among keys before it makes a sentence of one.
    let mentioned = |key: &&str| code.iter().any(|file| file.contains(&format!("\"{key}\"")));
    used.extend(there.iter().filter(|key| mentioned(key)));
    used.extend(there.iter().filter(|key| key.strip_prefix(COUNTRY).and_then(Country::parse).is_some()));
    let unused: Vec<_> = there.difference(&used).collect();
    assert!(unused.is_empty(), "never used: {unused:?}");
}

#[test]
fn the_scanner_sees_whole_calls_only() {
    let page = r#"{{ t("one") }} {{ asset("style.css") }} {{ field(t( "two", n=1), t(variable)) }}"#;
    assert_eq!(first_arguments(page, "t(").collect::<Vec<_>>(), ["one", "two"]);
}

#[test]
fn every_language_has_the_same_texts_and_each_resolves() {
    let catalogue = catalogue();
    let names = ["seconds", "minutes", "left", "expected", "length", "amount", "unit", "count", "code"];
    for (locale, texts) in LOCALES.iter().zip(&catalogue.texts) {
        let there: BTreeSet<&str> = keys(locale.source).collect();
        assert_eq!(there, keys(ENGLISH).collect::<BTreeSet<_>>(), "{}", locale.tag);
        assert_eq!(there.len(), keys(locale.source).count(), "{} says something twice", locale.tag);

        for key in there {
            for number in [0, 1, 2, 30] {
                let numbers = names.iter().map(|name| (*name, FluentValue::from(number)));
                let words = ["browser", "system", "address", "reason", "phone", "site", "time"]
                    .map(|name| (name, FluentValue::from("word")));
                let arguments = numbers.chain(words).collect();
                let (text, errors) = texts.format(key, &arguments).expect(key);
                assert!(errors.is_empty(), "{key}: {errors:?}");
                assert!(!text.trim().is_empty(), "{key} says nothing");
            }
        }
    }
}

#[test]
fn numbers_are_counted_in_words_that_fit() {
    let tries = |left| english(&Sentence::new("pin-wrong").number("left", left));
    assert!(tries(1).ends_with("You have one try left."), "{}", tries(1));
    assert!(tries(2).ends_with("You have 2 tries left."), "{}", tries(2));

    let wait = |seconds| english(&Sentence::new("send-busy").number("seconds", seconds));
    assert!(wait(1).contains("in one second."), "{}", wait(1));
    assert!(wait(29).contains("in 29 seconds."), "{}", wait(29));

    let again =
        |amount, unit| english(&Sentence::new("limit-all").number("amount", amount).text("unit", unit));
    for (amount, unit, expected) in [
        (1, "seconds", "Try again in one second."),
        (90, "seconds", "Try again in 90 seconds."),
        (2, "minutes", "Try again in 2 minutes."),
        (1, "hours", "Try again in one hour."),
        (23, "hours", "Try again in 23 hours."),
    ] {
        assert!(again(amount, unit).ends_with(expected), "{}", again(amount, unit));
    }
}

#[test]
fn sentences_say_what_happened_in_words_that_everybody_knows() {
    for phrase in
        ["good for", "turned away", "asked for as often", "is taken", "start again in", "first page"]
    {
        let found = ENGLISH.lines().find(|line| !line.starts_with('#') && line.contains(phrase));
        assert_eq!(found, None, "{phrase}");
    }
    // Values stand inside of sentences: other languages need them elsewhere.
    let glued =
        ENGLISH.lines().find(|line| [" to", " for", " mention"].iter().any(|end| line.ends_with(end)));
    assert_eq!(glued, None);
}

#[test]
fn arabic_counts_in_six_forms_and_keeps_what_stands_in_its_sentences_apart() {
    let catalogue = catalogue();
    let arabic = all().parse("ar").unwrap();
    let wait = |amount, unit| {
        let sentence = Sentence::new("limit-all").number("amount", amount).text("unit", unit);
        catalogue.sentence(arabic, &sentence).to_string()
    };
    let forms: BTreeSet<_> = [0, 1, 2, 5, 11, 100]
        .map(|amount| wait(amount, "minutes").replace(|c: char| c.is_ascii_digit(), ""))
        .into();
    assert!(forms.len() >= 5, "{forms:?}");
    assert!(wait(2, "minutes").contains("دقيقتين") && wait(5, "minutes").contains("دقائق"));

    let lead = Sentence::new("signed-in-lead").text("phone", "+44 20");
    let text = catalogue.sentence(arabic, &lead).to_string();
    assert!(text.contains("\u{2068}+44 20\u{2069}"), "the plus would go to the other side: {text:?}");
}

#[test]
fn a_site_offers_the_languages_that_it_names_the_first_for_all_others() {
    let named = |tags: &[&str]| Languages::of(&tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>());
    let german = named(&["de", "en"]).unwrap();
    for (header, tag) in [("fr", "de"), ("en-GB", "en"), ("ar", "de"), ("ar,en;q=0.5", "en")] {
        assert_eq!(german.accepted(Some(header)).tag(), tag, "{header}");
    }
    assert!(german.in_query(Some("lang=ar")).is_none() && german.parse("ar").is_none());
    assert_eq!(named(&["de", "xx"]).unwrap_err(), "\"xx\" is no language of ours; give some of en, de, ar");
}

#[test]
fn arguments_come_without_invisible_marks() {
    let text = english(&Sentence::new("pin-length").text("expected", "6"));
    assert!(text.is_ascii(), "{text:?}");
}

#[test]
fn a_text_without_arguments_is_worked_out_once() {
    let catalogue = catalogue();
    let texts = [(); 2].map(|()| catalogue.sentence(Language::DEFAULT, &"phone-empty".into()));
    let [first, second] = texts.each_ref().map(|text| text.as_str().unwrap().as_ptr());
    assert_eq!(first, second, "one and the same");
    assert!(!catalogue.texts[0].resolved.contains_key("send-busy"));
}

#[test]
fn a_text_that_is_missing_is_replaced_by_a_general_one() {
    let key = "no-such-key";
    assert_eq!(english(&key.into()), LAST_RESORT);
    assert_eq!(english(&Sentence::new(key).number("n", 1)), LAST_RESORT);
}

#[test]
fn a_sentence_without_its_argument_is_still_a_sentence() {
    assert!(english(&Sentence::new("pin-length")).starts_with("The code has "));
}

#[test]
fn an_operator_replaces_single_texts() {
    let folder = Scratch::with(&[("locales/en.ftl", "# Ours.\nindex-submit = Text me\n")]);
    let catalogue = Catalogue::new(&Overrides::read(Some(&folder.0)).unwrap()).unwrap();

    let text = |key: &'static str| catalogue.sentence(Language::DEFAULT, &key.into()).to_string();
    assert_eq!(text("index-submit"), "Text me");
    assert_eq!(text("phone-empty"), "Enter your phone number.");
}

#[test]
fn a_mistake_in_an_operators_texts_is_named() {
    for (name, text, expected) in [
        ("locales/en.ftl", "index-submit = Send\nindex-lead = { $oops\n", "locales/en.ftl: line 2: "),
        ("locales/en.ftl", "index-sumbit = Send\n", "there is no text called index-sumbit"),
        ("locales/xx.ftl", "index-submit = Send\n", "locales/xx.ftl: there is no such language"),
    ] {
        let folder = Scratch::with(&[(name, text)]);
        let error = Catalogue::new(&Overrides::read(Some(&folder.0)).unwrap()).err().unwrap();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn the_header_chooses_the_language_it_likes_best() {
    let tags = ["en", "de", "pt-BR"];
    for (header, expected) in [
        ("de", Some("de")),
        ("DE-ch-1996", Some("de")),
        ("fr, de;q=0.5, en;q=0.8", Some("en")),
        ("de;q=0.8, en;q=0.8", Some("de")),
        ("pt-br", Some("pt-BR")),
        ("pt", None),
        ("fr, *;q=0.1", Some("en")),
        ("de;q=0, *", Some("en")),
        ("de; q=0.9 , en;q=0.2", Some("de")),
        ("fr", None),
        ("", None),
        (";;q=,,=", None),
        ("de;q=NaN", None),
        ("de;q=much", None),
    ] {
        let chosen = negotiate(header, &tags).map(|index| tags[index]);
        assert_eq!(chosen, expected, "{header:?}");
    }

    assert_eq!(all().accepted(None), Language::DEFAULT);
    assert_eq!(all().accepted(Some("tlh")), Language::DEFAULT);
    for (header, tag) in [("en-GB,en;q=0.9", "en"), ("de-AT", "de"), ("fr,ar-EG;q=0.8,de;q=0.5", "ar")] {
        assert_eq!(all().accepted(Some(header)).tag(), tag);
    }
    for (query, tag) in
        [("lang=ar", Some("ar")), ("a=b&lang=de", Some("de")), ("lang=xx", None), ("lang=", None)]
    {
        assert_eq!(all().in_query(Some(query)).map(Language::tag), tag);
    }
}
