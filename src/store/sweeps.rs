//! What is over is deleted, a little at a time.
//!
//! What this module promises:
//! * No statement takes longer the more rows there are, and none holds many of them: a table of any size is swept.
//! * What has an index by its end is found by that. Other tables are walked through from end to end, and on from where the
//!   last round has stopped, whichever instance made it.

use super::{
    Store, StoreError,
    engine::{Query, query},
};
use crate::clock::Timestamp;

/// How many rows are looked at, or deleted, by one statement. The statements have it written out.
const LOT: u64 = 5_000;
/// How many lots a round takes, so that it ends.
const LOTS: u64 = 200;

/// How a table without an index by its end is walked through: in the order of its key.
struct Walk {
    /// Under which name it is kept how far it has come.
    kept: &'static str,
    /// The last key of the lot after `$1`, and of how many.
    next: &'static str,
    /// Deletes what is over of those after `$1`, up to `$2`.
    delete: &'static str,
}

const COUNTERS: Walk = Walk {
    kept: "swept_counters",
    next: "SELECT COUNT(*) AS many, MAX(key) AS upto FROM \
           (SELECT key FROM guard_counters WHERE key > $1 ORDER BY key LIMIT 5000) AS lot",
    delete: "DELETE FROM guard_counters WHERE key > $1 AND key <= $2 AND (started_at + span <= $3 OR count <= 0)",
};

const SESSIONS: Walk = Walk {
    kept: "swept_sessions",
    next: "SELECT COUNT(*) AS many, MAX(token_hash) AS upto FROM \
           (SELECT token_hash FROM sessions WHERE token_hash > $1 ORDER BY token_hash LIMIT 5000) AS lot",
    delete: "DELETE FROM sessions WHERE token_hash > $1 AND token_hash <= $2 AND (expires_at <= $3 OR seen_at <= $4)",
};

const BROWSERS: Walk = Walk {
    kept: "swept_browsers",
    next: "SELECT COUNT(*) AS many, MAX(hash) AS upto FROM \
           (SELECT hash FROM known_browsers WHERE hash > $1 ORDER BY hash LIMIT 5000) AS lot",
    delete: "DELETE FROM known_browsers WHERE hash > $1 AND hash <= $2 AND expires_at <= $3",
};

impl Store {
    /// Deletes attempts whose codes ran out before `before`, once they are counted.
    pub(crate) async fn sweep_verifications(&self, before: Timestamp) -> Result<u64, StoreError> {
        const SQL: &str = "DELETE FROM verifications WHERE attempt_id IN (SELECT attempt_id FROM verifications \
                           WHERE counted = 1 AND expires_at < $1 ORDER BY expires_at LIMIT 5000)";
        self.in_lots(|| query(SQL).bind(before)).await
    }

    /// Deletes sessions past their end, or not seen since `idle_since`.
    pub(crate) async fn sweep_sessions(
        &self,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<u64, StoreError> {
        self.walk(&SESSIONS, &[now, idle_since]).await
    }

    /// Deletes the windows that are over.
    pub(crate) async fn sweep_counters(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.walk(&COUNTERS, &[now]).await
    }

    /// Deletes browsers that are known no longer.
    pub(crate) async fn sweep_browsers(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.walk(&BROWSERS, &[now]).await
    }

    /// Deletes what was verified on days before that one.
    pub(crate) async fn sweep_verified_days(&self, before: i64) -> Result<u64, StoreError> {
        query("DELETE FROM verified_days WHERE day < $1").bind(before).write(self).await
    }

    /// Runs a statement that deletes a lot until nothing is left for it.
    async fn in_lots(&self, statement: impl Fn() -> Query) -> Result<u64, StoreError> {
        let mut deleted = 0;
        for _ in 0..LOTS {
            let lot = statement().write(self).await?;
            deleted += lot;
            if lot < LOT {
                break;
            }
        }
        Ok(deleted)
    }

    async fn walk(&self, walk: &Walk, over_since: &[Timestamp]) -> Result<u64, StoreError> {
        let mut from = self.remembered(walk.kept).await?.unwrap_or_default();
        let mut deleted = 0;
        for _ in 0..LOTS {
            let row = query(walk.next).bind(&from).row(self).await?;
            let (many, upto) = match row {
                Some(mut row) => (row.int("many")?, row.maybe_text("upto")?),
                None => (0, None),
            };
            if let Some(upto) = &upto {
                let lot = query(walk.delete).bind(&from).bind(upto);
                deleted += over_since.iter().fold(lot, |lot, time| lot.bind(*time)).write(self).await?;
            }
            // At the end it begins anew.
            from = upto.filter(|_| many.unsigned_abs() == LOT).unwrap_or_default();
            if from.is_empty() {
                break;
            }
        }
        self.remember(walk.kept, &from).await?;
        Ok(deleted)
    }
}
