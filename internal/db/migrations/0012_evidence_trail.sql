-- +goose Up
-- What the audit trail is asked for, drawn from the document, which holds the
-- truth. NULL in older rows until a service fills them when it starts.
ALTER TABLE evidence_entry ADD COLUMN action TEXT; -- kind and what: user.role_changed
ALTER TABLE evidence_entry ADD COLUMN actor_kind TEXT;
ALTER TABLE evidence_entry ADD COLUMN actor_id TEXT; -- the kind, for an actor without an id
ALTER TABLE evidence_entry ADD COLUMN subject_kind TEXT;
ALTER TABLE evidence_entry ADD COLUMN subject_id TEXT;
ALTER TABLE evidence_entry ADD COLUMN names TEXT; -- of actor and targets, lower case

-- Most entries are of pushes, which the trail leaves out unless it is asked: the
-- two are indexed apart.
CREATE INDEX evidence_entry_trail ON evidence_entry (workspace, id) WHERE kind <> 'sync';
CREATE INDEX evidence_entry_actor ON evidence_entry (workspace, actor_id, id) WHERE kind <> 'sync';
CREATE INDEX evidence_entry_kind ON evidence_entry (workspace, kind, id) WHERE kind <> 'sync';
CREATE INDEX evidence_entry_subject ON evidence_entry (workspace, subject_id, id) WHERE kind <> 'sync';
CREATE INDEX evidence_entry_sync ON evidence_entry (workspace, id) WHERE kind = 'sync';
CREATE INDEX evidence_entry_sync_subject ON evidence_entry (workspace, subject_id, id) WHERE kind = 'sync';
CREATE INDEX evidence_entry_bare ON evidence_entry (id) WHERE action IS NULL;
