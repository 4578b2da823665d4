//! The code a visitor types.

use std::fmt;

/// A code of 4 to 10 digits, as sent to the provider. No `Display`; `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

/// Why what was typed cannot be a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinError {
    Empty,
    /// A letter or sign where only digits belong.
    NotDigits,
    /// Digits, but not as many as a code has.
    Length {
        expected: u8,
    },
}

impl Pin {
    /// Accepts what people type or paste: spaces and dashes are dropped.
    pub fn parse(input: &str, length: u8) -> Result<Self, PinError> {
        let _ = (input, length);
        Err(PinError::Empty)
    }

    /// For the wire only.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}
