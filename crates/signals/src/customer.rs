//! One customer's events and where each rule stands for it.
//!
//! A rule's truth is a function of the customer's events and an instant, and changes only at *points*: an event's
//! instant, or the instant at which time alone moves a window past an event. In order, points are visited as they
//! come. An event that comes late makes its rules visit again the points from its instant on; where that shows
//! another outcome than the one that stands, a correcting transition follows. So outcomes are equal under any order
//! of arrival, while transitions keep the order of the log.

use base::{DecisionId, RuleId, Timestamp};
use domain::KindId;
use serde::{Deserialize, Serialize};

use crate::evaluate::{Evaluator, Scratch, Truth};
use crate::history::History;
use crate::joined::Join;
use crate::measured::Measured;
use crate::program::{CompiledRule, Program};
use crate::standing::{Standing, Turn};

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

/// A customer's events, and where each rule stands.
#[derive(Debug, Clone, Default)]
pub struct Customer {
    /// Its events.
    pub history: History,
    /// By rule.
    pub(crate) standings: Vec<Standing>,
    /// The last point visited, in milliseconds.
    pub(crate) visited: i64,
    /// The place in the log of the last event added.
    pub(crate) last_seq: u64,
    pub(crate) due: Option<i64>,
    /// By rule, when time alone may change where it stands.
    pub(crate) dues: Vec<(RuleId, i64)>,
    /// Who was joined into it, in order.
    pub(crate) joins: Vec<Join>,
    /// After it was taken apart: what was decided from this place in the log on is to be decided anew.
    pub(crate) reopened: Option<u64>,
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
    pub(crate) fn decision(self, rule: RuleId) -> DecisionId {
        DecisionId::new(self.seq << RULE_BITS | rule.number() & ((1 << RULE_BITS) - 1))
    }
}

/// Before every decision that is caused at a place in the log or after it, and after all others.
#[must_use]
pub const fn first_caused_at(seq: u64) -> DecisionId {
    DecisionId::new(seq << RULE_BITS)
}

/// The place in the log of what caused a decision.
#[must_use]
pub const fn cause_of(decision: DecisionId) -> u64 {
    decision.number() >> RULE_BITS
}

