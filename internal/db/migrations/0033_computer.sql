-- +goose Up
-- The newest record of each computer that exists, as lists show and filter it.
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

INSERT INTO resource_behind (definition, view_name, workspace)
SELECT number, 'computer', workspace FROM resource_definition WHERE base IN ('MacosUserComputer', 'WindowsUserComputer');
