//! How sends ended: each is counted once, as verified or not, whichever instance finds it.

use std::collections::BTreeMap;

use sqlx::{Connection, Row, any::AnyRow};

use super::counters::{self, Quota};
use crate::{
    attempt::{Origin, State},
    clock::Timestamp,
    phone::PhoneNumber,
    store::{Store, StoreError, attempts},
};

/// An attempt whose lifetime is over.
#[derive(Debug, Clone)]
pub struct Ended {
    /// What it is counted by. An outsider's messages did not really go out.
    pub(crate) origin: Origin,
    pub(crate) state: State,
    /// How many messages went out, or may have.
    pub(crate) messages: i64,
    /// The number, if the attempt's time just ran out.
    pub(crate) ran_out: Option<PhoneNumber>,
    /// When the right code was typed, if it was.
    pub(crate) verified_at: Option<Timestamp>,
}

/// What a number of ended attempts adds to the counters.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many more each counter holds. They may be more than it takes: from then on it is looked at.
    pub counters: BTreeMap<Quota, i64>,
    /// By country and day.
    pub verified: BTreeMap<(String, i64), i64>,
}

impl Store {
    /// Takes attempts, `most` at once, whose lifetime is over and that nobody has counted, ends those that still run,
    /// and counts them. Says which: no other call names one of them again.
    pub async fn end_attempts(
        &self,
        now: Timestamp,
        most: usize,
        tally: impl FnOnce(&[Ended]) -> Tally,
    ) -> Result<Vec<Ended>, StoreError> {
        // While a check is under way its outcome is waited for.
        const SQL: &str = "UPDATE verifications SET counted = 1, \
                           ended_at = CASE WHEN state IN ('starting', 'sent', 'in_doubt', 'resending') THEN $1 ELSE ended_at END, \
                           state = CASE WHEN state IN ('starting', 'sent', 'in_doubt', 'resending') THEN 'expired' ELSE state END \
                           WHERE counted = 0 AND expires_at <= $1 AND claimed_until <= $1 AND attempt_id IN \
                           (SELECT attempt_id FROM verifications WHERE counted = 0 AND expires_at <= $1 \
                           AND claimed_until <= $1 ORDER BY expires_at, attempt_id LIMIT $2) \
                           RETURNING country, address_hash, known, state, sends, ended_at, outsider, \
                           phone, expires_at, reserve";
        const VERIFIED: &str = "INSERT INTO verified_days (country, day, verified) VALUES ($1, $2, $3) \
                                ON CONFLICT (country, day) DO UPDATE SET \
                                verified = verified_days.verified + excluded.verified";
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        let mut connection = self.hold().await?;
        let mut transaction = connection.begin().await?;
        let query = sqlx::query(SQL).bind(now.as_millis()).bind(limit);
        let ended = query.try_map(|row: AnyRow| read(&row)).fetch_all(&mut *transaction).await?;
        let tally = tally(&ended);
        for (quota, count) in &tally.counters {
            counters::add(&mut *transaction, quota, *count, now).await?;
        }
        for ((country, day), count) in &tally.verified {
            let query = sqlx::query(VERIFIED).bind(country.as_str()).bind(*day).bind(*count);
            query.execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(ended)
    }

    /// The verified sends to a country by day, from `since` on.
    pub(crate) async fn verified_days(
        &self,
        country: &str,
        since: i64,
    ) -> Result<Vec<(i64, i64)>, StoreError> {
        const SQL: &str = "SELECT day, verified FROM verified_days WHERE country = $1 AND day >= $2";
        let query = sqlx::query_as(SQL).bind(country).bind(since);
        Ok(query.fetch_all(&mut *self.hold().await?).await?)
    }

    /// Deletes what was verified on days before that one.
    pub(crate) async fn sweep_verified_days(&self, before: i64) -> Result<u64, StoreError> {
        let query = sqlx::query("DELETE FROM verified_days WHERE day < $1").bind(before);
        Ok(query.execute(&mut *self.hold().await?).await?.rows_affected())
    }
}

fn read(row: &AnyRow) -> Result<Ended, sqlx::Error> {
    let state = attempts::state(row.try_get(3)?);
    let sends: i64 = row.try_get(4)?;
    let ended_at = row.try_get::<Option<i64>, _>(5)?.map(Timestamp::from_millis);
    let expires_at = Timestamp::from_millis(row.try_get(8)?);
    // One that the provider has ended before was told of then.
    let ran_out = state == State::Expired && ended_at.is_none_or(|at| at >= expires_at);
    Ok(Ended {
        ran_out: ran_out.then(|| row.try_get(7).map(PhoneNumber::from_store)).transpose()?,
        origin: Origin {
            country: row.try_get(0)?,
            address_hash: row.try_get(1)?,
            known: row.try_get::<i64, _>(2)? != 0,
            outsider: row.try_get::<i64, _>(6)? != 0,
            reserve: row.try_get::<i64, _>(9)? != 0,
        },
        state,
        // One that ended in the middle of its start may have gone out; one that was refused then has not.
        messages: if state == State::Failed { sends } else { sends.max(1) },
        verified_at: ended_at.filter(|_| state == State::Verified),
    })
}
