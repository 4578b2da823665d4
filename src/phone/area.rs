//! What a number belongs to: a country, or a service that spans them.

use std::fmt;

use rlibphonenumber::PHONE_NUMBER_UTIL;

use super::{Country, PhoneNumber};

/// Where a number is given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Area {
    /// In a country.
    Country(Country),
    /// In none, but under a calling code of its own, as those of satellites are: 881.
    Global(u16),
}

impl Area {
    /// Reads the two letters of a country, or the calling code of a global service with its `+`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix('+') {
            Some(code) if code.bytes().all(|b| b.is_ascii_digit()) => Self::global(code),
            Some(_) => None,
            None => Country::parse(text).map(Self::Country),
        }
    }

    fn global(code: &str) -> Option<Self> {
        let code = code.parse().ok()?;
        let region = PHONE_NUMBER_UTIL.get_region_for_country_code(code)?;
        let code = u16::try_from(code).ok()?;
        Country::of(region).is_none().then_some(Self::Global(code))
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Country(country) => f.write_str(country.as_str()),
            Self::Global(code) => write!(f, "+{code}"),
        }
    }
}

impl PhoneNumber {
    /// Where it is given out; `None` only for what is no number of any plan.
    pub(crate) fn area(&self) -> Option<Area> {
        self.country().map(Area::Country).or_else(|| Area::global(self.split()?.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::Fiction;

    #[test]
    fn each_number_is_of_a_country_or_of_a_global_code() {
        for (number, area) in [
            ("+447400123456", "GB"),
            ("+447700900123", "GB"),
            ("+447781123456", "GG"),
            ("+12025550123", "US"),
            ("+14165550123", "CA"),
            ("+80012345678", "+800"),
            ("+80812345678", "+808"),
            ("+870773123456", "+870"),
            ("+878101234567890", "+878"),
            ("+881612345678", "+881"),
            ("+8823421234", "+882"),
            ("+883510000000094", "+883"),
            ("+88812345678901", "+888"),
            ("+979123456789", "+979"),
        ] {
            let phone = PhoneNumber::parse(number, None, Fiction::Allowed);
            let phone = phone.unwrap_or_else(|error| panic!("{number}: {error:?}"));
            let told = phone.area().unwrap();
            assert_eq!((told.to_string().as_str(), Area::parse(area)), (area, Some(told)), "{number}");
        }
    }

    #[test]
    fn only_codes_of_no_country_are_named_by_their_code() {
        for text in ["+44", "+1", "44", "881", "+", "++881", "+8816", "+88", "+ 881", "+999", "XX", ""] {
            assert_eq!(Area::parse(text), None, "{text}");
        }
        assert_eq!(Area::parse("gb"), Area::parse("GB"));
    }
}
