-- +goose Up
-- Streams: syslog servers that get what happens, and how far each has come.
CREATE TABLE stream_target (
	id          TEXT    NOT NULL PRIMARY KEY,
	workspace   BIGINT  NOT NULL REFERENCES workspace (number),
	name        TEXT    NOT NULL,
	name_key    TEXT    NOT NULL, -- lower case
	url         TEXT    NOT NULL,
	types       TEXT    NOT NULL, -- JSON: names of types of events; [] is all but outcome.changed
	facility    BIGINT  NOT NULL, -- RFC 5424 section 6.2.1
	authority   TEXT    NOT NULL, -- PEM of the certificate authority; '': the system's
	position    BIGINT  NOT NULL, -- the cursor
	part        BIGINT  NOT NULL,
	sent        BIGINT  NOT NULL, -- messages, ever
	sent_at     BIGINT,
	failures    BIGINT  NOT NULL, -- in a row
	failing_at  BIGINT,           -- since when
	last_error  TEXT    NOT NULL,
	next_at     BIGINT  NOT NULL, -- not tried before
	created_at  BIGINT  NOT NULL,
	updated_at  BIGINT  NOT NULL,
	UNIQUE (workspace, name_key)
);
