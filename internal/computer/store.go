// SPDX-License-Identifier: Apache-2.0

package computer

import (
	"context"
	"database/sql"
	"slices"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/resource"
)

var rowColumns = []string{
	"definition", "item", "workspace", "facet", "created_at", "updated_at", "display_name", "serial_number", "udid", "os_version",
	"owner_key", "last_check_at", "late_at",
}

const rowFields = `facet, created_at, updated_at, display_name, serial_number, udid, os_version, owner_key, last_check_at, late_at`

// scanRow reads an item and rowFields.
func scanRow(from db.Row) (item int64, r row, err error) {
	var code int64
	err = from.Scan(&item, &code, &r.createdAt, &r.updatedAt, &r.displayName, &r.serialNumber, &r.udid, &r.osVersion, &r.ownerKey,
		(*sql.NullInt64)(&r.lastCheckAt), (*sql.NullInt64)(&r.lateAt))
	r.facet = facetOf(code)
	return item, r, err
}

func null(m maybe) any {
	if !m.Valid {
		return nil
	}
	return m.Int64
}

// values answers the row in the order of rowColumns.
func (r row) values(d resource.Definition, item resource.Item) []any {
	return []any{
		int64(d.Number), int64(item), d.Workspace.Number, r.facet.code(), r.createdAt, r.updatedAt, r.displayName, r.serialNumber, r.udid,
		r.osVersion, r.ownerKey, null(r.lastCheckAt), null(r.lateAt),
	}
}

// updateRow writes a row whose facet is still the one before; ErrNoRow otherwise.
func updateRow(ctx context.Context, tx *db.Tx, d resource.Definition, item resource.Item, before Facet, r row) error {
	return tx.ExecOne(ctx, `
		UPDATE computer_record SET facet = $4, created_at = $5, updated_at = $6, display_name = $7, serial_number = $8, udid = $9,
			os_version = $10, owner_key = $11, last_check_at = $12, late_at = $13
		WHERE definition = $1 AND item = $2 AND workspace = $3 AND facet = $14`, append(r.values(d, item), before.code())...)
}

func deleteRow(ctx context.Context, tx *db.Tx, d resource.Definition, item resource.Item, before Facet) error {
	return tx.ExecOne(ctx, `
		DELETE FROM computer_record WHERE definition = $1 AND item = $2 AND workspace = $3 AND facet = $4`,
		int64(d.Number), int64(item), d.Workspace.Number, before.code())
}

func selectFacet(ctx context.Context, tx *db.Tx, d resource.Definition, item resource.Item) (Facet, error) {
	var code int64
	err := tx.QueryRow(ctx, `
		SELECT facet FROM computer_record WHERE workspace = $1 AND definition = $2 AND item = $3`,
		d.Workspace.Number, int64(d.Number), int64(item)).Scan(&code)
	return facetOf(code), err
}

// selectRows answers the rows of rising items.
func selectRows(ctx context.Context, tx *db.Tx, d resource.Definition, items []int64) (map[int64]row, error) {
	rows := map[int64]row{}
	err := facet.InItems(int64(d.Number), items, func(where string, args []any) error {
		return tx.Each(ctx, func(from db.Row) error {
			item, r, err := scanRow(from)
			rows[item] = r
			return err
		}, `SELECT item, `+rowFields+` FROM computer_record WHERE definition = $1 AND `+where, args...)
	})
	return rows, err
}

// late is a computer whose last check has become too old.
type late struct {
	facet.Key

	facet     Facet
	workspace int64
}

func selectLate(ctx context.Context, tx *db.Tx, now int64, limit int) (list []late, err error) {
	err = tx.Each(ctx, func(from db.Row) error {
		var l late
		var code int64
		err := from.Scan(&l.Definition, &l.Item, &l.workspace, &code)
		l.facet = facetOf(code)
		list = append(list, l)
		return err
	}, `SELECT definition, item, workspace, facet FROM computer_record
		WHERE late_at IS NOT NULL AND late_at <= $1 ORDER BY late_at LIMIT $2`, now, limit)
	return list, err
}

func updateLate(ctx context.Context, tx *db.Tx, l late) error {
	after := l.facet
	after.Late = true
	return tx.ExecOne(ctx, `
		UPDATE computer_record SET facet = $5, late_at = NULL
		WHERE workspace = $1 AND definition = $2 AND item = $3 AND facet = $4 AND late_at IS NOT NULL`,
		l.workspace, l.Definition, l.Item, l.facet.code(), after.code())
}

// OwnerKeys answers the statement for the directory.EmailKey of those whom the computers
// of workspace $1 name as their owners.
func OwnerKeys() string { return `SELECT c.owner_key FROM computer_record c WHERE c.workspace = $1` }

// ownersAsked is how many owners one statement asks about.
const ownersAsked = 20

func selectHeld(ctx context.Context, tx *db.Tx, workspace int64, keys []string) (map[string][]Holding, error) {
	held := map[string][]Holding{}
	for part := range slices.Chunk(keys, ownersAsked) {
		args := []any{workspace}
		for i := range ownersAsked {
			args = append(args, part[min(i, len(part)-1)])
		}
		if err := tx.Each(ctx, func(from db.Row) error {
			var key string
			var definition resource.Number
			var item resource.Item
			var createdAt int64
			var h Holding
			err := from.Scan(&key, &definition, &item, &createdAt, &h.Name, &h.Serial)
			h.ID = resource.EntityID(definition, item, createdAt)
			held[key] = append(held[key], h)
			return err
		}, `SELECT owner_key, definition, item, created_at, display_name, serial_number FROM computer_record
			WHERE workspace = $1 AND owner_key IN (`+db.Parameters(2, ownersAsked)+`) ORDER BY definition, item`, args...); err != nil {
			return nil, err
		}
	}
	return held, nil
}
