//! Use cases, one function each, for the API and the command line alike.
//!
//! Each takes what it needs of an [`App`] and returns a view: plain data that serialises. Knows no HTTP. All functions block;
//! async callers run them on a thread of their own.

mod access;
pub mod account;
mod app;
pub mod audit;
mod csv;
pub mod customer;
pub mod demo;
mod error;
pub mod event;
pub mod favourite;
pub mod intake;
pub mod kind;
pub mod mail;
pub mod notice;
pub mod object;
mod population;
pub mod record;
mod rights;
pub mod rule;
mod say;
pub mod search;
pub mod source;
pub mod term;

pub use access::{Access, FieldAccess, RecordRights, Scope};
pub use app::App;
pub use error::{Fault, OpError};
pub use population::Population;
pub use rights::{Actor, Right, Rights};
