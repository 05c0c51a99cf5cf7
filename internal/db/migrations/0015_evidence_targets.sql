-- +goose Up
-- What an entry names beside its subject, so that whoever asks for it finds the
-- entry. Syncs have no rows. Drawn from the document like the columns of 0012.
CREATE TABLE evidence_target (
	workspace BIGINT NOT NULL,
	target    TEXT   NOT NULL, -- id
	entry     TEXT   NOT NULL, -- id
	kind      TEXT   NOT NULL, -- of the target
	PRIMARY KEY (workspace, target, entry)
);

-- A service fills older entries when it starts.
UPDATE evidence_entry SET action = NULL WHERE kind <> 'sync';
