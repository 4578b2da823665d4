//! Time, passed in: the one place that asks the machine what time it is.
//!
//! What this module promises:
//! * Whoever needs the time is given a [`Clock`]; a test gives one that stands still until told to move.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Milliseconds since 1970-01-01 UTC: the form in which the store keeps times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since 1970-01-01 UTC.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// The last moment that can be written down: the year has four digits.
    pub(crate) const LAST: Self = Self(253_402_300_799_999);

    /// In milliseconds since 1970-01-01 UTC.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// How long from `earlier` until this moment; nothing if it lies before.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl std::ops::Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }
}

impl std::ops::Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }
}

/// RFC 3339 in UTC, to the second; a moment before 1970 or after the year 9999 as the nearest between them.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = UNIX_EPOCH + Duration::from_millis(u64::try_from((*self).min(Self::LAST).0).unwrap_or(0));
        humantime::format_rfc3339_seconds(time).fmt(f)
    }
}

/// Where the time comes from. Clones share it.
#[derive(Debug, Clone)]
pub struct Clock {
    base: Base,
    ahead: Arc<AtomicI64>,
}

#[derive(Debug, Clone)]
enum Base {
    System,
    Fixed(Timestamp),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::on(Base::System)
    }

    /// A clock that stands at `start` and moves only by [`Clock::advance`].
    pub fn fixed(start: Timestamp) -> Self {
        Self::on(Base::Fixed(start))
    }

    fn on(base: Base) -> Self {
        Self { base, ahead: Arc::default() }
    }

    /// The time by this clock.
    pub fn now(&self) -> Timestamp {
        let base = match &self.base {
            Base::System => system_now(),
            Base::Fixed(start) => *start,
        };
        Timestamp(base.0.saturating_add(self.ahead.load(Ordering::Relaxed)))
    }

    /// Moves this clock and its clones ahead.
    pub fn advance(&self, by: Duration) {
        self.shift(|ahead| ahead.saturating_add(millis(by)));
    }

    /// Moves this clock and its clones back, as an operator's clock sometimes is.
    pub fn set_back(&self, by: Duration) {
        self.shift(|ahead| ahead.saturating_sub(millis(by)));
    }

    fn shift(&self, to: impl Fn(i64) -> i64) {
        // Never fails: there is always a new value.
        let _ = self.ahead.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |ahead| Some(to(ahead)));
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
fn system_now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(millis(since))
}

/// Whole milliseconds, as the store keeps them.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_moment_is_too_far_to_reckon_with_or_to_be_written_down() {
        let clock = Clock::fixed(Timestamp::from_millis(i64::MAX - 1));
        for _ in 0..3 {
            clock.advance(Duration::MAX);
        }
        assert_eq!(clock.now().as_millis(), i64::MAX);
        assert_eq!((clock.now() + Duration::MAX).to_string(), "9999-12-31T23:59:59Z");
        assert_eq!(Timestamp::LAST.to_string(), "9999-12-31T23:59:59Z");

        for _ in 0..3 {
            clock.set_back(Duration::MAX);
        }
        assert_eq!((clock.now() - Duration::MAX).to_string(), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn a_timestamp_reads_as_rfc_3339() {
        assert_eq!(Timestamp::from_millis(1_795_514_400_123).to_string(), "2026-11-24T10:00:00Z");
    }
}
