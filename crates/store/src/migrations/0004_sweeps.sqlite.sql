DROP INDEX identity_value;
DROP INDEX tag_name;
CREATE TABLE identity_hash (key_hash BLOB PRIMARY KEY, id INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE identity_value (value TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (value, id)) WITHOUT ROWID;
CREATE TABLE identity_filter (last INTEGER PRIMARY KEY, bits BLOB NOT NULL);
-- The filters of runs are of another form; the log has their digests.
DELETE FROM seen_page;
DELETE FROM seen_run;
