//! Definitions compiled to slots: each different measure and window once, and which kinds touch which rules.

use base::{RuleId, TimeZone, Timestamp};
use domain::{FieldType, KindId, Kinds};
use foldhash::HashMap;
use lexicon::{Action, Comparator, Condition, Definition, DefinitionError, Function, Literal, Trigger, Window};

use crate::layout::{ABSENT, Layout, Layouts, symbol};

/// A rule in force: a definition and since when it applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Which.
    pub id: RuleId,
    /// Its version, from 1.
    pub version: u32,
    /// When it holds and what follows.
    pub definition: Definition,
    /// Nothing before this instant makes it fire.
    pub since: Timestamp,
    /// Whether it fires for those for whom it holds already at `since`.
    pub existing: bool,
}

/// A measure over slots.
#[derive(Debug, Clone)]
pub(crate) struct Measure {
    pub(crate) function: Function,
    pub(crate) kind: KindId,
    pub(crate) slot: Option<usize>,
    /// The slot of the currency and the one wanted; none is wanted to tell amounts apart.
    pub(crate) currency: Option<(usize, i64)>,
    pub(crate) filter: Vec<Test>,
    pub(crate) window: usize,
    /// Whether a stored fold is this measure's: a hash of all but the window.
    pub(crate) stamp: u64,
    /// Its kind and window among all different ones.
    pub(crate) span: usize,
    /// The first measure over the same rows of the same field: what one came to serves all.
    pub(crate) shared: usize,
}

/// A predicate over slots.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    slot: usize,
    currency: Option<(usize, i64)>,
    op: Comparator,
    value: i64,
}

fn word(row: &[i64], slot: usize) -> Option<i64> {
    row.get(slot).copied().filter(|word| *word != ABSENT)
}

pub(crate) fn holds<T: Ord + Copy>(left: T, op: Comparator, right: T) -> bool {
    match op {
        Comparator::Eq => left == right,
        Comparator::Ne => left != right,
        Comparator::Lt => left < right,
        Comparator::Le => left <= right,
        Comparator::Gt => left > right,
        Comparator::Ge => left >= right,
    }
}

impl Test {
    fn lets_through(&self, row: &[i64]) -> bool {
        let currency = self.currency.is_none_or(|(slot, wanted)| word(row, slot) == Some(wanted));
        currency && word(row, self.slot).is_some_and(|value| holds(value, self.op, self.value))
    }
}

impl Measure {
    /// Whether what one comes to serves the other.
    fn shares(&self, other: &Self) -> bool {
        let is_distinct = |measure: &Self| measure.function == Function::Distinct;
        let stands = |measure: &Self| (measure.span, measure.stamp, is_distinct(measure));
        stands(self) == stands(other)
    }

    pub(crate) fn lets_through(&self, row: &[i64]) -> bool {
        self.filter.iter().all(|test| test.lets_through(row))
    }

    pub(crate) fn value(&self, row: &[i64]) -> Option<i64> {
        self.slot.and_then(|slot| word(row, slot))
    }

    /// A value that differs where what it stands for does.
    pub(crate) fn different(&self, row: &[i64]) -> Option<(i64, Option<i64>)> {
        Some((self.value(row)?, self.currency.and_then(|(slot, _)| word(row, slot))))
    }

    pub(crate) fn is_foreign(&self, row: &[i64]) -> bool {
        self.currency.is_some_and(|(slot, wanted)| word(row, slot) != Some(wanted))
    }
}

/// A condition over measures by number.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Compare { measure: usize, op: Comparator, value: i64 },
}

/// A compiled rule.
#[derive(Debug, Clone)]
pub struct CompiledRule {
    /// The rule itself.
    pub rule: Rule,
    pub(crate) node: Node,
    /// Its measures, in reading order.
    pub(crate) measures: Vec<usize>,
    pub(crate) kinds: Vec<KindId>,
    /// Whether once fired for a customer it need not be looked at again.
    pub(crate) latches: bool,
}

