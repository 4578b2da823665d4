//! Randomness, passed in: the one place that makes tokens.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use aws_lc_rs::digest;

/// A source of random bytes. Clones share it.
#[derive(Clone)]
pub struct Random(Source);

#[derive(Clone)]
enum Source {
    System,
    /// SHA-256 over seed and counter: the same bytes on each run of a test.
    Seeded {
        seed: u64,
        counter: Arc<AtomicU64>,
    },
}

impl Random {
    /// The operating system's generator. That of the crypto provider would first gather noise for as long as all the rest of
    /// a start takes.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A repeatable sequence, for tests.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded { seed, counter: Arc::default() })
    }

    /// As many as are asked for.
    pub(crate) fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// As many as there is room for.
    pub(crate) fn fill(&self, bytes: &mut [u8]) {
        match &self.0 {
            Source::System => {
                // The generator cannot fail once the process runs; a token of zeros must never be.
                if getrandom::fill(bytes).is_err() {
                    std::process::abort();
                }
            }
            Source::Seeded { seed, counter } => {
                for chunk in bytes.chunks_mut(digest::SHA256_OUTPUT_LEN) {
                    let count = counter.fetch_add(1, Ordering::Relaxed);
                    let mut input = [0; 16];
                    input[..8].copy_from_slice(&seed.to_le_bytes());
                    input[8..].copy_from_slice(&count.to_le_bytes());
                    let digest = digest::digest(&digest::SHA256, &input);
                    chunk.copy_from_slice(&digest.as_ref()[..chunk.len()]);
                }
            }
        }
    }

    /// A number below `bound`, each equally likely.
    pub fn below(&self, bound: u64) -> u64 {
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
        f.write_str(match self.0 {
            Source::System => "Random(system)",
            Source::Seeded { .. } => "Random(seeded)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_its_sequence() {
        let (one, two) = (Random::seeded(7), Random::seeded(7));
        assert_eq!(one.bytes::<40>(), two.bytes::<40>());
        assert_ne!(one.bytes::<40>(), Random::seeded(8).bytes::<40>());
    }

    #[test]
    fn below_stays_below() {
        let random = Random::seeded(1);
        assert!((0..1_000).all(|_| random.below(10) < 10));
        assert_eq!(random.below(0), 0);
    }
}
