-- The schema of the SQLite database, as it keeps it itself. Made by `make golden`.

CREATE TABLE access_guard (
	workspace BIGINT NOT NULL PRIMARY KEY REFERENCES workspace (number),
	changes   BIGINT NOT NULL
);

CREATE TABLE access_role (
	id         TEXT   NOT NULL PRIMARY KEY,
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	name       TEXT   NOT NULL,
	name_key   TEXT   NOT NULL, -- the slug: names of one slug are one name
	areas      TEXT   NOT NULL, -- JSON: {"tests":"edit"}; an area that is not there is none
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	UNIQUE (workspace, name_key)
);

CREATE TABLE access_user (
	id             TEXT   NOT NULL PRIMARY KEY,
	workspace      BIGINT NOT NULL REFERENCES workspace (number),
	email          TEXT   NOT NULL,
	email_key      TEXT   NOT NULL, -- lower case: e-mail is compared without case
	name           TEXT   NOT NULL, -- as shown; '' when none was given
	role           TEXT   NOT NULL, -- id of a built-in role, or of a row of access_role
	status         TEXT   NOT NULL CHECK (status IN ('invited', 'active', 'deactivated')),
	source         TEXT   NOT NULL CHECK (source IN ('VANTA', 'SCIM')), -- who says what the user is: people here, or a directory
	window_from    BIGINT, -- the evidence an auditor may read; both or neither
	window_to      BIGINT,
	created_at     BIGINT NOT NULL,
	updated_at     BIGINT NOT NULL,
	activated_at   BIGINT, -- when the user first became active; NULL while only invited
	deactivated_at BIGINT, role_from TEXT NOT NULL DEFAULT '' CHECK (role_from IN ('', 'attribute', 'mapping', 'default')), -- NULL unless deactivated
	UNIQUE (workspace, email_key)
);

CREATE INDEX access_user_page ON access_user (workspace, id);

CREATE INDEX access_user_role ON access_user (workspace, role);

CREATE TABLE account_address (
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	email_key  TEXT   NOT NULL,
	touched_at BIGINT NOT NULL,
	PRIMARY KEY (workspace, email_key)
);

CREATE TABLE account_feed (
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	definition BIGINT NOT NULL,
	item       BIGINT NOT NULL,
	stamp      TEXT   NOT NULL,
	PRIMARY KEY (workspace, definition, item)
);

CREATE TABLE account_owner (
	definition BIGINT NOT NULL,
	item       BIGINT NOT NULL,
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	kind       TEXT   NOT NULL CHECK (kind IN ('none', 'person', 'external', 'service')), -- none: a link was taken away by hand
	person     TEXT,            -- id, of a person
	name       TEXT   NOT NULL, -- of an external person; what a service account is for
	email      TEXT   NOT NULL, -- of an external person
	how        TEXT   NOT NULL CHECK (how IN ('email', 'hand')),
	linked_at  BIGINT NOT NULL,
	linked_by  TEXT   NOT NULL, -- JSON: who did it
	PRIMARY KEY (definition, item)
);

CREATE INDEX account_owner_person ON account_owner (workspace, person);

CREATE TABLE account_record (
	definition       BIGINT NOT NULL,
	item             BIGINT NOT NULL,
	workspace        BIGINT NOT NULL,
	facet            BIGINT NOT NULL, -- status, MFA, permission level and kind of owner in one
	created_at       BIGINT NOT NULL, -- when the item first came
	updated_at       BIGINT NOT NULL, -- when its newest version came
	left_at          BIGINT,          -- when a push left it out; NULL: it is there
	unique_id        TEXT   NOT NULL,
	display_name     TEXT   NOT NULL,
	full_name        TEXT   NOT NULL,
	account_name     TEXT   NOT NULL,
	email            TEXT   NOT NULL,
	email_key        TEXT   NOT NULL, -- lower case; '' for what is too long to be an address
	external_url     TEXT   NOT NULL,
	role_description TEXT   NOT NULL, -- '' for none
	auth_method      TEXT   NOT NULL,
	mfa_enabled      BOOLEAN,         -- as it was pushed
	made_at          BIGINT,          -- at the source; the next ones too
	deactivated_at   BIGINT,
	last_login_at    BIGINT,
	PRIMARY KEY (definition, item)
);

CREATE INDEX account_record_email ON account_record (workspace, email_key);

CREATE INDEX account_record_facet ON account_record (definition, facet, item);

CREATE TABLE account_record_tally (
	workspace  BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	facet      BIGINT NOT NULL,
	amount     BIGINT NOT NULL,
	PRIMARY KEY (workspace, definition, facet)
);

CREATE TABLE account_word (
	workspace  BIGINT NOT NULL,
	word       BYTEA  NOT NULL, -- lower case, UTF-8
	definition BIGINT NOT NULL,
	item       BIGINT NOT NULL,
	PRIMARY KEY (workspace, word, definition, item)
);

CREATE TABLE assessment_builtin (
	definition BIGINT NOT NULL REFERENCES resource_definition (number),
	builtin    TEXT   NOT NULL, -- its id
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	test       BIGINT NOT NULL,
	made_at    BIGINT NOT NULL,
	PRIMARY KEY (definition, builtin)
);

CREATE TABLE assessment_day (
	test         BIGINT NOT NULL,
	day          BIGINT NOT NULL, -- since 1970
	workspace    BIGINT NOT NULL,
	definition   BIGINT NOT NULL,
	passing      BIGINT NOT NULL,
	failing      BIGINT NOT NULL,
	in_progress  BIGINT NOT NULL,
	deactivated  BIGINT NOT NULL,
	out_of_scope BIGINT NOT NULL,
	status       TEXT   NOT NULL, -- by reducer, or DEACTIVATED
	began        BIGINT NOT NULL, -- records that began to fail, over the day
	ended        BIGINT NOT NULL, -- records that ceased to
	PRIMARY KEY (test, day)
);

CREATE TABLE assessment_decision (
	test      BIGINT NOT NULL REFERENCES assessment_test (number),
	version   BIGINT NOT NULL,
	part      TEXT   NOT NULL, -- JSON Pointer inside the version's document, '' for all
	workspace BIGINT NOT NULL,
	PRIMARY KEY (test, version, part)
);

CREATE INDEX assessment_decision_workspace ON assessment_decision (workspace);

CREATE TABLE "assessment_exception" (
	id          TEXT   NOT NULL PRIMARY KEY,
	workspace   BIGINT NOT NULL,
	definition  BIGINT NOT NULL,
	test        BIGINT NOT NULL REFERENCES assessment_test (number),
	item        BIGINT, -- NULL: by a condition
	entity      TEXT   NOT NULL, -- the item's public id; '' by a condition
	name        TEXT   NOT NULL, -- the record's name when the exception was made
	clause      TEXT, -- JSON: the condition, and what it relates to; NULL: of one record
	reason      TEXT   NOT NULL,
	until       BIGINT,
	state       TEXT   NOT NULL CHECK (state IN ('pending', 'approved', 'declined', 'ended')),
	actor       TEXT   NOT NULL, -- JSON, who asked for it
	created_at  BIGINT NOT NULL,
	decided_by  TEXT   NOT NULL, -- JSON, who approved or declined it; '' while it is pending
	decided_at  BIGINT,
	decision    TEXT   NOT NULL, -- what they had to say
	ended_at    BIGINT,
	ended_by    TEXT   NOT NULL, -- JSON, '' while it holds
	applied     BIGINT, -- the number from which verdicts take a condition into account; NULL: none yet
	lifted      BIGINT, -- and from which they do not any more
	file_name   TEXT   NOT NULL DEFAULT '', -- '': no file
	file_size   BIGINT NOT NULL DEFAULT 0,
	file_sha256 TEXT   NOT NULL DEFAULT '' -- by which it is stored
);

