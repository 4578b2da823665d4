//! Real Postgres servers, in front of which the real program loses none of what it has promised: they die under load,
//! stop without a word, and stand behind a pool.
//!
//! Time is real here: tests wait for what should come, up to a limit, and never to let the app's time pass.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod contended;
mod failing_over;
mod hanging;
mod partitioned;
mod pooled;
mod world;
