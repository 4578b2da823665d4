//! The unverified-send budget: codes that nobody types are what robots ask for.
//!
//! A send is unverified once its lifetime ended without success. Each country may have so many in a day and in an
//! hour as fit a share of the people who do sign in from there; each address may have a few, and more the more of its
//! sends are verified. Past a country's budget a tenth of it is left as a reserve: one send for an address that has no
//! unverified one of that day. A send out of the reserve that ends well gives its room back, so what robots use up of it
//! they use up once.

use std::time::Duration;

use super::{
    key::{By, Kind},
    rates::Rate,
};
use crate::{
    clock::Timestamp,
    store::{CounterKey, Ended, Quota, Tally},
};

/// The longer window of the budget.
pub(crate) const DAY: Duration = Duration::from_hours(24);
/// The shorter one.
pub(crate) const HOUR: Duration = Duration::from_hours(1);

/// What every country may have, whoever signs in from there.
const COUNTRY_DAY: u32 = 100;
const COUNTRY_HOUR: u32 = 30;
/// What every address may have in a day.
const ADDRESS_DAY: u32 = 10;
/// What each address may have of a reserve in a day.
pub(crate) const ADDRESS_RESERVE: i64 = 1;
/// What sends out of the reserve are counted by.
pub(crate) const RESERVE: [Kind; 3] =
    [Kind::Reserve(By::Country), Kind::Reserve(By::Prefix), Kind::Reserve(By::Address)];
/// How long the verified sends of an address are kept: a day, and the one after.
pub(crate) const VERIFIED_SPAN: Duration = Duration::from_hours(48);
/// How many past days the best is looked for in.
pub(crate) const PAST_DAYS: i64 = 14;

/// How many unverified sends a country may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allowance {
    pub(super) day: Rate,
    pub(super) hour: Rate,
}

impl Allowance {
    /// By the verified sends of past days and of today.
    pub(super) fn of(days: &[(i64, i64)], today: i64) -> Self {
        let recent = days.iter().filter(|(day, _)| (today - PAST_DAYS..=today).contains(day));
        let best = recent.map(|(_, verified)| *verified).max().unwrap_or(0);
        let day = share(best).max(COUNTRY_DAY);
        Self {
            day: Rate { most: day, span: DAY },
            hour: Rate { most: (day / 6).max(COUNTRY_HOUR), span: HOUR },
        }
    }

    /// The least that any country has.
    pub(super) fn least() -> Self {
        Self::of(&[], 0)
    }
}

/// What an address may have in a day, by its verified sends of today and yesterday: at no moment are that less than those
/// of the last 24 hours.
pub(super) fn of_address(verified: i64) -> Rate {
    Rate { most: share(verified).max(ADDRESS_DAY), span: DAY }
}

/// How many may stay unverified where so many are verified: 30 %.
fn share(verified: i64) -> u32 {
    u32::try_from(verified.saturating_mul(3) / 10).unwrap_or(u32::MAX)
}

/// The reserve of a country's budget.
pub(super) fn of_reserve(most: u32) -> i64 {
    i64::from(most / 10)
}

/// What a block of numbers has of that: a run of numbers is what a robot is paid for. Two leave a person one mistake.
pub(super) fn of_reserve_to_prefix(most: u32) -> i64 {
    (of_reserve(most) / 10).max(2)
}

/// The day that a moment lies in, counted from 1970-01-01 UTC.
pub fn day(now: Timestamp) -> i64 {
    now.as_millis().div_euclid(24 * 3_600_000)
}

/// What the verified sends of an address are counted under: on that day and on the one before.
pub(super) fn verified_address(address_hash: &str, day: i64) -> [CounterKey; 2] {
    [day, day - 1].map(|day| Kind::Verified(By::Address).of_day(address_hash, day))
}

/// What sends that have ended add to the counters. A known browser's are no sign of robots.
pub(crate) fn tally(ended: &[Ended]) -> Tally {
    let least = Allowance::least();
    let mut tally = Tally::default();
    for send in ended.iter().filter(|send| send.messages > 0) {
        if let Some(at) = send.verified_at {
            let day = day(at);
            *tally.verified.entry((send.origin.country.clone(), day)).or_default() += 1;
            let [key, _] = verified_address(&send.origin.address_hash, day);
            *tally.counters.entry(Quota { key, span: VERIFIED_SPAN, most: i64::MAX }).or_default() += 1;
        } else if !send.origin.known {
            let country = Kind::Unverified(By::Country).of(&send.origin.country);
            let address = Kind::Unverified(By::Address).of(&send.origin.address_hash);
            let of_address = Rate { most: ADDRESS_DAY, span: DAY };
            for (key, rate) in [(&country, least.day), (&country, least.hour), (&address, of_address)] {
                *tally.counters.entry(rate.of(key.clone())).or_default() += send.messages;
            }
        }
    }
    tally
}

#[cfg(test)]
mod tests;
