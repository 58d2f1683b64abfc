//! The vault from outside: over its socket, and by looking into its files.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod erasing;
mod objects;
mod opening;
mod process;
mod sealing;
mod support;
