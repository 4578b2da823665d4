//! How sends ended: each is counted once, as verified or not, whichever instance finds it.

use std::collections::BTreeMap;

use super::counters::{self, Quota};
use crate::{
    attempt::{Origin, State},
    clock::Timestamp,
    phone::PhoneNumber,
    store::{
        Store, StoreError,
        attempts::{self, running},
        engine::{Change, Query, Row, Trouble, query},
    },
};

/// In how many rows the verified sends to a country are counted. Only jobs count there, many at once.
const DAY_SHARES: i64 = 4;

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
        tally: impl Fn(&[Ended]) -> Tally + Send + Sync + 'static,
    ) -> Result<Vec<Ended>, StoreError> {
        // While a check is under way its outcome is waited for.
        const SQL: &str = concat!(
            "UPDATE verifications SET counted = 1, ended_at = CASE WHEN state IN ",
            running!(),
            " THEN $1 ELSE ended_at END, state = CASE WHEN state IN ",
            running!(),
            " THEN 'expired' ELSE state END \
             WHERE counted = 0 AND expires_at <= $1 AND claimed_until <= $1 AND attempt_id IN \
             (SELECT attempt_id FROM verifications WHERE counted = 0 AND expires_at <= $1 \
             AND claimed_until <= $1 ORDER BY expires_at, attempt_id LIMIT $2) \
             RETURNING country, address_hash, known, reserve, outsider, state, sends, ended_at, phone, expires_at"
        );
        const VERIFIED: &str = "INSERT INTO verified_days (country, day, verified, share) VALUES ($1, $2, $3, $4) \
                                ON CONFLICT (country, day, share) DO UPDATE SET \
                                verified = verified_days.verified + excluded.verified";
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        let store = self.clone();
        let follow = move |rows: Vec<Row>| {
            let Tally { counters, verified } = tally(&read_all(rows)?);
            // Whoever comes at another time has another share.
            let share = |of| store.share(of, &now.as_millis().to_string());
            let count =
                |(quota, count): (&Quota, &i64)| counters::add(quota, *count, share(quota.key.shares()), now);
            // What others count in too is held as short as can be.
            let (shared, own): (Vec<_>, Vec<_>) =
                counters.iter().partition(|(quota, _)| quota.key.shares() > 1);
            let counters = own.into_iter().chain(shared).map(count);
            let verified = verified.iter().map(|((country, day), count)| {
                let query = query(VERIFIED).bind(country).bind(*day).bind(*count);
                query.bind(share(DAY_SHARES).number)
            });
            Ok(counters.chain(verified).collect::<Vec<Query>>())
        };
        let change = Change::new(query(SQL).bind(now).bind(limit)).then(follow);
        let done = self.change(change).await?.unwrap_or_default();
        Ok(done.into_iter().next().map(|done| read_all(done.rows)).transpose()?.unwrap_or_default())
    }

    /// The verified sends to a country by day, from `since` on.
    pub(crate) async fn verified_days(
        &self,
        country: &str,
        since: i64,
    ) -> Result<Vec<(i64, i64)>, StoreError> {
        const SQL: &str = "SELECT day, CAST(SUM(verified) AS BIGINT) AS verified FROM verified_days \
                           WHERE country = $1 AND day >= $2 GROUP BY day";
        let rows = query(SQL).bind(country).bind(since).rows(self).await?.into_iter();
        Ok(rows.map(|mut row| Ok((row.int("day")?, row.int("verified")?))).collect::<Result<_, Trouble>>()?)
    }
}

fn read_all(rows: Vec<Row>) -> Result<Vec<Ended>, Trouble> {
    rows.into_iter().map(read).collect()
}

fn read(mut row: Row) -> Result<Ended, Trouble> {
    let origin = Origin {
        country: row.text("country")?,
        address_hash: row.text("address_hash")?,
        known: row.flag("known")?,
        reserve: row.flag("reserve")?,
        outsider: row.flag("outsider")?,
    };
    let (state, sends) = (attempts::state(&row.text("state")?), row.int("sends")?);
    let (ended_at, phone, expires_at) =
        (row.maybe_time("ended_at")?, row.text("phone")?, row.time("expires_at")?);
    // One that the provider has ended before was told of then.
    let ran_out = state == State::Expired && ended_at.is_none_or(|at| at >= expires_at);
    Ok(Ended {
        ran_out: ran_out.then(|| PhoneNumber::from_store(phone)),
        origin,
        state,
        // One that ended in the middle of its start may have gone out; one that was refused then has not.
        messages: if state == State::Failed { sends } else { sends.max(1) },
        verified_at: ended_at.filter(|_| state == State::Verified),
    })
}
