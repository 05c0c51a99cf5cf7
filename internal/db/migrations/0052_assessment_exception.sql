-- +goose Up
-- An exception leaves out of a test one record, or every record that a condition
-- matches. It counts while it is approved, and nothing is ever taken from it.
CREATE TABLE assessment_exception_next (
	id          TEXT   NOT NULL PRIMARY KEY,
	workspace   BIGINT NOT NULL,
	definition  BIGINT NOT NULL,
	test        BIGINT NOT NULL REFERENCES assessment_test (number),
	item        BIGINT, -- NULL: by a condition
	entity      TEXT   NOT NULL, -- the item's public id; '' by a condition
	name        TEXT   NOT NULL, -- the record's name when the exception was made
	clause      TEXT, -- JSON: the condition, and what it relates to; NULL: of one record
	reason      TEXT   NOT NULL,
	until       BIGINT,
	state       TEXT   NOT NULL CHECK (state IN ('pending', 'approved', 'declined', 'ended')),
	actor       TEXT   NOT NULL, -- JSON, who asked for it
	created_at  BIGINT NOT NULL,
	decided_by  TEXT   NOT NULL, -- JSON, who approved or declined it; '' while it is pending
	decided_at  BIGINT,
	decision    TEXT   NOT NULL, -- what they had to say
	ended_at    BIGINT,
	ended_by    TEXT   NOT NULL, -- JSON, '' while it holds
	applied     BIGINT, -- the number from which verdicts take a condition into account; NULL: none yet
	lifted      BIGINT, -- and from which they do not any more
	file_name   TEXT   NOT NULL DEFAULT '', -- '': no file
	file_size   BIGINT NOT NULL DEFAULT 0,
	file_sha256 TEXT   NOT NULL DEFAULT '' -- by which it is stored
);
INSERT INTO assessment_exception_next (id, workspace, definition, test, item, entity, name, clause, reason, until, state, actor,
	created_at, decided_by, decided_at, decision, ended_at, ended_by)
SELECT id, workspace, definition, test, item, entity, name, NULL, reason, until, CASE WHEN ended_at IS NULL THEN 'approved' ELSE 'ended' END,
	actor, created_at, actor, created_at, '', ended_at, ended_by
FROM assessment_exception;
DROP TABLE assessment_exception;
ALTER TABLE assessment_exception_next RENAME TO assessment_exception;
CREATE INDEX assessment_exception_list ON assessment_exception (workspace, id);
CREATE INDEX assessment_exception_state ON assessment_exception (workspace, state, id);
CREATE INDEX assessment_exception_test ON assessment_exception (test, id);
CREATE INDEX assessment_exception_until ON assessment_exception (until) WHERE state = 'approved';
CREATE UNIQUE INDEX assessment_exception_one ON assessment_exception (test, item, state) WHERE state IN ('approved', 'pending');

-- How exceptions come to count in a workspace; without a row at once.
CREATE TABLE assessment_setting (
	workspace BIGINT NOT NULL PRIMARY KEY REFERENCES workspace (number),
	approval  TEXT   NOT NULL CHECK (approval IN ('none', 'anyone', 'other'))
);
