-- +goose Up
-- Whether the holder of a link may name the attribute that carries the role, and
-- so lets the provider decide on roles.
ALTER TABLE scim_link ADD COLUMN names_attribute BOOLEAN NOT NULL DEFAULT TRUE;
