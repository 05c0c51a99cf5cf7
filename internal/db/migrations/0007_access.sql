-- +goose Up
ALTER TABLE access_user RENAME TO access_user_old;

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
	deactivated_at BIGINT, -- NULL unless deactivated
	UNIQUE (workspace, email_key)
);

INSERT INTO access_user (
	id, workspace, email, email_key, name, role, status, source, created_at, updated_at, activated_at)
SELECT id, workspace, email, email_key, '', role, 'active', 'VANTA', created_at, updated_at, created_at
FROM access_user_old;

CREATE INDEX access_user_page ON access_user (workspace, id);
CREATE INDEX access_user_role ON access_user (workspace, role);

-- Package signin's. It begins here because the passwords come out of the old
-- table of users.
CREATE TABLE signin_password (
	user_id    TEXT   NOT NULL PRIMARY KEY REFERENCES access_user (id) ON DELETE CASCADE,
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	hash       TEXT   NOT NULL, -- argon2id in PHC form
	changed_at BIGINT NOT NULL
);

INSERT INTO signin_password (user_id, workspace, hash, changed_at)
SELECT id, workspace, password_hash, updated_at FROM access_user_old WHERE password_hash <> '';

DROP TABLE access_user_old;

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

-- Changes that could lock everybody out write their workspace's row first, and
-- so wait for one another.
CREATE TABLE access_guard (
	workspace BIGINT NOT NULL PRIMARY KEY REFERENCES workspace (number),
	changes   BIGINT NOT NULL
);
