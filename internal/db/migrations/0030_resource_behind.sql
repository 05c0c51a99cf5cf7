-- +goose Up
-- Views that other features keep of the newest records, and that do not show a
-- definition as it stands at its head yet.
CREATE TABLE resource_behind (
	definition BIGINT NOT NULL REFERENCES resource_definition (number),
	view_name  TEXT   NOT NULL,
	workspace  BIGINT NOT NULL,
	PRIMARY KEY (definition, view_name)
);
