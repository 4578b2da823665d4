//! Requests of one process that want the same row: they wait for each other here, and not at the store.
//!
//! What this module promises:
//! * Whose turn it is looks at the store, and the others do not. Turns come in the order of the requests.
//! * A turn ends with whoever has it, however that ends. Nothing is kept of a row that nobody wants.
//! * Where the store fails whose turn it is, those who wait for theirs need not find it out one after the other.
//! * Whoever waits for a row that something else of this process has is woken when that lets go of it.
//! * Other instances do not know of it: between them the store decides, which is looked at again every so often.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use tokio::{
    sync::{Mutex as Lock, Notify, OwnedMutexGuard},
    time::{Instant, timeout_at},
};

use super::SignInError;

/// How long a request waits, for its turn and for what another instance does.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often whose turn it is looks again while another instance has the row.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// The queues of this process. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Queues(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    queues: HashMap<String, Weak<Queue>>,
    /// By browser: those who look again once one of its rows was let go of.
    pauses: HashMap<String, Weak<Notify>>,
}

/// When the store last failed whose turn it was.
type Queue = Lock<Option<Instant>>;

/// Leave to look at the store. Dropped in the order of its fields.
pub(super) struct Turn {
    failed: OwnedMutexGuard<Option<Instant>>,
    place: Place,
}

/// A place in a queue, before and during its turn.
struct Place {
    queues: Queues,
    key: String,
    browser: String,
    queue: Arc<Queue>,
    since: Instant,
}

impl Queues {
    /// Waits for the turn among all who name the same row of a browser.
    pub(super) async fn turn(&self, browser_hash: &str, row: &str) -> Result<Turn, SignInError> {
        let place = self.enter(browser_hash, row);
        let lock = timeout_at(place.until(), Arc::clone(&place.queue).lock_owned()).await;
        let failed = lock.map_err(|_| SignInError::Stuck)?;
        if failed.is_some_and(|at| at >= place.since) {
            return Err(SignInError::Stuck);
        }
        Ok(Turn { failed, place })
    }

    /// Tells those who wait for a row of a browser that it was let go of.
    pub(super) fn let_go(&self, browser_hash: &str) {
        if let Some(pause) = self.lock().pauses.get(browser_hash).and_then(Weak::upgrade) {
            pause.notify_waiters();
        }
    }

    fn enter(&self, browser_hash: &str, row: &str) -> Place {
        let key = format!("{browser_hash} {row}");
        let mut waiting = self.lock();
        let queue = waiting.queues.get(&key).and_then(Weak::upgrade).unwrap_or_default();
        waiting.queues.insert(key.clone(), Arc::downgrade(&queue));
        let browser = browser_hash.to_owned();
        Place { queues: self.clone(), key, browser, queue, since: Instant::now() }
    }

    fn pause_of(&self, browser_hash: &str) -> Arc<Notify> {
        let mut waiting = self.lock();
        let pause = waiting.pauses.get(browser_hash).and_then(Weak::upgrade).unwrap_or_default();
        waiting.pauses.insert(browser_hash.to_owned(), Arc::downgrade(&pause));
        pause
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    fn until(&self) -> Instant {
        self.since + PATIENCE
    }
}

impl Turn {
    /// Ends it with what came of it.
    pub(super) fn end<T>(mut self, outcome: Result<T, SignInError>) -> Result<T, SignInError> {
        if matches!(outcome, Err(SignInError::Store(_))) {
            *self.failed = Some(Instant::now());
        }
        outcome
    }

    /// Waits until it is worth another look at the store.
    pub(super) async fn pause(&self) -> Result<(), SignInError> {
        let next = Instant::now() + LOOK_AGAIN;
        if next > self.place.until() {
            return Err(SignInError::Stuck);
        }
        let pause = self.place.queues.pause_of(&self.place.browser);
        // Woken or not: it is looked at again.
        let _ = timeout_at(next, pause.notified()).await;
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = self.queues.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Given up while the map is held, so that of two who leave at once the second finds it empty.
        drop(std::mem::take(&mut self.queue));
        if waiting.queues.get(&self.key).is_some_and(|queue| queue.strong_count() == 0) {
            waiting.queues.remove(&self.key);
        }
        match waiting.pauses.get(&self.browser).map(Weak::upgrade) {
            Some(Some(pause)) => pause.notify_waiters(),
            Some(None) => _ = waiting.pauses.remove(&self.browser),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreError;

    #[tokio::test(start_paused = true)]
    async fn turns_come_one_by_one_in_order_and_leave_nothing_behind() {
        let queues = Queues::default();
        let first = queues.turn("a", "b").await.unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut others = Vec::new();
        for number in 0..5 {
            let (queues, order) = (queues.clone(), order.clone());
            others.push(tokio::spawn(async move {
                let _turn = queues.turn("a", "b").await.unwrap();
                order.lock().unwrap().push(number);
            }));
            tokio::task::yield_now().await;
        }
        queues.turn("a", "c").await.unwrap();
        assert!(order.lock().unwrap().is_empty());
        // Who does not wait any more takes nobody's turn.
        others.remove(2).abort();

        drop(first);
        for other in others {
            other.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), [0, 1, 3, 4]);
        assert!(queues.lock().queues.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn where_the_store_fails_one_those_who_wait_are_told_at_once() {
        let queues = Queues::default();
        let first = queues.turn("a", "b").await.unwrap();
        let waits = (0..5).map(|_| {
            let queues = queues.clone();
            tokio::spawn(async move { queues.turn("a", "b").await.err() })
        });
        let waits: Vec<_> = waits.collect();
        tokio::time::sleep(Duration::from_secs(4)).await;

        let failed = StoreError::Away("gone".to_owned());
        assert!(first.end(Err::<(), _>(failed.into())).is_err());
        for wait in waits {
            assert!(matches!(wait.await.unwrap(), Some(SignInError::Stuck)));
        }
        assert!(queues.turn("a", "b").await.is_ok(), "whoever comes later tries again");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let queues = Queues::default();
        let begun = Instant::now();
        let turn = queues.turn("a", "b").await.unwrap();

        let stuck = queues.turn("a", "b").await;
        assert!(matches!(stuck, Err(SignInError::Stuck)));
        assert_eq!(begun.elapsed(), PATIENCE);
        assert!(matches!(turn.pause().await, Err(SignInError::Stuck)), "its own patience is over, too");

        drop(turn);
        let turn = queues.turn("a", "b").await.unwrap();
        let mut looks = 0;
        while turn.pause().await.is_ok() {
            looks += 1;
        }
        assert_eq!(looks, 40);
        drop(turn);
        assert!(queues.lock().queues.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_for_a_row_is_woken_when_it_is_let_go_of() {
        let queues = Queues::default();
        let begun = Instant::now();
        for let_go in [
            // A request of the same browser that wanted something else ends, or a job does.
            |queues: Queues, other: Turn| drop((queues, other)),
            |queues: Queues, _: Turn| queues.let_go("a"),
        ] {
            let other = queues.turn("a", "c").await.unwrap();
            let waits = queues.clone();
            let waits = tokio::spawn(async move { waits.turn("a", "b").await.unwrap().pause().await });
            tokio::task::yield_now().await;
            queues.let_go("z");
            assert!(!waits.is_finished());
            let_go(queues.clone(), other);
            waits.await.unwrap().unwrap();
        }
        assert_eq!(begun.elapsed(), Duration::ZERO);
        drop(queues.turn("a", "b").await.unwrap());
        assert!(queues.lock().queues.is_empty() && queues.lock().pauses.is_empty());
    }
}
