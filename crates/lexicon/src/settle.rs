//! From a parse to a definition: what was left open is settled by answers or by visible defaults.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::Text;
use domain::Kinds;

use crate::clause::Clauses;
use crate::close::resumed;
use crate::decide::{Decision, Decisions};
use crate::frame::{Act, Frame, Item, Name, Source, flag};
use crate::reading::Context;
use crate::{Action, Condition, Definition, Trigger, Window};

/// A parse with all that it leaves open settled.
#[derive(Debug, Clone)]
pub(crate) struct Settled {
    pub(crate) definition: Definition,
    pub(crate) decisions: Vec<Decision>,
    /// An answer to nothing.
    pub(crate) stranger: Option<String>,
}

/// Settles a parse.
///
/// # Errors
/// What no definition can hold.
pub(crate) fn settle(
    frame: &Frame,
    kinds: &Kinds,
    context: &Context,
    answers: &BTreeMap<String, String>,
) -> Result<Settled, Text> {
    let mut settler = Settler {
        clauses: Clauses {
            kinds,
            context,
            decisions: Decisions::new(answers),
            window: None,
            is_task: frame.act == Some(Act::Task),
        },
    };
    let condition = settler.list(&frame.items)?;
    let definition = settler.outcome(frame, condition)?;
    definition
        .check(kinds)
        .map_err(|error| Text::new(format!("这个定义算不了：{error}"), format!("this cannot be computed: {error}")))?;
    let decisions = settler.clauses.decisions;
    Ok(Settled { definition, stranger: decisions.strangers(), decisions: decisions.made })
}

struct Settler<'a> {
    clauses: Clauses<'a>,
}

/// How two parts are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Join {
    And,
    Or,
    /// A comma before an "or" later on: one of a list, or a condition of its own?
    Comma,
}

impl Settler<'_> {
    fn list(&mut self, items: &[Item]) -> Result<Condition, Text> {
        let (parts, joins) = split(items);
        let scope = self.scope(&parts);
        let mut conditions = Vec::new();
        let mut before: Option<Frame> = None;
        for part in parts {
            let resumed = self.resumed(part, before.as_ref())?;
            let part = resumed.as_ref().unwrap_or(part);
            conditions.push(self.item(part, scope)?);
            before = if let Item::Clause(clause) = part { Some((**clause).clone()) } else { None };
        }
        Ok(self.joined(conditions, &joins))
    }

    /// A comparison alone takes up what the clause before it measures.
    fn resumed(&self, part: &Item, before: Option<&Frame>) -> Result<Option<Item>, Text> {
        match part {
            Item::Clause(alone) if alone.has(flag::ELLIPSIS) => {
                let clause =
                    before.and_then(|before| resumed(before, alone, self.clauses.kinds)).ok_or_else(unreadable)?;
                Ok(Some(Item::Clause(Arc::new(clause))))
            }
            _ => Ok(None),
        }
    }

    /// A window at the very end may speak of all parts before it.
    fn scope(&mut self, parts: &[&Item]) -> Option<Window> {
        let (Item::Clause(last), before) = parts.split_last()? else { return None };
        let is_open =
            |part: &&Item| matches!(part, Item::Clause(clause) if clause.window.is_none() && takes_window(clause));
        let window = last
            .window
            .filter(|_| last.has(flag::TRAILING) && !matches!(last.window, Some(Window::SinceFirst { .. })))?;
        if before.is_empty() || self.clauses.window.is_some() || !before.iter().all(is_open) {
            return None;
        }
        let text = Text::new("句末的时间范围管到哪里？", "What does the period at the end apply to?");
        let all = Text::new("前后所有条件", "to every condition in the sentence");
        let own = Text::new("只管最后一个条件", "only to the last condition");
        (self.clauses.decisions.ask("window_scope", text, vec![("all", all), ("last", own)]) == 0).then_some(window)
    }

    fn item(&mut self, item: &Item, scope: Option<Window>) -> Result<Condition, Text> {
        match item {
            Item::Clause(clause) => {
                let mut clause = Frame::clone(clause);
                if takes_window(&clause) {
                    clause.window = clause.window.or(scope);
                }
                self.clauses.condition(&clause)
            }
            Item::Group(items) => self.list(items),
            Item::Not(items) => Ok(Condition::Not { of: Box::new(self.list(items)?) }),
            Item::And | Item::Or | Item::Comma => Err(unreadable()),
        }
    }

    fn joined(&mut self, mut parts: Vec<Condition>, joins: &[Join]) -> Condition {
        if joins.contains(&Join::Comma) {
            return self.listed(&parts, joins);
        }
        let is_mixed = joins.contains(&Join::And) && joins.contains(&Join::Or);
        if is_mixed {
            return self.grouped(&parts, joins);
        }
        match (parts.len(), joins.first()) {
            (1, _) => parts.remove(0),
            (_, Some(Join::Or)) => Condition::Any { of: parts },
            _ => Condition::All { of: parts },
        }
    }

    fn listed(&mut self, parts: &[Condition], joins: &[Join]) -> Condition {
        let comma =
            |to: Join| joins.iter().map(|join| if *join == Join::Comma { to } else { *join }).collect::<Vec<_>>();
        let and = fold(parts, &comma(Join::And), Join::Or);
        let or = fold(parts, &comma(Join::Or), Join::And);
        let text = Text::new("逗号是「且」还是「或」？", "Does the comma mean 'and' or 'or'?");
        let said = |condition: &Condition| crate::say::say_condition(condition, self.clauses.kinds);
        let choices = vec![("and", said(&and)), ("or", said(&or))];
        if self.clauses.decisions.ask("comma", text, choices) == 0 { and } else { or }
    }

    fn grouped(&mut self, parts: &[Condition], joins: &[Join]) -> Condition {
        let text = Text::new("「且」与「或」怎么组合？", "How do 'and' and 'or' group?");
        let and_first = fold(parts, joins, Join::And);
        let or_first = fold(parts, joins, Join::Or);
        let said = |condition: &Condition| crate::say::say_condition(condition, self.clauses.kinds);
        let choices = vec![("and_first", said(&and_first)), ("or_first", said(&or_first))];
        if self.clauses.decisions.ask("grouping", text, choices) == 0 { and_first } else { or_first }
    }

    fn outcome(&mut self, frame: &Frame, condition: Condition) -> Result<Definition, Text> {
        let Some(act) = frame.act else { return Ok(Definition::term(condition)) };
        let name = frame.name.clone().ok_or_else(unreadable)?;
        let (action, trigger) = match act {
            Act::Set => {
                let tag = self.tag(&name);
                (Action::SetTag { tag }, self.trigger(frame))
            }
            Act::Clear => (Action::ClearTag { tag: self.tag(&name) }, Trigger::Becomes),
            Act::Task => (Action::AddTask { title: name.text }, Trigger::Becomes),
        };
        Ok(Definition { condition, trigger, action: Some(action) })
    }

    fn tag(&mut self, name: &Name) -> String {
        let tags = &self.clauses.context.tags;
        let is_new = name.source == Source::Taken || (!tags.is_empty() && !tags.contains(&name.text));
        if name.source != Source::Known && is_new {
            let tag = &name.text;
            let text = Text::new(format!("「{tag}」按标签名理解"), format!("\"{tag}\" is taken as the name of a tag"));
            self.clauses.decisions.assume("tag", text.clone(), vec![("tag", text)]);
        }
        name.text.clone()
    }

    fn trigger(&mut self, frame: &Frame) -> Trigger {
        if frame.has(flag::EXPLICIT) {
            return if frame.has(flag::HOLDS) { Trigger::While } else { Trigger::Becomes };
        }
        let text =
            Text::new("条件不再成立时，标签怎么办？", "When the condition no longer holds, what becomes of the tag?");
        let choices = vec![
            ("stays", Text::new("标签保留", "the tag stays")),
            ("while", Text::new("标签随之去掉", "the tag goes away with it")),
        ];
        let default = usize::from(frame.has(flag::HOLDS) && !frame.has(flag::RISES));
        let chosen = self.clauses.decisions.assume_at("stays", text, choices, default);
        if chosen == 0 { Trigger::Becomes } else { Trigger::While }
    }
}

