//! A window's beginning never moves back: an event that has left a window does not come into it again.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use base::{DAY_MS, HOUR_MS, TimeZone, Timestamp};
use lexicon::{Length, Unit};
use proptest::prelude::*;

/// No summer time; changes by an hour, by half an hour, over midnight, and a day that never was.
const ZONES: [&str; 6] =
    ["Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "America/St_Johns", "Pacific/Apia"];

fn lengths() -> impl Strategy<Value = Length> {
    let units = prop::sample::select(vec![Unit::Month, Unit::Quarter, Unit::Year, Unit::Day, Unit::Week]);
    (1..=10u32, units).prop_map(|(count, unit)| Length { count, unit })
}

/// From 1990 on, when clocks went back over midnight in Newfoundland, to 2040.
fn instants() -> impl Strategy<Value = i64> {
    (631_152_000_000..2_208_988_800_000i64).prop_flat_map(|at| {
        prop_oneof![Just(at), Just(at.div_euclid(DAY_MS) * DAY_MS), Just(at.div_euclid(HOUR_MS) * HOUR_MS - 1)]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_later_instant_never_reaches_further_back(
        zone in prop::sample::select(ZONES.to_vec()),
        length in lengths(),
        at in instants(),
        later in prop_oneof![1..2 * HOUR_MS, 1..5 * DAY_MS, 1..400 * DAY_MS],
    ) {
        let zone = TimeZone::get(zone).unwrap();
        let before = |at: i64| length.before(Timestamp::from_ms(at), &zone);
        prop_assert!(before(at) <= before(at + later));
        prop_assert!(before(at).ms() < at);
    }
}

/// Every ten minutes of the days on which clocks change, in each zone, and of the month's ends after them.
#[test]
fn nor_where_clocks_change_or_months_end() {
    for (zone, from, days) in [
        ("America/St_Johns", "1999-10-30T00:00:00Z", 70),
        ("America/Sao_Paulo", "2017-10-13T00:00:00Z", 160),
        ("Europe/Berlin", "2026-03-27T00:00:00Z", 80),
        ("Europe/Berlin", "2026-10-23T00:00:00Z", 160),
        ("Australia/Lord_Howe", "2026-04-03T00:00:00Z", 60),
        ("Pacific/Apia", "2011-12-27T00:00:00Z", 70),
    ] {
        let (zone, from) = (TimeZone::get(zone).unwrap(), from.parse::<Timestamp>().unwrap());
        for count in [1, 2] {
            let length = Length { count, unit: Unit::Month };
            let mut last = Timestamp::MIN;
            for step in 0..days * 144 {
                let at = from.plus_ms(step * 600_000);
                let start = length.before(at, &zone);
                assert!(last <= start, "{zone:?} {at}: {start} after {last}");
                last = start;
            }
        }
    }
}
