//! Customers joined into one, and taken apart again with what stood for each.

use base::{CustomerId, RuleId};
use lexicon::Action;
use serde::{Deserialize, Serialize};

use crate::customer::{Customer, Outcome, cause_of};
use crate::program::CompiledRule;
use crate::standing::{Standing, Turn};

/// The most joinings that are remembered, the latest ones: a visitor may come back in many disguises.
const JOINS: usize = 8;

/// Another customer's joining: where rules stood for both sides just before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Join {
    gone: CustomerId,
    /// The place in the log of what joined them.
    seq: u64,
    ours: Vec<Standing>,
    theirs: Vec<Standing>,
}

impl Join {
    /// About how many bytes of memory it takes.
    pub(crate) fn size(&self) -> usize {
        64 + (self.ours.capacity() + self.theirs.capacity()) * size_of::<Standing>()
    }
}

fn find(standings: &[Standing], rule: RuleId) -> Option<Standing> {
    standings.iter().find(|known| known.rule == rule).copied()
}

impl Customer {
    /// Takes over the events of a customer that is `gone` from `seq` on and, where its decisions are later, its standings.
    /// `restate` must follow.
    pub fn absorb(&mut self, gone: CustomerId, seq: u64, other: Self) {
        self.history.absorb(&other.history);
        self.visited = self.visited.max(other.visited);
        self.last_seq = self.last_seq.max(other.last_seq);
        self.joins.extend(other.joins);
        let surplus = (self.joins.len() + 1).saturating_sub(JOINS);
        self.joins.drain(..surplus);
        self.joins.push(Join { gone, seq, ours: self.standings.clone(), theirs: other.standings.clone() });
        for theirs in other.standings {
            let ours = self.standing(theirs.rule);
            self.put(ours.map_or(theirs, |ours| ours.absorb(&theirs)));
        }
    }

    /// Gives up the events that came through these identities, and what stood for the customer that they are again, if it
    /// was joined as one. `restate` must follow on both sides.
    #[must_use]
    pub fn take(&mut self, customer: CustomerId, is_theirs: impl Fn(u64) -> bool) -> Self {
        let history = self.history.take(is_theirs);
        let mut other = Self { history, visited: self.visited, last_seq: self.last_seq, ..Self::default() };
        let Some(place) = self.joins.iter().rposition(|join| join.gone == customer) else {
            self.reopened = Some(0);
            return other;
        };
        let Join { seq, ours, theirs, .. } = self.joins.remove(place);
        self.reopened = Some(self.reopened.map_or(seq, |known| known.min(seq)));
        // Their events may have moved the edge of what had been decided here.
        for ours in &ours {
            if let Some(now) = self.standing(ours.rule).filter(|now| now.decision() == ours.decision()) {
                self.put(Standing { fired: ours.fired, ..now });
            }
        }
        for theirs in theirs {
            other.put(self.give_back(theirs, find(&ours, theirs.rule)));
        }
        other
    }

    /// Where a rule stood for a customer that leaves; a decision that stood for both goes with the one it was made for.
    fn give_back(&mut self, theirs: Standing, ours: Option<Standing>) -> Standing {
        if theirs.fired.is_none() {
            return theirs;
        }
        let is_it = |standing: &Standing| standing.rule == theirs.rule && standing.decision() == theirs.decision();
        if let Some(now) = self.standing(theirs.rule).filter(is_it) {
            let bare = Standing { truth: false, fired: None, settled: None, ..now };
            self.put(ours.unwrap_or(bare));
            return Standing { fired: theirs.fired, ..now };
        }
        // It may have stood back behind another's: then it stands still.
        let stood_back = ours.is_some_and(|ours| ours.fired > theirs.fired);
        let later = self.joins.iter_mut().flat_map(|join| &mut join.ours).find(|known| is_it(known));
        match later {
            Some(kept) => *kept = ours.unwrap_or(Standing { fired: None, ..*kept }),
            None if !stood_back => return Standing { fired: None, ..theirs },
            None => {}
        }
        theirs
    }

    /// Whether what a rule decided may rest on events that were given up since. A task that was written goes by its decision's
    /// number, so that decision is kept while it holds.
    pub(crate) fn is_reopened(&self, rule: &CompiledRule, from: Option<u64>) -> bool {
        let known = self.standing(rule.rule.id).zip(from);
        let Some((Standing { fired: Some((of, decision)), settled, .. }, from)) = known else { return false };
        let is_task = matches!(rule.rule.definition.action, Some(Action::AddTask { .. }));
        !is_task && cause_of(decision) >= from && settled.is_none_or(|settled| settled < of)
    }

    /// Decides anew what stands, from the events that are left.
    pub(crate) fn decide_anew(&mut self, turn: &mut Turn<'_>, rule: &CompiledRule) {
        let Some(standing) = self.standing(rule.rule.id) else { return };
        let before = standing.decision();
        self.put(Standing { truth: false, fired: None, ..standing });
        let made = turn.transitions.len();
        self.revisit(turn, rule, rule.rule.since.ms());
        let at = self.visited;
        match turn.transitions.get_mut(made) {
            Some(transition) => transition.corrects = before,
            None => drop(self.decide(turn, rule, Outcome::TakeBack, at, before)),
        }
    }
}
