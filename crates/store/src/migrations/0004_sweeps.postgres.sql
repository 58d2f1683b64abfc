DROP INDEX identity_value;
DROP INDEX tag_name;
CREATE TABLE identity_hash (key_hash BYTEA PRIMARY KEY, id BIGINT NOT NULL);
CREATE TABLE identity_value (value TEXT COLLATE "C" NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (value, id));
CREATE TABLE identity_filter (last BIGINT PRIMARY KEY, bits BYTEA NOT NULL);
-- The filters of runs are of another form; the log has their digests.
DELETE FROM seen_page;
DELETE FROM seen_run;
