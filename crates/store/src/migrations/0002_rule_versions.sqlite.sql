CREATE TABLE rule_version (rule INTEGER NOT NULL, version INTEGER NOT NULL, sentence TEXT NOT NULL, definition TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (rule, version)) WITHOUT ROWID;
INSERT INTO rule_version (rule, version, sentence, definition, at) SELECT id, 1, sentence, definition, created_at FROM rule;
