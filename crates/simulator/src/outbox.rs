//! Callbacks that wait for their time.

use std::{collections::BTreeMap, time::Duration};

use serde_json::Value;

use crate::clock::Timestamp;

/// How often a callback is tried.
const ATTEMPTS: u32 = 5;
/// How long after the first failure it is tried again; doubles each time.
const PAUSE: Duration = Duration::from_secs(2);
/// How many may wait; the oldest go first.
const WAITING: usize = 10_000;

pub(super) struct Callback {
    pub(super) body: Value,
    failures: u32,
}

/// Callbacks that wait for their time.
#[derive(Default)]
pub(super) struct Outbox {
    waiting: BTreeMap<(Timestamp, u64), Callback>,
    count: u64,
}

impl Outbox {
    pub(super) fn put(&mut self, body: Value, due: Timestamp) {
        self.insert(Callback { body, failures: 0 }, due);
    }

    fn insert(&mut self, callback: Callback, due: Timestamp) {
        self.waiting.insert((due, self.count), callback);
        self.count += 1;
        if self.waiting.len() > WAITING {
            self.waiting.pop_first();
        }
    }

    pub(super) fn has_due(&self, now: Timestamp) -> bool {
        self.waiting.keys().next().is_some_and(|(due, _)| *due <= now)
    }

    pub(super) fn take_due(&mut self, now: Timestamp) -> Option<Callback> {
        let next = self.waiting.first_entry().filter(|entry| entry.key().0 <= now)?;
        Some(next.remove())
    }

    /// Queues one again, for later, that was not taken, unless it has had all its attempts.
    pub(super) fn retry(&mut self, mut callback: Callback, now: Timestamp) {
        callback.failures += 1;
        if callback.failures < ATTEMPTS {
            let pause = PAUSE * 2_u32.pow(callback.failures - 1);
            self.insert(callback, now + pause);
        } else {
            tracing::warn!("a callback of the simulator was given up after {ATTEMPTS} attempts");
        }
    }
}
