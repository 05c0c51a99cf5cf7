-- +goose Up
CREATE TABLE scim_directory (
	number         BIGINT  NOT NULL PRIMARY KEY,
	id             TEXT    NOT NULL UNIQUE, -- in the base URL
	workspace      BIGINT  NOT NULL REFERENCES workspace (number),
	name           TEXT    NOT NULL,
	name_key       TEXT    NOT NULL,        -- lower case
	provider       TEXT    NOT NULL CHECK (provider IN ('okta', 'entra', 'jumpcloud', 'onelogin', 'google', 'generic')),
	state          TEXT    NOT NULL CHECK (state IN ('validating', 'linked', 'unlinked', 'invalid_credentials', 'deleting')),
	strict         BOOLEAN NOT NULL,
	role_attribute TEXT    NOT NULL,        -- '' while none is named
	default_role   TEXT    NOT NULL,        -- id of a role
	created_at     BIGINT  NOT NULL,
	updated_at     BIGINT  NOT NULL,
	linked_at      BIGINT,
	alerted_at     BIGINT,                  -- when an unusual share was last deactivated
	learned        BIGINT  NOT NULL,        -- names that traffic taught
	settling       TEXT,                    -- id of the last resource that follows changed settings; NULL: all do
	deleted_at     BIGINT
);
CREATE UNIQUE INDEX scim_directory_name ON scim_directory (workspace, name_key) WHERE deleted_at IS NULL;

CREATE TABLE scim_token (
	hash         BYTEA  NOT NULL PRIMARY KEY, -- SHA-256: tokens are random
	id           TEXT   NOT NULL UNIQUE,
	workspace    BIGINT NOT NULL REFERENCES workspace (number),
	directory    BIGINT NOT NULL REFERENCES scim_directory (number),
	hint         TEXT   NOT NULL,
	created_at   BIGINT NOT NULL,
	expires_at   BIGINT,
	last_used_at BIGINT,
	revoked_at   BIGINT
);
CREATE INDEX scim_token_directory ON scim_token (directory);

-- Resources of every type. Members of groups are not in the document.
CREATE TABLE scim_resource (
	id             TEXT    NOT NULL PRIMARY KEY,
	workspace      BIGINT  NOT NULL REFERENCES workspace (number),
	directory      BIGINT  NOT NULL REFERENCES scim_directory (number),
	type           TEXT    NOT NULL, -- name of the resource type
	name_key       TEXT    NOT NULL, -- what is unique: userName, displayName, …, folded
	external_id    TEXT    NOT NULL, -- '' for none
	document       TEXT    NOT NULL, -- canonical JSON, read-only attributes left out
	version        BIGINT  NOT NULL,
	active         BOOLEAN NOT NULL,
	created_at     BIGINT  NOT NULL,
	updated_at     BIGINT  NOT NULL,
	deactivated_at BIGINT,           -- NULL while active
	follower       TEXT    NOT NULL, -- person of a user, group of people of a group; '' for none
	account        TEXT    NOT NULL, -- access_user of a user; '' for none
	role           TEXT    NOT NULL, -- the last valid role that was resolved; '' for none
	UNIQUE (directory, type, name_key)
);
-- An expression, so that look-ups of one resource are never taken for a walk over
-- the list: PostgreSQL without statistics thinks the two alike.
CREATE INDEX scim_resource_list ON scim_resource (directory, (type || ''), id);
CREATE INDEX scim_resource_external ON scim_resource (directory, type, external_id) WHERE external_id <> '';
CREATE INDEX scim_resource_account ON scim_resource (account) WHERE account <> '';
CREATE INDEX scim_resource_follower ON scim_resource (follower) WHERE follower <> '';
CREATE INDEX scim_resource_departure ON scim_resource (directory, deactivated_at) WHERE deactivated_at IS NOT NULL;

-- Accounts that were handed back when their user was deleted, and that a
-- directory may take again while they are deactivated.
CREATE TABLE scim_released (
	account     TEXT   NOT NULL PRIMARY KEY, -- access_user
	workspace   BIGINT NOT NULL REFERENCES workspace (number),
	released_at BIGINT NOT NULL
);

