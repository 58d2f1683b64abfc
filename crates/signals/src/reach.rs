//! Whether a rule stays as it is over a stretch of time, told without going through it.
//!
//! A window's two ends only move forward. So at every instant of a stretch it holds the rows between its latest start and its
//! earliest end, and none but those between its earliest start and its latest end; what a measure makes of the few and
//! of the many bounds what it comes to at any instant. Where no value within the bounds changes a comparison, nothing
//! between can.

use base::{DAY_MS, Decimal, Timestamp};
use lexicon::{Comparator, Function, Window};

use crate::evaluate::{Made, Scratch, Truth, and, different_values, not, or};
use crate::fold::Fold;
use crate::history::{History, Stream};
use crate::program::{CompiledRule, Measure, Node, Program};

/// By how much a window of months, whose length is not the same everywhere, is taken wider or narrower.
const MONTHS_SLACK_MS: i64 = 4 * DAY_MS;

/// Outcomes that are possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Possible(u8);

const OUTCOMES: [Truth; 3] = [Truth::True, Truth::False, Truth::Unknown];

impl Possible {
    const NONE: Self = Self(0);
    const ALL: Self = Self(0b111);

    const fn only(truth: Truth) -> Self {
        Self(1 << truth as u8)
    }

    const fn has(self, truth: Truth) -> bool {
        self.0 & Self::only(truth).0 != 0
    }

    const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn each(self) -> impl Iterator<Item = Truth> {
        OUTCOMES.into_iter().filter(move |truth| self.has(*truth))
    }

    fn joined(self, other: Self, join: impl Fn(Truth, Truth) -> Truth) -> Self {
        let pairs = self.each().flat_map(|a| other.each().map(move |b| (a, b)));
        pairs.fold(Self::NONE, |all, (a, b)| all.or(Self::only(join(a, b))))
    }
}

/// What comparing any number from `low` to `high` may give.
fn between(low: i128, high: i128, op: Comparator, value: i128) -> Possible {
    let yes = |op| match op {
        Comparator::Eq => low <= value && value <= high,
        Comparator::Ne => low != value || high != value,
        Comparator::Lt => low < value,
        Comparator::Le => low <= value,
        Comparator::Gt => high > value,
        Comparator::Ge => high >= value,
    };
    let opposite = match op {
        Comparator::Eq => Comparator::Ne,
        Comparator::Ne => Comparator::Eq,
        Comparator::Lt => Comparator::Ge,
        Comparator::Le => Comparator::Gt,
        Comparator::Gt => Comparator::Le,
        Comparator::Ge => Comparator::Lt,
    };
    let part = |possible, truth| if possible { Possible::only(truth) } else { Possible::NONE };
    part(yes(op), Truth::True).or(part(yes(opposite), Truth::False))
}

type Span = (i64, i64);

