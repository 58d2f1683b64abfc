CREATE TABLE team (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, parent INTEGER);
CREATE TABLE team_member (team INTEGER NOT NULL, person INTEGER NOT NULL, PRIMARY KEY (person, team)) WITHOUT ROWID;
CREATE INDEX team_member_team ON team_member (team, person);
CREATE TABLE team_above (team INTEGER NOT NULL, above INTEGER NOT NULL, PRIMARY KEY (above, team)) WITHOUT ROWID;
CREATE INDEX team_above_team ON team_above (team, above);
CREATE TABLE share (record INTEGER NOT NULL, person INTEGER NOT NULL, team INTEGER NOT NULL, writes INTEGER NOT NULL, shared_by TEXT NOT NULL, shared_at INTEGER NOT NULL, PRIMARY KEY (record, person, team)) WITHOUT ROWID;
CREATE INDEX share_person ON share (person, record);
CREATE INDEX share_team ON share (team, record);
