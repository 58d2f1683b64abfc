//! What a condition is for one customer at one instant, and when time alone may change it.

use std::collections::HashSet;
use std::hash::Hash;

use base::{DAY_MS, Timestamp};
use foldhash::HashMap;
use lexicon::{Comparator, Function, Length, Unit, Window};
use serde::{Deserialize, Serialize};

use crate::fold::Fold;
use crate::history::{History, Stream};
use crate::measured::Measured;
use crate::program::{CompiledRule, Measure, Node, Program};

/// True, false, or unknown for want of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// Holds.
    True,
    /// Does not hold.
    False,
    /// A value that it needs is absent, or amounts are in another currency.
    Unknown,
}

/// Scratch space that one thread keeps between evaluations.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The stamp of the program that it serves.
    program: u64,
    /// What each measure came to, and the round it is of.
    values: Vec<(u64, Made)>,
    /// Of each kind and window, the bounds and when they next pass an event, and the round they are of.
    bounds: Vec<(u64, Option<(i64, i64)>)>,
    shifts: Vec<(u64, Option<i64>)>,
    /// Measures stay as they are within a round: one instant of one customer with the same events.
    round: u64,
    at: i64,
    /// By window: the instants between which its calendar bounds stay as they are.
    calendar: Vec<Option<Calendar>>,
    pub(crate) walked: Walked,
}

/// The most that is kept of walks.
const WALKED_LIMIT: usize = 50_000;

/// What measures came to where one rule was walked through points: others of the same kinds go the same way. It is kept while
/// the customer's events stay as they are.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    points: HashMap<(usize, i64), Made>,
    stretches: HashMap<(usize, i64, i64), (Made, Made)>,
}

impl Walked {
    fn clear(&mut self) {
        self.points.clear();
        self.stretches.clear();
    }

    /// What a measure comes to over a stretch, of the most and of the fewest rows.
    pub(crate) fn stretch(
        &mut self,
        (measure, from, to): (usize, i64, i64),
        make: impl FnOnce() -> (Made, Made),
    ) -> (Made, Made) {
        kept(&mut self.stretches, (measure, from, to), make)
    }
}

fn kept<K: Eq + Hash, V: Copy>(known: &mut HashMap<K, V>, key: K, make: impl FnOnce() -> V) -> V {
    if let Some(found) = known.get(&key) {
        return *found;
    }
    let made = make();
    if known.len() < WALKED_LIMIT {
        known.insert(key, made);
    }
    made
}

impl Scratch {
    /// Forgets what measures came to: the customer or its events are others now.
    pub(crate) fn renew(&mut self, program: &Program) {
        if self.program != program.stamp {
            *self = Self { round: self.round, program: program.stamp, ..Self::default() };
            self.values.resize(program.measures.len(), (0, Made::Fold(Fold::EMPTY)));
            self.bounds.resize(program.spans.len(), (0, None));
            self.shifts.resize(program.spans.len(), (0, None));
            self.calendar.resize(program.windows.len(), None);
        }
        self.round += 1;
        self.walked.clear();
    }
}

/// What the rows of a window come to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Made {
    Fold(Fold),
    Distinct(i64),
}

#[derive(Debug, Clone, Copy)]
struct Calendar {
    from: i64,
    until: i64,
    bounds: (i64, i64),
}

/// A condition with, when it is not true, whether time alone can make it so.
#[derive(Clone, Copy)]
struct Verdict {
    truth: Truth,
    stuck: bool,
}

/// Evaluates the conditions of a program for one customer at one instant.
pub(crate) struct Evaluator<'e> {
    program: &'e Program,
    history: &'e mut History,
    scratch: &'e mut Scratch,
    at: i64,
    walks: bool,
}

impl<'e> Evaluator<'e> {
    /// `scratch` was renewed since it last served another customer or other events.
    pub(crate) fn new(program: &'e Program, history: &'e mut History, scratch: &'e mut Scratch, at: i64) -> Self {
        if scratch.at != at {
            scratch.round += 1;
            scratch.at = at;
        }
        Self { program, history, scratch, at, walks: false }
    }

