//! The workload: its shares, its speed of reading, its sameness.

use std::collections::{HashMap, HashSet};

use connect::cloudevents::lines;
use demo::{WorkloadSpec, workload};
use domain::{IncomingValue, Kinds};

const EVENTS: u64 = 50_000;

fn spec() -> WorkloadSpec {
    WorkloadSpec { events: EVENTS, customers: 10_000, ..WorkloadSpec::default() }
}

fn written(spec: WorkloadSpec) -> Vec<u8> {
    let (mut all, mut out) = (workload(spec), Vec::new());
    while all.write_many(777, &mut out) > 0 {}
    out
}

#[test]
fn the_same_seed_writes_the_same_bytes() {
    let spec = WorkloadSpec { events: 5000, ..WorkloadSpec::default() };
    assert_eq!(written(spec.clone()), written(spec.clone()));
    assert_ne!(written(spec.clone()), written(WorkloadSpec { seed: 2, ..spec }));
}

#[test]
fn shares_are_what_the_spec_says() {
    let bytes = written(spec());
    let events: Vec<_> = lines(&bytes).map(|(_, event)| event.unwrap()).collect();
    assert_eq!(events.len() as u64, EVENTS);
    let share = |count: usize| count as f64 / EVENTS as f64;
    let near =
        |found: f64, wanted: f64| assert!((wanted * 0.85..wanted * 1.15).contains(&found), "{found} for {wanted}");

    let ids: HashSet<&str> = events.iter().map(|event| event.id.as_ref()).collect();
    near(share(events.len() - ids.len()), 0.01);
    let is_original = |name: &str| matches!(name, "text" | "transcript");
    let texts: Vec<usize> = events
        .iter()
        .flat_map(|event| &event.fields)
        .filter_map(|(name, value)| match value {
            IncomingValue::Text(text) if is_original(name) => Some(text.len()),
            _ => None,
        })
        .collect();
    near(share(texts.len()), 0.10);
    assert!(texts.iter().all(|length| (297..=300).contains(length)));
    let is_guest = |event: &&domain::Incoming<'_>| event.who.iter().any(|who| who.scope.as_deref() == Some("guest"));
    near(share(events.iter().filter(is_guest).count()), 0.002);

    let mut known: HashMap<&str, HashSet<(&str, &str)>> = HashMap::new();
    for event in events.iter().filter(|event| !is_guest(event)) {
        let all = known.entry(event.who[0].value.as_ref()).or_default();
        all.extend(event.who.iter().map(|who| (who.scheme.as_ref(), who.value.as_ref())));
    }
    let often: HashSet<&str> = {
        let mut times: HashMap<&str, u32> = HashMap::new();
        events
            .iter()
            .filter(|event| !is_guest(event))
            .for_each(|event| *times.entry(event.who[0].value.as_ref()).or_default() += 1);
        times.into_iter().filter(|(_, times)| *times > 20).map(|(member, _)| member).collect()
    };
    let total: usize = often.iter().map(|member| known[member].len()).sum();
    near(total as f64 / often.len() as f64, 2.5);
}

#[test]
fn every_field_is_declared() {
    let kinds = Kinds::standard();
    let bytes = written(WorkloadSpec { events: 20_000, ..WorkloadSpec::default() });
    for (_, event) in lines(&bytes) {
        let event = event.unwrap();
        let kind = kinds.by_name(&event.kind).unwrap();
        assert!(event.fields.iter().all(|(name, _)| kind.field(name).is_some()), "{}", event.kind);
    }
}

#[test]
fn odd_specs_are_safe() {
    let odd = WorkloadSpec { events: 100, ..WorkloadSpec::default() };
    for spec in [
        WorkloadSpec { events: 0, ..odd.clone() },
        WorkloadSpec { customers: 0, zipf_exponent: 1.0, ..odd.clone() },
        WorkloadSpec { merge_share: 0.0, original_bytes: 0, originals_share: 1.0, ..odd.clone() },
        WorkloadSpec { merge_share: 1.0, repeat_share: 1.0, late_share: 1.0, identifiers_mean: 9.0, ..odd },
    ] {
        let bytes = written(spec.clone());
        assert_eq!(lines(&bytes).filter(|(_, event)| event.is_ok()).count() as u64, spec.events);
    }
}
