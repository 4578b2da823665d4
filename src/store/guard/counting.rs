//! Sends: each is counted everywhere at once, or nowhere.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{
    counters::{CounterKey, Quota, count_on, fits, of_keys, span},
    shares::{Share, part},
};
use crate::{
    clock::{Timestamp, millis},
    store::{
        Store, StoreError,
        attempts::{FIRST_PARAMETERS, insert_first},
        engine::{Change, Query, Row, Trouble, query},
    },
};

const INSERT: &str = "INSERT INTO guard_counters (key, span, most, strict, started_at, count, share, shares)";

/// The statements that count a send by quotas which stay the same as long as the app runs. They know kinds of counters, and
/// ask for the key of each when they are run.
#[derive(Debug, Clone)]
pub(crate) struct Counting<K> {
    sql: Arc<str>,
    insert: Arc<str>,
    /// What the statements bind, in their order; so many of them, the first, are counted.
    keys: Vec<K>,
    counted: usize,
    shared: Vec<Shared>,
}

/// A counter that is kept in shares.
#[derive(Debug, Clone)]
struct Shared {
    /// Of its key, among the keys.
    place: usize,
    span: Duration,
    most: i64,
    shares: i64,
}

impl<K: Copy + PartialEq> Counting<K> {
    /// Rows are taken in the order of the quotas. If `strict`, a send that does not fit everywhere is counted nowhere.
    /// `watched`: what holds back an attempt that is the first of its browser, if it is full or says to wait. `kept_in`: in
    /// how many shares each is kept.
    pub(crate) fn new(quotas: &[Quota<K>], watched: &[K], strict: bool, kept_in: impl Fn(K) -> i64) -> Self {
        let mut keys = Vec::new();
        let mut place = |key: K| {
            keys.iter().position(|other| *other == key).unwrap_or_else(|| {
                keys.push(key);
                keys.len() - 1
            })
        };
        let counts: Vec<_> = quotas.iter().map(|quota| (place(quota.key), quota)).collect();
        let watched: Vec<_> = watched.iter().map(|key| place(*key) + FIRST_PARAMETERS + 1).collect();
        let counted = counts.iter().map(|(place, _)| place + 1).max().unwrap_or_default();
        let mut shared = Vec::new();
        let mut rows = Vec::new();
        for (place, quota) in counts {
            let (number, span, most) = (kept_in(quota.key), millis(quota.span), quota.most);
            let share = if number > 1 {
                shared.push(Shared { place, span: quota.span, most, shares: number });
                let first = counted + 2 * shared.len();
                format!("${first}, ${}", first + 1)
            } else {
                "0, 1".to_owned()
            };
            // Numbers only, and none of them from a visitor.
            rows.push(format!("(${}, {span}, {most}, {}, $1, 1, {share})", place + 2, i64::from(strict)));
        }
        let sql = format!("{INSERT} VALUES {}{}", rows.join(", "), count_on!());
        // Shares of a limit that was another until now: whether one has room says nothing of them all.
        let changed = shared.iter().map(|Shared { place, span, most, .. }| {
            let (key, span) = (place + FIRST_PARAMETERS + 1, millis(*span));
            format!(" OR (key = ${key} AND span = {span} AND most <> {most} AND started_at + span > $7)")
        });
        let insert = insert_first(&watched, &changed.collect::<String>());
        Self { sql: sql.into(), insert: insert.into(), keys, counted, shared }
    }

    /// One send, of which `key` tells what is counted. By its `seed` it has its place in what is kept in shares.
    pub(crate) fn of(&self, seed: &str, key: impl Fn(K) -> CounterKey) -> Count<'_> {
        let keys = self.keys.iter().map(|kind| key(*kind)).collect();
        let (counted, shared) = (self.counted, &self.shared[..]);
        Count { sql: &self.sql, insert: &self.insert, keys, counted, shared, seed: seed.to_owned() }
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
    shared: &'a [Shared],
    seed: String,
}

impl Count<'_> {
    /// Counts it in these shares, if anything is counted.
    pub(in crate::store) fn statement(&self, shares: &[Share], now: Timestamp) -> Option<Query> {
        let keys = self.keys.iter().take(self.counted);
        let count = || {
            shares.iter().fold(keys.fold(query(self.sql).bind(now), Query::bind), |it, share| share.bind(it))
        };
        (self.counted > 0).then(count)
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
            "INSERT INTO guard_counters (key, span, most, strict, started_at, count, share, shares) \
             SELECT $1, $2, $3, 1, $4, 1, 0, 1 \
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
        let mut shares = self.shares(&count);
        let most = shares.iter().map(|share| share.of).sum::<i64>().max(1);
        // Each time that others were quicker a share is full: that cannot happen more often than there are shares.
        for _ in 0..=most {
            let Some(change) = counted(&count, &shares, reserve, now) else { return Ok(true) };
            if fits(self.change(change).await)? {
                return Ok(true);
            }
            match self.other_shares(&count, &shares, now).await? {
                Some(others) => shares = others,
                None => break,
            }
        }
        Ok(false)
    }

    /// For each counter of a send that is kept in shares, the one that it is counted in if there is room.
    pub(in crate::store) fn shares(&self, count: &Count<'_>) -> Vec<Share> {
        count.shared.iter().map(|shared| self.share(shared.shares, &count.seed)).collect()
    }

    /// Shares with room, if some of those that were tried have none and others have; a send that fits nowhere has none.
    async fn other_shares(
        &self,
        count: &Count<'_>,
        tried: &[Share],
        now: Timestamp,
    ) -> Result<Option<Vec<Share>>, StoreError> {
        if tried.iter().all(|share| share.of == 1) {
            return Ok(None);
        }
        let held = self.held_by_shares(count, now).await?;
        let has_room = |place: usize, share: Share| {
            let shared = &count.shared[place];
            let held = held.get(&(count.keys[shared.place].clone(), shared.span, share.number));
            held.copied().unwrap_or_default() < part(shared.most, share)
        };
        let next = |(place, tried): (usize, &Share)| {
            let mut others =
                (0..tried.of).map(|step| Share { number: (tried.number + step) % tried.of, ..*tried });
            others.find(|share| has_room(place, *share))
        };
        let found: Option<Vec<_>> = tried.iter().enumerate().map(next).collect();
        Ok(found.filter(|found| found != tried))
    }

    /// What each share of a send's counters holds now.
    async fn held_by_shares(
        &self,
        count: &Count<'_>,
        now: Timestamp,
    ) -> Result<BTreeMap<(CounterKey, Duration, i64), i64>, StoreError> {
        let keys: Vec<_> = count.shared.iter().map(|shared| &count.keys[shared.place]).collect();
        let rows =
            keys.iter().fold(query(&of_keys(keys.len())), |query, key| query.bind(*key)).rows(self).await?;
        let read = |mut row: Row| {
            let (key, span) = (CounterKey::new(row.text("key")?), span(&mut row)?);
            let over = row.time("started_at")? + span <= now;
            let held = if over { 0 } else { row.int("count")? };
            Ok(((key, span, row.int("share")?), held))
        };
        Ok(rows.into_iter().map(read).collect::<Result<_, Trouble>>()?)
    }
}

fn counted(count: &Count<'_>, shares: &[Share], reserve: Option<&Reserve>, now: Timestamp) -> Option<Change> {
    let reserve = reserve.into_iter().flat_map(|it| it.quotas.iter().map(|quota| it.take(quota, now)));
    Change::all_needed(count.statement(shares, now).into_iter().chain(reserve))
}
