//! Random histories and definitions, and customers driven as the pipeline drives them.

use std::collections::{HashMap, HashSet};

use base::{Currency, DAY_MS, Decimal, HOUR_MS, Money, RuleId, Text, TimeZone, Timestamp};
use domain::{Class, Field, FieldType, Kind, KindId, Kinds, Value};
use lexicon::{
    Action, Comparator, Condition, Definition, Function, Length, Literal, Measure, Predicate, Trigger, Unit, Window,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use signals::{Cause, Customer, Layouts, Outcome, Program, Reason, Rule, Scratch, Transition};

use crate::reference::Event;

/// 2026-01-20T00:00+08:00, ten days before the months begin to differ in length.
pub(crate) const BEGIN: i64 = 1_768_838_400_000;

const LENGTHS: [(u32, Unit); 11] = [
    (30, Unit::Minute),
    (4, Unit::Hour),
    (1, Unit::Day),
    (7, Unit::Day),
    (30, Unit::Day),
    (2, Unit::Week),
    (1, Unit::Month),
    (1, Unit::Month),
    (2, Unit::Month),
    (1, Unit::Quarter),
    (1, Unit::Year),
];

const UNITS: [Unit; 7] = [Unit::Minute, Unit::Hour, Unit::Day, Unit::Week, Unit::Month, Unit::Quarter, Unit::Year];

/// Kind, field, type.
const FIELDS: [(&str, &str, FieldType); 9] = [
    ("order.placed", "amount", FieldType::Money),
    ("order.placed", "items", FieldType::Number),
    ("order.placed", "category", FieldType::Text),
    ("page.viewed", "page", FieldType::Text),
    ("page.viewed", "seconds", FieldType::Number),
    ("trial.ended", "happy", FieldType::Bool),
    ("trial.ended", "score", FieldType::Number),
    ("trial.ended", "price", FieldType::Money),
    ("trial.ended", "plan", FieldType::Text),
];

const KINDS: [&str; 3] = ["order.placed", "page.viewed", "trial.ended"];

pub(crate) fn kinds() -> Kinds {
    let field = |name: &str, field_type, class| Field {
        name: name.into(),
        label: Text::same(name),
        field_type,
        class,
        words_zh: vec![],
        words_en: vec![],
    };
    let fields = vec![
        field("happy", FieldType::Bool, Class::Plain),
        field("words", FieldType::Text, Class::Original),
        field("score", FieldType::Number, Class::Plain),
        field("ends", FieldType::Time, Class::Plain),
        field("price", FieldType::Money, Class::Plain),
        field("plan", FieldType::Text, Class::Plain),
    ];
    let mut kinds = Kinds::standard();
    let label = Text::same("trial");
    let (words_zh, words_en) = (vec![], vec![]);
    kinds.add(Kind { id: KindId::FIRST_OWN, name: "trial.ended".into(), label, words_zh, words_en, fields });
    kinds
}

pub(crate) fn zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}

fn number() -> impl Strategy<Value = Decimal> {
    prop_oneof![4 => (0..5i64).prop_map(|n| Decimal::whole(n).unwrap()), 1 => (-3..40_000i64).prop_map(Decimal::from_scaled)]
}

fn money() -> impl Strategy<Value = Money> {
    let currency = prop_oneof![9 => Just(Currency::CNY), 1 => Just(Currency::USD)];
    (number(), currency).prop_map(|(value, currency)| Money { value, currency })
}

fn word() -> impl Strategy<Value = String> {
    select(vec!["a", "b", ""]).prop_map(str::to_owned)
}

fn value(field_type: FieldType) -> BoxedStrategy<Value> {
    match field_type {
        FieldType::Money => money().prop_map(Value::Money).boxed(),
        FieldType::Number => number().prop_map(Value::Number).boxed(),
        FieldType::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        FieldType::Text => word().prop_map(Value::Text).boxed(),
        FieldType::Time => unreachable!(),
    }
}

fn fields(kind: &'static str) -> BoxedStrategy<Vec<(&'static str, Value)>> {
    let ours = FIELDS.iter().filter(|field| field.0 == kind);
    let each: Vec<_> = ours.map(|field| proptest::option::weighted(0.8, (Just(field.1), value(field.2)))).collect();
    each.prop_map(|found| found.into_iter().flatten().collect()).boxed()
}

