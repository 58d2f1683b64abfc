CREATE TABLE attachment (id BIGINT PRIMARY KEY, record BIGINT NOT NULL, object BIGINT NOT NULL, name TEXT NOT NULL, media_type TEXT NOT NULL, bytes BIGINT NOT NULL, alias BYTEA NOT NULL, token BYTEA NOT NULL, block BIGINT NOT NULL, place BIGINT NOT NULL, added_by TEXT NOT NULL, added_at BIGINT NOT NULL, removed_at BIGINT);
CREATE INDEX attachment_record ON attachment (record, id);
CREATE INDEX attachment_alias ON attachment (alias, id);
CREATE INDEX attachment_removed ON attachment (removed_at, id) WHERE removed_at IS NOT NULL;
