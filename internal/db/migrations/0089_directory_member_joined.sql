-- +goose Up
-- When somebody came into a group, in ms: time to do what a group asks for begins then. 0: before it was noted.
ALTER TABLE directory_member ADD COLUMN joined_at BIGINT NOT NULL DEFAULT 0;
