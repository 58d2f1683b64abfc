//! The package, part by part, in the order in which it streams out.

use std::collections::HashMap;
use std::io::Write;

use base::{CustomerId, IdentityId, Text, Timestamp};
use vault::IdentityAlias;

use super::archive::{Archive, interrupted};
use super::lineage::Lineage;
use super::manifest::{Counts, Coverage, FORMAT, File, Generator, Identity, Manifest, Reason, Withheld};
use super::opener::Opener;
use super::originals::{Carrier, Kept};
use super::story::{Story, Told};
use super::{access, as2, html, lineage, lines, person, proof, vcard};
use crate::{App, OpError, csv, say};

/// What the manifest says of the table.
const NEUTRALISED: &str = "cells that a spreadsheet could take for a formula begin with an apostrophe; timeline/events.jsonl has the values as they are";

/// The most events that the first page shows.
const SHOWN: usize = 1_000;

/// Whose package it is and what is known before it begins.
pub(super) struct Subject<'a> {
    pub(super) app: &'a App,
    pub(super) customer: CustomerId,
    pub(super) now: Timestamp,
    pub(super) identities: Vec<(IdentityId, IdentityAlias, Identity)>,
    pub(super) profile: Vec<(String, String, Timestamp)>,
    /// The public half of the key that signs.
    pub(super) key: [u8; 32],
}

impl Subject<'_> {
    pub(super) fn labels(&self) -> HashMap<IdentityId, String> {
        self.identities.iter().map(|(id, _, identity)| (*id, identity.label.clone())).collect()
    }

    fn identities(&self) -> Vec<Identity> {
        self.identities.iter().map(|(.., identity)| identity.clone()).collect()
    }

    fn name(&self) -> Option<&str> {
        self.profile.iter().find(|(field, ..)| field == "name").map(|(_, value, _)| value.as_str())
    }
}

/// A package that is being written.
pub(super) struct Package<'a, 'o> {
    pub(super) subject: Subject<'a>,
    pub(super) archive: Archive<'o>,
    pub(super) opener: Opener<'a>,
    pub(super) story: Story<'a>,
    pub(super) lineage: Lineage,
    pub(super) kept: Kept,
    pub(super) counts: Counts,
}

