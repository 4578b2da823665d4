//! What the guard remembers: counters, known browsers, and how sends ended.
//!
//! What this module promises:
//! * Whatever decides between two requests is one atomic statement or one transaction. Rows that many share are
//!   taken in one order, so that a Postgres never finds two waiting for each other.
//! * It knows no rule: what is counted, how far and for how long is said by the callers.

pub(super) mod counters;
mod ended;
mod known;
mod report;
mod reserve;
#[cfg(test)]
mod tests;
mod wrong_codes;

pub(super) use counters::fits;
pub use counters::{Count, Counter, CounterKey, Counting, Quota};
pub use ended::{Ended, Tally};
pub(crate) use report::{Closed, Conversion, Full, Fullness};
pub(crate) use reserve::Reserve;
pub(crate) use wrong_codes::Counted;
pub use wrong_codes::WrongCodes;
