//! Where a rule stands for a customer, and how it comes to stand elsewhere.

use base::{DAY_MS, DecisionId, RuleId, Timestamp};
use lexicon::Trigger;
use serde::{Deserialize, Serialize};

use crate::customer::{Cause, Customer, EVIDENCE_LIMIT, Outcome, Reason, Transition};
use crate::evaluate::{Evaluator, Scratch};
use crate::history::History;
use crate::program::{CompiledRule, Program};
use crate::reach::Stretch;

/// Where a rule stands; absent for one that never held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Standing {
    pub(crate) rule: RuleId,
    /// Whether it was true at the last point.
    pub(crate) truth: bool,
    /// The standing decision, and the edge it is for: the first of a rule that latches, else the last.
    pub(crate) fired: Option<(Timestamp, DecisionId)>,
    /// Edges up to this instant do not make it fire, or not again.
    pub(crate) settled: Option<Timestamp>,
    /// Whether what it did stays when the rule ends.
    pub(crate) stays: bool,
    /// The rule's version by which it came to stand so; nought where it was not kept yet.
    pub(crate) version: u32,
}

impl Standing {
    pub(crate) fn decision(&self) -> Option<DecisionId> {
        self.fired.map(|(_, decision)| decision)
    }

    /// Joins where the rule stands for another customer: the later decision goes on.
    pub(crate) fn absorb(self, other: &Self) -> Self {
        let version = self.version.min(other.version);
        Self { fired: self.fired.max(other.fired), settled: self.settled.max(other.settled), version, ..self }
    }
}

/// What some of a rule's points show.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// The first instant looked at.
    from: i64,
    /// The instant at which it became true, and was not settled: the first of a rule that latches, else the last.
    edge: Option<i64>,
    /// Whether it is true at the last point.
    truth: bool,
    /// Whether these points were visited before, with other events.
    again: bool,
}

/// What follows for a rule.
enum Step {
    Act(i64),
    TakeBack,
    /// What stands goes on to stand; for an edge that may have moved.
    Stay(Option<(Timestamp, DecisionId)>),
}

impl Seen {
    fn step(&self, rule: &CompiledRule, fired: Option<(Timestamp, DecisionId)>, at: i64) -> Step {
        let holds_while = rule.rule.definition.trigger == Trigger::While;
        match (fired, self.edge) {
            (None, _) if holds_while && self.truth => Step::Act(at),
            (Some(_), _) if holds_while && !self.truth => Step::TakeBack,
            (None, Some(edge)) if !holds_while => Step::Act(edge),
            (Some((of, _)), Some(edge)) if !holds_while && !rule.latches && edge > of.ms() => Step::Act(edge),
            (Some((of, decision)), edge) if !holds_while && self.again && self.from <= of.ms() => match edge {
                Some(edge) => Step::Stay(Some((Timestamp::from_ms(edge), decision))),
                None => Step::TakeBack,
            },
            _ => Step::Stay(fired),
        }
    }
}

/// Points gone through one by one before a leap is tried.
const STEPS: u32 = 4;
/// After so many misses in a row, leaps are no further apart: one try in `1 << MISSES` points.
const MISSES: u32 = 6;
/// No leap is tried that is shorter.
const SHORTEST_MS: i64 = 60_000;

/// How far to leap over points that change nothing: further after each leap, less far and less often after each miss.
struct Leaps {
    length: i64,
    rest: u32,
    missed: u32,
}

impl Leaps {
    /// Up to where a leap from `from` is to be tried, if one is.
    fn next(&mut self, from: i64, to: i64) -> Option<i64> {
        let far = from.saturating_add(self.length).min(to);
        let tried = self.rest == 0 && from < far;
        self.rest = self.rest.saturating_sub(1);
        tried.then_some(far)
    }

    fn note(&mut self, stays: bool) {
        if stays {
            (self.length, self.missed) = (self.length.saturating_mul(2), 0);
        } else {
            self.missed = (self.missed + 1).min(MISSES);
            (self.length, self.rest) = ((self.length / 4).max(SHORTEST_MS), 1 << self.missed);
        }
    }
}

/// One cause at work on a customer.
pub(crate) struct Turn<'t> {
    pub(crate) program: &'t Program,
    pub(crate) scratch: &'t mut Scratch,
    pub(crate) cause: Cause,
    pub(crate) transitions: Vec<Transition>,
}

