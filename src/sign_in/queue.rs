//! Requests of one process that want the same row: they wait for each other here, and not at the store.
//!
//! What this module promises:
//! * Whose turn it is looks at the store, and the others do not. Turns come in the order of the requests.
//! * A turn ends with whoever has it, however that ends. Nothing is kept of a row that nobody wants.
//! * Other instances do not know of it: between them the store decides, which is looked at again every so often.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use tokio::{
    sync::{Mutex as Lock, OwnedMutexGuard},
    time::{Instant, sleep_until, timeout_at},
};

use super::SignInError;

/// How long a request waits, for its turn and for what another instance does.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often whose turn it is looks again while another instance has the row.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The queues of this process. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Queues(Arc<Mutex<HashMap<String, Weak<Lock<()>>>>>);

/// Leave to look at the store. Dropped in the order of its fields.
pub(super) struct Turn {
    _lock: OwnedMutexGuard<()>,
    place: Place,
}

/// A place in a queue, before and during its turn.
struct Place {
    queues: Queues,
    key: String,
    queue: Arc<Lock<()>>,
    until: Instant,
}

impl Queues {
    /// Waits for the turn among all who name the same `parts`.
    pub(super) async fn turn(&self, parts: [&str; 2]) -> Result<Turn, SignInError> {
        let place = self.enter(parts.join(" "));
        let lock = timeout_at(place.until, Arc::clone(&place.queue).lock_owned()).await;
        Ok(Turn { _lock: lock.map_err(|_| SignInError::Stuck)?, place })
    }

    fn enter(&self, key: String) -> Place {
        let mut queues = self.lock();
        let queue = queues.get(&key).and_then(Weak::upgrade).unwrap_or_default();
        queues.insert(key.clone(), Arc::downgrade(&queue));
        Place { queues: self.clone(), key, queue, until: Instant::now() + PATIENCE }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Weak<Lock<()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// Waits until it is worth another look at the store.
    pub(super) async fn pause(&self) -> Result<(), SignInError> {
        let next = Instant::now() + LOOK_AGAIN;
        if next > self.place.until {
            return Err(SignInError::Stuck);
        }
        sleep_until(next).await;
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut queues = self.queues.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Given up while the map is held, so that of two who leave at once the second finds it empty.
        drop(std::mem::take(&mut self.queue));
        if queues.get(&self.key).is_some_and(|queue| queue.strong_count() == 0) {
            queues.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn turns_come_one_by_one_in_order_and_leave_nothing_behind() {
        let queues = Queues::default();
        let first = queues.turn(["a", "b"]).await.unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut others = Vec::new();
        for number in 0..5 {
            let (queues, order) = (queues.clone(), order.clone());
            others.push(tokio::spawn(async move {
                let _turn = queues.turn(["a", "b"]).await.unwrap();
                order.lock().unwrap().push(number);
            }));
            tokio::task::yield_now().await;
        }
        queues.turn(["a", "c"]).await.unwrap();
        assert!(order.lock().unwrap().is_empty());
        // Who does not wait any more takes nobody's turn.
        others.remove(2).abort();

        drop(first);
        for other in others {
            other.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), [0, 1, 3, 4]);
        assert!(queues.lock().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let queues = Queues::default();
        let begun = Instant::now();
        let turn = queues.turn(["a", "b"]).await.unwrap();

        let stuck = queues.turn(["a", "b"]).await;
        assert!(matches!(stuck, Err(SignInError::Stuck)));
        assert_eq!(begun.elapsed(), PATIENCE);
        assert!(matches!(turn.pause().await, Err(SignInError::Stuck)), "its own patience is over, too");

        drop(turn);
        let turn = queues.turn(["a", "b"]).await.unwrap();
        let mut looks = 0;
        while turn.pause().await.is_ok() {
            looks += 1;
        }
        assert_eq!(looks, 20);
        drop(turn);
        assert!(queues.lock().is_empty());
    }
}
