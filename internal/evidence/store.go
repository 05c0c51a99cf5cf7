// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"context"
	"fmt"
	"strings"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/proof"
)

// entryRow is an entry as it is inserted, without a position.
type entryRow struct {
	created   int64
	document  []byte
	id        string
	kind      string
	leaf      proof.Hash
	sequence  int64
	stream    string
	trail     trailColumns
	workspace int64
}

func insertEntry(ctx context.Context, tx *db.Tx, e entryRow) error {
	return tx.ExecOne(ctx, `
		INSERT INTO evidence_entry (id, workspace, kind, stream, sequence, document, leaf, created_at,
			action, actor_kind, actor_id, subject_kind, subject_id, names)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		e.id, e.workspace, e.kind, e.stream, e.sequence, string(e.document), e.leaf[:], e.created,
		e.trail.action, e.trail.actorKind, e.trail.actorID, e.trail.subjectKind, e.trail.subjectID, e.trail.names)
}

// insertTargets stores what an entry names beside its subject; what is there
// already stays.
func insertTargets(ctx context.Context, tx *db.Tx, workspace int64, entry string, targets []target) error {
	for _, t := range targets {
		_, err := tx.Exec(ctx, `
			INSERT INTO evidence_target (workspace, target, entry, kind) VALUES ($1, $2, $3, $4)
			ON CONFLICT (workspace, target, entry) DO NOTHING`, workspace, t.id, entry, t.kind)
		if err != nil {
			return err
		}
	}
	return nil
}

// selectLast answers the last entry of a stream.
func selectLast(ctx context.Context, tx *db.Tx, workspace int64, stream string) (sequence int64, id string, err error) {
	err = tx.QueryRow(ctx, `
		SELECT sequence, id FROM evidence_entry WHERE workspace = $1 AND stream = $2 AND stream <> ''
		ORDER BY sequence DESC LIMIT 1`, workspace, stream).Scan(&sequence, &id)
	return sequence, id, err
}

// state is how far a workspace's evidence has come.
type state struct {
	hashes  int64 // stored
	id      string
	name    string
	number  int64
	signed  int64 // size of the newest checkpoint
	size    int64 // entries with a position
	waiting bool  // there are entries without one
}

// stateText asks for workspaces, by a few index probes each.
const stateText = `
	SELECT w.number, w.id, w.name,
		COALESCE((SELECT MAX(position) FROM evidence_entry WHERE workspace = w.number AND position IS NOT NULL), -1) + 1,
		COALESCE((SELECT MAX(position) FROM evidence_hash WHERE workspace = w.number), -1) + 1,
		COALESCE((SELECT MAX(size) FROM evidence_checkpoint WHERE workspace = w.number), 0),
		EXISTS (SELECT 1 FROM evidence_entry WHERE workspace = w.number AND position IS NULL)
	FROM workspace w`

func scanState(row db.Row) (s state, err error) {
	err = row.Scan(&s.number, &s.id, &s.name, &s.size, &s.hashes, &s.signed, &s.waiting)
	return s, err
}

func selectStates(ctx context.Context, tx *db.Tx) (states []state, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		s, err := scanState(row)
		states = append(states, s)
		return err
	}, stateText+` ORDER BY w.number`)
	return states, err
}

func selectState(ctx context.Context, tx *db.Tx, workspace int64) (state, error) {
	return scanState(tx.QueryRow(ctx, stateText+` WHERE w.number = $1`, workspace))
}

// waitingRow is an entry that has no position yet.
type waitingRow struct {
	id       string
	leaf     proof.Hash
	sequence int64
	stream   string
}

// selectWaiting answers the next batch.
func selectWaiting(ctx context.Context, tx *db.Tx, workspace int64) (rows []waitingRow, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var w waitingRow
		var leaf []byte
		if err := row.Scan(&w.id, &leaf, &w.sequence, &w.stream); err != nil {
			return err
		}
		rows = append(rows, w)
		return setHash(&rows[len(rows)-1].leaf, leaf)
	}, `
		SELECT id, leaf, sequence, stream FROM evidence_entry WHERE workspace = $1 AND position IS NULL
		ORDER BY id LIMIT $2`, workspace, batch)
	return rows, err
}

// positionsAtOnce is how many entries one statement gives their places. It is
// always as many, so that there is one statement to prepare. On PostgreSQL this
// numbers 13,000 entries a second, where a statement for each numbered 4,200.
const positionsAtOnce = 50

// positionText repeats the last entry where there are fewer: the first branch of
// a CASE that fits counts.
var positionText = `
	UPDATE evidence_entry SET position = CAST($1 AS BIGINT) + CASE id` + placeBranches() + ` END
	WHERE id IN (` + parameters(positionsAtOnce) + `) AND position IS NULL`

func placeBranches() string {
	var text strings.Builder
	for i := range positionsAtOnce {
		fmt.Fprintf(&text, " WHEN $%d THEN %d", i+2, i)
	}
	return text.String()
}

// updatePositions gives entries the places from first on, at most
// positionsAtOnce; db.ErrNoRow when one of them has a place already.
func updatePositions(ctx context.Context, tx *db.Tx, rows []waitingRow, first int64) error {
	args := make([]any, 1, 1+positionsAtOnce)
	args[0] = first
	for i := range positionsAtOnce {
		args = append(args, rows[min(i, len(rows)-1)].id)
	}
	changed, err := tx.Exec(ctx, positionText, args...)
	if err == nil && changed != int64(len(rows)) {
		return db.ErrNoRow
	}
	return err
}

// insertHashes stores hashes that follow one another from index first on. It
// breaks the primary key when somebody else extended the tree.
func insertHashes(ctx context.Context, tx *db.Tx, workspace, first int64, hashes []proof.Hash) error {
	values := make([]any, 0, 3*len(hashes))
	for i := range hashes {
		values = append(values, workspace, first+int64(i), hashes[i][:])
	}
	return tx.InsertMany(ctx, "evidence_hash", []string{"workspace", "position", "hash"}, values)
}

func selectHashRange(ctx context.Context, tx *db.Tx, workspace, first int64, into []proof.Hash) (found int, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var position int64
		var hash []byte
		if err := row.Scan(&position, &hash); err != nil {
			return err
		}
		found++
		return setHash(&into[position-first], hash)
	}, `
		SELECT position, hash FROM evidence_hash WHERE workspace = $1 AND position >= $2 AND position < $3`,
		workspace, first, first+int64(len(into)))
	return found, err
}

// hashesAtOnce is how many single hashes one statement asks for. It is always
// as many, so that there is one statement to prepare.
const hashesAtOnce = 32

var hashText = `
	SELECT position, hash FROM evidence_hash WHERE workspace = $1 AND position IN (` + parameters(hashesAtOnce) + `)`

// parameters answers a list of count parameters from $2 on.
func parameters(count int) string {
	list := make([]string, count)
	for i := range list {
		list[i] = fmt.Sprintf("$%d", i+2)
	}
	return strings.Join(list, ",")
}

// selectHashes asks for at most hashesAtOnce hashes.
func selectHashes(ctx context.Context, tx *db.Tx, workspace int64, indexes []int64, into map[int64]proof.Hash) error {
	args := make([]any, 1, 1+hashesAtOnce)
	args[0] = workspace
	for i := range hashesAtOnce {
		args = append(args, indexes[min(i, len(indexes)-1)])
	}
	return tx.Each(ctx, func(row db.Row) error {
		var position int64
		var stored []byte
		var hash proof.Hash
		if err := row.Scan(&position, &stored); err != nil {
			return err
		}
		err := setHash(&hash, stored)
		into[position] = hash
		return err
	}, hashText, args...)
}

func setHash(hash *proof.Hash, stored []byte) error {
	if len(stored) != len(hash) {
		return fmt.Errorf("a stored hash has %d bytes instead of %d", len(stored), len(hash))
	}
	copy(hash[:], stored)
	return nil
}

// insertCheckpoint stores a signed checkpoint; one of the same size stays.
func insertCheckpoint(ctx context.Context, tx *db.Tx, workspace int64, s Signed) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO evidence_checkpoint (workspace, size, note, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (workspace, size) DO NOTHING`, workspace, s.Size, string(s.Note), s.Time)
	return err
}

