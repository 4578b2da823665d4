//! What everything that remembers or waits rests on.

use crate::{clock::Clock, keys::Keys, metrics::Metrics, random::Random, store::Store};

/// Store, time, randomness, keys and counters. Clones share everything.
#[derive(Debug, Clone)]
pub struct Core {
    /// What outlives a restart.
    pub store: Store,
    /// What time it is.
    pub(crate) clock: Clock,
    /// Where tokens come from.
    pub random: Random,
    /// The keyed hashes.
    pub keys: Keys,
    /// What is counted for the operator.
    pub(crate) metrics: Metrics,
}
