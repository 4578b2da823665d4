//! What an operator wants to see of the guard.

use std::time::Duration;

use sqlx::{Row, any::AnyRow};

use crate::{
    clock::{Timestamp, millis},
    store::{Store, StoreError},
};

/// How full the running windows of one kind of counter are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fullness {
    pub(crate) span: Duration,
    /// How many there are.
    pub(crate) running: i64,
    /// How many are at four fifths of the most, or past it.
    pub(crate) near: i64,
    /// How many have no more room.
    pub(crate) full: i64,
    /// The fullest.
    pub(crate) highest: i64,
    /// How much each takes.
    pub(crate) most: i64,
}

/// A counter near its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Full {
    pub(crate) key: String,
    pub(crate) span: Duration,
    pub(crate) count: i64,
    pub(crate) most: i64,
}

/// How many sends to a country ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conversion {
    pub(crate) country: String,
    /// How many.
    pub(crate) sent: i64,
    /// How many were typed.
    pub(crate) verified: i64,
}

/// A number after too many wrong codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Closed {
    /// Masked.
    pub(crate) phone: String,
    /// When the first of the wrong codes was typed.
    pub(crate) since: Timestamp,
}

impl Store {
    /// The running windows of the counters whose keys begin with `kind`, by length.
    pub(crate) async fn fullness(&self, kind: &str, now: Timestamp) -> Result<Vec<Fullness>, StoreError> {
        const SQL: &str = "SELECT span, CAST(COUNT(*) AS BIGINT), \
                           CAST(SUM(CASE WHEN count * 5 >= most * 4 THEN 1 ELSE 0 END) AS BIGINT), \
                           CAST(SUM(CASE WHEN count >= most THEN 1 ELSE 0 END) AS BIGINT), \
                           CAST(MAX(count) AS BIGINT), CAST(MAX(most) AS BIGINT) FROM guard_counters \
                           WHERE (key = $1 OR key LIKE $1 || ' %') AND started_at + span > $2 AND count > 0 \
                           GROUP BY span ORDER BY span";
        let query = sqlx::query(SQL).bind(kind).bind(now.as_millis());
        let read = |row: AnyRow| {
            Ok(Fullness {
                span: Duration::from_millis(row.try_get::<i64, _>(0)?.unsigned_abs()),
                running: row.try_get(1)?,
                near: row.try_get(2)?,
                full: row.try_get(3)?,
                highest: row.try_get(4)?,
                most: row.try_get(5)?,
            })
        };
        Ok(query.try_map(read).fetch_all(&mut *self.hold().await?).await?)
    }

    /// The counters whose keys begin with `kind` and that are at four fifths of their most, the fullest first.
    pub(crate) async fn fullest(
        &self,
        kind: &str,
        most: i64,
        now: Timestamp,
    ) -> Result<Vec<Full>, StoreError> {
        const SQL: &str = "SELECT key, span, count, most FROM guard_counters WHERE key LIKE $1 || ' %' \
                           AND started_at + span > $2 AND count * 5 >= most * 4 \
                           ORDER BY count * 1000 / most DESC, key LIMIT $3";
        let query = sqlx::query(SQL).bind(kind).bind(now.as_millis()).bind(most);
        let read = |row: AnyRow| {
            Ok(Full {
                key: row.try_get(0)?,
                span: Duration::from_millis(row.try_get::<i64, _>(1)?.unsigned_abs()),
                count: row.try_get(2)?,
                most: row.try_get(3)?,
            })
        };
        Ok(query.try_map(read).fetch_all(&mut *self.hold().await?).await?)
    }

    /// The countries that codes were sent to, for sends that ended after `since`.
    pub(crate) async fn conversion(&self, since: Timestamp) -> Result<Vec<Conversion>, StoreError> {
        const SQL: &str = "SELECT country, CAST(COUNT(*) AS BIGINT), \
                           CAST(SUM(CASE WHEN state = 'verified' THEN 1 ELSE 0 END) AS BIGINT) FROM verifications \
                           WHERE counted = 1 AND expires_at > $1 AND outsider = 0 AND (state <> 'failed' OR request_id IS NOT NULL) \
                           GROUP BY country ORDER BY 2 DESC, country";
        let query = sqlx::query(SQL).bind(since.as_millis());
        let read = |row: AnyRow| {
            Ok(Conversion { country: row.try_get(0)?, sent: row.try_get(1)?, verified: row.try_get(2)? })
        };
        Ok(query.try_map(read).fetch_all(&mut *self.hold().await?).await?)
    }

    /// The numbers whose counters of a kind, with a window of `span`, have reached `most`.
    pub(crate) async fn closed(
        &self,
        kind: &str,
        span: Duration,
        most: i64,
    ) -> Result<Vec<Closed>, StoreError> {
        const SQL: &str = "SELECT label, started_at FROM guard_counters WHERE key LIKE $1 || ' %' AND span = $2 \
                           AND count >= $3 ORDER BY started_at";
        let query = sqlx::query(SQL).bind(kind).bind(millis(span)).bind(most);
        let read = |row: AnyRow| {
            Ok(Closed {
                phone: row.try_get::<Option<String>, _>(0)?.unwrap_or_default(),
                since: Timestamp::from_millis(row.try_get(1)?),
            })
        };
        Ok(query.try_map(read).fetch_all(&mut *self.hold().await?).await?)
    }
}
