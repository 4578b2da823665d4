//! Whether the app can do its work: it is not about to stop, and its store takes writes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Mutex, time::timeout};

use crate::{
    causes::chain,
    clock::{Clock, Timestamp},
    seldom::OnceAMinute,
    store::Store,
};

/// A store that hangs must not hold up whoever keeps watch: Kubernetes waits for a second, Prometheus for ten.
const PATIENCE: Duration = Duration::from_millis(800);
/// How long an answer holds: however many ask, the store has one write a second to take.
const HOLDS: Duration = Duration::from_secs(1);

/// What is known of it.
#[derive(Debug, Default)]
pub(crate) struct Readiness {
    leaving: Arc<AtomicBool>,
    /// When the store was last tried, and whether it took the write.
    tried: Mutex<Option<(Timestamp, bool)>>,
    told: OnceAMinute,
}

/// Why the app wants no more visitors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotReady {
    Leaving,
    Store,
}

impl Readiness {
    /// Set when the app is told to stop.
    pub(crate) fn leaving(&self) -> Arc<AtomicBool> {
        self.leaving.clone()
    }

    /// Whether visitors should be sent here.
    pub(crate) async fn ready(&self, store: &Store, clock: &Clock) -> Result<(), NotReady> {
        if self.leaving.load(Ordering::Relaxed) {
            return Err(NotReady::Leaving);
        }
        if self.store_takes_writes(store, clock).await { Ok(()) } else { Err(NotReady::Store) }
    }

    /// Whether it does, as of the last second: a store that only answers is of no use to anyone who wants to sign in.
    pub(crate) async fn store_takes_writes(&self, store: &Store, clock: &Clock) -> bool {
        let mut tried = self.tried.lock().await;
        let now = clock.now();
        if let Some((at, taken)) = *tried
            && at <= now
            && now < at + HOLDS
        {
            return taken;
        }
        let taken = match timeout(PATIENCE, store.try_write(now)).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                self.tell_not_ready(&chain(&error));
                false
            }
            Err(_late) => {
                self.tell_not_ready(&format!("the store takes longer than {PATIENCE:?}"));
                false
            }
        };
        // From when it is known: those who waited meanwhile need not try again.
        *tried = Some((clock.now(), taken));
        taken
    }

    fn tell_not_ready(&self, why: &str) {
        if self.told.is_due() {
            tracing::error!("not ready: {why}");
        }
    }
}
