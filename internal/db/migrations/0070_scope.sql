-- +goose Up
ALTER TABLE assessment_test ADD COLUMN scope TEXT; -- id of the scope that this is a filter of; NULL: a test
CREATE INDEX assessment_test_scope ON assessment_test (scope) WHERE scope IS NOT NULL;

-- What a test says of the records that a filter leaves in. It moves in the flip
-- that moves the test's own tally.
CREATE TABLE assessment_scoped (
	test         BIGINT NOT NULL REFERENCES assessment_test (number),
	filter       BIGINT NOT NULL REFERENCES assessment_test (number),
	workspace    BIGINT NOT NULL,
	passing      BIGINT NOT NULL,
	failing      BIGINT NOT NULL,
	in_progress  BIGINT NOT NULL,
	deactivated  BIGINT NOT NULL,
	out_of_scope BIGINT NOT NULL, -- by the test's own scope
	PRIMARY KEY (filter, test)
);

CREATE TABLE scope_scope (
	id         TEXT   NOT NULL PRIMARY KEY,
	workspace  BIGINT NOT NULL,
	slug       TEXT   NOT NULL,
	document   TEXT   NOT NULL, -- the file form
	version    BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	UNIQUE (workspace, slug)
);

CREATE TABLE program_scope (
	workspace BIGINT NOT NULL,
	framework TEXT   NOT NULL,
	scope     TEXT   NOT NULL REFERENCES scope_scope (id),
	PRIMARY KEY (workspace, framework)
);
CREATE INDEX program_scope_scope ON program_scope (scope);
