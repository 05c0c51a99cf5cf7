-- +goose Up
-- What a user had that gives a role when their role was last found: a loss never
-- raises anybody. '' before it was noted; every user is followed again to note it.
ALTER TABLE scim_resource ADD COLUMN grounds TEXT NOT NULL DEFAULT '';
-- How often the settings that roles follow from have changed.
ALTER TABLE scim_directory ADD COLUMN edition BIGINT NOT NULL DEFAULT 0;
UPDATE scim_directory SET settling = '' WHERE deleted_at IS NULL;
