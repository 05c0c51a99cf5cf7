-- The schema of the PostgreSQL database, by its catalogue. Made by `make golden`.

CREATE TABLE access_user (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	email TEXT NOT NULL,
	email_key TEXT NOT NULL,
	password_hash TEXT NOT NULL,
	role TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (workspace, email_key),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE assessment_exception (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	test BIGINT NOT NULL,
	item BIGINT NOT NULL,
	entity TEXT NOT NULL,
	name TEXT NOT NULL,
	reason TEXT NOT NULL,
	until BIGINT,
	actor TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	ended_at BIGINT,
	ended_by TEXT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY (test) REFERENCES assessment_test(number)
);
CREATE INDEX assessment_exception_test ON assessment_exception USING btree (test, item);
CREATE UNIQUE INDEX assessment_exception_one ON assessment_exception USING btree (test, item) WHERE (ended_at IS NULL);

CREATE TABLE assessment_outcome (
	definition BIGINT NOT NULL,
	test BIGINT NOT NULL,
	item BIGINT NOT NULL,
	from_sync BIGINT NOT NULL,
	to_sync BIGINT,
	workspace BIGINT NOT NULL,
	outcome SMALLINT NOT NULL,
	UNIQUE (definition, test, item, from_sync)
);

CREATE TABLE assessment_recheck (
	definition BIGINT NOT NULL,
	test BIGINT NOT NULL,
	item BIGINT NOT NULL,
	from_sync BIGINT NOT NULL,
	to_sync BIGINT,
	workspace BIGINT NOT NULL,
	at BIGINT NOT NULL,
	UNIQUE (definition, test, item, from_sync)
);
CREATE INDEX assessment_recheck_at ON assessment_recheck USING btree (at);

CREATE TABLE assessment_tally (
	test BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	version BIGINT NOT NULL,
	passing BIGINT NOT NULL,
	failing BIGINT NOT NULL,
	in_progress BIGINT NOT NULL,
	deactivated BIGINT NOT NULL,
	out_of_scope BIGINT NOT NULL,
	status TEXT NOT NULL,
	run_at BIGINT NOT NULL,
	flipped_at BIGINT,
	PRIMARY KEY (test)
);

CREATE TABLE assessment_test (
	number BIGINT NOT NULL,
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	slug TEXT NOT NULL,
	category TEXT NOT NULL,
	version BIGINT NOT NULL,
	state TEXT NOT NULL,
	deactivated_reason TEXT NOT NULL,
	deactivated_until BIGINT,
	state_at BIGINT,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (number),
	UNIQUE (id),
	UNIQUE (workspace, slug),
	FOREIGN KEY (definition) REFERENCES resource_definition(number),
	FOREIGN KEY (workspace) REFERENCES workspace(number),
	CHECK ((state = ANY (ARRAY['active'::text, 'deactivated'::text, 'archived'::text])))
);
CREATE INDEX assessment_test_definition ON assessment_test USING btree (definition);

CREATE TABLE assessment_version (
	test BIGINT NOT NULL,
	version BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	document TEXT NOT NULL,
	actor TEXT NOT NULL,
	reason TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (test, version),
	FOREIGN KEY (test) REFERENCES assessment_test(number)
);

CREATE TABLE assessment_window (
	test BIGINT NOT NULL,
	version BIGINT NOT NULL,
	from_sync BIGINT NOT NULL,
	to_sync BIGINT,
	workspace BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	schema_version BIGINT NOT NULL,
	UNIQUE (test, from_sync)
);

CREATE TABLE db_version (
	id INTEGER IDENTITY NOT NULL,
	version_id BIGINT NOT NULL,
	is_applied BOOLEAN NOT NULL,
	tstamp TIMESTAMP WITHOUT TIME ZONE NOT NULL DEFAULT now(),
	PRIMARY KEY (id)
);

CREATE TABLE evidence_checkpoint (
	workspace BIGINT NOT NULL,
	size BIGINT NOT NULL,
	note TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (workspace, size)
);

CREATE TABLE evidence_entry (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	kind TEXT NOT NULL,
	stream TEXT NOT NULL,
	sequence BIGINT NOT NULL,
	document TEXT NOT NULL,
	leaf BYTEA NOT NULL,
	created_at BIGINT NOT NULL,
	position BIGINT,
	PRIMARY KEY (id)
);
CREATE INDEX evidence_entry_waiting ON evidence_entry USING btree (workspace, id) WHERE ("position" IS NULL);
CREATE UNIQUE INDEX evidence_entry_position ON evidence_entry USING btree (workspace, "position") WHERE ("position" IS NOT NULL);
CREATE UNIQUE INDEX evidence_entry_stream ON evidence_entry USING btree (workspace, stream, sequence) WHERE (stream <> ''::text);

CREATE TABLE evidence_hash (
	workspace BIGINT NOT NULL,
	position BIGINT NOT NULL,
	hash BYTEA NOT NULL,
	PRIMARY KEY (workspace, "position")
);

CREATE TABLE evidence_key (
	number BIGINT NOT NULL,
	public TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (number),
	UNIQUE (public)
);

CREATE TABLE jobs_lease (
	name TEXT NOT NULL,
	owner TEXT NOT NULL,
	until BIGINT NOT NULL,
	PRIMARY KEY (name)
);

CREATE TABLE oauth_application (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	name TEXT NOT NULL,
	name_key TEXT NOT NULL,
	type TEXT NOT NULL,
	distribution TEXT NOT NULL,
	client_id TEXT NOT NULL,
	scopes TEXT NOT NULL,
	redirect_uris TEXT NOT NULL,
	overlapping_tokens BIGINT NOT NULL,
	rotation_grace BIGINT NOT NULL,
	accept_form BOOLEAN NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	minted_at BIGINT,
	deleted_at BIGINT,
	PRIMARY KEY (id),
	UNIQUE (client_id),
	FOREIGN KEY (workspace) REFERENCES workspace(number),
	CHECK ((distribution = ANY (ARRAY['private'::text, 'public'::text]))),
	CHECK ((type = ANY (ARRAY['build'::text, 'manage'::text, 'audit'::text])))
);
CREATE UNIQUE INDEX oauth_application_name ON oauth_application USING btree (workspace, name_key) WHERE (deleted_at IS NULL);

CREATE TABLE oauth_secret (
	hash BYTEA NOT NULL,
	workspace BIGINT NOT NULL,
	application TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT,
	PRIMARY KEY (hash),
	FOREIGN KEY (application) REFERENCES oauth_application(id),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX oauth_secret_application ON oauth_secret USING btree (application);

CREATE TABLE oauth_token (
	hash BYTEA NOT NULL,
	workspace BIGINT NOT NULL,
	application TEXT NOT NULL,
	source TEXT NOT NULL,
	hint TEXT NOT NULL,
	scopes TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	revoked_at BIGINT,
	last_used_at BIGINT,
	PRIMARY KEY (hash),
	FOREIGN KEY (application) REFERENCES oauth_application(id),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX oauth_token_standing ON oauth_token USING btree (application, source, created_at) WHERE (revoked_at IS NULL);

CREATE TABLE resource_definition (
	number BIGINT NOT NULL,
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	application TEXT NOT NULL,
	name TEXT NOT NULL,
	name_key TEXT NOT NULL,
	base TEXT NOT NULL,
	schema_version BIGINT NOT NULL,
	schema_since BIGINT NOT NULL,
	handling TEXT NOT NULL,
	guard_count BIGINT,
	guard_percent BIGINT,
	guard_repeats BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (number),
	UNIQUE (application, name_key),
	UNIQUE (id),
	FOREIGN KEY (application) REFERENCES oauth_application(id),
	FOREIGN KEY (workspace) REFERENCES workspace(number),
	CHECK ((handling = ANY (ARRAY[''::text, 'lenient'::text, 'strict'::text])))
);

CREATE TABLE resource_head (
	definition BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	head BIGINT NOT NULL,
	items BIGINT NOT NULL,
	current BIGINT NOT NULL,
	rules_epoch BIGINT NOT NULL,
	judged_epoch BIGINT NOT NULL,
	ahead TEXT NOT NULL,
	claim_token TEXT NOT NULL,
	claim_owner TEXT NOT NULL,
	claim_until BIGINT NOT NULL,
	last_push TEXT NOT NULL,
	last_push_at BIGINT NOT NULL,
	held_digest TEXT NOT NULL,
	held_since BIGINT NOT NULL,
	held_times BIGINT NOT NULL,
	PRIMARY KEY (definition),
	FOREIGN KEY (definition) REFERENCES resource_definition(number)
);

CREATE TABLE resource_item (
	definition BIGINT NOT NULL,
	item BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	source TEXT NOT NULL,
	unique_id TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (definition, item),
	UNIQUE (definition, source, unique_id)
);

CREATE TABLE resource_mark (
	definition BIGINT NOT NULL,
	item BIGINT NOT NULL,
	from_sync BIGINT NOT NULL,
	kind TEXT NOT NULL,
	to_sync BIGINT,
	workspace BIGINT NOT NULL,
	UNIQUE (definition, item, kind, from_sync),
	CHECK ((kind = ANY (ARRAY['held'::text, 'stale'::text])))
);

CREATE TABLE resource_record (
	definition BIGINT NOT NULL,
	item BIGINT NOT NULL,
	from_sync BIGINT NOT NULL,
	to_sync BIGINT,
	workspace BIGINT NOT NULL,
	digest BYTEA NOT NULL,
	sent BYTEA NOT NULL,
	document TEXT NOT NULL,
	UNIQUE (definition, item, from_sync)
);

CREATE TABLE resource_rejection (
	sync TEXT NOT NULL,
	position BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (sync, "position")
);

CREATE TABLE resource_schema (
	definition BIGINT NOT NULL,
	version BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	document TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (definition, version),
	FOREIGN KEY (definition) REFERENCES resource_definition(number)
);

CREATE TABLE resource_sync (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	number BIGINT,
	cause TEXT NOT NULL,
	source TEXT NOT NULL,
	actor TEXT NOT NULL,
	schema_version BIGINT NOT NULL,
	started_at BIGINT NOT NULL,
	committed_at BIGINT NOT NULL,
	received BIGINT NOT NULL,
	accepted BIGINT NOT NULL,
	rejected BIGINT NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	unchanged BIGINT NOT NULL,
	removed BIGINT NOT NULL,
	held BIGINT NOT NULL,
	stale BIGINT NOT NULL,
	warned BIGINT NOT NULL,
	held_token TEXT NOT NULL,
	error TEXT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (definition, number),
	CHECK ((cause = ANY (ARRAY['push'::text, 'rule'::text, 'exception'::text, 'link'::text, 'time'::text, 'rerun'::text])))
);
CREATE INDEX resource_sync_time ON resource_sync USING btree (definition, committed_at);

CREATE TABLE workspace (
	number BIGINT NOT NULL,
	id TEXT NOT NULL,
	slug TEXT NOT NULL,
	name TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (number),
	UNIQUE (id),
	UNIQUE (slug)
);

CREATE TABLE workspace_counter (
	name TEXT NOT NULL,
	value BIGINT NOT NULL,
	PRIMARY KEY (name)
);

CREATE TABLE workspace_installation (
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (name)
);