CREATE INDEX assessment_exception_list ON assessment_exception (workspace, id);

CREATE UNIQUE INDEX assessment_exception_one ON assessment_exception (test, item, state) WHERE state IN ('approved', 'pending');

CREATE INDEX assessment_exception_state ON assessment_exception (workspace, state, id);

CREATE INDEX assessment_exception_test ON assessment_exception (test, id);

CREATE INDEX assessment_exception_until ON assessment_exception (until) WHERE state = 'approved';

CREATE TABLE assessment_key (
	number     BIGINT NOT NULL PRIMARY KEY, -- what rows carry
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	definition BIGINT NOT NULL REFERENCES resource_definition (number),
	fields     TEXT   NOT NULL, -- as package rule writes a key
	since      BIGINT,          -- the number from which on its values are complete; NULL: not yet
	UNIQUE (definition, fields)
);

CREATE TABLE assessment_link (
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	definition BIGINT NOT NULL, -- of the tests
	ours       BIGINT NOT NULL, -- assessment_key of definition
	related    BIGINT NOT NULL, -- the other definition
	theirs     BIGINT NOT NULL, -- assessment_key of related
	PRIMARY KEY (definition, ours, theirs)
);

CREATE INDEX assessment_link_related ON assessment_link (related);

CREATE TABLE assessment_miss (
	definition BIGINT NOT NULL,
	test       BIGINT NOT NULL,
	item       BIGINT NOT NULL,
	since      BIGINT NOT NULL, -- ms, of the failure
	workspace  BIGINT NOT NULL,
	comment    TEXT   NOT NULL,
	actor      TEXT   NOT NULL, -- JSON
	created_at BIGINT NOT NULL,
	PRIMARY KEY (definition, test, item, since)
);

CREATE TABLE assessment_outcome (
	definition BIGINT   NOT NULL,
	test       BIGINT   NOT NULL,
	item       BIGINT   NOT NULL,
	from_sync  BIGINT   NOT NULL,
	to_sync    BIGINT,
	workspace  BIGINT   NOT NULL,
	outcome    SMALLINT NOT NULL, since BIGINT, due BIGINT,
	UNIQUE (definition, test, item, from_sync)
);

CREATE INDEX assessment_outcome_due ON assessment_outcome (test, due, item)
	WHERE outcome = 2 AND to_sync IS NULL AND due IS NOT NULL;

CREATE INDEX assessment_outcome_due_all ON assessment_outcome (workspace, due, test, item)
	WHERE outcome = 2 AND to_sync IS NULL AND due IS NOT NULL;

CREATE INDEX assessment_outcome_due_closed ON assessment_outcome (definition, to_sync, due, test, item)
	WHERE outcome = 2 AND to_sync IS NOT NULL AND due IS NOT NULL;

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

CREATE TABLE assessment_remediation (
	definition BIGINT NOT NULL,
	test       BIGINT NOT NULL,
	item       BIGINT NOT NULL,
	number     BIGINT NOT NULL, -- the sync that ended it
	workspace  BIGINT NOT NULL,
	since      BIGINT NOT NULL, -- ms
	due        BIGINT NOT NULL,
	ended_at   BIGINT NOT NULL,
	ended      TEXT   NOT NULL CHECK (ended IN ('fixed', 'gone', 'out_of_scope')),
	result     TEXT   NOT NULL CHECK (result IN ('within', 'missed', 'excepted')),
	sla        TEXT   NOT NULL,
	UNIQUE (definition, test, item, number)
);

CREATE INDEX assessment_remediation_result ON assessment_remediation (workspace, result, ended_at, test, item, number);

CREATE INDEX assessment_remediation_test ON assessment_remediation (test, ended_at, item, number);

CREATE TABLE assessment_scoped (
	test         BIGINT NOT NULL REFERENCES assessment_test (number),
	filter       BIGINT NOT NULL REFERENCES assessment_test (number),
	workspace    BIGINT NOT NULL,
	passing      BIGINT NOT NULL,
	failing      BIGINT NOT NULL,
	in_progress  BIGINT NOT NULL,
	deactivated  BIGINT NOT NULL,
	out_of_scope BIGINT NOT NULL, -- by the test's own scope
	PRIMARY KEY (filter, test)
);

CREATE TABLE assessment_setting (
	workspace BIGINT NOT NULL PRIMARY KEY REFERENCES workspace (number),
	approval  TEXT   NOT NULL CHECK (approval IN ('none', 'anyone', 'other'))
);

CREATE TABLE assessment_source (
	definition BIGINT  NOT NULL PRIMARY KEY,
	workspace  BIGINT  NOT NULL,
	stale      BOOLEAN NOT NULL,
	told_at    BIGINT  NOT NULL
);

CREATE TABLE assessment_subscriber (
	workspace  BIGINT NOT NULL,
	test       BIGINT NOT NULL REFERENCES assessment_test (number),
	kind       TEXT   NOT NULL CHECK (kind IN ('user', 'person')),
	id         TEXT   NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (test, kind, id)
);

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
, sla TEXT, soonest_due BIGINT, within BIGINT NOT NULL DEFAULT 0, missed BIGINT NOT NULL DEFAULT 0, excepted BIGINT NOT NULL DEFAULT 0);

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
	created_at         BIGINT NOT NULL, owner TEXT, sla TEXT, scope TEXT,
	UNIQUE (workspace, slug)
);

CREATE INDEX assessment_test_definition ON assessment_test (definition);

CREATE INDEX assessment_test_scope ON assessment_test (scope) WHERE scope IS NOT NULL;

CREATE TABLE assessment_told (
	workspace BIGINT NOT NULL,
	test      BIGINT NOT NULL,
	item      BIGINT NOT NULL,
	since     BIGINT NOT NULL, -- the failure's: another one is told anew
	kind      BIGINT NOT NULL, -- 1: due soon, 2: overdue
	PRIMARY KEY (test, item, since, kind)
);

CREATE TABLE assessment_touch (
	definition BIGINT NOT NULL,
	sync       BIGINT NOT NULL, -- the number
	item       BIGINT NOT NULL, -- 0: any value may have been touched
	item_key   BIGINT NOT NULL,
	digest     BIGINT NOT NULL,
	workspace  BIGINT NOT NULL,
	PRIMARY KEY (definition, sync, item, item_key, digest)
);

CREATE TABLE assessment_value (
	item_key   BIGINT NOT NULL, -- assessment_key
	item       BIGINT NOT NULL,
	from_sync  BIGINT NOT NULL,
	to_sync    BIGINT,
	workspace  BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	digest     BIGINT NOT NULL, -- first 8 bytes of the value's SHA-256
	UNIQUE (item_key, item, from_sync)
);

CREATE INDEX assessment_value_digest ON assessment_value (item_key, digest, item);

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

CREATE TABLE assessment_view (
	definition     BIGINT NOT NULL,
	related        BIGINT NOT NULL,
	from_sync      BIGINT NOT NULL, -- of definition
	workspace      BIGINT NOT NULL,
	number         BIGINT NOT NULL, -- of related
	schema_version BIGINT NOT NULL, -- of related
	PRIMARY KEY (definition, related, from_sync)
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

CREATE TABLE computer_record (
	definition    BIGINT NOT NULL,
	item          BIGINT NOT NULL,
	workspace     BIGINT NOT NULL,
	facet         BIGINT NOT NULL, -- outcomes of the checks, operating system and lateness in one
	created_at    BIGINT NOT NULL, -- when the item first came
	updated_at    BIGINT NOT NULL,
	display_name  TEXT   NOT NULL,
	serial_number TEXT   NOT NULL, -- '' is null on the wire; udid and os_version too
	udid          TEXT   NOT NULL,
	os_version    TEXT   NOT NULL,
	owner_key     TEXT   NOT NULL, -- e-mail in lower case; '' for none
	last_check_at BIGINT,
	late_at       BIGINT,          -- when the facet has to say that the last check is too old; NULL: it does
	PRIMARY KEY (definition, item)
);

CREATE INDEX computer_record_facet ON computer_record (definition, facet, item);

CREATE INDEX computer_record_late ON computer_record (late_at) WHERE late_at IS NOT NULL;

CREATE INDEX computer_record_owner ON computer_record (workspace, owner_key);

CREATE TABLE computer_record_tally (
	workspace  BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	facet      BIGINT NOT NULL,
	amount     BIGINT NOT NULL,
	PRIMARY KEY (workspace, definition, facet)
);

CREATE TABLE db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);

