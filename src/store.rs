//! What must outlive a restart: verifications, sessions and the server key, in SQLite or Postgres.
//!
//! What this module promises:
//! * One set of SQL for both engines; whatever decides between two requests is one atomic statement, or a chain of them
//!   that is, so that many instances can share a Postgres.
//! * Numbers are found by keyed hash, tokens only by hash.
//! * No decision about a sign-in is made here: the callers say from which state to which.

pub(crate) mod address;
mod attempts;
mod chain;
mod connections;
mod delivery;
mod denied;
mod explain;
mod guard;
mod migrations;
mod numbers;
mod overdue;
mod resends;
mod sessions;
#[cfg(test)]
pub(crate) mod tests;
mod transitions;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use data_encoding::BASE64URL_NOPAD;
use secrecy::{ExposeSecret, SecretString};
use sqlx::Connection;

use address::sqlite_path;
pub use attempts::Claim;
use connections::{Connections, Held};
pub(crate) use guard::{Count, Counter, CounterKey, Counting, Fullness, Quota, Reserve, WrongCodes};
pub use guard::{Ended, Tally};
pub use resends::NewResend;
pub use sessions::{Device, Session};
pub use transitions::Success;

use crate::{clock::Timestamp, keys::Keys, phone::PhoneNumber, random::Random};

