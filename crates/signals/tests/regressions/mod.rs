//! Each a fault that was there once, most found by `equality`.

use crate::reference::Event;
use crate::worlds::{self, BEGIN, World};
use base::{Currency, CustomerId, DAY_MS, Decimal, HOUR_MS, Money, RuleId, TimeZone, Timestamp};
use domain::{Kinds, Value};
use lexicon::{Action, Comparator, Condition, Definition, Function, Length, Literal, Measure, Trigger, Unit, Window};
use signals::{ABSENT, Customer, Layouts, Outcome, Program, Reason, Rule, Scratch, StoredError};

const DAYS_7: Window = Window::days(7);

fn count(kind: &str, window: Window, op: Comparator, count: i64) -> Condition {
    let measure = Measure { function: Function::Count, kind: kind.into(), field: None, filter: vec![], window };
    Condition::compare(measure, op, Literal::Number(Decimal::whole(count).unwrap()))
}

fn orders(window: Window, op: Comparator, number: i64) -> Condition {
    count("order.placed", window, op, number)
}

fn rule(number: u64, trigger: Trigger, action: Action, condition: Condition) -> Rule {
    let definition = Definition { condition, trigger, action: Some(action) };
    Rule { id: RuleId::new(number), version: 1, definition, since: Timestamp::MIN, existing: true }
}

fn tag() -> Action {
    Action::SetTag { tag: "t".into() }
}

fn sets(trigger: Trigger, condition: Condition) -> Rule {
    rule(1, trigger, tag(), condition)
}

fn event(kind: &'static str, time: i64, seq: u64) -> Event {
    Event { time, seq, identity: 1, kind, fields: vec![] }
}

fn order(time: i64, seq: u64) -> Event {
    event("order.placed", time, seq)
}

fn page(time: i64, seq: u64) -> Event {
    event("page.viewed", time, seq)
}

fn stands(world: &World) -> bool {
    world.standing().contains(&RuleId::new(1))
}

/// 0, 1, 2 … days after the beginning.
fn day(days: i64) -> i64 {
    BEGIN + days * DAY_MS
}

#[test]
fn the_first_edge_keeps_a_tag_when_a_late_event_removes_the_last() {
    // One order a week makes the tag; the second within a week is one too many.
    let rules = [sets(Trigger::Becomes, orders(DAYS_7, Comparator::Eq, 1))];
    let mut world = World::new(&rules);
    // On day 20 there are none; the late pair shows an edge on day 1, and then that on day 20 goes.
    [order(day(20), 1), order(day(1), 2), order(day(19), 3), order(day(19), 4)]
        .iter()
        .for_each(|late| world.event(late));
    assert!(stands(&world));
}

#[test]
fn an_edge_that_moved_later_goes_with_the_event_that_ends_it() {
    let two = || orders(DAYS_7, Comparator::Eq, 2);
    let mut world = World::new(&[sets(Trigger::Becomes, two())]);
    for (seq, at) in (1..).zip([10, 11, 20, 21]) {
        world.event(&order(day(at), seq));
    }
    world.event(&page(day(30), 5));
    // Two more in each pair's week: three and four at once, never two.
    for (seq, at) in (6..).zip([10, 10, 20, 20]) {
        world.event(&order(day(at), seq));
    }
    let events: Vec<Event> = (1..).zip([10, 10, 10, 11, 20, 20, 20, 21]).map(|(seq, at)| order(day(at), seq)).collect();
    let mut all = events;
    all.push(page(day(30), 9));
    world.advance(day(30));
    assert_eq!(stands(&world), stands(&World::at(&[sets(Trigger::Becomes, two())], &all, day(30))));
}

#[test]
fn a_timer_before_a_rules_beginning_leaves_the_rules_own_timer() {
    let later = Rule {
        since: Timestamp::from_ms(day(10)),
        ..rule(1, Trigger::While, tag(), orders(Window::days(30), Comparator::Ge, 1))
    };
    let soon = rule(2, Trigger::While, tag(), orders(DAYS_7, Comparator::Ge, 1));
    let mut world = World::at(&[later, soon], &[order(day(0), 1)], day(9));
    assert!(stands(&world));
    assert_eq!(world.customer.due(), Some(Timestamp::from_ms(day(30) + 1)));
    world.advance(day(31));
    assert!(!stands(&world));
}

