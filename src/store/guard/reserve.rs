//! The reserve: sends past the unverified budget.

use std::time::Duration;

use sqlx::{Any, Connection, Executor};

use super::{Counting, counters};
use crate::{
    clock::{Timestamp, millis},
    store::{Store, StoreError},
};

/// A counter that a send out of the reserve has to fit into besides the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// What is counted.
    pub key: String,
    /// How long its window is.
    pub span: Duration,
    /// How much it takes.
    pub most: i64,
}

impl Store {
    /// Counts a send out of the reserve, everywhere or nowhere. `false` if something is full, or anything is counted under
    /// `unless`: of many sends at once no more pass than fit.
    pub async fn count_reserve_send(
        &self,
        (counting, keys): (&Counting, &[String]),
        quotas: &[Quota],
        unless: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut connection = self.hold().await?;
        let mut transaction = connection.begin().await?;
        // What is not committed is rolled back.
        if !counters::fits(counters::count_send(&mut *transaction, counting, keys, now).await)? {
            return Ok(false);
        }
        for quota in quotas {
            if !counters::fits(take(&mut *transaction, quota, unless, now).await)? {
                return Ok(false);
            }
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// Makes room again under some keys: what was counted did not come to pass, or ended well.
    pub async fn give_back(&self, keys: &[String]) -> Result<(), StoreError> {
        for key in keys {
            let query =
                sqlx::query("UPDATE guard_counters SET count = count - 1 WHERE key = $1 AND count > 0");
            query.bind(key.as_str()).execute(&mut *self.hold().await?).await?;
        }
        Ok(())
    }
}

/// Counts one under a quota, unless something is counted under the key `unless`.
async fn take<'e>(
    executor: impl Executor<'e, Database = Any>,
    Quota { key, span, most }: &Quota,
    unless: &str,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    // With types: Postgres cannot tell those of a bare `SELECT $1`.
    const SQL: &str = concat!(
        "INSERT INTO guard_counters (key, span, most, strict, started_at, count) \
         SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), 1, CAST($4 AS BIGINT), 1 \
         WHERE NOT EXISTS (SELECT 1 FROM guard_counters WHERE key = $5 AND count > 0 AND started_at + span > $4)",
        counters::count_on!()
    );
    let query = sqlx::query(SQL).bind(key.as_str()).bind(millis(*span)).bind(*most);
    let query = query.bind(now.as_millis()).bind(unless);
    Ok(query.execute(executor).await?.rows_affected() == 1)
}
