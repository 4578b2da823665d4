//! The simulator's time: that of whoever runs it, which `POST /clock` sets ahead.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, UNIX_EPOCH},
};

/// Milliseconds since 1970-01-01 UTC.
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
    pub(crate) fn since(self, earlier: Self) -> Duration {
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

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// A clock that follows another one and can be set ahead of it. Clones are one clock.
#[derive(Clone)]
pub struct Clock {
    base: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// Follows what `now` says.
    pub fn following(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { base: Arc::new(now), ahead: Arc::default() }
    }

    /// The time by this clock.
    pub fn now(&self) -> Timestamp {
        Timestamp((self.base)().0.saturating_add(self.ahead.load(Ordering::Relaxed)))
    }

    /// The time by the clock that it follows.
    pub(crate) fn followed(&self) -> Timestamp {
        (self.base)()
    }

    /// Sets this clock and its clones ahead.
    pub fn advance(&self, by: Duration) {
        self.shift(|ahead| ahead.saturating_add(millis(by)));
    }

    /// Sets this clock and its clones back: a provider's clock may be behind.
    pub fn set_back(&self, by: Duration) {
        self.shift(|ahead| ahead.saturating_sub(millis(by)));
    }

    fn shift(&self, to: impl Fn(i64) -> i64) {
        // Never fails: there is always a new value.
        let _ = self.ahead.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |ahead| Some(to(ahead)));
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}
