CREATE TABLE provider (id BIGSERIAL PRIMARY KEY, label TEXT NOT NULL, issuer TEXT NOT NULL, client_id TEXT NOT NULL, secret BYTEA NOT NULL, role BIGINT, domains TEXT NOT NULL, created_at BIGINT NOT NULL);
CREATE TABLE provider_link (provider BIGINT NOT NULL, subject TEXT NOT NULL, person BIGINT NOT NULL, created_at BIGINT NOT NULL, PRIMARY KEY (provider, subject));
CREATE UNIQUE INDEX provider_link_person ON provider_link (provider, person);
