//! Writing a unit of work: one transaction, all of it or nothing.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use base::{CustomerId, DecisionId, IdentityId, MergeId, RuleId, SourceId, TaskId, Timestamp};
use domain::KindId;

use crate::attachment;
use crate::log::{Block, Entry};
use crate::record;
use crate::sql::{Connection, StoreError};
use crate::unit::{
    DecisionRow, Demotion, IdentityRow, MergeRow, RejectionRow, RuleRow, RuleVersionRow, SourceCounts, StateRow,
    TagRow, TaskRow, Unit,
};
use crate::value::Column::{Blob, Int, Text};
use crate::value::Value;
use crate::{comment, follow};

/// The most entries in a block: reading one entry unpacks its block. A larger commit writes several.
const BLOCK_ENTRIES: usize = 8_192;

/// The setting that says at which place something was erased last.
const ERASED_AT: &str = "erased_at";

impl Connection {
    /// The place of the last entry that erased something; nought where there is none.
    ///
    /// # Errors
    /// The database's.
    pub fn erased_at(&mut self) -> Result<u64, StoreError> {
        Ok(self.setting(ERASED_AT)?.and_then(|seq| seq.parse().ok()).unwrap_or(0))
    }
}

impl Unit {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
            && self.names.is_empty()
            && self.states.is_empty()
            && self.records.is_empty()
            && self.sources.is_empty()
            && self.rejections.is_empty()
            && self.rules.is_empty()
            && self.kinds.is_empty()
            && self.found.is_empty()
            && self.decided.is_empty()
            && self.seen.is_empty()
    }

    /// Writes everything in one transaction, flushed when this returns; tells how long the flush took.
    ///
    /// # Errors
    /// The database's; then nothing is stored.
    pub fn commit(self, to: &mut Connection) -> Result<Duration, StoreError> {
        to.begin()?;
        if let Err(error) = self.write(to) {
            to.batch("ROLLBACK").ok();
            return Err(error);
        }
        let start = Instant::now();
        to.batch("COMMIT")?;
        Ok(start.elapsed())
    }

    fn write(self, to: &mut Connection) -> Result<(), StoreError> {
        log(to, self.seq, self.received_at, &self.entries, &self.digests)?;
        let rows = self.raw_blocks.into_iter().map(|block| vec![block.into(), self.seq.into()]);
        to.bulk("INSERT INTO raw_block (block, seq)", &[Int, Int], "ON CONFLICT DO NOTHING", rows.collect())?;
        identities(to, self.identities, self.owners, self.demotions)?;
        merges(to, self.merges)?;
        links(to, self.links, self.apart, self.received_at)?;
        customers(to, self.customers, self.names, self.keys, &self.unkeyed)?;
        profiles(to, self.profile, self.profile_keys)?;
        states(to, self.states, self.segments)?;
        tags(to, self.tags)?;
        decisions(to, self.decisions, &self.superseded)?;
        tasks(to, self.tasks, &self.withdrawn, self.task_changes)?;
        rules(to, self.rules)?;
        rules_logged(to, self.rules_logged)?;
        rule_versions(to, self.rule_versions)?;
        kinds(to, self.kinds)?;
        record::write(to, &self.objects, self.records, self.record_keys, self.record_changes)?;
        attachment::write(to, self.attachments)?;
        comment::write(to, self.comments, &self.comments_erased)?;
        follow::write(to, self.follows)?;
        sources(to, self.sources, self.received_at)?;
        rejections(to, self.rejections)?;
        self.found.write(to)?;
        self.decided.write(to)?;
        erase(to, &self.erased)?;
        if let Some(seq) = self.erased_at {
            to.set_setting(ERASED_AT, &seq.to_string())?;
        }
        if let Some(customers) = self.restating {
            let ids: Vec<String> = customers.iter().map(ToString::to_string).collect();
            to.set_setting("restating", &ids.join(" "))?;
        }
        if let Some(seq) = self.recover_from {
            to.set_setting("recover_from", &seq.to_string())?;
        }
        self.seen.write(to)
    }
}

