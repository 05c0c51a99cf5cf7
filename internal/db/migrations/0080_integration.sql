-- +goose Up
-- Definitions of which somebody has said something about a record. Whoever writes
-- integration_record holds its row, so that a push and a person do not miss each other.
CREATE TABLE integration_definition (
	definition BIGINT NOT NULL PRIMARY KEY REFERENCES resource_definition (number),
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	touched    BIGINT NOT NULL -- how often it was held
);

-- What people say of a record, which no push changes. Without a row: in scope, nobody's,
-- without a description.
CREATE TABLE integration_record (
	definition  BIGINT NOT NULL,
	item        BIGINT NOT NULL,
	workspace   BIGINT NOT NULL,
	facet       BIGINT NOT NULL, -- out of scope, owned, described and gone in one
	description TEXT   NOT NULL, -- '' for none
	owner       TEXT   NOT NULL, -- id of a person; '' for nobody
	updated_at  BIGINT NOT NULL,
	PRIMARY KEY (definition, item)
);
CREATE INDEX integration_record_facet ON integration_record (definition, facet, item);

CREATE TABLE integration_record_tally (
	workspace  BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	facet      BIGINT NOT NULL,
	amount     BIGINT NOT NULL,
	PRIMARY KEY (workspace, definition, facet)
);
