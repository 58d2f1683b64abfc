//! Step 6: transitions to decisions, tags and tasks.

use std::borrow::Cow;

use base::{CustomerId, RuleId, TaskId};
use lexicon::{Action, Definition, Trigger};
use signals::{Outcome, Reason, Transition};
use store::{DecisionRow, TagRow, TaskRow, Unit};

use crate::detail::Detail;
use crate::engine::{Committed, Engine};

/// A reason's name in storage and API.
#[must_use]
pub const fn reason_name(reason: Reason) -> &'static str {
    match reason {
        Reason::Event => "event",
        Reason::Time => "time",
        Reason::LateEvent => "late_event",
        Reason::Merge => "merge",
        Reason::Rule => "rule_changed",
    }
}

impl Engine {
    fn definition_of(&self, rule: RuleId) -> Option<Cow<'_, Definition>> {
        if let Some((_, compiled)) = self.program.rule(rule) {
            return Some(Cow::Borrowed(&compiled.rule.definition));
        }
        serde_json::from_str(&self.rules.get(&rule)?.definition).ok().map(Cow::Owned)
    }

    pub(crate) fn action_of(&self, rule: RuleId) -> Option<Action> {
        self.definition_of(rule)?.action.clone()
    }

    /// What a rule said in a version.
    pub(crate) fn definition_at(&self, rule: RuleId, version: u32) -> Option<Definition> {
        let mut known = self.versions.range((rule, 0)..=(rule, u32::MAX));
        let first = known.clone().next();
        let (_, body) = known.rfind(|((_, from), _)| *from <= version).or(first)?;
        serde_json::from_str(body).ok()
    }

    /// Writes what follows from transitions. Of history, tags follow and tasks don't.
    pub(crate) fn decide(
        &mut self,
        customer: CustomerId,
        transitions: Vec<Transition>,
        history: bool,
        unit: &mut Unit,
        done: &mut Committed,
    ) {
        self.decide_after(customer, transitions, None, history, unit, done);
    }

    /// The same where a rule stood by an earlier version: what is taken back is what that version did.
    pub(crate) fn decide_after(
        &mut self,
        customer: CustomerId,
        transitions: Vec<Transition>,
        before: Option<u32>,
        history: bool,
        unit: &mut Unit,
        done: &mut Committed,
    ) {
        for transition in transitions {
            let stood = before.filter(|_| transition.outcome == Outcome::TakeBack);
            let stood = stood.and_then(|version| self.definition_at(transition.rule, version)?.action);
            let Some(action) = stood.or_else(|| self.action_of(transition.rule)) else { continue };
            let outcome = self.carry_out(customer, &transition, &action, history, unit);
            if let Some(corrected) = transition.corrects {
                supersede(unit, corrected);
            }
            done.decisions.push(transition.decision);
            let detail = Detail { values: transition.values, evidence: transition.evidence }.pack();
            unit.decisions.insert(
                transition.decision,
                DecisionRow {
                    customer,
                    rule: transition.rule,
                    version: self.rules.get(&transition.rule).map_or(transition.version, |row| row.version),
                    outcome: outcome.to_owned(),
                    name: action.name().to_owned(),
                    as_of: transition.as_of,
                    at: unit.received_at,
                    reason: reason_name(transition.reason).to_owned(),
                    corrects: transition.corrects,
                    superseded: false,
                    history,
                    detail,
                },
            );
        }
    }

    fn carry_out(
        &mut self,
        customer: CustomerId,
        made: &Transition,
        action: &Action,
        history: bool,
        unit: &mut Unit,
    ) -> &'static str {
        match (action, made.outcome) {
            (Action::SetTag { tag }, Outcome::Act) => {
                let row = TagRow { since: made.as_of, decision: made.decision, recomputing: false };
                unit.tags.insert((customer, tag.clone(), made.rule), Some(row));
                "set_tag"
            }
            (Action::SetTag { tag }, Outcome::TakeBack) => {
                unit.tags.insert((customer, tag.clone(), made.rule), None);
                "clear_tag"
            }
            (Action::ClearTag { tag }, Outcome::Act) => {
                self.clear_tag(customer, tag, made, unit);
                "clear_tag"
            }
            (Action::ClearTag { .. }, Outcome::TakeBack) => "withdrawn",
            (Action::AddTask { title }, Outcome::Act) => {
                if !history {
                    let task = TaskRow { customer, title: title.clone(), at: unit.received_at, withdrawn: false };
                    unit.tasks.insert(TaskId::new(made.decision.number()), task);
                }
                "add_task"
            }
            (Action::AddTask { .. }, Outcome::TakeBack) => {
                withdraw(unit, made.corrects.map(|id| TaskId::new(id.number())));
                "withdrawn"
            }
        }
    }

    /// Takes a tag away from a customer wherever a rule had set it for good.
    fn clear_tag(&mut self, customer: CustomerId, tag: &str, made: &Transition, unit: &mut Unit) {
        let standing: Vec<_> =
            self.residents.look(customer, |state| state.standing_decisions().collect()).unwrap_or_default();
        // What the same cause brings about and is not carried out yet comes after this.
        for (rule, decision) in standing.into_iter().filter(|(_, decision)| *decision < made.decision) {
            let Some(definition) = self.definition_of(rule) else { continue };
            let sets = definition.action == Some(Action::SetTag { tag: tag.to_owned() });
            if sets && definition.trigger == Trigger::Becomes {
                let seq = signals::cause_of(made.decision);
                self.residents.change(customer, seq, |state| state.release(rule));
                unit.tags.insert((customer, tag.to_owned(), rule), None);
                supersede(unit, decision);
            }
        }
    }
}

fn supersede(unit: &mut Unit, decision: base::DecisionId) {
    match unit.decisions.get_mut(&decision) {
        Some(row) => row.superseded = true,
        None => unit.superseded.push(decision),
    }
}

fn withdraw(unit: &mut Unit, task: Option<TaskId>) {
    let Some(task) = task else { return };
    match unit.tasks.get_mut(&task) {
        Some(row) => row.withdrawn = true,
        None => unit.withdrawn.push(task),
    }
}