    /// The same for an instant to which other rules may be walked too.
    pub(crate) fn walking(self) -> Self {
        Self { walks: true, ..self }
    }

    pub(crate) fn truth(&mut self, rule: &CompiledRule) -> Truth {
        self.verdict(&rule.node).truth
    }

    pub(crate) fn holds(&mut self, rule: &CompiledRule) -> bool {
        self.truth(rule) == Truth::True
    }

    fn verdict(&mut self, node: &Node) -> Verdict {
        match node {
            Node::All(of) => {
                let mut whole = Verdict { truth: Truth::True, stuck: false };
                for part in of {
                    let part = self.verdict(part);
                    whole.truth = and(whole.truth, part.truth);
                    whole.stuck |= part.stuck;
                    if whole.stuck && whole.truth == Truth::False {
                        break;
                    }
                }
                whole
            }
            Node::Any(of) => {
                let mut whole = Verdict { truth: Truth::False, stuck: true };
                for part in of {
                    let part = self.verdict(part);
                    whole.truth = or(whole.truth, part.truth);
                    whole.stuck &= part.stuck;
                }
                whole
            }
            Node::Not(of) => {
                let truth = not(self.verdict(of).truth);
                Verdict { truth, stuck: false }
            }
            Node::Compare { measure, op, value } => self.compare(*measure, *op, *value),
        }
    }

    fn compare(&mut self, place: usize, op: Comparator, value: i64) -> Verdict {
        let program = self.program;
        let Some(measure) = program.measures.get(place) else { return Verdict { truth: Truth::Unknown, stuck: true } };
        let truth = self.made(measure).map_or(Truth::Unknown, |made| measure.compare(made, op, value));
        Verdict { truth, stuck: truth != Truth::True && only_events_help(program, measure, op, value) }
    }

    fn made(&mut self, measure: &Measure) -> Option<&Made> {
        let round = self.scratch.round;
        if self.scratch.values.get(measure.shared)?.0 != round {
            let made = if self.walks { self.walked(measure) } else { self.make(measure) };
            *self.scratch.values.get_mut(measure.shared)? = (round, made);
        }
        self.scratch.values.get(measure.shared).map(|(_, made)| made)
    }

    fn walked(&mut self, measure: &Measure) -> Made {
        let mut walked = std::mem::take(&mut self.scratch.walked);
        let made = kept(&mut walked.points, (measure.shared, self.at), || self.make(measure));
        self.scratch.walked = walked;
        made
    }

    fn make(&mut self, measure: &Measure) -> Made {
        let bounds = self.bounds(measure);
        let stream = self.history.stream_mut(measure.kind);
        match (stream, bounds) {
            (Some(stream), Some(bounds)) if measure.function == Function::Distinct => {
                Made::Distinct(different_values(stream, measure, bounds))
            }
            (Some(stream), Some(bounds)) => Made::Fold(stream.fold(measure, bounds)),
            _ if measure.function == Function::Distinct => Made::Distinct(0),
            _ => Made::Fold(Fold::EMPTY),
        }
    }

    fn bounds(&mut self, measure: &Measure) -> Option<(i64, i64)> {
        let round = self.scratch.round;
        match self.scratch.bounds.get(measure.span) {
            Some((known, bounds)) if *known == round => *bounds,
            _ => {
                let bounds = self.bounds_now(measure);
                if let Some(kept) = self.scratch.bounds.get_mut(measure.span) {
                    *kept = (round, bounds);
                }
                bounds
            }
        }
    }

