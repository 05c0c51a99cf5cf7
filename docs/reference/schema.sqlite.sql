-- The schema of the SQLite database, as it keeps it itself. Made by `make golden`.

CREATE TABLE access_user (
	id            TEXT   NOT NULL PRIMARY KEY,
	workspace     BIGINT NOT NULL REFERENCES workspace (number),
	email         TEXT   NOT NULL,
	email_key     TEXT   NOT NULL, -- lower case: e-mail is compared without case
	password_hash TEXT   NOT NULL, -- argon2id in PHC form, '' when none is set
	role          TEXT   NOT NULL, -- id of a role
	created_at    BIGINT NOT NULL,
	updated_at    BIGINT NOT NULL,
	UNIQUE (workspace, email_key)
);

CREATE TABLE assessment_exception (
	id         TEXT   NOT NULL PRIMARY KEY,
	workspace  BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	test       BIGINT NOT NULL REFERENCES assessment_test (number),
	item       BIGINT NOT NULL,
	entity     TEXT   NOT NULL, -- the item's public id
	name       TEXT   NOT NULL, -- the record's name when the exception was made
	reason     TEXT   NOT NULL,
	until      BIGINT,
	actor      TEXT   NOT NULL, -- JSON
	created_at BIGINT NOT NULL,
	ended_at   BIGINT,
	ended_by   TEXT   NOT NULL -- JSON, '' while it holds
);

CREATE UNIQUE INDEX assessment_exception_one ON assessment_exception (test, item) WHERE ended_at IS NULL;

CREATE INDEX assessment_exception_test ON assessment_exception (test, item);

CREATE TABLE assessment_outcome (
	definition BIGINT   NOT NULL,
	test       BIGINT   NOT NULL,
	item       BIGINT   NOT NULL,
	from_sync  BIGINT   NOT NULL,
	to_sync    BIGINT,
	workspace  BIGINT   NOT NULL,
	outcome    SMALLINT NOT NULL,
	UNIQUE (definition, test, item, from_sync)
);

CREATE TABLE assessment_recheck (
	definition BIGINT NOT NULL,
	test       BIGINT NOT NULL,
	item       BIGINT NOT NULL,
	from_sync  BIGINT NOT NULL,
	to_sync    BIGINT,
	workspace  BIGINT NOT NULL,
	at         BIGINT NOT NULL,
	UNIQUE (definition, test, item, from_sync)
);

CREATE INDEX assessment_recheck_at ON assessment_recheck (at);

CREATE TABLE assessment_tally (
	test         BIGINT NOT NULL PRIMARY KEY,
	workspace    BIGINT NOT NULL,
	definition   BIGINT NOT NULL,
	version      BIGINT NOT NULL,
	passing      BIGINT NOT NULL,
	failing      BIGINT NOT NULL,
	in_progress  BIGINT NOT NULL,
	deactivated  BIGINT NOT NULL,
	out_of_scope BIGINT NOT NULL,
	status       TEXT   NOT NULL, -- by reducer, without freshness, which is time's
	run_at       BIGINT NOT NULL,
	flipped_at   BIGINT -- when status last changed; NULL: never
);

CREATE TABLE assessment_test (
	number             BIGINT NOT NULL PRIMARY KEY, -- what rows carry
	id                 TEXT   NOT NULL UNIQUE,
	workspace          BIGINT NOT NULL REFERENCES workspace (number),
	definition         BIGINT NOT NULL REFERENCES resource_definition (number),
	slug               TEXT   NOT NULL,
	category           TEXT   NOT NULL,
	version            BIGINT NOT NULL, -- the newest
	state              TEXT   NOT NULL CHECK (state IN ('active', 'deactivated', 'archived')),
	deactivated_reason TEXT   NOT NULL,
	deactivated_until  BIGINT,
	state_at           BIGINT, -- when state last changed; NULL: never
	created_at         BIGINT NOT NULL,
	UNIQUE (workspace, slug)
);

CREATE INDEX assessment_test_definition ON assessment_test (definition);

CREATE TABLE assessment_version (
	test       BIGINT NOT NULL REFERENCES assessment_test (number),
	version    BIGINT NOT NULL,
	workspace  BIGINT NOT NULL,
	document   TEXT   NOT NULL, -- what decides the verdict and what auditors read; immutable
	actor      TEXT   NOT NULL, -- JSON
	reason     TEXT   NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (test, version)
);

