//! The demo company: made from a seed, served, its last hours played live.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use clap::Args;
use ops::account;
use server::Server;

use crate::Failure;
use crate::folder::Folder;
use crate::launch::Serve;
use crate::local::Local;

/// Make the demo company, and serve it.
#[derive(Args)]
pub(crate) struct Demo {
    /// The data folder; made if it is not there.
    #[arg(long)]
    data: PathBuf,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:7080")]
    listen: String,
    /// How many customers.
    #[arg(long, default_value_t = 2_000)]
    customers: usize,
    /// Make the company and stop.
    #[arg(long)]
    no_serve: bool,
}

const EMAIL: &str = "owner@example.com";

impl Demo {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let folder = Folder::open(&self.data, None)?;
        let local = Local::open(&folder)?.ok_or("another jingwei is using this data")?;
        if !local.app()?.store.read(store::Connection::has_people)? {
            self.make(&local)?;
        }
        drop(local);
        if self.no_serve {
            return Ok(ExitCode::SUCCESS);
        }
        Serve { data: self.data.clone(), database: None, listen: self.listen.clone() }.run()
    }

    fn make(&self, local: &Local) -> Result<(), Failure> {
        let app = local.app()?;
        let password = account::secret("")?.chars().take(16).collect::<String>();
        let bar = indicatif::ProgressBar::new(1)
            .with_style(indicatif::ProgressStyle::with_template("云禾生活 [{bar:40}] {pos}/{len}")?);
        ops::demo::load(app, self.customers, &mut |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        })?;
        bar.finish_and_clear();
        let owner = account::session::add_owner(app, EMAIL, "Owner", &password, None)?;
        ops::demo::add_records(app, owner)?;
        println!("e-mail:   {EMAIL}\npassword: {password}   (shown once)");
        Ok(())
    }
}

/// Stops the player when dropped, and waits until it lets go of the server.
pub(crate) struct Player {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Player {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.take().map(JoinHandle::join);
    }
}

/// Plays the demo company's present, if this is the demo company.
pub(crate) fn player(server: &Arc<Server>) -> Result<Option<Player>, Failure> {
    let Some(live) = ops::demo::live(server.app())? else { return Ok(None) };
    let (stop, server) = (Arc::new(AtomicBool::new(false)), Arc::clone(server));
    let stopped = Arc::clone(&stop);
    let thread = std::thread::spawn(move || {
        let start = Instant::now();
        for beat in live {
            let due = Duration::from_millis(u64::try_from(beat.offset_ms).unwrap_or(0));
            while start.elapsed() < due && !stopped.load(Ordering::SeqCst) {
                std::thread::sleep(due.saturating_sub(start.elapsed()).min(Duration::from_millis(100)));
            }
            if stopped.load(Ordering::SeqCst) {
                return;
            }
            if ops::demo::tell(server.app(), &beat).is_err() {
                std::thread::sleep(Duration::from_secs(1));
            }
            if server.app().is_ending() {
                return;
            }
        }
    });
    Ok(Some(Player { stop, thread: Some(thread) }))
}
