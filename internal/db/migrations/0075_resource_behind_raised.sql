-- +goose Up
-- How often a view was said to be behind since it last was not: who brings it up takes
-- away only what it saw.
ALTER TABLE resource_behind ADD COLUMN raised BIGINT NOT NULL DEFAULT 1;
-- Computers are shown by the settings that their tests have: those that were pushed
-- before are looked at again.
INSERT INTO resource_behind (definition, view_name, workspace)
SELECT number, 'computer', workspace FROM resource_definition WHERE base IN ('MacosUserComputer', 'WindowsUserComputer')
ON CONFLICT (definition, view_name) DO NOTHING;