impl<'t> Turn<'t> {
    pub(crate) fn new(program: &'t Program, scratch: &'t mut Scratch, cause: Cause) -> Self {
        scratch.renew(program);
        Self { program, scratch, cause, transitions: Vec::new() }
    }

    pub(crate) fn at<'e>(&'e mut self, history: &'e mut History, at: i64) -> Evaluator<'e> {
        Evaluator::new(self.program, history, self.scratch, at)
    }
}

impl Customer {
    fn place(&self, rule: RuleId) -> Result<usize, usize> {
        self.standings.binary_search_by_key(&rule, |known| known.rule)
    }

    pub(crate) fn standing(&self, rule: RuleId) -> Option<Standing> {
        self.place(rule).ok().and_then(|place| self.standings.get(place).copied())
    }

    /// The next point in order.
    pub(crate) fn visit(&mut self, turn: &mut Turn<'_>, rule: &CompiledRule, at: i64) {
        let before = self.standing(rule.rule.id);
        let fired = before.and_then(|standing| standing.fired);
        if rule.latches && fired.is_some() {
            return self.wake(rule.rule.id, None);
        }
        let (truth, next) = turn.at(&mut self.history, at).outlook(rule);
        let edge = (truth && !before.is_some_and(|standing| standing.truth)).then_some(at);
        self.settle(turn, rule, before, Seen { from: at, edge, truth, again: false }, at);
        self.wake(rule.rule.id, next.filter(|_| !(rule.latches && edge.is_some())));
    }

    /// Every point from `from`, which is not before the rule's beginning, to the last one visited, again.
    pub(crate) fn revisit(&mut self, turn: &mut Turn<'_>, rule: &CompiledRule, from: i64) {
        let to = self.visited.max(from);
        let standing = self.standing(rule.rule.id);
        let fired = standing.and_then(|standing| standing.fired);
        if rule.latches && fired.is_some_and(|(of, _)| of.ms() < from) {
            return;
        }
        let exists = self.history.first_time().is_some_and(|first| first <= to);
        let (now, next) = turn.at(&mut self.history, to).outlook(rule);
        let again = turn.cause.reason != Reason::Rule;
        let mut seen = Seen { from, edge: None, truth: exists && now, again };
        if rule.rule.definition.trigger == Trigger::Becomes {
            let settled = standing.and_then(|standing| standing.settled);
            let open = settled.map_or(from, |settled| from.max(settled.ms() + 1));
            seen.edge = self.edge(turn, rule, open, to);
        }
        self.settle(turn, rule, standing, seen, to);
        let latched = rule.latches && self.standing(rule.rule.id).is_some_and(|standing| standing.fired.is_some());
        self.wake(rule.rule.id, next.filter(|_| !latched));
    }

    /// Where the rule becomes true between two instants: first, if it latches, else last.
    fn edge(&mut self, turn: &mut Turn<'_>, rule: &CompiledRule, from: i64, to: i64) -> Option<i64> {
        let from = from.max(self.history.first_time()?);
        if rule.latches {
            return self.walk(turn, rule, from, to);
        }
        // The last is looked for from the end, in stretches that grow.
        let (mut high, mut length) = (to, DAY_MS);
        while from <= high {
            let low = from.max(high.saturating_sub(length));
            let edge = self.walk(turn, rule, low, high);
            if edge.is_some() {
                return edge;
            }
            (high, length) = (low - 1, length.saturating_mul(2));
        }
        None
    }

    /// As [`Customer::edge`], from point to point.
    fn walk(&mut self, turn: &mut Turn<'_>, rule: &CompiledRule, from: i64, to: i64) -> Option<i64> {
        let anew = rule.rule.existing && from == rule.rule.since.ms();
        let begun = self.history.first_time().is_some_and(|first| first < from);
        let mut was = !anew && begun && turn.at(&mut self.history, from - 1).walking().holds(rule);
        let (mut at, mut edge) = (from, None);
        let mut leaps = Leaps { length: to.saturating_sub(from), rest: STEPS, missed: 0 };
        while at <= to {
            let mut evaluator = turn.at(&mut self.history, at).walking();
            let (holds, shift) = (evaluator.holds(rule), evaluator.next_shift(rule));
            if holds && !was {
                edge = Some(at);
                if rule.latches {
                    break;
                }
            }
            was = holds;
            let Some(next) = shift.into_iter().chain(self.next_event(rule, at)).min() else { break };
            at = next;
            if let Some(far) = leaps.next(next, to) {
                let (program, history) = (turn.program, &mut self.history);
                let mut stretch = Stretch { program, history, scratch: turn.scratch, from: next, to: far };
                let stays = stretch.holds(rule) == Some(holds);
                leaps.note(stays);
                at = if stays { far + 1 } else { next };
            }
        }
        edge
    }

