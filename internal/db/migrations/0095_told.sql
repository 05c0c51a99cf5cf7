-- +goose Up
-- What the trail says of what happens by time alone, so that it says it once.
CREATE TABLE assessment_told (
	workspace BIGINT NOT NULL,
	test      BIGINT NOT NULL,
	item      BIGINT NOT NULL,
	since     BIGINT NOT NULL, -- the failure's: another one is told anew
	kind      BIGINT NOT NULL, -- 1: due soon, 2: overdue
	PRIMARY KEY (test, item, since, kind)
);

-- What is late when this comes is not news. An engine's clock is not asked: the newest
-- sync stands for now.
INSERT INTO assessment_told (workspace, test, item, since, kind)
	SELECT o.workspace, o.test, o.item, COALESCE(o.since, 0), 2 FROM assessment_outcome o
	WHERE o.outcome = 2 AND o.to_sync IS NULL AND o.due IS NOT NULL
		AND o.due < (SELECT COALESCE(MAX(s.committed_at), 0) FROM resource_sync s);

-- Sources that the trail calls stale, or fresh again.
CREATE TABLE assessment_source (
	definition BIGINT  NOT NULL PRIMARY KEY,
	workspace  BIGINT  NOT NULL,
	stale      BOOLEAN NOT NULL,
	told_at    BIGINT  NOT NULL
);

ALTER TABLE scim_directory ADD COLUMN erred_at BIGINT; -- when a request of its provider failed last; NULL: none did

-- '', soon, overdue: what the trail says of when a review is due.
ALTER TABLE review_review ADD COLUMN told TEXT NOT NULL DEFAULT '';
UPDATE review_review SET told = 'overdue'
	WHERE due_at IS NOT NULL AND due_at < (SELECT COALESCE(MAX(s.committed_at), 0) FROM resource_sync s);
CREATE INDEX review_review_due ON review_review (due_at) WHERE state = 'started' AND due_at IS NOT NULL AND told <> 'overdue';
