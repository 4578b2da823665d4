//! Guessing: what wrong codes in a row lead to.
//!
//! A try is counted before the provider is asked and taken back if it was not wrong, so that tries at once cannot
//! get past the count together. Only a success ends a row; a new code never does.

use std::{sync::LazyLock, time::Duration};

use crate::store::WrongCodes;

/// Wrong codes for one number that cost no wait.
pub(crate) const FREE: i64 = 5;
/// Wrong codes in a row after which a number is closed, until an operator opens it.
pub(crate) const MOST: i64 = 100;
/// A row of wrong codes ends with a success and not with time.
pub(crate) const FOREVER: Duration = Duration::from_hours(24 * 36_525);

/// Wrong codes from one address that cost no wait: many people may share it.
pub(crate) const ADDRESS_FREE: i64 = 30;
/// How long an address's wrong codes count. A success does not end them: it may be the guesser's own.
pub(crate) const ADDRESS_SPAN: Duration = Duration::from_hours(24);

/// Wrong codes of all numbers within [`ALARM_SPAN`] at which the operator is warned, and again at each doubling.
const ALARM: i64 = 100;
/// How long wrong codes of all numbers are counted together.
pub(crate) const ALARM_SPAN: Duration = Duration::from_hours(1);

const FIRST_WAIT: Duration = Duration::from_secs(30);
/// No wait is longer.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_mins(5);

/// How long the next try waits after so many wrong codes, of which `free` cost nothing.
pub(crate) fn wait(wrong_codes: i64, free: i64) -> Duration {
    if wrong_codes < free {
        return Duration::ZERO;
    }
    let times = u32::try_from(wrong_codes - free).ok().and_then(|beyond| 2_u32.checked_pow(beyond));
    times.map_or(LONGEST_WAIT, |times| FIRST_WAIT.saturating_mul(times).min(LONGEST_WAIT))
}

/// From which count on how long is waited.
fn waits(free: i64) -> Vec<(i64, Duration)> {
    let rising = (free..).map(|count| (count, wait(count, free)));
    let mut waits: Vec<_> = rising.take_while(|(_, wait)| *wait < LONGEST_WAIT).collect();
    waits.push((waits.last().map_or(free, |(count, _)| count + 1), LONGEST_WAIT));
    waits
}

/// How those for a number are counted.
pub static OF_NUMBER: LazyLock<WrongCodes> =
    LazyLock::new(|| WrongCodes::new(FOREVER, Some(MOST), &waits(FREE)));
/// How those from an address are counted.
pub(crate) static OF_ADDRESS: LazyLock<WrongCodes> =
    LazyLock::new(|| WrongCodes::new(ADDRESS_SPAN, None, &waits(ADDRESS_FREE)));

/// From which count on so many wrong codes in all are worth a warning: from 100, 200, 400 and on.
pub(crate) fn alarm(wrong_codes: i64) -> Option<i64> {
    let doublings = (wrong_codes / ALARM).checked_ilog2()?;
    Some(ALARM << doublings)
}

#[cfg(test)]
mod tests;
