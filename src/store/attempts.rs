//! The attempts to sign in. A change that two requests could both want tells which of them made it.

use sqlx::{Any, Executor, Row, any::AnyRow};

use super::{Count, Store, StoreError, chain::Statement, delivery, guard::fits};
use crate::{
    attempt::{Attempt, Origin, State},
    clock::Timestamp,
    phone::PhoneNumber,
};

/// The span for which one request has a row to itself.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// Rows whose claim lasts longer are not taken.
    pub now: Timestamp,
    /// How long this one lasts.
    pub until: Timestamp,
}

macro_rules! columns {
    () => {
        concat!(
            "attempt_id, request_id, phone, phone_hash, browser_hash, state, created_at, sent_at, expires_at, \
             ended_at, wrong_codes, pin_hash, claimed_until, cancel_at, country, address_hash, known, reserve, \
             return_to, outsider, denied, ",
            $crate::store::delivery::delivery_columns!()
        )
    };
}
pub(super) use columns;

macro_rules! new_columns {
    () => {
        "attempt_id, phone, phone_hash, browser_hash, channel, state, created_at, sent_at, expires_at, claimed_until, \
         country, address_hash, known, reserve, return_to, steps, first_sent_at, locked_until, outsider"
    };
}

/// With types: Postgres cannot tell those of a bare `SELECT $1`.
macro_rules! new_values {
    () => {
        "CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($14 AS TEXT), CAST($5 AS TEXT), \
         CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS BIGINT), CAST($10 AS TEXT), \
         CAST($11 AS TEXT), CAST($12 AS BIGINT), CAST($13 AS BIGINT), CAST($15 AS TEXT), CAST($16 AS TEXT), \
         CAST($17 AS BIGINT), CAST($18 AS BIGINT), CAST($19 AS BIGINT)"
    };
}

fn bind_new<'q>(query: Statement<'q>, new: &'q Attempt) -> Statement<'q> {
    query
        .bind(new.attempt_id.as_str())
        .bind(new.phone.as_str())
        .bind(new.phone_hash.as_str())
        .bind(new.browser_hash.as_str())
        .bind(new.state.as_str())
        .bind(new.created_at.as_millis())
        .bind(new.sent_at.as_millis())
        .bind(new.expires_at.as_millis())
        .bind(new.claimed_until.as_millis())
        .bind(new.origin.country.as_str())
        .bind(new.origin.address_hash.as_str())
        .bind(i64::from(new.origin.known))
        .bind(i64::from(new.origin.reserve))
        .bind(new.delivery.channel.as_str())
        .bind(new.return_to.as_deref())
        .bind(new.delivery.steps.to_string())
        .bind(new.delivery.first_sent_at.as_millis())
        .bind(new.delivery.locked_until.as_millis())
        .bind(i64::from(new.origin.outsider))
}

/// What [`Store::insert_first`] begins with; `watched`: the places of the counters among its parameters.
pub(super) fn insert_first(watched: &[usize]) -> String {
    let watched: Vec<_> = watched.iter().map(|place| format!("${place}")).collect();
    let among =
        if watched.is_empty() { "FALSE".to_owned() } else { format!("key IN ({})", watched.join(", ")) };
    format!(
        concat!(
            "INSERT INTO verifications (",
            new_columns!(),
            ") SELECT ",
            new_values!(),
            " WHERE NOT EXISTS (SELECT 1 FROM verifications WHERE browser_hash = $4 AND expires_at > $6) \
             AND NOT EXISTS (SELECT 1 FROM guard_counters WHERE {} \
             AND (not_before > $6 OR (count >= most AND started_at + span > $6))) ON CONFLICT DO NOTHING"
        ),
        among
    )
}
/// The place of the moment among its parameters, and how many there are before the counters.
pub(super) const FIRST_NOW: usize = 6;
pub(super) const FIRST_PARAMETERS: usize = 19;

/// More attempts than a visitor makes while one of them can still matter. Written out, since SQLite plans a statement
/// anew each time that its limit is a parameter.
macro_rules! recent {
    () => {
        " LIMIT 8"
    };
}