    fn bounds_now(&mut self, measure: &Measure) -> Option<(i64, i64)> {
        let window = *self.program.windows.get(measure.window)?;
        if let Window::Calendar { unit, offset } = window {
            return Some(self.calendar(measure.window, unit, offset).bounds_at(self.at));
        }
        if let Window::Sliding { length } = window
            && let Some(ms) = length.exact_ms()
        {
            return Some((self.at.saturating_sub(ms), self.at));
        }
        let first = self.history.stream(measure.kind).and_then(Stream::first_time).filter(|first| *first <= self.at);
        let (from, to) =
            window.bounds(Timestamp::from_ms(self.at), first.map(Timestamp::from_ms), &self.program.zone)?;
        Some((from.ms(), to.ms()))
    }

    fn calendar(&mut self, window: usize, unit: Unit, offset: i32) -> Calendar {
        let known = self.scratch.calendar.get(window).copied().flatten();
        if let Some(known) = known.filter(|known| known.from <= self.at && self.at < known.until) {
            return known;
        }
        let (at, zone) = (Timestamp::from_ms(self.at), &self.program.zone);
        let start = |offset| unit.start(at, offset, zone).ms();
        let made = Calendar { from: start(0), until: start(1), bounds: (start(offset), start(offset + 1) - 1) };
        if let Some(kept) = self.scratch.calendar.get_mut(window) {
            *kept = Some(made);
        }
        made
    }

    /// Whether the rule is true, and the next instant at which time alone may change that; none if it can't.
    pub(crate) fn outlook(&mut self, rule: &CompiledRule) -> (bool, Option<i64>) {
        let verdict = self.verdict(&rule.node);
        let is_true = verdict.truth == Truth::True;
        (is_true, if verdict.stuck { None } else { self.next_shift(rule) })
    }

    /// The next instant at which some measure of the rule may change by time alone.
    pub(crate) fn next_shift(&mut self, rule: &CompiledRule) -> Option<i64> {
        let program = self.program;
        rule.measures.iter().filter_map(|place| self.shift(program.measures.get(*place)?)).min()
    }

    fn shift(&mut self, measure: &Measure) -> Option<i64> {
        let round = self.scratch.round;
        match self.scratch.shifts.get(measure.span) {
            Some((known, shift)) if *known == round => *shift,
            _ => {
                let shift = self.shift_now(measure);
                if let Some(kept) = self.scratch.shifts.get_mut(measure.span) {
                    *kept = (round, shift);
                }
                shift
            }
        }
    }

    fn shift_now(&mut self, measure: &Measure) -> Option<i64> {
        match *self.program.windows.get(measure.window)? {
            Window::Lifetime | Window::SinceFirst { .. } => None,
            Window::Sliding { length } => {
                let from = self.bounds(measure)?.0;
                match length.exact_ms() {
                    Some(ms) => Some(self.first_from(measure, from)?.saturating_add(ms).saturating_add(1)),
                    None => self.slides(measure, length, from),
                }
            }
            Window::Calendar { unit, offset } => {
                let calendar = self.calendar(measure.window, unit, offset);
                self.first_from(measure, calendar.bounds.0).map(|_| calendar.until)
            }
        }
    }

    /// The instant of the first event of a measure's kind from an instant up to now.
    fn first_from(&self, measure: &Measure, from: i64) -> Option<i64> {
        let row = self.history.stream(measure.kind)?.first_from(from)?;
        row.first().copied().filter(|time| *time <= self.at)
    }

    /// When a window of months next moves past an event.
    fn slides(&self, measure: &Measure, length: Length, from: i64) -> Option<i64> {
        let zone = &self.program.zone;
        let time = self.first_from(measure, from)?;
        let about = length.after(Timestamp::from_ms(time), zone).ms();
        let (low, high) = (self.at.max(about - 2 * DAY_MS), about.saturating_add(5 * DAY_MS));
        let leaves = |at: i64| length.before(Timestamp::from_ms(at), zone).ms() > time;
        (low < high && leaves(high)).then(|| turning(low, high, leaves))
    }

    /// What each measure of a rule came to, in reading order.
    pub(crate) fn values(&mut self, rule: &CompiledRule) -> Vec<Measured> {
        let program = self.program;
        let all = rule.measures.iter().filter_map(|place| program.measures.get(*place));
        all.map(|measure| self.made(measure).map_or(Measured::Unknown, |made| measure.said(made))).collect()
    }

