-- +goose Up
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
-- Lists go by id; the state of employment is judged in the index.
CREATE INDEX directory_person_list ON directory_person (workspace, id, not_person, end_date, start_date, inactive_at);
CREATE INDEX directory_person_leaving ON directory_person (leaves_at) WHERE leaves_at IS NOT NULL;

-- What a search for the beginning of a name or an e-mail finds. Bytes: text is
-- compared otherwise in each language that a PostgreSQL may be set to.
CREATE TABLE directory_word (
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	word      BYTEA  NOT NULL, -- lower case, UTF-8
	person    TEXT   NOT NULL REFERENCES directory_person (id),
	PRIMARY KEY (workspace, word, person)
);
CREATE INDEX directory_word_person ON directory_word (person);

CREATE TABLE directory_leave (
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	person     TEXT   NOT NULL REFERENCES directory_person (id),
	start_date BIGINT NOT NULL,
	end_date   BIGINT, -- not included; NULL: open
	PRIMARY KEY (person, start_date)
);
CREATE INDEX directory_leave_start ON directory_leave (workspace, start_date, end_date, person);

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

CREATE TABLE directory_member (
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	grp       TEXT   NOT NULL REFERENCES directory_group (id),
	person    TEXT   NOT NULL REFERENCES directory_person (id),
	source    TEXT   NOT NULL, -- JSON, of who put them there
	PRIMARY KEY (workspace, grp, person)
);
CREATE INDEX directory_member_person ON directory_member (person, grp, workspace);
