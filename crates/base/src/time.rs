//! Instants, zones and the clock. An instant is milliseconds since 1970 in UTC.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

pub use jiff::tz::TimeZone;

/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 3_600_000;
/// Milliseconds in 24 hours.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// Why a text is not an instant.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum TimeError {
    /// Not RFC 3339 with an offset.
    #[error("a time looks like 2026-06-03T10:15:00+08:00")]
    Syntax,
}

/// An instant, to the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Before every event.
    pub const MIN: Self = Self(-62_135_596_800_000);
    /// After every event: the year 9999.
    pub const MAX: Self = Self(253_370_764_800_000);

    /// From milliseconds since 1970 in UTC.
    #[must_use]
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since 1970 in UTC.
    #[must_use]
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// The first instant of a day such as `2026-06-03` in a zone.
    ///
    /// # Errors
    /// Not a date.
    pub fn of_day(text: &str, zone: &TimeZone) -> Result<Self, TimeError> {
        let day: jiff::civil::Date = text.parse().map_err(|_| TimeError::Syntax)?;
        let first = day.to_zoned(zone.clone()).map_err(|_| TimeError::Syntax)?;
        Ok(Self::from_jiff(first.timestamp()))
    }

    /// Later by `ms` milliseconds.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// The civil date and time in a zone.
    #[must_use]
    pub fn to_zoned(self, zone: &TimeZone) -> jiff::Zoned {
        self.to_jiff().to_zoned(zone.clone())
    }

    /// The calendar library's instant, clamped to the years 1 to 9999.
    #[must_use]
    pub fn to_jiff(self) -> jiff::Timestamp {
        let ms = self.0.clamp(Self::MIN.0, Self::MAX.0);
        jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// From the calendar library's instant, rounded down to the millisecond.
    #[must_use]
    pub fn from_jiff(instant: jiff::Timestamp) -> Self {
        Self(instant.as_millisecond())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_jiff().fmt(out)
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        text.parse().map(Self::from_jiff).map_err(|_| TimeError::Syntax)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() { to.collect_str(self) } else { to.serialize_i64(self.0) }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        if from.is_human_readable() {
            std::borrow::Cow::<'de, str>::deserialize(from)?.parse().map_err(de::Error::custom)
        } else {
            i64::deserialize(from).map(Self)
        }
    }
}

/// Tells the time. Engines never hold one: time comes to them with the event.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> Timestamp {
        Timestamp::from_jiff(jiff::Timestamp::now())
    }
}

/// A clock that a test sets.
#[derive(Debug, Default)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.ms()))
    }

    /// Moves the clock.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.ms(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}
