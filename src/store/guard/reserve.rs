//! The reserve: sends past the unverified budget.

use sqlx::{Any, Executor};

use super::counters::{self, CounterKey, Quota};
use crate::clock::{Timestamp, millis};

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
            counters::count_on!()
        );
        let query = sqlx::query(SQL).bind(key.as_str()).bind(millis(*span)).bind(*most);
        let query = query.bind(now.as_millis()).bind(self.unless.as_str());
        Ok(query.execute(executor).await?.rows_affected() == 1)
    }
}
