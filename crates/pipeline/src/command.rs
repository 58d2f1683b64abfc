//! Commands to the writer: changes that people make, each at its place in the log.

use base::{CommentId, IdentityId, MergeId, RuleId, Text, Timestamp};
use domain::{Declaration, Kinds, Rejection};
use lexicon::Definition;
use store::log::Entry;
use store::{RuleRow, RuleVersionRow, StoreError, Unit};

use crate::attachment::FileWrites;
use crate::comment::CommentWrite;
use crate::engine::{Committed, Engine, EngineError, OWN_KINDS_LIMIT, kinds_full};
use crate::record::{ObjectWrite, RecordWrites, Written};

/// A rule to be made.
#[derive(Debug, Clone)]
pub struct NewRule {
    /// What people call it.
    pub name: String,
    /// As it was typed.
    pub sentence: String,
    /// What it means.
    pub definition: Definition,
    /// Whether it also acts for those for whom it holds already.
    pub existing: bool,
    /// Since when it applies; none for now.
    pub since: Option<Timestamp>,
}

/// A change that someone makes.
#[derive(Debug, Clone)]
pub enum Command {
    /// Makes a rule and switches it on.
    AddRule(Box<NewRule>),
    /// Has a rule say something else from now on: its next version.
    EditRule(RuleId, Box<NewRule>),
    /// Switches a rule on or off.
    SetRuleActive(RuleId, bool),
    /// Removes a rule; its decisions stay.
    RemoveRule(RuleId),
    /// Takes a merge back.
    Unmerge(MergeId),
    /// Declares kinds, or declares them anew: all or none.
    Declare(Vec<Declaration>),
    /// Makes an object, or changes it.
    WriteObject(Box<ObjectWrite>),
    /// Writes records.
    WriteRecords(RecordWrites),
    /// Does something with files of records.
    WriteFiles(FileWrites),
    /// Destroys files and erases what records tell of a person, in one commit.
    EraseRecords(RecordWrites, FileWrites),
    /// Brings the record of a customer up to date with what is stored of it.
    Portray(base::CustomerId),
    /// Writes, changes or removes a comment on a record.
    WriteComment(CommentWrite),
    /// Erases identities, for someone: the id of a person or key, or `local`.
    Erase(String, Vec<IdentityId>),
    /// Writes back what all that came before it left behind, so that the log need not be read at the next start.
    Flush,
}

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A rule was made or changed.
    Rule(RuleId),
    /// Done.
    Done,
    /// There is no such thing, or it was done before.
    NotFound,
    /// It does not fit; why.
    Refused(Text),
    /// What became of each record.
    Written(Vec<Written>),
    /// A comment was written, changed or removed.
    Commented(CommentId),
    /// A declaration does not fit; which, and why.
    Undeclared(usize, Rejection),
}

/// The most rules that a workspace may have.
pub const RULES_LIMIT: usize = 1_000;
/// The most things that a rule may have said, one after another.
pub const VERSIONS_LIMIT: usize = 1_000;

impl Engine {
    /// Carries a command out within a unit.
    pub(crate) fn carry_out_command(
        &mut self,
        command: Command,
        unit: &mut Unit,
        done: &mut Committed,
    ) -> Result<Outcome, EngineError> {
        match command {
            Command::AddRule(rule) => self.add_rule(*rule, unit),
            Command::EditRule(id, rule) => self.edit_rule(id, *rule, unit),
            Command::SetRuleActive(id, active) => self.change_rule(id, unit, |row| row.active = active),
            Command::RemoveRule(id) => self.change_rule(id, unit, |row| (row.active, row.removed) = (false, true)),
            Command::Unmerge(id) => Ok(self.unmerge(id, unit.received_at, unit, done)?),
            Command::Declare(kinds) => self.declare_all(kinds, unit),
            Command::WriteObject(write) => self.write_object(*write, unit, done),
            Command::WriteRecords(writes) => self.write_records(writes, unit, done),
            Command::WriteFiles(writes) => self.write_files(writes, unit, done),
            Command::EraseRecords(writes, files) => {
                self.write_files(files, unit, done)?;
                self.write_records(writes, unit, done)
            }
            Command::Portray(customer) => {
                self.portray(&[customer], unit)?;
                done.records.extend(unit.records.iter().map(|(object, rows)| (*object, rows.rows.len())));
                Ok(Outcome::Done)
            }
            Command::WriteComment(write) => self.write_comment(write, unit, done),
            Command::Erase(actor, identities) => self.erase(actor, identities, unit),
            Command::Flush => Ok(Outcome::Done),
        }
    }

    fn declare_all(&mut self, declared: Vec<Declaration>, unit: &mut Unit) -> Result<Outcome, EngineError> {
        let mut kinds = Kinds::clone(&self.kinds);
        let mut fit = Vec::with_capacity(declared.len());
        for (place, declaration) in declared.into_iter().enumerate() {
            let is_new = kinds.by_name(&declaration.name).is_none();
            match declaration.kind(&kinds) {
                Ok(_) if is_new && kinds.own() >= OWN_KINDS_LIMIT => {
                    return Ok(Outcome::Undeclared(place, kinds_full()));
                }
                Ok(kind) => {
                    kinds.add(kind.clone());
                    fit.push(kind);
                }
                Err(fault) => return Ok(Outcome::Undeclared(place, fault)),
            }
        }
        fit.into_iter().for_each(|kind| self.declare(kind, unit));
        self.recompile()?;
        Ok(Outcome::Done)
    }

