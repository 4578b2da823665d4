//! Sessions that were live a moment ago: what `GET /auth` asks in the store's place.
//!
//! What this module promises:
//! * An entry is good for the span it was given, from when the store was asked; a clock that is set back ends it early.
//! * A session that ends on this instance is gone at once, even if another request has just read it from the store.
//! * A sign-in anywhere counts at once: it makes a new token. That one is dead is remembered only of tokens that came before
//!   a live one, and a dead token never comes to life.
//! * It knows only so many sessions and dead tokens, however many there are.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::identity::Identity;
use crate::{clock::Timestamp, phone::PhoneNumber};

/// When so many are new, the older ones are dropped: there are never more than twice as many.
const GENERATION: usize = 5_000;

/// Who a live session belongs to, and how long it may be thought live.
#[derive(Debug)]
pub(in crate::web) struct Entry {
    pub(in crate::web) phone: PhoneNumber,
    pub(in crate::web) phone_hash: String,
    /// When the session ends if nothing else happens.
    pub(in crate::web) ends_at: Timestamp,
    /// When the store was asked.
    pub(in crate::web) read_at: Timestamp,
    pub(in crate::web) identity: Identity,
}

/// Says that no session had ended when the store was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) struct Ticket(u64);

/// By digest of the session's token.
#[derive(Debug)]
pub(in crate::web) struct Cache {
    span: Duration,
    generations: Mutex<Generations>,
    /// Tokens that opened nothing, and when the store said so.
    dead: Mutex<HashMap<[u8; 32], Timestamp>>,
}

type Entries = HashMap<[u8; 32], Arc<Entry>>;

#[derive(Debug)]
struct Generations {
    young: Entries,
    old: Entries,
    /// How many times sessions have ended.
    ended: u64,
}

impl Cache {
    /// A `span` of zero keeps nothing.
    pub(in crate::web) fn new(span: Duration) -> Self {
        let generations = Generations { young: HashMap::new(), old: HashMap::new(), ended: 0 };
        Self { span, generations: Mutex::new(generations), dead: Mutex::default() }
    }

    pub(in crate::web) fn get(&self, token: &[u8; 32], now: Timestamp) -> Option<Arc<Entry>> {
        let generations = self.lock();
        let entry = generations.young.get(token).or_else(|| generations.old.get(token))?;
        let fresh = entry.read_at <= now && now.since(entry.read_at) < self.span && now < entry.ends_at;
        fresh.then(|| entry.clone())
    }

    /// To be taken before the store is asked.
    pub(in crate::web) fn ticket(&self) -> Ticket {
        Ticket(self.lock().ended)
    }

    /// Keeps what the store said, unless a session has ended since.
    pub(in crate::web) fn put(&self, ticket: Ticket, token: [u8; 32], entry: Arc<Entry>) {
        let mut generations = self.lock();
        if self.span.is_zero() || ticket != Ticket(generations.ended) {
            return;
        }
        if generations.young.len() >= GENERATION {
            generations.old = mem::take(&mut generations.young);
        }
        generations.young.insert(token, entry);
    }

    /// Forgets all sessions of a number. To be called after the store has ended any of them.
    pub(in crate::web) fn forget(&self, phone_hash: &str) {
        let mut generations = self.lock();
        generations.ended += 1;
        generations.young.retain(|_, entry| entry.phone_hash != phone_hash);
        generations.old.retain(|_, entry| entry.phone_hash != phone_hash);
    }

    /// Whether the store said within the span that a token opens nothing.
    pub(in crate::web) fn is_dead(&self, token: &[u8; 32], now: Timestamp) -> bool {
        self.dead().get(token).is_some_and(|at| *at <= now && now.since(*at) < self.span)
    }

    /// Remembers that the store knew no live session of these.
    pub(in crate::web) fn bury(&self, tokens: &[[u8; 32]], now: Timestamp) {
        if tokens.is_empty() || self.span.is_zero() {
            return;
        }
        let mut dead = self.dead();
        if dead.len() + tokens.len() > GENERATION {
            dead.clear();
        }
        dead.extend(tokens.iter().map(|token| (*token, now)));
    }

    fn dead(&self) -> MutexGuard<'_, HashMap<[u8; 32], Timestamp>> {
        self.dead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
    const SPAN: Duration = Duration::from_secs(5);

