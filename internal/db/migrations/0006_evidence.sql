-- +goose Up
CREATE TABLE evidence_entry (
	id         TEXT   NOT NULL PRIMARY KEY, -- rises within a stream
	workspace  BIGINT NOT NULL,
	kind       TEXT   NOT NULL,
	stream     TEXT   NOT NULL, -- what has an order of its own, such as a definition; '' when nothing
	sequence   BIGINT NOT NULL, -- within the stream
	document   TEXT   NOT NULL, -- the canonical entry
	leaf       BYTEA  NOT NULL, -- its hash, fixed when it is written
	created_at BIGINT NOT NULL,
	position   BIGINT -- given by the sequencer; NULL until then
);
CREATE UNIQUE INDEX evidence_entry_position ON evidence_entry (workspace, position) WHERE position IS NOT NULL;
CREATE UNIQUE INDEX evidence_entry_stream ON evidence_entry (workspace, stream, sequence) WHERE stream <> '';
CREATE INDEX evidence_entry_waiting ON evidence_entry (workspace, id) WHERE position IS NULL;

CREATE TABLE evidence_hash (
	workspace BIGINT NOT NULL,
	position  BIGINT NOT NULL, -- index of a stored hash
	hash      BYTEA  NOT NULL,
	PRIMARY KEY (workspace, position)
);

CREATE TABLE evidence_checkpoint (
	workspace  BIGINT NOT NULL,
	size       BIGINT NOT NULL,
	note       TEXT   NOT NULL, -- signed
	created_at BIGINT NOT NULL,
	PRIMARY KEY (workspace, size)
);

CREATE TABLE evidence_key (
	number     BIGINT NOT NULL PRIMARY KEY, -- 1 is the first; the highest signs
	public     TEXT   NOT NULL UNIQUE,
	created_at BIGINT NOT NULL
);
