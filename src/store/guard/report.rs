//! What an operator wants to see of the guard.

use std::time::Duration;

use sqlx::{Row, any::AnyRow};

use crate::{
    clock::{Timestamp, millis},
    store::{Store, StoreError},
};

/// How full the running windows of one kind of counter are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fullness {
    /// How long the windows are.
    pub span: Duration,
    /// How many there are.
    pub running: i64,
    /// How many are at four fifths of the most, or past it.
    pub near: i64,
    /// How many have no more room.
    pub full: i64,
    /// The fullest.
    pub highest: i64,
    /// How much each takes.
    pub most: i64,
}

/// A counter near its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Full {
    /// What is counted.
    pub key: String,
    /// How long its window is.
    pub span: Duration,
    /// How much there was of it.
    pub count: i64,
    /// How much it takes.
    pub most: i64,
}

/// How many sends to a country ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// Where the codes went.
    pub country: String,
    /// How many.
    pub sent: i64,
    /// How many were typed.
    pub verified: i64,
}

/// A number after too many wrong codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// Masked.
    pub phone: String,
    /// When the first of the wrong codes was typed.
    pub since: Timestamp,
}

impl Store {
    /// The running windows of the counters whose keys begin with `kind`, by length.
    pub async fn fullness(&self, kind: &str, now: Timestamp) -> Result<Vec<Fullness>, StoreError> {
        const SQL: &str = "SELECT span, CAST(COUNT(*) AS BIGINT), \
                           CAST(SUM(CASE WHEN count * 5 >= most * 4 THEN 1 ELSE 0 END) AS BIGINT), \
                           CAST(SUM(CASE WHEN count >= most THEN 1 ELSE 0 END) AS BIGINT), \
                           CAST(MAX(count) AS BIGINT), CAST(MAX(most) AS BIGINT) FROM guard_counters \
                           WHERE (key = $1 OR key LIKE $1 || ' %') AND started_at + span > $2 AND count > 0 \
                           GROUP BY span ORDER BY span";
        let rows =
            sqlx::query(SQL).bind(kind).bind(now.as_millis()).fetch_all(&mut *self.hold().await?).await?;
        let read = |row: &AnyRow| {
            Ok(Fullness {
                span: Duration::from_millis(row.try_get::<i64, _>(0)?.unsigned_abs()),
                running: row.try_get(1)?,
                near: row.try_get(2)?,
                full: row.try_get(3)?,
                highest: row.try_get(4)?,
                most: row.try_get(5)?,
            })
        };
        Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
    }

    /// The counters whose keys begin with `kind` and that are at four fifths of their most, the fullest first.
    pub async fn fullest(&self, kind: &str, most: i64, now: Timestamp) -> Result<Vec<Full>, StoreError> {
        const SQL: &str = "SELECT key, span, count, most FROM guard_counters WHERE key LIKE $1 || ' %' \
                           AND started_at + span > $2 AND count * 5 >= most * 4 \
                           ORDER BY count * 1000 / most DESC, key LIMIT $3";
        let query = sqlx::query(SQL).bind(kind).bind(now.as_millis()).bind(most);
        let rows = query.fetch_all(&mut *self.hold().await?).await?;
        let read = |row: &AnyRow| {
            Ok(Full {
                key: row.try_get(0)?,
                span: Duration::from_millis(row.try_get::<i64, _>(1)?.unsigned_abs()),
                count: row.try_get(2)?,
                most: row.try_get(3)?,
            })
        };
        Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
    }

    /// The countries that codes were sent to, for sends that ended after `since`.
    pub async fn conversion(&self, since: Timestamp) -> Result<Vec<Conversion>, StoreError> {
        const SQL: &str = "SELECT country, CAST(COUNT(*) AS BIGINT), \
                           CAST(SUM(CASE WHEN state = 'verified' THEN 1 ELSE 0 END) AS BIGINT) FROM verifications \
                           WHERE counted = 1 AND expires_at > $1 AND outsider = 0 AND (state <> 'failed' OR request_id IS NOT NULL) \
                           GROUP BY country ORDER BY 2 DESC, country";
        let rows = sqlx::query(SQL).bind(since.as_millis()).fetch_all(&mut *self.hold().await?).await?;
        let read = |row: &AnyRow| {
            Ok(Conversion { country: row.try_get(0)?, sent: row.try_get(1)?, verified: row.try_get(2)? })
        };
        Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
    }

    /// The numbers whose counters of a kind, with a window of `span`, have reached `most`.
    pub async fn closed(&self, kind: &str, span: Duration, most: i64) -> Result<Vec<Closed>, StoreError> {
        const SQL: &str = "SELECT label, started_at FROM guard_counters WHERE key LIKE $1 || ' %' AND span = $2 \
                           AND count >= $3 ORDER BY started_at";
        let query = sqlx::query(SQL).bind(kind).bind(millis(span)).bind(most);
        let rows = query.fetch_all(&mut *self.hold().await?).await?;
        let read = |row: &AnyRow| {
            Ok(Closed {
                phone: row.try_get::<Option<String>, _>(0)?.unwrap_or_default(),
                since: Timestamp::from_millis(row.try_get(1)?),
            })
        };
        Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
    }
}
