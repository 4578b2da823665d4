//! The provider's text, made fit for a log.
//!
//! What this module promises:
//! * No phone number, code or numeric id is left: five digits or more in a row are masked, also when spaces,
//!   dashes, dots, slashes or brackets part them.
//! * One line of at most 200 characters, nothing invisible in it.

use crate::phone::is_space;

const MAX_CHARS: usize = 200;
const MAX_DIGITS: usize = 4;

pub(super) fn scrub(text: &str) -> String {
    let is_invisible = |c: char| c.is_control() || is_space(c);
    let mut chars: Vec<char> = text.chars().map(|c| if is_invisible(c) { ' ' } else { c }).collect();

    let in_number = |c: char| c.is_numeric() || matches!(c, ' ' | '-' | '.' | '/' | '(' | ')');
    for run in chars.chunk_by_mut(|a, b| in_number(*a) && in_number(*b)) {
        if run.iter().filter(|c| c.is_numeric()).count() > MAX_DIGITS {
            run.iter_mut().filter(|c| c.is_numeric()).for_each(|c| *c = '•');
        }
    }

    if chars.len() > MAX_CHARS {
        chars.truncate(MAX_CHARS - 1);
        chars.push('…');
    }
    String::from_iter(chars).trim().to_owned()
}

/// A trace id, which the provider's support asks for: whole if it is a UUID or the like, for no number is.
pub(super) fn trace(id: &str) -> String {
    let is_hex = (32..=36).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    let is_number = !id.bytes().any(|b| b.is_ascii_alphabetic());
    if is_hex && !is_number { id.to_owned() } else { scrub(id) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn five_digits_are_masked_and_four_are_not() {
        for (text, scrubbed) in [
            ("Low balance", "Low balance"),
            ("over 30 requests/s, status 1 of 1234", "over 30 requests/s, status 1 of 1234"),
            ("number 447700900123.", "number ••••••••••••."),
            ("number +44 (0)7700 900-123 is bad", "number +•• (•)•••• •••-••• is bad"),
            ("code 1 2 3 4 5 6", "code • • • • • •"),
            ("network [ 23415 ]", "network [ ••••• ]"),
            ("id 'abcdef0123456789'", "id 'abcdef••••••••••'"),
            ("٤٤٧٧٠٠٩٠٠١٢٣", "••••••••••••"),
            ("one\r\ntwo\u{1b}[31m \u{202e}three\0", "one  two [31m  three"),
            ("", ""),
        ] {
            assert_eq!(scrub(text), scrubbed);
        }
    }

    #[test]
    fn a_long_text_is_cut() {
        let cut = scrub(&"é".repeat(10_000));
        assert_eq!((cut.chars().count(), cut.chars().last()), (200, Some('…')));
        assert_eq!(scrub(&"e".repeat(200)), "e".repeat(200));
    }

    #[test]
    fn a_trace_id_stays_whole() {
        for id in ["738f9313-418a-4259-9b0d-6670f06fa82d", "bf0ca0bf927b3b52e3cb03217e1a1ddf"] {
            assert_eq!(trace(id), id);
        }
        assert_eq!(trace("447700900123"), "••••••••••••");
        assert_eq!(trace(&"4".repeat(32)), "•".repeat(32));
        assert_eq!(trace("my-trace 447700900123"), "my-trace ••••••••••••");
    }

    proptest! {
        #[test]
        fn nothing_of_a_number_is_left(before in ".{0,20}", number in "[0-9]{5,15}", after in ".{0,20}") {
            let scrubbed = scrub(&format!("{before}{number}{after}"));
            prop_assert!(!scrubbed.contains(&number));
            prop_assert!(!scrubbed.chars().any(char::is_control));
        }
    }
}