CREATE TABLE assessment_window (
	test       BIGINT NOT NULL,
	version    BIGINT NOT NULL,
	from_sync  BIGINT NOT NULL,
	to_sync    BIGINT,
	workspace  BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	schema_version BIGINT NOT NULL, -- that the rule was judged under
	UNIQUE (test, from_sync)
);

CREATE TABLE db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);

CREATE TABLE evidence_checkpoint (
	workspace  BIGINT NOT NULL,
	size       BIGINT NOT NULL,
	note       TEXT   NOT NULL, -- signed
	created_at BIGINT NOT NULL,
	PRIMARY KEY (workspace, size)
);

CREATE TABLE evidence_entry (
	id         TEXT   NOT NULL PRIMARY KEY, -- rises within a stream
	workspace  BIGINT NOT NULL,
	kind       TEXT   NOT NULL,
	stream     TEXT   NOT NULL, -- what has an order of its own, such as a definition; '' when nothing
	sequence   BIGINT NOT NULL, -- within the stream
	document   TEXT   NOT NULL, -- the canonical entry
	leaf       BYTEA  NOT NULL, -- its hash, fixed when it is written
	created_at BIGINT NOT NULL,
	position   BIGINT -- given by the sequencer; NULL until then
);

CREATE UNIQUE INDEX evidence_entry_position ON evidence_entry (workspace, position) WHERE position IS NOT NULL;

CREATE UNIQUE INDEX evidence_entry_stream ON evidence_entry (workspace, stream, sequence) WHERE stream <> '';

CREATE INDEX evidence_entry_waiting ON evidence_entry (workspace, id) WHERE position IS NULL;

CREATE TABLE evidence_hash (
	workspace BIGINT NOT NULL,
	position  BIGINT NOT NULL, -- index of a stored hash
	hash      BYTEA  NOT NULL,
	PRIMARY KEY (workspace, position)
);

CREATE TABLE evidence_key (
	number     BIGINT NOT NULL PRIMARY KEY, -- 1 is the first; the highest signs
	public     TEXT   NOT NULL UNIQUE,
	created_at BIGINT NOT NULL
);

CREATE TABLE jobs_lease (
	name  TEXT   NOT NULL PRIMARY KEY,
	owner TEXT   NOT NULL,
	until BIGINT NOT NULL
);

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

CREATE INDEX oauth_token_standing ON oauth_token (application, source, created_at) WHERE revoked_at IS NULL;

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

CREATE TABLE resource_mark (
	definition BIGINT NOT NULL,
	item       BIGINT NOT NULL,
	from_sync  BIGINT NOT NULL,
	kind       TEXT   NOT NULL CHECK (kind IN ('held', 'stale')),
	to_sync    BIGINT,
	workspace  BIGINT NOT NULL,
	UNIQUE (definition, item, kind, from_sync)
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

CREATE TABLE resource_rejection (
	sync           TEXT   NOT NULL,
	position       BIGINT NOT NULL, -- the element's index in the request
	workspace      BIGINT NOT NULL,
	definition     BIGINT NOT NULL,
	body           TEXT   NOT NULL, -- JSON, as answered
	PRIMARY KEY (sync, position)
);

CREATE TABLE resource_schema (
	definition BIGINT NOT NULL REFERENCES resource_definition (number),
	version    BIGINT NOT NULL,
	workspace  BIGINT NOT NULL,
	document   TEXT   NOT NULL, -- JSON Type Definition of customProperties
	created_at BIGINT NOT NULL,
	PRIMARY KEY (definition, version)
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

CREATE TABLE workspace (
	number     BIGINT NOT NULL PRIMARY KEY, -- what rows carry; drawn from workspace_counter
	id         TEXT   NOT NULL UNIQUE,
	slug       TEXT   NOT NULL UNIQUE,
	name       TEXT   NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE TABLE workspace_counter (
	name  TEXT   NOT NULL PRIMARY KEY,
	value BIGINT NOT NULL
);

CREATE TABLE workspace_installation (
	name  TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
);
