//! What `phonegate guard` shows: how full everything is that is counted.

use std::{fmt, time::Duration};

use super::{
    Mode,
    budget::{self, Allowance, DAY, HOUR, PAST_DAYS},
    guessing::{ALARM_SPAN, FOREVER, MOST},
    limits::{Span, counted},
    subject,
};
use crate::{
    clock::Timestamp,
    store::{Closed, Conversion, Counter, Full, Fullness, Store, StoreError},
};

/// The counters of sends, and what limits them.
const LIMITS: [(&str, &str); 7] = [
    ("address", "LIMIT_ADDRESS"),
    ("number", "LIMIT_NUMBER"),
    ("known number", "  known browsers"),
    ("prefix", "LIMIT_PREFIX"),
    ("total", "LIMIT_TOTAL"),
    ("known total", "  known browsers"),
    ("unverified address", "LIMIT_UNVERIFIED of an address"),
];
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
        for (kind, name) in LIMITS {
            limits.extend(store.fullness(kind, now).await?.into_iter().map(|fullness| (name, fullness)));
        }
        let alarms = [subject::WRONG_TOTAL, subject::UNDELIVERED].map(str::to_owned);
        let alarms = store.counters(&alarms).await?;
        Ok(Self {
            mode,
            unverified,
            countries,
            limits,
            prefixes: store.fullest("prefix", PREFIXES, now).await?,
            wrong_codes: held(&alarms, subject::WRONG_TOTAL, ALARM_SPAN, now),
            undelivered: held(&alarms, subject::UNDELIVERED, ALARM_SPAN, now),
            closed: store.closed(subject::WRONG_NUMBER, FOREVER, MOST).await?,
        })
    }
}

impl Country {
    async fn read(store: &Store, conversion: Conversion, now: Timestamp) -> Result<Self, StoreError> {
        let unverified = subject::unverified_country(&conversion.country);
        let [reserve, ..] = subject::reserve(&conversion.country, "", "");
        let counters = store.counters(&[unverified.clone(), reserve.clone()]).await?;
        let today = budget::day(now);
        let days = store.verified_days(&conversion.country, today - PAST_DAYS).await?;
        Ok(Self {
            allowance: Allowance::of(&days, today),
            day: held(&counters, &unverified, DAY, now),
            hour: held(&counters, &unverified, HOUR, now),
            reserve: held(&counters, &reserve, DAY, now),
            conversion,
        })
    }
}

fn held(counters: &[Counter], key: &str, span: Duration, now: Timestamp) -> i64 {
    let found = counters.iter().find(|counter| counter.key == key && counter.span == span);
    found.map_or(0, |counter| counted(counter, now))
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
