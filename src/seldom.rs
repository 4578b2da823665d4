//! What is worth a line in the log, though not one for each request.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::clock::Timestamp;

/// Of how many subjects the operator is told in one period: what strangers send must fill neither memory nor log.
const MOST: usize = 50;

/// Of which subjects the operator has been told of late.
#[derive(Debug)]
pub(crate) struct Seldom<K> {
    period: Duration,
    told: Mutex<HashMap<K, Timestamp>>,
}

impl<K: Eq + Hash> Seldom<K> {
    /// Lets each subject pass once in `period`.
    pub(crate) fn new(period: Duration) -> Self {
        Self { period, told: Mutex::default() }
    }

    /// Whether the operator has not been told of `subject` lately, and is to be told now.
    pub(crate) fn is_news(&self, subject: K, now: Timestamp) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        // After the clock was set back, what was told lies ahead.
        told.retain(|_, at| *at <= now && now.since(*at) < self.period);
        if told.contains_key(&subject) || told.len() >= MOST {
            return false;
        }
        told.insert(subject, now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
    const PERIOD: Duration = Duration::from_mins(1);

    #[test]
    fn a_subject_passes_once_in_a_period() {
        let seldom = Seldom::new(PERIOD);
        assert!(seldom.is_news("one", NOW));
        assert!(!seldom.is_news("one", NOW + PERIOD / 2));
        assert!(seldom.is_news("other", NOW + PERIOD / 2));
        assert!(seldom.is_news("one", NOW + PERIOD));
        assert!(seldom.is_news("one", NOW), "the clock was set back");
    }

    #[test]
    fn the_number_of_subjects_is_bounded() {
        let seldom = Seldom::new(PERIOD);
        assert_eq!((0..10_000).filter(|subject| seldom.is_news(*subject, NOW)).count(), MOST);
        assert!(seldom.is_news(0, NOW + PERIOD));
    }
}