/// The entries as blocks; all digests stand with the first.
fn log(
    to: &mut Connection,
    mut seq: u64,
    received_at: Timestamp,
    entries: &[Entry],
    digests: &[[u8; 16]],
) -> Result<(), StoreError> {
    let sql = "INSERT INTO log (seq, count, received_at, digests, payload) VALUES ($1, $2, $3, $4, $5)";
    let mut digests: Vec<u8> = digests.concat();
    for entries in entries.chunks(BLOCK_ENTRIES) {
        let count = u64::try_from(entries.len()).unwrap_or(u64::MAX);
        let (digests, block) = (std::mem::take(&mut digests), Block::pack(entries)?);
        to.execute(sql, &[seq.into(), count.into(), received_at.ms().into(), digests.into(), block.into()])?;
        seq += count;
    }
    Ok(())
}

fn identities(
    to: &mut Connection,
    new: BTreeMap<IdentityId, IdentityRow>,
    owners: BTreeMap<IdentityId, CustomerId>,
    demotions: BTreeMap<IdentityId, Demotion>,
) -> Result<(), StoreError> {
    let rows = new.into_iter().map(|(id, row)| {
        let hash: Value = row.key_hash.as_slice().into();
        let standing = i64::from(row.standing).into();
        vec![
            id.number().into(),
            hash,
            row.scheme.into(),
            row.scope.into(),
            row.value.into(),
            standing,
            row.degree.into(),
            row.demoted.into(),
            row.customer.number().into(),
        ]
    });
    let insert = "INSERT INTO identity (id, key_hash, scheme, scope, value, standing, degree, demoted, customer)";
    to.bulk(insert, &[Int, Blob, Text, Text, Text, Int, Int, Int, Int], "", rows.collect())?;
    for (id, customer) in owners {
        to.execute("UPDATE identity SET customer = $1 WHERE id = $2", &[customer.number().into(), id.number().into()])?;
    }
    for (id, Demotion { standing, degree, seq }) in demotions {
        let values = [i64::from(standing).into(), degree.into(), seq.into(), id.number().into()];
        to.execute("UPDATE identity SET standing = $1, degree = $2, demoted = $3 WHERE id = $4", &values)?;
    }
    Ok(())
}

/// Takes away what identities are called and what opens their values in the log. Their numbers, and the hashes that lead nowhere any
/// more, stay: links and the raw zone's own audit refer to them.
fn erase(to: &mut Connection, erased: &[IdentityId]) -> Result<(), StoreError> {
    for id in erased {
        let id = [Value::from(id.number())];
        to.execute(
            "DELETE FROM identity_hash WHERE key_hash = (SELECT key_hash FROM identity WHERE id = $1) AND id = $1",
            &id,
        )?;
        to.execute(
            "DELETE FROM identity_value WHERE value = (SELECT value FROM identity WHERE id = $1) AND id = $1",
            &id,
        )?;
        to.execute("UPDATE identity SET value = NULL WHERE id = $1", &id)?;
        to.execute("DELETE FROM profile WHERE identity = $1", &id)?;
        to.execute("DELETE FROM profile_key WHERE identity = $1", &id)?;
    }
    Ok(())
}

fn links(
    to: &mut Connection,
    links: BTreeMap<(IdentityId, IdentityId, u64), bool>,
    apart: Vec<(IdentityId, IdentityId)>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let (open, closed): (Vec<_>, Vec<_>) = links.into_iter().partition(|(_, open)| *open);
    let rows = open.into_iter().map(|((a, b, seq), _)| vec![a.number().into(), b.number().into(), seq.into()]);
    to.bulk("INSERT INTO link (a, b, seq)", &[Int, Int, Int], "ON CONFLICT DO NOTHING", rows.collect())?;
    for ((a, b, seq), _) in closed {
        let values = [a.number().into(), b.number().into(), seq.into()];
        to.execute("DELETE FROM link WHERE a = $1 AND b = $2 AND seq = $3", &values)?;
        // What a link had joined comes apart with it.
        let [a, b, seq] = values;
        let sql = "UPDATE merge SET undone_at = $1 WHERE a = $2 AND b = $3 AND seq = $4 AND undone_at IS NULL";
        to.execute(sql, &[at.ms().into(), a, b, seq])?;
    }
    let rows = apart.into_iter().map(|(a, b)| vec![a.number().into(), b.number().into()]);
    to.bulk("INSERT INTO apart (a, b)", &[Int, Int], "ON CONFLICT DO NOTHING", rows.collect())
}

