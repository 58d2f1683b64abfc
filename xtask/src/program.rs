//! Starting other programs.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Failure, tree};

/// The cargo that runs us.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(tree::root()).env("CARGO_TARGET_DIR", tree::target());
    command
}

/// The program that is measured: the release build, or the one that `JINGWEI_BIN` names.
pub(crate) fn jingwei() -> PathBuf {
    chosen().unwrap_or_else(|| tree::target().join("release/jingwei"))
}

/// Builds what is measured, unless another is named.
pub(crate) fn build_jingwei() -> Result<(), Failure> {
    match chosen() {
        Some(_) => Ok(()),
        None => run(cargo().args(["build", "--release", "--package", "jingwei"])),
    }
}

fn chosen() -> Option<PathBuf> {
    std::env::var_os("JINGWEI_BIN").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// npm in a folder.
pub(crate) fn npm(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(folder).args(words).env("npm_config_fund", "false").env("npm_config_audit", "false");
    command
}

/// The command as one would type it.
pub(crate) fn spelled(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    command.get_args().fold(name, |line, word| format!("{line} {}", word.to_string_lossy()))
}

/// Runs a command with our own input and output.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("{} failed ({status})", spelled(command)).into()) }
}

/// Runs a command and returns what it printed; what it complains about is shown.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| not_started(command, &error))?;
    if !output.status.success() {
        return Err(format!("{} failed ({})", spelled(command), output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// What a short question to the machine is answered with; nothing when it cannot be asked.
pub(crate) fn answer(program: &str, words: &[&str]) -> Option<String> {
    let output = Command::new(program).args(words).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// Runs a command, shows its lines as they come, and returns them with whether it succeeded.
pub(crate) fn watch(command: &mut Command) -> Result<(Vec<String>, bool), Failure> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| not_started(command, &error))?;
    let errors = child.stderr.take().map(|errors| std::thread::spawn(move || echo(errors, |line| eprintln!("{line}"))));
    let mut lines = child.stdout.take().map(|out| echo(out, |line| println!("{line}"))).unwrap_or_default();
    lines.extend(errors.and_then(|thread| thread.join().ok()).unwrap_or_default());
    Ok((lines, child.wait()?.success()))
}

fn echo(from: impl Read, show: impl Fn(&str)) -> Vec<String> {
    let mut from = BufReader::new(from);
    let (mut lines, mut bytes) = (Vec::new(), Vec::new());
    while from.read_until(b'\n', &mut bytes).is_ok_and(|count| count > 0) {
        let line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
        show(&line);
        lines.push(line);
        bytes.clear();
    }
    lines
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    format!("{} cannot be started: {error}", spelled(command)).into()
}

/// Where a program is, if it is on the path.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}
