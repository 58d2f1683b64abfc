//! Identifiers, masked until someone reveals them, which is noted.

use base::{CustomerId, IdentityId, Text};
use domain::Scheme;
use serde::Serialize;
use store::IdentityRow;
use utoipa::ToSchema;

use crate::audit::{Line, audited};
use crate::{Actor, App, OpError, Right};

/// An identifier as anyone may see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IdentifierView {
    /// The identity.
    #[schema(value_type = String)]
    pub id: IdentityId,
    /// Its scheme.
    pub scheme: String,
    /// What people call the scheme.
    pub label: Text,
    /// The masked value.
    pub value: String,
    /// Where the value is unique.
    pub scope: String,
    /// Whether it joins customers.
    pub joins: bool,
    /// Whether it was demoted because too many share it.
    pub hub: bool,
}

impl IdentifierView {
    pub(crate) fn masked(id: IdentityId, row: &IdentityRow) -> Self {
        let scheme = Scheme::named(&row.scheme);
        let value = row.value.as_deref().map(|value| identity::mask::mask(&scheme, value)).unwrap_or_default();
        let label = scheme.label();
        Self {
            id,
            scheme: row.scheme.clone(),
            label,
            value,
            scope: row.scope.clone(),
            joins: row.standing == 0,
            hub: row.standing == 3,
        }
    }
}

/// An identifier in full.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Revealed {
    /// The identity.
    #[schema(value_type = String)]
    pub id: IdentityId,
    /// The value.
    pub value: String,
}

/// A customer's identifiers in full.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RevealedIdentifiers {
    /// The identifiers.
    pub identifiers: Vec<Revealed>,
}

/// Reveals a customer's identifiers; who did is noted first.
///
/// # Errors
/// The right is lacking, there is no such customer, or the database's.
pub fn reveal(app: &App, actor: &Actor, id: CustomerId) -> Result<RevealedIdentifiers, OpError> {
    actor.may(Right::RevealIdentifiers)?;
    let (customer, rows) = app.store.read(|db| {
        let customer = super::current(app, db, actor, id)?;
        Ok::<_, OpError>((customer, db.identities_of(customer)?))
    })?;
    let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    audited(app, actor.id(), |db| {
        db.add_reveal(app.now(), actor.id(), customer, count)?;
        Ok(((), Line::new("identifiers.revealed", &customer, serde_json::json!({"identifiers": count}))))
    })?;
    let identifiers = rows.into_iter().filter_map(|(id, row)| Some(Revealed { id, value: row.value? })).collect();
    Ok(RevealedIdentifiers { identifiers })
}
