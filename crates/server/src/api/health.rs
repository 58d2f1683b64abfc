//! Health that tells the truth.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::Server;

/// How the server is.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok`, or `degraded` when the database or the raw zone is away.
    status: &'static str,
    /// The program's version.
    version: &'static str,
    /// `sqlite` or `postgres`.
    database: &'static str,
    /// Whether the database answers and is written to.
    database_up: bool,
    /// `up` or `down`.
    vault: &'static str,
}

/// Tell how the server is.
#[utoipa::path(get, operation_id = "get_health", path = "/healthz", tag = "health", responses((status = 200, body = Health), (status = 503, description = "the database is away", body = Health)))]
async fn health(State(server): State<Arc<Server>>) -> (StatusCode, Json<Health>) {
    let found = Arc::clone(&server).run(|server| {
        let up = server.app.pipeline.is_open() && server.app.store.read(store::Connection::next_seq).is_ok();
        Ok((up, server.app.vault.status().is_ok()))
    });
    let (database_up, vault_up) = found.await.unwrap_or((false, false));
    let health = Health {
        status: if database_up && vault_up { "ok" } else { "degraded" },
        version: env!("CARGO_PKG_VERSION"),
        database: server.app.store.location().name(),
        database_up,
        vault: if vault_up { "up" } else { "down" },
    };
    (if database_up { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(health))
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(health))
}
