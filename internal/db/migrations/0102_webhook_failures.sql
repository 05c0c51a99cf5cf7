-- +goose Up
-- Attempts of a day that failed are counted for each webhook.
CREATE INDEX webhook_attempt_failed ON webhook_attempt (workspace, at) WHERE error <> '';
