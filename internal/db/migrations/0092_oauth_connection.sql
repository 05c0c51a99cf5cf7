-- +goose Up
-- Of an installed application: the public application, perhaps of another workspace, that it is an installation of.
ALTER TABLE oauth_application ADD COLUMN origin TEXT REFERENCES oauth_application (id);
CREATE UNIQUE INDEX oauth_application_installed ON oauth_application (workspace, origin) WHERE origin IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX oauth_application_origin ON oauth_application (origin) WHERE origin IS NOT NULL;

-- Authorization requests that somebody is looking at. The workspace is that of who looks.
CREATE TABLE oauth_request (
	hash         BYTEA  NOT NULL PRIMARY KEY, -- SHA-256 of what the page's form holds
	workspace    BIGINT NOT NULL REFERENCES workspace (number),
	session      TEXT   NOT NULL, -- id
	application  TEXT   NOT NULL REFERENCES oauth_application (id), -- the public one
	redirect_uri TEXT   NOT NULL,
	state        TEXT   NOT NULL,
	source       TEXT   NOT NULL,
	scopes       TEXT   NOT NULL, -- JSON array
	challenge    TEXT   NOT NULL, -- '' without PKCE
	shown        BYTEA  NOT NULL, -- digest of what the page says of the application
	expires_at   BIGINT NOT NULL
);
CREATE INDEX oauth_request_expires ON oauth_request (expires_at);

CREATE TABLE oauth_code (
	hash            BYTEA  NOT NULL PRIMARY KEY, -- SHA-256
	workspace       BIGINT NOT NULL REFERENCES workspace (number),
	application     TEXT   NOT NULL REFERENCES oauth_application (id), -- the installed one
	origin          TEXT   NOT NULL REFERENCES oauth_application (id),
	redirect_uri    TEXT   NOT NULL,
	source          TEXT   NOT NULL,
	scopes          TEXT   NOT NULL, -- JSON array
	challenge       TEXT   NOT NULL, -- '' without PKCE
	family          TEXT   NOT NULL, -- of the tokens that it mints
	allowed_by      TEXT   NOT NULL, -- id of a user
	allowed_by_name TEXT   NOT NULL,
	uses            BIGINT NOT NULL, -- attempts of its client; the first one spends it
	expires_at      BIGINT NOT NULL
);
CREATE INDEX oauth_code_expires ON oauth_code (expires_at);

CREATE TABLE oauth_connection (
	id              TEXT   NOT NULL PRIMARY KEY,
	workspace       BIGINT NOT NULL REFERENCES workspace (number),
	application     TEXT   NOT NULL REFERENCES oauth_application (id), -- the installed one
	source          TEXT   NOT NULL,
	state           TEXT   NOT NULL CHECK (state IN ('connected', 'disconnected')),
	reason          TEXT   NOT NULL, -- why it is disconnected; '' while it is not
	ended_by        TEXT   NOT NULL, -- name of who disconnected it, '' for nobody
	family          TEXT   NOT NULL, -- of the tokens that live
	generation      BIGINT NOT NULL, -- of the newest refresh tokens of the family
	scopes          TEXT   NOT NULL, -- JSON array, as allowed
	allowed_by      TEXT   NOT NULL, -- id of a user
	allowed_by_name TEXT   NOT NULL,
	created_at      BIGINT NOT NULL,
	connected_at    BIGINT NOT NULL, -- the last time
	refreshed_at    BIGINT NOT NULL,
	used_at         BIGINT,          -- of an access token
	disconnected_at BIGINT,
	UNIQUE (application, source)
);

CREATE TABLE oauth_refresh (
	hash       BYTEA  NOT NULL PRIMARY KEY, -- SHA-256
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	connection TEXT   NOT NULL REFERENCES oauth_connection (id),
	family     TEXT   NOT NULL,
	generation BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	ends_at    BIGINT, -- set when a token of the next generation is used for the first time
	revoked_at BIGINT
);
CREATE INDEX oauth_refresh_standing ON oauth_refresh (connection, generation) WHERE revoked_at IS NULL;
