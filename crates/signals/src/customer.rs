//! One customer's events and where each rule stands for it.
//!
//! A rule's truth is a function of the customer's events and an instant, and changes only at *points*: an event's
//! instant, or the instant at which time alone moves a window past an event. In order, points are visited as they
//! come. An event that comes late makes its rules visit again the points from its instant on; where that shows
//! another outcome than the one that stands, a correcting transition follows. So outcomes are equal under any order
//! of arrival, while transitions keep the order of the log.

use base::{DecisionId, RuleId, Timestamp};
use domain::KindId;
use lexicon::{Action, Trigger};
use serde::{Deserialize, Serialize};

use crate::evaluate::{Evaluator, Measured, Scratch, Truth};
use crate::history::History;
use crate::program::{CompiledRule, Program};

/// How many events a decision names.
pub const EVIDENCE_LIMIT: usize = 50;

/// Why a transition came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// An event.
    Event,
    /// Time passed.
    Time,
    /// An event that came after later ones.
    LateEvent,
    /// Customers were joined or taken apart.
    Merge,
    /// The rule was switched on or changed.
    Rule,
}

/// What a transition does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The rule's action is done.
    Act,
    /// What the rule did is taken back: it no longer holds, or never did.
    TakeBack,
}

/// A change of where a rule stands for a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// Its id: the place in the log of what caused it, and the rule.
    pub decision: DecisionId,
    /// Which rule.
    pub rule: RuleId,
    /// The rule's version.
    pub version: u32,
    /// What it does.
    pub outcome: Outcome,
    /// The instant at which the rule came to hold, or no longer.
    pub as_of: Timestamp,
    /// Why it came about.
    pub reason: Reason,
    /// The decision that it takes back.
    pub corrects: Option<DecisionId>,
    /// What the rule's measures came to, in reading order.
    pub values: Vec<Measured>,
    /// The events they are made of, newest first.
    pub evidence: Vec<u64>,
}

/// Where a rule stands; absent for one that never held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Standing {
    pub(crate) rule: RuleId,
    /// Whether it was true at the last point.
    pub(crate) truth: bool,
    /// The standing decision and its instant.
    pub(crate) fired: Option<(Timestamp, DecisionId)>,
}

/// A customer's events, and where each rule stands.
#[derive(Debug, Clone, Default)]
pub struct Customer {
    /// Its events.
    pub history: History,
    pub(crate) standings: Vec<Standing>,
    /// The last point visited, in milliseconds.
    pub(crate) visited: i64,
    /// The place in the log of the last event added.
    pub(crate) last_seq: u64,
    pub(crate) due: Option<i64>,
}

/// What is happening, for the transitions that follow.
#[derive(Debug, Clone, Copy)]
pub struct Cause {
    /// Its place in the log.
    pub seq: u64,
    /// What it is.
    pub reason: Reason,
}

/// Bits of a decision's id that name the rule.
const RULE_BITS: u32 = 16;

impl Cause {
    fn decision(self, rule: RuleId) -> DecisionId {
        DecisionId::new(self.seq << RULE_BITS | rule.number() & ((1 << RULE_BITS) - 1))
    }
}

/// The place in the log of what caused a decision.
#[must_use]
pub const fn cause_of(decision: DecisionId) -> u64 {
    decision.number() >> RULE_BITS
}

/// What a rule's points from an instant on show.
#[derive(Debug, Clone, Copy)]
struct Visited {
    /// The first instant looked at.
    from: i64,
    /// The last instant at which it became true.
    edge: Option<i64>,
    /// Whether it is true at the last point.
    truth: bool,
}

