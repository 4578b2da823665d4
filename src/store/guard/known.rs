//! Known browsers: which one a number has signed in with.

use crate::{
    clock::Timestamp,
    store::{Store, StoreError},
};

impl Store {
    /// Whether the number behind `hash` has signed in with the browser behind it, not too long ago.
    pub async fn is_known(&self, hash: &str, now: Timestamp) -> Result<bool, StoreError> {
        let query = sqlx::query("SELECT 1 FROM known_browsers WHERE hash = $1 AND expires_at > $2");
        Ok(query.bind(hash).bind(now.as_millis()).fetch_optional(&mut *self.hold().await?).await?.is_some())
    }

    /// From now on the browser behind `hash` is a stranger to its number.
    pub(crate) async fn forget_browser(&self, hash: &str) -> Result<(), StoreError> {
        let query = sqlx::query("DELETE FROM known_browsers WHERE hash = $1").bind(hash);
        query.execute(&mut *self.hold().await?).await?;
        Ok(())
    }

    /// From now on the number has signed in with no browser.
    pub(crate) async fn forget_browsers(&self, phone_hash: &str) -> Result<(), StoreError> {
        let query = sqlx::query("DELETE FROM known_browsers WHERE phone_hash = $1");
        query.bind(phone_hash).execute(&mut *self.hold().await?).await?;
        Ok(())
    }

    /// Deletes those that are known no longer.
    pub(crate) async fn sweep_browsers(&self, now: Timestamp) -> Result<u64, StoreError> {
        let query = sqlx::query("DELETE FROM known_browsers WHERE expires_at <= $1").bind(now.as_millis());
        Ok(query.execute(&mut *self.hold().await?).await?.rows_affected())
    }
}
