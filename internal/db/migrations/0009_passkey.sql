-- +goose Up
CREATE TABLE passkey_credential (
	id           TEXT   NOT NULL PRIMARY KEY,
	workspace    BIGINT NOT NULL REFERENCES workspace (number),
	user_id      TEXT   NOT NULL REFERENCES access_user (id) ON DELETE CASCADE,
	handle       TEXT   NOT NULL UNIQUE, -- credential id, base64url: one owner in the whole installation
	name         TEXT   NOT NULL,
	credential   TEXT   NOT NULL, -- JSON: public key, flags, sign count
	created_at   BIGINT NOT NULL,
	last_used_at BIGINT
);
CREATE INDEX passkey_credential_user ON passkey_credential (user_id, id);

-- A ceremony that has begun. The row goes when its ticket comes back.
CREATE TABLE passkey_challenge (
	hash       BYTEA  NOT NULL PRIMARY KEY, -- SHA-256 of the ticket: tickets are random
	kind       TEXT   NOT NULL CHECK (kind IN ('register', 'sign-in')),
	workspace  BIGINT REFERENCES workspace (number), -- NULL: a sign-in, whose passkey will say
	user_id    TEXT   REFERENCES access_user (id) ON DELETE CASCADE,
	wanted     TEXT   NOT NULL, -- slug or id of the only workspace to sign in to, '' for any; it may name none
	session    TEXT   NOT NULL, -- JSON: what the answer is checked against
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX passkey_challenge_kind ON passkey_challenge (kind, created_at);
CREATE INDEX passkey_challenge_user ON passkey_challenge (user_id, created_at);
