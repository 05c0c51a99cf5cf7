-- +goose Up
-- Which conditions of a version have decided about a record, ever. The row without a
-- part says that all records were looked at for it since the version began.
CREATE TABLE assessment_decision (
	test      BIGINT NOT NULL REFERENCES assessment_test (number),
	version   BIGINT NOT NULL,
	part      TEXT   NOT NULL, -- JSON Pointer inside the version's document, '' for all
	workspace BIGINT NOT NULL,
	PRIMARY KEY (test, version, part)
);
CREATE INDEX assessment_decision_workspace ON assessment_decision (workspace);
