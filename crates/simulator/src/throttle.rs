//! The provider's limit on requests, for those who want to meet it.

use crate::clock::Timestamp;

/// Requests in one second.
const LIMIT: u32 = 30;

#[derive(Default)]
pub(super) struct Throttle {
    second: i64,
    count: u32,
}

impl Throttle {
    /// Counts a request; whether it is within the limit of its second.
    pub(super) fn admits(&mut self, now: Timestamp) -> bool {
        let second = now.as_millis().div_euclid(1_000);
        if second != self.second {
            *self = Self { second, count: 0 };
        }
        self.count = self.count.saturating_add(1);
        self.count <= LIMIT
    }
}
