//! What becomes of a send: a function of counters, settings and time.

use std::time::Duration;

use super::{
    Guard,
    budget::{self, ADDRESS_RESERVE, Allowance, DAY, VERIFIED_SPAN},
    guessing::{self, FOREVER, LONGEST_WAIT},
    key::{By, Counted, Kind},
    limit::Limit,
    rate_limited::{Cause, RateLimited},
    rates::Rate,
    subject::Subject,
};
use crate::{
    clock::Timestamp,
    store::{Counter, CounterKey, Quota, Reserve},
};

/// What becomes of a send.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It may go out.
    Pass,
    /// It may not.
    Refused(RateLimited),
    /// It may go out if it fits into this too: the reserve of a budget that is used up.
    Reserve(Reserve),
}

const UNVERIFIED_ADDRESS: Kind = Kind::Unverified(By::Address);
const UNVERIFIED_COUNTRY: Kind = Kind::Unverified(By::Country);

/// The counters that speak against a send when they are full or say to wait.
pub(crate) fn watched(known: bool) -> Vec<Kind> {
    let mut kinds: Vec<_> = Limit::ALL.iter().filter_map(|limit| limit.kind(known)).collect();
    kinds.push(Kind::wrong_number(known));
    if !known {
        kinds.extend([Kind::WRONG_ADDRESS, UNVERIFIED_ADDRESS, UNVERIFIED_COUNTRY]);
    }
    kinds
}

/// The counters that were found, and the time.
pub(super) struct Found<'a>(pub(super) &'a [Counter], pub(super) Timestamp);

impl Found<'_> {
    /// A counter; several where it is kept in shares.
    fn of<'b>(&'b self, key: &'b CounterKey, span: Duration) -> impl Iterator<Item = &'b Counter> {
        let is_it = move |counter: &&Counter| counter.key == *key && counter.span == span;
        self.0.iter().filter(is_it)
    }

    /// How much is counted under `key` now.
    pub(super) fn held(&self, key: &CounterKey, span: Duration) -> i64 {
        self.of(key, span).map(|counter| counter.held(self.1)).sum()
    }

    /// How long a counter takes no more, if it is full: until the first of its windows ends that hold something.
    fn full(&self, quota: &Quota) -> Option<Duration> {
        let full = self.held(&quota.key, quota.span) >= quota.most;
        let holds = self.of(&quota.key, quota.span).filter(|counter| counter.held(self.1) > 0);
        holds.map(|counter| counter.ends_in(self.1)).min().filter(|_| full)
    }

    /// How long the wait after wrong codes still is, at most as long as any.
    fn wait(&self, key: &CounterKey, span: Duration) -> Duration {
        let until = self.of(key, span).map(|counter| counter.not_before).max().unwrap_or(self.1);
        until.since(self.1).min(LONGEST_WAIT)
    }
}

impl Guard {
    /// The keys of all counters that [`Guard::judge`] looks at.
    pub(crate) fn looks_at(subject: &Subject, now: Timestamp) -> Vec<CounterKey> {
        let mut keys: Vec<_> =
            watched(subject.origin.known).into_iter().map(|kind| subject.key(kind)).collect();
        if !subject.origin.known {
            keys.extend(budget::RESERVE.map(|kind| subject.key(kind)));
            keys.extend(budget::verified_address(&subject.origin.address_hash, budget::day(now)));
        }
        keys
    }

    /// Whether the allowance of the subject's country matters: it has used up what every country has.
    pub(crate) fn needs_history(&self, subject: &Subject, counters: &[Counter], now: Timestamp) -> bool {
        let (found, least) = (Found(counters, now), Allowance::least());
        let used_up = |rate: Rate| found.full(&rate.of(subject.key(UNVERIFIED_COUNTRY))).is_some();
        self.0.settings.unverified && !subject.origin.known && (used_up(least.day) || used_up(least.hour))
    }

