//! The six steps from an event to its decisions, in one commit.
