//! What must outlive a restart: verifications, sessions and the server key, in SQLite or Postgres.
//!
//! What this module promises:
//! * One set of SQL for both engines; every statement that decides between two requests is one atomic statement, so
//!   that many instances can share a Postgres.
//! * Numbers are found by keyed hash, tokens only by hash.
//! * No decision about a sign-in is made here: the callers say from which state to which.

mod migrations;
mod sessions;
#[cfg(test)]
mod tests;
mod verifications;

use std::{path::Path, time::Duration};

use data_encoding::BASE64URL_NOPAD;
use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    AnyPool, ConnectOptions, Executor,
    any::{AnyConnectOptions, AnyPoolOptions},
};

pub use sessions::SessionRow;
pub use verifications::{Claim, State, Verification};

use crate::{keys::Keys, random::Random};

/// Why the store did not do as asked. `Display` is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the store's file {0} cannot be made")]
    File(String, #[source] std::io::Error),
    #[error("the store did not answer")]
    Database(#[from] sqlx::Error),
    #[error("the store's tables could not be brought up to date")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

/// How many connections a Postgres gets from one instance.
const POSTGRES_CONNECTIONS: u32 = 8;
/// How long a request waits for a connection or a lock before the visitor is told to try again.
const PATIENCE: Duration = Duration::from_secs(5);

/// Cheap to clone: clones share the pool.
#[derive(Debug, Clone)]
pub struct Store {
    pool: AnyPool,
}

impl Store {
    /// Opens the store at `sqlite:FILE` or `postgres://…`, makes a missing file, and brings the tables up to date.
    pub async fn open(url: &SecretString) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let url = url.expose_secret();
        let sqlite = url.starts_with("sqlite:");
        if sqlite {
            create_private_file(url)?;
        }
        let options: AnyConnectOptions = url.parse()?;
        // A statement's text is of no use in a log, and writing it would cost more than the statement.
        let options = options.disable_statement_logging();
        let pool = AnyPoolOptions::new().acquire_timeout(PATIENCE);
        // SQLite writes one at a time: more connections only wait for each other's locks.
        let pool = if sqlite {
            pool.max_connections(1).idle_timeout(None).max_lifetime(None).after_connect(|connection, _| {
                Box::pin(async move {
                    connection.execute(SQLITE_SET_UP).await?;
                    Ok(())
                })
            })
        } else {
            pool.max_connections(POSTGRES_CONNECTIONS).after_connect(|connection, _| {
                Box::pin(async move {
                    connection.execute("SET lock_timeout = '5s'; SET statement_timeout = '10s'").await?;
                    Ok(())
                })
            })
        };
        // A pooled connection is known to be good or fails at its first statement; asking each time costs a trip.
        let pool = pool.test_before_acquire(!sqlite).connect_with(options).await?;
        migrations::all().run(&pool).await?;
        Ok(Self { pool })
    }

    /// Whether the store answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// The keys under `configured`, or under a server key that the first instance makes and all others find.
    pub async fn keys(&self, configured: Option<&SecretString>, random: &Random) -> Result<Keys, StoreError> {
        if let Some(key) = configured {
            return Ok(Keys::new(key.expose_secret().as_bytes()));
        }
        let fresh = BASE64URL_NOPAD.encode(&random.bytes::<32>());
        sqlx::query("INSERT INTO meta (name, value) VALUES ('server_key', $1) ON CONFLICT (name) DO NOTHING")
            .bind(fresh)
            .execute(&self.pool)
            .await?;
        let key: String = sqlx::query_scalar("SELECT value FROM meta WHERE name = 'server_key'")
            .fetch_one(&self.pool)
            .await?;
        Ok(Keys::new(key.as_bytes()))
    }

    /// Deletes all that is kept of a number; says how many rows that was.
    pub async fn forget(&self, phone_hash: &str) -> Result<u64, StoreError> {
        let mut transaction = self.pool.begin().await?;
        let mut rows = 0;
        for statement in
            ["DELETE FROM sessions WHERE phone_hash = $1", "DELETE FROM verifications WHERE phone_hash = $1"]
        {
            rows += sqlx::query(statement).bind(phone_hash).execute(&mut *transaction).await?.rows_affected();
        }
        transaction.commit().await?;
        Ok(rows)
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Writes wait for each other instead of failing; a commit survives a crash of the process.
const SQLITE_SET_UP: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000; \
                             PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON";

/// SQLite would make the file readable to all; its log files take the file's mode over.
fn create_private_file(url: &str) -> Result<(), StoreError> {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    let path = path.split('?').next().unwrap_or_default();
    if path == ":memory:" || Path::new(path).exists() {
        return Ok(());
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| StoreError::File(path.to_owned(), error))?;
    Ok(())
}
