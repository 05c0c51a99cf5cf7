-- +goose Up
-- Webhooks: addresses that are told what happens, and what became of each message.
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
CREATE UNIQUE INDEX webhook_delivery_event ON webhook_delivery (endpoint, event);
CREATE INDEX webhook_delivery_endpoint ON webhook_delivery (endpoint, id);
CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX webhook_delivery_ended ON webhook_delivery (endpoint, ended_at) WHERE ended_at IS NOT NULL;

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
