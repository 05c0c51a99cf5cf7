-- +goose Up
CREATE TABLE oauth_application (
	id                 TEXT    NOT NULL PRIMARY KEY,
	workspace          BIGINT  NOT NULL REFERENCES workspace (number),
	name               TEXT    NOT NULL,
	name_key           TEXT    NOT NULL, -- lower case
	type               TEXT    NOT NULL CHECK (type IN ('build', 'manage', 'audit')),
	distribution       TEXT    NOT NULL CHECK (distribution IN ('private', 'public')),
	client_id          TEXT    NOT NULL UNIQUE,
	scopes             TEXT    NOT NULL, -- JSON array
	redirect_uris      TEXT    NOT NULL, -- JSON array
	overlapping_tokens BIGINT  NOT NULL, -- live tokens at once; 1 is the contract's rule
	rotation_grace     BIGINT  NOT NULL, -- ms that a rotated secret lives on
	accept_form        BOOLEAN NOT NULL,
	created_at         BIGINT  NOT NULL,
	updated_at         BIGINT  NOT NULL,
	minted_at          BIGINT,           -- the last token; writing it holds the row while one is minted
	deleted_at         BIGINT
);
CREATE UNIQUE INDEX oauth_application_name ON oauth_application (workspace, name_key) WHERE deleted_at IS NULL;

CREATE TABLE oauth_secret (
	hash        BYTEA  NOT NULL PRIMARY KEY, -- SHA-256: secrets are random
	workspace   BIGINT NOT NULL REFERENCES workspace (number),
	application TEXT   NOT NULL REFERENCES oauth_application (id),
	created_at  BIGINT NOT NULL,
	expires_at  BIGINT -- set when a newer secret replaces it
);
CREATE INDEX oauth_secret_application ON oauth_secret (application);

CREATE TABLE oauth_token (
	hash         BYTEA  NOT NULL PRIMARY KEY, -- SHA-256
	workspace    BIGINT NOT NULL REFERENCES workspace (number),
	application  TEXT   NOT NULL REFERENCES oauth_application (id),
	source       TEXT   NOT NULL,
	hint         TEXT   NOT NULL, -- the six hex digits that follow vat_
	scopes       TEXT   NOT NULL, -- JSON array
	created_at   BIGINT NOT NULL,
	expires_at   BIGINT NOT NULL,
	revoked_at   BIGINT,
	last_used_at BIGINT
);
-- Dead tokens stay for a day; a mint must not walk through them.
CREATE INDEX oauth_token_standing ON oauth_token (application, source, created_at) WHERE revoked_at IS NULL;
