-- +goose Up
-- How a definition shows itself on a page that other base types fill by themselves.
CREATE TABLE mapping_definition (
	definition BIGINT NOT NULL PRIMARY KEY REFERENCES resource_definition (number),
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	kind       TEXT   NOT NULL,
	document   TEXT   NOT NULL, -- JSON
	updated_at BIGINT NOT NULL
);
CREATE INDEX mapping_definition_workspace ON mapping_definition (workspace, definition);
