-- +goose Up
-- Who wants to hear of a test. A user or a person may have gone since.
CREATE TABLE assessment_subscriber (
	workspace  BIGINT NOT NULL,
	test       BIGINT NOT NULL REFERENCES assessment_test (number),
	kind       TEXT   NOT NULL CHECK (kind IN ('user', 'person')),
	id         TEXT   NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (test, kind, id)
);
