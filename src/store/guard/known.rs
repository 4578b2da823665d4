//! Known browsers: which one a number has signed in with.

use crate::{
    clock::Timestamp,
    store::{
        Store, StoreError,
        engine::{Query, query},
    },
};

impl Store {
    /// Whether the number behind `hash` has signed in with the browser behind it, not too long ago.
    pub async fn is_known(&self, hash: &str, now: Timestamp) -> Result<bool, StoreError> {
        let query = query("SELECT 1 FROM known_browsers WHERE hash = $1 AND expires_at > $2");
        Ok(query.bind(hash).bind(now).row(self).await?.is_some())
    }

    /// From now on the browser behind `hash` is a stranger to its number.
    pub(crate) async fn forget_browser(&self, hash: &str) -> Result<(), StoreError> {
        let query = query("DELETE FROM known_browsers WHERE hash = $1").bind(hash);
        query.write(self).await?;
        Ok(())
    }

    /// From now on the number has signed in with no browser.
    pub(crate) async fn forget_browsers(&self, phone_hash: &str) -> Result<(), StoreError> {
        let query = query("DELETE FROM known_browsers WHERE phone_hash = $1");
        query.bind(phone_hash).write(self).await?;
        Ok(())
    }
}

/// From now on the number has signed in with the browser behind `hash`.
pub(in crate::store) fn known_from_now(hash: &str, phone_hash: &str, until: Timestamp) -> Query {
    const SQL: &str = "INSERT INTO known_browsers (hash, phone_hash, expires_at) VALUES ($1, $2, $3) \
                       ON CONFLICT (hash) DO UPDATE SET expires_at = excluded.expires_at";
    query(SQL).bind(hash).bind(phone_hash).bind(until)
}
