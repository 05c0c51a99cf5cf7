-- +goose Up
-- Who has had the frameworks and controls that a workspace begins with: what was
-- taken away since is not brought back.
CREATE TABLE program_workspace (
	workspace    BIGINT NOT NULL PRIMARY KEY REFERENCES workspace (number),
	furnished_at BIGINT NOT NULL
);

-- Frameworks in use.
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

-- Controls in use.
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

-- Which requirements a control helps to meet.
CREATE TABLE program_mapping (
	workspace   BIGINT NOT NULL,
	framework   TEXT   NOT NULL,
	requirement TEXT   NOT NULL, -- its reference within the framework
	control     TEXT   NOT NULL REFERENCES program_control (id),
	PRIMARY KEY (workspace, framework, requirement, control)
);
CREATE INDEX program_mapping_control ON program_mapping (control, framework);
CREATE INDEX program_mapping_requirement ON program_mapping (workspace, requirement);

-- Which tests are evidence for a control.
CREATE TABLE program_test (
	workspace BIGINT NOT NULL,
	control   TEXT   NOT NULL REFERENCES program_control (id),
	test      BIGINT NOT NULL REFERENCES assessment_test (number),
	PRIMARY KEY (workspace, control, test)
);
CREATE INDEX program_test_test ON program_test (test);
