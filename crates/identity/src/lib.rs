//! Identifiers to customers: normal forms, joining, un-joining, hubs.