/// A time free of the others or at a distance that some window has, to the millisecond.
#[derive(Debug, Clone)]
enum When {
    Free(i64),
    Apart(Index, usize, i64),
    Same(Index),
}

fn when() -> impl Strategy<Value = When> {
    let hours = prop_oneof![Just(0), Just(12 * HOUR_MS), Just(DAY_MS - 1), 0..DAY_MS];
    let free = (0..130i64, hours, -1..=1i64).prop_map(|(day, hour, ms)| When::Free(BEGIN + day * DAY_MS + hour + ms));
    let apart =
        (any::<Index>(), 0..LENGTHS.len(), -1..=1i64).prop_map(|(from, length, ms)| When::Apart(from, length, ms));
    prop_oneof![4 => free, 3 => apart, 1 => any::<Index>().prop_map(When::Same)]
}

fn times(specs: &[When]) -> Vec<i64> {
    let mut times: Vec<i64> = Vec::new();
    for spec in specs {
        times.push(match spec {
            When::Free(at) => *at,
            When::Apart(..) | When::Same(_) if times.is_empty() => BEGIN,
            When::Same(from) => *from.get(&times),
            When::Apart(from, length, ms) => {
                let (count, unit) = LENGTHS[*length];
                Length { count, unit }.after(Timestamp::from_ms(*from.get(&times)), &zone()).ms() + ms
            }
        });
    }
    times
}

/// Events in the order of their places in the log, in no order of time.
pub(crate) fn events(most: usize) -> impl Strategy<Value = Vec<Event>> {
    let kind = prop_oneof![3 => Just(KINDS[0]), 1 => Just(KINDS[1]), 1 => Just(KINDS[2])];
    let each = (when(), 1..4u64, kind.prop_flat_map(|kind| (Just(kind), fields(kind))));
    prop::collection::vec(each, 1..most).prop_map(|all| {
        let times = times(&all.iter().map(|(when, ..)| when.clone()).collect::<Vec<_>>());
        let all = all.into_iter().zip(times).zip(1..);
        all.map(|(((_, identity, (kind, fields)), time), seq)| Event { time, seq, identity, kind, fields }).collect()
    })
}

