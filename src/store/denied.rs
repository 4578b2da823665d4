//! A right code whose visitor the app around us did not let in.

use std::sync::LazyLock;

use super::{
    CounterKey, Store, StoreError,
    chain::{BEFORE, Chain},
};
use crate::{attempt::Attempt, clock::Timestamp};

static DENY: LazyLock<Chain> = LazyLock::new(|| {
    Chain::new(&[
        "UPDATE verifications SET state = 'verified', ended_at = $2, pin_hash = NULL, denied = $3, claimed_until = 0, \
         cancel_at = NULL WHERE attempt_id = $1 AND state = 'sent' AND outsider = 0",
        &format!("UPDATE guard_counters SET count = 0, not_before = 0 WHERE key IN ($4, $5) AND {BEFORE}"),
    ])
});

impl Store {
    /// Holds a claimed attempt for longer; `false` if it has ended, or somebody else has taken it meanwhile.
    pub(crate) async fn hold_on(&self, attempt: &Attempt, until: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE verifications SET claimed_until = $3 \
                           WHERE attempt_id = $1 AND claimed_until = $2 AND state = 'sent'";
        let query =
            sqlx::query(SQL).bind(attempt.attempt_id.as_str()).bind(attempt.claimed_until.as_millis());
        let query = query.bind(until.as_millis());
        Ok(query.execute(&mut *self.hold().await?).await?.rows_affected() == 1)
    }

    /// The code was right, and the visitor is not let in: ends the attempt without a session, and begins the rows of wrong
    /// codes anew. `false` if the visitor cancelled meanwhile: nothing was done.
    pub(crate) async fn deny(
        &self,
        attempt_id: &str,
        sentence: &str,
        wrong_codes: &[CounterKey; 2],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let denied = self.run(&DENY, |query| {
            let query = query.bind(attempt_id).bind(now.as_millis()).bind(sentence);
            query.bind(wrong_codes[0].as_str()).bind(wrong_codes[1].as_str())
        });
        Ok(denied.await?)
    }
}