impl Customer {
    /// The instant at which time alone may change where a rule stands.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        self.due.map(Timestamp::from_ms)
    }

    /// The place in the log of the last event added.
    #[must_use]
    pub const fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// The last instant that was looked at.
    #[must_use]
    pub const fn visited(&self) -> Timestamp {
        Timestamp::from_ms(self.visited)
    }

    /// Adds an event's row and returns what follows. Whatever is [`due`](Self::due) before it must have been
    /// [`advanced`](Self::advance) to.
    pub fn event(&mut self, program: &Program, scratch: &mut Scratch, kind: KindId, row: &[i64], cause: Cause) -> Vec<Transition> {
        let time = row.first().copied().unwrap_or(0);
        let is_first = self.history.is_empty();
        self.history.insert(kind, row);
        self.last_seq = self.last_seq.max(cause.seq);
        let late = !is_first && time <= self.visited;
        let extra = if is_first { program.vacuous.as_slice() } else { &[] };
        let touched = program.touched(kind);
        let places = touched.iter().chain(extra.iter().filter(|place| !touched.contains(place)));
        let mut turn = Turn { program, scratch, cause, transitions: Vec::new() };
        if is_first {
            self.visited = time;
        }
        for rule in places.filter_map(|place| program.rules.get(*place)) {
            let since = rule.rule.since.ms();
            if late || time < since {
                turn.cause.reason = if late { Reason::LateEvent } else { cause.reason };
                self.revisit(&mut turn, rule, time.max(since));
            } else {
                turn.cause.reason = cause.reason;
                self.visit(&mut turn, rule, time);
            }
        }
        self.visited = self.visited.max(time);
        turn.transitions
    }

    /// Lets time pass up to `to`, a point that was due, and returns what follows.
    pub fn advance(&mut self, program: &Program, scratch: &mut Scratch, to: Timestamp, seq: u64) -> Vec<Transition> {
        let mut turn = Turn { program, scratch, cause: Cause { seq, reason: Reason::Time }, transitions: Vec::new() };
        self.due = None;
        for rule in &program.rules {
            if to >= rule.rule.since && (self.touches(rule) || self.standing(rule.rule.id).is_some()) {
                self.visit(&mut turn, rule, to.ms());
            }
        }
        self.visited = self.visited.max(to.ms());
        turn.transitions
    }

    /// Starts a rule for this customer, or restarts it in a new version, as of `at`.
    pub fn begin(&mut self, program: &Program, scratch: &mut Scratch, rule: RuleId, at: Timestamp, cause: Cause) -> Vec<Transition> {
        let mut turn = Turn { program, scratch, cause, transitions: Vec::new() };
        let Some((_, compiled)) = program.rule(rule) else { return self.end(rule, at, cause) };
        let from = compiled.rule.since.ms();
        self.visited = self.visited.max(at.ms());
        if self.touches(compiled) || program.vacuous.iter().any(|place| program.rules.get(*place).is_some_and(|r| r.rule.id == rule)) {
            self.revisit(&mut turn, compiled, from);
        }
        turn.transitions
    }

    /// Ends a rule for this customer: what holds only while it is true goes.
    pub fn end(&mut self, rule: RuleId, at: Timestamp, cause: Cause) -> Vec<Transition> {
        let standing = self.standing(rule);
        self.standings.retain(|known| known.rule != rule);
        let Some((_, decision)) = standing.and_then(|standing| standing.fired) else { return Vec::new() };
        vec![Transition {
            decision: cause.decision(rule),
            rule,
            version: 0,
            outcome: Outcome::TakeBack,
            as_of: at,
            reason: cause.reason,
            corrects: Some(decision),
            values: Vec::new(),
            evidence: Vec::new(),
        }]
    }

    /// Looks at every rule afresh over all events, after a merge or un-merge, and returns what follows.
    pub fn restate(&mut self, program: &Program, scratch: &mut Scratch, cause: Cause) -> Vec<Transition> {
        let mut turn = Turn { program, scratch, cause, transitions: Vec::new() };
        self.due = None;
        for rule in &program.rules {
            let first = self.history.span().map_or(0, |(first, _)| first.ms());
            self.revisit(&mut turn, rule, first.max(rule.rule.since.ms()));
        }
        turn.transitions
    }

    /// Takes over another customer's events and, where nothing stands yet, its standings. `restate` must follow.
    pub fn absorb(&mut self, other: &Self) {
        self.history.absorb(&other.history);
        self.visited = self.visited.max(other.visited);
        self.last_seq = self.last_seq.max(other.last_seq);
        for theirs in &other.standings {
            match self.standings.iter_mut().find(|ours| ours.rule == theirs.rule) {
                Some(ours) if ours.fired.is_none() => *ours = *theirs,
                Some(_) => {}
                None => self.standings.push(*theirs),
            }
        }
    }

    /// Gives up the events that came through these identities. `restate` must follow on both sides.
    #[must_use]
    pub fn take(&mut self, is_theirs: impl Fn(u64) -> bool) -> Self {
        let history = self.history.take(is_theirs);
        Self { history, visited: self.visited, last_seq: self.last_seq, ..Self::default() }
    }

    /// A tag was taken away by another rule: rules that had set it for good may set it again.
    pub fn release(&mut self, rule: RuleId) {
        if let Some(standing) = self.standings.iter_mut().find(|known| known.rule == rule) {
            standing.fired = None;
            standing.truth = true;
            self.due = Some(self.visited);
        }
    }

    /// The decisions that stand, by rule.
    pub fn standing_decisions(&self) -> impl Iterator<Item = (RuleId, DecisionId)> {
        self.standings.iter().filter_map(|known| known.fired.map(|(_, decision)| (known.rule, decision)))
    }

    /// Whether a rule holds at an instant, and what its measures came to.
    pub fn explain(&mut self, program: &Program, scratch: &mut Scratch, rule: RuleId, at: Timestamp) -> Option<(Truth, Vec<Measured>, Vec<u64>)> {
        let (_, rule) = program.rule(rule)?;
        let mut evaluator = Evaluator::new(program, &mut self.history, scratch, at.ms());
        Some((evaluator.truth(rule), evaluator.values(rule), evaluator.evidence(rule, EVIDENCE_LIMIT)))
    }

    fn standing(&self, rule: RuleId) -> Option<Standing> {
        self.standings.iter().find(|known| known.rule == rule).copied()
    }

    fn touches(&self, rule: &CompiledRule) -> bool {
        rule.kinds.iter().any(|kind| self.history.stream(*kind).is_some())
    }

    /// The next point in order.
    fn visit(&mut self, turn: &mut Turn<'_>, rule: &CompiledRule, at: i64) {
        let before = self.standing(rule.rule.id);
        if rule.latches && before.is_some_and(|standing| standing.fired.is_some()) {
            return;
        }
        let mut evaluator = Evaluator::new(turn.program, &mut self.history, turn.scratch, at);
        let truth = evaluator.truth(rule) == Truth::True;
        let next = evaluator.next_change(rule);
        let was = before.is_some_and(|standing| standing.truth);
        let edge = (truth && !was).then_some(at);
        self.settle(turn, rule, Visited { from: at, edge, truth }, at);
        self.wake(rule, next);
    }

    /// Every point from `from` to the last one visited, again.
    fn revisit(&mut self, turn: &mut Turn<'_>, rule: &CompiledRule, from: i64) {
        let to = self.visited.max(from);
        let fired = self.standing(rule.rule.id).and_then(|standing| standing.fired);
        if rule.latches && fired.is_some_and(|(as_of, _)| as_of.ms() < from) {
            return;
        }
        let holds_only_now = rule.rule.definition.trigger == Trigger::While;
        let start = if holds_only_now { to } else { from };
        let visited = self.points(turn, rule, start, to);
        self.settle(turn, rule, visited, to);
        let mut evaluator = Evaluator::new(turn.program, &mut self.history, turn.scratch, to);
        let next = evaluator.next_change(rule);
        self.wake(rule, next);
    }

    fn points(&mut self, turn: &mut Turn<'_>, rule: &CompiledRule, from: i64, to: i64) -> Visited {
        let program = turn.program;
        let mut truth_at = |at: i64, scratch: &mut Scratch, history: &mut History| {
            Evaluator::new(program, history, scratch, at).truth(rule) == Truth::True
        };
        let starts = from == rule.rule.since.ms() && rule.rule.existing;
        let mut was = !starts && truth_at(from - 1, turn.scratch, &mut self.history);
        let mut visited = Visited { from, edge: None, truth: false };
        let mut at = from;
        loop {
            visited.truth = truth_at(at, turn.scratch, &mut self.history);
            if visited.truth && !was {
                visited.edge = Some(at);
            }
            was = visited.truth;
            let shift = Evaluator::new(program, &mut self.history, turn.scratch, at).next_shift(rule);
            let event = self.next_event(rule, at);
            match shift.into_iter().chain(event).min().filter(|next| *next <= to) {
                Some(next) => at = next,
                None if at < to => at = to,
                None => return visited,
            }
        }
    }

    fn next_event(&self, rule: &CompiledRule, after: i64) -> Option<i64> {
        let streams = rule.kinds.iter().filter_map(|kind| self.history.stream(*kind));
        streams.filter_map(|stream| stream.first_from(after + 1)?.first().copied()).min()
    }

    /// Brings the rule's standing to what its points show.
    fn settle(&mut self, turn: &mut Turn<'_>, rule: &CompiledRule, visited: Visited, at: i64) {
        let id = rule.rule.id;
        let before = self.standing(id);
        let fired = before.and_then(|standing| standing.fired);
        let is_while = rule.rule.definition.trigger == Trigger::While;
        let late = matches!(turn.cause.reason, Reason::LateEvent | Reason::Merge);
        let (act, take_back) = match (is_while, fired) {
            (true, None) => (visited.truth.then_some(at), false),
            (true, Some(_)) => (None, !visited.truth),
            (false, None) => (visited.edge, false),
            (false, Some((as_of, _))) => (
                visited.edge.filter(|edge| !rule.latches && *edge > as_of.ms()),
                late && visited.edge.is_none() && visited.from <= as_of.ms(),
            ),
        };
        let fired = match (act, take_back) {
            (Some(as_of), _) => Some(self.decide(turn, rule, Outcome::Act, as_of, None)),
            (None, true) => {
                self.decide(turn, rule, Outcome::TakeBack, at, fired.map(|(_, decision)| decision));
                None
            }
            (None, false) => fired,
        };
        self.standings.retain(|known| known.rule != id);
        if visited.truth || fired.is_some() {
            self.standings.push(Standing { rule: id, truth: visited.truth, fired });
        }
    }

    fn decide(&mut self, turn: &mut Turn<'_>, rule: &CompiledRule, outcome: Outcome, at: i64, corrects: Option<DecisionId>) -> (Timestamp, DecisionId) {
        let mut evaluator = Evaluator::new(turn.program, &mut self.history, turn.scratch, at);
        let transition = Transition {
            decision: turn.cause.decision(rule.rule.id),
            rule: rule.rule.id,
            version: rule.rule.version,
            outcome,
            as_of: Timestamp::from_ms(at),
            reason: turn.cause.reason,
            corrects,
            values: evaluator.values(rule),
            evidence: evaluator.evidence(rule, EVIDENCE_LIMIT),
        };
        let made = (transition.as_of, transition.decision);
        turn.transitions.push(transition);
        made
    }

    fn wake(&mut self, rule: &CompiledRule, next: Option<i64>) {
        let latched = rule.latches && self.standing(rule.rule.id).is_some_and(|standing| standing.fired.is_some());
        if let Some(next) = next.filter(|_| !latched) {
            self.due = Some(self.due.map_or(next, |due| due.min(next)));
        }
    }
}

struct Turn<'t> {
    program: &'t Program,
    scratch: &'t mut Scratch,
    cause: Cause,
    transitions: Vec<Transition>,
}
