//! Objects and their fields.

use std::sync::Arc;

use axum::Json;
use ops::object::convert::{self, ConversionPreview, ConversionRequest};
use ops::object::{
    self, FieldChange, FieldRequest, FormulaRequest, FormulaView, ObjectChange, ObjectPage, ObjectRequest, ObjectView,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::{Answer, Caller};
use crate::input::{Body, Path};
use crate::jobs::JobView;
use crate::state::Server;

/// List objects with their fields: those of which one may see records, or all for who builds them.
#[utoipa::path(get, operation_id = "list_objects", path = "/v1/objects", tag = "objects", responses((status = 200, body = ObjectPage)))]
async fn list(caller: Caller) -> Answer<ObjectPage> {
    caller.run(|app, actor| Ok(object::list(app, actor))).await
}

/// Make an object, with one field, by which its records are called. It is there everywhere at once.
#[utoipa::path(post, operation_id = "add_object", path = "/v1/objects", tag = "objects", request_body = ObjectRequest, responses((status = 200, body = ObjectView)))]
async fn add(caller: Caller, Body(request): Body<ObjectRequest>) -> Answer<ObjectView> {
    caller.run(move |app, actor| object::add(app, actor, &request)).await
}

/// Change what an object is called or looks like, or archive it.
#[utoipa::path(patch, operation_id = "change_object", path = "/v1/objects/{object}", tag = "objects", params(("object" = String, Path)), request_body = ObjectChange, responses((status = 200, body = ObjectView)))]
async fn change(caller: Caller, Path(object): Path<String>, Body(change): Body<ObjectChange>) -> Answer<ObjectView> {
    caller.run(move |app, actor| object::update(app, actor, &object, &change)).await
}

/// Add a field to an object; every record has it at once, without a value.
#[utoipa::path(post, operation_id = "add_field", path = "/v1/objects/{object}/fields", tag = "objects", params(("object" = String, Path)), request_body = FieldRequest, responses((status = 200, body = ObjectView)))]
async fn add_field(
    caller: Caller,
    Path(object): Path<String>,
    Body(request): Body<FieldRequest>,
) -> Answer<ObjectView> {
    caller.run(move |app, actor| object::add_field(app, actor, &object, &request)).await
}

/// Change a field's label, choices, or whether it is required or archived.
#[utoipa::path(patch, operation_id = "change_field", path = "/v1/objects/{object}/fields/{field}", tag = "objects", params(("object" = String, Path), ("field" = String, Path)), request_body = FieldChange, responses((status = 200, body = ObjectView)))]
async fn change_field(
    caller: Caller,
    Path((object, field)): Path<(String, String)>,
    Body(change): Body<FieldChange>,
) -> Answer<ObjectView> {
    caller.run(move |app, actor| object::update_field(app, actor, &object, &field, &change)).await
}

/// Read a formula over an object's fields, say it back in both languages, and try it on the records that were changed last.
#[utoipa::path(post, operation_id = "try_formula", path = "/v1/objects/{object}/formula", tag = "objects", params(("object" = String, Path)), request_body = FormulaRequest, responses((status = 200, body = FormulaView)))]
async fn try_formula(
    caller: Caller,
    Path(object): Path<String>,
    Body(request): Body<FormulaRequest>,
) -> Answer<FormulaView> {
    caller.run(move |app, actor| object::try_formula(app, actor, &object, &request)).await
}

/// Tell what would be kept and lost of a field's values if it held something else.
#[utoipa::path(post, operation_id = "preview_conversion", path = "/v1/objects/{object}/fields/{field}/conversion/preview", tag = "objects", params(("object" = String, Path), ("field" = String, Path)), request_body = ConversionRequest, responses((status = 200, body = ConversionPreview)))]
async fn preview_conversion(
    caller: Caller,
    Path((object, field)): Path<(String, String)>,
    Body(request): Body<ConversionRequest>,
) -> Answer<ConversionPreview> {
    caller.run(move |app, actor| convert::preview(app, actor, &object, &field, &request)).await
}

/// Have a field hold something else from now on. Its values are brought over behind; the field as it was stays, archived.
#[utoipa::path(post, operation_id = "convert_field", path = "/v1/objects/{object}/fields/{field}/conversion", tag = "objects", params(("object" = String, Path), ("field" = String, Path)), request_body = ConversionRequest, responses((status = 200, body = JobView)))]
async fn convert_field(
    caller: Caller,
    Path((object, field)): Path<(String, String)>,
    Body(request): Body<ConversionRequest>,
) -> Answer<JobView> {
    let (server, who) = (Arc::clone(&caller.server), (caller.actor.clone(), caller.credential.clone()));
    let ready = move |app: &ops::App, actor: &ops::Actor| convert::ready(app, actor, &object, &field, &request);
    let Json(conversion) = caller.run(ready).await?;
    Ok(Json(server.begin(who, move |app, actor, task| convert::run(app, actor, &conversion, task))?))
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(change))
        .routes(routes!(add_field))
        .routes(routes!(change_field))
        .routes(routes!(try_formula))
        .routes(routes!(preview_conversion))
        .routes(routes!(convert_field))
}
