//! The app's process: everything but originals.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use ops::account;
use server::{Server, Settings, feed};
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
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        match runtime.block_on(self.serve(&folder)) {
            Ok(()) => Ok(ExitCode::SUCCESS),
            Err(error) => {
                eprintln!("jingwei: {error}");
                let lost = error.downcast_ref::<store::StoreError>().is_some_and(|error| matches!(error, store::StoreError::Postgres(_) | store::StoreError::Locked));
                Ok(if lost { ExitCode::FAILURE } else { ExitCode::from(HOPELESS) })
            }
        }
    }

    async fn serve(self, folder: &Folder) -> Result<(), Failure> {
        let listener = tokio::net::TcpListener::bind(&self.listen).await.map_err(|error| format!("cannot listen on {}: {error}", self.listen))?;
        let url = format!("http://{}", listener.local_addr()?);
        let (heard, feed) = feed();
        let opening = folder.clone();
        let app = tokio::task::spawn_blocking(move || open_app(&opening, heard)).await??;
        let (settings, first) = tokens(folder, &app, &url)?;
        let (live, _) = broadcast::channel(64);
        let server = Server::new(app, settings, live);
        println!("jingwei: {url}{first}");
        tokio::spawn(feed.run(Arc::clone(&server)));
        let player = crate::demo_company::player(&server)?;
        let ended = server::serve(listener, Arc::clone(&server), until_asked_or_cut(Arc::clone(&server))).await;
        drop(player);
        std::fs::remove_file(folder.root.join("run/local.json")).ok();
        Ok(ended?)
    }
}

/// Resolves when asked to end; connections that stay open, such as live updates, are cut a moment later.
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
    folders.read_write.extend([folder.root.join("master"), folder.root.join("run")]);
    let key = folder.root.join("keys/master.key");
    pipeline::Secrets::load(&key).ok();
    folders.read_only.push(key);
    folders.read_write.push(PathBuf::from("/var/run/postgresql"));
    folders.denied.extend([vault.raw_dir, vault.key_file]);
    folders
}
