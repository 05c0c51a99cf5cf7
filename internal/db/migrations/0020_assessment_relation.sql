-- +goose Up
-- What the records of a definition are found by: some of their fields.
CREATE TABLE assessment_key (
	number     BIGINT NOT NULL PRIMARY KEY, -- what rows carry
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	definition BIGINT NOT NULL REFERENCES resource_definition (number),
	fields     TEXT   NOT NULL, -- as package rule writes a key
	since      BIGINT,          -- the number from which on its values are complete; NULL: not yet
	UNIQUE (definition, fields)
);

-- The values that records have for a key, as intervals.
CREATE TABLE assessment_value (
	item_key   BIGINT NOT NULL, -- assessment_key
	item       BIGINT NOT NULL,
	from_sync  BIGINT NOT NULL,
	to_sync    BIGINT,
	workspace  BIGINT NOT NULL,
	definition BIGINT NOT NULL,
	digest     BIGINT NOT NULL, -- first 8 bytes of the value's SHA-256
	UNIQUE (item_key, item, from_sync)
);
CREATE INDEX assessment_value_digest ON assessment_value (item_key, digest, item);

-- Values that a number touched: those of records that changed, before and after.
-- Rows go once every definition that relates to them has taken them in.
CREATE TABLE assessment_touch (
	definition BIGINT NOT NULL,
	sync       BIGINT NOT NULL, -- the number
	item       BIGINT NOT NULL, -- 0: any value may have been touched
	item_key   BIGINT NOT NULL,
	digest     BIGINT NOT NULL,
	workspace  BIGINT NOT NULL,
	PRIMARY KEY (definition, sync, item, item_key, digest)
);

-- How the tests of a definition relate to another: records are related whose
-- values for two keys are the same.
CREATE TABLE assessment_link (
	workspace  BIGINT NOT NULL REFERENCES workspace (number),
	definition BIGINT NOT NULL, -- of the tests
	ours       BIGINT NOT NULL, -- assessment_key of definition
	related    BIGINT NOT NULL, -- the other definition
	theirs     BIGINT NOT NULL, -- assessment_key of related
	PRIMARY KEY (definition, ours, theirs)
);
CREATE INDEX assessment_link_related ON assessment_link (related);

-- From which number on the verdicts of a definition rest on which number of a
-- related one.
CREATE TABLE assessment_view (
	definition     BIGINT NOT NULL,
	related        BIGINT NOT NULL,
	from_sync      BIGINT NOT NULL, -- of definition
	workspace      BIGINT NOT NULL,
	number         BIGINT NOT NULL, -- of related
	schema_version BIGINT NOT NULL, -- of related
	PRIMARY KEY (definition, related, from_sync)
);
