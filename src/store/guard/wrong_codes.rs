//! Wrong codes in a row, and the waits after them.

use std::{fmt::Write, sync::Arc, time::Duration};

use super::counters::CounterKey;
use crate::{
    clock::{Timestamp, millis},
    store::{
        Store, StoreError,
        engine::{Change, Done, Query, Trouble, query},
    },
};

/// The statement that counts a wrong code under a key, by a rule that stays the same as long as the app runs.
#[derive(Debug, Clone)]
pub struct WrongCodes {
    sql: Arc<str>,
    span: Duration,
}

impl WrongCodes {
    /// Counts for `span` from the first. `waits`: from which count on how long is to be waited, both rising. With `most`
    /// none is counted past that, nor while a wait runs.
    pub(crate) fn new(span: Duration, most: Option<i64>, waits: &[(i64, Duration)]) -> Self {
        let over = "guard_counters.started_at + guard_counters.span <= excluded.started_at";
        let count = format!("CASE WHEN {over} THEN 1 ELSE guard_counters.count + 1 END");
        let mut wait = String::from("CASE");
        for (from, length) in waits.iter().rev() {
            // Numbers only, and none of them from a visitor.
            let _ = write!(wait, " WHEN {count} >= {from} THEN {}", millis(*length));
        }
        let unless = most.map(|_| {
            format!(" WHERE guard_counters.not_before <= excluded.started_at AND {count} <= excluded.most")
        });
        let (unless, most) = (unless.unwrap_or_default(), most.unwrap_or(i64::MAX));
        let sql = format!(
            "INSERT INTO guard_counters (key, span, most, strict, started_at, count, label) \
             VALUES ($1, {}, {most}, 1, $2, 1, $3) ON CONFLICT (key, span, share) DO UPDATE SET most = excluded.most, \
             count = {count}, label = excluded.label, not_before = excluded.started_at + {wait} ELSE 0 END, \
             started_at = CASE WHEN {over} OR guard_counters.started_at > excluded.started_at \
             THEN excluded.started_at ELSE guard_counters.started_at END{unless}",
            millis(span)
        );
        Self { sql: sql.into(), span }
    }
}

/// A code that counts as wrong until it is known not to be.
#[derive(Debug, Clone)]
pub(crate) struct WrongCode {
    pub(crate) rule: WrongCodes,
    pub(crate) key: CounterKey,
    /// The masked number, for whoever has to unlock it.
    pub(crate) label: Option<String>,
}

impl WrongCode {
    /// Two statements, of which [`counted_as`] tells what they did.
    pub(in crate::store) fn count(&self, now: Timestamp) -> [Query; 2] {
        counted(&self.rule, &self.key, self.label.as_deref(), now)
    }
}

/// Read by itself: to SQLite a statement that changes rows and gives them costs a table of its own.
fn counted(rule: &WrongCodes, key: &CounterKey, label: Option<&str>, now: Timestamp) -> [Query; 2] {
    const HELD: &str = "SELECT count FROM guard_counters WHERE key = $1 AND span = $2 AND share = 0";
    [query(&rule.sql).bind(key).bind(now).bind(label), query(HELD).bind(key).bind(millis(rule.span))]
}

/// The how manieth in a row a wrong code was; nothing if it was not counted.
pub(in crate::store) fn counted_as(count: &Done, held: Option<Done>) -> Result<Option<i64>, Trouble> {
    let row = held.and_then(|held| held.rows.into_iter().next()).filter(|_| count.changed > 0);
    row.map(|mut row| row.int("count")).transpose()
}

impl Store {
    /// Counts one; says the how manieth in a row it is, or nothing if it was not counted.
    pub async fn count_wrong_code(
        &self,
        rule: &WrongCodes,
        key: &CounterKey,
        label: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        let mut done = self.change_if_any(Change::all(counted(rule, key, label, now))).await?.into_iter();
        Ok(done.next().map(|count| counted_as(&count, done.next())).transpose()?.flatten())
    }

    /// Takes one back that was counted before it was known, and was not wrong.
    pub(crate) async fn uncount_wrong_code(&self, key: &CounterKey) -> Result<(), StoreError> {
        const SQL: &str =
            "UPDATE guard_counters SET count = count - 1, not_before = 0 WHERE key = $1 AND count > 0";
        query(SQL).bind(key).write(self).await?;
        Ok(())
    }

    /// Deletes counters; says the highest count that was among them.
    pub(crate) async fn delete_counters(&self, keys: &[CounterKey]) -> Result<Option<i64>, StoreError> {
        const SQL: &str = "DELETE FROM guard_counters WHERE key = $1 RETURNING count";
        let done = self.change_if_any(Change::all(keys.iter().map(|key| query(SQL).bind(key)))).await?;
        let counts = done.into_iter().flat_map(|done| done.rows).map(|mut row| row.int("count"));
        Ok(counts.collect::<Result<Vec<_>, Trouble>>()?.into_iter().max())
    }
}
