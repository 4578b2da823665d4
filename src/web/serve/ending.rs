//! How serving ends: first the word is spread, then the door is shut, then what has begun is finished.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{Instant, sleep},
};

/// How long running requests may take to finish once no more are taken.
const GRACE: Duration = Duration::from_secs(20);

/// What all parts of the app are told when it stops. Clones tell the same.
#[derive(Debug, Clone)]
pub(crate) struct Ending {
    leaving: Arc<AtomicBool>,
    closing: watch::Sender<bool>,
    /// When all should be over, once no more is taken.
    over_at: Arc<OnceLock<Instant>>,
}

impl Ending {
    /// One that has not begun. `leaving` is set when it does.
    pub(crate) fn new(leaving: Arc<AtomicBool>) -> Self {
        Self { leaving, closing: watch::Sender::new(false), over_at: Arc::default() }
    }

    /// Whether the app has been told to stop: it is not ready for more, and each answer is the last of its connection.
    pub(crate) fn leaving(&self) -> Arc<AtomicBool> {
        self.leaving.clone()
    }

    /// Turns true when no more connections are taken.
    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }

    /// How much is left of the time for what had begun.
    pub(crate) fn left(&self) -> Duration {
        self.over_at.get().map_or(GRACE, |end| end.saturating_duration_since(Instant::now()))
    }

    /// Waits for `stop`, goes on for `drain`, shuts the door, and is over when what had begun should be finished.
    pub(crate) async fn lead(&self, mut stop: watch::Receiver<bool>, drain: Duration) {
        let _ = stop.wait_for(|stop| *stop).await;
        self.leaving.store(true, Ordering::Relaxed);
        if !drain.is_zero() {
            tracing::info!("not ready any more; goes on serving for {drain:?}");
            sleep(drain).await;
        }
        let _ = self.over_at.set(Instant::now() + GRACE);
        self.closing.send_replace(true);
        sleep(GRACE).await;
        tracing::warn!("some requests did not finish in {GRACE:?}");
    }
}
