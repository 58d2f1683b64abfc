//! Held against the reference: whatever the order of arrival, a customer comes out as the definitions say.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop at what it does not expect")]

mod reference;
mod regressions;
mod worlds;

use std::collections::HashSet;

use base::{CustomerId, DAY_MS, Decimal, RuleId, Timestamp};
use domain::Value;
use lexicon::{Action, Comparator, Condition, Definition, Function, Literal, Measure, Trigger, Unit, Window};
use proptest::prelude::*;
use proptest::sample::Index;
use reference::{Event, Reference};
use signals::{Measured, Outcome, Reason, Rule};
use worlds::{BEGIN, World, clock, crowd, events, rules, shuffled, zone};

/// A share in percent of `PROPTEST_CASES`.
fn cases(share: u32) -> ProptestConfig {
    let bid = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(256);
    ProptestConfig { cases: (bid * share / 100).max(1), failure_persistence: None, ..ProptestConfig::default() }
}

fn adds_task(rule: &Rule) -> bool {
    matches!(rule.definition.action, Some(Action::AddTask { .. }))
}

/// The rules that should stand: tasks left out, since how often they are written follows the log.
fn should_stand(rules: &[Rule], reference: &Reference, clock: i64) -> HashSet<RuleId> {
    let stands = |rule: &&Rule| match rule.definition.trigger {
        Trigger::While => reference.holds(rule, clock),
        Trigger::Becomes => reference.changes(rule, clock).iter().any(|(_, holds)| *holds),
    };
    rules.iter().filter(|rule| !adds_task(rule)).filter(stands).map(|rule| rule.id).collect()
}

fn standing(rules: &[Rule], world: &World) -> HashSet<RuleId> {
    let tags = rules.iter().filter(|rule| !adds_task(rule)).map(|rule| rule.id);
    tags.filter(|rule| world.standing().contains(rule)).collect()
}

fn in_order(events: &[Event]) -> Vec<Event> {
    let mut events = events.to_vec();
    events.sort_by_key(|event| (event.time, event.seq));
    events
}

/// The events of one side of a customer.
fn side(events: &[Event], theirs: &HashSet<u64>, is_theirs: bool) -> Vec<Event> {
    events.iter().filter(|event| theirs.contains(&event.identity) == is_theirs).cloned().collect()
}

/// Two customers built apart, at one instant.
fn two(rules: &[Rule], events: &[Event], theirs: &HashSet<u64>) -> (World, World) {
    let (mut ours, mut other) = (World::new(rules), World::new(rules));
    for event in events {
        if theirs.contains(&event.identity) { other.event(event) } else { ours.event(event) }
    }
    let now = ours.customer.visited().max(other.customer.visited());
    ours.advance(now.ms());
    other.advance(now.ms());
    (ours, other)
}

/// What a rule's changes make it do, in order.
fn should_do(rule: &Rule, reference: &Reference, clock: i64) -> Vec<(i64, Outcome)> {
    let outcome = |holds| if holds { Outcome::Act } else { Outcome::TakeBack };
    match rule.definition.trigger {
        Trigger::While => {
            let changes = reference.changes(&Rule { existing: true, ..rule.clone() }, clock);
            changes.into_iter().map(|(at, holds)| (at, outcome(holds))).collect()
        }
        Trigger::Becomes => {
            let acts = reference.changes(rule, clock).into_iter().filter(|(_, holds)| *holds);
            acts.map(|(at, _)| (at, Outcome::Act)).take(if adds_task(rule) { usize::MAX } else { 1 }).collect()
        }
    }
}

