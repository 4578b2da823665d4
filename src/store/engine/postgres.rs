//! Postgres: a pool of connections to one of several hosts.
//!
//! What this module promises:
//! * A fail-over is followed: whoever takes writes is looked for again as soon as a connection breaks or takes none.
//! * Statements have no names and sessions no settings, so that a pooler may give each transaction another session.
//! * Statements that do not wait for each other's outcome travel together.
//! * A statement that is given up is stopped at the server, and its connection is not used again. While a server hangs,
//!   each answer is waited for in vain only once for long.

mod address;
mod hosts;
mod lease;
mod tls;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use deadpool::managed::{Pool, PoolError};
use secrecy::SecretString;
use tokio::time::{Instant, sleep, timeout_at};

use super::{
    Change, Done, PATIENCE, Query, Row, Trouble,
    change::Step,
    trouble::{Kind, Refusal},
};
use hosts::Hosts;
use lease::Lease;

/// How many connections a server gets from one instance.
const CONNECTIONS: usize = 8;
/// How long an answer may take once none came in time, until one does: a page may ask several times.
const PATIENCE_WHILE_IT_HANGS: Duration = Duration::from_secs(1);
/// Between two tries of what others were in the way of, times the number of tries, up to so many.
const TRY_AFTER: Duration = Duration::from_millis(2);
const MOST_TRIES_AFTER: u32 = 5;

#[derive(Debug, Clone)]
pub(super) struct Postgres {
    pool: Pool<Hosts>,
    health: Arc<Health>,
}

#[derive(Debug, Default)]
struct Health {
    /// How many answers came in time.
    answers: AtomicU64,
    /// None came while the last one was waited for in vain.
    hangs: AtomicBool,
}

/// By when an answer is waited for.
#[derive(Clone, Copy)]
struct Until {
    at: Instant,
    patience: Duration,
}

/// What came of a transaction, and how often it was waited for.
type Outcome = (Result<Option<Vec<Done>>, Trouble>, u64);

impl Postgres {
    pub(super) async fn open(url: &SecretString) -> Result<Self, Trouble> {
        let hosts = Hosts::new(address::read(url)?)?;
        // A pool would only tell that it gave up.
        let first = Box::pin(hosts.connect()).await?;
        drop(first);
        let pool = Pool::builder(hosts).max_size(CONNECTIONS).build();
        let pool = pool.map_err(|error| Trouble::new(Kind::Other, error.to_string()))?;
        Ok(Self { pool, health: Arc::default() })
    }

    pub(super) async fn read(&self, query: Query) -> Result<Vec<Row>, Trouble> {
        let until = self.until();
        let mut tries = 0;
        loop {
            tries += 1;
            let read = self.in_time(until, async {
                let mut lease = self.lease().await?;
                lease.run(&query).await
            });
            match read.await {
                // What is only read can be asked again: each connection may be one from before a fail-over.
                Err(trouble) if tries <= CONNECTIONS && is_worth_another_try(trouble.kind()) => {}
                read => return read.map(|done| done.rows),
            }
        }
    }

    pub(super) async fn change(&self, change: Change) -> Outcome {
        // Whoever asked may stop waiting: a transaction goes on to its end.
        let this = self.clone();
        let task = tokio::spawn(async move { Box::pin(this.until_nobody_is_in_the_way(&change)).await });
        task.await.unwrap_or_else(|_| (Err(Trouble::closed()), 0))
    }

    async fn until_nobody_is_in_the_way(&self, change: &Change) -> Outcome {
        let until = self.until();
        let (mut trips, mut times) = (0, 0);
        // Kept for all tries: whoever was in the way would else be joined by those who come meanwhile.
        let mut lease = match self.in_time(until, self.lease()).await {
            Ok(lease) => lease,
            Err(trouble) => return (Err(trouble), trips),
        };
        loop {
            let done = self.in_time(until, Self::transact(&mut lease, change, &mut trips)).await;
            times = MOST_TRIES_AFTER.min(times + 1);
            match done {
                Err(trouble)
                    if trouble.kind() == Kind::Again && Instant::now() + TRY_AFTER * times < until.at =>
                {
                    sleep(TRY_AFTER * times).await;
                }
                done => return (done, trips),
            }
        }
    }

    async fn transact(
        lease: &mut Lease,
        change: &Change,
        trips: &mut u64,
    ) -> Result<Option<Vec<Done>>, Trouble> {
        if let Some(step @ (Step::Run(query) | Step::Needed(query))) = change.single() {
            *trips += 1;
            let done = lease.run(query).await?;
            return Ok(if step.undoes(&done) { None } else { Some(vec![done]) });
        }
        lease.transaction(&change.steps, trips).await
    }

    /// Statements of the schema, of which there may be many in one text.
    pub(super) async fn script(&self, sql: &str) -> Result<(), Trouble> {
        let patience = PATIENCE * 2;
        let until = Until { at: Instant::now() + patience, patience };
        self.in_time(until, async { self.lease().await?.script(sql).await }).await
    }

    async fn lease(&self) -> Result<Lease, Trouble> {
        match self.pool.get().await {
            Ok(connection) => Ok(Lease::new(connection)),
            Err(PoolError::Backend(trouble)) => Err(trouble),
            Err(_) => Err(Trouble::closed()),
        }
    }

    pub(super) fn close(&self) {
        self.pool.close();
    }

    fn until(&self) -> Until {
        let hangs = self.health.hangs.load(Ordering::Relaxed);
        let patience = if hangs { PATIENCE_WHILE_IT_HANGS } else { PATIENCE };
        Until { at: Instant::now() + patience, patience }
    }

    async fn in_time<T>(
        &self,
        until: Until,
        work: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        let Health { answers, hangs } = &*self.health;
        let before = answers.load(Ordering::Relaxed);
        let answer = timeout_at(until.at, work).await;
        if answer.is_ok() {
            answers.fetch_add(1, Ordering::Relaxed);
            hangs.store(false, Ordering::Relaxed);
        } else if answers.load(Ordering::Relaxed) == before {
            hangs.store(true, Ordering::Relaxed);
        }
        answer.unwrap_or_else(|_| Err(Trouble::late(until.patience)))
    }
}

/// The server has let go of the connection, or others were in the way.
fn is_worth_another_try(kind: Kind) -> bool {
    matches!(kind, Kind::Away | Kind::Again | Kind::Refused(Refusal::Busy))
}
