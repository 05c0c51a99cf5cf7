-- +goose Up
-- Id of a user, NULL for nobody. The user may have gone since.
ALTER TABLE assessment_test ADD COLUMN owner TEXT;