fn customers(
    to: &mut Connection,
    customers: BTreeMap<CustomerId, Option<CustomerId>>,
    names: BTreeMap<CustomerId, Option<String>>,
    mut keys: Vec<(String, CustomerId)>,
    unkeyed: &[CustomerId],
) -> Result<(), StoreError> {
    let rows = customers.into_iter().map(|(id, into)| vec![id.number().into(), into.map(CustomerId::number).into()]);
    let conflict = "ON CONFLICT (id) DO UPDATE SET merged_into = excluded.merged_into";
    to.bulk("INSERT INTO customer (id, merged_into)", &[Int, Int], conflict, rows.collect())?;
    for (id, name) in names {
        to.execute("UPDATE customer SET name = $1 WHERE id = $2", &[name.into(), id.number().into()])?;
    }
    for id in unkeyed {
        to.execute("DELETE FROM customer_key WHERE customer = $1", &[id.number().into()])?;
    }
    keys.sort();
    keys.dedup();
    let rows = keys.into_iter().map(|(key, customer)| vec![key.into(), customer.number().into()]);
    to.bulk("INSERT INTO customer_key (key, customer)", &[Text, Int], "ON CONFLICT DO NOTHING", rows.collect())
}

fn merges(to: &mut Connection, merges: BTreeMap<MergeId, MergeRow>) -> Result<(), StoreError> {
    let rows = merges.into_iter().map(|(id, row)| {
        let (a, b, seq) = row.link;
        let (gone, stays) = (row.gone.number().into(), row.stays.number().into());
        let undone = row.undone_at.map(Timestamp::ms).into();
        vec![
            id.number().into(),
            gone,
            stays,
            a.number().into(),
            b.number().into(),
            seq.into(),
            row.at.ms().into(),
            undone,
        ]
    });
    let conflict = "ON CONFLICT (id) DO UPDATE SET undone_at = excluded.undone_at";
    to.bulk("INSERT INTO merge (id, gone, stays, a, b, seq, at, undone_at)", &[Int; 8], conflict, rows.collect())
}

fn profiles(
    to: &mut Connection,
    profile: BTreeMap<(IdentityId, String), (String, Timestamp, u64)>,
    keys: BTreeMap<IdentityId, Vec<u8>>,
) -> Result<(), StoreError> {
    let rows = profile.into_iter().map(|((identity, field), (value, at, seq))| {
        vec![identity.number().into(), field.into(), value.into(), at.ms().into(), seq.into()]
    });
    let conflict =
        "ON CONFLICT (identity, field) DO UPDATE SET value = excluded.value, at = excluded.at, seq = excluded.seq
                    WHERE (excluded.at, excluded.seq) > (profile.at, profile.seq)";
    to.bulk(
        "INSERT INTO profile (identity, field, value, at, seq)",
        &[Int, Text, Text, Int, Int],
        conflict,
        rows.collect(),
    )?;
    let rows = keys.into_iter().map(|(identity, key)| vec![identity.number().into(), key.into()]);
    to.bulk("INSERT INTO profile_key (identity, key)", &[Int, Blob], "ON CONFLICT DO NOTHING", rows.collect())
}

fn states(
    to: &mut Connection,
    states: BTreeMap<CustomerId, Option<StateRow>>,
    segments: BTreeMap<(CustomerId, KindId, u32), Vec<u8>>,
) -> Result<(), StoreError> {
    let gone = states.iter().filter(|(_, state)| state.is_none()).map(|(id, _)| *id);
    for id in gone {
        to.execute("DELETE FROM state WHERE customer = $1", &[id.number().into()])?;
        to.execute("DELETE FROM segment WHERE customer = $1", &[id.number().into()])?;
    }
    let rows = states.into_iter().filter_map(|(id, state)| {
        let row = state?;
        let (first, last) = row.seen.map_or((None, None), |(first, last)| (Some(first.ms()), Some(last.ms())));
        let last = last.unwrap_or(0).into();
        Some(vec![
            id.number().into(),
            row.seq.into(),
            row.due.map(Timestamp::ms).into(),
            first.into(),
            last,
            row.events.into(),
            row.body.into(),
        ])
    });
    let conflict =
        "ON CONFLICT (customer) DO UPDATE SET seq = excluded.seq, due = excluded.due, first_seen = excluded.first_seen,
                    last_seen = excluded.last_seen, events = excluded.events, body = excluded.body";
    let insert = "INSERT INTO state (customer, seq, due, first_seen, last_seen, events, body)";
    to.bulk(insert, &[Int, Int, Int, Int, Int, Int, Blob], conflict, rows.collect())?;
    let rows = segments.into_iter().map(|((customer, kind, number), body)| {
        vec![customer.number().into(), i64::from(kind.0).into(), i64::from(number).into(), body.into()]
    });
    let conflict = "ON CONFLICT (customer, kind, number) DO UPDATE SET body = excluded.body";
    to.bulk("INSERT INTO segment (customer, kind, number, body)", &[Int, Int, Int, Blob], conflict, rows.collect())
}

