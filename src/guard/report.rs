//! What `phonegate guard` shows: how full everything is that is counted.

use std::fmt;

use super::{
    Mode,
    budget::{self, Allowance, DAY, HOUR, PAST_DAYS},
    guessing::{ALARM_SPAN, FOREVER, MOST},
    judge::Found,
    key::{By, Kind},
    limit::Limit,
    rates::Span,
};
use crate::{
    clock::Timestamp,
    store::{Closed, Conversion, Full, Fullness, Store, StoreError},
};

/// The counters of sends that have a line, and what limits them.
fn lines() -> Vec<(Kind, &'static str)> {
    let mut lines = Vec::new();
    for limit in Limit::ALL {
        let (strangers, known) = (limit.kind(false), limit.kind(true));
        lines.extend(strangers.map(|kind| (kind, limit.setting())));
        lines.extend(known.filter(|_| known != strangers).map(|kind| (kind, "  known browsers")));
    }
    lines.push((Kind::Unverified(By::Address), "LIMIT_UNVERIFIED of an address"));
    lines
}

/// How many blocks of numbers are listed.
const PREFIXES: i64 = 10;

/// A country's sends of the last day, and its budget.
struct Country {
    conversion: Conversion,
    allowance: Allowance,
    day: i64,
    hour: i64,
    reserve: i64,
}

/// The state of the guard. `Display` is for the operator's terminal.
pub struct Report {
    mode: Mode,
    unverified: bool,
    countries: Vec<Country>,
    limits: Vec<(&'static str, Fullness)>,
    prefixes: Vec<Full>,
    wrong_codes: i64,
    undelivered: i64,
    closed: Vec<Closed>,
}

impl Report {
    /// Reads the state from the store; `mode` and `unverified` are the settings `GUARD_MODE` and `LIMIT_UNVERIFIED`.
    pub async fn read(
        store: &Store,
        (mode, unverified): (Mode, bool),
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let mut countries = Vec::new();
        for conversion in store.conversion(now - DAY).await? {
            countries.push(Country::read(store, conversion, now).await?);
        }
        let mut limits = Vec::new();
        for (kind, name) in lines() {
            let fullness = store.fullness(&kind.to_string(), now).await?;
            limits.extend(fullness.into_iter().map(|fullness| (name, fullness)));
        }
        let alarms = [Kind::WRONG_TOTAL, Kind::Undelivered].map(|kind| kind.of(""));
        let counters = store.counters(&alarms).await?;
        let [wrong_codes, undelivered] = alarms.map(|alarm| Found(&counters, now).held(&alarm, ALARM_SPAN));
        let prefix = Kind::Sends { by: By::Prefix, known: false }.to_string();
        let wrong_number = Kind::wrong_number(false).to_string();
        Ok(Self {
            mode,
            unverified,
            countries,
            limits,
            prefixes: store.fullest(&prefix, PREFIXES, now).await?,
            wrong_codes,
            undelivered,
            closed: store.closed(&wrong_number, FOREVER, MOST).await?,
        })
    }
}

impl Country {
    async fn read(store: &Store, conversion: Conversion, now: Timestamp) -> Result<Self, StoreError> {
        let unverified = Kind::Unverified(By::Country).of(&conversion.country);
        let reserve = Kind::Reserve(By::Country).of(&conversion.country);
        let counters = store.counters(&[unverified.clone(), reserve.clone()]).await?;
        let found = Found(&counters, now);
        let today = budget::day(now);
        let days = store.verified_days(&conversion.country, today - PAST_DAYS).await?;
        Ok(Self {
            allowance: Allowance::of(&days, today),
            day: found.held(&unverified, DAY),
            hour: found.held(&unverified, HOUR),
            reserve: found.held(&reserve, DAY),
            conversion,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = if self.mode == Mode::Enforce { "enforce" } else { "observe" };
        writeln!(f, "GUARD_MODE={mode} LIMIT_UNVERIFIED={}", if self.unverified { "on" } else { "off" })?;

        writeln!(
            f,
            "\n{:<8} {:>17} {:>11} {:>17} {:>17} {:>14}",
            "country", "verified, 24 h", "of sent", "unverified, day", "unverified, hour", "reserve, day"
        )?;
        for Country { conversion: Conversion { country, sent, verified }, allowance, day, hour, reserve } in
            &self.countries
        {
            let percent = verified * 100 / (*sent).max(1);
            let of = |count: &i64, most: i64| format!("{count} of {most}");
            writeln!(
                f,
                "{country:<8} {:>17} {sent:>11} {:>17} {:>17} {:>14}",
                format!("{verified} ({percent} %)"),
                of(day, allowance.day.most.into()),
                of(hour, allowance.hour.most.into()),
                of(reserve, budget::of_reserve(allowance.day.most)),
            )?;
        }

        writeln!(
            f,
            "\n{:<32} {:>8} {:>9} {:>12} {:>8} {:>8}",
            "limit", "window", "counted", "four fifths", "full", "highest"
        )?;
        for (name, Fullness { span, running, near, full, highest, most }) in &self.limits {
            let highest = format!("{highest}/{most}");
            writeln!(
                f,
                "{name:<32} {:>8} {running:>9} {near:>12} {full:>8} {highest:>8}",
                Span(*span).to_string()
            )?;
        }
        for Full { key, span, count, most } in &self.prefixes {
            writeln!(f, "{key}: {count} of {most} in {}", Span(*span))?;
        }

        writeln!(f, "\nwrong codes in the last hour: {}", self.wrong_codes)?;
        writeln!(f, "messages of the last hour that did not arrive: {}", self.undelivered)?;
        writeln!(f, "numbers closed to unknown browsers: {}", self.closed.len())?;
        for Closed { phone, since } in &self.closed {
            writeln!(f, "  {phone}, wrong codes since {since}")?;
        }
        Ok(())
    }
}
