//! Numbers as programs keep them.

use std::str::FromStr;

use super::{Fiction, MAX_DIGITS, PhoneError, PhoneNumber};

/// Reads E.164 and nothing else, as an app keeps it: `+12025550150`. Numbers reserved for fiction pass.
impl FromStr for PhoneNumber {
    type Err = PhoneError;

    fn from_str(e164: &str) -> Result<Self, PhoneError> {
        let digits = e164.strip_prefix('+').ok_or(PhoneError::NoCountryCode)?;
        // Neither spaces nor the digits of other scripts.
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(PhoneError::BadCharacter);
        }
        if digits.len() > MAX_DIGITS {
            return Err(PhoneError::TooLong);
        }
        Self::read(e164, None, Fiction::Allowed)
    }
}
