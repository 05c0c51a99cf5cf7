-- The schema of the PostgreSQL database, by its catalogue. Made by `make golden`.

CREATE TABLE access_guard (
	workspace BIGINT NOT NULL,
	changes BIGINT NOT NULL,
	PRIMARY KEY (workspace),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE access_role (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	name TEXT NOT NULL,
	name_key TEXT NOT NULL,
	areas TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (workspace, name_key),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE access_user (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	email TEXT NOT NULL,
	email_key TEXT NOT NULL,
	name TEXT NOT NULL,
	role TEXT NOT NULL,
	status TEXT NOT NULL,
	source TEXT NOT NULL,
	window_from BIGINT,
	window_to BIGINT,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	activated_at BIGINT,
	deactivated_at BIGINT,
	role_from TEXT NOT NULL DEFAULT ''::text,
	PRIMARY KEY (id),
	UNIQUE (workspace, email_key),
	FOREIGN KEY (workspace) REFERENCES workspace(number),
	CHECK ((role_from = ANY (ARRAY[''::text, 'attribute'::text, 'mapping'::text, 'default'::text]))),
	CHECK ((source = ANY (ARRAY['VANTA'::text, 'SCIM'::text]))),
	CHECK ((status = ANY (ARRAY['invited'::text, 'active'::text, 'deactivated'::text])))
);
CREATE INDEX access_user_page ON access_user USING btree (workspace, id);
CREATE INDEX access_user_role ON access_user USING btree (workspace, role);

CREATE TABLE account_address (
	workspace BIGINT NOT NULL,
	email_key TEXT NOT NULL,
	touched_at BIGINT NOT NULL,
	PRIMARY KEY (workspace, email_key),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE account_feed (
	workspace BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	item BIGINT NOT NULL,
	stamp TEXT NOT NULL,
	PRIMARY KEY (workspace, definition, item),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE account_owner (
	definition BIGINT NOT NULL,
	item BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	kind TEXT NOT NULL,
	person TEXT,
	name TEXT NOT NULL,
	email TEXT NOT NULL,
	how TEXT NOT NULL,
	linked_at BIGINT NOT NULL,
	linked_by TEXT NOT NULL,
	PRIMARY KEY (definition, item),
	FOREIGN KEY (workspace) REFERENCES workspace(number),
	CHECK ((how = ANY (ARRAY['email'::text, 'hand'::text]))),
	CHECK ((kind = ANY (ARRAY['none'::text, 'person'::text, 'external'::text, 'service'::text])))
);
CREATE INDEX account_owner_person ON account_owner USING btree (workspace, person);

CREATE TABLE account_record (
	definition BIGINT NOT NULL,
	item BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	facet BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	left_at BIGINT,
	unique_id TEXT NOT NULL,
	display_name TEXT NOT NULL,
	full_name TEXT NOT NULL,
	account_name TEXT NOT NULL,
	email TEXT NOT NULL,
	email_key TEXT NOT NULL,
	external_url TEXT NOT NULL,
	role_description TEXT NOT NULL,
	auth_method TEXT NOT NULL,
	mfa_enabled BOOLEAN,
	made_at BIGINT,
	deactivated_at BIGINT,
	last_login_at BIGINT,
	PRIMARY KEY (definition, item)
);
CREATE INDEX account_record_email ON account_record USING btree (workspace, email_key);
CREATE INDEX account_record_facet ON account_record USING btree (definition, facet, item);

CREATE TABLE account_record_tally (
	workspace BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	facet BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	PRIMARY KEY (workspace, definition, facet)
);

CREATE TABLE account_word (
	workspace BIGINT NOT NULL,
	word BYTEA NOT NULL,
	definition BIGINT NOT NULL,
	item BIGINT NOT NULL,
	PRIMARY KEY (workspace, word, definition, item)
);

CREATE TABLE assessment_builtin (
	definition BIGINT NOT NULL,
	builtin TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	test BIGINT NOT NULL,
	made_at BIGINT NOT NULL,
	PRIMARY KEY (definition, builtin),
	FOREIGN KEY (definition) REFERENCES resource_definition(number),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE assessment_day (
	test BIGINT NOT NULL,
	day BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	passing BIGINT NOT NULL,
	failing BIGINT NOT NULL,
	in_progress BIGINT NOT NULL,
	deactivated BIGINT NOT NULL,
	out_of_scope BIGINT NOT NULL,
	status TEXT NOT NULL,
	began BIGINT NOT NULL,
	ended BIGINT NOT NULL,
	PRIMARY KEY (test, day)
);

CREATE TABLE assessment_decision (
	test BIGINT NOT NULL,
	version BIGINT NOT NULL,
	part TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	PRIMARY KEY (test, version, part),
	FOREIGN KEY (test) REFERENCES assessment_test(number)
);
CREATE INDEX assessment_decision_workspace ON assessment_decision USING btree (workspace);

CREATE TABLE assessment_exception (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	test BIGINT NOT NULL,
	item BIGINT,
	entity TEXT NOT NULL,
	name TEXT NOT NULL,
	clause TEXT,
	reason TEXT NOT NULL,
	until BIGINT,
	state TEXT NOT NULL,
	actor TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	decided_by TEXT NOT NULL,
	decided_at BIGINT,
	decision TEXT NOT NULL,
	ended_at BIGINT,
	ended_by TEXT NOT NULL,
	applied BIGINT,
	lifted BIGINT,
	file_name TEXT NOT NULL DEFAULT ''::text,
	file_size BIGINT NOT NULL DEFAULT 0,
	file_sha256 TEXT NOT NULL DEFAULT ''::text,
	PRIMARY KEY (id),
	FOREIGN KEY (test) REFERENCES assessment_test(number),
	CHECK ((state = ANY (ARRAY['pending'::text, 'approved'::text, 'declined'::text, 'ended'::text])))
);
CREATE INDEX assessment_exception_list ON assessment_exception USING btree (workspace, id);
CREATE INDEX assessment_exception_state ON assessment_exception USING btree (workspace, state, id);
CREATE INDEX assessment_exception_test ON assessment_exception USING btree (test, id);
CREATE INDEX assessment_exception_until ON assessment_exception USING btree (until) WHERE (state = 'approved'::text);
CREATE UNIQUE INDEX assessment_exception_one ON assessment_exception USING btree (test, item, state) WHERE (state = ANY (ARRAY['approved'::text, 'pending'::text]));

CREATE TABLE assessment_key (
	number BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	fields TEXT NOT NULL,
	since BIGINT,
	PRIMARY KEY (number),
	UNIQUE (definition, fields),
	FOREIGN KEY (definition) REFERENCES resource_definition(number),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE assessment_link (
	workspace BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	ours BIGINT NOT NULL,
	related BIGINT NOT NULL,
	theirs BIGINT NOT NULL,
	PRIMARY KEY (definition, ours, theirs),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX assessment_link_related ON assessment_link USING btree (related);

CREATE TABLE assessment_miss (
	definition BIGINT NOT NULL,
	test BIGINT NOT NULL,
	item BIGINT NOT NULL,
	since BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	comment TEXT NOT NULL,
	actor TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (definition, test, item, since)
);

CREATE TABLE assessment_outcome (
	definition BIGINT NOT NULL,
	test BIGINT NOT NULL,
	item BIGINT NOT NULL,
	from_sync BIGINT NOT NULL,
	to_sync BIGINT,
	workspace BIGINT NOT NULL,
	outcome SMALLINT NOT NULL,
	since BIGINT,
	due BIGINT,
	UNIQUE (definition, test, item, from_sync)
);
CREATE INDEX assessment_outcome_due ON assessment_outcome USING btree (test, due, item) WHERE ((outcome = 2) AND (to_sync IS NULL) AND (due IS NOT NULL));
CREATE INDEX assessment_outcome_due_all ON assessment_outcome USING btree (workspace, due, test, item) WHERE ((outcome = 2) AND (to_sync IS NULL) AND (due IS NOT NULL));
CREATE INDEX assessment_outcome_due_closed ON assessment_outcome USING btree (definition, to_sync, due, test, item) WHERE ((outcome = 2) AND (to_sync IS NOT NULL) AND (due IS NOT NULL));

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

CREATE TABLE assessment_remediation (
	definition BIGINT NOT NULL,
	test BIGINT NOT NULL,
	item BIGINT NOT NULL,
	number BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	since BIGINT NOT NULL,
	due BIGINT NOT NULL,
	ended_at BIGINT NOT NULL,
	ended TEXT NOT NULL,
	result TEXT NOT NULL,
	sla TEXT NOT NULL,
	UNIQUE (definition, test, item, number),
	CHECK ((ended = ANY (ARRAY['fixed'::text, 'gone'::text, 'out_of_scope'::text]))),
	CHECK ((result = ANY (ARRAY['within'::text, 'missed'::text, 'excepted'::text])))
);
CREATE INDEX assessment_remediation_result ON assessment_remediation USING btree (workspace, result, ended_at, test, item, number);
CREATE INDEX assessment_remediation_test ON assessment_remediation USING btree (test, ended_at, item, number);

CREATE TABLE assessment_scoped (
	test BIGINT NOT NULL,
	filter BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	passing BIGINT NOT NULL,
	failing BIGINT NOT NULL,
	in_progress BIGINT NOT NULL,
	deactivated BIGINT NOT NULL,
	out_of_scope BIGINT NOT NULL,
	PRIMARY KEY (filter, test),
	FOREIGN KEY (filter) REFERENCES assessment_test(number),
	FOREIGN KEY (test) REFERENCES assessment_test(number)
);

CREATE TABLE assessment_setting (
	workspace BIGINT NOT NULL,
	approval TEXT NOT NULL,
	PRIMARY KEY (workspace),
	FOREIGN KEY (workspace) REFERENCES workspace(number),
	CHECK ((approval = ANY (ARRAY['none'::text, 'anyone'::text, 'other'::text])))
);

CREATE TABLE assessment_source (
	definition BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	stale BOOLEAN NOT NULL,
	told_at BIGINT NOT NULL,
	PRIMARY KEY (definition)
);

CREATE TABLE assessment_subscriber (
	workspace BIGINT NOT NULL,
	test BIGINT NOT NULL,
	kind TEXT NOT NULL,
	id TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (test, kind, id),
	FOREIGN KEY (test) REFERENCES assessment_test(number),
	CHECK ((kind = ANY (ARRAY['user'::text, 'person'::text])))
);

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
	sla TEXT,
	soonest_due BIGINT,
	within BIGINT NOT NULL DEFAULT 0,
	missed BIGINT NOT NULL DEFAULT 0,
	excepted BIGINT NOT NULL DEFAULT 0,
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
	owner TEXT,
	sla TEXT,
	scope TEXT,
	PRIMARY KEY (number),
	UNIQUE (id),
	UNIQUE (workspace, slug),
	FOREIGN KEY (definition) REFERENCES resource_definition(number),
	FOREIGN KEY (workspace) REFERENCES workspace(number),
	CHECK ((state = ANY (ARRAY['active'::text, 'deactivated'::text, 'archived'::text])))
);
CREATE INDEX assessment_test_definition ON assessment_test USING btree (definition);
CREATE INDEX assessment_test_scope ON assessment_test USING btree (scope) WHERE (scope IS NOT NULL);

CREATE TABLE assessment_told (
	workspace BIGINT NOT NULL,
	test BIGINT NOT NULL,
	item BIGINT NOT NULL,
	since BIGINT NOT NULL,
	kind BIGINT NOT NULL,
	PRIMARY KEY (test, item, since, kind)
);

CREATE TABLE assessment_touch (
	definition BIGINT NOT NULL,
	sync BIGINT NOT NULL,
	item BIGINT NOT NULL,
	item_key BIGINT NOT NULL,
	digest BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	PRIMARY KEY (definition, sync, item, item_key, digest)
);

CREATE TABLE assessment_value (
	item_key BIGINT NOT NULL,
	item BIGINT NOT NULL,
	from_sync BIGINT NOT NULL,
	to_sync BIGINT,
	workspace BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	digest BIGINT NOT NULL,
	UNIQUE (item_key, item, from_sync)
);
CREATE INDEX assessment_value_digest ON assessment_value USING btree (item_key, digest, item);

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

CREATE TABLE assessment_view (
	definition BIGINT NOT NULL,
	related BIGINT NOT NULL,
	from_sync BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	number BIGINT NOT NULL,
	schema_version BIGINT NOT NULL,
	PRIMARY KEY (definition, related, from_sync)
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

CREATE TABLE computer_record (
	definition BIGINT NOT NULL,
	item BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	facet BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	display_name TEXT NOT NULL,
	serial_number TEXT NOT NULL,
	udid TEXT NOT NULL,
	os_version TEXT NOT NULL,
	owner_key TEXT NOT NULL,
	last_check_at BIGINT,
	late_at BIGINT,
	PRIMARY KEY (definition, item)
);
CREATE INDEX computer_record_facet ON computer_record USING btree (definition, facet, item);
CREATE INDEX computer_record_late ON computer_record USING btree (late_at) WHERE (late_at IS NOT NULL);
CREATE INDEX computer_record_owner ON computer_record USING btree (workspace, owner_key);

CREATE TABLE computer_record_tally (
	workspace BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	facet BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	PRIMARY KEY (workspace, definition, facet)
);

CREATE TABLE db_version (
	id INTEGER IDENTITY NOT NULL,
	version_id BIGINT NOT NULL,
	is_applied BOOLEAN NOT NULL,
	tstamp TIMESTAMP WITHOUT TIME ZONE NOT NULL DEFAULT now(),
	PRIMARY KEY (id)
);

CREATE TABLE directory_change (
	workspace BIGINT NOT NULL,
	person TEXT NOT NULL,
	mark TEXT NOT NULL,
	PRIMARY KEY (workspace, person, mark),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE directory_group (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	name TEXT NOT NULL,
	name_key TEXT NOT NULL,
	source TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (workspace, name_key),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX directory_group_list ON directory_group USING btree (workspace, id);

CREATE TABLE directory_leave (
	workspace BIGINT NOT NULL,
	person TEXT NOT NULL,
	start_date BIGINT NOT NULL,
	end_date BIGINT,
	PRIMARY KEY (person, start_date),
	FOREIGN KEY (person) REFERENCES directory_person(id),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX directory_leave_start ON directory_leave USING btree (workspace, start_date, end_date, person);

CREATE TABLE directory_member (
	workspace BIGINT NOT NULL,
	grp TEXT NOT NULL,
	person TEXT NOT NULL,
	source TEXT NOT NULL,
	joined_at BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (workspace, grp, person),
	FOREIGN KEY (grp) REFERENCES directory_group(id),
	FOREIGN KEY (person) REFERENCES directory_person(id),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX directory_member_person ON directory_member USING btree (person, grp, workspace);

CREATE TABLE directory_person (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	email TEXT NOT NULL,
	email_key TEXT NOT NULL,
	first TEXT NOT NULL,
	last TEXT NOT NULL,
	display TEXT NOT NULL,
	job_title TEXT NOT NULL,
	start_date BIGINT,
	end_date BIGINT,
	inactive_at BIGINT,
	not_person BOOLEAN NOT NULL,
	not_person_reason TEXT NOT NULL,
	sources TEXT NOT NULL,
	departed BOOLEAN NOT NULL,
	leaves_at BIGINT,
	offboarded_at BIGINT,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (email_key, workspace),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX directory_person_leaving ON directory_person USING btree (leaves_at) WHERE (leaves_at IS NOT NULL);
CREATE INDEX directory_person_list ON directory_person USING btree (workspace, id, not_person, end_date, start_date, inactive_at);
CREATE INDEX directory_person_unacknowledged ON directory_person USING btree (workspace, id) WHERE (offboarded_at IS NULL);

CREATE TABLE directory_turn (
	person TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (person),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX directory_turn_at ON directory_turn USING btree (at);

CREATE TABLE directory_word (
	workspace BIGINT NOT NULL,
	word BYTEA NOT NULL,
	person TEXT NOT NULL,
	PRIMARY KEY (workspace, word, person),
	FOREIGN KEY (person) REFERENCES directory_person(id),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX directory_word_person ON directory_word USING btree (person);

CREATE TABLE document_document (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	title TEXT NOT NULL,
	description TEXT NOT NULL,
	category TEXT NOT NULL,
	time_sensitivity TEXT NOT NULL,
	cadence TEXT NOT NULL,
	reminder TEXT NOT NULL,
	sensitive BOOLEAN NOT NULL,
	owner TEXT,
	note TEXT NOT NULL,
	deactivated_at BIGINT,
	deactivated_until BIGINT,
	deactivated_reason TEXT NOT NULL,
	evidence_at BIGINT,
	status_at BIGINT NOT NULL,
	due_at BIGINT,
	soon_at BIGINT,
	told TEXT NOT NULL,
	next_at BIGINT,
	submitted_at BIGINT,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX document_document_next ON document_document USING btree (next_at) WHERE (next_at IS NOT NULL);
CREATE INDEX document_document_workspace ON document_document USING btree (workspace, id);

CREATE TABLE document_link (
	id TEXT NOT NULL,
	document TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	url TEXT NOT NULL,
	title TEXT NOT NULL,
	description TEXT NOT NULL,
	effective_at BIGINT,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY (document) REFERENCES document_document(id) ON DELETE CASCADE
);
CREATE INDEX document_link_document ON document_link USING btree (document, id);

CREATE TABLE document_upload (
	id TEXT NOT NULL,
	document TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	file_name TEXT,
	title TEXT NOT NULL,
	description TEXT,
	mime_type TEXT NOT NULL,
	sha256 TEXT NOT NULL,
	size BIGINT NOT NULL,
	by_type TEXT NOT NULL,
	by_id TEXT NOT NULL,
	effective_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	deleted_at BIGINT,
	PRIMARY KEY (id),
	FOREIGN KEY (document) REFERENCES document_document(id) ON DELETE CASCADE
);
CREATE INDEX document_upload_document ON document_upload USING btree (document, id);

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
	action TEXT,
	actor_kind TEXT,
	actor_id TEXT,
	subject_kind TEXT,
	subject_id TEXT,
	names TEXT,
	PRIMARY KEY (id)
);
CREATE INDEX evidence_entry_actor ON evidence_entry USING btree (workspace, actor_id, id) WHERE (kind <> 'sync'::text);
CREATE INDEX evidence_entry_bare ON evidence_entry USING btree (id) WHERE (action IS NULL);
CREATE INDEX evidence_entry_kind ON evidence_entry USING btree (workspace, kind, id) WHERE (kind <> 'sync'::text);
CREATE INDEX evidence_entry_subject ON evidence_entry USING btree (workspace, subject_id, id) WHERE (kind <> 'sync'::text);
CREATE INDEX evidence_entry_sync ON evidence_entry USING btree (workspace, id) WHERE (kind = 'sync'::text);
CREATE INDEX evidence_entry_sync_subject ON evidence_entry USING btree (workspace, subject_id, id) WHERE (kind = 'sync'::text);
CREATE INDEX evidence_entry_trail ON evidence_entry USING btree (workspace, id) WHERE (kind <> 'sync'::text);
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

CREATE TABLE evidence_target (
	workspace BIGINT NOT NULL,
	target TEXT NOT NULL,
	entry TEXT NOT NULL,
	kind TEXT NOT NULL,
	PRIMARY KEY (workspace, target, entry)
);

CREATE TABLE integration_definition (
	definition BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	touched BIGINT NOT NULL,
	PRIMARY KEY (definition),
	FOREIGN KEY (definition) REFERENCES resource_definition(number),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE integration_record (
	definition BIGINT NOT NULL,
	item BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	facet BIGINT NOT NULL,
	description TEXT NOT NULL,
	owner TEXT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (definition, item)
);
CREATE INDEX integration_record_facet ON integration_record USING btree (definition, facet, item);

CREATE TABLE integration_record_tally (
	workspace BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	facet BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	PRIMARY KEY (workspace, definition, facet)
);

CREATE TABLE jobs_lease (
	name TEXT NOT NULL,
	owner TEXT NOT NULL,
	until BIGINT NOT NULL,
	PRIMARY KEY (name)
);

CREATE TABLE mapping_definition (
	definition BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	kind TEXT NOT NULL,
	document TEXT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (definition),
	FOREIGN KEY (definition) REFERENCES resource_definition(number),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX mapping_definition_workspace ON mapping_definition USING btree (workspace, definition);

CREATE TABLE notify_batch (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	medium TEXT NOT NULL,
	kind TEXT NOT NULL,
	recipient TEXT NOT NULL,
	timing TEXT NOT NULL,
	state TEXT NOT NULL,
	lines BIGINT NOT NULL,
	opened_at BIGINT NOT NULL,
	ready_at BIGINT,
	next_at BIGINT,
	tries BIGINT NOT NULL,
	ended_at BIGINT,
	error TEXT NOT NULL,
	sent_to TEXT NOT NULL,
	subject TEXT NOT NULL,
	content TEXT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX notify_batch_ended ON notify_batch USING btree (ended_at) WHERE (ended_at IS NOT NULL);
CREATE INDEX notify_batch_next ON notify_batch USING btree (medium, next_at) WHERE (next_at IS NOT NULL);
CREATE INDEX notify_batch_workspace ON notify_batch USING btree (workspace, id);
CREATE UNIQUE INDEX notify_batch_open ON notify_batch USING btree (workspace, medium, kind, recipient, timing) WHERE (state = 'open'::text);

CREATE TABLE notify_channel (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	owner TEXT NOT NULL,
	name TEXT NOT NULL,
	sealed TEXT NOT NULL,
	hint TEXT NOT NULL,
	choices TEXT NOT NULL,
	tests TEXT NOT NULL,
	off_at BIGINT,
	off_because TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX notify_channel_workspace ON notify_channel USING btree (workspace, owner);

CREATE TABLE notify_cursor (
	workspace BIGINT NOT NULL,
	position BIGINT NOT NULL,
	part BIGINT NOT NULL,
	since BIGINT NOT NULL,
	PRIMARY KEY (workspace),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE notify_follow (
	workspace BIGINT NOT NULL,
	test TEXT NOT NULL,
	usr TEXT NOT NULL,
	choice TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (workspace, test, usr),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX notify_follow_usr ON notify_follow USING btree (workspace, usr);

CREATE TABLE notify_line (
	batch TEXT NOT NULL,
	place TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	position BIGINT NOT NULL,
	line TEXT NOT NULL,
	PRIMARY KEY (batch, place),
	FOREIGN KEY (batch) REFERENCES notify_batch(id),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE notify_preference (
	workspace BIGINT NOT NULL,
	kind TEXT NOT NULL,
	id TEXT NOT NULL,
	mail TEXT NOT NULL,
	mail_off BOOLEAN NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (workspace, kind, id),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE notify_setting (
	workspace BIGINT NOT NULL,
	window_ms BIGINT NOT NULL,
	digest_hour BIGINT NOT NULL,
	choices TEXT NOT NULL,
	PRIMARY KEY (workspace),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE notify_told (
	workspace BIGINT NOT NULL,
	episode TEXT NOT NULL,
	told_at BIGINT NOT NULL,
	size BIGINT NOT NULL,
	PRIMARY KEY (workspace, episode),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
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
	description TEXT NOT NULL DEFAULT ''::text,
	origin TEXT,
	PRIMARY KEY (id),
	UNIQUE (client_id),
	FOREIGN KEY (origin) REFERENCES oauth_application(id),
	FOREIGN KEY (workspace) REFERENCES workspace(number),
	CHECK ((distribution = ANY (ARRAY['private'::text, 'public'::text]))),
	CHECK ((type = ANY (ARRAY['build'::text, 'manage'::text, 'audit'::text])))
);
CREATE INDEX oauth_application_origin ON oauth_application USING btree (origin) WHERE (origin IS NOT NULL);
CREATE UNIQUE INDEX oauth_application_installed ON oauth_application USING btree (workspace, origin) WHERE ((origin IS NOT NULL) AND (deleted_at IS NULL));
CREATE UNIQUE INDEX oauth_application_name ON oauth_application USING btree (workspace, name_key) WHERE (deleted_at IS NULL);

CREATE TABLE oauth_code (
	hash BYTEA NOT NULL,
	workspace BIGINT NOT NULL,
	application TEXT NOT NULL,
	origin TEXT NOT NULL,
	redirect_uri TEXT NOT NULL,
	source TEXT NOT NULL,
	scopes TEXT NOT NULL,
	challenge TEXT NOT NULL,
	family TEXT NOT NULL,
	allowed_by TEXT NOT NULL,
	allowed_by_name TEXT NOT NULL,
	uses BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (hash),
	FOREIGN KEY (application) REFERENCES oauth_application(id),
	FOREIGN KEY (origin) REFERENCES oauth_application(id),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX oauth_code_expires ON oauth_code USING btree (expires_at);

CREATE TABLE oauth_connection (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	application TEXT NOT NULL,
	source TEXT NOT NULL,
	state TEXT NOT NULL,
	reason TEXT NOT NULL,
	ended_by TEXT NOT NULL,
	family TEXT NOT NULL,
	generation BIGINT NOT NULL,
	scopes TEXT NOT NULL,
	allowed_by TEXT NOT NULL,
	allowed_by_name TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	connected_at BIGINT NOT NULL,
	refreshed_at BIGINT NOT NULL,
	used_at BIGINT,
	disconnected_at BIGINT,
	PRIMARY KEY (id),
	UNIQUE (application, source),
	FOREIGN KEY (application) REFERENCES oauth_application(id),
	FOREIGN KEY (workspace) REFERENCES workspace(number),
	CHECK ((state = ANY (ARRAY['connected'::text, 'disconnected'::text])))
);

CREATE TABLE oauth_refresh (
	hash BYTEA NOT NULL,
	workspace BIGINT NOT NULL,
	connection TEXT NOT NULL,
	family TEXT NOT NULL,
	generation BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	ends_at BIGINT,
	revoked_at BIGINT,
	PRIMARY KEY (hash),
	FOREIGN KEY (connection) REFERENCES oauth_connection(id),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX oauth_refresh_standing ON oauth_refresh USING btree (connection, generation) WHERE (revoked_at IS NULL);

CREATE TABLE oauth_request (
	hash BYTEA NOT NULL,
	workspace BIGINT NOT NULL,
	session TEXT NOT NULL,
	application TEXT NOT NULL,
	redirect_uri TEXT NOT NULL,
	state TEXT NOT NULL,
	source TEXT NOT NULL,
	scopes TEXT NOT NULL,
	challenge TEXT NOT NULL,
	shown BYTEA NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (hash),
	FOREIGN KEY (application) REFERENCES oauth_application(id),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX oauth_request_expires ON oauth_request USING btree (expires_at);

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

CREATE TABLE passkey_challenge (
	hash BYTEA NOT NULL,
	kind TEXT NOT NULL,
	workspace BIGINT,
	user_id TEXT,
	wanted TEXT NOT NULL,
	session TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (hash),
	FOREIGN KEY (user_id) REFERENCES access_user(id) ON DELETE CASCADE,
	FOREIGN KEY (workspace) REFERENCES workspace(number),
	CHECK ((kind = ANY (ARRAY['register'::text, 'sign-in'::text])))
);
CREATE INDEX passkey_challenge_kind ON passkey_challenge USING btree (kind, created_at);
CREATE INDEX passkey_challenge_user ON passkey_challenge USING btree (user_id, created_at);

CREATE TABLE passkey_credential (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	user_id TEXT NOT NULL,
	handle TEXT NOT NULL,
	name TEXT NOT NULL,
	credential TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	last_used_at BIGINT,
	PRIMARY KEY (id),
	UNIQUE (handle),
	FOREIGN KEY (user_id) REFERENCES access_user(id) ON DELETE CASCADE,
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX passkey_credential_user ON passkey_credential USING btree (user_id, id);

CREATE TABLE policy_acceptance (
	policy TEXT NOT NULL,
	person TEXT NOT NULL,
	number BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	sha256 TEXT NOT NULL,
	accepted_at BIGINT NOT NULL,
	recorded_by TEXT NOT NULL,
	reason TEXT NOT NULL,
	PRIMARY KEY (policy, person, number),
	FOREIGN KEY (policy) REFERENCES policy_policy(id),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX policy_acceptance_person ON policy_acceptance USING btree (person, policy, number);

CREATE TABLE policy_group (
	policy TEXT NOT NULL,
	grp TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	added_at BIGINT NOT NULL,
	PRIMARY KEY (policy, grp),
	FOREIGN KEY (policy) REFERENCES policy_policy(id),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX policy_group_grp ON policy_group USING btree (grp, policy);

CREATE TABLE policy_policy (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	slug TEXT NOT NULL,
	document TEXT NOT NULL,
	accept_ms BIGINT NOT NULL,
	asked_number BIGINT NOT NULL,
	asked_at BIGINT NOT NULL,
	version BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (workspace, slug),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE policy_version (
	policy TEXT NOT NULL,
	number BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	status TEXT NOT NULL,
	minor BOOLEAN NOT NULL,
	changes TEXT NOT NULL,
	text TEXT NOT NULL,
	file_name TEXT NOT NULL,
	size BIGINT NOT NULL,
	sha256 TEXT NOT NULL,
	author_id TEXT NOT NULL,
	author_name TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	submitted_at BIGINT,
	approved_at BIGINT,
	approved_by TEXT NOT NULL,
	PRIMARY KEY (policy, number),
	FOREIGN KEY (policy) REFERENCES policy_policy(id),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE program_control (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	external_id TEXT NOT NULL,
	external_key TEXT NOT NULL,
	library TEXT,
	name TEXT NOT NULL,
	description TEXT NOT NULL,
	domains TEXT NOT NULL,
	owner TEXT,
	role TEXT NOT NULL,
	note TEXT NOT NULL,
	fields TEXT NOT NULL,
	effective_at BIGINT,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (workspace, external_key),
	UNIQUE (workspace, library),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX program_control_list ON program_control USING btree (workspace, id);

CREATE TABLE program_document (
	workspace BIGINT NOT NULL,
	control TEXT NOT NULL,
	document TEXT NOT NULL,
	PRIMARY KEY (workspace, control, document),
	FOREIGN KEY (control) REFERENCES program_control(id),
	FOREIGN KEY (document) REFERENCES document_document(id)
);
CREATE INDEX program_document_control ON program_document USING btree (control);
CREATE INDEX program_document_document ON program_document USING btree (document);

CREATE TABLE program_framework (
	workspace BIGINT NOT NULL,
	slug TEXT NOT NULL,
	custom BOOLEAN NOT NULL,
	document TEXT NOT NULL,
	revision TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (workspace, slug),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE program_mapping (
	workspace BIGINT NOT NULL,
	framework TEXT NOT NULL,
	requirement TEXT NOT NULL,
	control TEXT NOT NULL,
	PRIMARY KEY (workspace, framework, requirement, control),
	FOREIGN KEY (control) REFERENCES program_control(id)
);
CREATE INDEX program_mapping_control ON program_mapping USING btree (control, framework);
CREATE INDEX program_mapping_requirement ON program_mapping USING btree (workspace, requirement);

CREATE TABLE program_scope (
	workspace BIGINT NOT NULL,
	framework TEXT NOT NULL,
	scope TEXT NOT NULL,
	PRIMARY KEY (workspace, framework),
	FOREIGN KEY (scope) REFERENCES scope_scope(id)
);
CREATE INDEX program_scope_scope ON program_scope USING btree (scope);

CREATE TABLE program_test (
	workspace BIGINT NOT NULL,
	control TEXT NOT NULL,
	test BIGINT NOT NULL,
	PRIMARY KEY (workspace, control, test),
	FOREIGN KEY (control) REFERENCES program_control(id),
	FOREIGN KEY (test) REFERENCES assessment_test(number)
);
CREATE INDEX program_test_test ON program_test USING btree (test);

CREATE TABLE program_workspace (
	workspace BIGINT NOT NULL,
	furnished_at BIGINT NOT NULL,
	PRIMARY KEY (workspace),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE resource_behind (
	definition BIGINT NOT NULL,
	view_name TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	raised BIGINT NOT NULL DEFAULT 1,
	PRIMARY KEY (definition, view_name),
	FOREIGN KEY (definition) REFERENCES resource_definition(number)
);

CREATE TABLE resource_day (
	definition BIGINT NOT NULL,
	day BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	pushes BIGINT NOT NULL,
	failed BIGINT NOT NULL,
	received BIGINT NOT NULL,
	rejected BIGINT NOT NULL,
	changed BIGINT NOT NULL,
	last_at BIGINT NOT NULL,
	PRIMARY KEY (definition, day)
);

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
	origin TEXT NOT NULL DEFAULT ''::text,
	PRIMARY KEY (number),
	UNIQUE (application, name_key),
	UNIQUE (id),
	FOREIGN KEY (application) REFERENCES oauth_application(id),
	FOREIGN KEY (workspace) REFERENCES workspace(number),
	CHECK ((handling = ANY (ARRAY[''::text, 'lenient'::text, 'strict'::text])))
);
CREATE UNIQUE INDEX resource_definition_origin ON resource_definition USING btree (origin, application) WHERE (origin <> ''::text);

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
	PRIMARY KEY (definition),
	FOREIGN KEY (definition) REFERENCES resource_definition(number)
);

CREATE TABLE resource_installation (
	application TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	origin TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (application),
	FOREIGN KEY (application) REFERENCES oauth_application(id),
	FOREIGN KEY (origin) REFERENCES oauth_application(id),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX resource_installation_origin ON resource_installation USING btree (origin);

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
CREATE INDEX resource_record_ended ON resource_record USING btree (definition, to_sync, item) WHERE (to_sync IS NOT NULL);

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

CREATE TABLE resource_source (
	definition BIGINT NOT NULL,
	source TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	current BIGINT NOT NULL,
	ended_at BIGINT NOT NULL,
	held BIGINT NOT NULL,
	held_digest TEXT NOT NULL,
	held_since BIGINT NOT NULL,
	held_times BIGINT NOT NULL,
	last_push TEXT NOT NULL,
	last_push_at BIGINT NOT NULL,
	refusal TEXT NOT NULL,
	PRIMARY KEY (definition, source),
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
	CHECK ((cause = ANY (ARRAY['push'::text, 'disconnect'::text, 'rule'::text, 'exception'::text, 'link'::text, 'time'::text, 'rerun'::text])))
);
CREATE INDEX resource_sync_time ON resource_sync USING btree (definition, committed_at);

CREATE TABLE review_item (
	review TEXT NOT NULL,
	number BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	item BIGINT NOT NULL,
	account TEXT NOT NULL,
	state BIGINT NOT NULL,
	frozen TEXT NOT NULL,
	reason TEXT NOT NULL,
	decided_at BIGINT,
	decided_by TEXT NOT NULL,
	own BOOLEAN NOT NULL,
	due_at BIGINT,
	gone_at BIGINT,
	PRIMARY KEY (review, number),
	FOREIGN KEY (review) REFERENCES review_review(id) ON DELETE CASCADE
);
CREATE INDEX review_item_place ON review_item USING btree (definition, item);
CREATE INDEX review_item_state ON review_item USING btree (review, definition, state, number);
CREATE UNIQUE INDEX review_item_account ON review_item USING btree (review, definition, item);

CREATE TABLE review_item_tally (
	review TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	state BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	PRIMARY KEY (review, definition, state),
	FOREIGN KEY (review) REFERENCES review_review(id) ON DELETE CASCADE
);

CREATE TABLE review_review (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	name TEXT NOT NULL,
	description TEXT NOT NULL,
	state TEXT NOT NULL,
	due_at BIGINT,
	created_at BIGINT NOT NULL,
	created_by TEXT NOT NULL,
	started_at BIGINT,
	started_by TEXT NOT NULL,
	ended_at BIGINT,
	ended_by TEXT NOT NULL,
	token TEXT NOT NULL,
	token_until BIGINT NOT NULL,
	version BIGINT NOT NULL,
	told TEXT NOT NULL DEFAULT ''::text,
	PRIMARY KEY (id),
	FOREIGN KEY (workspace) REFERENCES workspace(number),
	CHECK ((state = ANY (ARRAY['draft'::text, 'starting'::text, 'started'::text, 'completed'::text, 'cancelled'::text])))
);
CREATE INDEX review_review_due ON review_review USING btree (due_at) WHERE ((state = 'started'::text) AND (due_at IS NOT NULL) AND (told <> 'overdue'::text));
CREATE INDEX review_review_workspace ON review_review USING btree (workspace, id);

CREATE TABLE review_system (
	review TEXT NOT NULL,
	definition BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	reviewer TEXT NOT NULL,
	PRIMARY KEY (review, definition),
	FOREIGN KEY (review) REFERENCES review_review(id) ON DELETE CASCADE
);
CREATE INDEX review_system_reviewer ON review_system USING btree (workspace, reviewer, review);

CREATE TABLE review_turn (
	workspace BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	item BIGINT NOT NULL,
	stamp TEXT NOT NULL,
	PRIMARY KEY (workspace, definition, item)
);

CREATE TABLE scim_assertion (
	client TEXT NOT NULL,
	jti BYTEA NOT NULL,
	workspace BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (client, jti),
	FOREIGN KEY (client) REFERENCES scim_client(id) ON DELETE CASCADE,
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE scim_client (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	directory BIGINT NOT NULL,
	name TEXT NOT NULL,
	public_keys TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	last_used_at BIGINT,
	PRIMARY KEY (id),
	FOREIGN KEY (directory) REFERENCES scim_directory(number),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX scim_client_directory ON scim_client USING btree (directory);

CREATE TABLE scim_day (
	directory BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	day BIGINT NOT NULL,
	requests BIGINT NOT NULL,
	failed BIGINT NOT NULL,
	PRIMARY KEY (directory, day),
	FOREIGN KEY (directory) REFERENCES scim_directory(number),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE scim_directory (
	number BIGINT NOT NULL,
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	name TEXT NOT NULL,
	name_key TEXT NOT NULL,
	provider TEXT NOT NULL,
	state TEXT NOT NULL,
	strict BOOLEAN NOT NULL,
	role_attribute TEXT NOT NULL,
	default_role TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	linked_at BIGINT,
	alerted_at BIGINT,
	learned BIGINT NOT NULL,
	settling TEXT,
	deleted_at BIGINT,
	erred_at BIGINT,
	edition BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (number),
	UNIQUE (id),
	FOREIGN KEY (workspace) REFERENCES workspace(number),
	CHECK ((provider = ANY (ARRAY['okta'::text, 'entra'::text, 'jumpcloud'::text, 'onelogin'::text, 'google'::text, 'generic'::text]))),
	CHECK ((state = ANY (ARRAY['validating'::text, 'linked'::text, 'unlinked'::text, 'invalid_credentials'::text, 'deleting'::text])))
);
CREATE UNIQUE INDEX scim_directory_name ON scim_directory USING btree (workspace, name_key) WHERE (deleted_at IS NULL);

CREATE TABLE scim_learned (
	directory BIGINT NOT NULL,
	type TEXT NOT NULL,
	name TEXT NOT NULL,
	position BIGINT NOT NULL,
	form TEXT NOT NULL,
	PRIMARY KEY (directory, type, name),
	FOREIGN KEY (directory) REFERENCES scim_directory(number)
);

CREATE TABLE scim_link (
	hash BYTEA NOT NULL,
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	directory BIGINT NOT NULL,
	created_by TEXT NOT NULL,
	maker_kind TEXT NOT NULL,
	maker TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	opened_at BIGINT,
	session BYTEA,
	names_attribute BOOLEAN NOT NULL DEFAULT true,
	PRIMARY KEY (hash),
	UNIQUE (id),
	FOREIGN KEY (directory) REFERENCES scim_directory(number),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE UNIQUE INDEX scim_link_session ON scim_link USING btree (session) WHERE (session IS NOT NULL);

CREATE TABLE scim_mapping (
	directory BIGINT NOT NULL,
	position BIGINT NOT NULL,
	grp TEXT NOT NULL,
	role TEXT NOT NULL,
	PRIMARY KEY (directory, grp),
	FOREIGN KEY (directory) REFERENCES scim_directory(number),
	FOREIGN KEY (grp) REFERENCES scim_resource(id) ON DELETE CASCADE
);

CREATE TABLE scim_member (
	grp TEXT NOT NULL,
	value TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	display TEXT NOT NULL,
	PRIMARY KEY (grp, value),
	FOREIGN KEY (grp) REFERENCES scim_resource(id) ON DELETE CASCADE,
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX scim_member_value ON scim_member USING btree (value, grp);

CREATE TABLE scim_released (
	account TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	released_at BIGINT NOT NULL,
	PRIMARY KEY (account),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE scim_request (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	directory BIGINT NOT NULL,
	at BIGINT NOT NULL,
	method TEXT NOT NULL,
	path TEXT NOT NULL,
	status BIGINT NOT NULL,
	took BIGINT NOT NULL,
	address TEXT NOT NULL,
	agent TEXT NOT NULL,
	subject TEXT NOT NULL,
	resource TEXT NOT NULL,
	words TEXT NOT NULL,
	problem TEXT NOT NULL,
	sent TEXT NOT NULL,
	answered TEXT NOT NULL,
	replay_of TEXT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY (directory) REFERENCES scim_directory(number),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX scim_request_list ON scim_request USING btree (directory, id);
CREATE INDEX scim_request_resource ON scim_request USING btree (resource, id) WHERE (resource <> ''::text);

CREATE TABLE scim_resource (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	directory BIGINT NOT NULL,
	type TEXT NOT NULL,
	name_key TEXT NOT NULL,
	external_id TEXT NOT NULL,
	document TEXT NOT NULL,
	version BIGINT NOT NULL,
	active BOOLEAN NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	deactivated_at BIGINT,
	follower TEXT NOT NULL,
	account TEXT NOT NULL,
	role TEXT NOT NULL,
	grounds TEXT NOT NULL DEFAULT ''::text,
	PRIMARY KEY (id),
	UNIQUE (directory, type, name_key),
	FOREIGN KEY (directory) REFERENCES scim_directory(number),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX scim_resource_account ON scim_resource USING btree (account) WHERE (account <> ''::text);
CREATE INDEX scim_resource_departure ON scim_resource USING btree (directory, deactivated_at) WHERE (deactivated_at IS NOT NULL);
CREATE INDEX scim_resource_external ON scim_resource USING btree (directory, type, external_id) WHERE (external_id <> ''::text);
CREATE INDEX scim_resource_follower ON scim_resource USING btree (follower) WHERE (follower <> ''::text);
CREATE INDEX scim_resource_list ON scim_resource USING btree (directory, ((type || ''::text)), id);

CREATE TABLE scim_secret (
	hash BYTEA NOT NULL,
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	client TEXT NOT NULL,
	hint TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT,
	last_used_at BIGINT,
	PRIMARY KEY (hash),
	UNIQUE (id),
	FOREIGN KEY (client) REFERENCES scim_client(id) ON DELETE CASCADE,
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX scim_secret_client ON scim_secret USING btree (client);

CREATE TABLE scim_step (
	directory BIGINT NOT NULL,
	step TEXT NOT NULL,
	done_at BIGINT NOT NULL,
	PRIMARY KEY (directory, step),
	FOREIGN KEY (directory) REFERENCES scim_directory(number)
);

CREATE TABLE scim_token (
	hash BYTEA NOT NULL,
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	directory BIGINT NOT NULL,
	hint TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT,
	last_used_at BIGINT,
	revoked_at BIGINT,
	client TEXT,
	secret TEXT,
	PRIMARY KEY (hash),
	UNIQUE (id),
	FOREIGN KEY (client) REFERENCES scim_client(id) ON DELETE CASCADE,
	FOREIGN KEY (directory) REFERENCES scim_directory(number),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX scim_token_client ON scim_token USING btree (client, id) WHERE (client IS NOT NULL);
CREATE INDEX scim_token_directory ON scim_token USING btree (directory);

CREATE TABLE scim_tolerance (
	directory BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	tolerance TEXT NOT NULL,
	count BIGINT NOT NULL,
	last_at BIGINT NOT NULL,
	PRIMARY KEY (directory, tolerance),
	FOREIGN KEY (directory) REFERENCES scim_directory(number),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE scim_value (
	directory BIGINT NOT NULL,
	path TEXT NOT NULL,
	name_key TEXT NOT NULL,
	resource TEXT NOT NULL,
	PRIMARY KEY (directory, path, name_key, resource),
	FOREIGN KEY (resource) REFERENCES scim_resource(id) ON DELETE CASCADE
);
CREATE INDEX scim_value_resource ON scim_value USING btree (resource);

CREATE TABLE scim_warning (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	directory BIGINT NOT NULL,
	kind TEXT NOT NULL,
	subject TEXT NOT NULL,
	message TEXT NOT NULL,
	count BIGINT NOT NULL,
	first_at BIGINT NOT NULL,
	last_at BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (directory, kind, subject),
	FOREIGN KEY (directory) REFERENCES scim_directory(number),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE scope_scope (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	slug TEXT NOT NULL,
	document TEXT NOT NULL,
	version BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (workspace, slug)
);

CREATE TABLE signin_attempt (
	subject TEXT NOT NULL,
	count BIGINT NOT NULL,
	since BIGINT NOT NULL,
	PRIMARY KEY (subject)
);
CREATE INDEX signin_attempt_since ON signin_attempt USING btree (since);

CREATE TABLE signin_guard (
	user_id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	changes BIGINT NOT NULL,
	PRIMARY KEY (user_id),
	FOREIGN KEY (user_id) REFERENCES access_user(id) ON DELETE CASCADE,
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE signin_link (
	id TEXT NOT NULL,
	hash BYTEA NOT NULL,
	kind TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	user_id TEXT,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	used_at BIGINT,
	token TEXT NOT NULL,
	tries BIGINT NOT NULL,
	try_at BIGINT,
	PRIMARY KEY (id),
	UNIQUE (hash),
	FOREIGN KEY (user_id) REFERENCES access_user(id) ON DELETE CASCADE,
	FOREIGN KEY (workspace) REFERENCES workspace(number),
	CHECK ((kind = ANY (ARRAY['setup'::text, 'invitation'::text, 'magic_link'::text, 'reset'::text])))
);
CREATE INDEX signin_link_due ON signin_link USING btree (try_at) WHERE (try_at IS NOT NULL);
CREATE INDEX signin_link_user ON signin_link USING btree (user_id);

CREATE TABLE signin_password (
	user_id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	hash TEXT NOT NULL,
	changed_at BIGINT NOT NULL,
	PRIMARY KEY (user_id),
	FOREIGN KEY (user_id) REFERENCES access_user(id) ON DELETE CASCADE,
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE signin_recovery (
	hash BYTEA NOT NULL,
	workspace BIGINT NOT NULL,
	user_id TEXT NOT NULL,
	used_at BIGINT,
	PRIMARY KEY (hash),
	FOREIGN KEY (user_id) REFERENCES access_user(id) ON DELETE CASCADE,
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX signin_recovery_user ON signin_recovery USING btree (user_id);

CREATE TABLE signin_session (
	id TEXT NOT NULL,
	hash BYTEA,
	workspace BIGINT NOT NULL,
	user_id TEXT NOT NULL,
	browser TEXT NOT NULL,
	method TEXT NOT NULL,
	provider TEXT NOT NULL,
	address TEXT NOT NULL,
	agent TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	proved_at BIGINT NOT NULL,
	seen_at BIGINT NOT NULL,
	idle BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	ended_at BIGINT,
	PRIMARY KEY (id),
	UNIQUE (hash),
	FOREIGN KEY (user_id) REFERENCES access_user(id) ON DELETE CASCADE,
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX signin_session_address ON signin_session USING btree (user_id, address);
CREATE INDEX signin_session_browser ON signin_session USING btree (browser);
CREATE INDEX signin_session_user ON signin_session USING btree (user_id, id);

CREATE TABLE signin_setting (
	workspace BIGINT NOT NULL,
	password BOOLEAN NOT NULL,
	passkey BOOLEAN NOT NULL,
	magic_link BOOLEAN NOT NULL,
	oidc BOOLEAN NOT NULL,
	saml BOOLEAN NOT NULL,
	idle BIGINT NOT NULL,
	lifetime BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (workspace),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE signin_step (
	hash BYTEA NOT NULL,
	workspace BIGINT NOT NULL,
	user_id TEXT NOT NULL,
	method TEXT NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (hash),
	FOREIGN KEY (user_id) REFERENCES access_user(id) ON DELETE CASCADE,
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE signin_totp (
	user_id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	secret TEXT NOT NULL,
	last_step BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	confirmed_at BIGINT,
	PRIMARY KEY (user_id),
	FOREIGN KEY (user_id) REFERENCES access_user(id) ON DELETE CASCADE,
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE sla_category (
	workspace BIGINT NOT NULL,
	slug TEXT NOT NULL,
	name TEXT NOT NULL,
	amount BIGINT NOT NULL,
	unit TEXT NOT NULL,
	enabled BOOLEAN NOT NULL,
	version BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (workspace, slug),
	FOREIGN KEY (workspace) REFERENCES workspace(number),
	CHECK ((unit = ANY (ARRAY['hours'::text, 'days'::text, 'businessDays'::text])))
);

CREATE TABLE sla_setting (
	workspace BIGINT NOT NULL,
	zone TEXT NOT NULL,
	due_soon BIGINT,
	PRIMARY KEY (workspace),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE sla_term (
	workspace BIGINT NOT NULL,
	slug TEXT NOT NULL,
	version BIGINT NOT NULL,
	since BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	unit TEXT NOT NULL,
	enabled BOOLEAN NOT NULL,
	PRIMARY KEY (workspace, slug, version)
);

CREATE TABLE sso_flow (
	state BYTEA NOT NULL,
	workspace BIGINT NOT NULL,
	provider TEXT NOT NULL,
	browser BYTEA NOT NULL,
	nonce BYTEA NOT NULL,
	verifier TEXT NOT NULL,
	return_to TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (state),
	FOREIGN KEY (provider) REFERENCES sso_provider(id) ON DELETE CASCADE,
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX sso_flow_expires ON sso_flow USING btree (expires_at);
CREATE INDEX sso_flow_provider ON sso_flow USING btree (provider);

CREATE TABLE sso_identity (
	workspace BIGINT NOT NULL,
	provider TEXT NOT NULL,
	subject TEXT NOT NULL,
	user_id TEXT NOT NULL,
	first_used_at BIGINT NOT NULL,
	last_used_at BIGINT NOT NULL,
	PRIMARY KEY (provider, subject),
	UNIQUE (provider, user_id),
	FOREIGN KEY (provider) REFERENCES sso_provider(id) ON DELETE CASCADE,
	FOREIGN KEY (user_id) REFERENCES access_user(id) ON DELETE CASCADE,
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX sso_identity_user ON sso_identity USING btree (user_id);

CREATE TABLE sso_provider (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	name_key TEXT NOT NULL,
	enabled BOOLEAN NOT NULL,
	create_users BOOLEAN NOT NULL,
	trust_email BOOLEAN NOT NULL,
	domains TEXT NOT NULL,
	settings TEXT NOT NULL,
	secret TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (workspace, name_key),
	FOREIGN KEY (workspace) REFERENCES workspace(number),
	CHECK ((kind = ANY (ARRAY['oidc'::text, 'saml'::text])))
);

CREATE TABLE sso_seen (
	provider TEXT NOT NULL,
	assertion BYTEA NOT NULL,
	workspace BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (provider, assertion),
	FOREIGN KEY (provider) REFERENCES sso_provider(id) ON DELETE CASCADE,
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX sso_seen_expires ON sso_seen USING btree (expires_at);

CREATE TABLE stream_target (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	name TEXT NOT NULL,
	name_key TEXT NOT NULL,
	url TEXT NOT NULL,
	types TEXT NOT NULL,
	facility BIGINT NOT NULL,
	authority TEXT NOT NULL,
	position BIGINT NOT NULL,
	part BIGINT NOT NULL,
	sent BIGINT NOT NULL,
	sent_at BIGINT,
	failures BIGINT NOT NULL,
	failing_at BIGINT,
	last_error TEXT NOT NULL,
	next_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (workspace, name_key),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);

CREATE TABLE vulnerability_asset (
	definition BIGINT NOT NULL,
	item BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	facet BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	application TEXT NOT NULL,
	source TEXT NOT NULL,
	unique_id TEXT NOT NULL,
	name TEXT NOT NULL,
	parent_key TEXT NOT NULL,
	details TEXT NOT NULL,
	PRIMARY KEY (definition, item)
);
CREATE INDEX vulnerability_asset_facet ON vulnerability_asset USING btree (definition, facet, item);
CREATE INDEX vulnerability_asset_parent ON vulnerability_asset USING btree (workspace, parent_key, definition, item, facet);
CREATE INDEX vulnerability_asset_unique ON vulnerability_asset USING btree (workspace, unique_id, definition, item);

CREATE TABLE vulnerability_asset_tally (
	workspace BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	facet BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	PRIMARY KEY (workspace, definition, facet)
);

CREATE TABLE vulnerability_asset_word (
	workspace BIGINT NOT NULL,
	word BYTEA NOT NULL,
	definition BIGINT NOT NULL,
	item BIGINT NOT NULL,
	PRIMARY KEY (workspace, word, definition, item)
);

CREATE TABLE vulnerability_deactivation (
	definition BIGINT NOT NULL,
	item BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	reason TEXT NOT NULL,
	until_at BIGINT,
	when_fixable BOOLEAN NOT NULL,
	ends_at BIGINT,
	made_at BIGINT NOT NULL,
	made_by TEXT NOT NULL,
	PRIMARY KEY (definition, item)
);
CREATE INDEX vulnerability_deactivation_end ON vulnerability_deactivation USING btree (ends_at) WHERE (ends_at IS NOT NULL);

CREATE TABLE vulnerability_record (
	definition BIGINT NOT NULL,
	item BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	facet BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	detected_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	due_at BIGINT NOT NULL,
	source_at BIGINT,
	source TEXT NOT NULL,
	unique_id TEXT NOT NULL,
	name TEXT NOT NULL,
	description TEXT NOT NULL,
	type TEXT NOT NULL,
	package TEXT NOT NULL,
	package_key TEXT NOT NULL,
	external TEXT NOT NULL,
	external_key TEXT NOT NULL,
	unique_key TEXT NOT NULL,
	external_url TEXT NOT NULL,
	asset_key TEXT NOT NULL,
	score TEXT NOT NULL,
	cvss TEXT NOT NULL,
	PRIMARY KEY (definition, item)
);
CREATE INDEX vulnerability_record_asset ON vulnerability_record USING btree (workspace, asset_key, definition, item, facet);
CREATE INDEX vulnerability_record_due ON vulnerability_record USING btree (definition, facet, due_at, item);
CREATE INDEX vulnerability_record_external ON vulnerability_record USING btree (workspace, external_key, definition, item, facet);
CREATE INDEX vulnerability_record_facet ON vulnerability_record USING btree (definition, facet, item);
CREATE INDEX vulnerability_record_package ON vulnerability_record USING btree (workspace, package_key, definition, item, facet);
CREATE INDEX vulnerability_record_unique ON vulnerability_record USING btree (workspace, unique_key, definition, item, facet);

CREATE TABLE vulnerability_record_tally (
	workspace BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	facet BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	PRIMARY KEY (workspace, definition, facet)
);

CREATE TABLE vulnerability_remediation (
	id TEXT NOT NULL,
	definition BIGINT NOT NULL,
	item BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	facet BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	detected_at BIGINT NOT NULL,
	due_at BIGINT NOT NULL,
	remediated_at BIGINT NOT NULL,
	name TEXT NOT NULL,
	asset_key TEXT NOT NULL,
	source TEXT NOT NULL,
	comment TEXT NOT NULL,
	comment_at BIGINT,
	comment_by TEXT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (definition, item, detected_at)
);
CREATE INDEX vulnerability_remediation_facet ON vulnerability_remediation USING btree (definition, facet, remediated_at, id);

CREATE TABLE vulnerability_remediation_tally (
	workspace BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	facet BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	PRIMARY KEY (workspace, definition, facet)
);

CREATE TABLE vulnerability_word (
	workspace BIGINT NOT NULL,
	word BYTEA NOT NULL,
	definition BIGINT NOT NULL,
	item BIGINT NOT NULL,
	PRIMARY KEY (workspace, word, definition, item)
);

CREATE TABLE webhook_attempt (
	delivery TEXT NOT NULL,
	number BIGINT NOT NULL,
	workspace BIGINT NOT NULL,
	at BIGINT NOT NULL,
	took BIGINT NOT NULL,
	status BIGINT NOT NULL,
	answer TEXT NOT NULL,
	error TEXT NOT NULL,
	PRIMARY KEY (delivery, number),
	FOREIGN KEY (delivery) REFERENCES webhook_delivery(id)
);
CREATE INDEX webhook_attempt_failed ON webhook_attempt USING btree (workspace, at) WHERE (error <> ''::text);

CREATE TABLE webhook_delivery (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	endpoint TEXT NOT NULL,
	event TEXT,
	type TEXT NOT NULL,
	body TEXT NOT NULL,
	state TEXT NOT NULL,
	next_at BIGINT,
	claim TEXT NOT NULL,
	attempts BIGINT NOT NULL,
	refusals BIGINT NOT NULL,
	away BOOLEAN NOT NULL,
	first_at BIGINT,
	created_at BIGINT NOT NULL,
	ended_at BIGINT,
	PRIMARY KEY (id),
	FOREIGN KEY (endpoint) REFERENCES webhook_endpoint(id),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE INDEX webhook_delivery_due ON webhook_delivery USING btree (endpoint, next_at, id) WHERE (next_at IS NOT NULL);
CREATE INDEX webhook_delivery_ended ON webhook_delivery USING btree (endpoint, ended_at) WHERE (ended_at IS NOT NULL);
CREATE INDEX webhook_delivery_endpoint ON webhook_delivery USING btree (endpoint, id);
CREATE INDEX webhook_delivery_undelivered ON webhook_delivery USING btree (endpoint, state, id) WHERE (state <> 'DELIVERED'::text);
CREATE UNIQUE INDEX webhook_delivery_event ON webhook_delivery USING btree (endpoint, event);

CREATE TABLE webhook_endpoint (
	id TEXT NOT NULL,
	workspace BIGINT NOT NULL,
	name TEXT NOT NULL,
	url TEXT NOT NULL,
	types TEXT NOT NULL,
	position BIGINT NOT NULL,
	part BIGINT NOT NULL,
	secret TEXT NOT NULL,
	old_secret TEXT NOT NULL,
	old_until BIGINT NOT NULL,
	keep_days BIGINT NOT NULL,
	disabled_at BIGINT,
	disabled_why TEXT NOT NULL,
	failing_at BIGINT,
	away BIGINT NOT NULL,
	resume_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	deleted_at BIGINT,
	PRIMARY KEY (id),
	FOREIGN KEY (workspace) REFERENCES workspace(number)
);
CREATE UNIQUE INDEX webhook_endpoint_name ON webhook_endpoint USING btree (workspace, name) WHERE (deleted_at IS NULL);

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
