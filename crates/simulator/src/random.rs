//! Randomness, passed in by whoever runs the simulator.

use std::{fmt, sync::Arc};

type Fill = dyn Fn(&mut [u8]) + Send + Sync;

/// Where codes and ids come from. Clones share the source.
#[derive(Clone)]
pub struct Random(Arc<Fill>);

impl Random {
    /// A source that fills what it is given.
    pub fn new(fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(fill))
    }

    pub(crate) fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.0)(&mut bytes);
        bytes
    }

    /// A number below `bound`, each equally likely.
    pub(crate) fn below(&self, bound: u64) -> u64 {
        let bound = bound.max(1);
        let fair = u64::MAX - u64::MAX % bound;
        loop {
            let value = u64::from_le_bytes(self.bytes());
            if value < fair {
                return value % bound;
            }
        }
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Random")
    }
}
