-- +goose Up
-- Which built-in tests were made of a definition, once and for all: one that somebody
-- switches off, or that a later program drops, is not made again.
CREATE TABLE assessment_builtin (
	definition BIGINT NOT NULL REFERENCES resource_definition (number),
	builtin    TEXT   NOT NULL, -- its id
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	test       BIGINT NOT NULL,
	made_at    BIGINT NOT NULL,
	PRIMARY KEY (definition, builtin)
);
-- Owners say more of people than they did: all are carried over again.
INSERT INTO account_feed (workspace, definition, item, stamp)
SELECT o.workspace, o.definition, o.item, '000000000000000000000000' FROM account_owner o WHERE o.kind <> 'none'
ON CONFLICT (workspace, definition, item) DO UPDATE SET stamp = excluded.stamp;
