//! Limits as an operator writes them, and whether a counter has reached one.
//!
//! A window starts with the first send it counts, never on the clock, and a clock that is set back neither ends a
//! window early nor makes it longer than it is.

use std::{fmt, time::Duration};

use crate::{clock::Timestamp, store::Counter};

/// So many in so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// How many.
    pub most: u32,
    /// In how long.
    pub span: Duration,
}

/// The rules of one limit, shortest window first; none switch it off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits(Vec<Rule>);

const UNITS: [(&str, u64); 4] = [("d", 24 * 3600), ("h", 3600), ("m", 60), ("s", 1)];
/// More windows than anybody needs; each is a row for each number or address.
const MOST_RULES: usize = 6;
const LONGEST: Duration = Duration::from_hours(30 * 24);

impl Limits {
    /// The default of `LIMIT_NUMBER`.
    pub const NUMBER: &str = "1/30s,5/10m,10/1h,20/1d";
    /// The default of `LIMIT_ADDRESS`.
    pub const ADDRESS: &str = "10/10m,30/1h,60/1d";
    /// The default of `LIMIT_PREFIX`.
    pub const PREFIX: &str = "30/1h";
    const TOTAL: [Rule; 2] = [
        Rule { most: 1000, span: Duration::from_hours(1) },
        Rule { most: 5000, span: Duration::from_hours(24) },
    ];

    /// Reads `1/30s,5/10m` or `off`. An error says what to give instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self(Vec::new()));
        }
        let rules = text.split(',').map(|rule| parse_rule(rule.trim())).collect::<Option<Vec<_>>>();
        let mut rules =
            rules.ok_or("give how many in how long, 30s to 30d: 5/10m, or several: 1/30s,5/10m; or off")?;
        rules.sort_by_key(|rule| rule.span);
        if rules.windows(2).any(|pair| pair[0].span == pair[1].span) {
            return Err("give one number for each length of time".to_owned());
        }
        if rules.len() > MOST_RULES {
            return Err(format!("give {MOST_RULES} or fewer, separated by commas"));
        }
        Ok(Self(rules))
    }

    /// The limit on all sends together: what is set, or a default that is a tenth where real messages may go to any
    /// country.
    pub fn total(set: Option<&Self>, sends_for_real: bool, countries_set: bool) -> Self {
        let share = if sends_for_real && !countries_set { 10 } else { 1 };
        let default = || Self::TOTAL.map(|rule| Rule { most: rule.most / share, ..rule }).into();
        set.cloned().unwrap_or_else(|| Self(default()))
    }

    /// Shortest window first; none if it is off.
    pub fn rules(&self) -> &[Rule] {
        &self.0
    }
}

fn parse_rule(text: &str) -> Option<Rule> {
    let (most, span) = text.split_once('/')?;
    let most = most.parse().ok().filter(|most| *most > 0)?;
    let (count, unit) = span.split_at_checked(span.len().checked_sub(1)?)?;
    let (_, seconds) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
    let span = Duration::from_secs(count.parse::<u64>().ok()?.checked_mul(seconds)?);
    (Duration::from_secs(1)..=LONGEST).contains(&span).then_some(Rule { most, span })
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.most, Span(self.span))
    }
}

/// A time in the largest unit that divides it: `10m`.
pub(super) struct Span(pub(super) Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let whole = |(_, length): &(&str, u64)| seconds >= *length && seconds.is_multiple_of(*length);
        let (unit, length) = UNITS.into_iter().find(whole).unwrap_or(("s", 1));
        write!(f, "{}{unit}", seconds / length)
    }
}

/// What a counter holds now: nothing once its window is over.
pub fn counted(counter: &Counter, now: Timestamp) -> i64 {
    if now < counter.started_at + counter.span { counter.count } else { 0 }
}

/// How long its window still runs, at most as long as it is.
pub fn ends_in(counter: &Counter, now: Timestamp) -> Duration {
    (counter.started_at + counter.span).since(now).min(counter.span)
}

#[cfg(test)]
mod tests;
