//! Which request holds a number, by our rows.

use std::time::Duration;

use sqlx::Connection;

use super::{CounterKey, Quota, Store, StoreError, guard::counters};
use crate::{
    attempt::{Attempt, RequestId},
    clock::Timestamp,
};

/// For how long it is kept that a number was being taken.
const TAKING: Duration = Duration::from_mins(1);

/// Where the provider runs a request, and so starts no other to its number.
macro_rules! holds {
    ($more:literal) => {
        concat!(
            "phone_hash = $2 AND attempt_id <> $1 AND request_id IS NOT NULL AND locked_until > $3 \
             AND state IN ('sent', 'resending', 'cancelled', 'expired'",
            $more,
            ")"
        )
    };
}
/// One that is being written down too.
macro_rules! takes {
    () => {
        holds!(", 'starting'")
    };
}

impl Store {
    /// The request that holds an attempt's number; `taking`: or that has just taken it, and has not been answered yet.
    pub(crate) async fn number_held_by(
        &self,
        attempt: &Attempt,
        taking: bool,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        const HOLDS: &str = concat!("SELECT request_id FROM verifications WHERE ", holds!(""), " LIMIT 1");
        const TAKES: &str = concat!("SELECT request_id FROM verifications WHERE ", takes!(), " LIMIT 1");
        let query = sqlx::query_scalar(if taking { TAKES } else { HOLDS }).bind(attempt.attempt_id.as_str());
        let query = query.bind(attempt.phone_hash.as_str()).bind(now.as_millis());
        Ok(query.fetch_optional(&mut *self.hold().await?).await?)
    }

    /// Names the request of an attempt, unless another one to its number has one that runs. Of many at once one gets it.
    pub(crate) async fn take_number(
        &self,
        attempt: &Attempt,
        request_id: &RequestId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = concat!(
            "UPDATE verifications SET request_id = $4 WHERE attempt_id = $1 \
             AND NOT EXISTS (SELECT 1 FROM verifications WHERE ",
            takes!(),
            ")"
        );
        let mut connection = self.hold().await?;
        let mut transaction = connection.begin().await?;
        // Whoever else wants the number waits here, and then sees who has it.
        let key = CounterKey(format!("taking {}", attempt.phone_hash));
        let quota = Quota { key, span: TAKING, most: i64::MAX };
        counters::add(&mut *transaction, &quota, 1, now).await?;
        let query = sqlx::query(SQL).bind(attempt.attempt_id.as_str()).bind(attempt.phone_hash.as_str());
        let query = query.bind(now.as_millis()).bind(request_id.as_str());
        let taken = query.execute(&mut *transaction).await?.rows_affected() == 1;
        transaction.commit().await?;
        Ok(taken)
    }
}