-- Values that are looked up before every create.
CREATE TABLE scim_value (
	directory BIGINT NOT NULL,
	path      TEXT   NOT NULL, -- emails.value, displayName
	name_key  TEXT   NOT NULL, -- folded as the attribute compares
	resource  TEXT   NOT NULL REFERENCES scim_resource (id) ON DELETE CASCADE,
	PRIMARY KEY (directory, path, name_key, resource)
);
CREATE INDEX scim_value_resource ON scim_value (resource);

-- A row a membership: changing one touches one. A value that names no resource of
-- the directory is pending, until such a resource appears.
CREATE TABLE scim_member (
	grp       TEXT   NOT NULL REFERENCES scim_resource (id) ON DELETE CASCADE,
	value     TEXT   NOT NULL,
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	display   TEXT   NOT NULL, -- as it was sent; '' for none
	PRIMARY KEY (grp, value)
);
CREATE INDEX scim_member_value ON scim_member (value, grp);

CREATE TABLE scim_learned (
	directory BIGINT NOT NULL REFERENCES scim_directory (number),
	type      TEXT   NOT NULL,
	name      TEXT   NOT NULL, -- with its URN, for those of extensions
	position  BIGINT NOT NULL,
	form      TEXT   NOT NULL, -- JSON of schema.Learned
	PRIMARY KEY (directory, type, name)
);

CREATE TABLE scim_mapping (
	directory BIGINT NOT NULL REFERENCES scim_directory (number),
	position  BIGINT NOT NULL, -- 1 has priority
	grp       TEXT   NOT NULL REFERENCES scim_resource (id) ON DELETE CASCADE,
	role      TEXT   NOT NULL,
	PRIMARY KEY (directory, grp)
);

CREATE TABLE scim_step (
	directory BIGINT NOT NULL REFERENCES scim_directory (number),
	step      TEXT   NOT NULL,
	done_at   BIGINT NOT NULL,
	PRIMARY KEY (directory, step)
);

CREATE TABLE scim_warning (
	id        TEXT   NOT NULL PRIMARY KEY,
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	directory BIGINT NOT NULL REFERENCES scim_directory (number),
	kind      TEXT   NOT NULL,
	subject   TEXT   NOT NULL, -- whom it is about, by name
	message   TEXT   NOT NULL,
	count     BIGINT NOT NULL, -- how often it came
	first_at  BIGINT NOT NULL,
	last_at   BIGINT NOT NULL,
	UNIQUE (directory, kind, subject)
);

-- What the provider sent and heard, redacted.
CREATE TABLE scim_request (
	id        TEXT   NOT NULL PRIMARY KEY,
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	directory BIGINT NOT NULL REFERENCES scim_directory (number),
	at        BIGINT NOT NULL,
	method    TEXT   NOT NULL,
	path      TEXT   NOT NULL, -- after the base URL, with its query
	status    BIGINT NOT NULL,
	took      BIGINT NOT NULL, -- microseconds
	address   TEXT   NOT NULL,
	agent     TEXT   NOT NULL,
	subject   TEXT   NOT NULL, -- whom or what it was about, by name; '' for nobody
	resource  TEXT   NOT NULL, -- id of a resource, '' for none
	words     TEXT   NOT NULL, -- what happened, as a sentence
	problem   TEXT   NOT NULL, -- detail of the error, '' for none
	sent      TEXT   NOT NULL, -- body, redacted
	answered  TEXT   NOT NULL, -- body, redacted and cut
	replay_of TEXT   NOT NULL  -- id of the request that this one repeats, '' for none
);
CREATE INDEX scim_request_list ON scim_request (directory, id);
CREATE INDEX scim_request_resource ON scim_request (resource, id) WHERE resource <> '';

-- A one-time link by which an administrator elsewhere sets the directory up.
CREATE TABLE scim_link (
	hash       BYTEA  NOT NULL PRIMARY KEY,
	id         TEXT   NOT NULL UNIQUE,
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	directory  BIGINT NOT NULL REFERENCES scim_directory (number),
	created_by TEXT   NOT NULL, -- name of who made it
	maker_kind TEXT   NOT NULL, -- of who made it, as evidence names actors
	maker      TEXT   NOT NULL, -- id of who made it, '' for none
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	opened_at  BIGINT, -- when its holder first came; the link is dead for others then
	session    BYTEA   -- SHA-256 of what its holder comes with from then on
);
CREATE UNIQUE INDEX scim_link_session ON scim_link (session) WHERE session IS NOT NULL;
