//! Numbers in texts that come from outside, such as the path of an address, before they are logged.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::digits::{digit, is_dash, is_space};

/// No phone number is shorter; years, versions and most ids are.
const SHORTEST: usize = 7;

/// The text with every run of digits that may be a phone number hidden, whatever stands between them; the same text if there
/// is none.
pub(crate) fn hide_numbers(text: &str) -> Cow<'_, str> {
    let decoded = percent_decode_str(text).decode_utf8_lossy();
    match hide(&decoded, is_between) {
        Some(hidden) => hidden.into(),
        // A `%` before a number takes two digits of it.
        None => hide(text, |_| false).map_or(Cow::Borrowed(text), Cow::Owned),
    }
}

fn hide(text: &str, is_between: impl Fn(char) -> bool) -> Option<String> {
    let mut hidden = String::with_capacity(text.len());
    // A run that may yet become a number, and how many digits it has.
    let (mut run, mut digits, mut found) = (String::new(), 0, false);
    for c in text.chars().map(Some).chain([None]) {
        match c {
            Some(c) if digit(c).is_some() => {
                run.push(c);
                digits += 1;
            }
            Some(c) if digits > 0 && is_between(c) => run.push(c),
            _ => {
                found |= digits >= SHORTEST;
                hidden.push_str(if digits >= SHORTEST { "•••" } else { &run });
                run.clear();
                digits = 0;
                hidden.extend(c);
            }
        }
    }
    found.then_some(hidden)
}

/// Not a slash: the parts of a path are no part of one number.
fn is_between(c: char) -> bool {
    is_space(c) || is_dash(c) || matches!(c, '.' | '(' | ')' | '_' | '+' | '%')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_hidden_however_they_are_written() {
        for (path, shown) in [
            ("/%2B12025550150", "/+•••"),
            ("/+447911123456", "/+•••"),
            ("/verify/447911123456", "/verify/•••"),
            ("/verify/447911123456/x", "/verify/•••/x"),
            ("/%2B44%207911%20123456", "/+•••"),
            ("/%252B12025550150", "/%2B•••"),
            ("/%2531%2532%2533%2534%2535%2536%2537", "/%•••"),
            ("/+44-7911-123.456", "/+•••"),
            ("/a+44(0)7911_123456z", "/a+•••z"),
            ("/%D9%A4%D9%A4%D9%A7%D9%A9%D9%A1%D9%A1%D9%A1", "/•••"),
            ("/5550123", "/•••"),
            ("/%5550123", "/%•••"),
        ] {
            assert_eq!(hide_numbers(path), shown, "{path}");
        }
    }

    #[test]
    fn other_paths_stay_as_they_are() {
        for path in ["/", "/verify", "/style.css", "/2026/11/24/10", "/%20a%2Fb", "/v1/123456", "/%ff", "/é"]
        {
            assert_eq!(hide_numbers(path), path);
        }
    }

    proptest! {
        #[test]
        fn nothing_panics_and_no_number_is_left(text in any::<String>(), number in "[0-9]{7,15}") {
            let _ = hide_numbers(&text);
            let path = format!("/{text}{number}");
            prop_assert!(!hide_numbers(&path).contains(&number));
        }
    }
}
