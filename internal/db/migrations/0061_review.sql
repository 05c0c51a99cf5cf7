-- +goose Up
-- Access reviews: does everybody still need the accounts they have?
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
);
CREATE INDEX review_review_workspace ON review_review (workspace, id);

-- Which systems a review is about, and who decides on their accounts.
CREATE TABLE review_system (
	review     TEXT   NOT NULL REFERENCES review_review (id) ON DELETE CASCADE,
	definition BIGINT NOT NULL,
	workspace  BIGINT NOT NULL,
	reviewer   TEXT   NOT NULL, -- id of a user
	PRIMARY KEY (review, definition)
);
CREATE INDEX review_system_reviewer ON review_system (workspace, reviewer, review);

-- The accounts of a review as they were when it began, and what was decided.
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
CREATE INDEX review_item_state ON review_item (review, definition, state, number);
CREATE INDEX review_item_place ON review_item (definition, item);

CREATE TABLE review_item_tally (
	review     TEXT   NOT NULL REFERENCES review_review (id) ON DELETE CASCADE,
	workspace  BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	state      BIGINT NOT NULL,
	amount     BIGINT NOT NULL,
	PRIMARY KEY (review, definition, state)
);

-- Accounts of reviews that were switched on or off, or went, until the reviews
-- know. The stamp is new at each change.
CREATE TABLE review_turn (
	workspace  BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	item       BIGINT NOT NULL,
	stamp      TEXT   NOT NULL,
	PRIMARY KEY (workspace, definition, item)
);