#[test]
fn a_rule_that_the_program_no_longer_has_is_not_due_for_ever() {
    let rules = [sets(Trigger::While, orders(DAYS_7, Comparator::Ge, 1))];
    let mut world = World::at(&rules, &[order(day(0), 1)], day(1));
    world.compile(&[]);
    world.advance(day(30));
    assert_eq!(world.customer.due(), None);
}

#[test]
fn an_event_at_a_rules_beginning_is_judged_with_those_before() {
    let condition = orders(Window::days(1), Comparator::Eq, 1);
    let rules = [Rule { since: Timestamp::from_ms(day(1)), ..sets(Trigger::Becomes, condition) }];
    let world = World::at(&rules, &[order(day(0), 1), order(day(1), 2)], day(1));
    assert!(!stands(&world));
}

#[test]
fn an_event_before_a_rules_beginning_takes_back_what_its_beginning_showed() {
    let condition = orders(Window::days(30), Comparator::Lt, 2);
    let rules = [Rule { since: Timestamp::from_ms(day(10)), ..sets(Trigger::Becomes, condition) }];
    let world = World::at(&rules, &[order(day(0), 1), order(day(1), 2)], day(10));
    assert!(!stands(&world));
    assert!(world.transitions.iter().all(|transition| transition.reason == Reason::Event));
}

#[test]
fn who_has_done_nothing_of_a_kind_is_so_from_the_first_event_on() {
    let none = || Rule {
        existing: false,
        ..sets(Trigger::Becomes, count("trial.ended", Window::Lifetime, Comparator::Eq, 0))
    };
    let mut world = World::at(&[none()], &[page(day(5), 1)], day(5));
    assert!(stands(&world));
    world.restate();
    assert!(stands(&world));
    // The customer turns out to have been there when the rule began: nothing became true after it.
    let rules = [Rule { since: Timestamp::from_ms(day(3)), ..none() }];
    let world = World::at(&rules, &[page(day(5), 1), page(day(2), 2)], day(5));
    assert!(!stands(&world));
}

#[test]
fn what_stands_for_events_given_up_does_not_stay() {
    let rules = [sets(Trigger::Becomes, orders(Window::Lifetime, Comparator::Ge, 1))];
    let mut world = World::at(&rules, &[Event { identity: 2, ..order(day(0), 1) }, page(day(1), 2)], day(1));
    assert!(stands(&world));
    drop(world.customer.take(CustomerId::new(2), |identity| identity == 2));
    world.restate();
    assert!(!stands(&world));
}

#[test]
fn joined_by_mistake_and_taken_apart_each_keeps_its_own_decision() {
    let rules = [Rule {
        definition: Definition {
            action: Some(Action::AddTask { title: "call".into() }),
            ..sets(Trigger::Becomes, orders(Window::Lifetime, Comparator::Ge, 1)).definition
        },
        ..sets(Trigger::Becomes, orders(Window::Lifetime, Comparator::Ge, 1))
    }];
    for theirs_is_later in [true, false] {
        let (ours, theirs) = if theirs_is_later { (day(0), day(1)) } else { (day(1), day(0)) };
        let (mut world, mut other) = (World::new(&rules), World::new(&rules));
        other.event(&Event { identity: 2, ..order(theirs, 1) });
        world.cause(Reason::Event); // decisions are numbered by entry and rule, so those of two customers differ
        world.event(&order(ours, 2));
        let decided = |world: &World| world.customer.standing_decisions().collect::<Vec<_>>();
        let before = (decided(&world), decided(&other));
        let seq = world.cause(Reason::Merge).seq;
        world.customer.absorb(CustomerId::new(2), seq, std::mem::take(&mut other.customer));
        world.restate();
        other.customer = world.customer.take(CustomerId::new(2), |identity| identity == 2);
        world.restate();
        other.restate();
        assert_eq!((decided(&world), decided(&other)), before, "{theirs_is_later}");
    }
}

