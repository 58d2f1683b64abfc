//! Live updates: what each commit brought, as server-sent events. Whoever missed some is told to read anew.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use base::UserId;
use futures_util::{Stream, StreamExt as _};
use ops::{Actor, Scope};
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
    /// What a commit brought of customers, as JSON.
    Commit(Arc<str>),
    /// Of these objects records were written; and whether an object was made or changed.
    Records(Arc<[String]>, bool),
    /// These people were told of something.
    Notices(Arc<[UserId]>),
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
            match heard {
                Heard::Commit(done) => {
                    if done.schema || !done.records.is_empty() {
                        server.live.send(records(&server, &done)).ok();
                    }
                    if !done.events.is_empty() || !done.decisions.is_empty() {
                        server.live.send(told(&server, done).await).ok();
                    }
                }
                Heard::Missed => drop(server.live.send(Told::Resync)),
            }
        }
    }
}

fn records(server: &Server, done: &Committed) -> Told {
    let objects = server.app.pipeline.objects();
    let name = |id: &base::ObjectId| objects.by_id(*id).map(|object| object.name.clone());
    Told::Records(done.records.keys().filter_map(name).collect(), done.schema)
}

/// What a commit brought; where that cannot be read, there is something to be read anew.
async fn told(server: &Arc<Server>, done: Box<Committed>) -> Told {
    let shown = Arc::clone(server).run(move |server| ops::event::live(&server.app, &done)).await;
    let text = shown.ok().and_then(|commit| serde_json::to_string(&commit).ok());
    text.map_or(Told::Resync, |text| Told::Commit(text.into()))
}

/// A name and its data, for one who watches, by what they may see; one who was too slow is told so.
fn named(actor: &Actor, received: Result<Told, BroadcastStreamRecvError>) -> Option<(&'static str, Arc<str>)> {
    match received {
        Ok(Told::Commit(text)) => actor.sees_all_customers().then_some(("commit", text)),
        Ok(Told::Records(objects, schema)) => {
            let seen = |name: &&String| actor.access().of(name).read != Scope::None;
            let objects: Vec<&String> = objects.iter().filter(seen).collect();
            let is_news = schema || !objects.is_empty();
            let text = serde_json::json!({"objects": objects, "schema": schema}).to_string();
            is_news.then(|| ("records", text.into()))
        }
        Ok(Told::Notices(people)) => {
            let is_told = actor.person().is_some_and(|me| people.contains(&me)) && !actor.is_seen_as();
            is_told.then(|| ("notices", "{}".into()))
        }
        Ok(Told::Resync) | Err(BroadcastStreamRecvError::Lagged(_)) => Some(("resync", "{}".into())),
    }
}

/// Resolves once one who watches may watch so no longer: the server stops, the session is over, or they may see other things now.
async fn over(server: Arc<Server>, credential: Credential, actor: Actor) {
    loop {
        tokio::select! {
            () = server.stopping.cancelled() => return,
            () = server.signed_out.notified() => {}
            () = tokio::time::sleep(LOOK_UP) => {}
        }
        let credential = credential.clone();
        match Arc::clone(&server).run(move |server| credential.actor(&server.app)).await {
            Ok(now) if now == actor => {}
            Err(error) if !error.is_the_callers() => {}
            _ => return,
        }
    }
}

/// Watch commits as they are made, as far as one may see: each is a `commit`; `records` names objects of which records were written; `notices` says that one was told of something; a `resync` says that some were left out, and that what is shown must be read anew.
#[utoipa::path(get, operation_id = "watch_commits", path = "/v1/live", tag = "events", responses((status = 200, description = "server-sent events named `commit`, `records` with the members `objects` and `schema`, `notices` with an empty object, and `resync` with an empty object where some were left out", body = ops::event::LiveCommit, content_type = "text/event-stream")))]
pub(crate) async fn live(caller: Caller) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let Caller { server, actor, credential } = caller;
    let told = BroadcastStream::new(server.live.subscribe());
    let watcher = actor.clone();
    let events = told.filter_map(move |received| {
        let event = named(&watcher, received).map(|(name, data)| Ok(Event::default().event(name).data(&*data)));
        std::future::ready(event)
    });
    let events = events.take_until(over(server, credential, actor));
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
        let actor = Actor::local();
        let heard = slow.filter_map(|received| std::future::ready(named(&actor, received)));
        let heard: Vec<_> = heard.take(3).map(|(name, data)| format!("{name} {data}")).collect().await;
        assert_eq!(heard, ["resync {}", "commit 3", "commit 4"]);
    }

    #[test]
    fn one_who_watches_hears_of_objects_that_they_may_see() {
        let seen = ops::Access {
            objects: [("deal".to_owned(), ops::RecordRights::plain(Scope::All, Scope::None))].into(),
            ..ops::Access::default()
        };
        let actor = Actor::new("usr_00000001", ops::Rights::default(), seen);
        let told = |objects: &[&str]| Told::Records(objects.iter().map(|name| (*name).to_owned()).collect(), false);
        assert_eq!(named(&actor, Ok(told(&["ticket"]))), None);
        let (_, data) = named(&actor, Ok(told(&["ticket", "deal"]))).unwrap();
        assert_eq!(&*data, r#"{"objects":["deal"],"schema":false}"#);
        assert_eq!(named(&actor, Ok(Told::Commit("{}".into()))), None, "customers are not theirs to see");
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
