//! A right code whose visitor the app around us did not let in.

use super::{
    CounterKey, Store, StoreError,
    engine::{Change, query},
    guard::begin_anew,
};
use crate::{attempt::Attempt, clock::Timestamp};

impl Store {
    /// Holds a claimed attempt for longer; `false` if it has ended, or somebody else has taken it meanwhile.
    pub(crate) async fn hold_on(&self, attempt: &Attempt, until: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE verifications SET claimed_until = $3 \
                           WHERE attempt_id = $1 AND claimed_until = $2 AND state = 'sent'";
        let query = query(SQL).bind(&attempt.attempt_id).bind(attempt.claimed_until).bind(until);
        Ok(query.write(self).await? == 1)
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
        const SQL: &str = "UPDATE verifications SET state = 'verified', ended_at = $2, pin_hash = NULL, denied = $3, \
                           claimed_until = 0, cancel_at = NULL \
                           WHERE attempt_id = $1 AND state = 'sent' AND outsider = 0";
        let denied = query(SQL).bind(attempt_id).bind(now).bind(sentence);
        let change = Change::only_if(denied).and_all(begin_anew(wrong_codes));
        Ok(self.change(change).await?.is_some())
    }
}
