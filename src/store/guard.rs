//! What the guard remembers: counters, known browsers, and how sends ended.
//!
//! What this module promises:
//! * Whatever decides between two requests is one atomic statement or one transaction. Rows that many share are
//!   taken in one order, so that a Postgres never finds two waiting for each other.
//! * It knows no rule: what is counted, how far and for how long is said by the callers.

mod alarms;
pub(super) mod counters;
mod counting;
mod ended;
mod known;
mod report;
pub(super) mod shares;
#[cfg(test)]
mod tests;
mod wrong_codes;

pub(crate) use counters::{Counter, CounterKey, Quota};
pub(super) use counters::{begin_anew, fits};
pub(crate) use counting::Reserve;
pub(crate) use counting::{Count, Counting};
pub use ended::{Ended, Tally};
pub(super) use known::known_from_now;
pub(crate) use report::Fullness;
pub(super) use wrong_codes::counted_as;
pub(crate) use wrong_codes::{WrongCode, WrongCodes};
