//! A number as its owner writes it: only for the browser that typed it.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};

use super::{Country, Fiction, PhoneNumber};

impl PhoneNumber {
    /// The whole number with its country's code and the spaces that belong there: `+44 7911 123456`. For the browser that
    /// typed it.
    pub(crate) fn written(&self) -> String {
        self.in_format(PhoneNumberFormat::International)
    }

    /// The same as it is written in its country, and that country: `07911 123456`. None for what could be read otherwise
    /// there.
    pub(crate) fn written_at_home(&self) -> Option<(Country, String)> {
        let country = self.country()?;
        let written = self.in_format(PhoneNumberFormat::National);
        let read = Self::parse(&written, Some(country), Fiction::Allowed);
        (read.as_ref() == Ok(self)).then_some((country, written))
    }

    fn in_format(&self, format: PhoneNumberFormat) -> String {
        let Some(number) = self.planned() else { return self.e164.clone() };
        PHONE_NUMBER_UTIL.format(&number, format).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_people_write_it_and_read_back_as_the_same() {
        for (e164, written, at_home) in [
            ("+447911123456", "+44 7911 123456", "07911 123456"),
            ("+447700900123", "+44 7700 900123", "07700 900123"),
            ("+12025550150", "+1 202-555-0150", "(202) 555-0150"),
            ("+491711234567", "+49 171 1234567", "0171 1234567"),
            ("+393471234567", "+39 347 123 4567", "347 123 4567"),
            ("+5491123456789", "+54 9 11 2345-6789", "011 15-2345-6789"),
            ("+881612345678", "+881 6 123 45678", ""),
        ] {
            let phone = PhoneNumber::parse(e164, None, Fiction::Allowed).unwrap();
            assert_eq!(phone.written(), written);
            assert_eq!(PhoneNumber::parse(&phone.written(), None, Fiction::Allowed).as_ref(), Ok(&phone));
            assert_eq!(phone.written_at_home().map_or(String::new(), |(_, text)| text), at_home);
        }
        for country in Country::all() {
            let phone = PhoneNumber::parse(country.example(), Some(country), Fiction::Allowed);
            let at_home = phone.as_ref().ok().and_then(PhoneNumber::written_at_home);
            assert!(at_home.is_some_and(|(_, text)| text == country.example()), "{country:?}: {phone:?}");
        }
    }
}
