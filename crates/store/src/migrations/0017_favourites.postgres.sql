CREATE TABLE favourite (person BIGINT NOT NULL, object BIGINT NOT NULL, is_view BIGINT NOT NULL, target BIGINT NOT NULL, starred_at BIGINT NOT NULL, PRIMARY KEY (person, is_view, target));
