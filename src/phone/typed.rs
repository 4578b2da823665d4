//! What people type and paste, made plain: digits of any script, and all that stands around them.
//!
//! What this module promises:
//! * Only ASCII comes out: at most one leading `+`, then digits.
//! * The work is bounded, however long the input is.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::{
    PhoneError,
    digits::{digit, is_dash, is_space},
};

/// No number with all its spaces and brackets is this long.
const MAX_TYPED: usize = 64;

/// No label before a number is this long.
const MAX_LABEL: usize = 24;

/// Digits before a label, without which the label is no extension's.
const MIN_BEFORE_EXTENSION: usize = 5;

/// How extensions are written, in lower case; none is hidden by an earlier one.
const EXTENSION_LABELS: [&str; 9] = ["extension", "extn", "ext", "xtn", "x", "#", "anexo", "int", "доб"];

fn is_plus(c: char) -> bool {
    matches!(c, '+' | '\u{207a}' | '\u{2795}' | '\u{fe62}' | '\u{ff0b}')
}

fn is_dot(c: char) -> bool {
    matches!(c, '.' | '·' | '•' | '\u{2024}' | '\u{2027}' | '\u{2219}' | '\u{22c5}')
        || matches!(c, '\u{3002}' | '\u{30fb}' | '\u{ff0e}' | '\u{ff61}' | '\u{ff65}')
}

fn is_separator(c: char) -> bool {
    is_space(c)
        || is_dash(c)
        || is_dot(c)
        || matches!(c, '/' | '(' | ')' | '[' | ']' | '_' | '\'' | '’' | '\u{2044}')
        || matches!(c, '\u{ff08}' | '\u{ff09}' | '\u{ff0f}' | '\u{ff3b}' | '\u{ff3d}')
}

/// What is copied along with a number from the text around it.
fn is_around(c: char) -> bool {
    is_space(c)
        || is_dot(c)
        || matches!(c, ',' | ';' | '<' | '>' | '"' | '\'' | '`' | '‘' | '’' | '“' | '”' | '„' | '«' | '»')
        || matches!(c, '\u{60c}' | '\u{3001}' | '\u{ff0c}' | '\u{ff1b}')
        || matches!(c, '\u{260e}' | '\u{260f}' | '\u{2706}' | '\u{1f4de}' | '\u{1f4f1}')
}

/// What was typed, as digits.
#[derive(Debug)]
pub(super) struct Plain {
    /// After a `+` if there was one.
    pub(super) digits: String,
    /// The same without the zero of `+44 (0)…`, which is dialled at home only.
    pub(super) from_abroad: Option<String>,
}

/// The digits of a phone number as typed.
pub(super) fn plain(input: &str) -> Result<Plain, PhoneError> {
    let input = unescaped(input);
    let input = input.trim_matches(is_around);
    let number = match after_label(input) {
        Some(link) => of_link(link)?,
        None => Cow::Borrowed(input),
    };

    let mut plain = String::with_capacity(16);
    let mut zero = None;
    for (count, (at, c)) in number.char_indices().enumerate() {
        if count == MAX_TYPED {
            return Err(PhoneError::TooLong);
        }
        if let Some(digit) = digit(c) {
            if plain.len() > 1 && number[..at].ends_with('(') && number[at..].starts_with("0)") {
                zero = Some(plain.len());
            }
            plain.push(digit);
        } else if is_plus(c) && plain.is_empty() {
            plain.push('+');
        } else if !is_separator(c) {
            let is_extension = plain.len() > MIN_BEFORE_EXTENSION && is_extension(&number[at..]);
            return Err(if is_extension { PhoneError::Extension } else { PhoneError::BadCharacter });
        }
    }
    if plain.trim_start_matches('+').is_empty() {
        return Err(PhoneError::Empty);
    }
    let from_abroad = zero.map(|at| format!("{}{}", &plain[..at], &plain[at + 1..]));
    Ok(Plain { digits: plain, from_abroad })
}

/// A copied link with `%20` in it.
fn unescaped(input: &str) -> Cow<'_, str> {
    if input.len() > 4 * MAX_TYPED || !input.contains('%') {
        return Cow::Borrowed(input);
    }
    percent_decode_str(input).decode_utf8().unwrap_or(Cow::Borrowed(input))
}

/// What follows a link's scheme or a label such as `Tel.:` or `Mobile:`, if there is one.
fn after_label(input: &str) -> Option<&str> {
    let begins = |c: char| digit(c).is_some() || is_plus(c) || matches!(c, '(' | '[' | '\u{ff08}');
    let mut end = 0;
    let mut has_letters = false;
    for c in input.chars().take(MAX_LABEL).take_while(|c| !begins(*c)) {
        if !(c.is_alphabetic() || is_separator(c) || c == ':' || c == '\u{ff1a}') {
            return None;
        }
        has_letters |= c.is_alphabetic();
        end += c.len_utf8();
    }
    let (label, number) = input.split_at(end);
    let label = label.trim_end_matches(|c| is_space(c) || c == '/');
    (has_letters && label.ends_with([':', '.', '\u{ff1a}'])).then_some(number)
}

/// The number of a `tel:` link, which may carry parameters: an extension, or the code that its number goes with.
fn of_link(link: &str) -> Result<Cow<'_, str>, PhoneError> {
    let mut parts = link.split(';');
    let number = parts.next().unwrap_or_default();
    let mut context = None;
    for parameter in parts {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        if name.eq_ignore_ascii_case("ext") && value.chars().any(|c| digit(c).is_some()) {
            return Err(PhoneError::Extension);
        }
        if name.eq_ignore_ascii_case("phone-context") && value.starts_with('+') {
            context = Some(value);
        }
    }
    Ok(match context {
        Some(context) if !number.starts_with(is_plus) => format!("{context}{number}").into(),
        _ => number.into(),
    })
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