/// Many orders within some weeks, several at one time, two in five arriving late.
pub(crate) fn crowd(size: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Event>> {
    let lag = prop_oneof![6 => Just(0), 3 => 0..40i64, 1 => 0..400i64];
    let each = (0..400i64, lag, 1..4u64, fields(KINDS[0]));
    prop::collection::vec(each, size).prop_map(|mut all| {
        all.sort_by_key(|(step, lag, ..)| step + lag);
        let places = (1..=all.len() as u64).rev().collect::<Vec<_>>();
        let event = |((step, _, identity, fields), seq)| Event {
            time: BEGIN + step * 3 * HOUR_MS,
            seq,
            identity,
            kind: KINDS[0],
            fields,
        };
        all.into_iter().zip(places).map(event).collect()
    })
}

/// The same events in another order of arrival.
pub(crate) fn shuffled(events: Vec<Event>) -> impl Strategy<Value = Vec<Event>> {
    Just(events).prop_shuffle()
}

fn length() -> impl Strategy<Value = Length> {
    select(LENGTHS.to_vec()).prop_map(|(count, unit)| Length { count, unit })
}

fn window() -> impl Strategy<Value = Window> {
    prop_oneof![
        2 => Just(Window::Lifetime),
        5 => length().prop_map(|length| Window::Sliding { length }),
        3 => (select(UNITS.to_vec()), -2..=0i32).prop_map(|(unit, offset)| Window::Calendar { unit, offset }),
        1 => proptest::option::of(length()).prop_map(|length| Window::SinceFirst { length }),
    ]
}

fn comparator(ordered: bool) -> impl Strategy<Value = Comparator> {
    use Comparator::{Eq, Ge, Gt, Le, Lt, Ne};
    select(if ordered { vec![Eq, Ne, Lt, Le, Gt, Ge, Ge, Ge] } else { vec![Eq, Ne] })
}

fn literal(field_type: FieldType) -> BoxedStrategy<(Comparator, Literal)> {
    let ordered = matches!(field_type, FieldType::Number | FieldType::Money);
    let literal = value(field_type).prop_map(|value| match value {
        Value::Bool(value) => Literal::Bool(value),
        Value::Number(value) => Literal::Number(value),
        Value::Money(value) => Literal::Money(value),
        Value::Text(value) => Literal::Text(value),
        Value::Time(_) => unreachable!(),
    });
    (comparator(ordered), literal).boxed()
}

fn predicate(kind: &'static str) -> BoxedStrategy<Predicate> {
    let ours: Vec<_> = FIELDS.iter().filter(|field| field.0 == kind).copied().collect();
    let test = select(ours).prop_flat_map(|(_, field, field_type)| (Just(field), literal(field_type)));
    test.prop_map(|(field, (op, value))| Predicate { field: field.into(), op, value }).boxed()
}

fn function(field_type: FieldType) -> impl Strategy<Value = Function> {
    use Function::{Avg, Count, Distinct, Exists, First, Last, Max, Min, Sum};
    select(match field_type {
        FieldType::Money | FieldType::Number => vec![Count, Exists, Sum, Avg, Min, Max, First, Last, Distinct],
        _ => vec![Count, Exists, First, Last, Distinct],
    })
}

fn comparison() -> impl Strategy<Value = Condition> {
    let made = select(FIELDS.to_vec())
        .prop_flat_map(|(kind, field, field_type)| (Just((kind, field, field_type)), function(field_type)));
    let made = made.prop_flat_map(|((kind, field, field_type), function)| {
        let compared = match function {
            Function::Count | Function::Distinct => FieldType::Number,
            Function::Exists => FieldType::Bool,
            _ => field_type,
        };
        let filter = prop_oneof![3 => Just(vec![]), 1 => prop::collection::vec(predicate(kind), 1..=2)];
        (Just((kind, field, function)), filter, window(), literal(compared))
    });
    made.prop_map(|((kind, field, function), filter, window, (op, value))| {
        let field = (!matches!(function, Function::Count | Function::Exists)).then(|| field.to_owned());
        let measure = Measure { function, kind: kind.into(), field, filter, window };
        Condition::Compare { measure, op, value }
    })
}

pub(crate) fn condition() -> impl Strategy<Value = Condition> {
    comparison().prop_recursive(3, 5, 3, |part| {
        prop_oneof![
            prop::collection::vec(part.clone(), 1..=3).prop_map(|of| Condition::All { of }),
            prop::collection::vec(part.clone(), 1..=3).prop_map(|of| Condition::Any { of }),
            part.prop_map(|of| Condition::Not { of: Box::new(of) }),
        ]
    })
}

fn follows() -> impl Strategy<Value = (Trigger, Action)> {
    let tag = || Action::SetTag { tag: "t".into() };
    select(vec![
        (Trigger::While, tag()),
        (Trigger::Becomes, tag()),
        (Trigger::Becomes, Action::AddTask { title: "t".into() }),
    ])
}

/// Rules numbered from 1.
pub(crate) fn rules(most: usize) -> impl Strategy<Value = Vec<Rule>> {
    let since = prop_oneof![2 => Just(Timestamp::MIN.ms()), 3 => (0..130i64).prop_map(|day| BEGIN + day * DAY_MS)];
    let each = (condition(), follows(), since, any::<bool>());
    prop::collection::vec(each, 1..=most).prop_map(|all| {
        let rule = |(number, (condition, (trigger, action), since, existing))| Rule {
            id: RuleId::new(number),
            version: 1,
            definition: Definition { condition, trigger, action: Some(action) },
            since: Timestamp::from_ms(since),
            existing,
        };
        (1..).zip(all).map(rule).collect()
    })
}

/// After every event, window and rule's beginning, or in their midst.
pub(crate) fn clock(events: &[Event], rules: &[Rule], days: i64) -> i64 {
    let last = events.iter().map(|event| event.time).max().unwrap();
    rules.iter().map(|rule| rule.since.ms()).max().unwrap().max(last) + days * DAY_MS
}

/// A customer with what drives it.
pub(crate) struct World {
    kinds: Kinds,
    layouts: Layouts,
    pub(crate) program: Program,
    pub(crate) scratch: Scratch,
    pub(crate) customer: Customer,
    pub(crate) transitions: Vec<Transition>,
    seq: u64,
    /// What has been stored of the segments.
    stored: HashMap<signals::SegmentKey, Vec<u8>>,
}

impl World {
    pub(crate) fn new(rules: &[Rule]) -> Self {
        let kinds = kinds();
        Self {
            layouts: Layouts::of(&kinds),
            program: Program::compile(rules, &kinds, zone()).unwrap(),
            kinds,
            scratch: Scratch::default(),
            customer: Customer::default(),
            transitions: Vec::new(),
            seq: 1000,
            stored: HashMap::new(),
        }
    }

    /// A customer that had all these events in this order, at `clock`.
    pub(crate) fn at(rules: &[Rule], events: &[Event], clock: i64) -> Self {
        let mut world = Self::new(rules);
        events.iter().for_each(|event| world.event(event));
        world.advance(clock);
        world
    }

    pub(crate) fn compile(&mut self, rules: &[Rule]) {
        self.program = Program::compile(rules, &self.kinds, zone()).unwrap();
    }

    pub(crate) fn cause(&mut self, reason: Reason) -> Cause {
        self.seq += 1;
        Cause { seq: self.seq, reason }
    }

    pub(crate) fn event(&mut self, event: &Event) {
        self.advance(event.time);
        let kind = self.kinds.by_name(event.kind).unwrap();
        let mut row = Vec::new();
        let head = [event.time, i64::try_from(event.seq).unwrap(), i64::try_from(event.identity).unwrap()];
        let fields = event.fields.iter().map(|(name, value)| (kind.field_id(name).unwrap().0, value));
        self.layouts.get(kind.id).unwrap().write(&mut row, head, fields);
        let (kind, cause) = (kind.id, self.cause(Reason::Event));
        self.transitions.extend(self.customer.event(&self.program, &mut self.scratch, kind, &row, cause));
    }

    pub(crate) fn advance(&mut self, to: i64) {
        let mut before = None;
        while let Some(due) = self.customer.due().filter(|due| due.ms() <= to) {
            assert!(before < Some(due), "time stands still at {due}");
            before = Some(due);
            let seq = self.cause(Reason::Time).seq;
            self.transitions.extend(self.customer.advance(&self.program, &mut self.scratch, due, seq));
        }
    }

    pub(crate) fn begin(&mut self, rule: RuleId, at: i64) {
        let cause = self.cause(Reason::Rule);
        let at = Timestamp::from_ms(at);
        let made = self.customer.begin(&self.program, &mut self.scratch, rule, at, cause);
        self.transitions.extend(made.into_iter().flatten());
    }

    pub(crate) fn restate(&mut self) {
        let cause = self.cause(Reason::Merge);
        self.transitions.extend(self.customer.restate(&self.program, &mut self.scratch, cause));
    }

    /// Writes what changed and reads it back.
    pub(crate) fn restart(&mut self) {
        let stored = self.customer.store(false);
        self.stored.extend(stored.segments);
        assert_eq!(stored.due, self.customer.due());
        self.customer = Customer::load(&stored.state, |key| self.stored.get(&key).cloned()).unwrap();
        self.scratch = Scratch::default();
    }

    pub(crate) fn truth(&mut self, rule: &Rule, at: i64) -> Option<bool> {
        let at = Timestamp::from_ms(at);
        let (truth, ..) = self.customer.explain(&self.program, &mut self.scratch, rule.id, at).unwrap();
        match truth {
            signals::Truth::True => Some(true),
            signals::Truth::False => Some(false),
            signals::Truth::Unknown => None,
        }
    }

    /// The rules that stand.
    pub(crate) fn standing(&self) -> HashSet<RuleId> {
        self.customer.standing_decisions().map(|(rule, _)| rule).collect()
    }

    /// Holds the transitions against each other and against what stands.
    pub(crate) fn assert_consistent(&self) {
        let mut decisions = HashSet::new();
        let mut standing = HashMap::new();
        for transition in &self.transitions {
            assert!(decisions.insert(transition.decision), "one decision twice: {transition:?}");
            match transition.outcome {
                Outcome::Act => drop(standing.insert(transition.rule, transition.decision)),
                Outcome::TakeBack => assert_eq!(standing.remove(&transition.rule), transition.corrects),
            }
        }
        assert_eq!(standing, self.customer.standing_decisions().collect::<HashMap<_, _>>());
    }
}
