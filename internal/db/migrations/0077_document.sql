-- +goose Up
-- Documents: evidence that people and applications bring as files and links.
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
CREATE INDEX document_document_workspace ON document_document (workspace, id);
CREATE INDEX document_document_next ON document_document (next_at) WHERE next_at IS NOT NULL;

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

CREATE TABLE program_document (
	workspace BIGINT NOT NULL,
	control   TEXT   NOT NULL REFERENCES program_control (id),
	document  TEXT   NOT NULL REFERENCES document_document (id),
	PRIMARY KEY (workspace, control, document)
);
CREATE INDEX program_document_document ON program_document (document);
CREATE INDEX program_document_control ON program_document (control);
