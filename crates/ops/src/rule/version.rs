//! What rules said, version by version.

use std::collections::{BTreeMap, HashMap};

use base::{RuleId, Text, Timestamp};
use domain::Kinds;
use lexicon::Definition;
use serde::Serialize;
use store::{Connection, RuleRow, RuleVersionRow, StoreError};
use utoipa::ToSchema;

/// What a rule said from one of its versions on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VersionView {
    /// The version; later ones say the same until the next that is listed.
    pub version: u32,
    /// As it was typed.
    pub sentence: String,
    /// What it means.
    pub said: Text,
    /// Since when.
    #[schema(value_type = String)]
    pub at: Timestamp,
}

/// All rules, with what each said in each version.
pub(crate) struct Versions {
    rules: HashMap<RuleId, RuleRow>,
    said: BTreeMap<(RuleId, u32), RuleVersionRow>,
}

impl Versions {
    pub(crate) fn load(db: &mut Connection) -> Result<Self, StoreError> {
        Ok(Self { rules: db.rules()?.into_iter().collect(), said: db.rule_versions()?.into_iter().collect() })
    }

    /// What people call a rule now.
    pub(crate) fn name(&self, rule: RuleId) -> String {
        self.rules.get(&rule).map(|row| row.name.clone()).unwrap_or_default()
    }

    /// What a rule said in a version.
    pub(crate) fn at(&self, rule: RuleId, version: u32) -> Option<&RuleVersionRow> {
        self.said.range((rule, 0)..=(rule, version)).next_back().map(|(_, row)| row)
    }

    pub(crate) fn definition(&self, rule: RuleId, version: u32) -> Option<Definition> {
        serde_json::from_str(&self.at(rule, version)?.definition).ok()
    }

    /// What a rule said, newest first.
    pub(crate) fn of(&self, rule: RuleId, kinds: &Kinds) -> Vec<VersionView> {
        let all = self.said.range((rule, 0)..=(rule, u32::MAX)).rev();
        let view = |(&(_, version), row): (&(RuleId, u32), &RuleVersionRow)| {
            let definition = serde_json::from_str::<Definition>(&row.definition).ok();
            let said = definition.map(|definition| lexicon::say(&definition, kinds)).unwrap_or_default();
            VersionView { version, sentence: row.sentence.clone(), said, at: row.at }
        };
        all.map(view).collect()
    }
}
