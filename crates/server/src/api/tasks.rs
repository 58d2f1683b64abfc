//! Tasks.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use base::TaskId;
use ops::customer::profile::TaskView;
use ops::customer::task;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::customers::id;
use crate::auth::Signed;
use crate::error::{ApiError, ErrorBody};
use crate::input::{Body, Path};
use crate::state::Server;

/// A change to a task.
#[derive(Deserialize, ToSchema)]
struct TaskChange {
    /// Whether it is done.
    done: bool,
}

/// Mark a task as done, or as open again; the customer's timeline says so.
#[utoipa::path(patch, operation_id = "change_task", path = "/v1/tasks/{id}", tag = "tasks", params(("id" = String, Path)), request_body = TaskChange, responses((status = 200, body = TaskView), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
async fn change(
    signed: Signed,
    State(server): State<Arc<Server>>,
    Path(task): Path<String>,
    Body(change): Body<TaskChange>,
) -> Result<Json<TaskView>, ApiError> {
    let set = move |server: &Server| task::set_done(&server.app, &signed.actor, id::<TaskId>(&task)?, change.done);
    Ok(Json(server.run(set).await?))
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(change))
}
