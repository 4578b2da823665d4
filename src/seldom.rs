//! What is worth a line in the log, though not one for each request.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::clock::Timestamp;

/// Of how many subjects the operator is told in one period: what strangers send must fill neither memory nor log.
const MOST: usize = 50;

/// How often one and the same complaint is worth a line.
const MINUTE: Duration = Duration::from_mins(1);

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

/// Lets a complaint through once a minute, however often there is reason for it. It goes by real time: it is for what knows
/// no clock of the app, and decides about lines of the log alone.
#[derive(Debug, Default)]
pub(crate) struct OnceAMinute(Mutex<Option<Instant>>);

impl OnceAMinute {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Whether it is to be told now.
    pub(crate) fn is_due(&self) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = told.is_none_or(|at| at.elapsed() >= MINUTE);
        if due {
            *told = Some(Instant::now());
        }
        due
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

    #[test]
    fn a_complaint_is_told_once_a_minute() {
        let seldom = OnceAMinute::new();
        assert!(seldom.is_due());
        assert!(!seldom.is_due());
    }
}
