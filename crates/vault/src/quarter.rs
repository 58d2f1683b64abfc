//! Calendar quarters, the grain of retention.

const DAY_MS: i64 = 86_400_000;

/// The UTC quarter of a time in milliseconds since 1970, as year × 4 + quarter from 0.
///
/// Days to years by eras of 400 years, after Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms".
pub(crate) fn quarter_of(time_ms: i64) -> i32 {
    let days = time_ms.div_euclid(DAY_MS) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let leap_days = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = (month_from_march + 2) % 12;
    let year = year_of_era + era * 400 + i64::from(month < 2);
    i32::try_from(year * 4 + month / 3).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::quarter_of;

    #[test]
    fn quarters_turn_at_midnight_utc() {
        assert_eq!(quarter_of(0), 1970 * 4);
        assert_eq!(quarter_of(-1), 1969 * 4 + 3);
        assert_eq!(quarter_of(1_711_929_599_999), 2024 * 4);
        assert_eq!(quarter_of(1_711_929_600_000), 2024 * 4 + 1);
        assert_eq!(quarter_of(1_709_164_800_000), 2024 * 4);
        assert_eq!(quarter_of(i64::MAX), quarter_of(i64::MAX - 1));
    }
}
