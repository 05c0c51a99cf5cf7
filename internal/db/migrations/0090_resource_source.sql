-- +goose Up
-- Applications through which workspaces use the public application of another one, as far
-- as its definitions are concerned.
CREATE TABLE resource_installation (
	application TEXT   NOT NULL PRIMARY KEY REFERENCES oauth_application (id), -- the installed one
	workspace   BIGINT NOT NULL REFERENCES workspace (number),
	origin      TEXT   NOT NULL REFERENCES oauth_application (id), -- the public one
	created_at  BIGINT NOT NULL
);
CREATE INDEX resource_installation_origin ON resource_installation (origin);

-- Id of the public application's definition that an installed one goes by; '' for any other.
ALTER TABLE resource_definition ADD COLUMN origin TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX resource_definition_origin ON resource_definition (origin, application) WHERE origin <> '';

-- Where what one source pushes stands. The source of a private application is ''.
CREATE TABLE resource_source (
	definition   BIGINT NOT NULL REFERENCES resource_definition (number),
	source       TEXT   NOT NULL,
	workspace    BIGINT NOT NULL,
	current      BIGINT NOT NULL, -- its records that exist at the head
	ended_at     BIGINT NOT NULL, -- when it was disconnected; 0: it was not, or pushes again
	held         BIGINT NOT NULL, -- removals that its last push held
	held_digest  TEXT   NOT NULL, -- of those that the guard holds; '' when none
	held_since   BIGINT NOT NULL,
	held_times   BIGINT NOT NULL,
	last_push    TEXT   NOT NULL, -- id of its last push that counts; '': none yet
	last_push_at BIGINT NOT NULL, -- 0: never
	refusal      TEXT   NOT NULL, -- why its newest push was refused; '' when it was not
	PRIMARY KEY (definition, source)
);
INSERT INTO resource_source (definition, source, workspace, current, ended_at, held, held_digest, held_since, held_times, last_push,
	last_push_at, refusal)
SELECT h.definition, '', h.workspace, h.current, 0, COALESCE(s.held, 0), h.held_digest, h.held_since, h.held_times, h.last_push,
	h.last_push_at, COALESCE((SELECT f.error FROM resource_sync f WHERE f.definition = h.definition AND f.cause = 'push'
		ORDER BY f.committed_at DESC, f.id DESC LIMIT 1), '')
FROM resource_head h LEFT JOIN resource_sync s ON s.id = h.last_push
WHERE EXISTS (SELECT 1 FROM resource_sync f WHERE f.definition = h.definition AND f.cause = 'push');
ALTER TABLE resource_head DROP COLUMN held_digest;
ALTER TABLE resource_head DROP COLUMN held_since;
ALTER TABLE resource_head DROP COLUMN held_times;
