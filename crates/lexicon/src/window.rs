//! Windows: which instants of a customer's history a measure looks at, seen from an instant.
//!
//! Spans of minutes, hours, days and weeks are exact (a day is 24 hours); months, quarters and years are
//! calendar periods in the workspace's zone. However far back a window reaches, its beginning never moves back as time goes on.

use base::{DAY_MS, HOUR_MS, TimeZone, Timestamp};
use jiff::civil::Date;
use jiff::{Span, ToSpan, Zoned};
use serde::{Deserialize, Serialize};

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
    /// 24 hours as a length, midnight to midnight as a calendar unit.
    Day,
    /// Seven days; a calendar week begins on Monday.
    Week,
    /// A calendar month.
    Month,
    /// Three calendar months.
    Quarter,
    /// A calendar year.
    Year,
}

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Length {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: Unit,
}

/// Which events count, by their time, seen from an instant `at`. Events after `at` never count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "over", rename_all = "snake_case")]
pub enum Window {
    /// All up to `at`.
    Lifetime,
    /// From `at − length` to `at`, both ends in.
    Sliding {
        /// How far back.
        length: Length,
    },
    /// One calendar unit, from its first instant up to but without the first of the next.
    Calendar {
        /// The unit.
        unit: Unit,
        /// 0 for the unit that `at` is in, −1 for the one before.
        offset: i32,
    },
    /// From the customer's first event of the measure's kind (whatever the filter), that event in, for a length if one
    /// is given, both ends in.
    SinceFirst {
        /// For how long.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        length: Option<Length>,
    },
}

impl Length {
    /// The exact length in milliseconds; none for months and longer.
    #[must_use]
    pub fn exact_ms(self) -> Option<i64> {
        let unit = match self.unit {
            Unit::Minute => 60_000,
            Unit::Hour => HOUR_MS,
            Unit::Day => DAY_MS,
            Unit::Week => 7 * DAY_MS,
            Unit::Month | Unit::Quarter | Unit::Year => return None,
        };
        i64::from(self.count).checked_mul(unit)
    }

    fn months(self) -> i64 {
        let months = match self.unit {
            Unit::Year => 12,
            Unit::Quarter => 3,
            _ => 1,
        };
        i64::from(self.count) * months
    }

    fn is_sound(self) -> bool {
        match self.exact_ms() {
            Some(ms) => ms > 0 && ms <= 3_660 * DAY_MS,
            None => (1..=120).contains(&self.months()),
        }
    }

    /// The instant this long before `at`. A later `at` never gives an earlier instant: from the 29th, 30th or 31st back into a
    /// month that has no such day, it is the last instant of that month.
    #[must_use]
    pub fn before(self, at: Timestamp, zone: &TimeZone) -> Timestamp {
        match self.exact_ms() {
            Some(ms) => at.plus_ms(-ms),
            None => months_back(at, zone, self.months()).unwrap_or(at),
        }
    }

    /// The instant this long after `at`.
    #[must_use]
    pub fn after(self, at: Timestamp, zone: &TimeZone) -> Timestamp {
        match self.exact_ms() {
            Some(ms) => at.plus_ms(ms),
            None => shift(at, zone, self.months().months()),
        }
    }
}

/// As far into its day as `at` is into its own, counted from the day's first instant, and within that day.
fn months_back(at: Timestamp, zone: &TimeZone, months: i64) -> Result<Timestamp, jiff::Error> {
    let first = |day: Date| Ok::<_, jiff::Error>(Timestamp::from_jiff(day.to_zoned(zone.clone())?.timestamp()));
    let civil = at.to_zoned(zone).date();
    // Where clocks go back over midnight the old day seems to come again; the new one goes on.
    let next = civil.tomorrow()?;
    let day = if first(next)? <= at { next } else { civil };
    let target = day.checked_sub(months.months())?;
    let end = first(target.tomorrow()?)?.plus_ms(-1);
    if target.day() < day.day() {
        return Ok(end);
    }
    let into = at.ms() - first(day)?.ms();
    Ok(first(target)?.plus_ms(into).min(end))
}

fn shift(at: Timestamp, zone: &TimeZone, span: Span) -> Timestamp {
    at.to_zoned(zone).checked_add(span).map_or(at, |moved| Timestamp::from_jiff(moved.timestamp()))
}

