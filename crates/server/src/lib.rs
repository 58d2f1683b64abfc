//! HTTP: intake, API, live updates, sessions, the embedded web interface.
