//! From an event to its decisions, in one commit: recognise, seal, log, identity, signals, decide.
//!
//! Calls the engines and writes the units; knows no HTTP and no vendor. Everything it holds in memory can be
//! rebuilt from the log, which [`replay`] proves.

mod apply;
pub mod attachment;
mod begin;
mod command;
pub mod comment;
mod commit;
mod decide;
mod derive;
mod detail;
mod engine;
mod erase;
mod group;
mod join;
mod meter;
mod portrait;
pub mod profile;
mod recognise;
pub mod record;
mod recover;
mod replay;
mod residents;
pub mod seal;
mod secrets;
mod told;
mod trace;
mod worker;
mod writer;

pub use command::{Command, NewRule, Outcome, RULES_LIMIT};
pub use decide::reason_name;
pub use detail::Detail;
pub use engine::{Committed, Engine, EngineError, OWN_SOURCE, Settings, Taken, load_kinds, rule};
pub use group::Refused;
pub use meter::{Meter, Percentiles};
pub use recognise::{KindName, Original, Recognised, Recogniser, hex};
pub use replay::{ReplayReport, replay};
pub use residents::read as read_state;
pub use secrets::Secrets;
pub use worker::{Batch, Listener, Pipeline, Setup, Unavailable};