#[test]
fn what_was_decided_while_joined_is_decided_anew() {
    let rules = [sets(Trigger::Becomes, orders(Window::Lifetime, Comparator::Ge, 2))];
    let mut world = World::at(&rules, &[order(day(0), 1)], day(1));
    let other = World::at(&rules, &[Event { identity: 2, ..order(day(0), 1) }], day(1));
    let seq = world.cause(Reason::Merge).seq;
    world.customer.absorb(CustomerId::new(2), seq, other.customer);
    world.restate();
    world.event(&order(day(2), 3));
    let joined = world.transitions.last().unwrap().clone();
    drop(world.customer.take(CustomerId::new(2), |identity| identity == 2));
    world.restate();
    let anew = world.transitions.last().unwrap();
    assert_eq!((anew.outcome, anew.corrects), (Outcome::Act, Some(joined.decision)));
    assert!(anew.evidence.len() == 2, "only its own two orders: {anew:?}");
}

#[test]
fn who_gave_up_every_event_holds_nothing() {
    let rules = [sets(Trigger::While, orders(Window::Lifetime, Comparator::Eq, 0))];
    let mut world = World::at(&rules, &[page(day(1), 1)], day(1));
    assert!(stands(&world));
    drop(world.customer.take(CustomerId::new(2), |_| true));
    world.restate();
    assert!(!stands(&world));
}

#[test]
fn events_of_one_instant_keep_the_order_of_the_log_across_segments() {
    let first = Measure {
        function: Function::First,
        kind: "order.placed".into(),
        field: Some("items".into()),
        filter: vec![],
        window: Window::Lifetime,
    };
    let one = Condition::compare(first, Comparator::Eq, Literal::Number(Decimal::whole(1).unwrap()));
    let rules = [sets(Trigger::While, one)];
    let mut world = World::new(&rules);
    (1000..1600).for_each(|seq| world.event(&order(BEGIN, seq)));
    let with = |seq, items| Event {
        fields: vec![("items", Value::Number(Decimal::whole(items).unwrap()))],
        ..order(BEGIN, seq)
    };
    [with(1003, 2), with(7, 1)].iter().for_each(|event| world.event(event));
    assert!(stands(&world));
}

#[test]
fn a_narrow_row_finds_its_place_among_wider_ones() {
    let (kinds, mut history) = (Kinds::standard(), signals::History::default());
    let kind = kinds.by_name("order.placed").unwrap().id;
    history.insert(kind, &[1, 1, 1, 40]);
    history.insert(kind, &[2, 2, 1, 50, 60]);
    history.insert(kind, &[3, 3, 1, 70]);
    history.insert(kind, &[4, 4, 1]);
    let at = |ms| Timestamp::from_ms(ms);
    let all = history.newest((Timestamp::MAX, 0), None, 9);
    assert_eq!(all, [(at(4), kind, 4), (at(3), kind, 3), (at(2), kind, 2), (at(1), kind, 1)]);
}

#[test]
fn a_value_of_another_type_is_absent_and_leaves_its_neighbour_alone() {
    let kinds = Kinds::standard();
    let kind = kinds.by_name("order.placed").unwrap();
    let (layouts, mut row) = (Layouts::of(&kinds), Vec::new());
    let ten = Decimal::whole(10).unwrap();
    let fields = [
        (kind.field_id("category").unwrap().0, Value::Text("a".into())),
        (kind.field_id("items").unwrap().0, Value::Money(Money { value: ten, currency: Currency::CNY })),
        (kind.field_id("amount").unwrap().0, Value::Number(ten)),
    ];
    let layout = layouts.get(kind.id).unwrap();
    layout.write(&mut row, [1, 2, 3], fields.iter().map(|(id, value)| (*id, value)));
    assert_eq!(row, [1, 2, 3, ABSENT, ABSENT, ABSENT, signals::symbol("a"), ABSENT, ABSENT]);
}

