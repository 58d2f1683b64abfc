//! What goes on by itself after its request was answered: kept for whoever began it to ask how far it is.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use base::{JobId, Text};
use ops::record::bulk::{Progress, Task};
use ops::{Actor, App, Fault, OpError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Credential;
use crate::state::Server;

/// How many may go on at once.
const RUNNING: usize = 4;
/// How many are kept, ended ones too.
const KEPT: usize = 200;

/// Something that goes on by itself.
#[derive(Serialize, ToSchema)]
pub(crate) struct JobView {
    /// Its id.
    #[schema(value_type = String)]
    id: JobId,
    /// How far it is.
    #[serde(flatten)]
    progress: Progress,
}

/// What goes on, by its id, with the id of who began it.
#[derive(Default)]
pub(crate) struct Jobs(Mutex<BTreeMap<JobId, (String, Task)>>);

impl Jobs {
    fn add(&self, actor: &Actor, task: &Task) -> Result<JobId, OpError> {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if jobs.values().filter(|(_, task)| !task.progress().ended).count() >= RUNNING {
            let message = Text::new("进行中的批量操作过多，请稍后再试", "too much goes on at once; try again later");
            return Err(OpError { code: "too_many_jobs", message, field: None, fault: Fault::TooMuch });
        }
        while jobs.len() >= KEPT
            && let Some(oldest) = jobs.iter().find(|(_, (_, task))| task.progress().ended).map(|(id, _)| *id)
        {
            jobs.remove(&oldest);
        }
        let id = JobId::new(jobs.keys().last().map_or(0, |last| last.number()) + 1);
        jobs.insert(id, (actor.id().to_owned(), task.clone()));
        Ok(id)
    }

    /// One that this actor began.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn get(&self, actor: &Actor, id: JobId) -> Result<(JobView, Task), OpError> {
        let jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, task) = jobs.get(&id).filter(|(by, _)| by == actor.id()).ok_or_else(OpError::not_found)?;
        Ok((JobView { id, progress: task.progress() }, task.clone()))
    }
}

impl Server {
    /// Begins something that goes on by itself, on a thread of its own, for as long as who began it may do what they may now.
    ///
    /// # Errors
    /// Too much goes on.
    pub(crate) fn begin(
        self: &Arc<Self>,
        (actor, credential): (Actor, Credential),
        work: impl FnOnce(&App, &Actor, &Task) + Send + 'static,
    ) -> Result<JobView, OpError> {
        let began = actor.clone();
        let task = Task::new(move |app| credential.actor(app).is_ok_and(|now| now == began));
        let id = self.jobs.add(&actor, &task)?;
        let (server, mine) = (Arc::clone(self), task.clone());
        tokio::task::spawn_blocking(move || work(&server.app, &actor, &mine));
        Ok(JobView { id, progress: task.progress() })
    }
}
