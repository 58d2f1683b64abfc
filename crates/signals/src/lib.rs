//! Keeps definitions true per customer, event by event.
