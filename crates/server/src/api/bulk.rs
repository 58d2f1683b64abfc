//! Changing all records of a list at once.

use std::sync::Arc;

use axum::Json;
use base::{ChangeId, JobId};
use ops::OpError;
use ops::record::bulk::{self, BulkRequest};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::id;
use crate::auth::{Answer, Caller};
use crate::input::{Body, Path};
use crate::jobs::JobView;
use crate::state::Server;

/// Change all records of a list, in steps; the answer is a job that tells how far it is. Records that one may not change are left.
#[utoipa::path(post, operation_id = "bulk_records", path = "/v1/objects/{object}/bulk", tag = "records", params(("object" = String, Path)), request_body = BulkRequest, responses((status = 200, body = JobView)))]
async fn begin(caller: Caller, Path(object): Path<String>, Body(request): Body<BulkRequest>) -> Answer<JobView> {
    let (server, who) = (Arc::clone(&caller.server), (caller.actor.clone(), caller.credential.clone()));
    let Json(ready) = caller.run(move |app, actor| bulk::ready(app, actor, &object, &request)).await?;
    Ok(Json(server.begin(who, move |app, actor, task| bulk::run(app, actor, &ready, task))?))
}

/// Take back what a bulk change did, as far as it was not changed again since.
#[utoipa::path(post, operation_id = "undo_batch", path = "/v1/batches/{id}/undo", tag = "records", params(("id" = String, Path)), responses((status = 200, body = JobView)))]
async fn undo(caller: Caller, Path(batch): Path<String>) -> Answer<JobView> {
    let (server, who) = (Arc::clone(&caller.server), (caller.actor.clone(), caller.credential.clone()));
    let batch = id::<ChangeId>(&batch)?;
    let Json(object) = caller.run(move |app, actor| bulk::ready_undo(app, actor, batch)).await?;
    Ok(Json(server.begin(who, move |app, actor, task| bulk::undo(app, actor, &object, batch, task))?))
}

/// Tell how far a job is that one began.
#[utoipa::path(get, operation_id = "get_job", path = "/v1/jobs/{id}", tag = "records", params(("id" = String, Path)), responses((status = 200, body = JobView)))]
async fn get(caller: Caller, Path(job): Path<String>) -> Answer<JobView> {
    Ok(Json(caller.server.jobs.get(&caller.actor, id::<JobId>(&job)?)?.0))
}

/// Stop a job that one began, after the step it is at. What it did stays, and can be taken back.
#[utoipa::path(delete, operation_id = "stop_job", path = "/v1/jobs/{id}", tag = "records", params(("id" = String, Path)), responses((status = 200, body = JobView)))]
async fn stop(caller: Caller, Path(job): Path<String>) -> Answer<JobView> {
    let (view, task) = caller.server.jobs.get(&caller.actor, id::<JobId>(&job)?)?;
    if caller.actor.is_seen_as() {
        return Err(OpError::not_found().into());
    }
    task.stop();
    Ok(Json(view))
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(begin)).routes(routes!(undo)).routes(routes!(get, stop))
}
