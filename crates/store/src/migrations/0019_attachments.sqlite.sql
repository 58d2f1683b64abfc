CREATE TABLE attachment (id INTEGER PRIMARY KEY, record INTEGER NOT NULL, object INTEGER NOT NULL, name TEXT NOT NULL, media_type TEXT NOT NULL, bytes INTEGER NOT NULL, alias BLOB NOT NULL, token BLOB NOT NULL, block INTEGER NOT NULL, place INTEGER NOT NULL, added_by TEXT NOT NULL, added_at INTEGER NOT NULL, removed_at INTEGER);
CREATE INDEX attachment_record ON attachment (record, id);
CREATE INDEX attachment_alias ON attachment (alias, id);
CREATE INDEX attachment_removed ON attachment (removed_at, id) WHERE removed_at IS NOT NULL;
