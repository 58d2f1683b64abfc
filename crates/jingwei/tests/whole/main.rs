//! The program as a whole: a real server, its commands, both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may fail by panicking and says what it skips"
)]
#![allow(clippy::needless_pass_by_value, reason = "values read better at the place of call")]

mod bulk;
mod cdnow;
mod keys;
mod kinds;
mod markers;
mod people;
mod private;
mod records;
mod rights;
mod rules;
mod segment;
mod spine;
mod strict;
#[path = "../support/mod.rs"]
mod support;
mod tasks;
mod unread;
mod visible;
