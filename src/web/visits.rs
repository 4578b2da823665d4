//! Visits that cannot be written down: nobody is turned away for it.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{causes::chain, clock::Timestamp, seldom::OnceAMinute, store::StoreError};

/// After a failure visits are not written down for so long: who is signed in should not wait for a store that fails.
const PAUSE: Duration = Duration::from_secs(10);

/// When writing one down has last failed.
#[derive(Debug, Default)]
pub(crate) struct Visits {
    failed_at: Mutex<Option<Timestamp>>,
    told: OnceAMinute,
}

impl Visits {
    /// Whether it is worth a try.
    pub(crate) fn can_be_noted(&self, now: Timestamp) -> bool {
        let failed_at = *self.failed_at.lock().unwrap_or_else(PoisonError::into_inner);
        failed_at.is_none_or(|at| now < at || now >= at + PAUSE)
    }

    /// One could not be written down.
    pub(crate) fn failed(&self, error: &StoreError, now: Timestamp) {
        *self.failed_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        if self.told.is_due() {
            tracing::error!(
                "visits are not written down, so that sessions may end as unused: {}",
                chain(error)
            );
        }
    }
}
