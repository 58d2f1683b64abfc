//! `test`: every check there is, in the order in which they are cheapest to fail, with what they need seen to first.

pub(crate) mod api;
pub(crate) mod count;
mod packages;
pub(crate) mod postgres;

use std::process::Command;
use std::time::Instant;

use crate::{Failure, openapi, program, tidy, web};
use packages::Package;

/// How many tests passed and failed.
type Counts = (u64, u64);

struct Step {
    name: &'static str,
    needs: &'static [Package],
    run: fn() -> Result<Counts, Failed>,
}

/// A step that failed, with the tests that were counted.
struct Failed {
    counts: Counts,
    why: Failure,
}

impl<E: Into<Failure>> From<E> for Failed {
    fn from(why: E) -> Self {
        Self { counts: (0, 1), why: why.into() }
    }
}

const STEPS: [Step; 8] = [
    Step { name: "fmt", needs: &[], run: fmt },
    Step { name: "tidy", needs: &[], run: tidied },
    Step { name: "web", needs: &[], run: web_checks },
    Step { name: "clippy", needs: &[], run: clippy },
    Step { name: "rust", needs: &[Package::PostgreSql], run: rust },
    Step { name: "openapi", needs: &[], run: openapi_check },
    Step { name: "api", needs: &[Package::Python], run: api },
    Step { name: "journeys", needs: &[Package::Chromium, Package::ChineseFont], run: journeys },
];

pub(crate) fn run(words: &[String]) -> Result<(), Failure> {
    let steps: Vec<&Step> = match words {
        [] => STEPS.iter().collect(),
        [flag, name] if flag == "--only" => {
            let step = STEPS.iter().find(|step| step.name == name);
            vec![step.ok_or_else(|| {
                format!("there is no step '{name}'; there are: {}", STEPS.map(|step| step.name).join(", "))
            })?]
        }
        _ => return Err("test takes --only STEP or nothing".into()),
    };
    let needs: Vec<Package> = steps.iter().flat_map(|step| step.needs).copied().collect();
    packages::ensure(&needs)?;
    let (mut passed, mut failed, mut times) = (0, 0, Vec::new());
    let mut stopped = None;
    for step in steps {
        println!("\n== {}", step.name);
        let start = Instant::now();
        let done = (step.run)();
        let seconds = start.elapsed().as_secs_f64();
        let counts = done.as_ref().map_or_else(|failed| failed.counts, |counts| *counts);
        (passed, failed) = (passed + counts.0, failed + counts.1);
        times.push(format!("{:<10}{seconds:>8.1} s  {}", step.name, if done.is_ok() { "ok" } else { "FAILED" }));
        if let Err(failed) = done {
            stopped = Some(format!("{} failed: {}", step.name, failed.why));
            break;
        }
    }
    println!("\n{}", times.join("\n"));
    if let Some(why) = &stopped {
        println!("\n{why}\nagain, alone: cargo xtask test --only {}", why.split(' ').next().unwrap_or_default());
    }
    println!("\n{passed} passed, {failed} failed");
    stopped.map_or(Ok(()), |why| Err(why.into()))
}

/// Runs a program that is itself one check.
fn one(command: &mut Command) -> Result<Counts, Failed> {
    program::run(command)?;
    Ok((1, 0))
}

/// Runs a program that tells how many tests it ran.
fn counted(command: &mut Command) -> Result<Counts, Failed> {
    let told = program::watch(command)?;
    summed(told, &program::spelled(command))
}

fn summed((lines, is_good): (Vec<String>, bool), what: &str) -> Result<Counts, Failed> {
    let (passed, failed) = count::sum(&lines);
    if is_good {
        return Ok((passed, failed));
    }
    Err(Failed { counts: (passed, failed.max(1)), why: format!("{what} did not succeed").into() })
}

fn both(one: Result<Counts, Failed>, other: impl FnOnce() -> Result<Counts, Failed>) -> Result<Counts, Failed> {
    let first = one?;
    let add = |counts: Counts| (first.0 + counts.0, first.1 + counts.1);
    other().map(add).map_err(|failed| Failed { counts: add(failed.counts), ..failed })
}

fn fmt() -> Result<Counts, Failed> {
    one(program::cargo().args(["fmt", "--all", "--check"]))
}

fn tidied() -> Result<Counts, Failed> {
    tidy::run()?;
    Ok((1, 0))
}

/// The interface comes before Rust, since the server has it built in.
fn web_checks() -> Result<Counts, Failed> {
    web::install(&web::folder())?;
    let checked = counted(&mut web::script("check"));
    both(checked, || {
        web::build()?;
        one(&mut web::script("size"))
    })
}

fn clippy() -> Result<Counts, Failed> {
    one(program::cargo().args(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))
}

fn rust() -> Result<Counts, Failed> {
    let server = postgres::start()?;
    let mut tests = program::cargo();
    match program::find("cargo-nextest") {
        Some(_) => tests.args(["nextest", "run", "--workspace", "--no-fail-fast"]),
        None => tests.args(["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"]),
    };
    let ran = counted(tests.env("JINGWEI_TEST_POSTGRES", server.url()));
    both(ran, || counted(program::cargo().args(["test", "--workspace", "--doc"])))
}

fn openapi_check() -> Result<Counts, Failed> {
    openapi::check()?;
    Ok((1, 0))
}

fn api() -> Result<Counts, Failed> {
    summed(api::ask(None, false)?, "asking the API")
}

/// The journeys find the program by JINGWEI_BIN and the browser by JINGWEI_CHROMIUM.
fn journeys() -> Result<Counts, Failed> {
    if !web::has_script("journeys")? {
        println!("web/ has no journeys yet");
        return Ok((0, 0));
    }
    web::build()?;
    program::run(program::cargo().args(["build", "--package", "jingwei"]))?;
    let mut journeys = web::script("journeys");
    journeys.env("JINGWEI_BIN", crate::tree::target().join("debug/jingwei"));
    if let Some(chromium) = packages::chromium() {
        journeys.env("JINGWEI_CHROMIUM", chromium);
    }
    counted(&mut journeys)
}
