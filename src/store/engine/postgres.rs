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
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use deadpool::managed::{Pool, PoolError};
use secrecy::SecretString;
use tokio::time::{Instant, sleep, timeout_at};

use super::{Change, Done, PATIENCE, Query, Row, Trouble, change::Step, trouble::Kind};
use hosts::Hosts;
use lease::Lease;

/// How many connections a server gets from one instance.
const CONNECTIONS: usize = 8;
/// How long an answer may take after one that came too late, until one comes in time: a page may ask several times.
const PATIENCE_WHILE_IT_HANGS: Duration = Duration::from_secs(1);
/// Between two tries of what others were in the way of, times the number of tries.
const TRY_AFTER: Duration = Duration::from_millis(5);

#[derive(Debug, Clone)]
pub(super) struct Postgres {
    pool: Pool<Hosts>,
    hangs: Arc<AtomicBool>,
}

/// What came of a transaction, and how often it was waited for.
type Outcome = (Result<Option<Vec<Done>>, Trouble>, u64);

impl Postgres {
    pub(super) async fn open(url: &SecretString) -> Result<Self, Trouble> {
        let hosts = Hosts::new(address::read(url)?)?;
        // A pool would only tell that it gave up.
        let first = hosts.connect().await?;
        drop(first);
        let pool = Pool::builder(hosts).max_size(CONNECTIONS).build();
        let pool = pool.map_err(|error| Trouble::new(Kind::Other, error.to_string()))?;
        Ok(Self { pool, hangs: Arc::default() })
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
                // What is only read can be asked again: the connection was one from before a fail-over.
                Err(trouble) if tries < 3 && matches!(trouble.kind(), Kind::Away | Kind::Again) => {}
                read => return read.map(|done| done.rows),
            }
        }
    }

    pub(super) async fn change(&self, change: Change) -> Outcome {
        // Whoever asked may stop waiting: a transaction goes on to its end.
        let this = self.clone();
        let task = tokio::spawn(async move { this.until_nobody_is_in_the_way(&change).await });
        task.await.unwrap_or_else(|_| (Err(Trouble::closed()), 0))
    }

    async fn until_nobody_is_in_the_way(&self, change: &Change) -> Outcome {
        let until = self.until();
        let (mut trips, mut tries) = (0, 0);
        loop {
            let done = self.in_time(until, self.transact(change, &mut trips)).await;
            tries += 1;
            match done {
                Err(trouble) if trouble.kind() == Kind::Again && Instant::now() < until => {
                    sleep(TRY_AFTER * tries).await;
                }
                done => return (done, trips),
            }
        }
    }

    async fn transact(&self, change: &Change, trips: &mut u64) -> Result<Option<Vec<Done>>, Trouble> {
        let mut lease = self.lease().await?;
        if let Some(step @ (Step::Run(query) | Step::Needed(query))) = change.single() {
            *trips += 1;
            let done = lease.run(query).await?;
            return Ok(if step.undoes(&done) { None } else { Some(vec![done]) });
        }
        lease.transaction(&change.steps, trips).await
    }

    /// Statements of the schema, of which there may be many in one text.
    pub(super) async fn script(&self, sql: &str) -> Result<(), Trouble> {
        self.in_time(Instant::now() + PATIENCE * 2, async { self.lease().await?.script(sql).await }).await
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

    fn until(&self) -> Instant {
        let hangs = self.hangs.load(Ordering::Relaxed);
        Instant::now() + if hangs { PATIENCE_WHILE_IT_HANGS } else { PATIENCE }
    }

    async fn in_time<T>(
        &self,
        until: Instant,
        work: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        let begun = Instant::now();
        let answer = timeout_at(until, work).await;
        self.hangs.store(answer.is_err(), Ordering::Relaxed);
        answer.unwrap_or_else(|_| Err(Trouble::late(until.duration_since(begun))))
    }
}
