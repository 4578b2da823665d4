use super::*;
use crate::phone::Fiction;

fn everywhere() -> Destinations {
    Destinations { countries: None, voip: true, allowed: AllowedNumbers::default() }
}

fn only(countries: &str) -> Destinations {
    let countries = countries.split(',').map(|code| Area::parse(code).unwrap()).collect();
    Destinations { countries: Some(countries), ..everywhere() }
}

fn phone(number: &str) -> PhoneNumber {
    PhoneNumber::parse(number, None, Fiction::Allowed).unwrap()
}

fn reason(destinations: &Destinations, number: &str, channel: Channel) -> Option<Reason> {
    destinations.check(&phone(number), channel).err().map(|refused| refused.reason)
}

#[test]
fn each_kind_of_number_is_taken_or_refused_by_channel() {
    use Reason::{ExtraCost, Landline, NoPhone};
    let always = |reason| (Some(reason), Some(reason));
    for (number, (by_text, by_call)) in [
        ("+447400123456", (None, None)),
        ("+12025550123", (None, None)),
        ("+442079460123", (Some(Landline), None)),
        ("+445612345678", (None, None)),
        ("+449012345678", always(ExtraCost(LineType::PremiumRate))),
        ("+4918012345", always(ExtraCost(LineType::SharedCost))),
        ("+447012345678", always(ExtraCost(LineType::Personal))),
        ("+18002345678", always(NoPhone(LineType::TollFree))),
        ("+447640123456", always(NoPhone(LineType::Pager))),
        ("+445512345678", always(NoPhone(LineType::Company))),
        ("+41860791234567", always(NoPhone(LineType::Voicemail))),
    ] {
        assert_eq!(reason(&everywhere(), number, Channel::Sms), by_text, "{number} by text");
        assert_eq!(reason(&everywhere(), number, Channel::Voice), by_call, "{number} by call");
    }
}

#[test]
fn internet_phones_can_be_switched_off() {
    let destinations = Destinations { voip: false, ..everywhere() };
    for channel in [Channel::Sms, Channel::Voice] {
        assert_eq!(reason(&destinations, "+445612345678", channel), Some(Reason::Voip));
        assert_eq!(reason(&destinations, "+447400123456", channel), None);
    }
}

#[test]
fn a_kind_that_the_plan_does_not_tell_is_taken() {
    for channel in [Channel::Sms, Channel::Voice] {
        assert_eq!(kind(LineType::Unknown, channel, false), None);
    }
}

#[test]
fn countries_are_told_apart_even_where_they_share_a_code() {
    for (countries, number, taken) in [
        ("GB", "+447400123456", true),
        ("GB", "+447700900123", true),
        ("GB", "+12025550123", false),
        ("GB,US", "+12025550123", true),
        ("US", "+14165550123", false), // Canada
        ("CA", "+14165550123", true),
        ("GB", "+447781123456", false),    // Guernsey
        ("GB,US", "+881612345678", false), // of no country: a satellite's
        ("GB,+870", "+881612345678", false),
        ("GB,+881", "+881612345678", true),
        ("+881", "+447400123456", false),
    ] {
        let refused = reason(&only(countries), number, Channel::Sms);
        assert_eq!(refused, (!taken).then_some(Reason::Country), "{countries} {number}");
    }
}

#[test]
fn codes_of_no_country_get_nothing_unless_they_are_named() {
    for number in ["+870773123456", "+881612345678", "+8823421234", "+883510000000094", "+878101234567890"] {
        for channel in [Channel::Sms, Channel::Voice] {
            assert_eq!(reason(&everywhere(), number, channel), Some(Reason::Country), "{number}");
            assert_eq!(reason(&only("GB"), number, channel), Some(Reason::Country), "{number}");
        }
    }
    for (code, number) in [("+870", "+870773123456"), ("+881", "+881612345678"), ("+882", "+8823421234")] {
        assert_eq!(reason(&only(code), number, Channel::Sms), None, "{number}");
    }
}

#[test]
fn a_country_that_is_named_still_has_kinds_that_are_refused() {
    let premium = reason(&only("GB"), "+449012345678", Channel::Sms);
    assert_eq!(premium, Some(Reason::ExtraCost(LineType::PremiumRate)));
    // International premium rate belongs to no country.
    let premium = reason(&only("+979"), "+979123456789", Channel::Sms);
    assert_eq!(premium, Some(Reason::ExtraCost(LineType::PremiumRate)));
}

#[test]
fn the_operator_reads_the_country_and_the_reason_but_not_the_number() {
    for (destinations, number, words) in [
        (only("US"), "+447400123456", "+44 •••• ••••56 (GB): not in COUNTRIES"),
        (
            everywhere(),
            "+449012345678",
            "+44 •••• ••••78 (GB): of a kind that is never sent to (PremiumRate)",
        ),
        (only("US"), "+881612345678", "(+881): not in COUNTRIES"),
    ] {
        let refused = destinations.check(&phone(number), Channel::Sms).unwrap_err();
        assert!(refused.to_string().ends_with(words), "{refused}");
        assert!(!format!("{refused:?}").contains(&number[4..]), "{refused:?}");
    }
}
