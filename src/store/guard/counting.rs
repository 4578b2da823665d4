//! Sends: each is counted everywhere at once, or nowhere.

use std::sync::Arc;

use sqlx::{Any, AssertSqlSafe, Connection, Executor};

use super::counters::{CounterKey, Quota, count_on, fits};
use crate::{
    clock::{Timestamp, millis},
    store::{
        Store, StoreError,
        attempts::{FIRST_NOW, FIRST_PARAMETERS, insert_first},
        chain::{BEFORE, Chain},
    },
};

const INSERT: &str = "INSERT INTO guard_counters (key, span, most, strict, started_at, count)";

/// The statements that count a send by quotas which stay the same as long as the app runs. They know kinds of counters, and
/// ask for the key of each when they are run.
#[derive(Debug, Clone)]
pub(crate) struct Counting<K> {
    sql: Arc<str>,
    with_first: Chain,
    /// What the statements bind, in their order; so many of them, the first, are counted.
    keys: Vec<K>,
    counted: usize,
}

impl<K: Copy + PartialEq> Counting<K> {
    /// Rows are taken in the order of the quotas. If `strict`, a send that does not fit everywhere is counted nowhere.
    /// `watched`: what holds back an attempt that is the first of its browser, if it is full or says to wait.
    pub(crate) fn new(quotas: &[Quota<K>], watched: &[K], strict: bool) -> Self {
        let mut keys = Vec::new();
        let mut place = |key: K| {
            keys.iter().position(|other| *other == key).unwrap_or_else(|| {
                keys.push(key);
                keys.len() - 1
            })
        };
        let counts: Vec<_> = quotas.iter().map(|quota| (place(quota.key), quota)).collect();
        let watched: Vec<_> = watched.iter().map(|key| place(*key) + FIRST_PARAMETERS + 1).collect();
        // Numbers only, and none of them from a visitor.
        let rows = |now: usize, first_key: usize| {
            let row = |(place, quota): &(usize, &Quota<K>)| {
                let (key, span, strict) = (first_key + place, millis(quota.span), i64::from(strict));
                format!("(${key}, {span}, {}, {strict}, ${now}, 1)", quota.most)
            };
            counts.iter().map(row).collect::<Vec<_>>().join(", ")
        };
        let sql = format!("{INSERT} VALUES {}{}", rows(1, 2), count_on!());
        let with_first = format!(
            "{INSERT} SELECT * FROM (VALUES {}) AS counted WHERE {BEFORE}{}",
            rows(FIRST_NOW, FIRST_PARAMETERS + 1),
            count_on!()
        );
        let insert = insert_first(&watched);
        let steps = [insert.as_str(), &with_first];
        let with_first = Chain::new(if counts.is_empty() { &steps[..1] } else { &steps });
        let counted = counts.iter().map(|(place, _)| place + 1).max().unwrap_or_default();
        Self { sql: sql.into(), with_first, keys, counted }
    }

    /// One send, of which `key` tells what is counted.
    pub(crate) fn of(&self, key: impl Fn(K) -> CounterKey) -> Count<'_> {
        let keys = self.keys.iter().map(|kind| key(*kind)).collect();
        Count { sql: &self.sql, with_first: &self.with_first, keys, counted: self.counted }
    }
}

/// A send that is to be counted.
#[derive(Debug)]
pub struct Count<'a> {
    sql: &'a Arc<str>,
    /// Writes an attempt down and counts its send, or neither; binds all of the keys.
    pub(in crate::store) with_first: &'a Chain,
    pub(in crate::store) keys: Vec<CounterKey>,
    counted: usize,
}

/// What a send out of the reserve has to fit into besides the limits: of many at once no more pass than fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reserve {
    pub(crate) quotas: Vec<Quota>,
    /// Nothing may be counted under that.
    pub(crate) unless: CounterKey,
}

impl Reserve {
    pub(crate) fn keys(&self) -> Vec<CounterKey> {
        self.quotas.iter().map(|quota| quota.key.clone()).collect()
    }

    /// Counts one under a quota, if it may.
    pub(super) async fn take<'e>(
        &self,
        executor: impl Executor<'e, Database = Any>,
        Quota { key, span, most }: &Quota,
        now: Timestamp,
    ) -> Result<bool, sqlx::Error> {
        // With types: Postgres cannot tell those of a bare `SELECT $1`.
        const SQL: &str = concat!(
            "INSERT INTO guard_counters (key, span, most, strict, started_at, count) \
             SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), 1, CAST($4 AS BIGINT), 1 \
             WHERE NOT EXISTS (SELECT 1 FROM guard_counters WHERE key = $5 AND count > 0 AND started_at + span > $4)",
            count_on!()
        );
        let query = sqlx::query(SQL).bind(key.as_str()).bind(millis(*span)).bind(*most);
        let query = query.bind(now.as_millis()).bind(self.unless.as_str());
        Ok(query.execute(executor).await?.rows_affected() == 1)
    }
}

impl Store {
    /// Counts one send everywhere, or, if it does not fit, nowhere. `reserve`: what else it has to fit into.
    pub(crate) async fn count_send(
        &self,
        Count { sql, keys, counted, .. }: Count<'_>,
        reserve: Option<&Reserve>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let count = (counted > 0).then(|| {
            let query = sqlx::query(AssertSqlSafe(Arc::clone(sql))).bind(now.as_millis());
            keys.into_iter().take(counted).fold(query, |query, key| query.bind(key.0))
        });
        let mut connection = self.hold().await?;
        let Some(reserve) = reserve else {
            let Some(count) = count else { return Ok(true) };
            return fits(count.execute(&mut *connection).await.map(|_| true));
        };
        let mut transaction = connection.begin().await?;
        // What is not committed is rolled back.
        if let Some(count) = count
            && !fits(count.execute(&mut *transaction).await.map(|_| true))?
        {
            return Ok(false);
        }
        for quota in &reserve.quotas {
            if !fits(reserve.take(&mut *transaction, quota, now).await)? {
                return Ok(false);
            }
        }
        transaction.commit().await?;
        Ok(true)
    }
}