fn unreadable() -> Text {
    Text::new("读不懂这句话", "this sentence cannot be read")
}

fn takes_window(clause: &Frame) -> bool {
    use crate::Function::{First, Last};
    !matches!(clause.function, Some(First | Last)) && !clause.has(flag::LONG_AGO | flag::FIRST_TIME | flag::SAME)
}

/// The parts of a list and how each is joined to the next.
fn split(items: &[Item]) -> (Vec<&Item>, Vec<Join>) {
    let mut parts = Vec::new();
    let mut joins: Vec<Option<Join>> = Vec::new();
    let mut said: Vec<&Item> = Vec::new();
    for item in items {
        if matches!(item, Item::And | Item::Or | Item::Comma) {
            said.push(item);
            continue;
        }
        if !parts.is_empty() {
            let only_comma = !said.is_empty() && said.iter().all(|item| **item == Item::Comma);
            let join = if said.contains(&&Item::Or) { Join::Or } else { Join::And };
            joins.push(if only_comma { None } else { Some(join) });
        }
        said.clear();
        parts.push(item);
    }
    let has_or = joins.contains(&Some(Join::Or));
    let comma = if has_or { Join::Comma } else { Join::And };
    (parts, joins.into_iter().map(|join| join.unwrap_or(comma)).collect())
}

/// Groups what is joined by `tight` first.
fn fold(parts: &[Condition], joins: &[Join], tight: Join) -> Condition {
    let gather = |mut of: Vec<Condition>, is_and: bool| match of.len() {
        1 => of.remove(0),
        _ if is_and => Condition::All { of },
        _ => Condition::Any { of },
    };
    let mut groups: Vec<Vec<Condition>> = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let join = place.checked_sub(1).and_then(|before| joins.get(before));
        match groups.last_mut() {
            Some(group) if join == Some(&tight) => group.push(part.clone()),
            _ => groups.push(vec![part.clone()]),
        }
    }
    let is_and = tight == Join::And;
    let outer = groups.into_iter().map(|group| gather(group, is_and)).collect();
    gather(outer, !is_and)
}
