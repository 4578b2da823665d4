//! One mobile number of each country, in all the ways in which people there write it.

use super::*;

/// The examples of mobile numbers: country and digits behind its code.
fn mobiles() -> impl Iterator<Item = (Country, String, rlibphonenumber::PhoneNumber)> {
    PHONE_NUMBER_UTIL.get_supported_regions().filter_map(|region| {
        let kind = PhoneNumberType::Mobile;
        let example = PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, kind).ok()?;
        let national = example
            .to_string()
            .strip_prefix('+')?
            .strip_prefix(&example.country_code.to_string())?
            .to_owned();
        Some((Country::of(region)?, national, example))
    })
}

#[test]
fn a_mobile_number_of_each_country_is_the_same_however_it_is_written() {
    let mut seen = 0;
    for (country, national, example) in mobiles() {
        let (e164, code) = (example.to_string(), example.country_code);
        let international = example.format_as(PhoneNumberFormat::International);
        let written = [
            ("", e164.clone()),
            ("", international.to_string()),
            ("", e164.replacen('+', "00", 1)),
            ("", e164.replacen('+', "+00", 1)),
            ("", format!("tel:{e164}")),
            (country.as_str(), e164.clone()),
            (country.as_str(), e164.replacen('+', "00", 1)),
            (country.as_str(), international.replacen('+', "00 ", 1)),
            (country.as_str(), format!("+{code} (0) {national}")),
            (country.as_str(), format!("{code}{national}")),
            (country.as_str(), international.replacen('+', "", 1)),
            (country.as_str(), example.format_as(PhoneNumberFormat::National).into_owned()),
            (country.as_str(), national),
        ];
        for (read_in, typed) in written {
            let read = parse(&typed, read_in);
            assert_eq!(
                read.as_ref().map(PhoneNumber::as_str),
                Ok(&*e164),
                "{typed:?} in {}",
                country.as_str()
            );
        }
        seen += 1;
    }
    assert!(seen > 230, "{seen}");
}

#[test]
fn digits_with_the_countrys_own_code_are_the_mobile_and_not_somebody_elses_landline() {
    for (typed, country, e164) in [
        ("49 171 1234567", "DE", "+491711234567"),
        ("49 (0)171 1234567", "DE", "+491711234567"),
        ("491511 2345678", "DE", "+4915112345678"),
        ("43 664 1234567", "AT", "+436641234567"),
        ("62 812 3456 789", "ID", "+628123456789"),
        ("358 40 1234567", "FI", "+358401234567"),
        ("447700900123", "GB", "+447700900123"),
        // What may be a mobile as it is typed stays one.
        ("9123 4567", "SG", "+6591234567"),
        ("9198765432", "IN", "+919198765432"),
        ("3931234567", "IT", "+393931234567"),
        // No mobile either way.
        ("04941 12345", "DE", "+49494112345"),
        ("4941 12345", "DE", "+49494112345"),
    ] {
        assert_eq!(parse(typed, country), Ok(stored(e164)), "{typed}");
    }
    let refused = PhoneNumber::parse("447700900123", Country::parse("GB"), Fiction::Refused);
    assert_eq!(refused, Err(PhoneError::Fictional));
}

#[test]
fn habits_of_a_country_lead_to_the_mobile_that_is_meant() {
    for (country, e164, written) in [
        (
            "AR",
            "+5491123456789",
            &[
                "+54 11 2345-6789",
                "+54 9 11 2345-6789",
                "+54 11 15 2345-6789",
                "+54 15 2345-6789",
                "54 11 2345-6789",
                "15 2345-6789",
                "011 15 2345-6789",
                "(011) 15-2345-6789",
                "11 15 2345 6789",
                "11 2345 6789",
                "9 11 2345 6789",
            ][..],
        ),
        ("AR", "+5493512345678", &["0351 15 234 5678", "351 234 5678", "+54 351 234 5678"]),
        (
            "MX",
            "+525512345678",
            &[
                "+52 1 55 1234 5678",
                "+52 55 1234 5678",
                "+52 044 55 1234 5678",
                "52 1 55 1234 5678",
                "044 55 1234 5678",
                "045 55 1234 5678",
                "01 55 1234 5678",
                "1 55 1234 5678",
                "55 1234 5678",
            ],
        ),
        (
            "BR",
            "+5511961234567",
            &[
                "+55 11 6123-4567",
                "11 6123-4567",
                "(011) 96123-4567",
                "0 15 11 96123-4567",
                "+55 011 96123 4567",
            ],
        ),
        ("BJ", "+2290197123456", &["+229 97 12 34 56", "97 12 34 56", "229 97 12 34 56", "01 97 12 34 56"]),
        ("CL", "+56987654321", &["09 8765 4321", "+56 09 8765 4321", "9 8765 4321"]),
        ("ES", "+34612345678", &["+34 (0)612 345 678", "0612 345 678"]),
        ("IT", "+393471234567", &["+39 (0)347 123 4567", "0347 123 4567", "39 347 123 4567"]),
        ("CI", "+2250712345678", &["+225 07 12 34 56 78", "07 12 34 56 78", "225 07 12 34 56 78"]),
        ("ID", "+628123456789", &["+62 0812 345 6789", "0812 345 6789", "62 812 345 6789"]),
        ("RU", "+79123456789", &["8 912 345 67 89", "+7 8 912 345 67 89", "7 912 345 67 89"]),
        ("HU", "+36201234567", &["06 20 123 4567", "+36 (06) 20 123 4567", "+36 06 20 123 4567"]),
    ] {
        for typed in written {
            assert_eq!(parse(typed, country), Ok(stored(e164)), "{typed} in {country}");
        }
    }
    // A landline that cannot be mistaken stays one, zero and all.
    for e164 in ["+390669881234", "+442079460123", "+551131234567", "+56221234567"] {
        assert_eq!(parse(e164, ""), Ok(stored(e164)));
    }
    assert_eq!(parse("+39 (0)6 6988 1234", ""), Ok(stored("+390669881234")));
    assert_eq!(parse("+39 (0)312 345 6789", ""), Ok(stored("+393123456789")), "and no number in Como");
    // Within an area whose number nobody knows.
    assert!(parse("15 234 5678", "AR").is_err());
}
