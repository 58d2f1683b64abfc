//! Tasks.

use std::sync::Arc;

use base::TaskId;
use ops::customer::profile::TaskView;
use ops::customer::task;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::id;
use crate::auth::{Answer, Caller};
use crate::input::{Body, Path};
use crate::state::Server;

/// A change to a task.
#[derive(Deserialize, ToSchema)]
struct TaskChange {
    /// Whether it is done.
    done: bool,
}

/// Mark a task as done, or as open again; the customer's timeline says so.
#[utoipa::path(patch, operation_id = "change_task", path = "/v1/tasks/{id}", tag = "tasks", params(("id" = String, Path)), request_body = TaskChange, responses((status = 200, body = TaskView)))]
async fn change(caller: Caller, Path(task): Path<String>, Body(change): Body<TaskChange>) -> Answer<TaskView> {
    caller.run(move |app, actor| task::set_done(app, actor, id::<TaskId>(&task)?, change.done)).await
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(change))
}
