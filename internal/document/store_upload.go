// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"errors"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
)

func isAbsent(err error) bool { return errors.Is(err, db.ErrNoRow) }

const uploadFields = `SELECT id, document, COALESCE(file_name, ''), title, description, mime_type, sha256, size, by_type, by_id,
		effective_at, created_at, updated_at, deleted_at
	FROM document_upload `

func scanUpload(row db.Row) (u Upload, err error) {
	err = row.Scan(&u.ID, &u.Document, &u.FileName, &u.Title, &u.Description, &u.MediaType, &u.SHA256, &u.Size, &u.ByType, &u.ByID,
		&u.EffectiveAt, &u.CreatedAt, &u.UpdatedAt, &u.DeletedAt)
	return u, err
}

func insertUpload(ctx context.Context, tx *db.Tx, w caller.Workspace, u *Upload) error {
	var description any
	if u.Description != nil {
		description = *u.Description
	}
	return tx.ExecOne(ctx, `
		INSERT INTO document_upload (id, document, workspace, file_name, title, description, mime_type, sha256, size, by_type, by_id,
			effective_at, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		u.ID, u.Document, w.Number, textOrNull(u.FileName), u.Title, description, u.MediaType, u.SHA256, u.Size, u.ByType, u.ByID,
		u.EffectiveAt, u.CreatedAt, u.UpdatedAt)
}

// selectUpload answers a file that was not deleted.
func selectUpload(ctx context.Context, tx *db.Tx, document, id string) (Upload, error) {
	return scanUpload(tx.QueryRow(ctx, uploadFields+`WHERE document = $1 AND id = $2 AND deleted_at IS NULL`, document, id))
}

func selectUploads(ctx context.Context, tx *db.Tx, document, after string, limit int) (list []Upload, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		u, err := scanUpload(row)
		list = append(list, u)
		return err
	}, uploadFields+`WHERE document = $1 AND id > $2 AND deleted_at IS NULL ORDER BY id LIMIT $3`, document, after, int64(limit))
	return list, err
}

// selectSums answers the hashes of a document's files, in the order in which they
// came.
func selectSums(ctx context.Context, tx *db.Tx, document string) (list []string, err error) {
	list = []string{}
	err = tx.Each(ctx, func(row db.Row) error {
		var sum string
		err := row.Scan(&sum)
		list = append(list, sum)
		return err
	}, `SELECT sha256 FROM document_upload WHERE document = $1 AND deleted_at IS NULL ORDER BY id`, document)
	return list, err
}

func markDeleted(ctx context.Context, tx *db.Tx, id string, at int64) error {
	return tx.ExecOne(ctx, `UPDATE document_upload SET deleted_at = $2, updated_at = $2 WHERE id = $1 AND deleted_at IS NULL`, id, at)
}

const linkFields = `SELECT id, document, url, title, description, effective_at, created_at FROM document_link `

func scanLink(row db.Row) (l Link, err error) {
	err = row.Scan(&l.ID, &l.Document, &l.URL, &l.Title, &l.Description, &l.EffectiveAt, &l.CreatedAt)
	return l, err
}

func insertLink(ctx context.Context, tx *db.Tx, w caller.Workspace, l *Link) error {
	return tx.ExecOne(ctx, `
		INSERT INTO document_link (id, document, workspace, url, title, description, effective_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, l.ID, l.Document, w.Number, l.URL, l.Title, l.Description, maybe(l.EffectiveAt), l.CreatedAt)
}

func selectLink(ctx context.Context, tx *db.Tx, document, id string) (Link, error) {
	return scanLink(tx.QueryRow(ctx, linkFields+`WHERE document = $1 AND id = $2`, document, id))
}

func selectLinks(ctx context.Context, tx *db.Tx, document, after string, limit int) (list []Link, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		l, err := scanLink(row)
		list = append(list, l)
		return err
	}, linkFields+`WHERE document = $1 AND id > $2 ORDER BY id LIMIT $3`, document, after, int64(limit))
	return list, err
}

func countLinks(ctx context.Context, tx *db.Tx, document string) (count int, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM document_link WHERE document = $1`, document).Scan(&count)
	return count, err
}

func deleteLink(ctx context.Context, tx *db.Tx, id string) error {
	return tx.ExecOne(ctx, `DELETE FROM document_link WHERE id = $1`, id)
}
