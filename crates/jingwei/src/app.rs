//! The app's process: everything but originals.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use ops::account;
use ops::notice::Noticing;
use ops::search::{Bell, Searching};
use server::{Server, Settings, Told, feed};
use tokio::sync::broadcast;
use vault::AppFolders;

use crate::Failure;
use crate::folder::{Folder, Running, write_private};
use crate::launch::{HOPELESS, end_with_parent, until_asked};
use crate::local::open_app;

/// The app's process.
#[derive(Args)]
pub(crate) struct Options {
    #[arg(long)]
    data: PathBuf,
    #[arg(long)]
    listen: String,
}

impl Options {
    pub(crate) fn run(self) -> Result<ExitCode, Failure> {
        end_with_parent();
        let folder = Folder::existing(&self.data)?;
        let Some(_lock) = folder.lock()? else { return Err("another jingwei is using this data".into()) };
        let isolation = vault::harden_app(&folders(&folder));
        write_private(&folder.root.join("run/app-isolation.json"), serde_json::to_string(&isolation)?.as_bytes())?;
        match self.serve(&folder) {
            Ok(()) => Ok(ExitCode::SUCCESS),
            Err(error) => {
                eprintln!("jingwei: {error}");
                Ok(if may_pass(error.as_ref()) { ExitCode::FAILURE } else { ExitCode::from(HOPELESS) })
            }
        }
    }

    /// Opens the workspace, which blocks, and then serves it, which does not.
    fn serve(self, folder: &Folder) -> Result<(), Failure> {
        let listener = std::net::TcpListener::bind(&self.listen)
            .map_err(|error| format!("cannot listen on {}: {error}", self.listen))?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let (heard, feed) = feed();
        let bell = Bell::default();
        let told = Bell::default();
        let rung = [bell.clone(), told.clone()];
        let heard = Box::new(move |done: &pipeline::Committed| {
            rung.iter().for_each(|bell| bell.ring(done));
            heard(done);
        });
        let mut app = open_app(folder, heard)?;
        app.search = Searching::start(folder.index(), Arc::clone(&app.store), bell);
        let (settings, first) = tokens(folder, &app, &url)?;
        let (live, _) = broadcast::channel(64);
        let telling = live.clone();
        let told_of = Box::new(move |people: &[base::UserId]| drop(telling.send(Told::Notices(people.into()))));
        let noticing = Noticing::start(Arc::clone(&app.store), told, told_of);
        let server = Server::new(app, settings, live);
        let player = crate::demo_company::player(&server)?;
        println!("jingwei: {url}{first}");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let serving = Arc::clone(&server);
        let ended = runtime.block_on(async move {
            tokio::spawn(feed.run(Arc::clone(&serving)));
            let resuming = Arc::clone(&serving);
            tokio::task::spawn_blocking(move || {
                if let Err(error) = ops::object::convert::resume(resuming.app()) {
                    tracing::error!(error = %error.message.en, "a change of a field's type could not be gone on with");
                }
            });
            let listener = tokio::net::TcpListener::from_std(listener)?;
            server::serve(listener, Arc::clone(&serving), until_asked_or_cut(serving)).await
        });
        drop((player, noticing));
        std::fs::remove_file(folder.root.join("run/local.json")).ok();
        Ok(ended?)
    }
}

/// Whether starting again may help: the database was away, or another writer was still letting go.
fn may_pass(error: &(dyn std::error::Error + 'static)) -> bool {
    let store = error.downcast_ref::<store::StoreError>();
    let store = store.or_else(|| match error.downcast_ref::<pipeline::EngineError>() {
        Some(pipeline::EngineError::Store(error)) => Some(error),
        _ => None,
    });
    matches!(store, Some(store::StoreError::Postgres(_) | store::StoreError::Locked))
}

/// Resolves when asked to end; what is still being answered a moment later, such as a slow upload, is cut.
async fn until_asked_or_cut(server: Arc<Server>) {
    until_asked().await;
    tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_millis(800)).await;
        let done = tokio::task::spawn_blocking(move || server.app().pipeline.command(pipeline::Command::Flush)).await;
        drop(done);
        std::process::exit(0);
    });
}

/// The tokens of this run, kept where only the machine's owner reads them, and the link's ending for a first visit.
fn tokens(folder: &Folder, app: &ops::App, url: &str) -> Result<(Settings, String), Failure> {
    let local_token = account::secret("jwl_")?;
    let running = Running { url: url.to_owned(), token: local_token.clone() };
    write_private(&folder.root.join("run/local.json"), serde_json::to_string(&running)?.as_bytes())?;
    let file = folder.root.join("run/setup-token");
    if app.store.read(store::Connection::has_people)? {
        std::fs::remove_file(file).ok();
        return Ok((Settings { setup_token: account::secret("used_")?, local_token }, String::new()));
    }
    let setup_token = match std::fs::read_to_string(&file) {
        Ok(token) if !token.is_empty() => token,
        _ => account::secret("")?,
    };
    write_private(&file, setup_token.as_bytes())?;
    let first = format!("/setup?token={setup_token}");
    Ok((Settings { setup_token, local_token }, first))
}

/// What the app may open: its own folders and the system's; never the raw zone.
fn folders(folder: &Folder) -> AppFolders {
    let mut folders = AppFolders::system();
    let vault = folder.vault();
    folders.read_only.push(folder.root.join("workspace.json"));
    folders.read_write.extend([folder.root.join("master"), folder.root.join("index"), folder.root.join("run")]);
    let key = folder.root.join("keys/master.key");
    pipeline::Secrets::load(&key).ok();
    folders.read_only.push(key);
    folders.read_write.push(PathBuf::from("/var/run/postgresql"));
    folders.denied.extend([vault.raw_dir, vault.key_file]);
    folders
}