/// What a rule did, without what was taken back at the instant it was done: several things can happen at one.
fn did(rule: &Rule, world: &World) -> Vec<(i64, Outcome)> {
    let mut done: Vec<(i64, Outcome)> = Vec::new();
    for transition in world.transitions.iter().filter(|transition| transition.rule == rule.id) {
        let at = transition.as_of.ms();
        match done.last() {
            Some((before, outcome)) if *before == at && *outcome != transition.outcome => drop(done.pop()),
            _ => done.push((at, transition.outcome)),
        }
    }
    done
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn truth_is_what_the_definition_says(
        events in events(20).prop_flat_map(shuffled),
        rules in rules(4),
        instants in prop::collection::vec((any::<Index>(), -1..=1i64), 1..20),
    ) {
        let reference = Reference::new(&events, &zone());
        let mut world = World::at(&rules, &events, clock(&events, &rules, 1));
        for rule in &rules {
            let known = reference.instants(&Rule { since: Timestamp::from_ms(BEGIN), ..rule.clone() }, clock(&events, &rules, 400));
            for (index, ms) in &instants {
                let at = index.get(&known) + ms;
                prop_assert_eq!(world.truth(rule, at), reference.truth(&rule.definition.condition, at), "{:?} at {}", rule, at);
            }
        }
    }

    #[test]
    fn outcomes_are_the_same_in_any_order(
        (events, other) in events(14).prop_flat_map(|events| (shuffled(events.clone()), shuffled(events))),
        rules in rules(3),
        days in 0..80i64,
    ) {
        let clock = clock(&events, &rules, days);
        let should = should_stand(&rules, &Reference::new(&events, &zone()), clock);
        for order in [&in_order(&events), &events, &other] {
            let world = World::at(&rules, order, clock);
            world.assert_consistent();
            prop_assert_eq!(standing(&rules, &world), should.clone(), "{:#?} {:#?}", order, world.transitions);
        }
    }

    #[test]
    fn in_order_each_change_is_acted_upon_at_its_instant(events in events(14), rules in rules(3), days in 0..80i64) {
        let clock = clock(&events, &rules, days);
        let reference = Reference::new(&events, &zone());
        let world = World::at(&rules, &in_order(&events), clock);
        for rule in &rules {
            prop_assert_eq!(did(rule, &world), should_do(rule, &reference, clock), "{:?}", rule);
        }
    }

    #[test]
    fn taken_apart_each_is_as_if_built_alone(
        events in events(14).prop_flat_map(shuffled),
        rules in rules(3),
        theirs in prop::collection::hash_set(1..4u64, 0..3),
        days in 0..80i64,
    ) {
        let clock = clock(&events, &rules, days);
        let mut ours = World::at(&rules, &events, clock);
        let mut other = World::new(&rules);
        other.customer = ours.customer.take(CustomerId::new(2), |identity| theirs.contains(&identity));
        let sides = [(&mut ours, false), (&mut other, true)];
        for (world, is_theirs) in sides {
            world.restate();
            world.advance(clock);
            world.assert_consistent();
            let should = should_stand(&rules, &Reference::new(&side(&events, &theirs, is_theirs), &zone()), clock);
            prop_assert_eq!(standing(&rules, world), should, "theirs: {}", is_theirs);
        }
    }

    #[test]
    fn joined_and_taken_apart_each_is_as_if_built_alone(
        events in events(14).prop_flat_map(shuffled),
        rules in rules(3),
        theirs in prop::collection::hash_set(1..4u64, 0..3),
        moment in any::<Index>(),
        days in 0..80i64,
    ) {
        let clock = clock(&events, &rules, days);
        let (before, after) = events.split_at(moment.index(events.len() + 1));
        let (mut ours, mut other) = two(&rules, before, &theirs);
        let seq = ours.cause(Reason::Merge).seq;
        ours.customer.absorb(CustomerId::new(2), seq, std::mem::take(&mut other.customer));
        ours.restate();
        after.iter().for_each(|event| ours.event(event));
        ours.advance(clock);
        ours.restart();
        other.customer = ours.customer.take(CustomerId::new(2), |identity| theirs.contains(&identity));
        for (world, is_theirs) in [(&mut ours, false), (&mut other, true)] {
            world.restate();
            world.advance(clock);
            let should = should_stand(&rules, &Reference::new(&side(&events, &theirs, is_theirs), &zone()), clock);
            prop_assert_eq!(standing(&rules, world), should, "theirs: {}", is_theirs);
        }
    }

    #[test]
    fn joined_they_are_as_if_built_together(
        events in events(14).prop_flat_map(shuffled),
        rules in rules(3),
        theirs in prop::collection::hash_set(1..4u64, 0..3),
        moment in any::<Index>(),
        days in 0..80i64,
    ) {
        let clock = clock(&events, &rules, days);
        let (before, after) = events.split_at(moment.index(events.len() + 1));
        let (mut ours, other) = two(&rules, before, &theirs);
        ours.customer.absorb(CustomerId::new(2), 0, other.customer);
        ours.restate();
        after.iter().for_each(|event| ours.event(event));
        ours.advance(clock);
        let reference = Reference::new(&events, &zone());
        prop_assert_eq!(standing(&rules, &ours), should_stand(&rules, &reference, clock));
        for rule in &rules {
            prop_assert_eq!(ours.truth(rule, clock), reference.truth(&rule.definition.condition, clock));
        }
    }

    #[test]
    fn storing_changes_nothing(
        events in events(20).prop_flat_map(shuffled),
        rules in rules(3),
        moments in prop::collection::hash_set(0..20usize, 0..8),
        days in 0..80i64,
    ) {
        let clock = clock(&events, &rules, days);
        let mut world = World::new(&rules);
        for (place, event) in events.iter().enumerate() {
            world.event(event);
            if moments.contains(&place) {
                world.restart();
            }
        }
        world.advance(clock);
        prop_assert_eq!(world.transitions, World::at(&rules, &events, clock).transitions);
    }

    #[test]
    fn a_rule_begun_later_holds_from_then_on(
        events in events(14).prop_flat_map(shuffled),
        mut rules in rules(3),
        moment in any::<Index>(),
        back in 0..2i64,
        days in 0..80i64,
    ) {
        let (before, after) = events.split_at(moment.index(events.len() + 1));
        let mut world = World::new(&rules[1..]);
        before.iter().for_each(|event| world.event(event));
        let now = before.iter().map(|event| event.time).max().unwrap_or(BEGIN);
        rules[0].since = Timestamp::from_ms(now - back * 20 * DAY_MS);
        world.compile(&rules);
        world.begin(rules[0].id, now);
        after.iter().for_each(|event| world.event(event));
        let clock = clock(&events, &rules, days);
        world.advance(clock);
        world.assert_consistent();
        prop_assert_eq!(standing(&rules, &world), should_stand(&rules, &Reference::new(&events, &zone()), clock));
    }
}