/// Why the store did not do as asked. `Display` is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Its folder is missing or not ours to write in.
    #[error("the file {0} cannot be made")]
    File(String, #[source] std::io::Error),
    /// A command found no store to work on.
    #[error("there is no file {0}")]
    NoFile(String),
    /// There is a database, but phonegate has never been in it.
    #[error("there is no phonegate store at {0}; phonegate itself makes one when it starts")]
    NoStore(String),
    /// A command that must not change the tables found those of another version.
    #[error("{0}")]
    Version(&'static str),
    /// A command cannot find numbers without it.
    #[error("the store holds no server key; give the SERVER_KEY that the server has")]
    NoKey,
    /// The address, or what it leads to, is not as it should be: waiting does not help.
    #[error("{0}")]
    Address(String),
    /// Nothing that can be used answers there now.
    #[error("{0}")]
    Away(String),
    /// The database refused, or cannot be reached.
    #[error("the store did not answer")]
    Database(#[from] sqlx::Error),
    /// A newer version has been here, or a migration failed.
    #[error("the store's tables could not be brought up to date")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

/// Cheap to clone: clones share the connections.
#[derive(Debug, Clone)]
pub struct Store {
    connections: Arc<Connections>,
    asked: Arc<AtomicU64>,
}

impl Store {
    /// Opens the store at `sqlite:FILE` or `postgres://…`, makes a missing file, and brings the tables up to date.
    pub async fn open(url: &SecretString) -> Result<Self, StoreError> {
        if let Some(path) = sqlite_path(url).filter(|path| !Path::new(path).exists()) {
            create_private_file(path)?;
        }
        let explain = |error| explain::failure(url, error);
        let connections = explain::in_time(url, Connections::open(url.expose_secret())).await?;
        let mut connection = connections.hold().await.map_err(explain)?;
        migrations::all(connections.is_sqlite())
            .run(&mut *connection)
            .await
            .map_err(|error| explain::migration(url, error))?;
        drop(connection);
        Ok(Self { connections: Arc::new(connections), asked: Arc::default() })
    }

    /// Opens a store that must be there, for a command: nothing is made, and no table is changed.
    pub(crate) async fn open_existing(url: &SecretString) -> Result<Self, StoreError> {
        if let Some(path) = sqlite_path(url).filter(|path| !Path::new(path).exists()) {
            return Err(StoreError::NoFile(path.to_owned()));
        }
        let versions = explain::in_time(url, migrations::applied(url.expose_secret())).await?;
        let versions = versions.ok_or_else(|| StoreError::NoStore(address::shown(url)))?;
        migrations::are_ours(&versions).map_err(StoreError::Version)?;
        let connections = explain::in_time(url, Connections::open(url.expose_secret())).await?;
        Ok(Self { connections: Arc::new(connections), asked: Arc::default() })
    }

    /// A connection that is this caller's alone until it is dropped.
    async fn hold(&self) -> Result<Held<'_>, sqlx::Error> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.connections.hold().await
    }

    /// How often something was read or written since the store was opened: what is to cost little can be measured.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Writes the time down: a full disk and a server that has become read-only still answer questions.
    pub(crate) async fn try_write(&self, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO meta (name, value) VALUES ('tried_at', $1) \
                           ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        sqlx::query(SQL).bind(now.as_millis().to_string()).execute(&mut *self.hold().await?).await?;
        Ok(())
    }

    /// Keeps what was learned of the provider under `name`, for all instances. What is kept already is not written again.
    pub async fn remember(&self, name: &str, value: &str) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) \
                           DO UPDATE SET value = excluded.value WHERE meta.value <> excluded.value";
        sqlx::query(SQL).bind(name).bind(value).execute(&mut *self.hold().await?).await?;
        Ok(())
    }

    /// What [`Store::remember`] keeps.
    pub async fn remembered(&self, name: &str) -> Result<Option<String>, StoreError> {
        let query = sqlx::query_scalar("SELECT value FROM meta WHERE name = $1").bind(name);
        Ok(query.fetch_optional(&mut *self.hold().await?).await?)
    }

    /// The keys under `configured`, or under a server key that the first instance makes and all others find.
    pub async fn keys(&self, configured: Option<&SecretString>, random: &Random) -> Result<Keys, StoreError> {
        if let Some(key) = configured {
            return Ok(Keys::new(key.expose_secret().as_bytes()));
        }
        let fresh = BASE64URL_NOPAD.encode(&random.bytes::<32>());
        sqlx::query("INSERT INTO meta (name, value) VALUES ('server_key', $1) ON CONFLICT (name) DO NOTHING")
            .bind(fresh)
            .execute(&mut *self.hold().await?)
            .await?;
        self.existing_keys(None).await
    }

    /// The keys under `configured`, or under the server key that the store holds; none is made.
    pub(crate) async fn existing_keys(&self, configured: Option<&SecretString>) -> Result<Keys, StoreError> {
        if let Some(key) = configured {
            return Ok(Keys::new(key.expose_secret().as_bytes()));
        }
        let key: Option<String> = sqlx::query_scalar("SELECT value FROM meta WHERE name = 'server_key'")
            .fetch_optional(&mut *self.hold().await?)
            .await?;
        key.map(|key| Keys::new(key.as_bytes())).ok_or(StoreError::NoKey)
    }

    /// Deletes all that is kept of a number, its counters too; says how many rows that was.
    ///
    /// By the number itself too: rows hashed under an earlier server key are found no other way.
    pub async fn forget(
        &self,
        phone_hash: &str,
        phone: &PhoneNumber,
        counters: &[CounterKey],
    ) -> Result<u64, StoreError> {
        let mut connection = self.hold().await?;
        let mut transaction = connection.begin().await?;
        let mut rows = 0;
        for statement in [
            "DELETE FROM sessions WHERE phone_hash = $1 OR phone = $2",
            "DELETE FROM verifications WHERE phone_hash = $1 OR phone = $2",
        ] {
            let query = sqlx::query(statement).bind(phone_hash).bind(phone.as_str());
            rows += query.execute(&mut *transaction).await?.rows_affected();
        }
        for statement in [
            "DELETE FROM known_browsers WHERE phone_hash = $1",
            "DELETE FROM guard_counters WHERE key = 'taking ' || $1",
        ] {
            rows += sqlx::query(statement).bind(phone_hash).execute(&mut *transaction).await?.rows_affected();
        }
        for key in counters {
            let query = sqlx::query("DELETE FROM guard_counters WHERE key = $1").bind(key.as_str());
            rows += query.execute(&mut *transaction).await?.rows_affected();
        }
        transaction.commit().await?;
        Ok(rows)
    }

    /// Waits for statements that run, then lets go of the database.
    pub async fn close(&self) {
        self.connections.close().await;
    }
}

/// SQLite would make the file readable to all; its log files take the file's mode over.
fn create_private_file(path: &str) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| StoreError::File(path.to_owned(), error))?;
    Ok(())
}