    /// What becomes of a send, given the counters that it looks at and the verified sends to its country by day.
    pub(crate) fn judge(
        &self,
        subject: &Subject,
        counters: &[Counter],
        days: &[(i64, i64)],
        now: Timestamp,
    ) -> Decision {
        let found = Found(counters, now);
        if let Some(limited) = Self::judge_try(subject, counters, now) {
            return Decision::Refused(limited);
        }
        let full = self.0.settings.rates(subject.origin.known).filter_map(|(limit, kind, rate)| {
            Some((Cause::Limit { limit, rate }, found.full(&rate.of(subject.key(kind)))?))
        });
        if let Some((cause, wait)) = full.max_by_key(|(_, wait)| *wait) {
            return Decision::Refused(RateLimited::new(subject, cause, Some(wait), now));
        }
        if self.0.settings.unverified && !subject.origin.known {
            over_budget(subject, &found, Allowance::of(days, budget::day(now)))
        } else {
            Decision::Pass
        }
    }

    /// Why no try may be made from this address for this number, if so: wrong codes. A known browser waits for its own only.
    pub(crate) fn judge_try(subject: &Subject, counters: &[Counter], now: Timestamp) -> Option<RateLimited> {
        let found = Found(counters, now);
        let key = subject.key(Kind::wrong_number(subject.origin.known));
        let row = Quota { key, span: FOREVER, most: guessing::MOST };
        if found.full(&row).is_some() {
            return Some(RateLimited::new(subject, Cause::Closed, None, now));
        }
        let mut wait = found.wait(&row.key, FOREVER);
        if !subject.origin.known {
            wait = wait.max(found.wait(&subject.key(Kind::WRONG_ADDRESS), guessing::ADDRESS_SPAN));
        }
        (!wait.is_zero()).then(|| RateLimited::new(subject, Cause::WrongCodes, Some(wait), now))
    }
}

fn over_budget(subject: &Subject, found: &Found<'_>, allowance: Allowance) -> Decision {
    let now = found.1;
    let verified = budget::verified_address(&subject.origin.address_hash, budget::day(now));
    let verified = verified.iter().flat_map(|key| found.of(key, VERIFIED_SPAN)).map(|counter| counter.count);
    let address_rate = budget::of_address(verified.sum());
    let full = |kind: Kind, rate: Rate| Some((rate, found.full(&rate.of(subject.key(kind)))?));

    let by_country = [allowance.day, allowance.hour].into_iter();
    let by_country = by_country.filter_map(|rate| full(UNVERIFIED_COUNTRY, rate));
    let by_country = by_country.max_by_key(|(_, wait)| *wait);
    let most = allowance.day.most;
    let quota = |kind, most| Quota { key: subject.key(kind), span: DAY, most };
    let quotas = vec![
        quota(Kind::Reserve(By::Country), budget::of_reserve(most)),
        quota(Kind::Reserve(By::Prefix), budget::of_reserve_to_prefix(most)),
        quota(Kind::Reserve(By::Address), ADDRESS_RESERVE),
    ];
    // Any unverified send of the day takes the address' part of the reserve away.
    let any = quota(UNVERIFIED_ADDRESS, 1);
    let used_up = quotas.iter().chain([&any]).filter_map(|quota| found.full(quota)).max();

    let of_country = by_country.zip(used_up).map(|((rate, wait), reserve)| {
        let country = Some(subject.origin.country.clone());
        (Cause::Unverified { country, rate }, wait.min(reserve))
    });
    let of_address = full(UNVERIFIED_ADDRESS, address_rate)
        .map(|(rate, wait)| (Cause::Unverified { country: None, rate }, wait));
    match of_country.into_iter().chain(of_address).max_by_key(|(_, wait)| *wait) {
        Some((cause, wait)) => Decision::Refused(RateLimited::new(subject, cause, Some(wait), now)),
        None if by_country.is_some() => Decision::Reserve(Reserve { quotas, unless: any.key }),
        None => Decision::Pass,
    }
}

#[cfg(test)]
mod tests;
