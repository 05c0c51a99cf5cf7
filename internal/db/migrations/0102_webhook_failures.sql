-- +goose Up
-- Attempts of a day that failed are counted for each webhook, and the few deliveries that
-- did not arrive are found among the many that did.
CREATE INDEX webhook_attempt_failed ON webhook_attempt (workspace, at) WHERE error <> '';
CREATE INDEX webhook_delivery_undelivered ON webhook_delivery (endpoint, state, id) WHERE state <> 'DELIVERED';
