//! Countries, as the phone form offers them.

use std::sync::LazyLock;

use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};

use super::typed;

/// An ISO 3166 country code in upper case, for example `GB`, that has phone numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country(pub(super) [u8; 2]);

/// A mobile number of each country as it is written there, in the order of the codes. Kept in a file: to work them out takes
/// longer than all the rest of a start. A test compares them with the numbering plans.
const EXAMPLES: &str = include_str!("examples.txt");

static ALL: LazyLock<Vec<(Country, &str)>> = LazyLock::new(|| {
    let line = |line: &'static str| {
        let (code, example) = line.split_once(' ')?;
        Some((Country(code.as_bytes().try_into().ok()?), example))
    };
    EXAMPLES.lines().filter_map(line).collect()
});

impl Country {
    /// All that have phone numbers.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        ALL.iter().map(|(country, _)| *country)
    }

    /// A two-letter code in either case; `None` if no country with phone numbers has it.
    pub(crate) fn parse(code: &str) -> Option<Self> {
        let region = Region::from_code(code).ok()?;
        PHONE_NUMBER_UTIL.get_country_code_for_region(region)?;
        Self::of(region)
    }

    /// The regions that an `Accept-Language` header names, such as that of `en-GB,en;q=0.9`. A language alone is of no
    /// country.
    pub(crate) fn of_languages(header: &str) -> impl Iterator<Item = Self> {
        let tags = header.split(',').take(MAX_RANGES).filter_map(|range| range.split(';').next());
        let regions = |tag: &str| {
            let parts = tag.trim().split('-').skip(1);
            parts.filter(|part| part.len() == 2).find_map(Self::parse)
        };
        tags.filter_map(regions)
    }

    /// The country whose code a number begins with that was typed with a `+`: the one that is likely, if it is among those
    /// that share the code, or else the largest of them.
    pub(crate) fn of_typed(typed: &str, likely: Option<Self>) -> Option<Self> {
        let plain = typed::plain(typed).ok()?;
        let digits = plain.digits.strip_prefix('+')?;
        (1..=3).find_map(|length| {
            let code = digits.get(..length)?;
            let likely = likely.filter(|country| country.calling_code().as_deref() == Some(code));
            let region = || PHONE_NUMBER_UTIL.get_region_for_country_code(code.parse().ok()?);
            likely.or_else(|| Self::of(region()?))
        })
    }

    /// Two letters, upper case.
    pub fn as_str(&self) -> &str {
        // Only ASCII letters are ever in it.
        str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(super) fn of(region: Region) -> Option<Self> {
        region.as_region_str().as_bytes().try_into().ok().map(Self)
    }

    pub(super) fn region(self) -> Option<Region> {
        Region::from_code(self.as_str()).ok()
    }

    /// The digits that its numbers begin with in E.164.
    pub(crate) fn calling_code(self) -> Option<String> {
        PHONE_NUMBER_UTIL.get_country_code_for_region(self.region()?).map(|code| code.to_string())
    }

    /// A mobile number as it is written there.
    pub(crate) fn example(self) -> &'static str {
        let at = ALL.binary_search_by_key(&self, |(country, _)| *country);
        at.ok().and_then(|at| ALL.get(at)).map_or("", |(_, example)| example)
    }

    /// Whether it is the largest of those that share its calling code.
    pub(crate) fn is_first_of_its_code(self) -> bool {
        let code = self.calling_code().and_then(|code| code.parse().ok());
        code.and_then(|code| PHONE_NUMBER_UTIL.get_region_for_country_code(code)).and_then(Self::of)
            == Some(self)
    }

    /// Its flag, which some systems show as the two letters.
    pub(crate) fn flag(self) -> String {
        const REGIONAL_A: u32 = 0x1f1e6;
        let letter = |letter: &u8| char::from_u32(REGIONAL_A + u32::from(letter.wrapping_sub(b'A')));
        self.0.iter().filter_map(letter).collect()
    }
}

/// More ranges than any browser sends.
const MAX_RANGES: usize = 32;

#[cfg(test)]
mod tests {
    use rlibphonenumber::{PhoneNumberFormat, PhoneNumberType};

    use super::*;

    #[test]
    fn the_examples_are_those_of_the_numbering_plans() {
        let example = |region: Region| {
            let kind = PhoneNumberType::Mobile;
            let mobile = PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, kind);
            let number = mobile.or_else(|_| PHONE_NUMBER_UTIL.get_example_number(region)).ok()?;
            let written = number.format_as(PhoneNumberFormat::National);
            Some(format!("{} {written}\n", Country::of(region)?.as_str()))
        };
        let mut lines: Vec<_> = PHONE_NUMBER_UTIL.get_supported_regions().filter_map(example).collect();
        lines.sort();
        assert!(lines.len() > 240, "{}", lines.len());
        assert_eq!(EXAMPLES, lines.concat(), "src/phone/examples.txt");
    }

    #[test]
    fn each_country_has_an_example_a_code_and_a_flag() {
        for country in Country::all() {
            assert!(country.example().len() > 3 && country.calling_code().is_some(), "{country:?}");
            assert_eq!(Country::parse(country.as_str()), Some(country));
        }
        assert_eq!(Country(*b"GB").example(), "07400 123456");
        assert_eq!(Country(*b"GB").flag(), "🇬🇧");
    }

    #[test]
    fn a_plus_and_a_code_tell_the_country_and_those_that_share_it_are_kept() {
        for (typed, likely, country) in [
            ("+44 7946", "US", "GB"),
            ("+44 7946", "GG", "GG"),
            ("+1 202 555 0150", "", "US"),
            ("+1", "CA", "CA"),
            ("+٣٩ ٣٤٧", "GB", "IT"),
            ("+7 9", "", "RU"),
            ("+881 6", "GB", ""),
            ("+999", "GB", ""),
            ("+", "GB", ""),
            ("07946 095817", "GB", ""),
            ("call me", "GB", ""),
        ] {
            let found = Country::of_typed(typed, Country::parse(likely));
            assert_eq!(found.as_ref().map_or("", Country::as_str), country, "{typed:?}");
        }
    }

    #[test]
    fn the_languages_of_a_browser_name_its_country_where_one_of_them_has_a_region() {
        for (header, country) in [
            ("en-GB,en;q=0.9", "GB"),
            ("de-at", "AT"),
            ("en, fr-CA;q=0.8, fr;q=0.7", "CA"),
            ("zh-Hant-TW", "TW"),
            ("es-419,es-MX;q=0.9", "MX"),
            ("de", ""),
            ("en-XX", ""),
            ("*", ""),
            ("", ""),
            (";;,-,--", ""),
        ] {
            let found = Country::of_languages(header).next();
            assert_eq!(found.as_ref().map_or("", Country::as_str), country, "{header:?}");
        }
    }
}
