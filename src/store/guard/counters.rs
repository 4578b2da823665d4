//! Counters: how much of what in which span of time.

use std::{sync::Arc, time::Duration};

use sqlx::{Any, AssertSqlSafe, Executor, Row, query::Query};

use crate::{
    clock::{Timestamp, millis},
    store::{
        Store, StoreError,
        chain::{BEFORE, Chain},
        verifications::{FIRST_NOW, FIRST_PARAMETERS, INSERT_FIRST},
    },
};

/// One window of what is counted under a key.
#[derive(Debug, Clone)]
pub struct Counter {
    /// What is counted.
    pub key: String,
    /// How long the window is.
    pub span: Duration,
    /// When it began.
    pub started_at: Timestamp,
    /// How much there was of it since.
    pub count: i64,
    /// The wait after wrong codes.
    pub not_before: Timestamp,
}

/// How many keys are looked up at once.
pub const KEYS: usize = 13;

/// Counts on while the window runs and starts a new one after its end. A window that begins in the future, since the
/// clock was set back, begins now.
macro_rules! count_on {
    () => {
        " ON CONFLICT (key, span) DO UPDATE SET most = excluded.most, strict = excluded.strict, \
         count = CASE WHEN guard_counters.started_at + guard_counters.span <= excluded.started_at \
         THEN excluded.count ELSE guard_counters.count + excluded.count END, \
         started_at = CASE WHEN guard_counters.started_at + guard_counters.span <= excluded.started_at \
         OR guard_counters.started_at > excluded.started_at \
         THEN excluded.started_at ELSE guard_counters.started_at END"
    };
}
pub(super) use count_on;

/// The statements that count a send by rules which stay the same as long as the app runs.
#[derive(Debug, Clone)]
pub struct Counting {
    sql: Arc<str>,
    with_first: Chain,
    /// Which of the given keys they bind.
    keys: Vec<usize>,
}

impl Counting {
    /// Each rule: the place of its key among those that will be given, its window, and how many fit into it. Keys are
    /// taken in this order. If `strict`, a send that does not fit everywhere is counted nowhere.
    pub fn new(rules: &[(usize, Duration, u32)], strict: bool) -> Self {
        let mut keys: Vec<usize> = rules.iter().map(|(key, ..)| *key).collect();
        keys.dedup();
        // Numbers only, and none of them from a visitor.
        let row = |(key, span, most): &(usize, Duration, u32), now: usize, first_key: usize| {
            let key = first_key + keys.iter().position(|other| other == key).unwrap_or_default();
            format!("(${key}, {}, {most}, {}, ${now}, 1)", millis(*span), i64::from(strict))
        };
        let rows = |now: usize, first_key: usize| {
            rules.iter().map(|rule| row(rule, now, first_key)).collect::<Vec<_>>().join(", ")
        };
        let sql = format!("{INSERT} VALUES {}{}", rows(1, 2), count_on!());
        let with_first = format!(
            "{INSERT} SELECT * FROM (VALUES {}) AS counted WHERE {BEFORE}{}",
            rows(FIRST_NOW, FIRST_PARAMETERS + 1),
            count_on!()
        );
        let steps: &[&str] = if rules.is_empty() { &[INSERT_FIRST] } else { &[INSERT_FIRST, &with_first] };
        Self { sql: sql.into(), with_first: Chain::new(steps), keys }
    }

    /// Writes an attempt down and counts its send, or neither.
    pub(in crate::store) fn with_first(&self) -> &Chain {
        &self.with_first
    }

    /// Those of the keys that the statements bind, in their order.
    pub(in crate::store) fn bound<'a>(&self, keys: &'a [String]) -> impl Iterator<Item = &'a str> {
        self.keys.iter().map(|key| keys.get(*key).map_or("", String::as_str))
    }
}

const INSERT: &str = "INSERT INTO guard_counters (key, span, most, strict, started_at, count)";

impl Store {
    /// Counts one send everywhere, or, if it does not fit, nowhere.
    pub async fn count_send(
        &self,
        counting: &Counting,
        keys: &[String],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        fits(count_send(&mut *self.hold().await?, counting, keys, now).await)
    }

    /// The counters of some keys, [`KEYS`] at most; no counter means that nothing was counted.
    pub async fn counters(&self, keys: &[String]) -> Result<Vec<Counter>, StoreError> {
        const SQL: &str = "SELECT key, span, started_at, count, not_before FROM guard_counters \
                           WHERE key IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
        let mut query = sqlx::query(SQL);
        for place in 0..KEYS {
            query = query.bind(keys.get(place).map_or("", String::as_str));
        }
        let rows = query.fetch_all(&mut *self.hold().await?).await?;
        rows.iter()
            .map(|row| {
                Ok(Counter {
                    key: row.try_get(0)?,
                    span: Duration::from_millis(row.try_get::<i64, _>(1)?.unsigned_abs()),
                    started_at: Timestamp::from_millis(row.try_get(2)?),
                    count: row.try_get(3)?,
                    not_before: Timestamp::from_millis(row.try_get(4)?),
                })
            })
            .collect()
    }

    /// After the clock was set back: windows that begin in the future begin now, and no wait is longer than `longest`.
    pub async fn rewind(&self, keys: &[String], now: Timestamp, longest: Duration) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE guard_counters SET \
                           started_at = CASE WHEN started_at > $2 THEN $2 ELSE started_at END, \
                           not_before = CASE WHEN not_before > $3 THEN $3 ELSE not_before END \
                           WHERE key = $1 AND (started_at > $2 OR not_before > $3)";
        for key in keys {
            let query = sqlx::query(SQL).bind(key.as_str()).bind(now.as_millis());
            query.bind((now + longest).as_millis()).execute(&mut *self.hold().await?).await?;
        }
        Ok(())
    }

    /// Deletes the windows that are over.
    pub async fn sweep_counters(&self, now: Timestamp) -> Result<u64, StoreError> {
        let query = sqlx::query("DELETE FROM guard_counters WHERE started_at + span <= $1 OR count <= 0");
        Ok(query.bind(now.as_millis()).execute(&mut *self.hold().await?).await?.rows_affected())
    }
}

pub(super) async fn count_send<'e>(
    executor: impl Executor<'e, Database = Any>,
    counting: &Counting,
    keys: &[String],
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    if counting.keys.is_empty() {
        return Ok(true);
    }
    let query = sqlx::query(AssertSqlSafe(Arc::clone(&counting.sql))).bind(now.as_millis());
    let query = counting.bound(keys).fold(query, Query::bind);
    query.execute(executor).await?;
    Ok(true)
}

/// Counts `count` under one key.
pub(in crate::store) async fn add<'e>(
    executor: impl Executor<'e, Database = Any>,
    (key, span): (&str, Duration),
    (most, strict): (i64, bool),
    count: i64,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    const SQL: &str = concat!(
        "INSERT INTO guard_counters (key, span, most, strict, started_at, count) VALUES ($1, $2, $3, $4, $5, $6)",
        count_on!()
    );
    sqlx::query(SQL)
        .bind(key)
        .bind(millis(span))
        .bind(most)
        .bind(i64::from(strict))
        .bind(now.as_millis())
        .bind(count)
        .execute(executor)
        .await?;
    Ok(())
}

/// Whether the counters took it: a limit that is reached is no failure of the store.
pub(in crate::store) fn fits(counted: Result<bool, sqlx::Error>) -> Result<bool, StoreError> {
    match counted {
        Ok(done) => Ok(done),
        Err(sqlx::Error::Database(error)) if error.is_check_violation() => Ok(false),
        Err(error) => Err(error.into()),
    }
}
