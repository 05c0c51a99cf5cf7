-- +goose Up
-- Notifications: what is told to whom, from the feed to the log of what was sent.
CREATE TABLE notify_cursor (
	workspace BIGINT NOT NULL PRIMARY KEY REFERENCES workspace (number),
	position  BIGINT NOT NULL, -- of the last entry that was read
	part      BIGINT NOT NULL,
	since     BIGINT NOT NULL  -- when it began: what happened before is told to nobody
);

CREATE TABLE notify_setting (
	workspace   BIGINT NOT NULL PRIMARY KEY REFERENCES workspace (number),
	window_ms   BIGINT NOT NULL, -- from the first line of a batch to its end
	digest_hour BIGINT NOT NULL, -- 0 to 23, in the workspace's time zone
	choices     TEXT   NOT NULL  -- JSON: of those who made none
);

CREATE TABLE notify_preference (
	workspace  BIGINT  NOT NULL REFERENCES workspace (number),
	kind       TEXT    NOT NULL, -- user or person
	id         TEXT    NOT NULL,
	mail       TEXT    NOT NULL, -- JSON: choices
	mail_off   BOOLEAN NOT NULL, -- no mail at all
	updated_at BIGINT  NOT NULL,
	PRIMARY KEY (workspace, kind, id)
);

CREATE TABLE notify_follow (
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	test       TEXT   NOT NULL, -- id of assessment_test
	usr        TEXT   NOT NULL, -- id of access_user
	choice     TEXT   NOT NULL, -- follow or mute
	created_at BIGINT NOT NULL,
	PRIMARY KEY (workspace, test, usr)
);
CREATE INDEX notify_follow_usr ON notify_follow (workspace, usr);

CREATE TABLE notify_channel (
	id          TEXT   NOT NULL PRIMARY KEY,
	workspace   BIGINT NOT NULL REFERENCES workspace (number),
	owner       TEXT   NOT NULL, -- id of the user whose own it is; '': the workspace's
	name        TEXT   NOT NULL,
	sealed      TEXT   NOT NULL, -- the URL
	hint        TEXT   NOT NULL, -- its host and last four characters
	choices     TEXT   NOT NULL, -- JSON
	tests       TEXT   NOT NULL, -- JSON: ids of the tests it is about; []: all
	off_at      BIGINT,          -- NULL: it is used
	off_because TEXT   NOT NULL,
	created_at  BIGINT NOT NULL,
	updated_at  BIGINT NOT NULL,
	version     BIGINT NOT NULL  -- of two who change it at once, one is refused
);
CREATE INDEX notify_channel_workspace ON notify_channel (workspace, owner);

CREATE TABLE notify_told (
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	episode   TEXT   NOT NULL,
	told_at   BIGINT NOT NULL,
	size      BIGINT NOT NULL, -- how bad it was
	PRIMARY KEY (workspace, episode)
);

CREATE TABLE notify_batch (
	id        TEXT   NOT NULL PRIMARY KEY,
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	medium    TEXT   NOT NULL, -- email or slack
	kind      TEXT   NOT NULL, -- user, person or channel
	recipient TEXT   NOT NULL, -- its id
	timing    TEXT   NOT NULL, -- now, digest or test
	state     TEXT   NOT NULL, -- open, ready, sending, sent, failed, dropped
	lines     BIGINT NOT NULL,
	opened_at BIGINT NOT NULL,
	ready_at  BIGINT,
	next_at   BIGINT,          -- when the next thing is to be done; NULL: nothing is
	tries     BIGINT NOT NULL,
	ended_at  BIGINT,          -- sent, failed or dropped
	error     TEXT   NOT NULL, -- of the last try, in words
	sent_to   TEXT   NOT NULL, -- the e-mail, or the channel's name
	subject   TEXT   NOT NULL, -- as it was sent
	content   TEXT   NOT NULL  -- JSON: the message once it is written; '' before and after
);
CREATE UNIQUE INDEX notify_batch_open ON notify_batch (workspace, medium, kind, recipient, timing) WHERE state = 'open';
CREATE INDEX notify_batch_next ON notify_batch (medium, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX notify_batch_workspace ON notify_batch (workspace, id);
CREATE INDEX notify_batch_ended ON notify_batch (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE notify_line (
	batch     TEXT   NOT NULL REFERENCES notify_batch (id),
	place     TEXT   NOT NULL, -- what the line is about
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	position  BIGINT NOT NULL, -- lines stand in the order in which they began
	line      TEXT   NOT NULL, -- JSON
	PRIMARY KEY (batch, place)
);
