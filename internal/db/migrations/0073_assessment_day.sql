-- +goose Up
-- What each test came to, a row a day on which it was judged and differed: the last of
-- the day, in UTC. A day without a row was like the one before it.
CREATE TABLE assessment_day (
	test         BIGINT NOT NULL,
	day          BIGINT NOT NULL, -- since 1970
	workspace    BIGINT NOT NULL,
	definition   BIGINT NOT NULL,
	passing      BIGINT NOT NULL,
	failing      BIGINT NOT NULL,
	in_progress  BIGINT NOT NULL,
	deactivated  BIGINT NOT NULL,
	out_of_scope BIGINT NOT NULL,
	status       TEXT   NOT NULL, -- by reducer, or DEACTIVATED
	began        BIGINT NOT NULL, -- records that began to fail, over the day
	ended        BIGINT NOT NULL, -- records that ceased to
	PRIMARY KEY (test, day)
);
INSERT INTO assessment_day (test, day, workspace, definition, passing, failing, in_progress, deactivated, out_of_scope, status, began, ended)
SELECT y.test, y.run_at / 86400000, y.workspace, y.definition, y.passing, y.failing, y.in_progress, y.deactivated, y.out_of_scope, y.status, 0, 0
FROM assessment_tally y JOIN assessment_test t ON t.number = y.test WHERE t.scope IS NULL AND y.run_at > 0;

-- What came for a definition, a row a day with a push, in UTC.
CREATE TABLE resource_day (
	definition BIGINT NOT NULL,
	day        BIGINT NOT NULL, -- since 1970
	workspace  BIGINT NOT NULL,
	pushes     BIGINT NOT NULL, -- that counted
	failed     BIGINT NOT NULL, -- pushes that did not
	received   BIGINT NOT NULL,
	rejected   BIGINT NOT NULL,
	changed    BIGINT NOT NULL, -- created, updated and removed
	last_at    BIGINT NOT NULL, -- ms, of the last that counted; 0: none did
	PRIMARY KEY (definition, day)
);
INSERT INTO resource_day (definition, day, workspace, pushes, failed, received, rejected, changed, last_at)
SELECT definition, committed_at / 86400000, workspace, COUNT(number), COUNT(*) - COUNT(number), SUM(received), SUM(rejected),
	SUM(created + updated + removed), MAX(CASE WHEN number IS NULL THEN 0 ELSE committed_at END)
FROM resource_sync WHERE cause = 'push' GROUP BY definition, committed_at / 86400000, workspace;