CREATE TABLE directory_change (
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	person    TEXT   NOT NULL, -- may be gone by now
	mark      TEXT   NOT NULL, -- of the change: who carried it over forgets that one, and none that came meanwhile
	PRIMARY KEY (workspace, person, mark)
);

CREATE TABLE directory_group (
	id         TEXT   NOT NULL PRIMARY KEY,
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	name       TEXT   NOT NULL,
	name_key   TEXT   NOT NULL, -- lower case
	source     TEXT   NOT NULL, -- JSON: {"type":"VANTA"}
	created_at BIGINT NOT NULL,
	UNIQUE (workspace, name_key)
);

CREATE INDEX directory_group_list ON directory_group (workspace, id);

CREATE TABLE directory_leave (
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	person     TEXT   NOT NULL REFERENCES directory_person (id),
	start_date BIGINT NOT NULL,
	end_date   BIGINT, -- not included; NULL: open
	PRIMARY KEY (person, start_date)
);

CREATE INDEX directory_leave_start ON directory_leave (workspace, start_date, end_date, person);

CREATE TABLE directory_member (
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	grp       TEXT   NOT NULL REFERENCES directory_group (id),
	person    TEXT   NOT NULL REFERENCES directory_person (id),
	source    TEXT   NOT NULL, joined_at BIGINT NOT NULL DEFAULT 0, -- JSON, of who put them there
	PRIMARY KEY (workspace, grp, person)
);

CREATE INDEX directory_member_person ON directory_member (person, grp, workspace);

CREATE TABLE directory_person (
	id                TEXT    NOT NULL PRIMARY KEY,
	workspace         BIGINT  NOT NULL REFERENCES workspace (number),
	email             TEXT    NOT NULL,
	email_key         TEXT    NOT NULL, -- lower case: people are linked by it, without regard to case
	first             TEXT    NOT NULL, -- '' is null on the wire; last and job_title too
	last              TEXT    NOT NULL,
	display           TEXT    NOT NULL,
	job_title         TEXT    NOT NULL,
	start_date        BIGINT,           -- unknown: the wire shows created_at
	end_date          BIGINT,           -- FORMER from here on
	inactive_at       BIGINT,           -- a source has switched the account off since
	not_person        BOOLEAN NOT NULL,
	not_person_reason TEXT    NOT NULL,
	sources           TEXT    NOT NULL, -- JSON: {"email":{"type":"SCIM"}}; fields that are not here were typed here
	departed          BOOLEAN NOT NULL, -- FORMER or INACTIVE, and what follows from it was done
	leaves_at         BIGINT,           -- when that is to be done by the pass; NULL: nothing to come
	offboarded_at     BIGINT,           -- somebody has acknowledged that the person is gone
	created_at        BIGINT  NOT NULL,
	updated_at        BIGINT  NOT NULL,
	UNIQUE (email_key, workspace)       -- this way round, so that lists have one index to choose
);

CREATE INDEX directory_person_leaving ON directory_person (leaves_at) WHERE leaves_at IS NOT NULL;

CREATE INDEX directory_person_list ON directory_person (workspace, id, not_person, end_date, start_date, inactive_at);

CREATE INDEX directory_person_unacknowledged ON directory_person (workspace, id) WHERE offboarded_at IS NULL;

CREATE TABLE directory_turn (
	person    TEXT   NOT NULL PRIMARY KEY,
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	at        BIGINT NOT NULL
);

CREATE INDEX directory_turn_at ON directory_turn (at);

CREATE TABLE directory_word (
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	word      BYTEA  NOT NULL, -- lower case, UTF-8
	person    TEXT   NOT NULL REFERENCES directory_person (id),
	PRIMARY KEY (workspace, word, person)
);

CREATE INDEX directory_word_person ON directory_word (person);

CREATE TABLE document_document (
	id                 TEXT    NOT NULL PRIMARY KEY,
	workspace          BIGINT  NOT NULL REFERENCES workspace (number),
	title              TEXT    NOT NULL,
	description        TEXT    NOT NULL,
	category           TEXT    NOT NULL,
	time_sensitivity   TEXT    NOT NULL,
	cadence            TEXT    NOT NULL,
	reminder           TEXT    NOT NULL,
	sensitive          BOOLEAN NOT NULL,
	owner              TEXT,            -- id of a user
	note               TEXT    NOT NULL,
	deactivated_at     BIGINT,
	deactivated_until  BIGINT,
	deactivated_reason TEXT    NOT NULL,
	evidence_at        BIGINT,          -- from when the newest file or link counts; NULL: there is none
	status_at          BIGINT  NOT NULL, -- when what it has, or whether it counts, changed last
	due_at             BIGINT,          -- when it has to be renewed
	soon_at            BIGINT,          -- when it is time to remind of that
	told               TEXT    NOT NULL, -- '', soon, due: what the trail says of this renewal
	next_at            BIGINT,          -- when the next thing has to be told
	submitted_at       BIGINT,
	created_at         BIGINT  NOT NULL,
	updated_at         BIGINT  NOT NULL,
	version            BIGINT  NOT NULL
);

CREATE INDEX document_document_next ON document_document (next_at) WHERE next_at IS NOT NULL;

CREATE INDEX document_document_workspace ON document_document (workspace, id);

CREATE TABLE document_link (
	id           TEXT   NOT NULL PRIMARY KEY,
	document     TEXT   NOT NULL REFERENCES document_document (id) ON DELETE CASCADE,
	workspace    BIGINT NOT NULL,
	url          TEXT   NOT NULL,
	title        TEXT   NOT NULL,
	description  TEXT   NOT NULL,
	effective_at BIGINT,
	created_at   BIGINT NOT NULL
);

CREATE INDEX document_link_document ON document_link (document, id);

CREATE TABLE document_upload (
	id           TEXT   NOT NULL PRIMARY KEY,
	document     TEXT   NOT NULL REFERENCES document_document (id) ON DELETE CASCADE,
	workspace    BIGINT NOT NULL,
	file_name    TEXT,
	title        TEXT   NOT NULL,
	description  TEXT,
	mime_type    TEXT   NOT NULL,
	sha256       TEXT   NOT NULL,
	size         BIGINT NOT NULL,
	by_type      TEXT   NOT NULL, -- USER, APPLICATION; '': the command line
	by_id        TEXT   NOT NULL,
	effective_at BIGINT NOT NULL,
	created_at   BIGINT NOT NULL,
	updated_at   BIGINT NOT NULL,
	deleted_at   BIGINT
);

CREATE INDEX document_upload_document ON document_upload (document, id);

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
, action TEXT, actor_kind TEXT, actor_id TEXT, subject_kind TEXT, subject_id TEXT, names TEXT);

CREATE INDEX evidence_entry_actor ON evidence_entry (workspace, actor_id, id) WHERE kind <> 'sync';

CREATE INDEX evidence_entry_bare ON evidence_entry (id) WHERE action IS NULL;

CREATE INDEX evidence_entry_kind ON evidence_entry (workspace, kind, id) WHERE kind <> 'sync';

CREATE UNIQUE INDEX evidence_entry_position ON evidence_entry (workspace, position) WHERE position IS NOT NULL;

