//! The code a visitor types.
//!
//! What this module promises:
//! * A [`Pin`] is ASCII digits, as many as were asked for.
//! * No input panics, and nothing prints a code.

use std::fmt;

use crate::phone::{digit, is_dash, is_space};

/// A code of 4 to 10 digits, as sent to the provider. No `Display`; `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

/// Why what was typed cannot be a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinError {
    /// Nothing was typed.
    Empty,
    /// A letter or sign where only digits belong.
    NotDigits,
    /// Digits, but not as many as a code has.
    Length {
        /// How many digits a code has.
        expected: u8,
    },
}

impl Pin {
    /// Accepts what people type or paste: spaces and dashes are dropped, digits of any script are read. Of a whole message
    /// it takes the code: the only run of digits in it that is as long as one.
    pub fn parse(input: &str, length: u8) -> Result<Self, PinError> {
        let expected = usize::from(length);
        let is_gap = |c: char| is_space(c) || is_dash(c);
        let input = input.char_indices().nth(MAX_PASTED).map_or(input, |(end, _)| &input[..end]);
        if input.chars().any(|c| digit(c).is_none() && !is_gap(c)) {
            let bare = |c: char| digit(c).is_none();
            let gapped = |c: char| digit(c).is_none() && !is_gap(c);
            let found = only(input.split(bare), expected).or_else(|| only(input.split(gapped), expected));
            return found.map(Self).ok_or(PinError::NotDigits);
        }
        let pin: String = input.chars().filter_map(digit).take(expected + 1).collect();
        match pin.len() {
            0 => Err(PinError::Empty),
            found if found == expected => Ok(Self(pin)),
            _ => Err(PinError::Length { expected: length }),
        }
    }

    /// For the wire only.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// No message is longer.
const MAX_PASTED: usize = 1_000;

/// The digits of the one run that has `length` of them; said twice it is still one.
fn only<'a>(runs: impl Iterator<Item = &'a str>, length: usize) -> Option<String> {
    let digits = |run: &str| run.chars().filter_map(digit).take(length + 1).collect::<String>();
    let mut fitting = runs.map(digits).filter(|digits| digits.len() == length);
    let first = fitting.next()?;
    fitting.all(|other| other == first).then_some(first)
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_type_is_read() {
        for typed in [
            "123456",
            " 123 456\n",
            "123-456",
            "123–456",
            "１２３４５６",
            "123\u{a0}456",
            "\u{200e}123456",
            "١٢٣٤٥٦",
            "1 2 3 4 5 6",
            "੧੨੩੪੫੬",
            "൧൨൩ ൪൫൬",
            "𝟭𝟮𝟯-𝟰𝟱𝟲",
            "123456 is your Acme code",
            "G-123456",
            "Your code is 123 456. It is good for 5 minutes.",
            "123456 is your Acme code. It is good for 10 minutes.\n\n@sign-in.example.com #123456",
            "<#> 123456: code for Acme24",
            "رمزك هو ١٢٣٤٥٦",
            "کد شما ۱۲۳۴۵۶ است",
            "コードは１２３４５６です",
            "code 123456",
            "123456.",
        ] {
            assert_eq!(Pin::parse(typed, 6).as_ref().map(Pin::as_str), Ok("123456"), "{typed:?}");
        }
        assert_eq!(Pin::parse("0000", 4).as_ref().map(Pin::as_str), Ok("0000"));
    }

    #[test]
    fn each_wrong_input_has_its_reason() {
        let length = PinError::Length { expected: 6 };
        for (typed, error) in [
            ("", PinError::Empty),
            (" \u{a0}- ", PinError::Empty),
            ("12345", length),
            ("1234567", length),
            ("123456123456123456", length),
            ("12345a", PinError::NotDigits),
            ("code 123456 or 654321", PinError::NotDigits),
            ("code 1234567", PinError::NotDigits),
            ("call +1 202 555 0150", PinError::NotDigits),
            ("+12345", PinError::NotDigits),
            ("12345678901234567890x", PinError::NotDigits),
            ("12345½", PinError::NotDigits),
        ] {
            assert_eq!(Pin::parse(typed, 6), Err(error), "{typed:?}");
        }
    }

    #[test]
    fn debug_hides_the_code() {
        assert_eq!(format!("{:?}", Pin::parse("123456", 6)), "Ok(Pin(…))");
    }

    proptest! {
        #[test]
        fn no_input_panics(typed in any::<String>(), length in any::<u8>()) {
            let _ = Pin::parse(&typed, length);
        }

        #[test]
        fn a_code_in_pieces_is_the_code(code in "[0-9]{4,10}", at in 0_usize..4, gap in "[ \u{a0}\u{2013}-]{0,3}") {
            let typed = format!("{}{gap}{}", &code[..at], &code[at..]);
            let length = u8::try_from(code.len()).unwrap();
            let pin = Pin::parse(&typed, length).unwrap();
            prop_assert_eq!(pin.as_str(), code);
        }
    }
}
