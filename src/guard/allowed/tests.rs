use proptest::prelude::*;

use super::*;
use crate::web::overrides::tests::Scratch;

const MAY: &str = "+12025550150";

fn phone(number: &str) -> PhoneNumber {
    PhoneNumber::from_store(number.to_owned())
}

/// A list in a folder of its own.
fn list(text: &str) -> (Scratch, PathBuf) {
    let folder = Scratch::with(&[("numbers.txt", text)]);
    let path = folder.0.join("numbers.txt");
    (folder, path)
}

fn open(path: &Path) -> Result<AllowedNumbers, String> {
    AllowedNumbers::open(path, Country::parse("US"), Fiction::Allowed)
}

#[test]
fn one_number_on_each_line_in_any_form_and_comments() {
    let text = "\u{feff}# Staff\r\n\r\n+1 202 555 0150   # Ann\n  (202) 555-0151\n\t\n+44 7700 900123";
    let (_folder, path) = list(text);

    let allowed = open(&path).unwrap();

    for number in [MAY, "+12025550151", "+447700900123"] {
        assert!(allowed.allows(&phone(number)), "{number}");
    }
    assert!(!allowed.allows(&phone("+12025550152")));
    assert!(format!("{allowed:?}").starts_with("AllowedNumbers(3 of "), "{allowed:?}");
    assert!(allowed.is_limited() && !AllowedNumbers::default().is_limited());
    assert!(AllowedNumbers::default().allows(&phone("+12025550152")));
}

#[test]
fn a_mistake_names_the_file_and_the_line_and_not_the_number() {
    for (text, problem) in [
        ("+1 202 555 0150\n\n+1 202 555 01\n", "line 3: the number is too short"),
        (
            "Ann Example +12025550150",
            "line 1: that is no phone number; give it as +44…, with # before a comment",
        ),
        ("# none yet\n\n", "has no number in it, so that nobody could sign in"),
        ("", "has no number in it"),
    ] {
        let (_folder, path) = list(text);
        let error = open(&path).unwrap_err();
        let said = error.strip_prefix(path.to_str().unwrap()).unwrap();
        assert!(said.contains(problem) && !said.contains("555"), "{error}");
    }
    let error = open(Path::new("/nowhere/numbers")).unwrap_err();
    assert!(error.starts_with("cannot read /nowhere/numbers: "), "{error}");
}

#[test]
fn how_numbers_are_read_follows_the_settings() {
    let (_folder, path) = list("(202) 555-0150\n");
    let open = |country, fiction| AllowedNumbers::open(&path, country, fiction).unwrap_err();

    let error = open(None, Fiction::Allowed);
    assert!(error.ends_with("line 1: give the number as +44…, or set DEFAULT_COUNTRY"), "{error}");
    let error = open(Country::parse("US"), Fiction::Refused);
    assert!(error.ends_with("line 1: that number is reserved for fiction; no message reaches it"), "{error}");
}

#[test]
fn a_reload_takes_all_of_a_file_or_nothing() {
    let (_folder, path) = list("+12025550150\n+12025550151\n");
    let allowed = open(&path).unwrap();
    let shared = allowed.clone();

    fs::write(&path, "+12025550150\n").unwrap();
    assert_eq!(allowed.reload().unwrap(), 1);
    assert!(shared.allows(&phone(MAY)) && !shared.allows(&phone("+12025550151")));

    for broken in ["+12025550151\n+1202\n", ""] {
        fs::write(&path, broken).unwrap();
        allowed.reload().unwrap_err();
        assert!(shared.allows(&phone(MAY)) && !shared.allows(&phone("+12025550151")), "{broken:?}");
    }
    fs::remove_file(&path).unwrap();
    allowed.reload().unwrap_err();
    assert!(shared.allows(&phone(MAY)));
}

proptest! {
    #[test]
    fn no_text_panics_and_a_mistake_lies_within_it(text in any::<String>(), rows in "([+0-9 #x\n]{0,20}\n){0,6}") {
        for text in [text, rows] {
            if let Err((line, _)) = parse(&text, Country::parse("GB"), Fiction::Allowed) {
                prop_assert!((1..=text.lines().count()).contains(&line));
            }
        }
    }
}
