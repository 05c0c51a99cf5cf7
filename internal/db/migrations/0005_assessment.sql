-- +goose Up
CREATE TABLE assessment_test (
	number             BIGINT NOT NULL PRIMARY KEY, -- what rows carry
	id                 TEXT   NOT NULL UNIQUE,
	workspace          BIGINT NOT NULL REFERENCES workspace (number),
	definition         BIGINT NOT NULL REFERENCES resource_definition (number),
	slug               TEXT   NOT NULL,
	category           TEXT   NOT NULL,
	version            BIGINT NOT NULL, -- the newest
	state              TEXT   NOT NULL CHECK (state IN ('active', 'deactivated', 'archived')),
	deactivated_reason TEXT   NOT NULL,
	deactivated_until  BIGINT,
	state_at           BIGINT, -- when state last changed; NULL: never
	created_at         BIGINT NOT NULL,
	UNIQUE (workspace, slug)
);
CREATE INDEX assessment_test_definition ON assessment_test (definition);

CREATE TABLE assessment_version (
	test       BIGINT NOT NULL REFERENCES assessment_test (number),
	version    BIGINT NOT NULL,
	workspace  BIGINT NOT NULL,
	document   TEXT   NOT NULL, -- what decides the verdict and what auditors read; immutable
	actor      TEXT   NOT NULL, -- JSON
	reason     TEXT   NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (test, version)
);

-- The numbers of a definition between which a version's verdicts hold.
CREATE TABLE assessment_window (
	test       BIGINT NOT NULL,
	version    BIGINT NOT NULL,
	from_sync  BIGINT NOT NULL,
	to_sync    BIGINT,
	workspace  BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	schema_version BIGINT NOT NULL, -- that the rule was judged under
	UNIQUE (test, from_sync)
);

-- Only outcomes other than PASSING.
CREATE TABLE assessment_outcome (
	definition BIGINT   NOT NULL,
	test       BIGINT   NOT NULL,
	item       BIGINT   NOT NULL,
	from_sync  BIGINT   NOT NULL,
	to_sync    BIGINT,
	workspace  BIGINT   NOT NULL,
	outcome    SMALLINT NOT NULL,
	UNIQUE (definition, test, item, from_sync)
);

-- The next instant at which a verdict could change by time alone.
CREATE TABLE assessment_recheck (
	definition BIGINT NOT NULL,
	test       BIGINT NOT NULL,
	item       BIGINT NOT NULL,
	from_sync  BIGINT NOT NULL,
	to_sync    BIGINT,
	workspace  BIGINT NOT NULL,
	at         BIGINT NOT NULL,
	UNIQUE (definition, test, item, from_sync)
);
CREATE INDEX assessment_recheck_at ON assessment_recheck (at);

CREATE TABLE assessment_tally (
	test         BIGINT NOT NULL PRIMARY KEY,
	workspace    BIGINT NOT NULL,
	definition   BIGINT NOT NULL,
	version      BIGINT NOT NULL,
	passing      BIGINT NOT NULL,
	failing      BIGINT NOT NULL,
	in_progress  BIGINT NOT NULL,
	deactivated  BIGINT NOT NULL,
	out_of_scope BIGINT NOT NULL,
	status       TEXT   NOT NULL, -- by reducer, without freshness, which is time's
	run_at       BIGINT NOT NULL,
	flipped_at   BIGINT -- when status last changed; NULL: never
);

-- One record that a test leaves out, with the reason that auditors read.
CREATE TABLE assessment_exception (
	id         TEXT   NOT NULL PRIMARY KEY,
	workspace  BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	test       BIGINT NOT NULL REFERENCES assessment_test (number),
	item       BIGINT NOT NULL,
	entity     TEXT   NOT NULL, -- the item's public id
	name       TEXT   NOT NULL, -- the record's name when the exception was made
	reason     TEXT   NOT NULL,
	until      BIGINT,
	actor      TEXT   NOT NULL, -- JSON
	created_at BIGINT NOT NULL,
	ended_at   BIGINT,
	ended_by   TEXT   NOT NULL -- JSON, '' while it holds
);
CREATE INDEX assessment_exception_test ON assessment_exception (test, item);
CREATE UNIQUE INDEX assessment_exception_one ON assessment_exception (test, item) WHERE ended_at IS NULL;
