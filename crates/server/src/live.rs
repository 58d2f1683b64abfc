//! Live updates: what each commit brought, as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::{Stream, StreamExt as _};
use pipeline::{Committed, Listener};
use tokio::sync::mpsc;
use tokio_stream::wrappers::BroadcastStream;

use crate::auth::Signed;
use crate::state::Server;

/// How many commits may wait to be shown; beyond that some are not shown.
const WAITING: usize = 256;

/// Commits on their way from the pipeline to those who watch.
pub struct Feed(mpsc::Receiver<Committed>);

/// A listener for the pipeline, and what it hears.
#[must_use]
pub fn feed() -> (Listener, Feed) {
    let (send, receive) = mpsc::channel::<Committed>(WAITING);
    let listener = move |done: &Committed| drop(send.try_send(done.clone()));
    (Box::new(listener), Feed(receive))
}

impl Feed {
    /// Shows commits to those who watch, until the pipeline ends.
    pub async fn run(mut self, server: Arc<Server>) {
        while let Some(done) = self.0.recv().await {
            if server.live.receiver_count() == 0 {
                continue;
            }
            let shown = Arc::clone(&server).run(move |server| ops::event::live(&server.app, &done)).await;
            if let Some(text) = shown.ok().and_then(|commit| serde_json::to_string(&commit).ok()) {
                server.live.send(text.into()).ok();
            }
        }
    }
}

/// Watch commits as they are made.
#[utoipa::path(get, operation_id = "watch_commits", path = "/v1/live", tag = "events", responses((status = 200, description = "server-sent events named `commit`", body = ops::event::LiveCommit, content_type = "text/event-stream")))]
pub(crate) async fn live(
    _: Signed,
    State(server): State<Arc<Server>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let commits = BroadcastStream::new(server.live.subscribe());
    let events = commits
        .filter_map(|text| async move { text.ok().map(|text| Ok(Event::default().event("commit").data(&*text))) });
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}
