//! What people type, made plain: digits of any script, and the marks they put around them.
//!
//! What this module promises:
//! * Only ASCII comes out: at most one leading `+`, then digits.
//! * The work is bounded, however long the input is.

use super::PhoneError;

/// No number with all its spaces and brackets is this long.
const MAX_TYPED: usize = 64;

/// Digits before a label, without which the label is no extension's.
const MIN_BEFORE_EXTENSION: usize = 5;

/// How extensions are written, in lower case; none is hidden by an earlier one.
const EXTENSION_LABELS: [&str; 9] = ["extension", "extn", "ext", "xtn", "x", "#", "anexo", "int", "доб"];

/// The zero of each script whose digits a phone's keyboard offers.
const ZEROS: [char; 12] = [
    '\u{ff10}', // full width
    '\u{0660}', // Arabic
    '\u{06f0}', // Persian, Urdu
    '\u{0966}', // Devanagari
    '\u{09e6}', // Bengali
    '\u{0ae6}', // Gujarati
    '\u{0be6}', // Tamil
    '\u{0c66}', // Telugu
    '\u{0ce6}', // Kannada
    '\u{0e50}', // Thai
    '\u{1040}', // Burmese
    '\u{17e0}', // Khmer
];

/// The ASCII digit that `c` stands for.
pub(crate) fn digit(c: char) -> Option<char> {
    if c.is_ascii() {
        return c.is_ascii_digit().then_some(c);
    }
    ZEROS.iter().find_map(|&zero| char::from_digit(u32::from(c).checked_sub(zero.into())?, 10))
}

/// White space, and the invisible marks that come along when a number is copied.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{2069}' | '\u{feff}')
}

pub(crate) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' | '\u{fe63}' | '\u{ff0d}')
}

fn is_separator(c: char) -> bool {
    is_space(c)
        || is_dash(c)
        || matches!(c, '.' | '/' | '(' | ')' | '[' | ']' | '．' | '／' | '（' | '）' | '［' | '］')
}

/// The digits of a phone number as typed, after a `+` if it has one.
pub(super) fn plain(input: &str) -> Result<String, PhoneError> {
    let input = input.trim_matches(is_space);
    let input = match input.split_at_checked(4) {
        Some((scheme, number)) if scheme.eq_ignore_ascii_case("tel:") => number,
        _ => input,
    };

    let mut plain = String::with_capacity(16);
    for (count, (at, c)) in input.char_indices().enumerate() {
        if count == MAX_TYPED {
            return Err(PhoneError::TooLong);
        }
        if let Some(digit) = digit(c) {
            plain.push(digit);
        } else if matches!(c, '+' | '＋') && plain.is_empty() {
            plain.push('+');
        } else if !is_separator(c) {
            let is_extension = plain.len() > MIN_BEFORE_EXTENSION && is_extension(&input[at..]);
            return Err(if is_extension { PhoneError::Extension } else { PhoneError::BadCharacter });
        }
    }
    if plain.trim_start_matches('+').is_empty() { Err(PhoneError::Empty) } else { Ok(plain) }
}

/// Whether what follows a number is a label and digits, such as `ext. 12`, `x12`, `;ext=12` or `,,12`.
fn is_extension(tail: &str) -> bool {
    if tail.len() > MAX_TYPED {
        return false;
    }
    let tail = tail.to_lowercase();
    let unpaused = tail.trim_start_matches([',', ';', ' ']);
    let paused = unpaused.len() < tail.len();
    let labelled = EXTENSION_LABELS.iter().find_map(|label| unpaused.strip_prefix(label));
    labelled.or(paused.then_some(unpaused)).is_some_and(|rest| {
        rest.chars().any(|c| digit(c).is_some()) && !rest.chars().any(char::is_alphabetic)
    })
}