// selectCheckpoint answers the newest checkpoint; db.ErrNoRow before the first.
func selectCheckpoint(ctx context.Context, tx *db.Tx, workspace int64) (note []byte, err error) {
	err = tx.QueryRow(ctx, `
		SELECT note FROM evidence_checkpoint WHERE workspace = $1 ORDER BY size DESC LIMIT 1`,
		workspace).Scan(&note)
	return note, err
}

// selectCheckpoints answers the next page of checkpoints after a size and below another.
func selectCheckpoints(ctx context.Context, tx *db.Tx, workspace, after, below int64) (notes [][]byte, last int64, err error) {
	last = after
	err = tx.Each(ctx, func(row db.Row) error {
		var note []byte
		err := row.Scan(&last, &note)
		notes = append(notes, note)
		return err
	}, `
		SELECT size, note FROM evidence_checkpoint WHERE workspace = $1 AND size > $2 AND size < $3
		ORDER BY size LIMIT $4`, workspace, after, below, page)
	return notes, last, err
}

// documentRow is a numbered entry.
type documentRow struct {
	document []byte
	position int64
}

func selectDocuments(ctx context.Context, tx *db.Tx, workspace, from, to int64) (rows []documentRow, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var d documentRow
		err := row.Scan(&d.position, &d.document)
		rows = append(rows, d)
		return err
	}, `
		SELECT position, document FROM evidence_entry WHERE workspace = $1 AND position >= $2 AND position < $3
		ORDER BY position`, workspace, from, to)
	return rows, err
}

// insertFirstKey stores the first key, unless there is one. Of two that start at once
// with the same key, PostgreSQL may find either the number or the key taken.
func insertFirstKey(ctx context.Context, tx *db.Tx, public string, created int64) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO evidence_key (number, public, created_at) VALUES (1, $1, $2)
		ON CONFLICT DO NOTHING`, public, created)
	return err
}

// selectKey answers the public key that signs; db.ErrNoRow before the first.
func selectKey(ctx context.Context, tx *db.Tx) (public string, err error) {
	err = tx.QueryRow(ctx, `
		SELECT public FROM evidence_key ORDER BY number DESC LIMIT 1`).Scan(&public)
	return public, err
}
