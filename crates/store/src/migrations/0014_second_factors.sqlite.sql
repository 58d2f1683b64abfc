ALTER TABLE session ADD COLUMN factors INTEGER NOT NULL DEFAULT 1;
CREATE TABLE passkey (id INTEGER PRIMARY KEY AUTOINCREMENT, person INTEGER NOT NULL, name TEXT NOT NULL, credential BLOB NOT NULL UNIQUE, handle BLOB NOT NULL, site TEXT NOT NULL, public_key BLOB NOT NULL, state BLOB NOT NULL, transports INTEGER NOT NULL, created_at INTEGER NOT NULL, used_at INTEGER);
CREATE INDEX passkey_person ON passkey (person);
CREATE TABLE second_factor (person INTEGER PRIMARY KEY, secret BLOB NOT NULL, step INTEGER NOT NULL, created_at INTEGER NOT NULL);
CREATE TABLE recovery_code (person INTEGER NOT NULL, code_hash BLOB NOT NULL, PRIMARY KEY (person, code_hash));