    fn add_rule(&mut self, rule: NewRule, unit: &mut Unit) -> Result<Outcome, EngineError> {
        let made = self.rules.keys().last().map_or(0, |last| last.number());
        let live = self.rules.values().filter(|row| !row.removed).count();
        if live >= RULES_LIMIT || made >= u64::from(u16::MAX) {
            let zh = format!("一个工作区最多 {RULES_LIMIT} 条规则");
            return Ok(Outcome::Refused(Text::new(zh, format!("a workspace has at most {RULES_LIMIT} rules"))));
        }
        if let Err(error) = rule.definition.check(&self.kinds) {
            return Ok(Outcome::Refused(Text::same(error.to_string())));
        }
        let id = RuleId::new(made + 1);
        let at = unit.received_at;
        let definition = serde_json::to_string(&rule.definition).unwrap_or_default();
        self.rules.insert(
            id,
            RuleRow {
                name: rule.name,
                sentence: rule.sentence,
                definition,
                version: 1,
                active: true,
                since: rule.since.unwrap_or(at),
                existing: rule.existing,
                created_at: at,
                removed: false,
                beginning: None,
            },
        );
        self.note_version(id, unit);
        self.begin_rule(id, unit)
    }

    fn edit_rule(&mut self, id: RuleId, rule: NewRule, unit: &mut Unit) -> Result<Outcome, EngineError> {
        let at = unit.received_at;
        let versions = self.versions.range((id, 0)..=(id, u32::MAX)).count();
        if versions >= VERSIONS_LIMIT {
            let zh = format!("一条规则最多改 {VERSIONS_LIMIT} 次，请另写一条");
            let en = format!("a rule is changed at most {VERSIONS_LIMIT} times; write another");
            return Ok(Outcome::Refused(Text::new(zh, en)));
        }
        if let Err(error) = rule.definition.check(&self.kinds) {
            return Ok(Outcome::Refused(Text::same(error.to_string())));
        }
        let Some(row) = self.rules.get_mut(&id).filter(|row| !row.removed) else { return Ok(Outcome::NotFound) };
        row.definition = serde_json::to_string(&rule.definition).unwrap_or_default();
        (row.name, row.sentence, row.existing) = (rule.name, rule.sentence, rule.existing);
        (row.since, row.version) = (rule.since.unwrap_or(at), row.version + 1);
        self.note_version(id, unit);
        self.begin_rule(id, unit)
    }

    /// Keeps what a rule says from its present version on.
    fn note_version(&mut self, id: RuleId, unit: &mut Unit) {
        let Some(row) = self.rules.get(&id) else { return };
        self.versions.insert((id, row.version), row.definition.clone());
        let (sentence, definition) = (row.sentence.clone(), row.definition.clone());
        unit.rule_versions.insert((id, row.version), RuleVersionRow { sentence, definition, at: unit.received_at });
    }

    fn change_rule(
        &mut self,
        id: RuleId,
        unit: &mut Unit,
        f: impl FnOnce(&mut RuleRow),
    ) -> Result<Outcome, EngineError> {
        let at = unit.received_at;
        let Some(row) = self.rules.get_mut(&id).filter(|row| !row.removed) else { return Ok(Outcome::NotFound) };
        let was = row.active;
        f(row);
        if row.active && !was {
            row.since = at;
            row.version += 1;
        }
        self.begin_rule(id, unit)
    }

    /// Logs a rule as it is now and starts to begin, or end, it for every customer.
    fn begin_rule(&mut self, id: RuleId, unit: &mut Unit) -> Result<Outcome, EngineError> {
        let body = self.rules.get(&id).and_then(|row| serde_json::to_string(row).ok());
        let seq = self.append(unit, Entry::Rule { rule: id, body: body.clone() });
        unit.rules_logged.extend(body.map(|body| (id, seq, body)));
        self.begun_at.insert(id, seq);
        if let Some(row) = self.rules.get_mut(&id) {
            row.beginning = Some(base::CustomerId::new(0));
            unit.rules.insert(id, row.clone());
        }
        self.recompile()?;
        Ok(Outcome::Rule(id))
    }

    /// Brings a logged rule back into force.
    pub(crate) fn restore_rule(&mut self, id: RuleId, body: Option<&str>) -> Result<(), EngineError> {
        if let Some(body) = body {
            let row: RuleRow = serde_json::from_str(body)
                .map_err(|error| StoreError::Corrupt { what: "a logged rule", why: error.to_string() })?;
            self.versions.insert((id, row.version), row.definition.clone());
            self.rules.insert(id, row);
        }
        self.recompile()
    }
}
