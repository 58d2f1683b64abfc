CREATE TABLE team (id BIGSERIAL PRIMARY KEY, name TEXT NOT NULL UNIQUE, parent BIGINT);
CREATE TABLE team_member (team BIGINT NOT NULL, person BIGINT NOT NULL, PRIMARY KEY (person, team));
CREATE INDEX team_member_team ON team_member (team, person);
CREATE TABLE team_above (team BIGINT NOT NULL, above BIGINT NOT NULL, PRIMARY KEY (above, team));
CREATE INDEX team_above_team ON team_above (team, above);
CREATE TABLE share (record BIGINT NOT NULL, person BIGINT NOT NULL, team BIGINT NOT NULL, writes BIGINT NOT NULL, shared_by TEXT NOT NULL, shared_at BIGINT NOT NULL, PRIMARY KEY (record, person, team));
CREATE INDEX share_person ON share (person, record);
CREATE INDEX share_team ON share (team, record);
