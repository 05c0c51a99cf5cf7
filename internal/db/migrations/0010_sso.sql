-- +goose Up
CREATE TABLE sso_provider (
	id           TEXT    NOT NULL PRIMARY KEY,
	workspace    BIGINT  NOT NULL REFERENCES workspace (number),
	kind         TEXT    NOT NULL CHECK (kind IN ('oidc', 'saml')),
	name         TEXT    NOT NULL,
	name_key     TEXT    NOT NULL, -- lower case: names are compared without case
	enabled      BOOLEAN NOT NULL,
	create_users BOOLEAN NOT NULL, -- unknown people become users
	trust_email  BOOLEAN NOT NULL, -- an e-mail that the provider calls neither verified nor unverified will do
	domains      TEXT    NOT NULL, -- JSON array, lower case; [] = any
	settings     TEXT    NOT NULL, -- JSON, by kind; the program says what is in it
	secret       TEXT    NOT NULL, -- sealed; '' when there is none
	created_at   BIGINT  NOT NULL,
	updated_at   BIGINT  NOT NULL,
	UNIQUE (workspace, name_key)
);

-- Who a subject of a provider is. A row is never moved to another user.
CREATE TABLE sso_identity (
	workspace     BIGINT NOT NULL REFERENCES workspace (number),
	provider      TEXT   NOT NULL REFERENCES sso_provider (id) ON DELETE CASCADE,
	subject       TEXT   NOT NULL,
	user_id       TEXT   NOT NULL REFERENCES access_user (id) ON DELETE CASCADE,
	first_used_at BIGINT NOT NULL,
	last_used_at  BIGINT NOT NULL,
	PRIMARY KEY (provider, subject),
	UNIQUE (provider, user_id)
);
CREATE INDEX sso_identity_user ON sso_identity (user_id);

-- Sign-ins on their way: each ends with the one request that takes it.
CREATE TABLE sso_flow (
	state      BYTEA  NOT NULL PRIMARY KEY, -- SHA-256 of state or RelayState
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	provider   TEXT   NOT NULL REFERENCES sso_provider (id) ON DELETE CASCADE,
	browser    BYTEA  NOT NULL, -- SHA-256 of the cookie that binds the flow to a browser
	nonce      BYTEA  NOT NULL, -- SHA-256 of the nonce, or of the id of the SAML request
	verifier   TEXT   NOT NULL, -- PKCE, sealed; '' for SAML
	return_to  TEXT   NOT NULL, -- a path on this server
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX sso_flow_expires ON sso_flow (expires_at);
CREATE INDEX sso_flow_provider ON sso_flow (provider);

-- Assertions that have been used, until they would be refused for their age.
CREATE TABLE sso_seen (
	provider   TEXT   NOT NULL REFERENCES sso_provider (id) ON DELETE CASCADE,
	assertion  BYTEA  NOT NULL, -- SHA-256 of its id
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (provider, assertion)
);
CREATE INDEX sso_seen_expires ON sso_seen (expires_at);