fn tags(to: &mut Connection, tags: BTreeMap<(CustomerId, String, RuleId), Option<TagRow>>) -> Result<(), StoreError> {
    let (mut set, mut cleared) = (BTreeMap::new(), Vec::new());
    for ((customer, tag, rule), row) in tags {
        let key = vec![customer.number().into(), tag.clone().into(), rule.number().into()];
        match row {
            Some(row) => {
                let rest = [row.since.ms().into(), row.decision.number().into(), row.recomputing.into()];
                set.insert((customer.number(), tag, rule.number()), key.into_iter().chain(rest).collect());
            }
            None => cleared.push(key),
        }
    }
    let mut holds: BTreeMap<u64, i64> = BTreeMap::new();
    for gone in to.bulk_delete("tag", &[("customer", Int), ("tag", Text), ("rule", Int)], "rule", cleared)? {
        *holds.entry(gone.number(0)).or_default() -= 1;
    }
    let (insert, types) =
        ("INSERT INTO tag (customer, tag, rule, since, decision, recomputing)", [Int, Text, Int, Int, Int, Int]);
    let conflict = "ON CONFLICT (customer, tag, rule) DO NOTHING RETURNING customer, tag, rule";
    for new in to.bulk_returning(insert, &types, conflict, set.values().cloned().collect())? {
        set.remove(&(new.number(0), new.text(1).to_owned(), new.number(2)));
        *holds.entry(new.number(2)).or_default() += 1;
    }
    let conflict =
        "ON CONFLICT (customer, tag, rule) DO UPDATE SET since = excluded.since, decision = excluded.decision,
                    recomputing = excluded.recomputing";
    to.bulk(insert, &types, conflict, set.into_values().collect())?;
    let changes = holds.into_iter().filter(|(_, change)| *change != 0);
    let changes = changes.map(|(rule, change)| vec![rule.into(), change.into()]).collect();
    let conflict = "ON CONFLICT (rule) DO UPDATE SET tags = rule_holds.tags + excluded.tags";
    to.bulk("INSERT INTO rule_holds (rule, tags)", &[Int, Int], conflict, changes)
}

fn decisions(
    to: &mut Connection,
    decisions: BTreeMap<DecisionId, DecisionRow>,
    superseded: &[DecisionId],
) -> Result<(), StoreError> {
    let rows = decisions.into_iter().map(|(id, row)| {
        let (as_of, at) = (row.as_of.ms().into(), row.at.ms().into());
        let corrects = row.corrects.map(DecisionId::number).into();
        let head = vec![
            id.number().into(),
            row.customer.number().into(),
            row.rule.number().into(),
            i64::from(row.version).into(),
        ];
        let tail = vec![row.outcome.into(), row.name.into(), as_of, at, row.reason.into(), corrects];
        let end = vec![row.superseded.into(), row.history.into(), row.detail.into()];
        [head, tail, end].concat()
    });
    let insert = "INSERT INTO decision (id, customer, rule, version, outcome, name, as_of, at, reason, corrects, superseded, history, detail)";
    let types = [Int, Int, Int, Int, Text, Text, Int, Int, Text, Int, Int, Int, Blob];
    to.bulk(insert, &types, "", rows.collect())?;
    let superseded: Vec<Value> = superseded.iter().map(|id| id.number().into()).collect();
    to.query_each("UPDATE decision SET superseded = 1 WHERE id = $1", &superseded).map(drop)
}

fn tasks(
    to: &mut Connection,
    tasks: BTreeMap<TaskId, TaskRow>,
    withdrawn: &[TaskId],
    changes: BTreeMap<TaskId, (bool, u64)>,
) -> Result<(), StoreError> {
    let rows = tasks.into_iter().map(|(id, row)| {
        vec![
            id.number().into(),
            row.customer.number().into(),
            row.title.into(),
            row.at.ms().into(),
            row.withdrawn.into(),
        ]
    });
    let insert = "INSERT INTO task (id, customer, title, at, withdrawn)";
    to.bulk(insert, &[Int, Int, Text, Int, Int], "", rows.collect())?;
    for id in withdrawn {
        to.execute("UPDATE task SET withdrawn = 1 WHERE id = $1", &[id.number().into()])?;
    }
    for (id, (done, seq)) in changes {
        let values = [done.into(), seq.into(), id.number().into()];
        to.execute("UPDATE task SET done = $1, changed = $2 WHERE id = $3", &values)?;
    }
    Ok(())
}

