//! `api`: a real server with a company in it is asked all that its description offers, as two people of different rights.
//!
//! Schemathesis asks (`xtask/checks/api.py` says how); what we do is to start the server and to end it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::program::{self, answer};
use crate::{Failure, python, tree};

/// What is printed, and whether all was well.
type Told = (Vec<String>, bool);

/// A running server in a folder that goes with it.
struct Server {
    launcher: Child,
    folder: PathBuf,
}

impl Server {
    /// Starts one: the demo company on SQLite, or an empty workspace on PostgreSQL. It is ready when its folder says so.
    fn start(database: Option<&str>) -> Result<Self, Failure> {
        let folder = std::env::temp_dir().join(format!("jingwei-api-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let mut command = Command::new(tree::target().join("debug/jingwei"));
        match database {
            Some(url) => command.args(["serve", "--database", url]),
            None => command.args(["demo", "--customers", "60"]),
        };
        command.arg("--data").arg(folder.join("data")).args(["--listen", "127.0.0.1:0"]);
        let log = std::fs::File::create(folder.join("server.log"))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let launcher = command.spawn().map_err(|error| format!("jingwei cannot be started: {error}"))?;
        Ok(Self { launcher, folder })
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("server.log")).unwrap_or_default()
    }
}

impl Drop for Server {
    /// Ends it by its own number, in good order.
    fn drop(&mut self) {
        answer("sh", &["-c", &format!("kill -TERM {}", self.launcher.id())]);
        self.launcher.wait().ok();
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

/// Asks on a database: a little of everything, or in full.
pub(crate) fn ask(database: Option<&str>, is_full: bool) -> Result<Told, Failure> {
    program::run(program::cargo().args(["build", "--package", "jingwei"]))?;
    let script = tree::root().join("xtask/checks/api.py");
    let python = python::environment(&script, "checks/api")?;
    let server = Server::start(database)?;
    let told = program::watch(&mut asking(&python, &script, &server.folder, is_full))?;
    if !told.1 {
        println!("--- the server's log\n{}", server.log());
    }
    Ok(told)
}

fn asking(python: &Path, script: &Path, folder: &Path, is_full: bool) -> Command {
    let mut command = Command::new(python);
    command.arg("-B").arg(script).arg("--data").arg(folder.join("data"));
    command.arg("--description").arg(tree::root().join("docs/openapi.json"));
    command.arg("--out").arg(folder.join("asked")).args(is_full.then_some("--full"));
    command
}
