//! What must outlive a restart: verifications, sessions and the server key, in SQLite or Postgres.
//!
//! What this module promises:
//! * One set of SQL for both engines; whatever decides between two requests is one atomic statement, or a chain of them
//!   that is, so that many instances can share a Postgres.
//! * Numbers are found by keyed hash, tokens only by hash.
//! * No decision about a sign-in is made here: the callers say from which state to which.

pub(crate) mod address;
mod attempts;
mod delivery;
mod denied;
mod engine;
mod explain;
mod guard;
mod numbers;
mod overdue;
mod resends;
mod schema;
mod sessions;
mod sweeps;
#[cfg(test)]
pub(crate) mod tests;
mod transitions;

use std::{path::Path, sync::Arc};

use address::sqlite_path;
pub use attempts::Claim;
use data_encoding::BASE64URL_NOPAD;
pub(crate) use engine::Trouble;
use engine::{Change, Done, Engine, Open, Query, Row, query};
pub(crate) use guard::{
    Count, Counter, CounterKey, Counting, Fullness, Quota, Reserve, WrongCode, WrongCodes,
};
pub use guard::{Ended, Tally};
pub use resends::NewResend;
use secrecy::{ExposeSecret, SecretString};
pub use sessions::{Device, Session};
pub use transitions::Success;
pub(crate) use transitions::{ClaimedCheck, TryCount};

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
    #[error(transparent)]
    Database(#[from] Trouble),
}

/// Cheap to clone: clones share the connections.
#[derive(Debug, Clone)]
pub struct Store {
    engine: Arc<Engine>,
}

impl Store {
    /// Opens the store at `sqlite:FILE` or `postgres://…`, makes a missing file, and brings the tables up to date.
    pub async fn open(url: &SecretString) -> Result<Self, StoreError> {
        if let Some(path) = sqlite_path(url).filter(|path| !Path::new(path).exists()) {
            create_private_file(path)?;
        }
        let engine = explain::in_time(url, Engine::open(url, Open::Make)).await?;
        schema::bring_up_to_date(&engine).await.map_err(|error| explain::error(url, error))?;
        Ok(Self { engine: Arc::new(engine) })
    }

    /// Opens a store that must be there, for a command: nothing is made, and no table is changed.
    pub(crate) async fn open_existing(url: &SecretString) -> Result<Self, StoreError> {
        if let Some(path) = sqlite_path(url).filter(|path| !Path::new(path).exists()) {
            return Err(StoreError::NoFile(path.to_owned()));
        }
        let engine = explain::in_time(url, Engine::open(url, Open::Existing)).await?;
        match schema::found(&engine).await.map_err(|error| explain::error(url, error))? {
            schema::Found::Nothing => Err(StoreError::NoStore(address::shown(url))),
            found => schema::is_ours(found).map(|()| Self { engine: Arc::new(engine) }),
        }
    }

    /// How often something was read or written since the store was opened: what is to cost little can be measured.
    pub fn asked(&self) -> u64 {
        self.engine.trips()
    }

    async fn change(&self, change: Change) -> Result<Option<Vec<Done>>, StoreError> {
        Ok(self.engine.change(change).await?)
    }

    /// What each did; nothing, if there is no change.
    async fn change_if_any(&self, change: Option<Change>) -> Result<Vec<Done>, StoreError> {
        Ok(match change {
            Some(change) => self.change(change).await?.unwrap_or_default(),
            None => Vec::new(),
        })
    }

    /// Writes the time down: a full disk and a server that has become read-only still answer questions.
    pub(crate) async fn try_write(&self, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO meta (name, value) VALUES ('tried_at', $1) \
                           ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        query(SQL).bind(now.as_millis().to_string()).write(self).await?;
        Ok(())
    }

    /// Keeps what was learned of the provider under `name`, for all instances. What is kept already is not written again.
    pub async fn remember(&self, name: &str, value: &str) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) \
                           DO UPDATE SET value = excluded.value WHERE meta.value <> excluded.value";
        query(SQL).bind(name).bind(value).write(self).await?;
        Ok(())
    }

    /// What [`Store::remember`] keeps.
    pub async fn remembered(&self, name: &str) -> Result<Option<String>, StoreError> {
        let row = query("SELECT value FROM meta WHERE name = $1").bind(name).row(self).await?;
        Ok(row.map(|mut row| row.text("value")).transpose()?)
    }

    /// The keys under `configured`, or under a server key that the first instance makes and all others find.
    pub async fn keys(&self, configured: Option<&SecretString>, random: &Random) -> Result<Keys, StoreError> {
        const SQL: &str =
            "INSERT INTO meta (name, value) VALUES ('server_key', $1) ON CONFLICT (name) DO NOTHING";
        if let Some(key) = configured {
            return Ok(Keys::new(key.expose_secret().as_bytes()));
        }
        let fresh = BASE64URL_NOPAD.encode(&random.bytes::<32>());
        query(SQL).bind(fresh).write(self).await?;
        self.existing_keys(None).await
    }

    /// The keys under `configured`, or under the server key that the store holds; none is made.
    pub(crate) async fn existing_keys(&self, configured: Option<&SecretString>) -> Result<Keys, StoreError> {
        if let Some(key) = configured {
            return Ok(Keys::new(key.expose_secret().as_bytes()));
        }
        let key = self.remembered("server_key").await?;
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
        let by_both = [
            "DELETE FROM sessions WHERE phone_hash = $1 OR phone = $2",
            "DELETE FROM verifications WHERE phone_hash = $1 OR phone = $2",
        ];
        let by_hash = [
            "DELETE FROM known_browsers WHERE phone_hash = $1",
            "DELETE FROM guard_counters WHERE key = 'taking ' || $1",
        ];
        let by_both = by_both.map(|sql| query(sql).bind(phone_hash).bind(phone.as_str())).into_iter();
        let by_hash = by_hash.map(|sql| query(sql).bind(phone_hash));
        let counters =
            counters.iter().map(|key| query("DELETE FROM guard_counters WHERE key = $1").bind(key));
        let change = Change::all(by_both.chain(by_hash).chain(counters));
        Ok(self.change_if_any(change).await?.into_iter().map(|done| done.changed).sum())
    }

    /// Waits for statements that run, then lets go of the database.
    pub async fn close(&self) {
        self.engine.close().await;
    }
}

impl Query {
    /// The first row, of a statement that changes nothing.
    async fn row(self, store: &Store) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(store).await?.into_iter().next())
    }

    /// The rows, of a statement that changes nothing.
    async fn rows(self, store: &Store) -> Result<Vec<Row>, StoreError> {
        Ok(store.engine.read(self).await?)
    }

    /// How many rows it changed.
    async fn write(self, store: &Store) -> Result<u64, StoreError> {
        Ok(self.done(store).await?.changed)
    }

    /// The first row that it changed.
    async fn write_row(self, store: &Store) -> Result<Option<Row>, StoreError> {
        Ok(self.write_rows(store).await?.into_iter().next())
    }

    /// The rows that it changed.
    async fn write_rows(self, store: &Store) -> Result<Vec<Row>, StoreError> {
        Ok(self.done(store).await?.rows)
    }

    async fn done(self, store: &Store) -> Result<Done, StoreError> {
        let done = store.change(Change::new(self)).await?;
        Ok(done.into_iter().flatten().next().unwrap_or_default())
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
