//! Erasing identities: what they are called, what was said under them, and what opens it in the log.

use base::IdentityId;
use store::Unit;
use store::log::Entry;

use crate::command::Outcome;
use crate::engine::{Engine, EngineError};

impl Engine {
    /// Erases identities. Whoever comes with the same identifier again is somebody new; what followed from the events that came through them stays
    /// with the customer, under its number.
    pub(crate) fn erase(
        &mut self,
        actor: String,
        identities: Vec<IdentityId>,
        unit: &mut Unit,
    ) -> Result<Outcome, EngineError> {
        let mut customers = Vec::with_capacity(identities.len());
        for id in &identities {
            let Some((_, row)) = self.db.identity(*id)? else { return Ok(Outcome::NotFound) };
            customers.push(row.customer);
            if self.hashes.get(&row.key_hash) == Some(id) {
                self.hashes.remove(&row.key_hash); // who came with it since an earlier erasure stays
            }
            self.profile_keys.remove(id);
        }
        customers.sort_unstable();
        customers.dedup();
        self.lookup.forget(&identities);
        unit.keys.retain(|(_, customer)| customers.binary_search(customer).is_err());
        for customer in customers {
            unit.names.insert(customer, None);
            unit.unkeyed.push(customer);
            self.forget_known(customer, unit)?;
            self.outdate(customer, unit.seq); // by what is left of its profile
        }
        unit.erased_at = Some(self.next_seq);
        unit.erased.extend(&identities);
        self.append(unit, Entry::Erased { actor, identities });
        Ok(Outcome::Done)
    }
}
