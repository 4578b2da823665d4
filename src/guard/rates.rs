//! How an operator writes a limit: so many in so long, `1/30s,5/10m`.

use std::{fmt, time::Duration};

use crate::store::Quota;

/// So many in so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    /// How many.
    pub(crate) most: u32,
    /// In how long. Such a window starts with the first send it counts, never on the clock.
    pub(crate) span: Duration,
}

impl Rate {
    /// What a counter takes by it.
    pub(super) fn of<K>(self, key: K) -> Quota<K> {
        Quota { key, span: self.span, most: self.most.into() }
    }
}

/// The rates of one limit, shortest window first; none switch it off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rates(Vec<Rate>);

const UNITS: [(&str, u64); 4] = [("d", 24 * 3600), ("h", 3600), ("m", 60), ("s", 1)];
/// More windows than anybody needs; each is a row for each number or address.
const MOST_RATES: usize = 6;
const LONGEST: Duration = Duration::from_hours(30 * 24);

impl Rates {
    /// Reads `1/30s,5/10m` or `off`. An error says what to give instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self(Vec::new()));
        }
        let rates = text.split(',').map(|rate| parse_rate(rate.trim())).collect::<Option<Vec<_>>>();
        let mut rates =
            rates.ok_or("give how many in how long, 30s to 30d: 5/10m, or several: 1/30s,5/10m; or off")?;
        rates.sort_by_key(|rate| rate.span);
        if rates.windows(2).any(|pair| pair[0].span == pair[1].span) {
            return Err("give one number for each length of time".to_owned());
        }
        if rates.len() > MOST_RATES {
            return Err(format!("give {MOST_RATES} or fewer, separated by commas"));
        }
        Ok(Self(rates))
    }

    /// Of so many in so many seconds each, shortest first.
    pub(super) fn of(rates: &[(u32, u64)]) -> Self {
        let rate = |(most, seconds): &(u32, u64)| Rate { most: *most, span: Duration::from_secs(*seconds) };
        Self(rates.iter().map(rate).collect())
    }

    /// A tenth as many.
    pub(super) fn tenth(&self) -> Self {
        Self(self.iter().map(|rate| Rate { most: rate.most / 10, ..rate }).collect())
    }

    /// Shortest window first; none if it is off.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Rate> {
        self.0.iter().copied()
    }
}

fn parse_rate(text: &str) -> Option<Rate> {
    let (most, span) = text.split_once('/')?;
    let most = most.parse().ok().filter(|most| *most > 0)?;
    let (count, unit) = span.split_at_checked(span.len().checked_sub(1)?)?;
    let (_, seconds) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
    let span = Duration::from_secs(count.parse::<u64>().ok()?.checked_mul(seconds)?);
    (Duration::from_secs(1)..=LONGEST).contains(&span).then_some(Rate { most, span })
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.most, Span(self.span))
    }
}

impl fmt::Display for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rates: Vec<_> = self.iter().map(|rate| rate.to_string()).collect();
        if rates.is_empty() { f.write_str("off") } else { f.write_str(&rates.join(",")) }
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

#[cfg(test)]
mod tests;
