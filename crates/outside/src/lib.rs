//! What the workspace says to servers of others: identity providers and the company's mail server.
//!
//! Takes values and returns values; knows no storage, no people and no rights. Everything goes over TLS, but to this machine itself;
//! everything has a time limit, and blocks until then.

pub mod mail;
mod net;
pub mod provider;

pub use net::is_private;
