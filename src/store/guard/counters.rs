//! Counters: how much of what in which span of time.

use std::time::Duration;

use sqlx::{Any, AssertSqlSafe, Executor, Row, any::AnyRow};

use crate::{
    clock::{Timestamp, millis},
    store::{Store, StoreError},
};

/// What is counted, and of whom, in the guard's words: `number HASH`, `total`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct CounterKey(pub(in crate::store) String);

impl CounterKey {
    /// Its words, of which the guard knows the meaning.
    pub(crate) fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }

    /// The words.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// One window of what is counted under a key.
#[derive(Debug, Clone)]
pub struct Counter {
    /// What is counted.
    pub key: CounterKey,
    pub(crate) span: Duration,
    pub(crate) started_at: Timestamp,
    /// How much there was of it since the window began.
    pub count: i64,
    /// The wait after wrong codes.
    pub(crate) not_before: Timestamp,
}

impl Counter {
    /// What it holds now: nothing once its window is over.
    pub(crate) fn held(&self, now: Timestamp) -> i64 {
        if now < self.started_at + self.span { self.count } else { 0 }
    }

    /// How long its window still runs, at most as long as it is.
    pub(crate) fn ends_in(&self, now: Timestamp) -> Duration {
        (self.started_at + self.span).since(now).min(self.span)
    }
}

/// How much a counter takes in a window.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quota<K = CounterKey> {
    /// What is counted.
    pub(crate) key: K,
    /// How long the window is.
    pub(crate) span: Duration,
    /// How much it takes.
    pub(crate) most: i64,
}

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

impl Store {
    /// The counters of some keys; no counter means that nothing was counted.
    pub async fn counters(&self, keys: &[CounterKey]) -> Result<Vec<Counter>, StoreError> {
        let places: Vec<_> = (1..=keys.len()).map(|place| format!("${place}")).collect();
        let sql = format!(
            "SELECT key, span, started_at, count, not_before FROM guard_counters WHERE key IN ({})",
            places.join(", ")
        );
        let query = keys.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, key| query.bind(key.as_str()));
        let read = |row: AnyRow| {
            Ok(Counter {
                key: CounterKey(row.try_get(0)?),
                span: span(&row, 1)?,
                started_at: Timestamp::from_millis(row.try_get(2)?),
                count: row.try_get(3)?,
                not_before: Timestamp::from_millis(row.try_get(4)?),
            })
        };
        Ok(query.try_map(read).fetch_all(&mut *self.hold().await?).await?)
    }

    /// After the clock was set back: windows that begin in the future begin now, and no wait is longer than `longest`.
    pub(crate) async fn rewind(
        &self,
        counters: &[Counter],
        now: Timestamp,
        longest: Duration,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE guard_counters SET \
                           started_at = CASE WHEN started_at > $2 THEN $2 ELSE started_at END, \
                           not_before = CASE WHEN not_before > $3 THEN $3 ELSE not_before END \
                           WHERE key = $1 AND (started_at > $2 OR not_before > $3)";
        let latest = now + longest;
        for counter in counters.iter().filter(|it| it.started_at > now || it.not_before > latest) {
            let query = sqlx::query(SQL).bind(counter.key.as_str()).bind(now.as_millis());
            query.bind(latest.as_millis()).execute(&mut *self.hold().await?).await?;
        }
        Ok(())
    }

    /// Makes room again under some keys: what was counted did not come to pass, or ended well.
    pub(crate) async fn give_back(&self, keys: &[CounterKey]) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE guard_counters SET count = count - 1 WHERE key = $1 AND count > 0";
        for key in keys {
            sqlx::query(SQL).bind(key.as_str()).execute(&mut *self.hold().await?).await?;
        }
        Ok(())
    }

    /// Deletes the windows that are over.
    pub(crate) async fn sweep_counters(&self, now: Timestamp) -> Result<u64, StoreError> {
        let query = sqlx::query("DELETE FROM guard_counters WHERE started_at + span <= $1 OR count <= 0");
        Ok(query.bind(now.as_millis()).execute(&mut *self.hold().await?).await?.rows_affected())
    }
}

/// Counts `count` more, whether or not it fits; says how many it is with them.
pub(in crate::store) async fn add<'e>(
    executor: impl Executor<'e, Database = Any>,
    Quota { key, span, most }: &Quota,
    count: i64,
    now: Timestamp,
) -> Result<i64, sqlx::Error> {
    const SQL: &str = concat!(
        "INSERT INTO guard_counters (key, span, most, strict, started_at, count) VALUES ($1, $2, $3, 0, $4, $5)",
        count_on!(),
        " RETURNING count"
    );
    let query = sqlx::query_scalar(SQL).bind(key.as_str()).bind(millis(*span)).bind(*most);
    query.bind(now.as_millis()).bind(count).fetch_one(executor).await
}

pub(super) fn span(row: &AnyRow, column: usize) -> Result<Duration, sqlx::Error> {
    Ok(Duration::from_millis(row.try_get::<i64, _>(column)?.unsigned_abs()))
}

/// Whether the counters took it: a limit that is reached is no failure of the store.
pub(in crate::store) fn fits(counted: Result<bool, sqlx::Error>) -> Result<bool, StoreError> {
    match counted {
        Ok(done) => Ok(done),
        Err(sqlx::Error::Database(error)) if error.is_check_violation() => Ok(false),
        Err(error) => Err(error.into()),
    }
}
