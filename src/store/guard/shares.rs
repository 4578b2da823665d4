//! What everybody is counted by is kept in shares, rows of their own: one row would let one send in after the other.
//!
//! What this module promises:
//! * All shares together never take more than the counter does: each takes its part, and the parts make up the whole.
//! * Nobody is refused while a share has room: who finds one full goes on to another.
//! * SQLite, where one writes after the other anyway, has one share.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::store::{Store, engine::Query};

/// What one row takes of a counter, as the table has it.
macro_rules! part_of_row {
    () => {
        "most / shares + CASE WHEN share < most % shares THEN 1 ELSE 0 END"
    };
}
pub(in crate::store) use part_of_row;

/// The same, of one of so many.
pub(super) fn part(most: i64, Share { number, of }: Share) -> i64 {
    most / of + i64::from(number < most % of)
}

/// One of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Share {
    pub(super) number: i64,
    pub(super) of: i64,
}

impl Share {
    pub(in crate::store) fn bind(self, query: Query) -> Query {
        query.bind(self.number).bind(self.of)
    }
}

impl Store {
    /// One of `of` shares. The same `seed` has the same, others have others.
    pub(in crate::store) fn share(&self, of: i64, seed: &str) -> Share {
        let of = if self.engine.is_sqlite() { 1 } else { of.max(1) };
        let mut hasher = DefaultHasher::new();
        seed.hash(&mut hasher);
        let number = hasher.finish() % of.unsigned_abs();
        Share { number: i64::try_from(number).unwrap_or_default(), of }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_make_up_the_whole() {
        for most in [0, 1, 7, 63, 64, 65, 1_000, 5_000, 36_000_000, i64::MAX] {
            for of in [1, 4, 64] {
                let parts = (0..of).map(|number| i128::from(part(most, Share { number, of })));
                assert_eq!(parts.sum::<i128>(), i128::from(most), "{most} in {of}");
            }
        }
    }
}
