-- +goose Up
CREATE TABLE resource_definition (
	number         BIGINT NOT NULL PRIMARY KEY, -- what rows carry
	id             TEXT   NOT NULL UNIQUE,      -- the resourceId
	workspace      BIGINT NOT NULL REFERENCES workspace (number),
	application    TEXT   NOT NULL REFERENCES oauth_application (id),
	name           TEXT   NOT NULL,
	name_key       TEXT   NOT NULL, -- lower case
	base           TEXT   NOT NULL, -- CamelCase base type
	schema_version BIGINT NOT NULL, -- 0: no custom schema
	schema_since   BIGINT NOT NULL, -- records written after this number were checked under that version
	handling       TEXT   NOT NULL CHECK (handling IN ('', 'lenient', 'strict')),
	guard_count    BIGINT, -- removals above both are held; NULL: no guard
	guard_percent  BIGINT,
	guard_repeats  BIGINT NOT NULL, -- PUTs over 24 h that release a hold; 0: never
	created_at     BIGINT NOT NULL,
	updated_at     BIGINT NOT NULL,
	UNIQUE (application, name_key)
);

CREATE TABLE resource_schema (
	definition BIGINT NOT NULL REFERENCES resource_definition (number),
	version    BIGINT NOT NULL,
	workspace  BIGINT NOT NULL,
	document   TEXT   NOT NULL, -- JSON Type Definition of customProperties
	created_at BIGINT NOT NULL,
	PRIMARY KEY (definition, version)
);

-- One row per definition: where its history stands and who may add to it.
CREATE TABLE resource_head (
	definition    BIGINT  NOT NULL PRIMARY KEY REFERENCES resource_definition (number),
	workspace     BIGINT  NOT NULL,
	head          BIGINT  NOT NULL, -- the last number that counts
	items         BIGINT  NOT NULL, -- the last item that counts
	current       BIGINT  NOT NULL, -- records that exist at head
	rules_epoch   BIGINT  NOT NULL, -- raised by every change that a verdict depends on
	judged_epoch  BIGINT  NOT NULL, -- the epoch that the outcomes at head were made under
	ahead         TEXT    NOT NULL, -- id of the sync whose rows stand beyond head; '' when none do
	claim_token   TEXT    NOT NULL, -- '' when free
	claim_owner   TEXT    NOT NULL,
	claim_until   BIGINT  NOT NULL,
	last_push     TEXT    NOT NULL, -- id of the last push that counts
	last_push_at  BIGINT  NOT NULL, -- 0: never
	held_digest   TEXT    NOT NULL, -- of the removals that the guard holds; '' when none
	held_since    BIGINT  NOT NULL,
	held_times    BIGINT  NOT NULL
);

CREATE TABLE resource_item (
	definition BIGINT NOT NULL,
	item       BIGINT NOT NULL,
	workspace  BIGINT NOT NULL,
	source     TEXT   NOT NULL,
	unique_id  TEXT   NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (definition, item),
	UNIQUE (definition, source, unique_id)
);

CREATE TABLE resource_record (
	definition BIGINT NOT NULL,
	item       BIGINT NOT NULL,
	from_sync  BIGINT NOT NULL,
	to_sync    BIGINT,
	workspace  BIGINT NOT NULL,
	digest     BYTEA  NOT NULL, -- first 16 bytes of the document's SHA-256
	sent       BYTEA  NOT NULL, -- the same of the element as it was sent
	document   TEXT   NOT NULL, -- JSON, members sorted
	UNIQUE (definition, item, from_sync)
);

CREATE TABLE resource_mark (
	definition BIGINT NOT NULL,
	item       BIGINT NOT NULL,
	from_sync  BIGINT NOT NULL,
	kind       TEXT   NOT NULL CHECK (kind IN ('held', 'stale')),
	to_sync    BIGINT,
	workspace  BIGINT NOT NULL,
	UNIQUE (definition, item, kind, from_sync)
);

CREATE TABLE resource_sync (
	id             TEXT   NOT NULL PRIMARY KEY,
	workspace      BIGINT NOT NULL,
	definition     BIGINT NOT NULL,
	number         BIGINT, -- NULL: failed
	cause          TEXT   NOT NULL CHECK (cause IN ('push', 'rule', 'exception', 'link', 'time', 'rerun')),
	source         TEXT   NOT NULL,
	actor          TEXT   NOT NULL, -- JSON
	schema_version BIGINT NOT NULL,
	started_at     BIGINT NOT NULL,
	committed_at   BIGINT NOT NULL,
	received       BIGINT NOT NULL,
	accepted       BIGINT NOT NULL,
	rejected       BIGINT NOT NULL,
	created        BIGINT NOT NULL,
	updated        BIGINT NOT NULL,
	unchanged      BIGINT NOT NULL,
	removed        BIGINT NOT NULL,
	held           BIGINT NOT NULL,
	stale          BIGINT NOT NULL,
	warned         BIGINT NOT NULL,
	held_token     TEXT   NOT NULL,
	error          TEXT   NOT NULL, -- why a failed push failed
	UNIQUE (definition, number)
);
CREATE INDEX resource_sync_time ON resource_sync (definition, committed_at);

CREATE TABLE resource_rejection (
	sync           TEXT   NOT NULL,
	position       BIGINT NOT NULL, -- the element's index in the request
	workspace      BIGINT NOT NULL,
	definition     BIGINT NOT NULL,
	body           TEXT   NOT NULL, -- JSON, as answered
	PRIMARY KEY (sync, position)
);
