-- +goose Up
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
