//! The limits on sends. A limit is a line here, a setting in `config/settings.rs`, and a sentence in `web/failure/forms.rs`.

use super::{
    key::{By, Kind},
    rates::Rates,
};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// How sends of known browsers are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// Together with those of strangers.
    Alike,
    /// By counters of their own, that take as much.
    Apart,
    /// Not at all.
    Not,
}

macro_rules! limits {
    ($($limit:ident: $setting:literal, $($most:literal in $span:expr),+; by $by:ident, known $known:ident;)*) => {
        /// A limit on how many codes are sent. They are counted in this order.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "the setting says what each is")]
        pub enum Limit {
            $($limit,)*
        }

        impl Limit {
            pub const ALL: &[Self] = &[$(Self::$limit,)*];

            /// Its setting, which is also what logs and metrics call it.
            pub const fn setting(self) -> &'static str {
                match self {
                    $(Self::$limit => $setting,)*
                }
            }

            /// What holds unless it is set.
            pub fn by_default(self) -> Rates {
                match self {
                    $(Self::$limit => Rates::of(&[$(($most, $span)),+]),)*
                }
            }

            const fn counts(self) -> (By, Known) {
                match self {
                    $(Self::$limit => (By::$by, Known::$known),)*
                }
            }
        }
    };
}

// What more sends share is counted later: it is held shorter.
limits! {
    Address: "LIMIT_ADDRESS", 10 in 10 * MINUTE, 30 in HOUR, 60 in DAY; by Address, known Alike;
    Number: "LIMIT_NUMBER", 1 in 30, 5 in 10 * MINUTE, 10 in HOUR, 20 in DAY; by Number, known Apart;
    Prefix: "LIMIT_PREFIX", 30 in HOUR; by Prefix, known Not;
    Total: "LIMIT_TOTAL", 1000 in HOUR, 5000 in DAY; by Total, known Apart;
}

impl Limit {
    /// Its counters, for sends of a known browser or of a stranger; none if it does not hold for them.
    pub(crate) fn kind(self, known: bool) -> Option<Kind> {
        match self.counts() {
            (_, Known::Not) if known => None,
            (by, of_known) => Some(Kind::Sends { by, known: known && of_known == Known::Apart }),
        }
    }

    /// What holds for all sends together: what is set, or a default that is a tenth where real messages may go to any
    /// country.
    pub(crate) fn total(set: Option<&Rates>, sends_for_real: bool, countries_set: bool) -> Rates {
        let default = Self::Total.by_default();
        match set {
            Some(set) => set.clone(),
            None if sends_for_real && !countries_set => default.tenth(),
            None => default,
        }
    }
}
