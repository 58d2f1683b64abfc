//! What handlers share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base::Timestamp;
use ops::App;
use tokio::sync::{Notify, Semaphore, broadcast};
use tokio_util::sync::CancellationToken;

use crate::api::Found;
use crate::error::ApiError;
use crate::jobs::Jobs;
use crate::limiter::Limiter;
use crate::live::Told;

/// How a server is set up.
pub struct Settings {
    /// The token in the link with which the owner's account is made.
    pub setup_token: String,
    /// The token with which the machine's owner may call the API from the command line.
    pub local_token: String,
}

/// How many passwords may be hashed at once: each takes 19 MiB.
const HASHING: usize = 2;

/// How many may wait for servers of others at once.
const ABROAD: usize = 8;
/// How many bodies may be inflated and read at once.
const READING: usize = 16;
/// How many attachments may be uploaded at once: fewer than the raw zone has connections, so that slow ones leave it some.
const UPLOADING: usize = 8;

/// How many files may go out at once: each holds a thread for as long as it is taken.
const EXPORTING: usize = 8;

/// What handlers share.
pub struct Server {
    pub(crate) app: App,
    pub(crate) settings: Settings,
    pub(crate) live: broadcast::Sender<Told>,
    /// Cancelled when the server is to stop.
    pub(crate) stopping: CancellationToken,
    /// Told of each session that is closed.
    pub(crate) signed_out: Notify,
    pub(crate) health: Found,
    pub(crate) sign_ins: Limiter,
    pub(crate) jobs: Jobs,
    /// Room for passwords to be hashed.
    pub(crate) hashing: Arc<Semaphore>,
    /// Room for those who wait for servers of others.
    pub(crate) abroad: Arc<Semaphore>,
    /// Room for bodies to be inflated and read.
    pub(crate) reading: Arc<Semaphore>,
    /// Room for attachments to be uploaded.
    pub(crate) uploading: Arc<Semaphore>,
    /// Room for files to go out.
    pub(crate) exporting: Arc<Semaphore>,
    keys: Mutex<HashMap<String, (String, Timestamp)>>,
}

impl Server {
    /// A server over an open workspace; `live` carries what the pipeline commits.
    #[must_use]
    pub fn new(app: App, settings: Settings, live: broadcast::Sender<Told>) -> Arc<Self> {
        Arc::new(Self {
            app,
            settings,
            live,
            stopping: CancellationToken::new(),
            signed_out: Notify::new(),
            health: Found::default(),
            sign_ins: Limiter::default(),
            jobs: Jobs::default(),
            hashing: Arc::new(Semaphore::new(HASHING)),
            abroad: Arc::new(Semaphore::new(ABROAD)),
            reading: Arc::new(Semaphore::new(READING)),
            uploading: Arc::new(Semaphore::new(UPLOADING)),
            exporting: Arc::new(Semaphore::new(EXPORTING)),
            keys: Mutex::default(),
        })
    }

    /// The workspace.
    #[must_use]
    pub const fn app(&self) -> &App {
        &self.app
    }

    /// Runs a use case on a thread where it may block.
    ///
    /// # Errors
    /// What the use case says.
    pub(crate) async fn run<T: Send + 'static>(
        self: Arc<Self>,
        f: impl FnOnce(&Self) -> Result<T, ops::OpError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let done = tokio::task::spawn_blocking(move || f(&self)).await;
        Ok(done.map_err(|_| ApiError::broken())??)
    }

    /// Runs a use case once there is room for it. It keeps its place until it is done, whether or not the caller waits.
    ///
    /// # Errors
    /// What the use case says.
    pub(crate) async fn run_within<T: Send + 'static>(
        self: Arc<Self>,
        room: &Arc<Semaphore>,
        f: impl FnOnce(&Self) -> Result<T, ops::OpError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let place = Arc::clone(room).acquire_owned().await.map_err(|_| ApiError::broken())?;
        let within = move |server: &Self| {
            let _place = place;
            f(server)
        };
        self.run(within).await
    }
}

/// How long an ingest key is trusted before it is looked up again, in milliseconds.
const KEY_MS: i64 = 5_000;

impl Server {
    /// The source of an ingest key that was looked up a moment ago.
    pub(crate) fn known_key(&self, key: &str) -> Option<String> {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let (source, until) = keys.get(key)?;
        (self.app.now() < *until).then(|| source.clone())
    }

    pub(crate) fn remember_key(&self, key: &str, source: &str) {
        let now = self.app.now();
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|_, (_, until)| now < *until);
        keys.insert(key.to_owned(), (source.to_owned(), now.plus_ms(KEY_MS)));
    }
}
