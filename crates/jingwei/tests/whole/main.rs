//! The program as a whole: a real server, its commands, both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may fail by panicking and says what it skips"
)]
#![allow(clippy::needless_pass_by_value, reason = "values read better at the place of call")]

mod alike;
mod attachments;
mod bulk;
mod cdnow;
mod customers;
mod derived;
#[path = "../../../search/tests/support/disk.rs"]
mod disk;
mod erasing;
mod filed;
mod foreign;
#[path = "../support/issuer.rs"]
mod issuer;
mod keys;
mod kinds;
mod letters;
mod markers;
mod passkeys;
mod people;
mod private;
mod providers;
mod records;
mod rights;
mod rules;
mod search;
mod second_factor;
mod segment;
mod spine;
mod strict;
#[path = "../support/mod.rs"]
mod support;
mod talk;
mod tasks;
mod types;
mod unread;
mod views;
mod visible;