impl Store {
    /// A browser's attempts: the running one if there is one, then the others, newest first.
    pub async fn attempts_of_browser(&self, browser_hash: &str) -> Result<Vec<Attempt>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            columns!(),
            " FROM verifications WHERE browser_hash = $1 \
             ORDER BY (state IN ('starting', 'sent', 'in_doubt', 'resending')) DESC, created_at DESC",
            recent!()
        );
        let rows = sqlx::query(SQL).bind(browser_hash).fetch_all(&mut *self.hold().await?).await?;
        rows.iter().map(read).collect()
    }

    /// The attempts to a number whose codes could still be good, or which the provider may still run, as it does
    /// `request_id`; that one first, then the newest. However many were refused for one that runs, it is among them.
    pub(crate) async fn attempts_to_phone(
        &self,
        phone_hash: &str,
        request_id: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<Attempt>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            columns!(),
            " FROM verifications WHERE phone_hash = $1 AND (request_id = $3 \
             OR (state NOT IN ('verified', 'failed') AND (expires_at > $2 OR locked_until > $2))) \
             ORDER BY CASE WHEN request_id = $3 THEN 0 ELSE 1 END, created_at DESC",
            recent!()
        );
        let query = sqlx::query(SQL).bind(phone_hash).bind(now.as_millis()).bind(request_id);
        query.fetch_all(&mut *self.hold().await?).await?.iter().map(read).collect()
    }

    /// Writes a new attempt down and counts its send, if its browser has none that could matter, none of the counters that
    /// are watched says to wait or is full, and the send fits; `false` means that nothing was done: look.
    pub async fn insert_first(
        &self,
        new: &Attempt,
        Count { with_first, keys, .. }: Count<'_>,
    ) -> Result<bool, StoreError> {
        let bind = |query| keys.into_iter().fold(bind_new(query, new), |query, key| query.bind(key.0));
        fits(self.run(with_first, bind).await)
    }

    /// Writes a new attempt down; `false` if its browser has one running.
    pub async fn insert(&self, new: &Attempt) -> Result<bool, StoreError> {
        const SQL: &str = concat!(
            "INSERT INTO verifications (",
            new_columns!(),
            ") VALUES (",
            new_values!(),
            ") ON CONFLICT DO NOTHING"
        );
        Ok(bind_new(sqlx::query(SQL), new).execute(&mut *self.hold().await?).await?.rows_affected() == 1)
    }

    /// Takes a new attempt back before the provider was asked.
    pub(crate) async fn withdraw(&self, attempt_id: &str) -> Result<(), StoreError> {
        withdraw(&mut *self.hold().await?, attempt_id).await?;
        Ok(())
    }
}

/// Whether it was still there to be taken back.
pub(super) async fn withdraw<'e>(
    executor: impl Executor<'e, Database = Any>,
    attempt_id: &str,
) -> Result<bool, sqlx::Error> {
    let query = sqlx::query("DELETE FROM verifications WHERE attempt_id = $1 AND state = 'starting'");
    Ok(query.bind(attempt_id).execute(executor).await?.rows_affected() == 1)
}

/// A row of a newer version may name a state that this one does not know; to us it has ended.
pub(super) fn state(word: &str) -> State {
    State::parse(word).unwrap_or(State::Failed)
}

pub(super) fn read(row: &AnyRow) -> Result<Attempt, StoreError> {
    let time = |index: usize| row.try_get(index).map(Timestamp::from_millis);
    let maybe_time = |index: usize| {
        Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(index)?.map(Timestamp::from_millis))
    };
    Ok(Attempt {
        attempt_id: row.try_get(0)?,
        request_id: row.try_get(1)?,
        phone: PhoneNumber::from_store(row.try_get(2)?),
        phone_hash: row.try_get(3)?,
        browser_hash: row.try_get(4)?,
        state: state(row.try_get(5)?),
        created_at: time(6)?,
        sent_at: time(7)?,
        expires_at: time(8)?,
        ended_at: maybe_time(9)?,
        wrong_codes: row.try_get(10)?,
        pin_hash: row.try_get(11)?,
        claimed_until: time(12)?,
        cancel_at: maybe_time(13)?,
        origin: Origin {
            country: row.try_get(14)?,
            address_hash: row.try_get(15)?,
            known: row.try_get::<i64, _>(16)? != 0,
            reserve: row.try_get::<i64, _>(17)? != 0,
            outsider: row.try_get::<i64, _>(19)? != 0,
        },
        return_to: row.try_get(18)?,
        denied: row.try_get(20)?,
        delivery: delivery::read(row, 21)?,
    })
}
