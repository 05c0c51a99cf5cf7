-- +goose Up
-- Of whom nobody has acknowledged that they are gone; most of them are here.
CREATE INDEX directory_person_unacknowledged ON directory_person (workspace, id) WHERE offboarded_at IS NULL;
