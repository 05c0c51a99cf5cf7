-- +goose Up
-- One cause more: the records of a source that was disconnected are taken away.
CREATE TABLE resource_sync_next (
	id             TEXT   NOT NULL PRIMARY KEY,
	workspace      BIGINT NOT NULL,
	definition     BIGINT NOT NULL,
	number         BIGINT, -- NULL: failed
	cause          TEXT   NOT NULL CHECK (cause IN ('push', 'disconnect', 'rule', 'exception', 'link', 'time', 'rerun')),
	source         TEXT   NOT NULL,
	actor          TEXT   NOT NULL, -- JSON
	schema_version BIGINT NOT NULL,
	started_at     BIGINT NOT NULL,
	committed_at   BIGINT NOT NULL,
	received       BIGINT NOT NULL,
	accepted       BIGINT NOT NULL,
	rejected       BIGINT NOT NULL,
	created        BIGINT NOT NULL,
	updated        BIGINT NOT NULL,
	unchanged      BIGINT NOT NULL,
	removed        BIGINT NOT NULL,
	held           BIGINT NOT NULL,
	stale          BIGINT NOT NULL,
	warned         BIGINT NOT NULL,
	held_token     TEXT   NOT NULL,
	error          TEXT   NOT NULL, -- why a failed push failed
	UNIQUE (definition, number)
);
INSERT INTO resource_sync_next (id, workspace, definition, number, cause, source, actor, schema_version, started_at, committed_at, received,
	accepted, rejected, created, updated, unchanged, removed, held, stale, warned, held_token, error)
SELECT id, workspace, definition, number, cause, source, actor, schema_version, started_at, committed_at, received, accepted, rejected,
	created, updated, unchanged, removed, held, stale, warned, held_token, error
FROM resource_sync;
DROP TABLE resource_sync;
ALTER TABLE resource_sync_next RENAME TO resource_sync;
CREATE INDEX resource_sync_time ON resource_sync (definition, committed_at);