CREATE UNIQUE INDEX evidence_entry_stream ON evidence_entry (workspace, stream, sequence) WHERE stream <> '';

CREATE INDEX evidence_entry_subject ON evidence_entry (workspace, subject_id, id) WHERE kind <> 'sync';

CREATE INDEX evidence_entry_sync ON evidence_entry (workspace, id) WHERE kind = 'sync';

CREATE INDEX evidence_entry_sync_subject ON evidence_entry (workspace, subject_id, id) WHERE kind = 'sync';

CREATE INDEX evidence_entry_trail ON evidence_entry (workspace, id) WHERE kind <> 'sync';

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

CREATE TABLE evidence_target (
	workspace BIGINT NOT NULL,
	target    TEXT   NOT NULL, -- id
	entry     TEXT   NOT NULL, -- id
	kind      TEXT   NOT NULL, -- of the target
	PRIMARY KEY (workspace, target, entry)
);

CREATE TABLE integration_definition (
	definition BIGINT NOT NULL PRIMARY KEY REFERENCES resource_definition (number),
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	touched    BIGINT NOT NULL -- how often it was held
);

CREATE TABLE integration_record (
	definition  BIGINT NOT NULL,
	item        BIGINT NOT NULL,
	workspace   BIGINT NOT NULL,
	facet       BIGINT NOT NULL, -- out of scope, owned, described and gone in one
	description TEXT   NOT NULL, -- '' for none
	owner       TEXT   NOT NULL, -- id of a person; '' for nobody
	updated_at  BIGINT NOT NULL,
	PRIMARY KEY (definition, item)
);

CREATE INDEX integration_record_facet ON integration_record (definition, facet, item);

CREATE TABLE integration_record_tally (
	workspace  BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	facet      BIGINT NOT NULL,
	amount     BIGINT NOT NULL,
	PRIMARY KEY (workspace, definition, facet)
);

CREATE TABLE jobs_lease (
	name  TEXT   NOT NULL PRIMARY KEY,
	owner TEXT   NOT NULL,
	until BIGINT NOT NULL
);

CREATE TABLE mapping_definition (
	definition BIGINT NOT NULL PRIMARY KEY REFERENCES resource_definition (number),
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	kind       TEXT   NOT NULL,
	document   TEXT   NOT NULL, -- JSON
	updated_at BIGINT NOT NULL
);

CREATE INDEX mapping_definition_workspace ON mapping_definition (workspace, definition);

CREATE TABLE notify_batch (
	id        TEXT   NOT NULL PRIMARY KEY,
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	medium    TEXT   NOT NULL, -- email or slack
	kind      TEXT   NOT NULL, -- user, person or channel
	recipient TEXT   NOT NULL, -- its id
	timing    TEXT   NOT NULL, -- now, digest or test
	state     TEXT   NOT NULL, -- open, ready, sending, sent, failed, dropped
	lines     BIGINT NOT NULL,
	opened_at BIGINT NOT NULL,
	ready_at  BIGINT,
	next_at   BIGINT,          -- when the next thing is to be done; NULL: nothing is
	tries     BIGINT NOT NULL,
	ended_at  BIGINT,          -- sent, failed or dropped
	error     TEXT   NOT NULL, -- of the last try, in words
	sent_to   TEXT   NOT NULL, -- the e-mail, or the channel's name
	subject   TEXT   NOT NULL, -- as it was sent
	content   TEXT   NOT NULL  -- JSON: the message once it is written; '' before and after
);

CREATE INDEX notify_batch_ended ON notify_batch (ended_at) WHERE ended_at IS NOT NULL;

CREATE INDEX notify_batch_next ON notify_batch (medium, next_at) WHERE next_at IS NOT NULL;

CREATE UNIQUE INDEX notify_batch_open ON notify_batch (workspace, medium, kind, recipient, timing) WHERE state = 'open';

CREATE INDEX notify_batch_workspace ON notify_batch (workspace, id);

CREATE TABLE notify_channel (
	id          TEXT   NOT NULL PRIMARY KEY,
	workspace   BIGINT NOT NULL REFERENCES workspace (number),
	owner       TEXT   NOT NULL, -- id of the user whose own it is; '': the workspace's
	name        TEXT   NOT NULL,
	sealed      TEXT   NOT NULL, -- the URL
	hint        TEXT   NOT NULL, -- its host and last four characters
	choices     TEXT   NOT NULL, -- JSON
	tests       TEXT   NOT NULL, -- JSON: ids of the tests it is about; []: all
	off_at      BIGINT,          -- NULL: it is used
	off_because TEXT   NOT NULL,
	created_at  BIGINT NOT NULL,
	updated_at  BIGINT NOT NULL,
	version     BIGINT NOT NULL  -- of two who change it at once, one is refused
);

CREATE INDEX notify_channel_workspace ON notify_channel (workspace, owner);

CREATE TABLE notify_cursor (
	workspace BIGINT NOT NULL PRIMARY KEY REFERENCES workspace (number),
	position  BIGINT NOT NULL, -- of the last entry that was read
	part      BIGINT NOT NULL,
	since     BIGINT NOT NULL  -- when it began: what happened before is told to nobody
);

CREATE TABLE notify_follow (
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	test       TEXT   NOT NULL, -- id of assessment_test
	usr        TEXT   NOT NULL, -- id of access_user
	choice     TEXT   NOT NULL, -- follow or mute
	created_at BIGINT NOT NULL,
	PRIMARY KEY (workspace, test, usr)
);

CREATE INDEX notify_follow_usr ON notify_follow (workspace, usr);

CREATE TABLE notify_line (
	batch     TEXT   NOT NULL REFERENCES notify_batch (id),
	place     TEXT   NOT NULL, -- what the line is about
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	position  BIGINT NOT NULL, -- lines stand in the order in which they began
	line      TEXT   NOT NULL, -- JSON
	PRIMARY KEY (batch, place)
);

CREATE TABLE notify_preference (
	workspace  BIGINT  NOT NULL REFERENCES workspace (number),
	kind       TEXT    NOT NULL, -- user or person
	id         TEXT    NOT NULL,
	mail       TEXT    NOT NULL, -- JSON: choices
	mail_off   BOOLEAN NOT NULL, -- no mail at all
	updated_at BIGINT  NOT NULL,
	PRIMARY KEY (workspace, kind, id)
);

CREATE TABLE notify_setting (
	workspace   BIGINT NOT NULL PRIMARY KEY REFERENCES workspace (number),
	window_ms   BIGINT NOT NULL, -- from the first line of a batch to its end
	digest_hour BIGINT NOT NULL, -- 0 to 23, in the workspace's time zone
	choices     TEXT   NOT NULL  -- JSON: of those who made none
);

CREATE TABLE notify_told (
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	episode   TEXT   NOT NULL,
	told_at   BIGINT NOT NULL,
	size      BIGINT NOT NULL, -- how bad it was
	PRIMARY KEY (workspace, episode)
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
, description TEXT NOT NULL DEFAULT '', origin TEXT REFERENCES oauth_application (id));

CREATE UNIQUE INDEX oauth_application_installed ON oauth_application (workspace, origin) WHERE origin IS NOT NULL AND deleted_at IS NULL;

CREATE UNIQUE INDEX oauth_application_name ON oauth_application (workspace, name_key) WHERE deleted_at IS NULL;

CREATE INDEX oauth_application_origin ON oauth_application (origin) WHERE origin IS NOT NULL;

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

CREATE TABLE policy_acceptance (
	policy      TEXT   NOT NULL REFERENCES policy_policy (id),
	person      TEXT   NOT NULL, -- of directory_person; what somebody accepted outlasts them
	number      BIGINT NOT NULL, -- the version
	workspace   BIGINT NOT NULL REFERENCES workspace (number),
	sha256      TEXT   NOT NULL, -- of what was accepted
	accepted_at BIGINT NOT NULL,
	recorded_by TEXT   NOT NULL, -- '': by the person's own session
	reason      TEXT   NOT NULL, -- of whoever recorded it
	PRIMARY KEY (policy, person, number)
);

