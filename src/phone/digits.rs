//! Digits of every script, and the signs that stand between them.

/// The zero of each run of ten that Unicode calls decimal digits (`Nd`); the others follow it in their order, as Unicode
/// promises. A list, since the crates that know more of characters are larger than all else here.
pub(super) const ZEROS: [char; 76] = [
    '\u{660}',
    '\u{6f0}',
    '\u{7c0}',
    '\u{966}',
    '\u{9e6}',
    '\u{a66}',
    '\u{ae6}',
    '\u{b66}',
    '\u{be6}',
    '\u{c66}',
    '\u{ce6}',
    '\u{d66}',
    '\u{de6}',
    '\u{e50}',
    '\u{ed0}',
    '\u{f20}',
    '\u{1040}',
    '\u{1090}',
    '\u{17e0}',
    '\u{1810}',
    '\u{1946}',
    '\u{19d0}',
    '\u{1a80}',
    '\u{1a90}',
    '\u{1b50}',
    '\u{1bb0}',
    '\u{1c40}',
    '\u{1c50}',
    '\u{a620}',
    '\u{a8d0}',
    '\u{a900}',
    '\u{a9d0}',
    '\u{a9f0}',
    '\u{aa50}',
    '\u{abf0}',
    '\u{ff10}',
    '\u{104a0}',
    '\u{10d30}',
    '\u{10d40}',
    '\u{11066}',
    '\u{110f0}',
    '\u{11136}',
    '\u{111d0}',
    '\u{112f0}',
    '\u{11450}',
    '\u{114d0}',
    '\u{11650}',
    '\u{116c0}',
    '\u{116d0}',
    '\u{116da}',
    '\u{11730}',
    '\u{118e0}',
    '\u{11950}',
    '\u{11bf0}',
    '\u{11c50}',
    '\u{11d50}',
    '\u{11da0}',
    '\u{11de0}',
    '\u{11f50}',
    '\u{16130}',
    '\u{16a60}',
    '\u{16ac0}',
    '\u{16b50}',
    '\u{16d70}',
    '\u{1ccf0}',
    '\u{1d7ce}',
    '\u{1d7d8}',
    '\u{1d7e2}',
    '\u{1d7ec}',
    '\u{1d7f6}',
    '\u{1e140}',
    '\u{1e2f0}',
    '\u{1e4f0}',
    '\u{1e5f1}',
    '\u{1e950}',
    '\u{1fbf0}',
];

/// The ASCII digit that `c` stands for.
pub(crate) fn digit(c: char) -> Option<char> {
    if c.is_ascii() {
        return c.is_ascii_digit().then_some(c);
    }
    let zero = ZEROS[..ZEROS.partition_point(|&zero| zero <= c)].last()?;
    char::from_digit(u32::from(c) - u32::from(*zero), 10)
}

/// White space, and the invisible marks that come along when a number is copied.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{20e3}' | '\u{3164}' | '\u{feff}')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}')
}

/// Every dash that Unicode has (`Pd`), and the signs that are taken for one.
pub(crate) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{58a}' | '\u{5be}' | '\u{1400}' | '\u{1806}' | '\u{2010}'..='\u{2015}' | '\u{2e17}')
        || matches!(
            c,
            '\u{2e1a}' | '\u{2e3a}' | '\u{2e3b}' | '\u{2e40}' | '\u{2e5d}' | '\u{301c}' | '\u{3030}'
        )
        || matches!(
            c,
            '\u{30a0}'
                | '\u{fe31}'
                | '\u{fe32}'
                | '\u{fe58}'
                | '\u{fe63}'
                | '\u{ff0d}'
                | '\u{10d6e}'
                | '\u{10ead}'
        )
        || matches!(c, '\u{2d7}' | '\u{2043}' | '\u{2212}' | '\u{2796}' | '\u{30fc}' | '\u{ff70}')
        || matches!(c, '~' | '\u{2053}' | '\u{223c}' | '\u{ff5e}')
}

#[cfg(test)]
mod tests {
    use regex_syntax::hir::{Class, HirKind};

    use super::*;

    /// All characters of one of Unicode's general categories.
    fn category(name: &str) -> Vec<char> {
        let hir = regex_syntax::parse(&format!(r"\p{{{name}}}")).unwrap();
        let HirKind::Class(Class::Unicode(class)) = hir.kind() else { panic!("{hir:?}") };
        class.ranges().iter().flat_map(|range| range.start()..=range.end()).collect()
    }

    #[test]
    fn every_decimal_digit_of_unicode_is_one() {
        let all = category("Nd");
        assert!(all.len() >= 760, "{}", all.len());
        for ten in all.chunks(10) {
            let read: String = ten.iter().filter_map(|&c| digit(c)).collect();
            assert_eq!(read, "0123456789", "{ten:?}");
        }
    }

    #[test]
    fn nothing_else_is() {
        let decimal = category("Nd");
        for c in '\0'..=char::MAX {
            // A newer Unicode than that of the test's library has more.
            assert!(digit(c).is_none() || decimal.contains(&c) || c.is_numeric(), "{c:?}");
        }
        for c in ['½', '²', '①', 'Ⅷ', '五', 'a', 'é', '\u{65f}', '\u{66a}', char::MAX] {
            assert_eq!(digit(c), None, "{c:?}");
        }
    }

    #[test]
    fn every_space_and_dash_of_unicode_is_one() {
        assert!(category("Zs").into_iter().chain(category("Bidi_Control")).all(is_space));
        assert!(category("Pd").into_iter().all(is_dash));
    }
}
