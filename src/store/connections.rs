//! The way to the database: one connection to a SQLite file, a pool to a Postgres.
//!
//! What this module promises:
//! * A connection is one request's alone for as long as it is held. Who waits is served in turn, and not for ever.
//! * The connection to a file stays open and is not looked at between two statements: a pool does so each time, and
//!   that costs as much as the statement. A connection that broke is replaced within a second.

use std::{
    ops::{Deref, DerefMut},
    time::{Duration, Instant},
};

use sqlx::{
    AnyConnection, AnyPool, ConnectOptions, Connection, Error, Executor,
    any::{AnyConnectOptions, AnyPoolOptions, AnyRow},
    pool::PoolConnection,
};
use tokio::{
    sync::{MappedMutexGuard, Mutex, MutexGuard},
    time::timeout,
};

use super::chain::Statement;

/// How many connections a Postgres gets from one instance.
const POSTGRES_CONNECTIONS: u32 = 8;
/// How long a request waits for a connection or a lock before the visitor is told to try again.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often the connection to a file is tried.
const TRY_AFTER: Duration = Duration::from_secs(1);

/// Writes wait for each other instead of failing; a commit survives a crash of the process. Pages are carried over to the
/// file in larger lots than by default: many are written again and again, at the price of a log of some 16 MB.
const SQLITE_SET_UP: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000; \
                             PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON";
const POSTGRES_SET_UP: &str = "SET lock_timeout = '5s'; SET statement_timeout = '10s'";

#[derive(Debug)]
pub(super) enum Connections {
    /// SQLite writes one at a time: more connections only wait for each other's locks.
    One(One),
    Pool(AnyPool),
}

#[derive(Debug)]
pub(super) struct One {
    options: AnyConnectOptions,
    /// None once the store is closed.
    open: Mutex<Option<Open>>,
}

#[derive(Debug)]
pub(super) struct Open {
    connection: AnyConnection,
    tried_at: Instant,
    /// A transaction may be open that nobody will end.
    torn: bool,
}

/// A connection for as long as it is held.
pub(super) enum Held<'a> {
    One(MappedMutexGuard<'a, Open>),
    Pooled(PoolConnection<sqlx::Any>),
}

impl Connections {
    /// Connects to `sqlite:FILE` or `postgres://…`.
    pub(super) async fn open(url: &str) -> Result<Self, Error> {
        sqlx::any::install_default_drivers();
        let options: AnyConnectOptions = url.parse()?;
        // A statement's text is of no use in a log, and writing it would cost more than the statement.
        let options = options.disable_statement_logging();
        if url.starts_with("sqlite:") {
            let open = Mutex::new(Some(Open::new(&options).await?));
            return Ok(Self::One(One { options, open }));
        }
        // A pool would try again and again, and in the end only tell that it gave up.
        options.connect().await?.close().await?;
        let pool = AnyPoolOptions::new().acquire_timeout(PATIENCE).max_connections(POSTGRES_CONNECTIONS);
        let pool = pool.after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(POSTGRES_SET_UP).await?;
                Ok(())
            })
        });
        Ok(Self::Pool(pool.connect_with(options).await?))
    }

    pub(super) fn is_sqlite(&self) -> bool {
        matches!(self, Self::One(_))
    }

    /// Waits for a connection.
    pub(super) async fn hold(&self) -> Result<Held<'_>, Error> {
        match self {
            Self::One(one) => one.hold().await.map(Held::One),
            Self::Pool(pool) => pool.acquire().await.map(Held::Pooled),
        }
    }

    /// Waits for statements that run, then lets go of the database.
    pub(super) async fn close(&self) {
        match self {
            Self::One(one) => {
                if let Some(Open { connection, .. }) = one.open.lock().await.take()
                    && let Err(error) = connection.close().await
                {
                    tracing::warn!("the store's file was not closed in order: {error}");
                }
            }
            Self::Pool(pool) => pool.close().await,
        }
    }
}

impl One {
    async fn hold(&self) -> Result<MappedMutexGuard<'_, Open>, Error> {
        let open = match self.open.try_lock() {
            Ok(open) => open,
            Err(_) => timeout(PATIENCE, self.open.lock()).await.map_err(|_| Error::PoolTimedOut)?,
        };
        let mut open = MutexGuard::try_map(open, Option::as_mut).map_err(|_| Error::PoolClosed)?;
        if open.torn {
            open.mend().await;
        }
        if open.tried_at.elapsed() >= TRY_AFTER {
            match open.connection.ping().await {
                Ok(()) => open.tried_at = Instant::now(),
                Err(error) => {
                    tracing::warn!("the connection to the store's file broke and is made anew: {error}");
                    *open = Open::new(&self.options).await?;
                }
            }
        }
        Ok(open)
    }
}

impl Open {
    async fn new(options: &AnyConnectOptions) -> Result<Self, Error> {
        let mut connection = options.connect().await?;
        connection.execute(SQLITE_SET_UP).await?;
        Ok(Self { connection, tried_at: Instant::now(), torn: false })
    }

    /// Takes back what was not committed.
    async fn mend(&mut self) {
        // Fails where there is nothing to take back.
        let _ = self.connection.execute("ROLLBACK").await;
        self.torn = false;
    }
}

impl Held<'_> {
    /// Runs statements that may be a transaction to their end, and takes back what was begun if one fails. If the caller
    /// does not wait for the end, whoever is next takes it back.
    pub(super) async fn fetch_whole(&mut self, query: Statement<'_>) -> Result<Vec<AnyRow>, Error> {
        let open = match self {
            Self::One(open) => open,
            Self::Pooled(connection) => return query.fetch_all(&mut **connection).await,
        };
        open.torn = true;
        let rows = query.fetch_all(&mut open.connection).await;
        match &rows {
            Ok(_) => open.torn = false,
            Err(_) => open.mend().await,
        }
        rows
    }
}

impl Deref for Held<'_> {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        match self {
            Self::One(open) => &open.connection,
            Self::Pooled(connection) => connection,
        }
    }
}

impl DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        match self {
            Self::One(open) => &mut open.connection,
            Self::Pooled(connection) => connection,
        }
    }
}
