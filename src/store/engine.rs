//! The two engines, and the one way in which both are asked.
//!
//! What this module promises:
//! * What was answered is committed: on disk, or with whatever a Postgres calls so.
//! * Nothing is half done, whoever stops waiting. Each answer comes within [`PATIENCE`], or an error does.
//! * What may have been done is never done again; what surely was not, since others were in the way, is tried again.

mod change;
mod postgres;
mod query;
mod sqlite;
mod trouble;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use secrecy::SecretString;

pub(super) use change::{Change, Done};
use postgres::Postgres;
pub(super) use query::{Query, Row, Value, query};
use sqlite::Sqlite;
pub(crate) use trouble::Trouble;
pub(super) use trouble::{Kind, Refusal};

use super::address::{self, sqlite_path};
use crate::seldom::OnceAMinute;

/// How long an answer may take before the visitor is told to try again. Where tests run everything is slower.
pub(super) const PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 30 } else { 4 });

/// Whether a store that is not there is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    /// A file that is missing is made.
    Make,
    /// Nothing is made.
    Existing,
}

#[derive(Debug)]
pub(super) struct Engine {
    database: Database,
    /// How often a database was asked and waited for.
    trips: AtomicU64,
    told: OnceAMinute,
}

#[derive(Debug)]
enum Database {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Engine {
    /// Connects to `sqlite:FILE` or `postgres://…`.
    pub(super) async fn open(url: &SecretString, how: Open) -> Result<Self, Trouble> {
        let database = if address::is_sqlite(url) {
            Database::Sqlite(Sqlite::open(sqlite_path(url), how).await?)
        } else {
            Database::Postgres(Postgres::open(url).await?)
        };
        Ok(Self { database, trips: AtomicU64::new(0), told: OnceAMinute::new() })
    }

    pub(super) fn is_sqlite(&self) -> bool {
        matches!(self.database, Database::Sqlite(_))
    }

    pub(super) fn trips(&self) -> u64 {
        self.trips.load(Ordering::Relaxed)
    }

    /// The rows that a statement gives that changes nothing.
    pub(super) async fn read(&self, query: Query) -> Result<Vec<Row>, Trouble> {
        self.trips.fetch_add(1, Ordering::Relaxed);
        let read = match &self.database {
            Database::Sqlite(sqlite) => sqlite.read(query).await,
            Database::Postgres(postgres) => Box::pin(postgres.read(query)).await,
        };
        read.inspect_err(|trouble| self.tell(trouble))
    }

    /// What each statement did; `None` if one that is needed changed nothing, and so nothing was done.
    pub(super) async fn change(&self, change: Change) -> Result<Option<Vec<Done>>, Trouble> {
        let (done, trips) = match &self.database {
            Database::Sqlite(sqlite) => (sqlite.change(change).await, 1),
            Database::Postgres(postgres) => postgres.change(change).await,
        };
        self.trips.fetch_add(trips, Ordering::Relaxed);
        done.inspect_err(|trouble| self.tell(trouble))
    }

    /// Once a minute: each visitor who is turned away for it has a line too.
    fn tell(&self, trouble: &Trouble) {
        if !matches!(trouble.kind(), Kind::Check | Kind::Closed) && self.told.is_due() {
            tracing::error!("the store fails: {trouble}");
        }
    }

    /// Statements of the schema, which are committed together.
    pub(super) async fn script(&self, sql: String) -> Result<(), Trouble> {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.script(sql).await,
            Database::Postgres(postgres) => postgres.script(&sql).await,
        }
    }

    /// Waits for what is under way, then lets go of the database.
    pub(super) async fn close(&self) {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.close().await,
            Database::Postgres(postgres) => postgres.close(),
        }
    }
}