/// Rules compiled together. Equal measures are computed once.
#[derive(Debug, Clone)]
pub struct Program {
    /// By id.
    pub(crate) rules: Vec<CompiledRule>,
    pub(crate) measures: Vec<Measure>,
    pub(crate) windows: Vec<Window>,
    pub(crate) spans: Vec<(KindId, usize)>,
    pub(crate) zone: TimeZone,
    /// A hash of what scratch space keeps for it.
    pub(crate) stamp: u64,
    by_kind: HashMap<KindId, Vec<usize>>,
    /// Rules that hold for a customer without any event.
    pub(crate) vacuous: Vec<usize>,
}

impl Program {
    /// Compiles rules.
    ///
    /// # Errors
    /// A definition that does not fit the kinds.
    pub fn compile(rules: &[Rule], kinds: &Kinds, zone: TimeZone) -> Result<Self, DefinitionError> {
        let mut compiler = Compiler::new(kinds);
        let mut compiled = rules.iter().map(|rule| compiler.rule(rule)).collect::<Result<Vec<_>, _>>()?;
        compiled.sort_by_key(|rule| rule.rule.id);
        let Compiler { measures, windows, spans, .. } = compiler;
        let mut by_kind: HashMap<KindId, Vec<usize>> = HashMap::default();
        for (place, rule) in compiled.iter().enumerate() {
            rule.kinds.iter().for_each(|kind| by_kind.entry(*kind).or_default().push(place));
        }
        let stamp = hash(&format!("{} {windows:?} {} {zone:?}", measures.len(), spans.len()));
        let mut program = Self { rules: compiled, measures, windows, spans, zone, stamp, by_kind, vacuous: Vec::new() };
        program.vacuous = crate::evaluate::vacuous(&program);
        Ok(program)
    }

    /// The rules that an event of this kind touches, by place.
    #[must_use]
    pub fn touched(&self, kind: KindId) -> &[usize] {
        self.by_kind.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// The rules that an event touches; the first of a customer also touches those that hold without any.
    pub(crate) fn touched_rules(&self, kind: KindId, opens: bool) -> impl Iterator<Item = &CompiledRule> {
        let touched = self.touched(kind);
        let vacuous = if opens { self.vacuous.as_slice() } else { &[] };
        let places = touched.iter().chain(vacuous.iter().filter(|place| !touched.contains(place)));
        places.filter_map(|place| self.rules.get(*place))
    }

    /// A rule and its place.
    #[must_use]
    pub fn rule(&self, id: RuleId) -> Option<(usize, &CompiledRule)> {
        let place = self.rules.binary_search_by_key(&id, |rule| rule.rule.id).ok()?;
        self.rules.get(place).map(|rule| (place, rule))
    }

    /// All rules.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().map(|rule| &rule.rule)
    }
}

struct Compiler<'k> {
    kinds: &'k Kinds,
    layouts: Layouts,
    measures: Vec<Measure>,
    windows: Vec<Window>,
    spans: Vec<(KindId, usize)>,
}

fn place_of<T: PartialEq>(all: &mut Vec<T>, one: T) -> usize {
    all.iter().position(|known| *known == one).unwrap_or_else(|| {
        all.push(one);
        all.len() - 1
    })
}

impl<'k> Compiler<'k> {
    fn new(kinds: &'k Kinds) -> Self {
        let (measures, windows, spans) = (Vec::new(), Vec::new(), Vec::new());
        Self { kinds, layouts: Layouts::of(kinds), measures, windows, spans }
    }