    fn next_event(&self, rule: &CompiledRule, after: i64) -> Option<i64> {
        let streams = rule.kinds.iter().filter_map(|kind| self.history.stream(*kind));
        streams.filter_map(|stream| stream.first_from(after + 1)?.first().copied()).min()
    }

    /// Brings the rule's standing to what its points show.
    fn settle(&mut self, turn: &mut Turn<'_>, rule: &CompiledRule, before: Option<Standing>, seen: Seen, at: i64) {
        let stays = rule.rule.definition.trigger == Trigger::Becomes;
        let (id, version) = (rule.rule.id, rule.rule.version);
        let none = Standing { rule: id, truth: false, fired: None, settled: None, stays, version };
        let mut standing = Standing { truth: seen.truth, stays, ..before.unwrap_or(none) };
        match seen.step(rule, standing.fired, at) {
            Step::Stay(fired) => standing.fired = fired,
            Step::Act(edge) => standing.fired = Some(self.decide(turn, rule, Outcome::Act, edge, None)),
            Step::TakeBack => {
                let corrects = standing.fired.take().map(|(_, decision)| decision);
                self.decide(turn, rule, Outcome::TakeBack, at, corrects);
                if stays && !rule.latches {
                    standing.settled = standing.settled.max(Some(Timestamp::from_ms(seen.from - 1)));
                }
            }
        }
        if before.unwrap_or(none) != standing {
            self.put(standing);
        }
    }

    pub(crate) fn put(&mut self, standing: Standing) {
        let matters = standing.truth || standing.fired.is_some() || standing.settled.is_some();
        match self.place(standing.rule) {
            Ok(place) if !matters => drop(self.standings.remove(place)),
            Ok(place) => {
                if let Some(known) = self.standings.get_mut(place) {
                    *known = standing;
                }
            }
            Err(place) if matters => self.standings.insert(place, standing),
            Err(_) => {}
        }
    }

    pub(crate) fn decide(
        &mut self,
        turn: &mut Turn<'_>,
        rule: &CompiledRule,
        outcome: Outcome,
        at: i64,
        corrects: Option<DecisionId>,
    ) -> (Timestamp, DecisionId) {
        let mut evaluator = turn.at(&mut self.history, at);
        let (values, evidence) = (evaluator.values(rule), evaluator.evidence(rule, EVIDENCE_LIMIT));
        let decision = turn.cause.decision(rule.rule.id);
        turn.transitions.push(Transition {
            decision,
            rule: rule.rule.id,
            version: rule.rule.version,
            outcome,
            as_of: Timestamp::from_ms(at),
            reason: turn.cause.reason,
            corrects,
            values,
            evidence,
        });
        (Timestamp::from_ms(at), decision)
    }

    pub(crate) fn due_of(&self, rule: RuleId) -> Option<i64> {
        let place = self.dues.binary_search_by_key(&rule, |(known, _)| *known).ok()?;
        self.dues.get(place).map(|(_, due)| *due)
    }

    /// Keeps when time alone may change where a rule stands. `set_due` must follow.
    pub(crate) fn wake(&mut self, rule: RuleId, next: Option<i64>) {
        let place = self.dues.binary_search_by_key(&rule, |(known, _)| *known);
        match (place, next) {
            (Ok(place), Some(next)) => {
                if let Some((_, due)) = self.dues.get_mut(place) {
                    *due = next;
                }
            }
            (Ok(place), None) => drop(self.dues.remove(place)),
            (Err(place), Some(next)) => self.dues.insert(place, (rule, next)),
            (Err(_), None) => {}
        }
    }

    pub(crate) fn set_due(&mut self) {
        self.due = self.dues.iter().map(|(_, due)| *due).min();
    }
}
