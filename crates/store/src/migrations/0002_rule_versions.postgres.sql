CREATE TABLE rule_version (rule BIGINT NOT NULL, version BIGINT NOT NULL, sentence TEXT NOT NULL, definition TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (rule, version));
INSERT INTO rule_version (rule, version, sentence, definition, at) SELECT id, 1, sentence, definition, created_at FROM rule;