fn count(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

impl Package<'_, '_> {
    /// Writes every part; the signed manifest comes last.
    pub(super) fn write(&mut self) -> Result<(), OpError> {
        self.profile()?;
        self.conclusions()?;
        self.originals()?;
        self.messages()?;
        self.events()?;
        self.activities()?;
        self.table()?;
        self.openings()?;
        self.first_page()?;
        self.seal()
    }

    fn profile(&mut self) -> Result<(), OpError> {
        let (subject, identities) = (&self.subject, self.subject.identities());
        let card = vcard::vcard(&person::card(subject.customer, &subject.profile, &identities, subject.now));
        self.archive.put("profile/contact.vcf", File::of("profile", "text/vcard"), card.as_bytes())?;
        let person = person::json_ld(subject.customer, &subject.profile, &identities);
        let person = serde_json::to_vec_pretty(&person).map_err(|error| interrupted(error.into()))?;
        self.archive.put("profile/profile.jsonld", File::of("profile", "application/ld+json"), &person)
    }

    fn conclusions(&mut self) -> Result<(), OpError> {
        let Lineage { tags, decisions, tasks, merges, is_cut, is_withheld } = &self.lineage;
        lines::file(&mut self.archive, "tags/tags.jsonl", "tags", tags)?;
        lines::file(&mut self.archive, "decisions/decisions.jsonl", "decisions", decisions)?;
        lines::file(&mut self.archive, "tasks/tasks.jsonl", "tasks", tasks)?;
        lines::file(&mut self.archive, "merges/merges.jsonl", "merges", merges)?;
        if *is_cut {
            self.kept.withheld.push(Withheld::new("decisions", None, Reason::Limit));
        }
        if *is_withheld {
            self.kept.withheld.push(Withheld::new("what some decisions rest on", None, Reason::OthersRights));
        }
        self.counts.tags = count(tags.len());
        self.counts.decisions = count(decisions.len());
        self.counts.tasks = count(tasks.len());
        self.counts.merges = count(merges.len());
        Ok(())
    }

    fn originals(&mut self) -> Result<(), OpError> {
        let address = self.subject.identities.iter().find(|(.., identity)| identity.scheme == "email");
        let address = address.and_then(|(.., identity)| identity.value.as_deref());
        let first_shown = self.story.len().saturating_sub(SHOWN);
        for places in self.story.pages() {
            let shown = places.end > first_shown;
            for told in self.story.page(places)? {
                let (archive, opener, kept) = (&mut self.archive, &mut self.opener, &mut self.kept);
                Carrier { archive, opener, kept, address }.carry(&told, shown)?;
            }
        }
        self.counts.originals = self.kept.count;
        Ok(())
    }

    fn messages(&mut self) -> Result<(), OpError> {
        self.archive.begin("chats/messages.jsonl", true)?;
        for places in self.story.pages() {
            let page = self.story.page(places)?;
            let texts = page.iter().filter(|told| told.kind.starts_with("message.")).flat_map(|told| {
                let kept = &self.kept;
                let texts = told.originals.iter().filter(|reference| reference.is_field && reference.part == "text");
                texts.filter_map(move |text| Some((told, text.open, kept.path(told.event, text.index)?)))
            });
            let texts: Vec<(&Told, vault::OpenRef, String)> = texts.collect();
            let opens: Vec<vault::OpenRef> = texts.iter().map(|(_, open, _)| *open).collect();
            for ((told, _, path), text) in texts.into_iter().zip(self.opener.texts(&opens)?) {
                let Some(text) = text else { continue };
                lines::line(&mut self.archive, &lines::message(told, &text, Some(path)))?;
                self.counts.messages += 1;
            }
        }
        self.archive.end(File::of("messages", "application/jsonl"));
        Ok(())
    }

    fn events(&mut self) -> Result<(), OpError> {
        let kinds: Vec<_> = self.story.kinds().map(lines::declared).collect();
        lines::file(&mut self.archive, "timeline/kinds.jsonl", "timeline", &kinds)?;
        self.archive.begin("timeline/events.jsonl", true)?;
        for places in self.story.pages() {
            for told in self.story.page(places)? {
                lines::line(&mut self.archive, &lines::event(&told, &self.kept))?;
                self.counts.events += 1;
            }
        }
        self.archive.end(File::of("timeline", "application/jsonl"));
        Ok(())
    }

    fn activities(&mut self) -> Result<(), OpError> {
        self.archive.begin("timeline/activities.jsonld", true)?;
        let id = self.subject.customer;
        let head = format!(
            "{{\"@context\":\"{}\",\"type\":\"OrderedCollection\",\"id\":\"urn:jingwei:{id}:timeline\",",
            as2::CONTEXT
        );
        write!(self.archive, "{head}\"totalItems\":{},\"orderedItems\":[", self.counts.events).map_err(interrupted)?;
        let mut comma = "\n";
        for places in self.story.pages() {
            for told in self.story.page(places)? {
                let path = |event, index| self.kept.path(event, index);
                let activity = as2::activity(id, self.subject.name(), &told, &told.gist(&self.subject.app.zone), path);
                let text = serde_json::to_string(&activity).map_err(|error| interrupted(error.into()))?;
                write!(self.archive, "{comma}{text}").map_err(interrupted)?;
                comma = ",\n";
            }
        }
        self.archive.write_all(b"\n]}\n").map_err(interrupted)?;
        self.archive.end(File::of("timeline", "application/activity+json"));
        Ok(())
    }

    fn table(&mut self) -> Result<(), OpError> {
        self.archive.begin("csv/events.csv", true)?;
        let head = [
            "event",
            "time",
            "received_at",
            "kind",
            "label_zh",
            "label_en",
            "source",
            "content_zh",
            "content_en",
            "originals",
        ];
        write!(self.archive, "{}{}", csv::MARK, csv::row(head)).map_err(interrupted)?;
        for places in self.story.pages() {
            for told in self.story.page(places)? {
                let (gist, event) = (told.gist(&self.subject.app.zone), told.event.to_string());
                let (time, received_at) = (told.time.to_string(), told.received_at.to_string());
                let paths: Vec<String> =
                    told.originals.iter().filter_map(|one| self.kept.path(told.event, one.index)).collect();
                let (label, paths) = (&told.label, paths.join(" "));
                let cells = [
                    &event,
                    &time,
                    &received_at,
                    &told.kind,
                    &label.zh,
                    &label.en,
                    &told.source,
                    &gist.zh,
                    &gist.en,
                    &paths,
                ];
                self.archive.write_all(csv::row(cells.map(String::as_str)).as_bytes()).map_err(interrupted)?;
            }
        }
        self.archive.end(File { neutralised: Some(NEUTRALISED), ..File::of("timeline", "text/csv") });
        Ok(())
    }

    fn openings(&mut self) -> Result<(), OpError> {
        // What was erased goes by the same alias as who came with it since.
        let left = self.subject.identities.iter().filter(|(.., identity)| identity.value.is_some());
        let labels = left.map(|(_, alias, identity)| (*alias, identity.label.clone())).collect();
        let openings = access::gather(&self.subject.app.vault, &labels)?;
        self.counts.openings = count(openings.len());
        if openings.len() >= usize::try_from(access::ROWS_LIMIT).unwrap_or(usize::MAX) {
            self.kept.withheld.push(Withheld::new("older openings of originals", None, Reason::Limit));
        }
        lines::file(&mut self.archive, "access-history/openings.jsonl", "access history", &openings)
    }

    fn first_page(&mut self) -> Result<(), OpError> {
        let shown = self.story.len().min(SHOWN);
        let tags: Vec<(String, Text)> =
            self.lineage.tags.iter().map(|tag| (tag.tag.clone(), tag.why.clone().unwrap_or_default())).collect();
        let kinds = self.subject.app.kinds();
        let declared = kinds.by_name("customer.identified");
        let label = |field: &str| {
            declared.and_then(|kind| kind.field(field)).map_or_else(|| Text::same(field), |field| field.label.clone())
        };
        let profile: Vec<(Text, String)> =
            self.subject.profile.iter().map(|(field, value, _)| (label(field), value.clone())).collect();
        self.archive.begin("index.html", false)?;
        let head = html::Head {
            customer: self.subject.customer,
            name: self.subject.name(),
            created: self.subject.now,
            profile: &profile,
            identities: &self.subject.identities(),
            counts: self.counts,
            tags: &tags,
            withheld: &self.kept.withheld,
            shown: count(shown),
        };
        html::begin(&mut self.archive, &head).map_err(interrupted)?;
        self.shown(self.story.len() - shown)?;
        let files = self.archive.files().to_vec();
        html::end(&mut self.archive, &files).map_err(interrupted)?;
        self.archive.end(File::of("overview", "text/html"));
        Ok(())
    }

    /// The events from a place on, newest first.
    fn shown(&mut self, first: usize) -> Result<(), OpError> {
        let mut end = self.story.len();
        while end > first {
            let from = end.saturating_sub(super::story::PAGE).max(first);
            for told in self.story.page(from..end)?.into_iter().rev() {
                let originals = told.originals.iter().filter_map(|one| {
                    let excerpt = self.kept.excerpt(told.event, one.index).map(str::to_owned);
                    Some((one.label.clone(), self.kept.path(told.event, one.index)?, excerpt))
                });
                let zone = &self.subject.app.zone;
                let (time, gist, originals) = (say::instant(told.time, zone), told.gist(zone), originals.collect());
                let shown = html::Shown { time, label: told.label, source: told.source, gist, originals };
                html::event(&mut self.archive, &shown).map_err(interrupted)?;
            }
            end = from;
        }
        Ok(())
    }

    fn manifest(&self) -> Manifest {
        Manifest {
            format: FORMAT,
            customer: self.subject.customer,
            created: self.subject.now,
            generator: Generator::THIS,
            identity_scope: Coverage::all(),
            identities: self.subject.identities(),
            counts: self.counts,
            files: self.archive.files().to_vec(),
            withheld: self.kept.withheld.clone(),
        }
    }

    /// The manifest, and the same again with the manifest's own hash as a signed credential.
    fn seal(&mut self) -> Result<(), OpError> {
        let json = |error: serde_json::Error| interrupted(error.into());
        let manifest = serde_json::to_vec_pretty(&self.manifest()).map_err(json)?;
        self.archive.put("manifest.json", File::of("manifest", "application/json"), &manifest)?;
        let subject = serde_json::to_value(self.manifest()).map_err(json)?;
        let (issuer, at) = (proof::did_key(&self.subject.key), self.subject.now.to_string());
        let document = proof::credential(&issuer, &at, subject);
        let config = proof::config(&document, &issuer, &at);
        let signature = self.subject.app.vault.sign_export(&proof::hash_data(&config, &document).map_err(json)?)?;
        let signed = serde_json::to_vec_pretty(&proof::secured(document, config, &signature)).map_err(json)?;
        self.archive.put("manifest.vc.json", File::of("manifest", "application/vc"), &signed)
    }
}

/// What was concluded, read before the package begins.
pub(super) fn conclusions(subject: &Subject<'_>) -> Result<Lineage, OpError> {
    lineage::gather(subject.app, subject.customer, &subject.labels())
}