    fn entry(phone_hash: &str) -> Arc<Entry> {
        let ends_at = NOW + Duration::from_mins(1);
        let phone = PhoneNumber::from_store("+12025550123".to_owned());
        let identity = Identity::new("abc", &phone, NOW).unwrap();
        Arc::new(Entry { phone, phone_hash: phone_hash.to_owned(), ends_at, read_at: NOW, identity })
    }

    fn token(number: usize) -> [u8; 32] {
        let mut token = [0; 32];
        token[..8].copy_from_slice(&number.to_le_bytes());
        token
    }

    #[test]
    fn an_entry_is_good_for_the_span_and_not_before_it_was_read() {
        let cache = Cache::new(SPAN);
        cache.put(cache.ticket(), token(1), entry("a"));

        assert!(cache.get(&token(1), NOW).is_some());
        assert!(cache.get(&token(1), NOW + Duration::from_millis(4_999)).is_some());
        assert!(cache.get(&token(1), NOW + SPAN).is_none());
        assert!(cache.get(&token(1), NOW - Duration::from_millis(1)).is_none(), "the clock was set back");
        assert!(cache.get(&token(2), NOW).is_none());
    }

    #[test]
    fn an_entry_does_not_outlive_its_session() {
        let cache = Cache::new(Duration::from_hours(1));
        cache.put(cache.ticket(), token(1), entry("a"));

        assert!(cache.get(&token(1), NOW + Duration::from_secs(59)).is_some());
        assert!(cache.get(&token(1), NOW + Duration::from_mins(1)).is_none());
    }

    #[test]
    fn a_number_is_forgotten_whole_and_others_stay() {
        let cache = Cache::new(SPAN);
        for (number, phone_hash) in ["a", "a", "b"].into_iter().enumerate() {
            cache.put(cache.ticket(), token(number), entry(phone_hash));
        }

        cache.forget("a");

        assert!(cache.get(&token(0), NOW).is_none() && cache.get(&token(1), NOW).is_none());
        assert!(cache.get(&token(2), NOW).is_some());
    }

    #[test]
    fn what_was_read_before_a_session_ended_is_not_kept_after() {
        let cache = Cache::new(SPAN);
        let ticket = cache.ticket();

        cache.forget("a");
        cache.put(ticket, token(1), entry("a"));

        assert!(cache.get(&token(1), NOW).is_none());
        cache.put(cache.ticket(), token(1), entry("a"));
        assert!(cache.get(&token(1), NOW).is_some());
    }

    #[test]
    fn the_dead_are_remembered_for_the_span_and_only_so_many() {
        let cache = Cache::new(SPAN);
        cache.bury(&[token(1), token(2)], NOW);
        assert!(cache.is_dead(&token(1), NOW) && cache.is_dead(&token(2), NOW));
        assert!(!cache.is_dead(&token(3), NOW) && !cache.is_dead(&token(1), NOW + SPAN));
        assert!(!cache.is_dead(&token(1), NOW - Duration::from_millis(1)), "the clock was set back");

        for number in 0..GENERATION * 3 {
            cache.bury(&[token(number)], NOW);
        }
        assert!(cache.dead().len() <= GENERATION);
        assert!(cache.is_dead(&token(GENERATION * 3 - 1), NOW));
        let nothing = Cache::new(Duration::ZERO);
        nothing.bury(&[token(1)], NOW);
        assert!(!nothing.is_dead(&token(1), NOW));
    }

    #[test]
    fn a_span_of_zero_keeps_nothing() {
        let cache = Cache::new(Duration::ZERO);
        cache.put(cache.ticket(), token(1), entry("a"));
        assert!(cache.get(&token(1), NOW).is_none());
    }

    #[test]
    fn it_holds_no_more_than_two_generations_and_drops_the_oldest_first() {
        let cache = Cache::new(SPAN);
        for number in 0..GENERATION * 3 {
            cache.put(cache.ticket(), token(number), entry("a"));
        }

        let held = (0..GENERATION * 3).filter(|number| cache.get(&token(*number), NOW).is_some()).count();
        assert_eq!(held, GENERATION * 2);
        assert!(cache.get(&token(0), NOW).is_none());
    }
}