CREATE INDEX policy_acceptance_person ON policy_acceptance (person, policy, number);

CREATE TABLE policy_group (
	policy    TEXT   NOT NULL REFERENCES policy_policy (id),
	grp       TEXT   NOT NULL, -- of directory_group; one that is gone asks nobody
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	added_at  BIGINT NOT NULL,
	PRIMARY KEY (policy, grp)
);

CREATE INDEX policy_group_grp ON policy_group (grp, policy);

CREATE TABLE policy_policy (
	id           TEXT   NOT NULL PRIMARY KEY,
	workspace    BIGINT NOT NULL REFERENCES workspace (number),
	slug         TEXT   NOT NULL,
	document     TEXT   NOT NULL, -- JSON: what its file says, but for the groups
	accept_ms    BIGINT NOT NULL, -- how long people have to accept
	asked_number BIGINT NOT NULL, -- acceptances of this version and later ones count; 0: nobody is asked yet
	asked_at     BIGINT NOT NULL, -- when that version was approved
	version      BIGINT NOT NULL, -- of two who change it at once, one is refused
	created_at   BIGINT NOT NULL,
	updated_at   BIGINT NOT NULL,
	UNIQUE (workspace, slug)
);

CREATE TABLE policy_version (
	policy       TEXT    NOT NULL REFERENCES policy_policy (id),
	number       BIGINT  NOT NULL, -- from 1, without gaps
	workspace    BIGINT  NOT NULL REFERENCES workspace (number),
	status       TEXT    NOT NULL, -- DRAFT, PENDING_APPROVAL or APPROVED; the rest is by the clock
	minor        BOOLEAN NOT NULL, -- earlier acceptances stay
	changes      TEXT    NOT NULL, -- what is new, in words
	text         TEXT    NOT NULL, -- Markdown; '' when there is a file
	file_name    TEXT    NOT NULL, -- '' when there is a text
	size         BIGINT  NOT NULL, -- bytes of text or file
	sha256       TEXT    NOT NULL, -- of the text or the file
	author_id    TEXT    NOT NULL, -- who wrote it last
	author_name  TEXT    NOT NULL,
	created_at   BIGINT  NOT NULL,
	submitted_at BIGINT,
	approved_at  BIGINT,
	approved_by  TEXT    NOT NULL,
	PRIMARY KEY (policy, number)
);

CREATE TABLE program_control (
	id           TEXT   NOT NULL PRIMARY KEY,
	workspace    BIGINT NOT NULL REFERENCES workspace (number),
	external_id  TEXT   NOT NULL,
	external_key TEXT   NOT NULL, -- lower case
	library      TEXT,            -- the entry of the library that it came from; NULL: custom
	name         TEXT   NOT NULL,
	description  TEXT   NOT NULL,
	domains      TEXT   NOT NULL, -- JSON
	owner        TEXT,            -- id of a user, NULL for nobody; the user may have gone since
	role         TEXT   NOT NULL, -- '' is null on the wire; note too
	note         TEXT   NOT NULL,
	fields       TEXT   NOT NULL, -- JSON: [{"label", "value"}]
	effective_at BIGINT,
	created_at   BIGINT NOT NULL,
	updated_at   BIGINT NOT NULL,
	UNIQUE (workspace, external_key),
	UNIQUE (workspace, library)
);

CREATE INDEX program_control_list ON program_control (workspace, id);

CREATE TABLE program_document (
	workspace BIGINT NOT NULL,
	control   TEXT   NOT NULL REFERENCES program_control (id),
	document  TEXT   NOT NULL REFERENCES document_document (id),
	PRIMARY KEY (workspace, control, document)
);

CREATE INDEX program_document_control ON program_document (control);

CREATE INDEX program_document_document ON program_document (document);

CREATE TABLE program_framework (
	workspace  BIGINT  NOT NULL REFERENCES workspace (number),
	slug       TEXT    NOT NULL, -- the public id
	custom     BOOLEAN NOT NULL,
	document   TEXT    NOT NULL, -- JSON, of a custom one; '' for one of the catalogue, which the program brings along
	revision   TEXT    NOT NULL, -- another one each time that the document changes
	created_at BIGINT  NOT NULL,
	updated_at BIGINT  NOT NULL,
	PRIMARY KEY (workspace, slug)
);

CREATE TABLE program_mapping (
	workspace   BIGINT NOT NULL,
	framework   TEXT   NOT NULL,
	requirement TEXT   NOT NULL, -- its reference within the framework
	control     TEXT   NOT NULL REFERENCES program_control (id),
	PRIMARY KEY (workspace, framework, requirement, control)
);

CREATE INDEX program_mapping_control ON program_mapping (control, framework);

CREATE INDEX program_mapping_requirement ON program_mapping (workspace, requirement);

CREATE TABLE program_scope (
	workspace BIGINT NOT NULL,
	framework TEXT   NOT NULL,
	scope     TEXT   NOT NULL REFERENCES scope_scope (id),
	PRIMARY KEY (workspace, framework)
);

CREATE INDEX program_scope_scope ON program_scope (scope);

CREATE TABLE program_test (
	workspace BIGINT NOT NULL,
	control   TEXT   NOT NULL REFERENCES program_control (id),
	test      BIGINT NOT NULL REFERENCES assessment_test (number),
	PRIMARY KEY (workspace, control, test)
);

CREATE INDEX program_test_test ON program_test (test);

CREATE TABLE program_workspace (
	workspace    BIGINT NOT NULL PRIMARY KEY REFERENCES workspace (number),
	furnished_at BIGINT NOT NULL
);

CREATE TABLE resource_behind (
	definition BIGINT NOT NULL REFERENCES resource_definition (number),
	view_name  TEXT   NOT NULL,
	workspace  BIGINT NOT NULL, raised BIGINT NOT NULL DEFAULT 1,
	PRIMARY KEY (definition, view_name)
);

CREATE TABLE resource_day (
	definition BIGINT NOT NULL,
	day        BIGINT NOT NULL, -- since 1970
	workspace  BIGINT NOT NULL,
	pushes     BIGINT NOT NULL, -- that counted
	failed     BIGINT NOT NULL, -- pushes that did not
	received   BIGINT NOT NULL,
	rejected   BIGINT NOT NULL,
	changed    BIGINT NOT NULL, -- created, updated and removed
	last_at    BIGINT NOT NULL, -- ms, of the last that counted; 0: none did
	PRIMARY KEY (definition, day)
);

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
	updated_at     BIGINT NOT NULL, origin TEXT NOT NULL DEFAULT '',
	UNIQUE (application, name_key)
);

CREATE UNIQUE INDEX resource_definition_origin ON resource_definition (origin, application) WHERE origin <> '';

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
	last_push_at  BIGINT  NOT NULL);

CREATE TABLE resource_installation (
	application TEXT   NOT NULL PRIMARY KEY REFERENCES oauth_application (id), -- the installed one
	workspace   BIGINT NOT NULL REFERENCES workspace (number),
	origin      TEXT   NOT NULL REFERENCES oauth_application (id), -- the public one
	created_at  BIGINT NOT NULL
);

CREATE INDEX resource_installation_origin ON resource_installation (origin);

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

CREATE INDEX resource_record_ended ON resource_record (definition, to_sync, item) WHERE to_sync IS NOT NULL;

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