impl Unit {
    fn first_day(self, day: Date) -> Date {
        match self {
            Self::Week => {
                let back = i64::from(day.weekday().to_monday_zero_offset());
                day.checked_sub(back.days()).unwrap_or(day)
            }
            Self::Month => day.first_of_month(),
            Self::Quarter => {
                let month = (day.month() - 1) / 3 * 3 + 1;
                Date::new(day.year(), month, 1).unwrap_or(day)
            }
            Self::Year => day.first_of_year(),
            Self::Minute | Self::Hour | Self::Day => day,
        }
    }

    fn span(self, count: i64) -> Span {
        match self {
            Self::Minute => count.minutes(),
            Self::Hour => count.hours(),
            Self::Day => count.days(),
            Self::Week => count.weeks(),
            Self::Month => count.months(),
            Self::Quarter => (count * 3).months(),
            Self::Year => count.years(),
        }
    }

    /// The first instant of the calendar unit that lies `offset` units after the one `at` is in.
    #[must_use]
    pub fn start(self, at: Timestamp, offset: i32, zone: &TimeZone) -> Timestamp {
        let instant = |moved: Result<Zoned, jiff::Error>| moved.map_or(at, |z| Timestamp::from_jiff(z.timestamp()));
        let offset = self.span(i64::from(offset));
        if let Self::Minute | Self::Hour = self {
            let unit = if self == Self::Hour { HOUR_MS } else { 60_000 };
            let start = Timestamp::from_ms(at.ms().div_euclid(unit) * unit);
            return instant(start.to_zoned(zone).checked_add(offset));
        }
        let day = self.first_day(at.to_zoned(zone).date());
        instant(day.checked_add(offset).and_then(|day| day.to_zoned(zone.clone())))
    }
}

impl Window {
    /// The last `days` times 24 hours.
    #[must_use]
    pub const fn days(days: u32) -> Self {
        Self::Sliding { length: Length { count: days, unit: Unit::Day } }
    }

    pub(crate) fn is_sound(self) -> bool {
        match self {
            Self::Lifetime | Self::SinceFirst { length: None } => true,
            Self::Sliding { length } | Self::SinceFirst { length: Some(length) } => length.is_sound(),
            Self::Calendar { offset, .. } => (-120..=0).contains(&offset),
        }
    }

    /// The first and last instant that count, seen from `at`; `first` is the customer's first event of the kind.
    /// None when nothing can count.
    #[must_use]
    pub fn bounds(self, at: Timestamp, first: Option<Timestamp>, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        match self {
            Self::Lifetime => Some((Timestamp::MIN, at)),
            Self::Sliding { length } => Some((length.before(at, zone), at)),
            Self::Calendar { unit, offset } => {
                let end = unit.start(at, offset + 1, zone).plus_ms(-1);
                Some((unit.start(at, offset, zone), end.min(at)))
            }
            Self::SinceFirst { length } => {
                let first = first?;
                let end = length.map_or(at, |length| length.after(first, zone));
                Some((first, end.min(at)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shanghai() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn both_ends_of_a_sliding_window_are_in() {
        let (from, to) = Window::days(30).bounds(at("2026-06-30T00:00:00+08:00"), None, &shanghai()).unwrap();
        assert_eq!((from, to), (at("2026-05-31T00:00:00+08:00"), at("2026-06-30T00:00:00+08:00")));
    }

    #[test]
    fn a_month_back_from_a_day_that_a_shorter_month_lacks_is_its_end() {
        let month = |text: &str| Length { count: 1, unit: Unit::Month }.before(at(text), &shanghai());
        assert_eq!(month("2026-03-28T12:00:00+08:00"), at("2026-02-28T12:00:00+08:00"));
        for day in 29..=31 {
            assert_eq!(month(&format!("2026-03-{day}T12:00:00+08:00")), at("2026-02-28T23:59:59.999+08:00"));
        }
        assert_eq!(month("2026-04-01T00:00:00+08:00"), at("2026-03-01T00:00:00+08:00"));
    }

    #[test]
    fn calendar_units_begin_in_the_workspaces_zone() {
        let now = at("2026-06-03T02:00:00+08:00");
        let start = |unit, offset| Unit::start(unit, now, offset, &shanghai());
        assert_eq!(start(Unit::Day, 0), at("2026-06-03T00:00:00+08:00"));
        assert_eq!(start(Unit::Week, 0), at("2026-06-01T00:00:00+08:00"));
        assert_eq!(start(Unit::Month, -1), at("2026-05-01T00:00:00+08:00"));
        assert_eq!(start(Unit::Quarter, 0), at("2026-04-01T00:00:00+08:00"));
        assert_eq!(start(Unit::Year, 1), at("2027-01-01T00:00:00+08:00"));
    }
}
