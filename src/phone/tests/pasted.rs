//! What is copied along with a number, and digits of other scripts.

use super::*;

#[test]
fn what_stands_around_a_number_when_it_is_copied_does_not_matter() {
    for typed in [
        "+447911123456,",
        "+447911123456;",
        "+447911123456.",
        "+44·7911·123456",
        "+44•7911•123456",
        "+44・7911・123456",
        "tel:+44%207911%20123456",
        "TEL:%2B44%207911%20123456",
        "tel:+44-7911-123456;isub=12",
        "tel:7911-123456;phone-context=+44",
        "tel:+44-7911-123456;phone-context=+1",
        "tel://+447911123456",
        "sms:+447911123456",
        "callto:+447911123456",
        "<tel:+447911123456>",
        "Tel.: +44 7911 123456",
        "Tel. +44 (0) 7911 123456",
        "Mobile: +44 7911 123456",
        "Мобильный: +44 7911 123456",
        "M: (+44) 7911 123456",
        "☎ +44 7911 123456",
        "📞\u{fe0f} +44 7911 123456",
        "\"+44 7911 123456\"",
        "“+44 7911 123456”",
        "«+44 7911 123456»",
        "+44'7911'123'456",
        "+44_7911_123456",
        "+44‐7911‑123‒456",
        "+44—7911―123−456",
        "+44〜7911～123〰456",
        "+44 / 7911 / 123456",
        "[+44] {0}7911 123456",
        "\u{2066}+44\u{a0}7911\u{2009}123\u{200b}456\u{2069}",
        "\u{61c}+44\u{202f}7911\u{feff}123456\u{200f}",
        "﹢44 7911 123456",
        "⁺44 7911 123456",
        "➕44 7911 123456",
        "+੪੪ ੭੯੧੧ ੧੨੩੪੫੬",
        "+൪൪ ൭൯൧൧ ൧൨൩൪൫൬",
        "+୪୪ ୭୯୧୧ ୧୨୩୪୫୬",
        "+໔໔ ໗໙໑໑ ໑໒໓໔໕໖",
        "+𝟒𝟒 𝟟𝟡𝟙𝟙 𝟭𝟮𝟯𝟰𝟱𝟲",
    ] {
        let plain = typed.replace("{0}", "(0)");
        assert_eq!(parse(&plain, "").as_ref().map(PhoneNumber::as_str), Ok("+447911123456"), "{typed:?}");
    }
    assert_eq!(parse("Handy: 0171 1234567", "DE").as_ref().map(PhoneNumber::as_str), Ok("+491711234567"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn digits_of_any_script_are_digits(number in "[1-9][0-9]{6,14}", zero in 0..digits::ZEROS.len(), code in "[A-Z]{2}") {
        let zero = u32::from(digits::ZEROS[zero]);
        let foreign = |c: char| char::from_u32(zero + c.to_digit(10).unwrap()).unwrap();
        let typed: String = number.chars().map(foreign).collect();
        prop_assert_eq!(parse(&typed, &code), parse(&number, &code));
        prop_assert_eq!(parse(&format!("+{typed}"), ""), parse(&format!("+{number}"), ""));
    }
}
