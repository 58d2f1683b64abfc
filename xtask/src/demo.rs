//! `demo`: from a fresh checkout to a page with a believable company in it.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

use crate::{Failure, program, tree, web};

pub(crate) fn run(words: &[String]) -> Result<(), Failure> {
    web::build()?;
    println!("building jingwei (the first time takes some minutes)");
    program::run(program::cargo().args(["build", "--release", "--package", "jingwei"]))?;
    let mut demo = Command::new(tree::target().join("release/jingwei"));
    demo.arg("demo");
    if !words.iter().any(|word| word == "--data" || word.starts_with("--data=")) {
        demo.arg("--data").arg(tree::target().join("demo"));
    }
    // From here on this process is jingwei: signals reach it directly.
    Err(format!("jingwei cannot be started: {}", demo.args(words).exec()).into())
}