    fn rule(&mut self, rule: &Rule) -> Result<CompiledRule, DefinitionError> {
        rule.definition.check(self.kinds)?;
        let node = self.node(&rule.definition.condition)?;
        let mut measures = Vec::new();
        collect(&node, &mut measures);
        let mut kinds: Vec<KindId> =
            measures.iter().filter_map(|place| self.measures.get(*place)).map(|m| m.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let latches = rule.definition.trigger == Trigger::Becomes
            && matches!(rule.definition.action, Some(Action::SetTag { .. }) | None);
        Ok(CompiledRule { rule: rule.clone(), node, measures, kinds, latches })
    }

    fn node(&mut self, condition: &Condition) -> Result<Node, DefinitionError> {
        let mut all = |of: &[Condition]| of.iter().map(|part| self.node(part)).collect::<Result<Vec<_>, _>>();
        Ok(match condition {
            Condition::All { of } => Node::All(all(of)?),
            Condition::Any { of } => Node::Any(all(of)?),
            Condition::Not { of } => Node::Not(Box::new(self.node(of)?)),
            Condition::Compare { measure, op, value } => {
                let (value, currency) = literal(value);
                Node::Compare { measure: self.measure(measure, currency)?, op: *op, value }
            }
        })
    }

    fn layout(&self, kind: &str) -> Result<(&domain::Kind, &Layout), DefinitionError> {
        let unknown = || DefinitionError::Kind(kind.to_owned());
        let kind = self.kinds.by_name(kind).ok_or_else(unknown)?;
        Ok((kind, self.layouts.get(kind.id).ok_or_else(unknown)?))
    }

    fn slot(&self, kind: &str, field: &str) -> Result<(FieldType, usize), DefinitionError> {
        let (found, layout) = self.layout(kind)?;
        let slot = found.field_id(field).and_then(|(id, _)| layout.slot(id));
        slot.ok_or_else(|| DefinitionError::Field { kind: kind.to_owned(), field: field.to_owned() })
    }

    fn measure(&mut self, measure: &lexicon::Measure, currency: Option<i64>) -> Result<usize, DefinitionError> {
        let kind = self.layout(&measure.kind)?.0.id;
        let slot = measure.field.as_deref().map(|field| self.slot(&measure.kind, field)).transpose()?;
        let filter = measure.filter.iter().map(|predicate| {
            let (_, slot) = self.slot(&measure.kind, &predicate.field)?;
            let (value, currency) = literal(&predicate.value);
            Ok(Test { slot, currency: currency.map(|wanted| (slot + 1, wanted)), op: predicate.op, value })
        });
        let filter = filter.collect::<Result<Vec<_>, DefinitionError>>()?;
        let is_money = slot.is_some_and(|(field_type, _)| field_type == FieldType::Money);
        let wanted = currency.or(is_money.then_some(ABSENT));
        let currency = slot.and_then(|(_, slot)| wanted.map(|wanted| (slot + 1, wanted)));
        let (slot, window) = (slot.map(|(_, slot)| slot), place_of(&mut self.windows, measure.window));
        let (function, span) = (measure.function, place_of(&mut self.spans, (kind, window)));
        let mut compiled = Measure { function, kind, slot, currency, filter, window, stamp: 0, span, shared: 0 };
        compiled.stamp = stamp(&compiled);
        let shared = self.measures.iter().position(|known| known.shares(&compiled));
        compiled.shared = shared.unwrap_or(self.measures.len());
        let known = self.measures.iter().position(|known| known.function == function && known.shares(&compiled));
        Ok(known.unwrap_or_else(|| {
            self.measures.push(compiled);
            self.measures.len() - 1
        }))
    }
}

/// Equal for measures that make the same of the same rows.
fn stamp(measure: &Measure) -> u64 {
    hash(&format!("{:?} {:?} {:?}", measure.slot, measure.currency, measure.filter))
}

fn hash(shape: &str) -> u64 {
    symbol(shape).cast_unsigned()
}

fn literal(value: &Literal) -> (i64, Option<i64>) {
    match value {
        Literal::Number(number) => (number.scaled(), None),
        Literal::Money(money) => (money.value.scaled(), Some(money.currency.number())),
        Literal::Text(text) => (symbol(text), None),
        Literal::Bool(yes) => (i64::from(*yes), None),
    }
}

fn collect(node: &Node, into: &mut Vec<usize>) {
    match node {
        Node::All(of) | Node::Any(of) => of.iter().for_each(|part| collect(part, into)),
        Node::Not(of) => collect(of, into),
        Node::Compare { measure, .. } => into.push(*measure),
    }
}
