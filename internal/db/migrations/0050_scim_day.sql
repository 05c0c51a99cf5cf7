-- +goose Up
-- How many requests came on a day: the log does not tell every one of a flood.
CREATE TABLE scim_day (
	directory BIGINT NOT NULL REFERENCES scim_directory (number),
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	day       BIGINT NOT NULL, -- since 1970, UTC
	requests  BIGINT NOT NULL,
	failed    BIGINT NOT NULL, -- of them, with a status from 400
	PRIMARY KEY (directory, day)
);
INSERT INTO scim_day (directory, workspace, day, requests, failed)
SELECT directory, workspace, at / 86400000, COUNT(*), COUNT(CASE WHEN status >= 400 THEN 1 END)
FROM scim_request GROUP BY directory, workspace, at / 86400000;
