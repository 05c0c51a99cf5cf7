-- +goose Up
ALTER TABLE assessment_test ADD COLUMN sla TEXT; -- slug of the category that deadlines go by; NULL: none

-- The clock of a failure: it runs on through exceptions and through what is not
-- known, in rows of those outcomes.
ALTER TABLE assessment_outcome ADD COLUMN since BIGINT; -- ms, when the failure was first detected; NULL: no clock runs
ALTER TABLE assessment_outcome ADD COLUMN due BIGINT; -- ms; NULL: no deadline
UPDATE assessment_outcome SET since = (
	SELECT s.committed_at FROM resource_sync s
	WHERE s.definition = assessment_outcome.definition AND s.number = assessment_outcome.from_sync
) WHERE outcome = 2; -- FAILING

-- What is due, by time: of one test, and of a workspace. What a push that runs has
-- closed ahead is current until it flips, and is found by the third.
CREATE INDEX assessment_outcome_due ON assessment_outcome (test, due, item)
	WHERE outcome = 2 AND to_sync IS NULL AND due IS NOT NULL;
CREATE INDEX assessment_outcome_due_all ON assessment_outcome (workspace, due, test, item)
	WHERE outcome = 2 AND to_sync IS NULL AND due IS NOT NULL;
CREATE INDEX assessment_outcome_due_closed ON assessment_outcome (definition, to_sync, due, test, item)
	WHERE outcome = 2 AND to_sync IS NOT NULL AND due IS NOT NULL;

ALTER TABLE assessment_tally ADD COLUMN sla TEXT; -- that the due times of open rows go by
ALTER TABLE assessment_tally ADD COLUMN soonest_due BIGINT; -- of records that fail; NULL: none is due
ALTER TABLE assessment_tally ADD COLUMN within BIGINT NOT NULL DEFAULT 0; -- failures that ended in time, ever
ALTER TABLE assessment_tally ADD COLUMN missed BIGINT NOT NULL DEFAULT 0; -- too late
ALTER TABLE assessment_tally ADD COLUMN excepted BIGINT NOT NULL DEFAULT 0; -- past the due time, under an exception

-- A failure with a deadline that ended. It counts from its number on.
CREATE TABLE assessment_remediation (
	definition BIGINT NOT NULL,
	test       BIGINT NOT NULL,
	item       BIGINT NOT NULL,
	number     BIGINT NOT NULL, -- the sync that ended it
	workspace  BIGINT NOT NULL,
	since      BIGINT NOT NULL, -- ms
	due        BIGINT NOT NULL,
	ended_at   BIGINT NOT NULL,
	ended      TEXT   NOT NULL CHECK (ended IN ('fixed', 'gone', 'out_of_scope')),
	result     TEXT   NOT NULL CHECK (result IN ('within', 'missed', 'excepted')),
	sla        TEXT   NOT NULL,
	UNIQUE (definition, test, item, number)
);
CREATE INDEX assessment_remediation_time ON assessment_remediation (workspace, ended_at, test, item, number);
CREATE INDEX assessment_remediation_test ON assessment_remediation (test, ended_at, item, number);

-- A due time that passed, and what somebody has to say about it.
CREATE TABLE assessment_miss (
	definition BIGINT NOT NULL,
	test       BIGINT NOT NULL,
	item       BIGINT NOT NULL,
	since      BIGINT NOT NULL, -- ms, of the failure
	workspace  BIGINT NOT NULL,
	comment    TEXT   NOT NULL,
	actor      TEXT   NOT NULL, -- JSON
	created_at BIGINT NOT NULL,
	PRIMARY KEY (definition, test, item, since)
);
