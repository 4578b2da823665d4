//! Phone numbers: what people type, made E.164.
//!
//! What this module promises:
//! * A [`PhoneNumber`] that was parsed is valid by its country's numbering plan, or reserved for fiction where
//!   that is allowed, and parses from its own E.164 form to itself.
//! * No input panics, and none that is longer than a phone number reaches the numbering plans.
//! * Only [`PhoneNumber::as_str`], [`PhoneNumber::digits`] and [`PhoneNumber::written`] show a number; `Debug` masks it.

mod area;
mod country;
mod digits;
mod e164;
mod habits;
mod hidden;
mod plan;
mod typed;
mod written;

#[cfg(test)]
mod tests;

use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::OnceLock,
};

use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, ParseError, PhoneNumberFormat, Region, ValidationError,
};

pub(crate) use area::Area;
pub(crate) use country::Country;
pub(crate) use digits::{digit, is_dash, is_space};
pub(crate) use hidden::hide_numbers;
pub(crate) use plan::LineType;
use plan::Plan;
use typed::Plain;

/// A valid phone number in E.164 form.
#[derive(Clone)]
pub struct PhoneNumber {
    e164: String,
    /// Looked up once, and copied with it: the numbering plans are regular expressions.
    plan: OnceLock<Plan>,
}

/// Whether numbers that are reserved for fiction (+44 7700 900xxx, +1 NPA 555 01xx) pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fiction {
    /// For simulators.
    Allowed,
    /// Where messages are real.
    Refused,
}

/// Why a number was turned down: each has a sentence for the visitor. `Display` is for whoever runs an app that keeps numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a phone number in international form, such as +12025550150: {self:?}")]
pub enum PhoneError {
    /// Nothing was typed.
    Empty,
    /// Text that is no phone number: letters, signs.
    BadCharacter,
    /// National form, and no country to read it by.
    NoCountryCode,
    /// No country has this calling code.
    UnknownCountryCode,
    /// Digits are missing.
    TooShort,
    /// There are too many digits.
    TooLong,
    /// The right length, but no such number is given out in its country.
    Invalid,
    /// Reserved for fiction; refused unless the provider is a simulator.
    Fictional,
    /// An extension was typed; a text cannot reach one.
    Extension,
}

/// E.164 allows 15 digits, and some plans hold longer numbers that cannot be called from abroad.
const MAX_DIGITS: usize = 15;

impl PhoneNumber {
    /// Accepts what people type.
    ///
    /// `00` is read as `+` unless it means something else in `country`. Bare digits without a country are
    /// refused, even where a `+` in front would make them valid: a number typed without its country's code would
    /// become one of another country, and the message would go to a stranger. Digits that begin with the code of
    /// `country` itself are a mobile's with it, if that is one and the digits alone are none.
    pub fn parse(input: &str, country: Option<Country>, fiction: Fiction) -> Result<Self, PhoneError> {
        let Plain { digits, from_abroad } = typed::plain(input)?;
        // In Italy a landline keeps the zero.
        let mobile = from_abroad.and_then(|digits| Self::of_digits(&digits, country, fiction).ok());
        match mobile.filter(Self::may_be_mobile) {
            Some(mobile) => Ok(mobile),
            None => Self::of_digits(&digits, country, fiction),
        }
    }

    fn of_digits(typed: &str, country: Option<Country>, fiction: Fiction) -> Result<Self, PhoneError> {
        let international = |digits: &str| Self::read(&format!("+{digits}"), None, fiction);
        if let Some(digits) = typed.strip_prefix('+') {
            return international(digits.strip_prefix("00").unwrap_or(digits));
        }
        let national = match country {
            Some(country) => Self::read(typed, country.region(), fiction),
            None => Err(PhoneError::NoCountryCode),
        };
        if national.as_ref().is_ok_and(Self::may_be_mobile) {
            return national;
        }
        if country.and_then(Country::calling_code).is_some_and(|code| typed.starts_with(&code)) {
            let with_code = international(typed);
            let is_it = |phone: &Self| national.is_err() || phone.may_be_mobile();
            if with_code.as_ref().is_ok_and(is_it) || with_code == Err(PhoneError::Fictional) {
                return with_code;
            }
        }
        match (national, typed.strip_prefix("00")) {
            (Err(_), Some(digits)) => international(digits),
            (national, _) => national,
        }
    }