/// A stretch of time of one customer, both ends in.
pub(crate) struct Stretch<'s> {
    pub(crate) program: &'s Program,
    pub(crate) history: &'s mut History,
    pub(crate) scratch: &'s mut Scratch,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Stretch<'_> {
    /// Whether the rule is true at every instant, or at none; nothing where the bounds do not tell.
    pub(crate) fn holds(&mut self, rule: &CompiledRule) -> Option<bool> {
        let possible = self.outcomes(&rule.node);
        match possible.has(Truth::True) {
            true if possible == Possible::only(Truth::True) => Some(true),
            true => None,
            false => Some(false),
        }
    }

    fn outcomes(&mut self, node: &Node) -> Possible {
        match node {
            Node::All(of) => self.joined(of, Truth::True, and),
            Node::Any(of) => self.joined(of, Truth::False, or),
            Node::Not(of) => self.outcomes(of).joined(Possible::only(Truth::True), |truth, _| not(truth)),
            Node::Compare { measure, op, value } => self.compared(*measure, *op, *value),
        }
    }

    /// The outcomes of parts joined, beginning with one that changes nothing.
    fn joined(&mut self, of: &[Node], neutral: Truth, join: fn(Truth, Truth) -> Truth) -> Possible {
        let mut all = Possible::only(neutral);
        for part in of {
            all = all.joined(self.outcomes(part), join);
            if all == Possible::only(not(neutral)) {
                break; // whatever the others come to
            }
        }
        all
    }

    fn compared(&mut self, place: usize, op: Comparator, value: i64) -> Possible {
        let program = self.program;
        let Some(measure) = program.measures.get(place) else { return Possible::ALL };
        let mut walked = std::mem::take(&mut self.scratch.walked);
        let key = (measure.shared, self.from, self.to);
        let bounds = walked.stretch(key, || self.most_and_fewest(measure));
        self.scratch.walked = walked;
        match bounds {
            (Made::Fold(many), Made::Fold(few)) => bounded(measure, &many, &few, op, value),
            (Made::Distinct(most), Made::Distinct(least)) => counted(least, most, op, value),
            _ => Possible::ALL,
        }
    }

    /// What a measure makes of all that some window of the stretch may hold, and of what every one does.
    fn most_and_fewest(&mut self, measure: &Measure) -> (Made, Made) {
        let (outer, inner) = self.windows(measure);
        let is_distinct = measure.function == Function::Distinct;
        let mut stream = self.history.stream_mut(measure.kind);
        let mut make = |window: Option<Span>| match (stream.as_mut(), window) {
            (Some(stream), Some(window)) if is_distinct => Made::Distinct(different_values(stream, measure, window)),
            (Some(stream), Some(window)) => Made::Fold(stream.fold_once(measure, window)),
            _ if is_distinct => Made::Distinct(0),
            _ => Made::Fold(Fold::EMPTY),
        };
        (make(outer), make(inner))
    }

    /// What some window of the stretch may hold, and what every one does.
    fn windows(&self, measure: &Measure) -> (Option<Span>, Option<Span>) {
        let Some(last) = self.window(measure, self.to) else { return (None, None) };
        let Some(first) = self.window(measure, self.from) else { return (Some(last), None) };
        let slack = match self.program.windows.get(measure.window) {
            Some(Window::Sliding { length }) if length.exact_ms().is_none() => MONTHS_SLACK_MS,
            _ => 0,
        };
        let inner = (last.0.saturating_add(slack), first.1);
        (Some((first.0.saturating_sub(slack), last.1)), Some(inner).filter(|(from, to)| from <= to))
    }

    fn window(&self, measure: &Measure, at: i64) -> Option<Span> {
        let first = self.history.stream(measure.kind).and_then(Stream::first_time).filter(|first| *first <= at);
        let window = self.program.windows.get(measure.window)?;
        let (from, to) = window.bounds(Timestamp::from_ms(at), first.map(Timestamp::from_ms), &self.program.zone)?;
        Some((from.ms(), to.ms()))
    }
}

fn counted(least: i64, most: i64, op: Comparator, value: i64) -> Possible {
    let scaled = |count: i64| i128::from(count) * i128::from(Decimal::SCALE);
    between(scaled(least), scaled(most), op, i128::from(value))
}

/// What a comparison may give for rows that are at least `few` and at most `many`.
fn bounded(measure: &Measure, many: &Fold, few: &Fold, op: Comparator, value: i64) -> Possible {
    let wanted = i128::from(value);
    let (low, high, against) = match measure.function {
        Function::Count | Function::Distinct => return counted(few.count, many.count, op, value),
        Function::Exists => (i128::from(few.count > 0), i128::from(many.count > 0), wanted),
        _ if few.foreign => return Possible::only(Truth::Unknown),
        _ if many.foreign => return Possible::ALL,
        Function::Sum => {
            let (low, high) = total(many, few, 0);
            (low, high, wanted)
        }
        _ if many.valued == 0 => return Possible::only(Truth::Unknown),
        Function::Avg => {
            let (low, high) = total(many, few, wanted);
            (low, high, 0)
        }
        Function::Min if few.valued > 0 => (i128::from(many.min), i128::from(few.min), wanted),
        Function::Max if few.valued > 0 => (i128::from(few.max), i128::from(many.max), wanted),
        Function::Min | Function::Max | Function::First | Function::Last => {
            (i128::from(many.min), i128::from(many.max), wanted)
        }
    };
    let known = between(low, high, op, against);
    let needs_value = !matches!(measure.function, Function::Exists | Function::Sum);
    if needs_value && few.valued == 0 { known.or(Possible::only(Truth::Unknown)) } else { known }
}

/// Between what the sum of values lies, each less `less`.
fn total(many: &Fold, few: &Fold, less: i128) -> (i128, i128) {
    if many.valued == 0 {
        return (0, 0);
    }
    let sum = |fold: &Fold| fold.sum - less * i128::from(fold.valued);
    let (lowest, highest) = (i128::from(many.min) - less, i128::from(many.max) - less);
    let more = i128::from(many.valued - few.valued);
    let low = if highest <= 0 { sum(many) } else { sum(few) + more * lowest.min(0) };
    let high = if lowest >= 0 { sum(many) } else { sum(few) + more * highest.max(0) };
    (low, high)
}
