//! What an operator wants to see of the guard.

use std::time::Duration;

use super::{CounterKey, Quota, counters::span};
use crate::{
    clock::{Timestamp, millis},
    store::{
        Store, StoreError,
        engine::{Row, Trouble, query},
    },
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
    pub(crate) highest: i64,
    pub(crate) most: i64,
}

impl Store {
    /// The running windows of the counters whose keys begin with `kind`, by length.
    pub(crate) async fn fullness(&self, kind: &str, now: Timestamp) -> Result<Vec<Fullness>, StoreError> {
        const SQL: &str = "SELECT span, CAST(COUNT(*) AS BIGINT) AS running, \
                           CAST(SUM(CASE WHEN held * 5 >= most * 4 THEN 1 ELSE 0 END) AS BIGINT) AS near, \
                           CAST(SUM(CASE WHEN held >= most THEN 1 ELSE 0 END) AS BIGINT) AS full_up, \
                           CAST(MAX(held) AS BIGINT) AS highest, CAST(MAX(most) AS BIGINT) AS most FROM \
                           (SELECT key, span, CAST(SUM(count) AS BIGINT) AS held, MAX(most) AS most FROM guard_counters \
                           WHERE (key = $1 OR key LIKE $1 || ' %') AND started_at + span > $2 AND count > 0 \
                           GROUP BY key, span) AS counters GROUP BY span ORDER BY span";
        let query = query(SQL).bind(kind).bind(now);
        let read = |mut row: Row| {
            Ok(Fullness {
                span: span(&mut row)?,
                running: row.int("running")?,
                near: row.int("near")?,
                full: row.int("full_up")?,
                highest: row.int("highest")?,
                most: row.int("most")?,
            })
        };
        Ok(query.rows(self).await?.into_iter().map(read).collect::<Result<_, Trouble>>()?)
    }

    /// The counters whose keys begin with `kind` and that are at four fifths of their most, the fullest first.
    pub(crate) async fn fullest(
        &self,
        kind: &str,
        most: i64,
        now: Timestamp,
    ) -> Result<Vec<(Quota, i64)>, StoreError> {
        const SQL: &str = "SELECT key, span, most, count FROM guard_counters WHERE key LIKE $1 || ' %' \
                           AND started_at + span > $2 AND count * 5 >= most * 4 \
                           ORDER BY count * 1000 / most DESC, key LIMIT $3";
        let query = query(SQL).bind(kind).bind(now).bind(most);
        let read = |mut row: Row| {
            let key = CounterKey::new(row.text("key")?);
            Ok((Quota { key, span: span(&mut row)?, most: row.int("most")? }, row.int("count")?))
        };
        Ok(query.rows(self).await?.into_iter().map(read).collect::<Result<_, Trouble>>()?)
    }

    /// The countries that codes were sent to, for sends that ended after `since`: how many, and how many were typed.
    pub(crate) async fn conversion(&self, since: Timestamp) -> Result<Vec<(String, i64, i64)>, StoreError> {
        const SQL: &str = "SELECT country, CAST(COUNT(*) AS BIGINT) AS sent, \
                           CAST(SUM(CASE WHEN state = 'verified' THEN 1 ELSE 0 END) AS BIGINT) AS verified FROM verifications \
                           WHERE counted = 1 AND expires_at > $1 AND outsider = 0 AND (state <> 'failed' OR request_id IS NOT NULL) \
                           GROUP BY country ORDER BY 2 DESC, country";
        let rows = query(SQL).bind(since).rows(self).await?.into_iter();
        let read = |mut row: Row| Ok((row.text("country")?, row.int("sent")?, row.int("verified")?));
        Ok(rows.map(read).collect::<Result<_, Trouble>>()?)
    }

    /// The numbers, masked, whose counters of a kind, with a window of `span`, have reached `most`, and since when.
    pub(crate) async fn closed(
        &self,
        kind: &str,
        span: Duration,
        most: i64,
    ) -> Result<Vec<(String, Timestamp)>, StoreError> {
        const SQL: &str = "SELECT label, started_at FROM guard_counters WHERE key LIKE $1 || ' %' AND span = $2 \
                           AND count >= $3 ORDER BY started_at";
        let query = query(SQL).bind(kind).bind(millis(span)).bind(most);
        let read = |mut row: Row| Ok((row.maybe_text("label")?.unwrap_or_default(), row.time("started_at")?));
        Ok(query.rows(self).await?.into_iter().map(read).collect::<Result<_, Trouble>>()?)
    }
}
