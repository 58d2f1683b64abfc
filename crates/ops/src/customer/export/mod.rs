//! A customer's whole story as one package that the customer can take away: a ZIP that streams, whose manifest is signed.
//!
//! The package needs no program of ours: a page that opens from disk, a contact card, the timeline as ActivityStreams and as
//! lossless JSON Lines, every original byte for byte, e-mails and transcripts in the forms other programs read, tags and
//! decisions with what they rest on, and who opened what. `manifest.json` has every file's SHA-256 and what is withheld and why;
//! `manifest.vc.json` is the same as a W3C Verifiable Credential. Names of files are always ours.
//!
//! In memory are a page of events, one small original, and of each original a line of the manifest. Originals are opened one
//! after another under a grant for the customer's own request, so the package's own openings are in the audit and in the package.

mod access;
mod archive;
mod as2;
mod html;
mod lineage;
mod lines;
mod mail;
mod manifest;
mod name;
mod opener;
mod originals;
mod package;
mod person;
mod proof;
mod story;
mod vcard;
mod vtt;

use std::io::Write;

use base::{CustomerId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use vault::IdentityAlias;

use crate::audit::{Line, audited};
use crate::{Actor, App, OpError, Right};

/// What an export came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExportSummary {
    /// Whose it is; the present id when the one asked for was merged.
    #[schema(value_type = String)]
    pub customer: CustomerId,
    /// When it was begun.
    #[schema(value_type = String)]
    pub created: Timestamp,
    /// Events in it.
    pub events: u64,
    /// Originals in it.
    pub originals: u64,
    /// Things withheld; the manifest names each and why.
    pub withheld: u64,
    /// Files in it.
    pub files: u64,
    /// Bytes of all files before compression.
    pub bytes: u64,
}

/// The customer that a name means, once it is clear that an export may begin.
///
/// # Errors
/// The right is lacking, there is no such customer, the raw zone or the database is down.
pub fn whom(app: &App, actor: &Actor, name: &str) -> Result<CustomerId, OpError> {
    actor.may(Right::ExportCustomers)?;
    app.vault.status()?;
    super::find(app, actor, name)
}

/// Writes a customer's whole story to `out` as a ZIP, from front to back. Who asked is noted first.
///
/// # Errors
/// The right is lacking, there is no such customer, the raw zone or the database is down: then nothing is written. When either
/// goes away later, or `out` fails, what was written has no directory at its end and so is no ZIP: throw it away.
pub fn export(app: &App, actor: &Actor, id: CustomerId, out: &mut dyn Write) -> Result<ExportSummary, OpError> {
    actor.may(Right::ExportCustomers)?;
    app.vault.status()?;
    let subject = subject(app, actor, id)?;
    let count = u64::try_from(subject.identities.len()).unwrap_or(u64::MAX);
    audited(app, actor.id(), |db| {
        db.add_reveal(subject.now, actor.id(), subject.customer, count)?;
        Ok(((), Line::new("customer.exported", &subject.customer, serde_json::Value::Null)))
    })?;
    let aliases: Vec<IdentityAlias> = subject.identities.iter().map(|(_, alias, _)| *alias).collect();
    let mut package = package::Package {
        opener: opener::Opener::new(app, actor, &aliases),
        story: story::Story::gather(app, subject.customer, subject.labels())?,
        lineage: package::conclusions(&subject)?,
        archive: archive::Archive::new(out, subject.now, &app.zone),
        kept: originals::Kept::default(),
        counts: manifest::Counts::default(),
        subject,
    };
    package.write()?;
    let (customer, created, counts) = (package.subject.customer, package.subject.now, package.counts);
    let withheld = u64::try_from(package.kept.withheld.len()).unwrap_or(u64::MAX);
    let files = package.archive.finish()?;
    Ok(ExportSummary {
        customer,
        created,
        events: counts.events,
        originals: counts.originals,
        withheld,
        files: u64::try_from(files.len()).unwrap_or(u64::MAX),
        bytes: files.iter().map(|file| file.size).sum(),
    })
}

fn subject<'a>(app: &'a App, actor: &Actor, id: CustomerId) -> Result<package::Subject<'a>, OpError> {
    let key = app.vault.export_key()?;
    app.store.read(|db| {
        let customer = super::current(app, db, actor, id)?;
        let (identities, profile) = (story::identities(db, customer)?, db.profile(customer)?);
        Ok(package::Subject { app, customer, now: app.now(), identities, profile, key })
    })
}
