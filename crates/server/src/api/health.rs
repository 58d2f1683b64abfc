//! Health that tells the truth.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use tokio::sync::Mutex;
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
    /// How the search index is.
    search: ops::search::IndexState,
    /// Whether records have been read into memory, from where they are listed: `ready`, or `loading` while the database is asked for some lists.
    lists: &'static str,
}

/// How long what was found is told again: whoever asks often is no load.
const KEPT: Duration = Duration::from_millis(500);

/// What was found out last, and when.
#[derive(Default)]
pub(crate) struct Found(Mutex<Option<(Instant, Up)>>);

/// What answers.
#[derive(Clone, Copy, Default)]
struct Up {
    store: bool,
    vault: bool,
}

/// Finds out what answers; those who ask at once wait for one finding.
async fn found(server: &Arc<Server>) -> Up {
    let mut found = server.health.0.lock().await;
    if let Some((at, up)) = *found
        && at.elapsed() < KEPT
    {
        return up;
    }
    let up = Arc::clone(server).run(|server| {
        let store = server.app.store.read(store::Connection::next_seq).is_ok();
        Ok(Up { store, vault: server.app.vault.export_key().is_ok() })
    });
    let up = up.await.unwrap_or_default();
    *found = Some((Instant::now(), up));
    up
}

/// Tell how the server is.
#[utoipa::path(get, operation_id = "get_health", path = "/healthz", tag = "health", responses((status = 200, body = Health), (status = 503, description = "the database is away", body = Health)))]
async fn health(State(server): State<Arc<Server>>) -> (StatusCode, Json<Health>) {
    let up = found(&server).await;
    let database_up = up.store && server.app.pipeline.is_open();
    let health = Health {
        status: if database_up && up.vault { "ok" } else { "degraded" },
        version: env!("CARGO_PKG_VERSION"),
        database: server.app.store.location().name(),
        database_up,
        vault: if up.vault { "up" } else { "down" },
        search: server.app.search.state(),
        lists: if server.app.pipeline.columns().is_read() { "ready" } else { "loading" },
    };
    (if database_up { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(health))
}

pub(super) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(health))
}
