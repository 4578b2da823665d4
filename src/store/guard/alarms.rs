//! What is counted only to warn of it.

use std::time::Duration;

use super::counters::{self, CounterKey, Quota, of_keys};
use crate::{
    clock::{Timestamp, millis},
    store::{
        Store, StoreError,
        engine::{Change, Query, Row, Trouble, query},
    },
};

impl Store {
    /// Counts one under a key that takes any number, by `seed` in a share of it. Gives the sum if it is worth a warning that
    /// nobody has had: `level` says for which sums, from which count on it was one.
    pub(crate) async fn count_for_alarm(
        &self,
        key: CounterKey,
        span: Duration,
        seed: &str,
        level: fn(i64) -> Option<i64>,
        now: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        let share = self.share(key.shares(), seed);
        let quota = Quota { key, span, most: i64::MAX };
        let row = counters::add(&quota, 1, share, now).write_row(self).await?;
        let sum = row.map(|mut row| row.int("count")).transpose()?.unwrap_or_default();
        if share.of == 1 && level(sum).is_none() {
            return Ok(None);
        }
        let warned = CounterKey::new(format!("warned {}", quota.key.as_str()));
        let Running { sum, since, told } = self.running(&quota.key, &warned, now).await?;
        match level(sum) {
            Some(level) if told < level => {
                let warn = warn(&warned, span, level, since, now);
                Ok(self.change(Change::only_if(warn)).await?.map(|_| sum))
            }
            _ => Ok(None),
        }
    }

    async fn running(
        &self,
        key: &CounterKey,
        warned: &CounterKey,
        now: Timestamp,
    ) -> Result<Running, StoreError> {
        let rows = query(&of_keys(2)).bind(key).bind(warned).rows(self).await?;
        let mut running = Running { sum: 0, since: now, told: 0 };
        for row in rows {
            running.add(row, key, now)?;
        }
        Ok(running)
    }
}

/// What is counted under a key, and of how many it was warned, in windows that run.
struct Running {
    sum: i64,
    since: Timestamp,
    told: i64,
}

impl Running {
    fn add(&mut self, mut row: Row, key: &CounterKey, now: Timestamp) -> Result<(), Trouble> {
        let (of, span) = (row.text("key")?, counters::span(&mut row)?);
        let (since, count) = (row.time("started_at")?, row.int("count")?);
        if since + span <= now {
            return Ok(());
        }
        if of == key.as_str() {
            self.sum += count;
            self.since = self.since.min(since);
        } else {
            self.told = count;
        }
        Ok(())
    }
}

/// Writes down that it was warned of so many, unless somebody else has. It holds as long as the oldest window.
fn warn(key: &CounterKey, span: Duration, level: i64, since: Timestamp, now: Timestamp) -> Query {
    const SQL: &str = "INSERT INTO guard_counters (key, span, most, strict, started_at, count) \
                       VALUES ($1, $2, $3, 0, $4, $3) ON CONFLICT (key, span, share) DO UPDATE SET \
                       most = excluded.most, started_at = excluded.started_at, count = excluded.count \
                       WHERE guard_counters.count < excluded.count \
                       OR guard_counters.started_at + guard_counters.span <= $5";
    query(SQL).bind(key).bind(millis(span)).bind(level).bind(since).bind(now)
}