    /// Reads `+` and digits, or the digits of a national form.
    fn read(digits: &str, region: Option<Region>, fiction: Fiction) -> Result<Self, PhoneError> {
        let number = PHONE_NUMBER_UTIL.parse(digits, region).map_err(|error| match error {
            ParseError::InvalidCountryCode => PhoneError::UnknownCountryCode,
            // Of digits alone, only one or two are no number to the library.
            ParseError::NotANumber(_) | ParseError::TooShortAfterIdd | ParseError::TooShortNsn => {
                PhoneError::TooShort
            }
            ParseError::TooLongNsn => PhoneError::TooLong,
        })?;
        let plan = Plan::of(&number);
        let (number, plan) = habits::meant(&number, plan).unwrap_or((number, plan));
        let mut phone =
            Self::from_store(PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).into_owned());

        if phone.is_british_fiction() {
            // The plan does not hold it.
        } else if plan.has_it() {
            phone.plan = plan.into();
        } else {
            return Err(match PHONE_NUMBER_UTIL.is_possible_number_with_reason(&number) {
                Ok(NumberLengthType::IsPossible) => PhoneError::Invalid,
                // Without the area code, or between the lengths that its country has: digits are missing.
                Ok(NumberLengthType::IsPossibleLocalOnly)
                | Err(ValidationError::TooShort | ValidationError::InvalidLength) => PhoneError::TooShort,
                Err(ValidationError::TooLong) => PhoneError::TooLong,
                Err(ValidationError::InvalidCountryCode) => PhoneError::UnknownCountryCode,
            });
        }
        if phone.digits().len() > MAX_DIGITS {
            return Err(PhoneError::TooLong);
        }
        if fiction == Fiction::Refused && phone.is_fictional() {
            return Err(PhoneError::Fictional);
        }
        Ok(phone)
    }

    /// A number read back from our own store, where only parsed numbers go.
    pub fn from_store(e164: String) -> Self {
        Self { e164, plan: OnceLock::new() }
    }

    /// E.164 with the leading `+`. For the provider and for the signed-in page's owner only; never for logs.
    pub fn as_str(&self) -> &str {
        &self.e164
    }

    /// The digits without `+`: the provider's form.
    pub(crate) fn digits(&self) -> &str {
        self.e164.trim_start_matches('+')
    }

    /// The form that is safe to show and to log: calling code and the last two digits, `+44 •••• ••••23`.
    pub fn masked(&self) -> String {
        const DOTS: &str = "•••• ••••";
        let Some((code, national)) = self.split() else { return DOTS.to_owned() };
        // Two digits of less than four would tell too much of it.
        let known = national.len() >= 4 && national.bytes().all(|b| b.is_ascii_digit());
        let end = if known { &national[national.len() - 2..] } else { "••" };
        format!("+{code} {DOTS}{end}")
    }

    /// The block that a run of numbers shares: calling code and four digits.
    pub(crate) fn prefix(&self) -> &str {
        const BLOCK: usize = 4;
        let end = self.split().map_or(0, |(code, _)| code.len()) + BLOCK;
        self.digits().get(..end).unwrap_or_else(|| self.digits())
    }

    /// Calling code and the rest. Calling codes are prefix-free, so the first that fits is the number's.
    fn split(&self) -> Option<(&str, &str)> {
        (1..=3).find_map(|length| {
            let (code, national) = self.digits().split_at_checked(length)?;
            let region = PHONE_NUMBER_UTIL.get_region_for_country_code(code.parse().ok()?);
            region.map(|_| (code, national))
        })
    }

    /// Reserved by Ofcom; the numbering plans do not hold it.
    fn is_british_fiction(&self) -> bool {
        self.e164.len() == "+447700900000".len() && self.e164.starts_with("+447700900")
    }

    fn is_fictional(&self) -> bool {
        let is_american = self.e164.len() == "+12025550100".len()
            && self.e164.starts_with("+1")
            && self.e164.get(5..10) == Some("55501");
        is_american || self.is_british_fiction()
    }
}

impl PartialEq for PhoneNumber {
    fn eq(&self, other: &Self) -> bool {
        self.e164 == other.e164
    }
}

impl Eq for PhoneNumber {}

impl Hash for PhoneNumber {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.e164.hash(state);
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber({})", self.masked())
    }
}

/// Reads the metadata that the first number would otherwise wait for.
pub fn warm_up() {
    let _ = PhoneNumber::parse("+12025550100", None, Fiction::Allowed);
}
