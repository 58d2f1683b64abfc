//! The log, identities, tags, decisions and effects, on SQLite and PostgreSQL.