fn rules(to: &mut Connection, rules: BTreeMap<RuleId, RuleRow>) -> Result<(), StoreError> {
    let rows = rules.into_iter().map(|(id, row)| {
        let version = i64::from(row.version).into();
        let (since, created) = (row.since.ms().into(), row.created_at.ms().into());
        let words = vec![id.number().into(), row.name.into(), row.sentence.into(), row.definition.into(), version];
        [
            words,
            vec![
                row.active.into(),
                since,
                row.existing.into(),
                created,
                row.removed.into(),
                row.beginning.map(CustomerId::number).into(),
            ],
        ]
        .concat()
    });
    let conflict = "ON CONFLICT (id) DO UPDATE SET name = excluded.name, sentence = excluded.sentence, definition = excluded.definition,
                    version = excluded.version, active = excluded.active, since = excluded.since, existing = excluded.existing, removed = excluded.removed,
                    beginning = excluded.beginning";
    let insert = "INSERT INTO rule (id, name, sentence, definition, version, active, since, existing, created_at, removed, beginning)";
    to.bulk(insert, &[Int, Text, Text, Text, Int, Int, Int, Int, Int, Int, Int], conflict, rows.collect())
}

fn rules_logged(to: &mut Connection, logged: Vec<(RuleId, u64, String)>) -> Result<(), StoreError> {
    let rows = logged.into_iter().map(|(rule, seq, body)| vec![rule.number().into(), seq.into(), body.into()]);
    to.bulk("INSERT INTO rule_logged (rule, seq, body)", &[Int, Int, Text], "", rows.collect())
}

fn rule_versions(to: &mut Connection, versions: BTreeMap<(RuleId, u32), RuleVersionRow>) -> Result<(), StoreError> {
    let rows = versions.into_iter().map(|((rule, version), row)| {
        let (version, at) = (i64::from(version).into(), row.at.ms().into());
        vec![rule.number().into(), version, row.sentence.into(), row.definition.into(), at]
    });
    let insert = "INSERT INTO rule_version (rule, version, sentence, definition, at)";
    to.bulk(insert, &[Int, Int, Text, Text, Int], "", rows.collect())
}

fn kinds(to: &mut Connection, kinds: Vec<(KindId, String, String)>) -> Result<(), StoreError> {
    let rows = kinds.into_iter().map(|(id, name, body)| vec![i64::from(id.0).into(), name.into(), body.into()]);
    let conflict = "ON CONFLICT (id) DO UPDATE SET declaration = excluded.declaration";
    to.bulk("INSERT INTO kind (id, name, declaration)", &[Int, Text, Text], conflict, rows.collect())
}

fn sources(to: &mut Connection, sources: BTreeMap<SourceId, SourceCounts>, at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE source SET accepted = accepted + $1, duplicates = duplicates + $2, rejected = rejected + $3, last_at = $4 WHERE id = $5";
    for (id, counts) in sources {
        let values = [
            counts.accepted.into(),
            counts.duplicates.into(),
            counts.rejected.into(),
            at.ms().into(),
            id.number().into(),
        ];
        to.execute(sql, &values)?;
    }
    Ok(())
}

/// How many refused events are kept for people to look at.
const REJECTIONS_KEPT: i64 = 10_000;

fn rejections(to: &mut Connection, rejections: Vec<RejectionRow>) -> Result<(), StoreError> {
    if rejections.is_empty() {
        return Ok(());
    }
    let rows = rejections.into_iter().map(|row| {
        vec![
            row.at.ms().into(),
            row.source.into(),
            row.line.into(),
            row.field.into(),
            row.code.into(),
            row.message.into(),
        ]
    });
    let insert = "INSERT INTO rejection (at, source, line, field, code, message)";
    to.bulk(insert, &[Int, Text, Int, Text, Text, Text], "", rows.collect())?;
    let sql = "DELETE FROM rejection WHERE id <= (SELECT MAX(id) FROM rejection) - $1";
    to.execute(sql, &[REJECTIONS_KEPT.into()]).map(|_| ())
}