impl Customer {
    /// The instant at which time alone may change where a rule stands.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        self.due.map(Timestamp::from_ms)
    }

    /// Notes that the entry at this place in the log has been applied.
    pub fn mark(&mut self, seq: u64) {
        self.last_seq = self.last_seq.max(seq);
    }

    /// The place in the log of the last entry applied.
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
    pub fn event(
        &mut self,
        program: &Program,
        scratch: &mut Scratch,
        kind: KindId,
        row: &[i64],
        cause: Cause,
    ) -> Vec<Transition> {
        let time = row.first().copied().unwrap_or(0);
        let is_new = self.history.is_empty();
        let again = !is_new && time <= self.visited;
        let late = !is_new && time < self.visited;
        let opens = is_new || late && self.history.first_time().is_some_and(|first| time < first);
        self.history.insert(kind, row);
        self.last_seq = self.last_seq.max(cause.seq);
        self.visited = if is_new { time } else { self.visited.max(time) };
        let reason = if late { Reason::LateEvent } else { cause.reason };
        let mut turn = Turn::new(program, scratch, Cause { reason, ..cause });
        for rule in program.touched_rules(kind, opens) {
            let since = rule.rule.since.ms();
            if again || time <= since {
                self.revisit(&mut turn, rule, time.max(since));
            } else {
                self.visit(&mut turn, rule, time);
            }
        }
        self.set_due();
        turn.transitions
    }

    /// Lets time pass up to `to`, a point that was due, and returns what follows.
    pub fn advance(&mut self, program: &Program, scratch: &mut Scratch, to: Timestamp, seq: u64) -> Vec<Transition> {
        let mut turn = Turn::new(program, scratch, Cause { seq, reason: Reason::Time });
        let due: Vec<RuleId> = self.dues.iter().filter(|(_, due)| *due <= to.ms()).map(|(rule, _)| *rule).collect();
        for (_, rule) in due.into_iter().filter_map(|rule| program.rule(rule)) {
            self.visit(&mut turn, rule, to.ms());
        }
        // What is left is of rules that the program no longer has.
        self.dues.retain(|(_, due)| *due > to.ms());
        self.visited = self.visited.max(to.ms());
        self.set_due();
        turn.transitions
    }

    /// Starts a rule for this customer, or ends it, as of `at`. None when nothing follows: then nothing has changed.
    pub fn begin(
        &mut self,
        program: &Program,
        scratch: &mut Scratch,
        rule: RuleId,
        at: Timestamp,
        cause: Cause,
    ) -> Option<Vec<Transition>> {
        let before = (self.standing(rule), self.due_of(rule));
        let Some((place, compiled)) = program.rule(rule) else {
            let transitions = self.end(rule, at, cause);
            return (before != (self.standing(rule), self.due_of(rule))).then_some(transitions);
        };
        let visited = self.visited;
        let mut turn = Turn::new(program, scratch, cause);
        self.visited = visited.max(at.ms());
        if self.concerns(compiled) || program.vacuous.contains(&place) {
            self.revisit(&mut turn, compiled, compiled.rule.since.ms());
        }
        if turn.transitions.is_empty() && before == (self.standing(rule), self.due_of(rule)) {
            self.visited = visited;
            return None;
        }
        self.set_due();
        Some(turn.transitions)
    }

    /// Ends a rule for this customer: what holds only while it is true goes; what was done for good stands on.
    pub fn end(&mut self, rule: RuleId, at: Timestamp, cause: Cause) -> Vec<Transition> {
        self.dues.retain(|(known, _)| *known != rule);
        self.set_due();
        let Some(standing) = self.standing(rule).filter(|standing| !standing.stays || standing.fired.is_none()) else {
            return Vec::new();
        };
        self.standings.retain(|known| known.rule != rule);
        let Some((_, decision)) = standing.fired else { return Vec::new() };
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
        let mut turn = Turn::new(program, scratch, cause);
        let reopened = self.reopened.take();
        self.dues.clear();
        for rule in &program.rules {
            if self.is_reopened(rule, reopened) {
                self.decide_anew(&mut turn, rule);
            } else {
                self.revisit(&mut turn, rule, rule.rule.since.ms());
            }
        }
        self.set_due();
        turn.transitions
    }

    /// A tag was taken away by another rule: rules that had set it for good may set it again.
    pub fn release(&mut self, rule: RuleId) {
        let Some(standing) = self.standing(rule) else { return };
        let settled = Some(Timestamp::from_ms(self.visited));
        self.put(Standing { fired: None, truth: true, settled, ..standing });
        self.wake(rule, Some(self.visited));
        self.set_due();
    }

    /// The rules that stand, with the versions by which they do.
    pub fn versions(&self) -> impl Iterator<Item = (RuleId, u32)> {
        self.standings.iter().map(|known| (known.rule, known.version))
    }

    /// The decisions that stand, by rule.
    pub fn standing_decisions(&self) -> impl Iterator<Item = (RuleId, DecisionId)> {
        self.standings.iter().filter_map(|known| known.fired.map(|(_, decision)| (known.rule, decision)))
    }

    /// The decisions that stand, by rule, with the instants at which the rules came to hold.
    pub fn standing_since(&self) -> impl Iterator<Item = (RuleId, Timestamp, DecisionId)> {
        self.standings.iter().filter_map(|known| known.fired.map(|(since, decision)| (known.rule, since, decision)))
    }

    /// Whether a rule holds at an instant.
    pub fn truth(&mut self, program: &Program, scratch: &mut Scratch, rule: RuleId, at: Timestamp) -> Option<Truth> {
        let (_, rule) = program.rule(rule)?;
        scratch.renew(program);
        Some(Evaluator::new(program, &mut self.history, scratch, at.ms()).truth(rule))
    }

    /// Whether a rule holds at an instant, and what its measures came to.
    pub fn explain(
        &mut self,
        program: &Program,
        scratch: &mut Scratch,
        rule: RuleId,
        at: Timestamp,
    ) -> Option<(Truth, Vec<Measured>, Vec<u64>)> {
        let (_, rule) = program.rule(rule)?;
        scratch.renew(program);
        let mut evaluator = Evaluator::new(program, &mut self.history, scratch, at.ms());
        Some((evaluator.truth(rule), evaluator.values(rule), evaluator.evidence(rule, EVIDENCE_LIMIT)))
    }

    /// Whether a rule may hold or have held.
    fn concerns(&self, rule: &CompiledRule) -> bool {
        rule.kinds.iter().any(|kind| self.history.stream(*kind).is_some()) || self.standing(rule.rule.id).is_some()
    }
}
