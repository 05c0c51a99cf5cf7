// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"database/sql"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

// statusAt is a document's status at $1.
const statusAt = `CASE
	WHEN d.deactivated_at IS NOT NULL AND (d.deactivated_until IS NULL OR d.deactivated_until > $1) THEN 'Not relevant'
	WHEN d.evidence_at IS NULL THEN 'Needs document'
	WHEN d.due_at IS NOT NULL AND d.due_at <= $1 THEN 'Needs update'
	ELSE 'OK' END`

const documentFields = `SELECT d.id, d.title, d.description, d.category, d.time_sensitivity, d.cadence, d.reminder, d.sensitive, COALESCE(d.owner, ''),
		d.note, d.deactivated_at, d.deactivated_until, d.deactivated_reason, d.evidence_at, d.status_at, d.due_at, d.soon_at, d.told, d.next_at,
		d.submitted_at, d.created_at, d.updated_at, ` + statusAt + `
	FROM document_document d `

func scanDocument(row db.Row) (d Document, err error) {
	err = row.Scan(&d.ID, &d.Title, &d.Description, &d.Category, &d.TimeSensitivity, &d.Cadence, &d.Reminder, &d.Sensitive, &d.Owner,
		&d.Note, &d.deactivatedAt, &d.deactivatedUntil, &d.deactivatedReason, &d.evidenceAt, &d.statusAt, &d.dueAt, &d.soonAt, &d.told, &d.nextAt,
		&d.submittedAt, &d.CreatedAt, &d.UpdatedAt, &d.Status)
	return d, err
}

func selectDocument(ctx context.Context, tx *db.Tx, w caller.Workspace, id string, now int64) (Document, error) {
	return scanDocument(tx.QueryRow(ctx, documentFields+`WHERE d.workspace = $2 AND d.id = $3`, now, w.Number, id))
}

// selectDocuments answers one more than the limit of a query.
func selectDocuments(ctx context.Context, tx *db.Tx, w caller.Workspace, q Query) (list []Document, err error) {
	args := []any{q.now, w.Number, q.After, int64(q.Limit + 1), q.Owner, q.plain, q.own}
	where := `WHERE d.workspace = $2 AND d.id > $3 AND ($5 = '' OR d.owner = $5) AND (NOT $6 OR NOT d.sensitive OR $7 <> '' AND d.owner = $7)`
	if len(q.Statuses) > 0 {
		where += ` AND ` + statusAt + ` IN (` + db.Parameters(len(args)+1, len(q.Statuses)) + `)`
		for _, status := range q.Statuses {
			args = append(args, string(status))
		}
	}
	if q.IDs != nil {
		where += ` AND d.id IN (` + db.Parameters(len(args)+1, len(q.IDs)) + `)`
		for _, id := range q.IDs {
			args = append(args, id)
		}
	}
	err = tx.Each(ctx, func(row db.Row) error {
		d, err := scanDocument(row)
		list = append(list, d)
		return err
	}, documentFields+where+` ORDER BY d.id LIMIT $4`, args...)
	return list, err
}

func selectStandings(ctx context.Context, tx *db.Tx, w caller.Workspace, now int64) (map[string]Standing, error) {
	all := map[string]Standing{}
	err := tx.Each(ctx, func(row db.Row) error {
		var one Standing
		var id string
		err := row.Scan(&id, &one.Title, &one.Status)
		all[id] = one
		return err
	}, `SELECT d.id, CASE WHEN d.sensitive THEN '' ELSE d.title END, `+statusAt+` FROM document_document d WHERE d.workspace = $2`, now, w.Number)
	return all, err
}

func countDocuments(ctx context.Context, tx *db.Tx, w caller.Workspace) (count int64, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM document_document WHERE workspace = $1`, w.Number).Scan(&count)
	return count, err
}

func insertDocument(ctx context.Context, tx *db.Tx, w caller.Workspace, d *Document) error {
	return tx.ExecOne(ctx, `
		INSERT INTO document_document (id, workspace, title, description, category, time_sensitivity, cadence, reminder, sensitive, note,
			deactivated_reason, status_at, told, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', $11, '', $12, $13, 1)`,
		d.ID, w.Number, d.Title, d.Description, d.Category, d.TimeSensitivity, d.Cadence, d.Reminder, d.Sensitive, d.Note,
		d.statusAt, d.CreatedAt, d.UpdatedAt)
}

// lockDocument makes others who change the document wait; db.ErrNoRow when there is
// none.
func lockDocument(ctx context.Context, tx *db.Tx, w caller.Workspace, id string) error {
	return tx.ExecOne(ctx, `UPDATE document_document SET version = version + 1 WHERE workspace = $1 AND id = $2`, w.Number, id)
}

func updateDocument(ctx context.Context, tx *db.Tx, d *Document) error {
	return tx.ExecOne(ctx, `
		UPDATE document_document SET title = $2, description = $3, time_sensitivity = $4, cadence = $5, reminder = $6, sensitive = $7, owner = $8,
			note = $9, deactivated_at = $10, deactivated_until = $11, deactivated_reason = $12, evidence_at = $13, status_at = $14, due_at = $15,
			soon_at = $16, told = $17, next_at = $18, submitted_at = $19, updated_at = $20
		WHERE id = $1`,
		d.ID, d.Title, d.Description, d.TimeSensitivity, d.Cadence, d.Reminder, d.Sensitive, textOrNull(d.Owner),
		d.Note, maybe(d.deactivatedAt), maybe(d.deactivatedUntil), d.deactivatedReason, maybe(d.evidenceAt), d.statusAt, maybe(d.dueAt),
		maybe(d.soonAt), d.told, maybe(d.nextAt), maybe(d.submittedAt), d.UpdatedAt)
}

func deleteDocument(ctx context.Context, tx *db.Tx, id string) error {
	for _, table := range []string{"document_upload", "document_link"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE document = $1`, id); err != nil {
			return err
		}
	}
	return tx.ExecOne(ctx, `DELETE FROM document_document WHERE id = $1`, id)
}

// selectEvidence answers from when the newest file or link of a document counts:
// from its effective date, but not from later than it came.
func selectEvidence(ctx context.Context, tx *db.Tx, id string) (*int64, error) {
	var newest sql.NullInt64
	err := tx.QueryRow(ctx, `SELECT MAX(CASE WHEN e.effective_at < e.created_at THEN e.effective_at ELSE e.created_at END) FROM (
			SELECT effective_at, created_at FROM document_upload WHERE document = $1 AND deleted_at IS NULL
			UNION ALL
			SELECT COALESCE(effective_at, created_at), created_at FROM document_link WHERE document = $1) e`, id).Scan(&newest)
	if err != nil || !newest.Valid {
		return nil, err
	}
	return &newest.Int64, nil
}

// selectDue answers up to limit documents of which there is something to tell.
func selectDue(ctx context.Context, tx *db.Tx, now int64, limit int) (list []dueDocument, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var one dueDocument
		err := row.Scan(&one.id, &one.workspace.Number, &one.workspace.ID, &one.workspace.Name)
		list = append(list, one)
		return err
	}, `SELECT d.id, w.number, w.id, w.name FROM document_document d JOIN workspace w ON w.number = d.workspace
		WHERE d.next_at IS NOT NULL AND d.next_at <= $1 ORDER BY d.next_at, d.id LIMIT $2`, now, int64(limit))
	return list, err
}

func textOrNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func maybe(ms *int64) any {
	if ms == nil {
		return nil
	}
	return *ms
}