#[test]
fn scratch_space_serves_one_program_after_another() {
    let day_of = |unit| [sets(Trigger::While, orders(Window::Calendar { unit, offset: 0 }, Comparator::Ge, 1))];
    let mut world = World::at(&day_of(Unit::Year), &[order(day(0), 1)], day(20));
    assert_eq!(world.truth(&day_of(Unit::Year)[0], day(20)), Some(true));
    world.compile(&day_of(Unit::Day));
    assert_eq!(world.truth(&day_of(Unit::Day)[0], day(20)), Some(false));
}

#[test]
fn amounts_differ_by_currency() {
    let distinct = Measure {
        function: Function::Distinct,
        kind: "order.placed".into(),
        field: Some("amount".into()),
        filter: vec![],
        window: Window::Lifetime,
    };
    let two = Condition::compare(distinct, Comparator::Eq, Literal::Number(Decimal::whole(2).unwrap()));
    let amount = |currency| Value::Money(Money { value: Decimal::whole(5).unwrap(), currency });
    let with = |seq, currency| Event { fields: vec![("amount", amount(currency))], ..order(BEGIN, seq) };
    let events = [with(1, Currency::CNY), with(2, Currency::USD), with(3, Currency::CNY)];
    assert!(stands(&World::at(&[sets(Trigger::While, two)], &events, BEGIN)));
}

#[test]
fn a_window_of_a_month_never_comes_back_over_the_end_of_a_short_month() {
    let window = Window::Sliding { length: Length { count: 1, unit: Unit::Month } };
    let rules = [sets(Trigger::While, orders(window, Comparator::Ge, 1))];
    let at = |text: &str| text.parse::<Timestamp>().unwrap().ms();
    for (ordered, left) in [
        ("2026-02-28T12:00:00+08:00", "2026-03-28T12:00:00.001+08:00"),
        ("2026-02-28T23:59:59.999+08:00", "2026-04-01T00:00:00+08:00"),
        ("2026-01-30T12:00:00+08:00", "2026-03-01T00:00:00+08:00"),
        ("2026-01-31T12:00:00+08:00", "2026-03-01T00:00:00+08:00"),
    ] {
        let world = World::at(&rules, &[order(at(ordered), 1)], at("2026-05-01T00:00:00+08:00"));
        let did: Vec<(i64, Outcome)> = world.transitions.iter().map(|done| (done.as_of.ms(), done.outcome)).collect();
        assert_eq!(did, [(at(ordered), Outcome::Act), (at(left), Outcome::TakeBack)], "{ordered}");
    }
}

#[test]
fn a_new_version_about_something_else_lets_go_of_what_the_old_one_held() {
    let old = [sets(Trigger::While, orders(Window::Lifetime, Comparator::Ge, 1))];
    let new = sets(Trigger::While, count("page.viewed", Window::Lifetime, Comparator::Ge, 1));
    let mut world = World::at(&old, &[order(day(0), 1)], day(1));
    assert!(stands(&world));
    world.compile(&[Rule { version: 2, since: Timestamp::from_ms(day(2)), ..new }]);
    world.begin(RuleId::new(1), day(2));
    assert!(!stands(&world));
}

#[test]
fn ending_a_rule_takes_back_only_what_held_while_true() {
    for (trigger, taken) in [(Trigger::While, 1), (Trigger::Becomes, 0)] {
        let rules = [sets(trigger, orders(Window::Lifetime, Comparator::Ge, 1))];
        let mut world = World::at(&rules, &[order(day(0), 1)], day(1));
        let cause = world.cause(Reason::Rule);
        assert_eq!(world.customer.end(RuleId::new(1), Timestamp::from_ms(day(2)), cause).len(), taken);
        assert_eq!(stands(&world), taken == 0, "what was done for good stands on");
    }
}

