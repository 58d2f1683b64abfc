//! A rule in a new version: what becomes of where it stood.

use base::{DecisionId, RuleId, Timestamp};
use lexicon::Trigger;

use crate::customer::{Cause, Customer, Outcome, Transition};
use crate::evaluate::Scratch;
use crate::program::{CompiledRule, Program};
use crate::standing::{Standing, Turn};

/// How a rule's new version relates to the one by which it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewal {
    /// Whether it does the same: what was done then stays where the new version holds.
    pub same_action: bool,
    /// Whether what the old version did can be taken back, as a tag can; else it stays as it is.
    pub takes_back: bool,
}

impl Customer {
    /// The version by which a rule stands; none where it does not.
    #[must_use]
    pub fn version_of(&self, rule: RuleId) -> Option<u32> {
        self.standing(rule).map(|standing| standing.version)
    }

    /// Brings where a rule stands over to its new version, as of `at`, and returns what is taken back. [`begin`](Self::begin)
    /// must follow. Does nothing where the rule does not stand.
    pub fn renew(
        &mut self,
        program: &Program,
        scratch: &mut Scratch,
        rule: RuleId,
        at: Timestamp,
        cause: Cause,
        renewal: Renewal,
    ) -> Vec<Transition> {
        let (Some((_, compiled)), Some(standing)) = (program.rule(rule), self.standing(rule)) else {
            return Vec::new();
        };
        let mut turn = Turn::new(program, scratch, cause);
        self.visited = self.visited.max(at.ms());
        self.wake(rule, None);
        self.set_due();
        let now = self.visited;
        let stays = compiled.rule.definition.trigger == Trigger::Becomes;
        let bare =
            Standing { truth: false, fired: None, settled: None, stays, version: compiled.rule.version, ..standing };
        let Some((_, decision)) = standing.fired else {
            self.put(bare);
            return Vec::new();
        };
        if renewal.same_action && turn.at(&mut self.history, now).holds(compiled) {
            let settled = Some(Timestamp::from_ms(now));
            self.put(Standing { truth: true, fired: standing.fired, settled, ..bare });
            return Vec::new();
        }
        self.put(bare);
        if !renewal.takes_back {
            return Vec::new();
        }
        if renewal.same_action {
            self.decide(&mut turn, compiled, Outcome::TakeBack, now, Some(decision));
            return turn.transitions;
        }
        vec![taken_back(compiled, cause, at, decision)]
    }
}

/// What the old version did is over, whatever the new one comes to.
fn taken_back(rule: &CompiledRule, cause: Cause, as_of: Timestamp, corrects: DecisionId) -> Transition {
    let (id, version) = (rule.rule.id, rule.rule.version);
    Transition {
        decision: cause.decision(id),
        rule: id,
        version,
        outcome: Outcome::TakeBack,
        as_of,
        reason: cause.reason,
        corrects: Some(corrects),
        values: Vec::new(),
        evidence: Vec::new(),
    }
}
