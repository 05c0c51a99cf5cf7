-- +goose Up
-- People whose record for rules has to be carried over, a row for each change.
CREATE TABLE directory_change (
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	person    TEXT   NOT NULL, -- may be gone by now
	mark      TEXT   NOT NULL, -- of the change: who carried it over forgets that one, and none that came meanwhile
	PRIMARY KEY (workspace, person, mark)
);

-- When the state of employment of a person changes next by the clock.
CREATE TABLE directory_turn (
	person    TEXT   NOT NULL PRIMARY KEY,
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	at        BIGINT NOT NULL
);
CREATE INDEX directory_turn_at ON directory_turn (at);

INSERT INTO directory_change (workspace, person, mark) SELECT workspace, id, id FROM directory_person;
