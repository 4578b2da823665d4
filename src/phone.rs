//! Phone numbers: what people type, made E.164.

use std::fmt;

/// A valid phone number in E.164 form.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

/// An ISO 3166 country code in upper case, for example `GB`, that has phone numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

/// Whether numbers that are reserved for fiction (+44 7700 900xxx, +1 NPA 555 01xx) pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fiction {
    Allowed,
    Refused,
}

/// What kind of line a number is, as far as the numbering plan tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineType {
    Mobile,
    Landline,
    /// Plans such as North America's do not tell the two apart.
    MobileOrLandline,
    Voip,
    TollFree,
    PremiumRate,
    SharedCost,
    Pager,
    Voicemail,
    Personal,
    /// Company-wide numbers (UAN).
    Company,
    Unknown,
}

/// Why a number was turned down: each has a sentence for the visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneError {
    Empty,
    /// Text that is no phone number: letters, signs.
    BadCharacter,
    /// National form, and no country to read it by.
    NoCountryCode,
    /// No country has this calling code.
    UnknownCountryCode,
    TooShort,
    TooLong,
    /// The right length, but no such number is given out in its country.
    Invalid,
    /// Reserved for fiction; refused unless the provider is a simulator.
    Fictional,
    /// An extension was typed; a text cannot reach one.
    Extension,
}

impl PhoneNumber {
    /// Accepts what people type.
    pub fn parse(input: &str, country: Option<Country>, fiction: Fiction) -> Result<Self, PhoneError> {
        let _ = (input, country, fiction);
        Err(PhoneError::Empty)
    }

    /// A number read back from our own store, where only parsed numbers go.
    pub fn from_store(e164: String) -> Self {
        Self(e164)
    }

    /// E.164 with the leading `+`. For the provider and for the signed-in page's owner only; never for logs.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits without `+`: the provider's form.
    pub fn digits(&self) -> &str {
        self.0.trim_start_matches('+')
    }

    /// The form that is safe to show and to log: calling code and the last two digits.
    pub fn masked(&self) -> String {
        String::new()
    }

    pub fn country(&self) -> Option<Country> {
        None
    }

    pub fn line_type(&self) -> LineType {
        LineType::Unknown
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber({})", self.masked())
    }
}

impl Country {
    /// A two-letter code in either case; `None` if no country with phone numbers has it.
    pub fn parse(code: &str) -> Option<Self> {
        let _ = code;
        None
    }

    pub fn as_str(&self) -> &str {
        ""
    }
}

/// Reads the metadata that the first number would otherwise wait for.
pub fn warm_up() {}
