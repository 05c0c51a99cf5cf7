-- +goose Up
-- What decides on the role of a user: '' people here, else the attribute, mapping
-- or default of their directory. Every user of one is followed again, so says it.
ALTER TABLE access_user ADD COLUMN role_from TEXT NOT NULL DEFAULT '' CHECK (role_from IN ('', 'attribute', 'mapping', 'default'));
UPDATE access_user SET role_from = 'default' WHERE source = 'SCIM';
