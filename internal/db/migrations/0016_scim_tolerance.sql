-- +goose Up
-- What a directory's provider sends that the RFCs refuse, by the names of the one
-- list in package schema.
CREATE TABLE scim_tolerance (
	directory BIGINT NOT NULL REFERENCES scim_directory (number),
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	tolerance TEXT   NOT NULL,
	count     BIGINT NOT NULL, -- requests
	last_at   BIGINT NOT NULL,
	PRIMARY KEY (directory, tolerance)
);
