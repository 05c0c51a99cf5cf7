-- +goose Up
-- signin_password stands in 0007_access.sql, which moved the hashes out of access_user.

CREATE TABLE signin_totp (
	user_id      TEXT   NOT NULL PRIMARY KEY REFERENCES access_user (id) ON DELETE CASCADE,
	workspace    BIGINT NOT NULL REFERENCES workspace (number),
	secret       TEXT   NOT NULL, -- sealed
	last_step    BIGINT NOT NULL, -- of the last code taken: none works twice
	created_at   BIGINT NOT NULL,
	confirmed_at BIGINT           -- NULL until the first code was right
);

CREATE TABLE signin_recovery (
	hash      BYTEA  NOT NULL PRIMARY KEY, -- SHA-256: codes are random
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	user_id   TEXT   NOT NULL REFERENCES access_user (id) ON DELETE CASCADE,
	used_at   BIGINT
);
CREATE INDEX signin_recovery_user ON signin_recovery (user_id);

CREATE TABLE signin_session (
	id         TEXT   NOT NULL PRIMARY KEY,
	hash       BYTEA  UNIQUE,   -- SHA-256 of the cookie; NULL while another workspace's session has the browser
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	user_id    TEXT   NOT NULL REFERENCES access_user (id) ON DELETE CASCADE,
	browser    TEXT   NOT NULL, -- sessions of one browser share it
	method     TEXT   NOT NULL,
	provider   TEXT   NOT NULL, -- name of the identity provider, '' for other methods
	address    TEXT   NOT NULL,
	agent      TEXT   NOT NULL,
	created_at BIGINT NOT NULL,
	proved_at  BIGINT NOT NULL, -- when the user last proved to be there
	seen_at    BIGINT NOT NULL,
	idle       BIGINT NOT NULL, -- ms without a request after which it is over
	expires_at BIGINT NOT NULL,
	ended_at   BIGINT
);
CREATE INDEX signin_session_user ON signin_session (user_id, id);
CREATE INDEX signin_session_browser ON signin_session (browser);
CREATE INDEX signin_session_address ON signin_session (user_id, address);

-- Who opens a session and who ends all of a user's write this row first, and so
-- wait for one another: no session slips in behind a deactivation.
CREATE TABLE signin_guard (
	user_id   TEXT   NOT NULL PRIMARY KEY REFERENCES access_user (id) ON DELETE CASCADE,
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	changes   BIGINT NOT NULL
);

-- A password that was right while a second factor is still asked for.
CREATE TABLE signin_step (
	hash       BYTEA  NOT NULL PRIMARY KEY,
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	user_id    TEXT   NOT NULL REFERENCES access_user (id) ON DELETE CASCADE,
	method     TEXT   NOT NULL,
	expires_at BIGINT NOT NULL
);

CREATE TABLE signin_link (
	id         TEXT   NOT NULL PRIMARY KEY,
	hash       BYTEA  NOT NULL UNIQUE,
	kind       TEXT   NOT NULL CHECK (kind IN ('setup', 'invitation', 'magic_link', 'reset')),
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	user_id    TEXT   REFERENCES access_user (id) ON DELETE CASCADE, -- NULL: the first admin to be, or nobody
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	used_at    BIGINT,
	token      TEXT   NOT NULL, -- sealed while it waits to be sent, '' afterwards
	tries      BIGINT NOT NULL,
	try_at     BIGINT           -- when it is to be sent; NULL when it is not
);
CREATE INDEX signin_link_due ON signin_link (try_at) WHERE try_at IS NOT NULL;
CREATE INDEX signin_link_user ON signin_link (user_id);

CREATE TABLE signin_setting (
	workspace  BIGINT  NOT NULL PRIMARY KEY REFERENCES workspace (number),
	password   BOOLEAN NOT NULL,
	passkey    BOOLEAN NOT NULL,
	magic_link BOOLEAN NOT NULL,
	oidc       BOOLEAN NOT NULL,
	saml       BOOLEAN NOT NULL,
	idle       BIGINT  NOT NULL, -- ms
	lifetime   BIGINT  NOT NULL, -- ms
	updated_at BIGINT  NOT NULL
);

-- Guesses in the current span, by what is guessed at or who guesses.
CREATE TABLE signin_attempt (
	subject    TEXT   NOT NULL PRIMARY KEY,
	count      BIGINT NOT NULL,
	since      BIGINT NOT NULL
);
CREATE INDEX signin_attempt_since ON signin_attempt (since);
