//! Which request holds a number, by our rows.

use std::time::Duration;

use sqlx::Connection;

use super::{Store, StoreError, Verification, guard::counters};
use crate::{clock::Timestamp, verify::RequestId};

/// For how long it is kept that a number was being taken.
const TAKING: Duration = Duration::from_mins(1);

impl Store {
    /// Names the request of an attempt, unless another one to its number has one that runs, as
    /// [`Verification::holds_number`] says. Of many at once one gets it.
    pub async fn take_number(
        &self,
        attempt: &Verification,
        request_id: &RequestId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE verifications SET request_id = $2 WHERE attempt_id = $1 \
                           AND NOT EXISTS (SELECT 1 FROM verifications AS other WHERE other.phone_hash = $3 \
                           AND other.attempt_id <> $1 AND other.request_id IS NOT NULL AND other.locked_until > $4 \
                           AND other.state IN ('starting', 'sent', 'resending', 'cancelled', 'expired'))";
        let mut connection = self.hold().await?;
        let mut transaction = connection.begin().await?;
        // Whoever else wants the number waits here, and then sees who has it.
        let key = format!("taking {}", attempt.phone_hash);
        counters::add(&mut *transaction, (&key, TAKING), (i64::MAX, false), 1, now).await?;
        let query = sqlx::query(SQL).bind(attempt.attempt_id.as_str()).bind(request_id.as_str());
        let query = query.bind(attempt.phone_hash.as_str()).bind(now.as_millis());
        let taken = query.execute(&mut *transaction).await?.rows_affected() == 1;
        transaction.commit().await?;
        Ok(taken)
    }
}
