//! How `.env` is read.

use crate::config::dotenv::{Entry, read};

fn value(line: &str) -> Result<String, String> {
    match read(line) {
        Ok(mut entries) => Ok(entries.pop().unwrap().value),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn values_are_taken_literally() {
    for (written, meant) in [
        ("Abc$123def", "Abc$123def"),
        ("${HOME}x", "${HOME}x"),
        ("\"Abc$123def\"", "Abc$123def"),
        ("\"${HOME} x\"", "${HOME} x"),
        ("'Abc$123 ${HOME}'", "Abc$123 ${HOME}"),
        ("sqlite:my$store.db", "sqlite:my$store.db"),
        ("$", "$"),
        ("a$ # a comment with $HOME and it's", "a$"),
        ("it's", "it's"),
        ("a\"b", "a\"b"),
        ("a#b", "a#b"),
        ("a=b==", "a=b=="),
        ("'abc\\'", "abc\\"),
        ("'a\\nb'", "a\\nb"),
        ("\"a\\nb\"", "a\nb"),
        ("a\\$b", "a\\$b"),
        ("a\\nb", "a\\nb"),
        ("a\\\\b", "a\\\\b"),
        ("hid\\den", "hid\\den"),
        ("a\\", "a\\"),
        // As dotenv files are written where signs are substituted.
        ("\"a\\$b\\\\\"", "a$b\\"),
        ("  'x y' # comment", "x y"),
    ] {
        assert_eq!(value(&format!("VONAGE_API_SECRET={written}")).as_deref(), Ok(meant), "{written}");
    }
}

#[test]
fn other_systems_files_are_read() {
    let text = "\u{feff}# ours\r\n\r\nexport PORT=8080\r\nBRAND=\r\nVONAGE_PRIVATE_KEY='-----BEGIN\r\nabc\r\n-----'\r\nHOST=::1 ";
    let entry =
        |line, name: &str, value: &str| Entry { line, name: name.to_owned(), value: value.to_owned() };
    assert_eq!(
        read(text).unwrap(),
        [
            entry(3, "PORT", "8080"),
            entry(5, "VONAGE_PRIVATE_KEY", "-----BEGIN\nabc\n-----"),
            entry(8, "HOST", "::1")
        ]
    );
}

#[test]
fn a_mistake_is_told_with_its_line_and_never_with_the_value() {
    for (text, expected) in [
        ("\nVONAGE_API_SECRET=two hidden9\n", "line 2: VONAGE_API_SECRET cannot be read; put values"),
        (
            "VONAGE_API_SECRET='hidden9\nPORT=1\n",
            "line 1: the value of VONAGE_API_SECRET has a quote that is never",
        ),
        ("VONAGE_API_SECRET='hidden9'x\n", "line 1: the value of VONAGE_API_SECRET goes on after"),
        ("VONAGE_API_SECRET=#hidden9\n", "line 1: the value of VONAGE_API_SECRET begins with #"),
        ("PORT=1\nhidden9\n", "line 2: cannot be read; write NAME=value"),
        ("PORT=1\n\nhidden9==\n", "line 3: the name is no setting of phonegate"),
        ("BRAND=a\nPORT=1\nBRAND=b\n", "line 3: BRAND is set here and in line 1"),
        (
            "ALLOWED_NUMBER=/hidden9\n",
            "line 1: ALLOWED_NUMBER is no setting of phonegate; did you mean ALLOWED_NUMBERS?",
        ),
        ("ALLOWED_NUMBER=\n", "line 1: ALLOWED_NUMBER is no setting"),
        ("port=hidden9\n", "line 1: port is no setting of phonegate; did you mean PORT?"),
        ("RUST_LOG=hidden9\n", "line 1: RUST_LOG is no setting of phonegate"),
        (
            "VONAGE_PRIVATE_KEY='a\nb'\nCOUNTRY=hidden9\n",
            "line 3: COUNTRY is no setting of phonegate; did you mean COUNTRIES?",
        ),
    ] {
        let error = read(text).expect_err(text).to_string();
        assert!(error.starts_with(&format!(".env: {expected}")), "{error}");
        assert!(!error.contains("hidden9") && !error.contains('\n'), "{error}");
    }
}

#[test]
fn a_quote_never_swallows_the_lines_that_follow() {
    let text = "VONAGE_API_SECRET=it's\nALLOWED_NUMBERS=/list\nBRAND=Joe's\n";
    let names: Vec<_> = read(text).unwrap().into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["VONAGE_API_SECRET", "ALLOWED_NUMBERS", "BRAND"]);
}
