//! The API, one file per noun.

mod customers;
mod decisions;
mod events;
mod health;
mod intake;
mod kinds;
mod rules;
mod session;
mod sources;
mod tasks;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use health::Found;

use crate::live;
use crate::state::Server;

/// Every operation, with its description.
pub(crate) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new()
        .merge(health::routes())
        .merge(session::routes())
        .merge(intake::routes())
        .merge(customers::routes())
        .merge(decisions::routes())
        .merge(rules::routes())
        .merge(events::routes())
        .merge(kinds::routes())
        .merge(sources::routes())
        .merge(tasks::routes())
        .routes(routes!(live::live))
}
