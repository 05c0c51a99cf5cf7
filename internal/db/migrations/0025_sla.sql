-- +goose Up
-- Categories that were edited or made; a built-in one without a row is as it ships.
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

-- What a category's deadline was from when on: an item goes by what held when it
-- was detected. Immutable.
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

CREATE TABLE sla_setting (
	workspace BIGINT NOT NULL PRIMARY KEY REFERENCES workspace (number),
	zone      TEXT   NOT NULL, -- IANA name
	due_soon  BIGINT -- ms before the due time; NULL: as soon as there is one
);
