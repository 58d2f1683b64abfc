//! Developer commands: `cargo xtask COMMAND`.
//!
//! Starts other programs and reads the tree. Of Jingwei it knows the event kinds, to hold their fixtures against them, and
//! nothing else.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool prints")]

mod bench;
mod check;
mod conditions;
mod data;
mod demo;
mod directus;
mod http;
mod openapi;
mod peers;
mod program;
mod python;
mod scroll;
mod server;
mod test;
mod tidy;
mod tree;
mod web;

use std::process::ExitCode;

/// What every command may fail with: a sentence for the person who typed it.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

const USAGE: &str = "\
cargo xtask COMMAND

  demo [--listen ADDR] …   build everything and serve the demo company
  test [--only STEP]       every check there is, with what it needs: fmt, tidy, web, clippy, rust, openapi, api,
                           journeys
  tidy                     check dependencies, sizes, docs, migrations, fixtures
  openapi [--check]        write docs/openapi.json and the web client's types, or fail where they are stale
  data [FOLDER]            fetch the public data sets that package registries offer
  bench [--quick] [--sqlite] [--postgres] [--lists] [--peers] [--directus] [--scroll] [--accounts N]
                           measure, all or some of it, and write bench/results/PART.json
  check NAME               run a long check in full (api, fuzz, kills, scale) and write bench/results/NAME.json
";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let command = words.next().unwrap_or_default();
    let words: Vec<String> = words.collect();
    let done = match command.as_str() {
        "demo" => demo::run(&words),
        "test" => test::run(&words),
        "tidy" => tidy::run(),
        "openapi" => openapi::run(&words),
        "data" => data::run(&words),
        "bench" => bench::run(&words),
        "check" => check::run(&words),
        "" | "help" | "-h" | "--help" => {
            print!("{USAGE}");
            Ok(())
        }
        other => Err(format!("there is no command '{other}'\n\n{USAGE}").into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}
