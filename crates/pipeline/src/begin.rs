//! Rules made, changed and ended, customer by customer.

use base::{CustomerId, RuleId, Timestamp};
use lexicon::Action;
use signals::{Cause, Reason, Renewal, Transition};
use store::log::Entry;
use store::{StoreError, Unit};

use crate::engine::{Committed, Engine};

/// What one step of beginning a rule came to.
pub(crate) struct Step {
    /// Whether it went over to a new version, which is still to begin.
    renewed: bool,
    /// The version by which the rule stood.
    before: Option<u32>,
    transitions: Vec<Transition>,
}

impl Engine {
    /// Begins or ends a rule for one customer, going over to its new version first; each step is logged when something follows.
    pub(crate) fn begin(
        &mut self,
        rule: RuleId,
        customer: CustomerId,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<(), StoreError> {
        self.residents.load(customer, &mut self.db)?;
        while let Some(step) = self.begin_step(rule, customer, self.next_seq, unit.received_at) {
            self.append(unit, Entry::Begin { rule, customer });
            let renewed = step.renewed;
            self.decide_begun(customer, step, unit, done);
            if !renewed {
                break;
            }
        }
        Ok(())
    }

    pub(crate) fn decide_begun(&mut self, customer: CustomerId, step: Step, unit: &mut Unit, done: &mut Committed) {
        self.decide_after(customer, step.transitions, step.before, false, unit, done);
    }

    /// What an entry of beginning does to a customer's state; none when nothing follows and nothing has changed.
    pub(crate) fn begin_step(&mut self, rule: RuleId, customer: CustomerId, seq: u64, at: Timestamp) -> Option<Step> {
        let cause = Cause { seq, reason: Reason::Rule };
        let (due, before) = self.residents.look(customer, |state| (state.due(), state.version_of(rule)))?;
        let renewal = before.and_then(|version| self.renewal(rule, version));
        let (program, scratch) = (&self.program, &mut self.scratch);
        let made = self.residents.look(customer, |state| match renewal {
            Some(renewal) => Some(state.renew(program, scratch, rule, at, cause, renewal)),
            None => state.begin(program, scratch, rule, at, cause),
        });
        let transitions = made.flatten()?;
        self.residents.look(customer, |state| state.mark(seq));
        self.residents.touched(customer, seq, due);
        Some(Step { renewed: renewal.is_some(), before, transitions })
    }

    /// How what a rule says now relates to what it said in a version; none when it says the same, or is off.
    fn renewal(&self, rule: RuleId, version: u32) -> Option<Renewal> {
        let (_, compiled) = self.program.rule(rule).filter(|(_, compiled)| compiled.rule.version != version)?;
        let (old, new) = (self.definition_at(rule, version)?, &compiled.rule.definition);
        let takes_back = matches!(old.action, Some(Action::SetTag { .. }));
        (old != *new).then_some(Renewal { same_action: old.action == new.action, takes_back })
    }
}
