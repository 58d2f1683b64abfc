CREATE TABLE provider (id INTEGER PRIMARY KEY AUTOINCREMENT, label TEXT NOT NULL, issuer TEXT NOT NULL, client_id TEXT NOT NULL, secret BLOB NOT NULL, role INTEGER, domains TEXT NOT NULL, created_at INTEGER NOT NULL);
CREATE TABLE provider_link (provider INTEGER NOT NULL, subject TEXT NOT NULL, person INTEGER NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY (provider, subject));
CREATE UNIQUE INDEX provider_link_person ON provider_link (provider, person);
