//! Live updates: what each commit brought, as server-sent events. Whoever missed some is told to read anew.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::{Stream, StreamExt as _};
use ops::Right;
use pipeline::{Committed, Listener};
use tokio::sync::mpsc;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;

use crate::auth::{Caller, Credential};
use crate::error::ApiError;
use crate::state::Server;

/// How many commits may wait to be shown; beyond that some are not shown.
const WAITING: usize = 256;

/// How often the session of one who watches is looked up again.
const LOOK_UP: Duration = Duration::from_secs(15);

/// What those who watch are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// What a commit brought, as JSON.
    Commit(Arc<str>),
    /// Some commits were left out: what is shown must be read anew.
    Resync,
}

/// Commits on their way from the pipeline to those who watch.
pub struct Feed {
    commits: mpsc::Receiver<Committed>,
    /// Whether a commit found no room since this was last asked.
    missed: Arc<AtomicBool>,
}

/// A listener for the pipeline, and what it hears.
#[must_use]
pub fn feed() -> (Listener, Feed) {
    let (send, commits) = mpsc::channel::<Committed>(WAITING);
    let missed = Arc::new(AtomicBool::new(false));
    let full = Arc::clone(&missed);
    let listener = move |done: &Committed| {
        if send.try_send(done.clone()).is_err() {
            full.store(true, Ordering::SeqCst);
        }
    };
    (Box::new(listener), Feed { commits, missed })
}

/// What the pipeline brought.
enum Heard {
    Commit(Box<Committed>),
    /// Some commits found no room. All of them are on disk by now.
    Missed,
}

impl Feed {
    async fn next(&mut self) -> Option<Heard> {
        let commit = self.commits.recv().await?;
        if self.missed.swap(false, Ordering::SeqCst) {
            return Some(Heard::Missed);
        }
        Some(Heard::Commit(Box::new(commit)))
    }

    /// Shows commits to those who watch, until the pipeline ends.
    pub async fn run(mut self, server: Arc<Server>) {
        while let Some(heard) = self.next().await {
            if server.live.receiver_count() == 0 {
                continue;
            }
            let told = match heard {
                Heard::Commit(done) => told(&server, done).await,
                Heard::Missed => Told::Resync,
            };
            server.live.send(told).ok();
        }
    }
}

/// What a commit brought; where that cannot be read, there is something to be read anew.
async fn told(server: &Arc<Server>, done: Box<Committed>) -> Told {
    let shown = Arc::clone(server).run(move |server| ops::event::live(&server.app, &done)).await;
    let text = shown.ok().and_then(|commit| serde_json::to_string(&commit).ok());
    text.map_or(Told::Resync, |text| Told::Commit(text.into()))
}

/// A name and its data, for one who watches; one who was too slow is told so.
fn named(received: Result<Told, BroadcastStreamRecvError>) -> (&'static str, Arc<str>) {
    match received {
        Ok(Told::Commit(text)) => ("commit", text),
        Ok(Told::Resync) | Err(BroadcastStreamRecvError::Lagged(_)) => ("resync", "{}".into()),
    }
}

/// Resolves once one who watches may watch no longer: the server stops, the session is over, or the right is gone.
async fn over(server: Arc<Server>, credential: Credential) {
    loop {
        tokio::select! {
            () = server.stopping.cancelled() => return,
            () = server.signed_out.notified() => {}
            () = tokio::time::sleep(LOOK_UP) => {}
        }
        let credential = credential.clone();
        let may = Arc::clone(&server).run(move |server| credential.actor(&server.app)?.may(Right::ReadCustomers));
        if may.await.is_err_and(|error| error.is_the_callers()) {
            return;
        }
    }
}

/// Watch commits as they are made: each is a `commit`; a `resync` says that some were left out, and that what is shown must be read anew.
#[utoipa::path(get, operation_id = "watch_commits", path = "/v1/live", tag = "events", responses((status = 200, description = "server-sent events named `commit`, and `resync` with an empty object where some were left out", body = ops::event::LiveCommit, content_type = "text/event-stream")))]
pub(crate) async fn live(caller: Caller) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let Caller { server, actor, credential } = caller;
    actor.may(Right::ReadCustomers)?;
    let told = BroadcastStream::new(server.live.subscribe());
    let events = told.map(|received| {
        let (name, data) = named(received);
        Ok(Event::default().event(name).data(&*data))
    });
    let events = events.take_until(over(server, credential));
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

#[cfg(test)]
mod tests {
    use tokio::sync::broadcast;

    use super::*;

    #[tokio::test]
    async fn one_who_reads_too_slowly_is_told_to_read_anew() {
        let (send, _keep) = broadcast::channel(2);
        let slow = BroadcastStream::new(send.subscribe());
        for number in 0..5 {
            send.send(Told::Commit(number.to_string().into())).unwrap();
        }
        let heard: Vec<_> = slow.map(named).take(3).map(|(name, data)| format!("{name} {data}")).collect().await;
        assert_eq!(heard, ["resync {}", "commit 3", "commit 4"]);
    }

    #[tokio::test]
    async fn commits_that_found_no_room_are_told_of() {
        let (listener, mut feed) = feed();
        for seq in 0..WAITING as u64 + 5 {
            listener(&Committed { next_seq: seq, ..Committed::default() });
        }
        assert!(matches!(feed.next().await, Some(Heard::Missed)));
        assert!(matches!(feed.next().await, Some(Heard::Commit(done)) if done.next_seq == 1));
    }
}
