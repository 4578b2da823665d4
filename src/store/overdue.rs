//! What time has run out for: how far behind the jobs are, and attempts that nobody waits for any more.

use super::{Store, StoreError, attempts::running, engine::query};
use crate::clock::Timestamp;

/// Since when the oldest piece of each kind of work has been due; `None` if nothing is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Overdue {
    /// A cancel that the provider has not been told of.
    pub(crate) cancel: Option<Timestamp>,
    /// A move of a resend.
    pub(crate) resend: Option<Timestamp>,
    /// An attempt that has run out and is not counted.
    pub(crate) expiry: Option<Timestamp>,
}

impl Store {
    /// What is due at `now`, for all instances together.
    pub(crate) async fn overdue(&self, now: Timestamp) -> Result<Overdue, StoreError> {
        const SQL: &str = "SELECT (SELECT MIN(cancel_at) FROM verifications WHERE cancel_at <= $1) AS cancel, \
                           (SELECT MIN(move_at) FROM verifications \
                           WHERE state = 'resending' AND move_at <= $1 AND expires_at > $1) AS resend, \
                           (SELECT MIN(expires_at) FROM verifications WHERE counted = 0 AND expires_at <= $1) AS expiry";
        let Some(mut row) = query(SQL).bind(now).row(self).await? else { return Ok(Overdue::default()) };
        Ok(Overdue {
            cancel: row.maybe_time("cancel")?,
            resend: row.maybe_time("resend")?,
            expiry: row.maybe_time("expiry")?,
        })
    }

    /// Ends a browser's attempt that has run out.
    pub(crate) async fn expire(&self, browser_hash: &str, now: Timestamp) -> Result<u64, StoreError> {
        const SQL: &str = concat!(
            "UPDATE verifications SET state = 'expired', ended_at = $1, claimed_until = 0 \
             WHERE browser_hash = $2 AND expires_at <= $1 AND claimed_until <= $1 AND state IN ",
            running!()
        );
        let query = query(SQL).bind(now).bind(browser_hash);
        query.write(self).await
    }
}
