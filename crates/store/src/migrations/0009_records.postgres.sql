CREATE TABLE object (id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, body TEXT NOT NULL);
CREATE TABLE record_key (record BIGINT PRIMARY KEY, object BIGINT NOT NULL, key BYTEA NOT NULL);
CREATE TABLE record_change (record BIGINT NOT NULL, seq BIGINT NOT NULL, batch BIGINT, PRIMARY KEY (record, seq));
CREATE INDEX record_change_batch ON record_change (batch, seq) WHERE batch IS NOT NULL;
ALTER TABLE role ADD COLUMN records TEXT NOT NULL DEFAULT '{}';
