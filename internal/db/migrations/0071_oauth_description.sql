-- +goose Up
ALTER TABLE oauth_application ADD COLUMN description TEXT NOT NULL DEFAULT '';