    /// The events that the rule's measures are made of, newest first, at most `limit`.
    pub(crate) fn evidence(&mut self, rule: &CompiledRule, limit: usize) -> Vec<u64> {
        let program = self.program;
        let mut found: Vec<(i64, i64)> = Vec::new();
        for measure in rule.measures.iter().filter_map(|place| program.measures.get(*place)) {
            let Some((from, to)) = self.bounds(measure) else { continue };
            let Some(stream) = self.history.stream(measure.kind) else { continue };
            let rows = stream.rows().rev().skip_while(|row| row.first().is_some_and(|time| *time > to));
            let rows = rows.take_while(|row| row.first().is_some_and(|time| *time >= from));
            let rows = rows.filter(|row| measure.lets_through(row)).take(limit);
            found.extend(rows.filter_map(|row| Some((*row.first()?, *row.get(1)?))));
        }
        found.sort_unstable_by(|a, b| b.cmp(a));
        found.dedup();
        found.truncate(limit);
        found.into_iter().filter_map(|(_, seq)| u64::try_from(seq).ok()).collect()
    }
}

impl Calendar {
    fn bounds_at(self, at: i64) -> (i64, i64) {
        (self.bounds.0, self.bounds.1.min(at))
    }
}

/// The first instant after `low` up to `high` at which `test` holds; it stays so, and holds at `high`.
fn turning(mut low: i64, mut high: i64, test: impl Fn(i64) -> bool) -> i64 {
    while high - low > 1 {
        let middle = low.midpoint(high);
        if test(middle) { high = middle } else { low = middle }
    }
    high
}

/// How many different values the rows from `from` to `to` have.
pub(crate) fn different_values(stream: &Stream, measure: &Measure, (from, to): (i64, i64)) -> i64 {
    let mut seen = HashSet::new();
    for segment in stream.segments.iter().skip(stream.since(from)) {
        let rows = segment.between(stream.width, from, to).chunks_exact(stream.width);
        seen.extend(rows.filter(|row| measure.lets_through(row)).filter_map(|row| measure.different(row)));
    }
    i64::try_from(seen.len()).unwrap_or(i64::MAX)
}

pub(crate) fn and(a: Truth, b: Truth) -> Truth {
    match (a, b) {
        (Truth::False, _) | (_, Truth::False) => Truth::False,
        (Truth::True, Truth::True) => Truth::True,
        _ => Truth::Unknown,
    }
}

pub(crate) fn or(a: Truth, b: Truth) -> Truth {
    not(and(not(a), not(b)))
}

pub(crate) fn not(a: Truth) -> Truth {
    match a {
        Truth::True => Truth::False,
        Truth::False => Truth::True,
        Truth::Unknown => Truth::Unknown,
    }
}

/// Whether, once this comparison is not true, only a new event can make it true.
fn only_events_help(program: &Program, measure: &Measure, op: Comparator, value: i64) -> bool {
    let wants_more = match measure.function {
        Function::Count | Function::Distinct => matches!(op, Comparator::Gt | Comparator::Ge),
        Function::Exists => (op, value) == (Comparator::Eq, 1) || (op, value) == (Comparator::Ne, 0),
        _ => false,
    };
    match program.windows.get(measure.window) {
        Some(Window::Lifetime | Window::SinceFirst { .. }) => true,
        Some(Window::Sliding { .. } | Window::Calendar { offset: 0, .. }) => wants_more,
        _ => false,
    }
}

/// The rules that hold for a customer without any event.
pub(crate) fn vacuous(program: &Program) -> Vec<usize> {
    let (mut history, mut scratch) = (History::default(), Scratch::default());
    scratch.renew(program);
    let mut evaluator = Evaluator::new(program, &mut history, &mut scratch, 0);
    let all = program.rules.iter().enumerate();
    all.filter(|(_, rule)| evaluator.holds(rule)).map(|(place, _)| place).collect()
}
