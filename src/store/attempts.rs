//! The attempts to sign in. A change that two requests could both want tells which of them made it.

use super::{
    Count, Store, StoreError, delivery,
    engine::{Change, Query, Row, Trouble, query},
    guard::{fits, shares::part_of_row},
};
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
             outsider, return_to, denied, ",
            $crate::store::delivery::delivery_columns!()
        )
    };
}
pub(super) use columns;

/// The states in which an attempt runs.
macro_rules! running {
    () => {
        "('starting', 'sent', 'in_doubt', 'resending')"
    };
}
pub(super) use running;

/// Whether no attempt of a browser runs besides the one that is named.
macro_rules! no_other_runs {
    ($browser_hash:literal, $attempt_id:literal) => {
        concat!(
            "NOT EXISTS (SELECT 1 FROM verifications AS other WHERE other.browser_hash = ",
            $browser_hash,
            " AND other.attempt_id <> ",
            $attempt_id,
            " AND other.state IN ",
            $crate::store::attempts::running!(),
            ")"
        )
    };
}
pub(super) use no_other_runs;

macro_rules! new_columns {
    () => {
        "attempt_id, phone, phone_hash, browser_hash, channel, state, created_at, sent_at, expires_at, claimed_until, \
         country, address_hash, known, reserve, return_to, steps, first_sent_at, locked_until, outsider"
    };
}

/// In the order in which [`bind_new`] binds them.
macro_rules! new_values {
    () => {
        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19"
    };
}

fn bind_new(query: Query, new: &Attempt) -> Query {
    query
        .bind(&new.attempt_id)
        .bind(new.phone.as_str())
        .bind(&new.phone_hash)
        .bind(&new.browser_hash)
        .bind(new.delivery.channel.as_str())
        .bind(new.state.as_str())
        .bind(new.created_at)
        .bind(new.sent_at)
        .bind(new.expires_at)
        .bind(new.claimed_until)
        .bind(&new.origin.country)
        .bind(&new.origin.address_hash)
        .bind(new.origin.known)
        .bind(new.origin.reserve)
        .bind(new.return_to.as_deref())
        .bind(new.delivery.steps.to_string())
        .bind(new.delivery.first_sent_at)
        .bind(new.delivery.locked_until)
        .bind(new.origin.outsider)
}

/// What [`Store::insert_first`] begins with; `watched`: the places of the counters among its parameters; `or`: what else
/// such a counter may be for it to be looked at.
pub(super) fn insert_first(watched: &[usize], or: &str) -> String {
    const BEGIN: &str = concat!(
        "INSERT INTO verifications (",
        new_columns!(),
        ") SELECT ",
        new_values!(),
        " WHERE NOT EXISTS (SELECT 1 FROM verifications WHERE browser_hash = $4 AND (expires_at > $7 OR state IN ",
        running!(),
        "))"
    );
    // One by one: to SQLite a list is a table that is made for it.
    let looks = watched.iter().map(|place| {
        format!(
            concat!(
                " AND NOT EXISTS (SELECT 1 FROM guard_counters WHERE key = ${place} \
                 AND (not_before > $7 OR (count >= ",
                part_of_row!(),
                " AND started_at + span > $7){or}))"
            ),
            place = place,
            or = or
        )
    });
    format!("{BEGIN}{} ON CONFLICT DO NOTHING", looks.collect::<String>())
}
/// How many parameters it has before the counters.
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
            " FROM verifications WHERE browser_hash = $1 ORDER BY (state IN ",
            running!(),
            ") DESC, created_at DESC",
            recent!()
        );
        let rows = query(SQL).bind(browser_hash).rows(self).await?;
        read_all(rows)
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
        let query = query(SQL).bind(phone_hash).bind(now).bind(request_id);
        read_all(query.rows(self).await?)
    }

    /// Writes a new attempt down and counts its send, if its browser has none that could matter, none of the counters that
    /// are watched says to wait or is full, and the send fits; `false` means that nothing was done: look.
    pub async fn insert_first(&self, new: &Attempt, count: Count<'_>) -> Result<bool, StoreError> {
        let insert = count.keys.iter().fold(bind_new(query(count.insert), new), Query::bind);
        let change = Change::only_if(insert);
        let change = match count.statement(&self.shares(&count), new.created_at) {
            Some(count) => change.and(count),
            None => change,
        };
        fits(self.change(change).await)
    }

    /// Writes a new attempt down; `false` if its browser has one running.
    pub async fn insert(&self, new: &Attempt) -> Result<bool, StoreError> {
        const SQL: &str = concat!(
            "INSERT INTO verifications (",
            new_columns!(),
            ") SELECT ",
            new_values!(),
            " WHERE ",
            no_other_runs!("$4", "$1"),
            " ON CONFLICT DO NOTHING"
        );
        Ok(bind_new(query(SQL), new).write(self).await? == 1)
    }

    /// Takes a new attempt back before the provider was asked.
    pub(crate) async fn withdraw(&self, attempt_id: &str) -> Result<(), StoreError> {
        withdrawn(attempt_id).write(self).await?;
        Ok(())
    }
}

/// Changes nothing where the provider may have been asked.
pub(super) fn withdrawn(attempt_id: &str) -> Query {
    query("DELETE FROM verifications WHERE attempt_id = $1 AND state = 'starting'").bind(attempt_id)
}

/// A row of a newer version may name a state that this one does not know; to us it has ended.
pub(super) fn state(word: &str) -> State {
    State::parse(word).unwrap_or(State::Failed)
}

pub(super) fn read_all(rows: Vec<Row>) -> Result<Vec<Attempt>, StoreError> {
    Ok(rows.into_iter().map(read).collect::<Result<_, _>>()?)
}

pub(super) fn read(mut row: Row) -> Result<Attempt, Trouble> {
    let row = &mut row;
    Ok(Attempt {
        attempt_id: row.text("attempt_id")?,
        request_id: row.maybe_text("request_id")?,
        phone: PhoneNumber::from_store(row.text("phone")?),
        phone_hash: row.text("phone_hash")?,
        browser_hash: row.text("browser_hash")?,
        state: state(&row.text("state")?),
        created_at: row.time("created_at")?,
        sent_at: row.time("sent_at")?,
        expires_at: row.time("expires_at")?,
        ended_at: row.maybe_time("ended_at")?,
        wrong_codes: row.int("wrong_codes")?,
        pin_hash: row.maybe_text("pin_hash")?,
        claimed_until: row.time("claimed_until")?,
        cancel_at: row.maybe_time("cancel_at")?,
        origin: Origin {
            country: row.text("country")?,
            address_hash: row.text("address_hash")?,
            known: row.flag("known")?,
            reserve: row.flag("reserve")?,
            outsider: row.flag("outsider")?,
        },
        return_to: row.maybe_text("return_to")?,
        denied: row.maybe_text("denied")?,
        delivery: delivery::read(row)?,
    })
}