CREATE TABLE resource_source (
	definition   BIGINT NOT NULL REFERENCES resource_definition (number),
	source       TEXT   NOT NULL,
	workspace    BIGINT NOT NULL,
	current      BIGINT NOT NULL, -- its records that exist at the head
	ended_at     BIGINT NOT NULL, -- when it was disconnected; 0: it was not, or pushes again
	held         BIGINT NOT NULL, -- removals that its last push held
	held_digest  TEXT   NOT NULL, -- of those that the guard holds; '' when none
	held_since   BIGINT NOT NULL,
	held_times   BIGINT NOT NULL,
	last_push    TEXT   NOT NULL, -- id of its last push that counts; '': none yet
	last_push_at BIGINT NOT NULL, -- 0: never
	refusal      TEXT   NOT NULL, -- why its newest push was refused; '' when it was not
	PRIMARY KEY (definition, source)
);

CREATE TABLE "resource_sync" (
	id             TEXT   NOT NULL PRIMARY KEY,
	workspace      BIGINT NOT NULL,
	definition     BIGINT NOT NULL,
	number         BIGINT, -- NULL: failed
	cause          TEXT   NOT NULL CHECK (cause IN ('push', 'disconnect', 'rule', 'exception', 'link', 'time', 'rerun')),
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

CREATE TABLE review_item (
	review     TEXT   NOT NULL REFERENCES review_review (id) ON DELETE CASCADE,
	number     BIGINT NOT NULL, -- from 1, by system
	workspace  BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	item       BIGINT NOT NULL,
	account    TEXT   NOT NULL, -- its id
	state      BIGINT NOT NULL, -- pending, kept, to be removed, removed, gone before anybody decided
	frozen     TEXT   NOT NULL, -- JSON: the account
	reason     TEXT   NOT NULL, -- '' for none
	decided_at BIGINT,
	decided_by TEXT   NOT NULL, -- JSON; '' for nobody
	own        BOOLEAN NOT NULL, -- whoever decided has the account
	due_at     BIGINT,          -- when it is to be removed
	gone_at    BIGINT,          -- when a push showed that it is
	PRIMARY KEY (review, number)
);

CREATE UNIQUE INDEX review_item_account ON review_item (review, definition, item);

CREATE INDEX review_item_place ON review_item (definition, item);

CREATE INDEX review_item_state ON review_item (review, definition, state, number);

CREATE TABLE review_item_tally (
	review     TEXT   NOT NULL REFERENCES review_review (id) ON DELETE CASCADE,
	workspace  BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	state      BIGINT NOT NULL,
	amount     BIGINT NOT NULL,
	PRIMARY KEY (review, definition, state)
);

CREATE TABLE review_review (
	id           TEXT   NOT NULL PRIMARY KEY,
	workspace    BIGINT NOT NULL REFERENCES workspace (number),
	name         TEXT   NOT NULL,
	description  TEXT   NOT NULL,
	state        TEXT   NOT NULL CHECK (state IN ('draft', 'starting', 'started', 'completed', 'cancelled')),
	due_at       BIGINT,           -- when it is to be completed
	created_at   BIGINT NOT NULL,
	created_by   TEXT   NOT NULL,  -- JSON; the next ones too, '' for nobody
	started_at   BIGINT,
	started_by   TEXT   NOT NULL,
	ended_at     BIGINT,           -- completed or cancelled
	ended_by     TEXT   NOT NULL,
	token        TEXT   NOT NULL,  -- of who freezes the list just now, '' for nobody
	token_until  BIGINT NOT NULL,
	version      BIGINT NOT NULL   -- rises with each change of the row
, told TEXT NOT NULL DEFAULT '');

CREATE INDEX review_review_due ON review_review (due_at) WHERE state = 'started' AND due_at IS NOT NULL AND told <> 'overdue';

CREATE INDEX review_review_workspace ON review_review (workspace, id);

CREATE TABLE review_system (
	review     TEXT   NOT NULL REFERENCES review_review (id) ON DELETE CASCADE,
	definition BIGINT NOT NULL,
	workspace  BIGINT NOT NULL,
	reviewer   TEXT   NOT NULL, -- id of a user
	PRIMARY KEY (review, definition)
);

CREATE INDEX review_system_reviewer ON review_system (workspace, reviewer, review);

CREATE TABLE review_turn (
	workspace  BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	item       BIGINT NOT NULL,
	stamp      TEXT   NOT NULL,
	PRIMARY KEY (workspace, definition, item)
);

CREATE TABLE scim_assertion (
	client     TEXT   NOT NULL REFERENCES scim_client (id) ON DELETE CASCADE,
	jti        BYTEA  NOT NULL, -- its SHA-256
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	expires_at BIGINT NOT NULL, -- when the assertion is dead anyway
	PRIMARY KEY (client, jti)
);

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

CREATE TABLE scim_day (
	directory BIGINT NOT NULL REFERENCES scim_directory (number),
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	day       BIGINT NOT NULL, -- since 1970, UTC
	requests  BIGINT NOT NULL,
	failed    BIGINT NOT NULL, -- of them, with a status from 400
	PRIMARY KEY (directory, day)
);

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
, erred_at BIGINT, edition BIGINT NOT NULL DEFAULT 0);

CREATE UNIQUE INDEX scim_directory_name ON scim_directory (workspace, name_key) WHERE deleted_at IS NULL;

CREATE TABLE scim_learned (
	directory BIGINT NOT NULL REFERENCES scim_directory (number),
	type      TEXT   NOT NULL,
	name      TEXT   NOT NULL, -- with its URN, for those of extensions
	position  BIGINT NOT NULL,
	form      TEXT   NOT NULL, -- JSON of schema.Learned
	PRIMARY KEY (directory, type, name)
);

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
, names_attribute BOOLEAN NOT NULL DEFAULT TRUE);

CREATE UNIQUE INDEX scim_link_session ON scim_link (session) WHERE session IS NOT NULL;

CREATE TABLE scim_mapping (
	directory BIGINT NOT NULL REFERENCES scim_directory (number),
	position  BIGINT NOT NULL, -- 1 has priority
	grp       TEXT   NOT NULL REFERENCES scim_resource (id) ON DELETE CASCADE,
	role      TEXT   NOT NULL,
	PRIMARY KEY (directory, grp)
);

CREATE TABLE scim_member (
	grp       TEXT   NOT NULL REFERENCES scim_resource (id) ON DELETE CASCADE,
	value     TEXT   NOT NULL,
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	display   TEXT   NOT NULL, -- as it was sent; '' for none
	PRIMARY KEY (grp, value)
);

CREATE INDEX scim_member_value ON scim_member (value, grp);

CREATE TABLE scim_released (
	account     TEXT   NOT NULL PRIMARY KEY, -- access_user
	workspace   BIGINT NOT NULL REFERENCES workspace (number),
	released_at BIGINT NOT NULL
);

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
	role           TEXT    NOT NULL, grounds TEXT NOT NULL DEFAULT '', -- the last valid role that was resolved; '' for none
	UNIQUE (directory, type, name_key)
);

CREATE INDEX scim_resource_account ON scim_resource (account) WHERE account <> '';

CREATE INDEX scim_resource_departure ON scim_resource (directory, deactivated_at) WHERE deactivated_at IS NOT NULL;

CREATE INDEX scim_resource_external ON scim_resource (directory, type, external_id) WHERE external_id <> '';

CREATE INDEX scim_resource_follower ON scim_resource (follower) WHERE follower <> '';

CREATE INDEX scim_resource_list ON scim_resource (directory, (type || ''), id);

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

CREATE TABLE scim_step (
	directory BIGINT NOT NULL REFERENCES scim_directory (number),
	step      TEXT   NOT NULL,
	done_at   BIGINT NOT NULL,
	PRIMARY KEY (directory, step)
);

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
, client TEXT REFERENCES scim_client (id) ON DELETE CASCADE, secret TEXT);

CREATE INDEX scim_token_client ON scim_token (client, id) WHERE client IS NOT NULL;

