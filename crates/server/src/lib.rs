//! HTTP in front of the use cases: intake, API, live updates, sessions, and the web interface, which is built into the binary.
//!
//! Knows no SQL and no engine's insides. Every handler reads its request, calls one use case on a thread of its own and writes
//! the answer.

mod api;
mod auth;
mod error;
mod input;
mod jobs;
mod limiter;
mod live;
mod outlet;
mod state;
mod web;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use tokio::net::TcpListener;
use utoipa::{OpenApi, PartialSchema, ToSchema, openapi};
use utoipa_axum::router::OpenApiRouter;

pub use live::{Feed, Told, feed};
pub use state::{Server, Settings};

/// The exit code by which the process asks its launcher to remove the raw zone and start anew.
pub const CLEARED: u8 = 64;
/// The largest body, in bytes, as it comes over the wire.
pub const BODY_LIMIT: usize = 32 << 20;
/// The largest body, in bytes, once inflated.
pub const INFLATED_LIMIT: usize = 256 << 20;

#[derive(OpenApi)]
#[openapi(info(
    title = "Jingwei",
    description = "Events in; customers, tags, decisions and their reasons out. Times are RFC 3339 in UTC; texts come in Chinese and English.",
    license(name = "Apache-2.0", identifier = "Apache-2.0")
))]
struct Description;

/// Adds to each operation what every one of them may answer, and how a caller is known.
fn described(mut api: openapi::OpenApi) -> openapi::OpenApi {
    let error = openapi::ContentBuilder::new().schema(Some(openapi::Ref::from_schema_name("ErrorBody"))).build();
    let refused = openapi::ResponseBuilder::new()
        .description("why not: a code, a sentence in both languages, the member at fault")
        .content("application/json", error)
        .build();
    let items = api.paths.paths.values_mut();
    let operations = items.flat_map(|item| {
        [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete].into_iter().flatten()
    });
    for operation in operations {
        operation.responses.responses.insert("default".to_owned(), refused.clone().into());
    }
    let components = api.components.get_or_insert_default();
    let (name, schema) = (error::ErrorBody::name().into_owned(), error::ErrorBody::schema());
    components.schemas.insert(name, schema);
    let http = openapi::security::Http::new(openapi::security::HttpAuthScheme::Bearer);
    components.add_security_scheme("key", openapi::security::SecurityScheme::Http(http));
    let cookie = openapi::security::ApiKey::Cookie(openapi::security::ApiKeyValue::new(auth::COOKIE));
    components.add_security_scheme("session", openapi::security::SecurityScheme::ApiKey(cookie));
    let ways = ["key", "session"].map(|way| openapi::security::SecurityRequirement::new(way, [""; 0]));
    api.security = Some(ways.to_vec());
    api
}

fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::with_openapi(Description::openapi()).merge(api::routes())
}

/// The API's description, OpenAPI 3.1, as JSON.
#[must_use]
pub fn description() -> String {
    let (_, description) = routes().split_for_parts();
    described(description).to_pretty_json().unwrap_or_default()
}

/// All routes over a server.
pub fn router(server: Arc<Server>) -> Router {
    let (router, description) = routes().split_for_parts();
    let description = Arc::new(described(description).to_pretty_json().unwrap_or_default());
    let openapi =
        move || async move { ([(header::CONTENT_TYPE, "application/json")], description.as_str().to_owned()) };
    router
        .layer(axum::middleware::map_response(unstored))
        .route("/openapi.json", axum::routing::get(openapi))
        .fallback(web::page)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(axum::middleware::map_response(hardened))
        .with_state(server)
}

/// Headers that keep a page from being framed, sniffed, or from loading anything of others.
async fn hardened(mut response: Response) -> Response {
    let csp = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; object-src blob:; frame-src blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
    let headers = [
        (header::CONTENT_SECURITY_POLICY, csp),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    for (name, value) in headers {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value)); // what is stricter stays
    }
    response
}

/// An answer about customers is kept by no browser and no proxy.
async fn unstored(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Serves until `stop` resolves; then live updates end, and whatever else was asked is still answered.
///
/// # Errors
/// The listener fails.
pub async fn serve(
    listener: TcpListener,
    server: Arc<Server>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let ending = Arc::clone(&server);
    let stop = async move {
        stop.await;
        ending.app.ending.store(true, std::sync::atomic::Ordering::SeqCst); // what goes on by itself comes to an end
        ending.stopping.cancel();
    };
    let sweeping = tokio::spawn(sweep(Arc::clone(&server)));
    let served = axum::serve(listener, router(server)).with_graceful_shutdown(stop).await;
    sweeping.abort();
    served
}

/// How often files are looked for that were removed long ago.
const SWEEP: std::time::Duration = std::time::Duration::from_secs(3_600);

/// Destroys, now and every hour, files that were removed long ago.
async fn sweep(server: Arc<Server>) {
    loop {
        match Arc::clone(&server).run(|server| Ok(ops::record::attachment::sweep(&server.app))).await {
            Ok(Ok(0)) => {}
            Ok(Ok(count)) => tracing::info!(count, "files that were removed long ago are destroyed"),
            Ok(Err(error)) => tracing::warn!(%error, "files that were removed long ago stay until the next time"),
            Err(_) => return,
        }
        tokio::time::sleep(SWEEP).await;
    }
}
