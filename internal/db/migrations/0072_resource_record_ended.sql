-- +goose Up
-- What a number ended: the records that it changed or removed. Versions that still
-- stand are not in it, so a first push pays nothing.
CREATE INDEX resource_record_ended ON resource_record (definition, to_sync, item) WHERE to_sync IS NOT NULL;