CREATE INDEX scim_token_directory ON scim_token (directory);

CREATE TABLE scim_tolerance (
	directory BIGINT NOT NULL REFERENCES scim_directory (number),
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	tolerance TEXT   NOT NULL,
	count     BIGINT NOT NULL, -- requests
	last_at   BIGINT NOT NULL,
	PRIMARY KEY (directory, tolerance)
);

CREATE TABLE scim_value (
	directory BIGINT NOT NULL,
	path      TEXT   NOT NULL, -- emails.value, displayName
	name_key  TEXT   NOT NULL, -- folded as the attribute compares
	resource  TEXT   NOT NULL REFERENCES scim_resource (id) ON DELETE CASCADE,
	PRIMARY KEY (directory, path, name_key, resource)
);

CREATE INDEX scim_value_resource ON scim_value (resource);

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

CREATE TABLE scope_scope (
	id         TEXT   NOT NULL PRIMARY KEY,
	workspace  BIGINT NOT NULL,
	slug       TEXT   NOT NULL,
	document   TEXT   NOT NULL, -- the file form
	version    BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	UNIQUE (workspace, slug)
);

CREATE TABLE signin_attempt (
	subject    TEXT   NOT NULL PRIMARY KEY,
	count      BIGINT NOT NULL,
	since      BIGINT NOT NULL
);

CREATE INDEX signin_attempt_since ON signin_attempt (since);