#[test]
fn a_tag_taken_away_is_not_set_again_for_what_was_before() {
    let rules = [sets(Trigger::Becomes, orders(DAYS_7, Comparator::Ge, 1))];
    let mut world = World::at(&rules, &[order(day(0), 1), order(day(20), 2)], day(21));
    world.customer.release(RuleId::new(1));
    world.event(&order(day(10), 3));
    world.advance(day(30));
    assert!(!stands(&world));
    world.event(&order(day(31), 4));
    assert!(stands(&world));
}

#[test]
fn a_task_taken_back_leaves_those_before_as_they_are() {
    let task = Action::AddTask { title: "t".into() };
    let rules = [rule(1, Trigger::Becomes, task, orders(Window::days(1), Comparator::Eq, 2))];
    let mut world = World::new(&rules);
    for (seq, at) in (1..).zip([0, 1, 10, 11]) {
        world.event(&order(day(at), seq));
    }
    assert_eq!(world.transitions.len(), 2);
    // Two more on day 10 make three at once, and never two: the second task goes.
    [order(day(10), 5), order(day(10), 6)].iter().for_each(|late| world.event(late));
    // Nothing of the first task changes.
    world.event(&order(day(-5), 7));
    let outcomes: Vec<Outcome> = world.transitions.iter().map(|done| done.outcome).collect();
    assert_eq!(outcomes, [Outcome::Act, Outcome::Act, Outcome::TakeBack]);
    world.assert_consistent();
}

#[test]
fn an_event_of_the_same_instant_is_not_late() {
    let rules = [sets(Trigger::While, orders(Window::Lifetime, Comparator::Ge, 2))];
    let world = World::at(&rules, &[order(day(0), 1), order(day(0), 2)], day(0));
    assert_eq!(world.transitions.iter().map(|done| done.reason).collect::<Vec<_>>(), [Reason::Event]);
}

#[test]
fn bytes_that_no_customer_gave_are_refused() {
    let rules = [sets(Trigger::While, orders(Window::Lifetime, Comparator::Ge, 2))];
    let mut world = World::at(&rules, &[order(day(0), 1), order(day(0), 2)], day(0));
    let state = world.customer.store(true).state;
    for place in 0..state.len() {
        for wrong in [0, 1, 2, 255] {
            let mut state = state.clone();
            state[place] = wrong;
            if let Ok(mut customer) = Customer::load(&state, |_| None) {
                let mut scratch = Scratch::default();
                let _ = customer.explain(&world.program, &mut scratch, RuleId::new(1), Timestamp::from_ms(day(1)));
                let _ = (customer.history.len(), customer.history.span());
            }
        }
        assert!(Customer::load(&state[..place], |_| None).is_err());
    }
    assert_eq!(Customer::load(&[9], |_| None).unwrap_err(), StoredError::Version(9));
}

#[test]
fn a_program_of_another_zone_has_its_own_calendar() {
    let today = Window::Calendar { unit: Unit::Day, offset: 0 };
    let rules = [sets(Trigger::While, orders(today, Comparator::Ge, 1))];
    let mut world = World::at(&rules, &[order(BEGIN - HOUR_MS, 1)], BEGIN);
    assert_eq!(world.truth(&rules[0], BEGIN), Some(false));
    world.program = Program::compile(&rules, &worlds::kinds(), TimeZone::UTC).unwrap();
    assert_eq!(world.truth(&rules[0], BEGIN), Some(true));
}

/// Written before a standing kept its version: two orders, and rule 1 standing by the second.
#[test]
fn a_state_in_its_first_form_still_loads() {
    let hex = "0101010101a01f8180080000a01f020101d2aff6a71301010901000112d00f0204000000000000d00f0204000000000000";
    let bytes: Vec<u8> =
        (0..hex.len()).step_by(2).map(|place| u8::from_str_radix(&hex[place..place + 2], 16).unwrap()).collect();
    let customer = Customer::load(&bytes, |_| None).unwrap();
    let standing: Vec<_> = customer.standing_since().map(|(rule, since, _)| (rule, since.ms())).collect();
    assert_eq!((standing, customer.history.len()), (vec![(RuleId::new(1), 2_000)], 2));
    assert_eq!(customer.version_of(RuleId::new(1)), Some(0), "it was the version of before any change");
}
