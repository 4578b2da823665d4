//! Which request holds a number, by our rows.

use std::time::Duration;

use super::{
    CounterKey, Quota, Store, StoreError,
    engine::{Change, query},
    guard::counters,
};
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
        let query = query(if taking { TAKES } else { HOLDS }).bind(&attempt.attempt_id);
        let query = query.bind(&attempt.phone_hash).bind(now);
        Ok(query.row(self).await?.map(|mut row| row.text("request_id")).transpose()?)
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
        // Whoever else wants the number waits here, and then sees who has it.
        let key = CounterKey::new(format!("taking {}", attempt.phone_hash));
        let share = self.share(key.shares(), &attempt.phone_hash);
        let turn = counters::add(&Quota { key, span: TAKING, most: i64::MAX }, 1, share, now);
        let taken = query(SQL).bind(&attempt.attempt_id).bind(&attempt.phone_hash);
        let taken = taken.bind(now).bind(request_id.as_str());
        let done = self.change(Change::new(turn).and(taken)).await?;
        Ok(done.is_some_and(|done| done.last().is_some_and(|done| done.changed == 1)))
    }
}
