ALTER TABLE session ADD COLUMN factors BIGINT NOT NULL DEFAULT 1;
CREATE TABLE passkey (id BIGSERIAL PRIMARY KEY, person BIGINT NOT NULL, name TEXT NOT NULL, credential BYTEA NOT NULL UNIQUE, handle BYTEA NOT NULL, site TEXT NOT NULL, public_key BYTEA NOT NULL, state BYTEA NOT NULL, transports BIGINT NOT NULL, created_at BIGINT NOT NULL, used_at BIGINT);
CREATE INDEX passkey_person ON passkey (person);
CREATE TABLE second_factor (person BIGINT PRIMARY KEY, secret BYTEA NOT NULL, step BIGINT NOT NULL, created_at BIGINT NOT NULL);
CREATE TABLE recovery_code (person BIGINT NOT NULL, code_hash BYTEA NOT NULL, PRIMARY KEY (person, code_hash));
