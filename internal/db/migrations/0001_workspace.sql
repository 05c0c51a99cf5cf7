-- +goose Up
CREATE TABLE workspace (
	number     BIGINT NOT NULL PRIMARY KEY, -- what rows carry; drawn from workspace_counter
	id         TEXT   NOT NULL UNIQUE,
	slug       TEXT   NOT NULL UNIQUE,
	name       TEXT   NOT NULL,
	created_at BIGINT NOT NULL
);

-- Small integers that stand for ids in rows: workspaces, definitions, tests.
CREATE TABLE workspace_counter (
	name  TEXT   NOT NULL PRIMARY KEY,
	value BIGINT NOT NULL
);

-- What holds for the whole installation, such as its base URL.
CREATE TABLE workspace_installation (
	name  TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
);

CREATE TABLE jobs_lease (
	name  TEXT   NOT NULL PRIMARY KEY,
	owner TEXT   NOT NULL,
	until BIGINT NOT NULL
);
