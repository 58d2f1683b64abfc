//! Customers that became one, and what was concluded while two were one by mistake.

use base::{CustomerId, MergeId};
use store::{Connection, DecisionRow, MergeRow, StoreError};

use crate::OpError;

/// How many merges deep to follow.
const DEPTH: usize = 64;

/// The customer and all that were merged into it and not taken out again, with every merge.
#[expect(clippy::type_complexity, reason = "two lists of plain tuples")]
pub(crate) fn family(
    db: &mut Connection,
    customer: CustomerId,
) -> Result<(Vec<CustomerId>, Vec<(MergeId, MergeRow)>), OpError> {
    let (mut all, mut merges, mut layer) = (vec![customer], Vec::new(), vec![customer]);
    for _ in 0..DEPTH {
        let mut next = Vec::new();
        for one in layer {
            let found = db.merges_of(one)?;
            next.extend(
                found
                    .iter()
                    .filter(|(_, row)| row.undone_at.is_none() && !all.contains(&row.gone))
                    .map(|(_, row)| row.gone),
            );
            merges.extend(found);
        }
        next.sort_unstable();
        next.dedup();
        if next.is_empty() {
            break;
        }
        all.extend(&next);
        layer = next;
    }
    Ok((all, merges))
}

/// Whether a decision was made while its customer was one with another that was taken out again, be it by way of a third: what it
/// rests on may be the other's.
pub(crate) fn rests_on_others(db: &mut Connection, decision: &DecisionRow) -> Result<bool, StoreError> {
    // What the undoing itself decided rests on the customer's own events again.
    let is_second_look = decision.reason == pipeline::reason_name(signals::Reason::Merge);
    let was_open = |undone| decision.at < undone || decision.at == undone && !is_second_look;
    let mut layer = vec![decision.customer];
    for _ in 0..DEPTH {
        let mut next = Vec::new();
        for one in layer {
            for merge in db.merges_until(one, decision.at)? {
                match merge.undone_at {
                    Some(undone) if was_open(undone) => return Ok(true),
                    Some(_) => {}
                    None => next.push(merge.gone),
                }
            }
        }
        if next.is_empty() {
            break;
        }
        layer = next;
    }
    Ok(false)
}
