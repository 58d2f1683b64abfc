//! Tasks that rules wrote, and what people do with them: each change is an event of the workspace's own.

use base::{CustomerId, DecisionId, TaskId, Text};
use domain::{Identifier, Incoming, IncomingValue, Rejection, RejectionCode, Scheme};
use pipeline::{OWN_SOURCE, Recogniser, Taken};
use store::{Connection, IdentityRow, TaskRow};

use super::profile::TaskView;
use crate::audit::name_of;
use crate::{Actor, App, Fault, OpError, Right};

/// Marks a task as done, or as open again; says so on the customer's timeline.
///
/// # Errors
/// The right is lacking, there is no such task, its customer has no identifier left, or the database's.
pub fn set_done(app: &App, actor: &Actor, id: TaskId, done: bool) -> Result<TaskView, OpError> {
    actor.may(Right::WriteTasks)?;
    let (task, is_done, changed, who, by) = app.store.read(|db| {
        let (task, is_done, changed) =
            db.task(id)?.filter(|(task, ..)| !task.withdrawn).ok_or_else(OpError::not_found)?;
        let customer = super::current(app, db, actor, task.customer)?;
        Ok::<_, OpError>((task, is_done, changed, strongest(db, customer)?, name_of(db, actor.id())?))
    })?;
    if is_done != done {
        let event = event(id, &task.title, done, changed, &by);
        let kinds = app.kinds();
        let recogniser = Recogniser { kinds: &kinds, secrets: &app.secrets, now: app.now(), history: false };
        let mut event = recogniser.recognise(&event)?;
        event.who = vec![who];
        if let Some(Taken::Rejected(why)) = app.pipeline.take(vec![event], Vec::new(), true)?.pop() {
            return Err(why.into());
        }
    }
    Ok(view(id, task, done))
}

pub(crate) fn view(id: TaskId, task: TaskRow, done: bool) -> TaskView {
    TaskView { id, title: task.title, time: task.at, done, decision: DecisionId::new(id.number()) }
}

/// The event has a name of its own for each change, so that two clicks at once count once.
fn event<'e>(id: TaskId, title: &'e str, done: bool, changed: u64, by: &'e str) -> Incoming<'e> {
    Incoming {
        source: OWN_SOURCE.into(),
        id: format!("{id} {done} after {changed}").into(),
        kind: if done { "task.done" } else { "task.reopened" }.into(),
        time: None,
        who: Vec::new(),
        fields: vec![
            ("title".into(), IncomingValue::Text(title.into())),
            ("by".into(), IncomingValue::Text(by.into())),
            ("task".into(), IncomingValue::Text(id.to_string().into())),
        ],
        attachments: Vec::new(),
    }
}

/// The identifier that says most surely who a customer is, with its hash; none that was erased: whoever comes by it is somebody new.
pub(super) fn strongest(db: &mut Connection, customer: CustomerId) -> Result<(Identifier, [u8; 16]), OpError> {
    let rank = |row: &IdentityRow| (row.standing, Scheme::named(&row.scheme).rank());
    let left = db.identities_of(customer)?.into_iter().map(|(_, row)| row).filter(|row| row.value.is_some());
    let best = left.min_by_key(rank);
    let row = best.ok_or_else(OpError::not_found)?;
    let value = row.value.unwrap_or_default();
    Ok((Identifier { scheme: Scheme::named(&row.scheme), scope: row.scope, value }, row.key_hash))
}

/// The workspace's own source is not for others to send.
pub(crate) fn reserved() -> Rejection {
    let Text { zh, en } = Text::new("jingwei 是系统自身的数据源", "jingwei is the system's own source");
    Rejection::new(RejectionCode::Source, "source", zh, en)
}

impl OpError {
    /// The name is the system's own.
    pub(crate) fn reserved_source() -> Self {
        Self { fault: Fault::Request, ..reserved().into() }
    }
}