CREATE TABLE signin_guard (
	user_id   TEXT   NOT NULL PRIMARY KEY REFERENCES access_user (id) ON DELETE CASCADE,
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	changes   BIGINT NOT NULL
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

CREATE TABLE signin_password (
	user_id    TEXT   NOT NULL PRIMARY KEY REFERENCES access_user (id) ON DELETE CASCADE,
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	hash       TEXT   NOT NULL, -- argon2id in PHC form
	changed_at BIGINT NOT NULL
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

CREATE INDEX signin_session_address ON signin_session (user_id, address);

CREATE INDEX signin_session_browser ON signin_session (browser);

CREATE INDEX signin_session_user ON signin_session (user_id, id);

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

CREATE TABLE signin_step (
	hash       BYTEA  NOT NULL PRIMARY KEY,
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	user_id    TEXT   NOT NULL REFERENCES access_user (id) ON DELETE CASCADE,
	method     TEXT   NOT NULL,
	expires_at BIGINT NOT NULL
);

CREATE TABLE signin_totp (
	user_id      TEXT   NOT NULL PRIMARY KEY REFERENCES access_user (id) ON DELETE CASCADE,
	workspace    BIGINT NOT NULL REFERENCES workspace (number),
	secret       TEXT   NOT NULL, -- sealed
	last_step    BIGINT NOT NULL, -- of the last code taken: none works twice
	created_at   BIGINT NOT NULL,
	confirmed_at BIGINT           -- NULL until the first code was right
);

CREATE TABLE sla_category (
	workspace  BIGINT  NOT NULL REFERENCES workspace (number),
	slug       TEXT    NOT NULL,
	name       TEXT    NOT NULL,
	amount     BIGINT  NOT NULL,
	unit       TEXT    NOT NULL CHECK (unit IN ('hours', 'days', 'businessDays')),
	enabled    BOOLEAN NOT NULL,
	version    BIGINT  NOT NULL, -- of its terms, the newest
	created_at BIGINT  NOT NULL,
	updated_at BIGINT  NOT NULL,
	PRIMARY KEY (workspace, slug)
);

CREATE TABLE sla_setting (
	workspace BIGINT NOT NULL PRIMARY KEY REFERENCES workspace (number),
	zone      TEXT   NOT NULL, -- IANA name
	due_soon  BIGINT -- ms before the due time; NULL: as soon as there is one
);

CREATE TABLE sla_term (
	workspace BIGINT  NOT NULL,
	slug      TEXT    NOT NULL,
	version   BIGINT  NOT NULL,
	since     BIGINT  NOT NULL, -- ms
	amount    BIGINT  NOT NULL,
	unit      TEXT    NOT NULL,
	enabled   BOOLEAN NOT NULL,
	PRIMARY KEY (workspace, slug, version)
);

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

CREATE TABLE sso_seen (
	provider   TEXT   NOT NULL REFERENCES sso_provider (id) ON DELETE CASCADE,
	assertion  BYTEA  NOT NULL, -- SHA-256 of its id
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (provider, assertion)
);

CREATE INDEX sso_seen_expires ON sso_seen (expires_at);

CREATE TABLE stream_target (
	id          TEXT    NOT NULL PRIMARY KEY,
	workspace   BIGINT  NOT NULL REFERENCES workspace (number),
	name        TEXT    NOT NULL,
	name_key    TEXT    NOT NULL, -- lower case
	url         TEXT    NOT NULL,
	types       TEXT    NOT NULL, -- JSON: names of types of events; [] is all but outcome.changed
	facility    BIGINT  NOT NULL, -- RFC 5424 section 6.2.1
	authority   TEXT    NOT NULL, -- PEM of the certificate authority; '': the system's
	position    BIGINT  NOT NULL, -- the cursor
	part        BIGINT  NOT NULL,
	sent        BIGINT  NOT NULL, -- messages, ever
	sent_at     BIGINT,
	failures    BIGINT  NOT NULL, -- in a row
	failing_at  BIGINT,           -- since when
	last_error  TEXT    NOT NULL,
	next_at     BIGINT  NOT NULL, -- not tried before
	created_at  BIGINT  NOT NULL,
	updated_at  BIGINT  NOT NULL,
	UNIQUE (workspace, name_key)
);

CREATE TABLE vulnerability_asset (
	definition  BIGINT NOT NULL,
	item        BIGINT NOT NULL,
	workspace   BIGINT NOT NULL,
	facet       BIGINT NOT NULL, -- type, scanned and gone in one
	created_at  BIGINT NOT NULL,
	updated_at  BIGINT NOT NULL,
	application TEXT   NOT NULL,
	source      TEXT   NOT NULL,
	unique_id   TEXT   NOT NULL,
	name        TEXT   NOT NULL,
	parent_key  TEXT   NOT NULL, -- account or organization at the source, as filters compare it
	details     TEXT   NOT NULL, -- JSON: what else pages show
	PRIMARY KEY (definition, item)
);

CREATE INDEX vulnerability_asset_facet ON vulnerability_asset (definition, facet, item);

CREATE INDEX vulnerability_asset_parent ON vulnerability_asset (workspace, parent_key, definition, item, facet);

CREATE INDEX vulnerability_asset_unique ON vulnerability_asset (workspace, unique_id, definition, item);

CREATE TABLE vulnerability_asset_tally (
	workspace  BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	facet      BIGINT NOT NULL,
	amount     BIGINT NOT NULL,
	PRIMARY KEY (workspace, definition, facet)
);

CREATE TABLE vulnerability_asset_word (
	workspace  BIGINT NOT NULL,
	word       BYTEA  NOT NULL,
	definition BIGINT NOT NULL,
	item       BIGINT NOT NULL,
	PRIMARY KEY (workspace, word, definition, item)
);

CREATE TABLE vulnerability_deactivation (
	definition   BIGINT  NOT NULL,
	item         BIGINT  NOT NULL,
	workspace    BIGINT  NOT NULL,
	reason       TEXT    NOT NULL,
	until_at     BIGINT,           -- NULL: for good
	when_fixable BOOLEAN NOT NULL, -- ends as soon as a fix comes
	ends_at      BIGINT,           -- when the pass has to end it: until_at, or when a fix came
	made_at      BIGINT  NOT NULL,
	made_by      TEXT    NOT NULL, -- JSON
	PRIMARY KEY (definition, item)
);

CREATE INDEX vulnerability_deactivation_end ON vulnerability_deactivation (ends_at) WHERE ends_at IS NOT NULL;

CREATE TABLE vulnerability_record (
	definition   BIGINT NOT NULL,
	item         BIGINT NOT NULL,
	workspace    BIGINT NOT NULL,
	facet        BIGINT NOT NULL, -- severity, fix, deactivation and deadline in one
	created_at   BIGINT NOT NULL, -- when the item first came
	detected_at  BIGINT NOT NULL, -- since when it has been there without a break
	updated_at   BIGINT NOT NULL,
	due_at       BIGINT NOT NULL, -- by the SLA of its severity; the greatest BIGINT: never
	source_at    BIGINT,          -- when the source says that it was detected
	source       TEXT   NOT NULL, -- of a public application
	unique_id    TEXT   NOT NULL,
	name         TEXT   NOT NULL,
	description  TEXT   NOT NULL,
	type         TEXT   NOT NULL,
	package      TEXT   NOT NULL, -- '' for none; the next two too
	package_key  TEXT   NOT NULL, -- as filters compare it
	external     TEXT   NOT NULL, -- id that others know it by, such as a CVE
	external_key TEXT   NOT NULL,
	unique_key   TEXT   NOT NULL,
	external_url TEXT   NOT NULL,
	asset_key    TEXT   NOT NULL, -- uniqueId of the asset that has it
	score        TEXT   NOT NULL, -- of the scanner, a decimal number; '' for none
	cvss         TEXT   NOT NULL,
	PRIMARY KEY (definition, item)
);

CREATE INDEX vulnerability_record_asset ON vulnerability_record (workspace, asset_key, definition, item, facet);

CREATE INDEX vulnerability_record_due ON vulnerability_record (definition, facet, due_at, item);

CREATE INDEX vulnerability_record_external ON vulnerability_record (workspace, external_key, definition, item, facet);

CREATE INDEX vulnerability_record_facet ON vulnerability_record (definition, facet, item);

CREATE INDEX vulnerability_record_package ON vulnerability_record (workspace, package_key, definition, item, facet);

CREATE INDEX vulnerability_record_unique ON vulnerability_record (workspace, unique_key, definition, item, facet);

CREATE TABLE vulnerability_record_tally (
	workspace  BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	facet      BIGINT NOT NULL,
	amount     BIGINT NOT NULL,
	PRIMARY KEY (workspace, definition, facet)
);

CREATE TABLE vulnerability_remediation (
	id            TEXT   NOT NULL PRIMARY KEY,
	definition    BIGINT NOT NULL,
	item          BIGINT NOT NULL,
	workspace     BIGINT NOT NULL,
	facet         BIGINT NOT NULL, -- severity, and whether it was on time
	created_at    BIGINT NOT NULL, -- of the item: its id is made of it
	detected_at   BIGINT NOT NULL,
	due_at        BIGINT NOT NULL, -- the greatest BIGINT: never
	remediated_at BIGINT NOT NULL,
	name          TEXT   NOT NULL,
	asset_key     TEXT   NOT NULL,
	source        TEXT   NOT NULL,
	comment       TEXT   NOT NULL, -- of who acknowledged that it was late; '' for nobody
	comment_at    BIGINT,
	comment_by    TEXT   NOT NULL, -- JSON; '' for nobody
	UNIQUE (definition, item, detected_at)
);

CREATE INDEX vulnerability_remediation_facet ON vulnerability_remediation (definition, facet, remediated_at, id);

CREATE TABLE vulnerability_remediation_tally (
	workspace  BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	facet      BIGINT NOT NULL,
	amount     BIGINT NOT NULL,
	PRIMARY KEY (workspace, definition, facet)
);

CREATE TABLE vulnerability_word (
	workspace  BIGINT NOT NULL,
	word       BYTEA  NOT NULL,
	definition BIGINT NOT NULL,
	item       BIGINT NOT NULL,
	PRIMARY KEY (workspace, word, definition, item)
);

CREATE TABLE webhook_attempt (
	delivery  TEXT   NOT NULL REFERENCES webhook_delivery (id),
	number    BIGINT NOT NULL, -- from 1
	workspace BIGINT NOT NULL,
	at        BIGINT NOT NULL, -- when its end was known
	took      BIGINT NOT NULL, -- ms
	status    BIGINT NOT NULL, -- of HTTP; 0: there was no answer
	answer    TEXT   NOT NULL, -- how the answer's body begins
	error     TEXT   NOT NULL, -- what was wrong, in words; '': it arrived
	PRIMARY KEY (delivery, number)
);

CREATE INDEX webhook_attempt_failed ON webhook_attempt (workspace, at) WHERE error <> '';

CREATE TABLE webhook_delivery (
	id         TEXT    NOT NULL PRIMARY KEY, -- msg_…, the same in every attempt
	workspace  BIGINT  NOT NULL REFERENCES workspace (number),
	endpoint   TEXT    NOT NULL REFERENCES webhook_endpoint (id),
	event      TEXT,              -- id of the event; NULL: a test
	type       TEXT    NOT NULL,
	body       TEXT    NOT NULL,  -- as it was made, for every attempt and replay
	state      TEXT    NOT NULL,  -- PENDING, DELIVERED, FAILED or SKIPPED
	next_at    BIGINT,            -- of PENDING: when it is due; while it is being sent, when the claim runs out
	claim      TEXT    NOT NULL,  -- who is sending it; '': nobody
	attempts   BIGINT  NOT NULL,  -- ever
	refusals   BIGINT  NOT NULL,  -- attempts that were answered with no, since it was made or replayed
	away       BOOLEAN NOT NULL,  -- the last attempt found nobody there
	first_at   BIGINT,            -- the first attempt since it was made or replayed
	created_at BIGINT  NOT NULL,
	ended_at   BIGINT             -- of all but PENDING
);

CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint, next_at, id) WHERE next_at IS NOT NULL;

CREATE INDEX webhook_delivery_ended ON webhook_delivery (endpoint, ended_at) WHERE ended_at IS NOT NULL;

CREATE INDEX webhook_delivery_endpoint ON webhook_delivery (endpoint, id);

CREATE UNIQUE INDEX webhook_delivery_event ON webhook_delivery (endpoint, event);

CREATE INDEX webhook_delivery_undelivered ON webhook_delivery (endpoint, state, id) WHERE state <> 'DELIVERED';

CREATE TABLE webhook_endpoint (
	id             TEXT   NOT NULL PRIMARY KEY,
	workspace      BIGINT NOT NULL REFERENCES workspace (number),
	name           TEXT   NOT NULL,
	url            TEXT   NOT NULL,
	types          TEXT   NOT NULL, -- JSON: list of event types, "noun.*" for all of a noun; empty for all but outcome.changed
	position       BIGINT NOT NULL, -- cursor in the feed: what comes after it is still to be taken up
	part           BIGINT NOT NULL,
	secret         TEXT   NOT NULL, -- sealed
	old_secret     TEXT   NOT NULL, -- sealed; signs too until old_until
	old_until      BIGINT NOT NULL, -- 0: there is no old one
	keep_days      BIGINT NOT NULL, -- how long the log keeps deliveries that came to an end
	disabled_at    BIGINT,          -- NULL: enabled
	disabled_why   TEXT   NOT NULL,
	failing_at     BIGINT,          -- since when nothing has arrived; NULL: the last attempt did
	away           BIGINT NOT NULL, -- how many attempts in a row found nobody there
	resume_at      BIGINT NOT NULL, -- nothing is sent before
	created_at     BIGINT NOT NULL,
	updated_at     BIGINT NOT NULL,
	deleted_at     BIGINT           -- its deliveries are being cleared
);

CREATE UNIQUE INDEX webhook_endpoint_name ON webhook_endpoint (workspace, name) WHERE deleted_at IS NULL;

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
