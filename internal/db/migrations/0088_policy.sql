-- +goose Up
CREATE TABLE policy_policy (
	id           TEXT   NOT NULL PRIMARY KEY,
	workspace    BIGINT NOT NULL REFERENCES workspace (number),
	slug         TEXT   NOT NULL,
	document     TEXT   NOT NULL, -- JSON: what its file says, but for the groups
	accept_ms    BIGINT NOT NULL, -- how long people have to accept
	asked_number BIGINT NOT NULL, -- acceptances of this version and later ones count; 0: nobody is asked yet
	asked_at     BIGINT NOT NULL, -- when that version was approved
	version      BIGINT NOT NULL, -- of two who change it at once, one is refused
	created_at   BIGINT NOT NULL,
	updated_at   BIGINT NOT NULL,
	UNIQUE (workspace, slug)
);

CREATE TABLE policy_version (
	policy       TEXT    NOT NULL REFERENCES policy_policy (id),
	number       BIGINT  NOT NULL, -- from 1, without gaps
	workspace    BIGINT  NOT NULL REFERENCES workspace (number),
	status       TEXT    NOT NULL, -- DRAFT, PENDING_APPROVAL or APPROVED; the rest is by the clock
	minor        BOOLEAN NOT NULL, -- earlier acceptances stay
	changes      TEXT    NOT NULL, -- what is new, in words
	text         TEXT    NOT NULL, -- Markdown; '' when there is a file
	file_name    TEXT    NOT NULL, -- '' when there is a text
	size         BIGINT  NOT NULL, -- bytes of text or file
	sha256       TEXT    NOT NULL, -- of the text or the file
	author_id    TEXT    NOT NULL, -- who wrote it last
	author_name  TEXT    NOT NULL,
	created_at   BIGINT  NOT NULL,
	submitted_at BIGINT,
	approved_at  BIGINT,
	approved_by  TEXT    NOT NULL,
	PRIMARY KEY (policy, number)
);

CREATE TABLE policy_group (
	policy    TEXT   NOT NULL REFERENCES policy_policy (id),
	grp       TEXT   NOT NULL, -- of directory_group; one that is gone asks nobody
	workspace BIGINT NOT NULL REFERENCES workspace (number),
	added_at  BIGINT NOT NULL,
	PRIMARY KEY (policy, grp)
);
CREATE INDEX policy_group_grp ON policy_group (grp, policy);

CREATE TABLE policy_acceptance (
	policy      TEXT   NOT NULL REFERENCES policy_policy (id),
	person      TEXT   NOT NULL, -- of directory_person; what somebody accepted outlasts them
	number      BIGINT NOT NULL, -- the version
	workspace   BIGINT NOT NULL REFERENCES workspace (number),
	sha256      TEXT   NOT NULL, -- of what was accepted
	accepted_at BIGINT NOT NULL,
	recorded_by TEXT   NOT NULL, -- '': by the person's own session
	reason      TEXT   NOT NULL, -- of whoever recorded it
	PRIMARY KEY (policy, person, number)
);
CREATE INDEX policy_acceptance_person ON policy_acceptance (person, policy, number);
