//! A long list scrolled through in Chromium: `web/journeys/scroll.mjs` on a server of its own.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::bench::measure;
use crate::server::{self, Server};
use crate::{Failure, program, tree, web};

/// How fast one scrolls: as one who reads fast, as one who throws the wheel, and faster than anyone.
const PACES: [&str; 3] = ["read", "fling", "race"];

/// A list of so many accounts, at each pace that the script knows.
pub(crate) fn run(accounts: u64) -> Result<Vec<Value>, Failure> {
    web::install(&web::folder())?;
    let data = tree::target().join("tmp/scroll");
    std::fs::remove_dir_all(&data).ok();
    let done = run_in(&data, accounts);
    std::fs::remove_dir_all(&data).ok();
    done
}

fn run_in(data: &std::path::Path, accounts: u64) -> Result<Vec<Value>, Failure> {
    println!("\n== {accounts} accounts");
    let accounts = accounts.to_string();
    let mut fill = Command::new(program::jingwei());
    fill.args(["bench", "lists", "--accounts", &accounts, "--purchases", "0", "--people", "4", "--seconds", "1"]);
    program::output(fill.arg("--data").arg(data))?;
    let at = server::free()?;
    let mut serve = Command::new(program::jingwei());
    serve.args(["serve", "--listen", &at.to_string(), "--data"]).arg(data).stdin(Stdio::null()).stdout(Stdio::null());
    let mut server = Server::start(&mut serve, at, "/healthz")?;
    server.settled()?;
    let run = |pace: &str| {
        let words = ["--pace", pace, "--seconds", "20"].map(str::to_owned);
        let mut command = Command::new("node");
        command.current_dir(web::folder()).arg("journeys/scroll.mjs").arg(format!("http://{at}")).args(&words);
        measure(&format!("{accounts} accounts, {pace}"), &words, &mut command)
    };
    PACES.into_iter().map(run).collect()
}
