//! The verdict on a send: a function of counters, settings and time.

use std::time::Duration;

use super::{
    Cause, Guard, Refused, Rule, Subject,
    budget::{self, ADDRESS_RESERVE, Allowance, DAY, VERIFIED_SPAN},
    guessing::{self, FOREVER, LONGEST_WAIT},
    limits::{counted, ends_in},
    subject,
};
use crate::{
    clock::Timestamp,
    store::{Counter, Quota},
};

/// What becomes of a send.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may go out.
    Pass,
    /// It may not.
    Refused(Refused),
    /// It may go out if it fits into these too: the reserve of a budget that is used up.
    Reserve(Vec<Quota>),
}

/// The counters that were found, and the time.
struct Found<'a>(&'a [Counter], Timestamp);

impl Found<'_> {
    fn get(&self, key: &str, span: Duration) -> Option<&Counter> {
        self.0.iter().find(|counter| counter.key == key && counter.span == span)
    }

    /// How long `key` has no more room, if it has none.
    fn full(&self, key: &str, span: Duration, most: i64) -> Option<Duration> {
        let counter = self.get(key, span)?;
        (counted(counter, self.1) >= most).then(|| ends_in(counter, self.1))
    }

    /// How long the wait after wrong codes still is, at most as long as any.
    fn wait(&self, key: &str, span: Duration) -> Duration {
        let until = self.get(key, span).map_or(self.1, |counter| counter.not_before);
        until.since(self.1).min(LONGEST_WAIT)
    }
}

impl Guard {
    /// Whether the allowance of the subject's country matters: it has used up what every country has.
    pub fn needs_history(&self, subject: &Subject, counters: &[Counter], now: Timestamp) -> bool {
        let (found, least) = (Found(counters, now), Allowance::least());
        let key = subject::unverified_country(&subject.country);
        let used_up = |rule: Rule| found.full(&key, rule.span, rule.most.into()).is_some();
        self.settings().unverified && !subject.known && (used_up(least.day) || used_up(least.hour))
    }

    /// What becomes of a send, given the counters of its keys and the verified sends to its country by day.
    pub fn judge(
        &self,
        subject: &Subject,
        counters: &[Counter],
        days: &[(i64, i64)],
        now: Timestamp,
    ) -> Verdict {
        let found = Found(counters, now);
        let refuse = |cause, wait| Verdict::Refused(Refused::new(subject, cause, wait, now));
        if let Some(cause) = closed(subject, &found) {
            return refuse(cause, None);
        }
        let wait = wrong_code_wait(subject, &found);
        if !wait.is_zero() {
            return refuse(Cause::WrongCodes, Some(wait));
        }
        let keys = subject.limits();
        let full = self.settings().lines(subject.known).filter_map(|line| {
            let wait = found.full(&keys[line.place], line.rule.span, line.rule.most.into())?;
            Some((Cause::Limit { name: line.limit, rule: line.rule }, wait))
        });
        if let Some((cause, wait)) = full.max_by_key(|(_, wait)| *wait) {
            return refuse(cause, Some(wait));
        }
        if self.settings().unverified && !subject.known {
            over_budget(subject, &found, Allowance::of(days, budget::day(now)))
        } else {
            Verdict::Pass
        }
    }

    /// Whether a try may be made from this address, for whatever number.
    pub fn judge_try(&self, subject: &Subject, counters: &[Counter], now: Timestamp) -> Option<Refused> {
        let found = Found(counters, now);
        if let Some(cause) = closed(subject, &found) {
            return Some(Refused::new(subject, cause, None, now));
        }
        let wait = wrong_code_wait(subject, &found);
        (!wait.is_zero()).then(|| Refused::new(subject, Cause::WrongCodes, Some(wait), now))
    }
}

fn closed(subject: &Subject, found: &Found<'_>) -> Option<Cause> {
    found.full(&subject.wrong_number(), FOREVER, guessing::MOST).map(|_| Cause::Closed)
}

/// A known browser waits for its own wrong codes only.
fn wrong_code_wait(subject: &Subject, found: &Found<'_>) -> Duration {
    let number = found.wait(&subject.wrong_number(), FOREVER);
    if subject.known {
        return number;
    }
    number.max(found.wait(&subject::wrong_address(&subject.address_hash), guessing::ADDRESS_SPAN))
}

fn over_budget(subject: &Subject, found: &Found<'_>, allowance: Allowance) -> Verdict {
    let now = found.1;
    let country = subject::unverified_country(&subject.country);
    let address = subject::unverified_address(&subject.address_hash);
    let verified = subject.verified(budget::day(now));
    let verified =
        verified.iter().filter_map(|key| found.get(key, VERIFIED_SPAN)).map(|counter| counter.count);
    let address_rule = budget::of_address(verified.sum());
    let full = |key: &str, rule: Rule| Some((rule, found.full(key, rule.span, rule.most.into())?));

    let by_country = full(&country, allowance.day).into_iter().chain(full(&country, allowance.hour));
    let by_country = by_country.max_by_key(|(_, wait)| *wait);
    let quotas = quotas(subject, allowance);
    // Any unverified send of the day takes the address' part of the reserve away.
    let unverified = found.full(&address, DAY, 1);
    let used_up = quotas.iter().filter_map(|quota| found.full(&quota.key, quota.span, quota.most));
    let used_up = used_up.chain(unverified).max();

    let of_country = by_country.zip(used_up).map(|((rule, wait), reserve)| {
        let country = Some(subject.country.clone());
        (Cause::Unverified { country, rule }, wait.min(reserve))
    });
    let of_address =
        full(&address, address_rule).map(|(rule, wait)| (Cause::Unverified { country: None, rule }, wait));
    match of_country.into_iter().chain(of_address).max_by_key(|(_, wait)| *wait) {
        Some((cause, wait)) => Verdict::Refused(Refused::new(subject, cause, Some(wait), now)),
        None if by_country.is_some() => Verdict::Reserve(quotas),
        None => Verdict::Pass,
    }
}

/// What a send out of the reserve has to fit into.
fn quotas(subject: &Subject, allowance: Allowance) -> Vec<Quota> {
    let most = allowance.day.most;
    let rooms = [budget::of_reserve(most), budget::of_reserve_to_prefix(most), ADDRESS_RESERVE];
    subject.reserve().into_iter().zip(rooms).map(|(key, most)| Quota { key, span: DAY, most }).collect()
}

#[cfg(test)]
mod tests;
