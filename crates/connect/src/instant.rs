//! RFC 3339 instants, read without a calendar library: every event has one.

use base::Timestamp;

/// The instant that `text` names; none unless it is RFC 3339 with an offset. A fraction is cut to the
/// millisecond, a leap second is the second before it.
pub(crate) fn rfc3339(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.as_bytes().split_first_chunk::<10>()?;
    let (clock, rest) = rest.split_first_chunk::<9>()?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *date else { return None };
    let [b'T' | b't', h1, h2, b':', n1, n2, b':', s1, s2] = *clock else { return None };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let (month, day) = (two(m1, m2)?, two(d1, d2)?);
    let (hour, minute, second) = (two(h1, h2)?, two(n1, n2)?, two(s1, s2)?);
    let fits = year >= 1 && (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    if !fits || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (fraction_ms, rest) = fraction(rest)?;
    let minutes = (days_since_1970(year, month, day) * 24 + hour) * 60 + minute - offset_minutes(rest)?;
    Some(Timestamp::from_ms((minutes * 60 + second.min(59)) * 1000 + fraction_ms))
}

fn digit(letter: u8) -> Option<i64> {
    letter.is_ascii_digit().then(|| i64::from(letter - b'0'))
}

fn two(tens: u8, ones: u8) -> Option<i64> {
    Some(digit(tens)? * 10 + digit(ones)?)
}

fn fraction(rest: &[u8]) -> Option<(i64, &[u8])> {
    let Some((b'.', rest)) = rest.split_first() else { return Some((0, rest)) };
    let length = rest.iter().position(|letter| !letter.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, rest) = rest.split_at_checked(length)?;
    let places = digits.iter().filter_map(|letter| digit(*letter));
    let ms = places.chain([0, 0]).take(3).fold(0, |sum, place| sum * 10 + place);
    (length > 0).then_some((if length > 0 { ms } else { 0 }, rest))
}

fn offset_minutes(rest: &[u8]) -> Option<i64> {
    let (sign, [h1, h2, b':', m1, m2]) = (match rest {
        [b'Z' | b'z'] => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    }) else {
        return None;
    };
    let (hours, minutes) = (two(*h1, *h2)?, two(*m1, *m2)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`, for years from 1.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_rfc_3339_shows() {
        for (text, same) in [
            ("2026-06-03T10:15:00+08:00", "2026-06-03T02:15:00Z"),
            ("1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.520Z"),
            ("1990-12-31T15:59:60-08:00", "1990-12-31T23:59:59Z"),
            ("1937-01-01t12:00:27.87+00:20", "1937-01-01T11:40:27.870Z"),
            ("2024-02-29T00:00:00.1239999z", "2024-02-29T00:00:00.123Z"),
        ] {
            assert_eq!(rfc3339(text), same.parse().ok(), "{text}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        for text in [
            "",
            "2026-06-03",
            "2026-06-03T10:15:00",
            "2026-06-03T10:15Z",
            "2026-6-3T10:15:00Z",
            "2026-02-29T00:00:00Z",
            "2026-06-31T00:00:00Z",
            "2026-06-03T24:00:00Z",
            "2026-06-03T10:60:00Z",
            "2026-06-03T10:15:61Z",
            "2026-06-03T10:15:00.Z",
            "2026-06-03T10:15:00+0800",
            "2026-06-03T10:15:00+24:00",
            "0000-01-01T00:00:00Z",
            "2026-06-03 10:15:00Z",
            "2026-06-03T10:15:00Zz",
            "２026-06-03T10:15:00Z",
        ] {
            assert_eq!(rfc3339(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_calendar_library(ms in -62_000_000_000_000i64..253_000_000_000_000) {
            let instant = Timestamp::from_ms(ms);
            prop_assert_eq!(rfc3339(&instant.to_string()), Some(instant));
        }

        #[test]
        fn any_text_is_safe(text in any::<String>()) {
            let _ = rfc3339(&text);
        }
    }
}
