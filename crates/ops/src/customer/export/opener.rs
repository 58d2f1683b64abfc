//! Opening originals for the customer's own request, under one grant for as many identities as a grant may name.

use std::io::Write;

use vault::{Basis, Grant, IdentityAlias, OpenRef, OpenedMeta, Purpose, VaultError, limits};

use super::manifest::Reason;
use crate::customer::original;
use crate::{Actor, App, OpError};

/// Opens originals.
pub(super) struct Opener<'a> {
    app: &'a App,
    actor: &'a Actor,
    grants: Vec<Grant>,
}

/// What an opening came to when it did not open: the reason, or why the whole export cannot go on.
pub(super) fn withheld(error: VaultError) -> Result<Reason, OpError> {
    match error {
        VaultError::Erased { .. } => Ok(Reason::Erased),
        VaultError::Missing { .. } => Ok(Reason::Missing),
        VaultError::Tampered { .. } => Ok(Reason::Damaged),
        VaultError::Stream(kind) => Err(super::archive::interrupted(kind.into())),
        error => Err(error.into()),
    }
}

impl<'a> Opener<'a> {
    pub(super) fn new(app: &'a App, actor: &'a Actor, identities: &[IdentityAlias]) -> Self {
        let grants = identities.chunks(limits::IDENTITIES).map(|batch| grant(app, actor, batch.to_vec())).collect();
        Self { app, actor, grants }
    }

    /// The grant that names an identity, holding from now on for as long as one opening may take. One that is not the
    /// customer's now, but that an event of the customer came through, gets a grant of its own.
    fn grant(&mut self, alias: IdentityAlias) -> Grant {
        let known = self.grants.iter().find(|grant| grant.identities.contains(&alias));
        let named = known.cloned().unwrap_or_else(|| {
            let named = grant(self.app, self.actor, vec![alias]);
            self.grants.push(named.clone());
            named
        });
        Grant { id: named.id, ..grant(self.app, self.actor, named.identities) }
    }

    /// Opens one original into `out`.
    pub(super) fn stream(&mut self, open: OpenRef, out: &mut dyn Write) -> Result<OpenedMeta, VaultError> {
        let grant = self.grant(open.0);
        self.app.vault.open_stream(&grant, open, out)
    }

    /// Opens several small originals into memory, in their order; none in place of one that does not open.
    pub(super) fn texts(&mut self, opens: &[OpenRef]) -> Result<Vec<Option<Vec<u8>>>, OpError> {
        let (mut texts, mut rest) = (Vec::with_capacity(opens.len()), opens);
        while let Some((alias, ..)) = rest.first() {
            let grant = self.grant(*alias);
            let covered =
                rest.iter().take(limits::OPEN_ITEMS).take_while(|(alias, ..)| grant.identities.contains(alias));
            let (run, after) = rest.split_at(covered.count());
            self.some(&grant, run, &mut texts)?;
            rest = after;
        }
        Ok(texts)
    }

    /// Halves what is too much at once, or what has one in it that does not open.
    fn some(&self, grant: &Grant, opens: &[OpenRef], texts: &mut Vec<Option<Vec<u8>>>) -> Result<(), OpError> {
        match self.app.vault.open(grant, opens) {
            Ok(opened) => texts.extend(opened.into_iter().map(|opened| Some(opened.body))),
            Err(VaultError::Limit { .. }) if opens.len() < 2 => texts.push(None),
            Err(error) if opens.len() < 2 => {
                withheld(error)?;
                texts.push(None);
            }
            Err(error) => {
                if !matches!(error, VaultError::Limit { .. }) {
                    withheld(error)?;
                }
                let (left, right) = opens.split_at(opens.len() / 2);
                self.some(grant, left, texts)?;
                self.some(grant, right, texts)?;
            }
        }
        Ok(())
    }
}

fn grant(app: &App, actor: &Actor, identities: Vec<IdentityAlias>) -> Grant {
    original::grant(app, actor, identities, Purpose::AccessRequest, Basis::AccessRequest)
}
