//! The binary: a launcher with two children, the raw zone's process and the app's, and the command line.
//!
//! Wires what the other crates are; decides nothing. Commands work on a data folder; where a server is using it, they go
//! through that server.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line prints")]

mod app;
mod bench;
mod bench_file;
mod bench_lists;
mod bench_search;
mod customer;
mod demo_company;
mod doctor;
mod folder;
mod import;
mod kind;
mod launch;
mod local;
mod remote;
mod replay;
mod source;
mod term;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use rustix::fs::Mode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What every command may fail with: a sentence for the person who typed it.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Jingwei 经纬: every fact about a customer enters once, as an event.
#[derive(Parser)]
#[command(version, about, max_term_width = 100)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve a workspace: the raw zone and the app as two processes.
    Serve(launch::Serve),
    /// Take events from files.
    Import(import::Import),
    /// Try sentences.
    #[command(subcommand)]
    Term(term::Term),
    /// Show or export a customer.
    #[command(subcommand)]
    Customer(customer::Customer),
    /// List and declare kinds of events.
    #[command(subcommand)]
    Kind(kind::Kind),
    /// Manage sources and their ingest keys.
    #[command(subcommand)]
    Source(source::Source),
    /// Derive everything from the log again and compare.
    Replay(replay::Replay),
    /// Say what this machine gives, and how far the raw zone is kept apart.
    Doctor(doctor::Doctor),
    /// Make the demo company, and serve it.
    Demo(demo_company::Demo),
    /// Measure.
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Print the API's description.
    #[command(hide = true)]
    Openapi,
    /// The raw zone's process.
    #[command(hide = true)]
    Vault {
        #[arg(long)]
        data: PathBuf,
    },
    /// The app's process.
    #[command(hide = true)]
    App(app::Options),
}

/// Prints; a reader that has seen enough, such as `head`, is no failure.
pub(crate) fn tell(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        told => Ok(told?),
    }
}

fn main() -> ExitCode {
    // whatever is written is its owner's alone
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    let filter = tracing_subscriber::EnvFilter::try_from_env("JINGWEI_LOG").unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
    let done = match Line::parse().command {
        Command::Serve(serve) => serve.run(),
        Command::Import(import) => import.run(),
        Command::Term(term) => term.run(),
        Command::Customer(customer) => customer.run(),
        Command::Kind(kind) => kind.run(),
        Command::Source(source) => source.run(),
        Command::Replay(replay) => replay.run(),
        Command::Doctor(doctor) => doctor.run(),
        Command::Demo(demo) => demo.run(),
        Command::Bench(bench) => bench.run(),
        Command::Openapi => tell(&server::description()).map(|()| ExitCode::SUCCESS),
        Command::Vault { data } => launch::vault(&data),
        Command::App(options) => options.run(),
    };
    done.unwrap_or_else(|failure| {
        eprintln!("jingwei: {failure}");
        ExitCode::FAILURE
    })
}
