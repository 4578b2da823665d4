//! Sends: each is counted everywhere at once, or nowhere.

use std::sync::Arc;

use super::counters::{CounterKey, Quota, count_on, fits};
use crate::{
    clock::{Timestamp, millis},
    store::{
        Store, StoreError,
        attempts::{FIRST_PARAMETERS, insert_first},
        engine::{Change, Query, query},
    },
};

const INSERT: &str = "INSERT INTO guard_counters (key, span, most, strict, started_at, count)";

/// The statements that count a send by quotas which stay the same as long as the app runs. They know kinds of counters, and
/// ask for the key of each when they are run.
#[derive(Debug, Clone)]
pub(crate) struct Counting<K> {
    sql: Arc<str>,
    insert: Arc<str>,
    /// What the statements bind, in their order; so many of them, the first, are counted.
    keys: Vec<K>,
    counted: usize,
}

impl<K: Copy + PartialEq> Counting<K> {
    /// Rows are taken in the order of the quotas. If `strict`, a send that does not fit everywhere is counted nowhere.
    /// `watched`: what holds back an attempt that is the first of its browser, if it is full or says to wait.
    pub(crate) fn new(quotas: &[Quota<K>], watched: &[K], strict: bool) -> Self {
        let mut keys = Vec::new();
        let mut place = |key: K| {
            keys.iter().position(|other| *other == key).unwrap_or_else(|| {
                keys.push(key);
                keys.len() - 1
            })
        };
        let counts: Vec<_> = quotas.iter().map(|quota| (place(quota.key), quota)).collect();
        let watched: Vec<_> = watched.iter().map(|key| place(*key) + FIRST_PARAMETERS + 1).collect();
        // Numbers only, and none of them from a visitor.
        let row = |(place, quota): &(usize, &Quota<K>)| {
            format!("(${}, {}, {}, {}, $1, 1)", place + 2, millis(quota.span), quota.most, i64::from(strict))
        };
        let rows: Vec<_> = counts.iter().map(row).collect();
        let sql = format!("{INSERT} VALUES {}{}", rows.join(", "), count_on!());
        let counted = counts.iter().map(|(place, _)| place + 1).max().unwrap_or_default();
        Self { sql: sql.into(), insert: insert_first(&watched).into(), keys, counted }
    }

    /// One send, of which `key` tells what is counted.
    pub(crate) fn of(&self, key: impl Fn(K) -> CounterKey) -> Count<'_> {
        let keys = self.keys.iter().map(|kind| key(*kind)).collect();
        Count { sql: &self.sql, insert: &self.insert, keys, counted: self.counted }
    }
}

/// A send that is to be counted.
#[derive(Debug)]
pub struct Count<'a> {
    sql: &'a Arc<str>,
    /// Writes an attempt down, if nothing that is watched holds it back; binds all of the keys.
    pub(in crate::store) insert: &'a Arc<str>,
    pub(in crate::store) keys: Vec<CounterKey>,
    counted: usize,
}

impl Count<'_> {
    /// Counts it, if anything is counted.
    pub(in crate::store) fn statement(&self, now: Timestamp) -> Option<Query> {
        let keys = self.keys.iter().take(self.counted);
        (self.counted > 0).then(|| keys.fold(query(self.sql).bind(now), Query::bind))
    }
}

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
    fn take(&self, Quota { key, span, most }: &Quota, now: Timestamp) -> Query {
        const SQL: &str = concat!(
            "INSERT INTO guard_counters (key, span, most, strict, started_at, count) SELECT $1, $2, $3, 1, $4, 1 \
             WHERE NOT EXISTS (SELECT 1 FROM guard_counters WHERE key = $5 AND count > 0 AND started_at + span > $4)",
            count_on!()
        );
        query(SQL).bind(key).bind(millis(*span)).bind(*most).bind(now).bind(&self.unless)
    }
}

impl Store {
    /// Counts one send everywhere, or, if it does not fit, nowhere. `reserve`: what else it has to fit into.
    pub(crate) async fn count_send(
        &self,
        count: Count<'_>,
        reserve: Option<&Reserve>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        match counted(&count, reserve, now) {
            Some(change) => fits(self.change(change).await),
            None => Ok(true),
        }
    }
}

fn counted(count: &Count<'_>, reserve: Option<&Reserve>, now: Timestamp) -> Option<Change> {
    let reserve = reserve.into_iter().flat_map(|it| it.quotas.iter().map(|quota| it.take(quota, now)));
    Change::all_needed(count.statement(now).into_iter().chain(reserve))
}
