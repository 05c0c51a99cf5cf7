-- +goose Up
-- The newest record of each user account, as lists show and filter it: kept by
-- what pushes change (resource_behind). An account that a push left out stays.
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
CREATE INDEX account_record_facet ON account_record (definition, facet, item);
CREATE INDEX account_record_email ON account_record (workspace, email_key);

CREATE TABLE account_record_tally (
	workspace  BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	facet      BIGINT NOT NULL,
	amount     BIGINT NOT NULL,
	PRIMARY KEY (workspace, definition, facet)
);

-- What a search for the beginning of a name or an e-mail finds, but for words
-- that another of the same account begins with. Bytes: see directory_word.
CREATE TABLE account_word (
	workspace  BIGINT NOT NULL,
	word       BYTEA  NOT NULL, -- lower case, UTF-8
	definition BIGINT NOT NULL,
	item       BIGINT NOT NULL,
	PRIMARY KEY (workspace, word, definition, item)
);

-- Whose an account is. Without a row nobody has said anything, and the account is
-- linked as soon as a person has its e-mail.
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

-- Whoever links accounts to people by an e-mail, or gives a person one, holds its
-- row meanwhile, so that neither misses what the other is about to commit.
CREATE TABLE account_address (
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	email_key  TEXT   NOT NULL,
	touched_at BIGINT NOT NULL,
	PRIMARY KEY (workspace, email_key)
);

-- Accounts whose owner is not yet in the records of the system definition owners
-- as it is. The stamp is new at each change, so that what comes meanwhile stays.
CREATE TABLE account_feed (
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	definition BIGINT NOT NULL,
	item       BIGINT NOT NULL,
	stamp      TEXT   NOT NULL,
	PRIMARY KEY (workspace, definition, item)
);

INSERT INTO resource_behind (definition, view_name, workspace)
SELECT number, 'account', workspace FROM resource_definition WHERE base = 'UserAccount';
