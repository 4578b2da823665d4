//! The attempts to sign in. A change that two requests could both want tells which of
//! them made it.

use sqlx::{Any, Executor, Row, any::AnyRow};

use super::{Count, Delivery, Store, StoreError, chain::Statement, guard::fits};
use crate::{clock::Timestamp, phone::PhoneNumber, words::words};

words! {
    /// Where an attempt stands; its word is that of the store and the metrics.
    pub State {
        /// Written down; the provider's answer is not.
        Starting => "starting",
        /// A code is on its way.
        Sent => "sent",
        /// The provider's answer was lost: a message may have gone out.
        InDoubt => "in_doubt",
        /// Another message was asked for and is not sent yet.
        Resending => "resending",
        /// The right code was typed.
        Verified => "verified",
        /// Too many wrong codes, or refused at the start.
        Failed => "failed",
        /// The code ran out.
        Expired => "expired",
        /// The visitor cancelled.
        Cancelled => "cancelled",
    }
}

impl State {
    /// A row of a newer version may name a state that this one does not know; to us it has ended.
    pub(super) fn read(word: &str) -> Self {
        Self::parse(word).unwrap_or(Self::Failed)
    }
}

/// One attempt to sign in.
#[derive(Debug, Clone)]
pub struct Verification {
    /// Our name for it.
    pub attempt_id: String,
    /// The provider's name for it; unknown until its answer came.
    pub request_id: Option<String>,
    /// Where the code goes.
    pub phone: PhoneNumber,
    /// How the store finds that number.
    pub phone_hash: String,
    /// Whose attempt it is.
    pub browser_hash: String,
    /// Where it stands.
    pub state: State,
    /// When it began, or was taken up again.
    pub created_at: Timestamp,
    /// When the provider was last asked to send.
    pub sent_at: Timestamp,
    /// Until when its code is good.
    pub expires_at: Timestamp,
    /// When it came to its end.
    pub ended_at: Option<Timestamp>,
    /// How many were typed.
    pub wrong_codes: i64,
    /// Keyed hash of the last code that was checked.
    pub pin_hash: Option<String>,
    /// Until then one request has the row to itself.
    pub claimed_until: Timestamp,
    /// When the provider is to be told that the visitor cancelled.
    pub cancel_at: Option<Timestamp>,
    /// What the guard counts it by.
    pub origin: Origin,
    /// Where the visitor goes once signed in.
    pub return_to: Option<String>,
    /// The code was right, and the app around us did not let the visitor in: its sentence, empty where it failed.
    pub denied: Option<String>,
    /// How its messages travel.
    pub delivery: Delivery,
}

/// Where a code goes and who asked for it, as the guard counts it.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The two letters of a country, or `+` and the prefix of a number that belongs to none.
    pub country: String,
    /// How the counters know the network that asked.
    pub address_hash: String,
    /// Asked for by a browser that this number has signed in with before.
    pub known: bool,
    /// Let through out of the reserve of a budget that was used up.
    pub reserve: bool,
    /// Outside of `ALLOWED_NUMBERS`: nothing is sent, and no code is right.
    pub outsider: bool,
}

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

fn bind_new<'q>(query: Statement<'q>, new: &'q Verification) -> Statement<'q> {
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
    pub async fn attempts_of_browser(&self, browser_hash: &str) -> Result<Vec<Verification>, StoreError> {
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
    pub async fn attempts_to_phone(
        &self,
        phone_hash: &str,
        request_id: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<Verification>, StoreError> {
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
        new: &Verification,
        Count { with_first, keys, .. }: Count<'_>,
    ) -> Result<bool, StoreError> {
        let bind = |query| keys.into_iter().fold(bind_new(query, new), |query, key| query.bind(key.0));
        fits(self.run(with_first, bind).await)
    }

    /// Writes a new attempt down; `false` if its browser has one running.
    pub async fn insert(&self, new: &Verification) -> Result<bool, StoreError> {
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
    pub async fn withdraw(&self, attempt_id: &str) -> Result<(), StoreError> {
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

pub(super) fn read(row: &AnyRow) -> Result<Verification, StoreError> {
    let time = |index: usize| row.try_get(index).map(Timestamp::from_millis);
    let maybe_time = |index: usize| {
        Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(index)?.map(Timestamp::from_millis))
    };
    Ok(Verification {
        attempt_id: row.try_get(0)?,
        request_id: row.try_get(1)?,
        phone: PhoneNumber::from_store(row.try_get(2)?),
        phone_hash: row.try_get(3)?,
        browser_hash: row.try_get(4)?,
        state: State::read(row.try_get(5)?),
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
        delivery: Delivery::read(row, 21)?,
    })
}
