//! What is accepted, what is refused and why, and what is shown of a number.

use proptest::prelude::*;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberType};

use super::*;

mod pasted;
mod regions;
mod table;

fn parse(typed: &str, country: &str) -> Result<PhoneNumber, PhoneError> {
    PhoneNumber::parse(typed, Country::parse(country), Fiction::Allowed)
}

fn stored(e164: &str) -> PhoneNumber {
    PhoneNumber::from_store(e164.to_owned())
}

#[test]
fn what_people_type_is_read() {
    for (typed, country, e164) in [
        ("+447911123456", "", "+447911123456"),
        (" +44 7911 123456 ", "", "+447911123456"),
        ("+44 (0)7911 123456", "", "+447911123456"),
        ("(+44) 7911/123.456", "", "+447911123456"),
        ("[+44] 7911–123–456", "", "+447911123456"),
        ("0044 7911 123456", "", "+447911123456"),
        ("00 44 (0) 7911 123456", "US", "+447911123456"),
        ("tel:+44-7911-123456", "", "+447911123456"),
        ("TEL:+447911123456", "", "+447911123456"),
        ("＋４４　７９１１　１２３４５６", "", "+447911123456"),
        ("+44\u{a0}7911\u{202f}123456", "", "+447911123456"),
        ("\u{202a}+44 7911 123456\u{202c}", "", "+447911123456"),
        ("+٤٤ ٧٩١١ ١٢٣٤٥٦", "", "+447911123456"),
        ("07911 123456", "GB", "+447911123456"),
        ("07911 123456", "gb", "+447911123456"),
        ("447911123456", "GB", "+447911123456"),
        ("+44 7911 123456", "US", "+447911123456"),
        ("(202) 555-0123", "US", "+12025550123"),
        ("1-202-555-0123", "US", "+12025550123"),
        ("12025550123", "US", "+12025550123"),
        ("011 44 7911 123456", "US", "+447911123456"),
        ("0011 44 7911 123456", "AU", "+447911123456"),
        ("001 65 8321 4567", "SG", "+6583214567"),
        ("8 (912) 345-67-89", "RU", "+79123456789"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("+39 06 6988 1234", "", "+390669881234"),
        ("+55 11 96123-4567", "", "+5511961234567"),
        ("09012345678", "JP", "+819012345678"),
        ("+870 773 111 632", "", "+870773111632"),
        ("07700 900123", "GB", "+447700900123"),
        ("+44 (0)7700 900999", "", "+447700900999"),
        ("00 1 202 555 0100", "", "+12025550100"),
        ("+00 44 7911 123456", "", "+447911123456"),
    ] {
        assert_eq!(parse(typed, country).as_ref().map(PhoneNumber::as_str), Ok(e164), "{typed:?}");
    }
}

#[test]
fn each_wrong_input_has_its_reason() {
    let long = "1".repeat(1_000_000);
    for (typed, country, error) in [
        ("", "", PhoneError::Empty),
        (" \u{a0}\t", "GB", PhoneError::Empty),
        ("+", "", PhoneError::Empty),
        ("tel:", "", PhoneError::Empty),
        ("()-", "GB", PhoneError::Empty),
        ("abc", "GB", PhoneError::BadCharacter),
        ("+1 800 FLOWERS", "", PhoneError::BadCharacter),
        ("+44 7911 123456!", "", PhoneError::BadCharacter),
        ("+44 7911 %31", "", PhoneError::TooShort),
        ("+44 7911 12345% 6", "", PhoneError::BadCharacter),
        ("call me at 7911 123456", "GB", PhoneError::BadCharacter),
        ("tel:+44 7911 123456;ext=12", "", PhoneError::Extension),
        ("tel:7911123456;phone-context=example.com", "", PhoneError::NoCountryCode),
        ("+44 7911 123456, 07911 123457", "", PhoneError::Extension),
        ("++44 7911 123456", "", PhoneError::BadCharacter),
        ("44+7911123456", "", PhoneError::BadCharacter),
        ("*123#", "GB", PhoneError::BadCharacter),
        ("me@example.org", "", PhoneError::BadCharacter),
        (";phone-context=a.b;tel:123", "GB", PhoneError::BadCharacter),
        ("12 ext 5", "GB", PhoneError::BadCharacter),
        ("07911 123456", "", PhoneError::NoCountryCode),
        ("447911123456", "", PhoneError::NoCountryCode),
        ("12025550123", "", PhoneError::NoCountryCode),
        ("2025550123", "", PhoneError::NoCountryCode),
        ("+999 123 4567", "", PhoneError::UnknownCountryCode),
        ("+0 7911 123456", "", PhoneError::UnknownCountryCode),
        ("00 999 1234567", "GB", PhoneError::UnknownCountryCode),
        ("+4", "", PhoneError::TooShort),
        ("+44", "", PhoneError::TooShort),
        ("+44 79", "", PhoneError::TooShort),
        ("+44 7911 1234", "", PhoneError::TooShort),
        ("1", "GB", PhoneError::TooShort),
        ("00", "", PhoneError::TooShort),
        ("555 0123", "US", PhoneError::TooShort),
        ("+1 202 555 012", "", PhoneError::TooShort),
        ("+44 7911 1234567", "", PhoneError::TooLong),
        ("+1 202 555 01234", "", PhoneError::TooLong),
        ("+44 7911 123456 / 07911 123457", "", PhoneError::TooLong),
        (&long, "GB", PhoneError::TooLong),
        (&long, "", PhoneError::TooLong),
        ("+44 6912 345678", "", PhoneError::Invalid),
        ("+1 202 055 0123", "", PhoneError::Invalid),
        ("+1 999 555 0123", "", PhoneError::Invalid),
        ("07700 80012", "GB", PhoneError::Invalid),
        ("+44 20 7946 0123 ext. 45", "", PhoneError::Extension),
        ("+44 20 7946 0123 x45", "", PhoneError::Extension),
        ("+44 20 7946 0123 #45", "", PhoneError::Extension),
        ("+1 202 555 0123,,45", "", PhoneError::Extension),
        ("tel:+1-202-555-0123;ext=45", "", PhoneError::Extension),
        ("020 7946 0123 Extension: 4 5", "GB", PhoneError::Extension),
        ("+7 495 123-45-67 доб. 12", "", PhoneError::Extension),
    ] {
        assert_eq!(parse(typed, country), Err(error), "{:?}", typed.get(..40).unwrap_or(typed));
    }
}

#[test]
fn numbers_of_fiction_pass_only_where_they_may() {
    for (number, is_fiction) in [
        ("+447700900000", true),
        ("+447700900999", true),
        ("+12025550100", true),
        ("+12025550199", true),
        ("+14165550123", true),
        ("+18005550199", true),
        ("+12025550200", false),
        ("+12025550099", false),
        ("+447400123456", false),
        ("+447700899999", false),
    ] {
        assert_eq!(parse(number, ""), Ok(stored(number)));
        let refused = PhoneNumber::parse(number, None, Fiction::Refused);
        assert_eq!(refused, if is_fiction { Err(PhoneError::Fictional) } else { Ok(stored(number)) });
    }
    assert_eq!(parse("+4477009001234", ""), Err(PhoneError::TooLong));
    assert_eq!(parse("+44770090012", ""), Err(PhoneError::Invalid));
}

#[test]
fn only_the_last_two_digits_are_shown() {
    for (number, masked) in [
        ("+447911123456", "+44 •••• ••••56"),
        ("+447700900123", "+44 •••• ••••23"),
        ("+12025550123", "+1 •••• ••••23"),
        ("+35699123456", "+356 •••• ••••56"),
        ("+870773111632", "+870 •••• ••••32"),
        ("+6834002", "+683 •••• ••••02"),
        ("+4412", "+44 •••• ••••••"),
        ("+9991234567", "•••• ••••"),
        ("+44 and é", "+44 •••• ••••••"),
        ("é", "•••• ••••"),
        ("", "•••• ••••"),
    ] {
        assert_eq!(stored(number).masked(), masked);
    }
    assert_eq!(format!("{:?}", stored("+447911123456")), "PhoneNumber(+44 •••• ••••56)");
}

#[test]
fn a_shared_calling_code_is_resolved() {
    for (number, country) in [
        ("+447400123456", "GB"),
        ("+447700900123", "GB"),
        ("+447911123456", "GG"),
        ("+447781123456", "GG"),
        ("+447797712345", "JE"),
        ("+12025550123", "US"),
        ("+14165550123", "CA"),
        ("+18765550123", "JM"),
        ("+79123456789", "RU"),
        ("+77011234567", "KZ"),
        ("+390669881234", "VA"),
        ("+393491234567", "IT"),
    ] {
        assert_eq!(stored(number).country(), Country::parse(country), "{number}");
    }
    for nowhere in ["+870773111632", "+9991234567", "nonsense", "+44é", ""] {
        assert_eq!(stored(nowhere).country(), None, "{nowhere}");
    }
}

#[test]
fn the_kind_of_line_is_told() {
    for (number, line) in [
        ("+447911123456", LineType::Mobile),
        ("+447700900123", LineType::Mobile),
        ("+442079460123", LineType::Landline),
        ("+12025550123", LineType::MobileOrLandline),
        ("+445612345678", LineType::Voip),
        ("+18002345678", LineType::TollFree),
        ("+449012345678", LineType::PremiumRate),
        ("+447640123456", LineType::Pager),
        ("+447012345678", LineType::Personal),
        ("+445512345678", LineType::Company),
        ("+44", LineType::Unknown),
        ("nonsense", LineType::Unknown),
    ] {
        assert_eq!(stored(number).line_type(), line, "{number}");
    }
    for (kind, line) in [
        (PhoneNumberType::VoiceMail, LineType::Voicemail),
        (PhoneNumberType::SharedCost, LineType::SharedCost),
    ] {
        let example = PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(Region::DE, kind).unwrap();
        assert_eq!(stored(&example.to_string()).line_type(), line);
    }
}

#[test]
fn a_country_is_one_that_has_numbers() {
    for (code, known) in [("GB", Some("GB")), ("us", Some("US")), ("Ac", Some("AC"))] {
        assert_eq!(Country::parse(code).as_ref().map(Country::as_str), known);
    }
    for unknown in ["", "G", "GBR", "UK", "ZZ", "AQ", "001", "44", "é", "ÅÄ", " GB"] {
        assert_eq!(Country::parse(unknown), None, "{unknown}");
    }
}

#[test]
fn an_example_of_each_country_and_kind_survives_a_round_trip() {
    warm_up();
    for region in PHONE_NUMBER_UTIL.get_supported_regions() {
        let country = Country::of(region).unwrap();
        assert_eq!(Country::parse(country.as_str()), Some(country));
        for kind in PHONE_NUMBER_UTIL.get_supported_types_for_region(region).unwrap() {
            let Ok(example) = PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, kind) else {
                continue;
            };
            let e164 = example.to_string();
            // Written as mobiles are too: taken for one.
            if (region, kind) == (Region::AR, PhoneNumberType::FixedLine) {
                continue;
            }
            match parse(&e164, "") {
                Ok(number) => {
                    assert_eq!(number.as_str(), e164);
                    let national = example.format_as(PhoneNumberFormat::National);
                    assert_eq!(parse(&national, country.as_str()), Ok(number), "{national} {region}");
                }
                Err(error) => assert_eq!(error, PhoneError::TooLong, "{e164}"),
            }
        }
    }
}

