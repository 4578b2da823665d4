//! Counters: how much of what in which span of time.

use std::{
    cmp::Ordering,
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::shares::Share;
use crate::{
    clock::{Timestamp, millis},
    store::{
        Store, StoreError,
        engine::{Change, Done, Kind, Query, Row, Trouble, Value, query},
    },
};

/// What is counted, and of whom, in the guard's words: `number HASH`, `total`.
#[derive(Debug, Clone, Default)]
pub struct CounterKey {
    words: String,
    /// The same for the same words; unknown where it was read.
    shares: i64,
}

impl CounterKey {
    /// Its words, of which the guard knows the meaning.
    pub(crate) fn new(words: impl Into<String>) -> Self {
        Self { words: words.into(), shares: 1 }
    }

    /// The same, of which so much is counted that it is kept in so many shares.
    pub(crate) fn in_shares(self, shares: i64) -> Self {
        Self { shares, ..self }
    }

    /// The words.
    pub(crate) fn as_str(&self) -> &str {
        &self.words
    }

    /// In how many shares it is kept.
    pub(in crate::store) fn shares(&self) -> i64 {
        self.shares
    }
}

impl PartialEq for CounterKey {
    fn eq(&self, other: &Self) -> bool {
        self.words == other.words
    }
}

impl Eq for CounterKey {}

impl PartialOrd for CounterKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for CounterKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.words.cmp(&other.words)
    }
}

impl From<&CounterKey> for Value {
    fn from(key: &CounterKey) -> Self {
        Self::from(key.as_str())
    }
}

/// One window of what is counted under a key. What is kept in shares has several: they are to be added up.
#[derive(Debug, Clone)]
pub struct Counter {
    /// What is counted.
    pub key: CounterKey,
    pub(crate) span: Duration,
    pub(crate) started_at: Timestamp,
    /// How much there was of it since the window began.
    pub count: i64,
    /// The wait after wrong codes.
    pub(crate) not_before: Timestamp,
}

impl Counter {
    /// What it holds now: nothing once its window is over.
    pub(crate) fn held(&self, now: Timestamp) -> i64 {
        if now < self.started_at + self.span { self.count } else { 0 }
    }

    /// How long its window still runs, at most as long as it is.
    pub(crate) fn ends_in(&self, now: Timestamp) -> Duration {
        (self.started_at + self.span).since(now).min(self.span)
    }
}

/// How much a counter takes in a window.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quota<K = CounterKey> {
    /// What is counted.
    pub(crate) key: K,
    /// How long the window is.
    pub(crate) span: Duration,
    /// How much it takes.
    pub(crate) most: i64,
}

/// Counts on while the window runs and starts a new one after its end. A window that begins in the future, since the
/// clock was set back, begins now.
macro_rules! count_on {
    () => {
        " ON CONFLICT (key, span, share) DO UPDATE SET most = excluded.most, strict = excluded.strict, \
         shares = excluded.shares, \
         count = CASE WHEN guard_counters.started_at + guard_counters.span <= excluded.started_at \
         THEN excluded.count ELSE guard_counters.count + excluded.count END, \
         started_at = CASE WHEN guard_counters.started_at + guard_counters.span <= excluded.started_at \
         OR guard_counters.started_at > excluded.started_at \
         THEN excluded.started_at ELSE guard_counters.started_at END"
    };
}
pub(super) use count_on;

impl Store {
    /// The counters of some keys; no counter means that nothing was counted.
    pub async fn counters(&self, keys: &[CounterKey]) -> Result<Vec<Counter>, StoreError> {
        let read = |mut row: Row| {
            Ok(Counter {
                key: CounterKey::new(row.text("key")?),
                span: span(&mut row)?,
                started_at: row.time("started_at")?,
                count: row.int("count")?,
                not_before: row.time("not_before")?,
            })
        };
        let query = keys.iter().fold(query(&of_keys(keys.len())), Query::bind);
        Ok(query.rows(self).await?.into_iter().map(read).collect::<Result<_, Trouble>>()?)
    }

    /// After the clock was set back: windows that begin in the future begin now, and no wait is longer than `longest`.
    pub(crate) async fn rewind(
        &self,
        counters: &[Counter],
        now: Timestamp,
        longest: Duration,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE guard_counters SET \
                           started_at = CASE WHEN started_at > $2 THEN $2 ELSE started_at END, \
                           not_before = CASE WHEN not_before > $3 THEN $3 ELSE not_before END \
                           WHERE key = $1 AND (started_at > $2 OR not_before > $3)";
        let latest = now + longest;
        let ahead = counters.iter().filter(|it| it.started_at > now || it.not_before > latest);
        let change = Change::all(ahead.map(|counter| query(SQL).bind(&counter.key).bind(now).bind(latest)));
        self.change_if_any(change).await?;
        Ok(())
    }

    /// Makes room again under some keys: what was counted did not come to pass, or ended well.
    pub(crate) async fn give_back(&self, keys: &[CounterKey]) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE guard_counters SET count = count - 1 WHERE key = $1 AND count > 0";
        self.change_if_any(Change::all(keys.iter().map(|key| query(SQL).bind(key)))).await?;
        Ok(())
    }
}

/// Reads the counters of so many keys. Made once for each number, so that the engine knows it again.
pub(super) fn of_keys(number: usize) -> Arc<str> {
    static MADE: Mutex<BTreeMap<usize, Arc<str>>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let sql = made.entry(number).or_insert_with(|| {
        let places: Vec<_> = (1..=number).map(|place| format!("${place}")).collect();
        let among = if places.is_empty() { "NULL".to_owned() } else { places.join(", ") };
        format!(
            "SELECT key, span, started_at, count, not_before, share FROM guard_counters WHERE key IN ({among})"
        )
        .into()
    });
    Arc::clone(sql)
}

/// Counts `count` more in a share, whether or not it fits; gives the `count` with them.
pub(in crate::store) fn add(
    Quota { key, span, most }: &Quota,
    count: i64,
    share: Share,
    now: Timestamp,
) -> Query {
    const SQL: &str = concat!(
        "INSERT INTO guard_counters (key, span, most, strict, started_at, count, share, shares) \
         VALUES ($1, $2, $3, 0, $4, $5, $6, $7)",
        count_on!(),
        " RETURNING count"
    );
    share.bind(query(SQL).bind(key).bind(millis(*span)).bind(*most).bind(now).bind(count))
}

/// Rows of wrong codes that are over.
pub(in crate::store) fn begin_anew(keys: &[CounterKey; 2]) -> [Query; 2] {
    const SQL: &str = "UPDATE guard_counters SET count = 0, not_before = 0 WHERE key = $1 \
                       AND (count <> 0 OR not_before <> 0)";
    keys.each_ref().map(|key| query(SQL).bind(key))
}

pub(super) fn span(row: &mut Row) -> Result<Duration, Trouble> {
    Ok(Duration::from_millis(row.int("span")?.unsigned_abs()))
}

/// Whether the counters took it: a limit that is reached is no failure of the store.
pub(in crate::store) fn fits(counted: Result<Option<Vec<Done>>, StoreError>) -> Result<bool, StoreError> {
    match counted {
        Ok(done) => Ok(done.is_some()),
        Err(StoreError::Database(trouble)) if trouble.kind() == Kind::Check => Ok(false),
        Err(error) => Err(error),
    }
}
