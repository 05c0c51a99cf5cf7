-- +goose Up
-- What ended in one way, by time; the one without the result served no list.
CREATE INDEX assessment_remediation_result ON assessment_remediation (workspace, result, ended_at, test, item, number);
DROP INDEX assessment_remediation_time;