fn fictions() -> impl Strategy<Value = Fiction> {
    prop_oneof![Just(Fiction::Allowed), Just(Fiction::Refused)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_input_panics(typed in any::<String>(), code in "[A-Za-z]{2}", fiction in fictions()) {
        let _ = PhoneNumber::parse(&typed, Country::parse(&code), fiction);
        let stored = PhoneNumber::from_store(typed);
        let _ = (stored.masked(), stored.country(), stored.line_type());
    }

    #[test]
    fn no_text_of_phone_characters_panics(
        typed in "(\\+|00|tel:)?[0-9０-９ ()./x#,;=\u{a0}-]{0,70}(ext|;phone-context=)?[0-9]{0,4}",
        code in "[A-Z]{2}",
        fiction in fictions(),
    ) {
        let _ = PhoneNumber::parse(&typed, Country::parse(&code), fiction);
    }

    #[test]
    fn what_parses_parses_again_to_itself(
        typed in "(\\+|00)?[1-9][0-9]{4,16}",
        code in "GB|US|DE|JP|AR|MX|BR|IT|RU|KZ|AT|ID|CN|SG|HU|LT|CI|SM",
    ) {
        if let Ok(number) = parse(&typed, &code) {
            prop_assert_eq!(parse(number.as_str(), ""), Ok(number.clone()));
            prop_assert_eq!(parse(number.as_str(), &code), Ok(number.clone()));
            prop_assert!(number.digits().len() <= MAX_DIGITS && number.as_str().starts_with('+'));
        }
    }

    #[test]
    fn what_is_masked_stays_hidden(number in "\\+[1-9][0-9]{6,14}") {
        let stored = PhoneNumber::from_store(number.clone());
        let masked = stored.masked();
        let national = masked.split_once(' ').map_or("", |(_, national)| national);
        let shown: String = national.chars().filter(char::is_ascii_digit).collect();
        prop_assert!(shown.len() <= 2 && number.ends_with(&shown));
        let debug = format!("{stored:?}");
        prop_assert!(!debug.contains(&number[4..]));
    }
}
