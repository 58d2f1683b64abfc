//! What people say about a record, who follows it, and all that happened around it on one timeline.

pub mod comment;
pub mod follow;
pub mod mention;
mod related;
pub mod timeline;
