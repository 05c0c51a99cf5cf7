-- +goose Up
-- Clients of a directory, which come for short-lived tokens (RFC 6749 section
-- 4.4) in place of a token that somebody pasted.
CREATE TABLE scim_client (
	id           TEXT   NOT NULL PRIMARY KEY, -- the client_id
	workspace    BIGINT NOT NULL REFERENCES workspace (number),
	directory    BIGINT NOT NULL REFERENCES scim_directory (number),
	name         TEXT   NOT NULL,
	public_keys  TEXT   NOT NULL,             -- JSON array of JWKs that sign its assertions
	created_at   BIGINT NOT NULL,
	last_used_at BIGINT
);
CREATE INDEX scim_client_directory ON scim_client (directory);

CREATE TABLE scim_secret (
	hash         BYTEA  NOT NULL PRIMARY KEY, -- SHA-256: secrets are random
	id           TEXT   NOT NULL UNIQUE,
	workspace    BIGINT NOT NULL REFERENCES workspace (number),
	client       TEXT   NOT NULL REFERENCES scim_client (id) ON DELETE CASCADE,
	hint         TEXT   NOT NULL,
	created_at   BIGINT NOT NULL,
	expires_at   BIGINT,                      -- NULL: never
	last_used_at BIGINT
);
CREATE INDEX scim_secret_client ON scim_secret (client);

-- Assertions that were used: each is good once (RFC 7523 section 3).
CREATE TABLE scim_assertion (
	client     TEXT   NOT NULL REFERENCES scim_client (id) ON DELETE CASCADE,
	jti        BYTEA  NOT NULL, -- its SHA-256
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	expires_at BIGINT NOT NULL, -- when the assertion is dead anyway
	PRIMARY KEY (client, jti)
);

-- Tokens that clients got stand beside those that were pasted, so that a request
-- asks for one thing only. NULL: pasted.
ALTER TABLE scim_token ADD COLUMN client TEXT REFERENCES scim_client (id) ON DELETE CASCADE;
ALTER TABLE scim_token ADD COLUMN secret TEXT; -- id of the secret that got it; NULL: an assertion did
CREATE INDEX scim_token_client ON scim_token (client, id) WHERE client IS NOT NULL;