proptest! {
    #![proptest_config(cases(10))]

    #[test]
    fn long_histories_are_cut_and_joined_without_a_seam(
        events in crowd(260..700),
        rules in rules(4),
        moments in prop::collection::hash_set(0..1500usize, 0..10),
        theirs in 1..4u64,
        instants in prop::collection::vec(any::<Index>(), 8),
    ) {
        let clock = clock(&events, &rules, 1);
        let mut world = World::new(&rules);
        for (place, event) in events.iter().enumerate() {
            world.event(event);
            if moments.contains(&place) {
                world.restart();
            }
            if moments.contains(&(place + 700)) {
                let other = world.customer.take(CustomerId::new(2), |identity| identity == theirs);
                world.customer.absorb(CustomerId::new(2), 0, other);
                world.restate();
            }
        }
        world.advance(clock);
        world.restart();
        let reference = Reference::new(&events, &zone());
        for rule in &rules {
            for at in instants.iter().map(|index| index.get(&events).time).chain([clock]) {
                prop_assert_eq!(world.truth(rule, at), reference.truth(&rule.definition.condition, at), "{:?} at {}", rule, at);
            }
        }
        prop_assert_eq!(standing(&rules, &world), standing(&rules, &World::at(&rules, &in_order(&events), clock)));
    }
}

/// Count, total and greatest of the items that were ordered between two instants.
fn ordered(events: &[Event], from: i64, to: i64) -> Vec<Measured> {
    let inside = events.iter().filter(|event| (from..=to).contains(&event.time));
    let items: Vec<Decimal> = inside.map(items).collect();
    let number = |found: Option<Decimal>| found.map_or(Measured::Unknown, Measured::Number);
    let count = Decimal::whole(i64::try_from(items.len()).unwrap()).unwrap();
    vec![number(Some(count)), number(Some(items.iter().copied().sum())), number(items.iter().max().copied())]
}

fn items(event: &Event) -> Decimal {
    match event.fields.first() {
        Some((_, Value::Number(items))) => *items,
        _ => Decimal::ZERO,
    }
}

#[test]
fn windows_over_many_segments_are_what_their_rows_are() {
    let measure = |function, window| {
        let field = (function != Function::Count).then(|| "items".to_owned());
        Measure { function, kind: "order.placed".into(), field, filter: vec![], window }
    };
    let all = |window| {
        let one = |function| {
            let number = Literal::Number(Decimal::ZERO);
            Condition::compare(measure(function, window), Comparator::Ge, number)
        };
        Condition::All { of: [Function::Count, Function::Sum, Function::Max].map(one).to_vec() }
    };
    let windows = [Window::days(7), Window::Calendar { unit: Unit::Week, offset: -1 }, Window::Lifetime];
    let rules: Vec<Rule> = (1..)
        .zip(windows)
        .map(|(number, window)| Rule {
            id: RuleId::new(number),
            version: 1,
            definition: Definition::term(all(window)),
            since: Timestamp::MIN,
            existing: true,
        })
        .collect();
    let (mut world, mut random, mut events) = (World::new(&rules), 1u64, Vec::new());
    for seq in 1..6000u64 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let late = if random >> 56 == 0 { i64::try_from(random >> 52 & 15).unwrap() * DAY_MS } else { 0 };
        let time = BEGIN + i64::try_from(seq).unwrap() * 300_000 - late;
        let items = Decimal::from_scaled(i64::try_from(random >> 40 & 0xffff).unwrap());
        let event =
            Event { time, seq, identity: 1, kind: "order.placed", fields: vec![("items", Value::Number(items))] };
        world.event(&event);
        events.push(event);
        if seq % 97 == 0 {
            let back = i64::try_from(seq % 4).unwrap() * DAY_MS;
            let at = world.customer.visited().plus_ms(-back);
            for (rule, window) in rules.iter().zip(windows) {
                let (_, values, _) = world.customer.explain(&world.program, &mut world.scratch, rule.id, at).unwrap();
                let (from, to) = window.bounds(at, None, &zone()).unwrap();
                assert_eq!(values, ordered(&events, from.ms(), to.ms()), "{window:?} at {at}");
            }
        }
    }
}
