// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"context"
	"strconv"
	"strings"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/resource"
)

// table is the table of notes.
const table facet.Table = "integration_record"

// touchDefinition takes the row of a definition until the end of the transaction, and
// answers how often that was done.
func touchDefinition(ctx context.Context, tx *db.Tx, d resource.Definition) (times int64, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO integration_definition (definition, workspace, touched) VALUES ($1, $2, 1)
		ON CONFLICT (definition) DO UPDATE SET touched = integration_definition.touched + 1
		RETURNING touched`, int64(d.Number), d.Workspace.Number).Scan(&times)
	return times, err
}

func selectHasNotes(ctx context.Context, tx *db.Tx, d resource.Definition) (has bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM integration_definition WHERE definition = $1)`, int64(d.Number)).Scan(&has)
	return has, err
}

// row is a note as its row has it.
type row struct {
	Note

	facet Facet
}

// selectNotes answers the notes of rising items.
func selectNotes(ctx context.Context, tx *db.Tx, d resource.Definition, items []resource.Item) (map[resource.Item]row, error) {
	rows := map[resource.Item]row{}
	err := facet.InItems(int64(d.Number), items, func(where string, args []any) error {
		return tx.Each(ctx, func(from db.Row) error {
			var item resource.Item
			var code int64
			var owner string
			var r row
			err := from.Scan(&item, &code, &r.Description, &owner)
			r.facet = facetOf(code)
			r.Owner, r.OutOfScope = directory.PersonID(owner), r.facet.OutOfScope
			rows[item] = r
			return err
		}, `SELECT item, facet, description, owner FROM integration_record WHERE definition = $1 AND `+where, args...)
	})
	return rows, err
}

// putNote writes the note of a record that exists.
func putNote(ctx context.Context, tx *db.Tx, d resource.Definition, item resource.Item, n Note, now int64) error {
	return tx.ExecOne(ctx, `
		INSERT INTO integration_record (definition, item, workspace, facet, description, owner, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (definition, item) DO UPDATE SET facet = excluded.facet, description = excluded.description,
			owner = excluded.owner, updated_at = excluded.updated_at`,
		int64(d.Number), int64(item), d.Workspace.Number, n.facet(false).code(), n.Description, string(n.Owner), now)
}

func updateFacet(ctx context.Context, tx *db.Tx, d resource.Definition, item resource.Item, f Facet) error {
	return tx.ExecOne(ctx, `
		UPDATE integration_record SET facet = $4 WHERE workspace = $1 AND definition = $2 AND item = $3`,
		d.Workspace.Number, int64(d.Number), int64(item), f.code())
}

// countNotesOf counts the notes of records of one source by facet. It reads the notes of the
// definition: they are few beside its records.
func countNotesOf(ctx context.Context, tx *db.Tx, d resource.Definition, source string) (list []facet.Count, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		c := facet.Count{Definition: int64(d.Number)}
		err := row.Scan(&c.Facet, &c.Rows)
		list = append(list, c)
		return err
	}, `SELECT n.facet, COUNT(*) FROM integration_record n
		JOIN resource_item i ON i.definition = n.definition AND i.item = n.item AND i.source = $2
		WHERE n.definition = $1 GROUP BY n.facet ORDER BY n.facet`, int64(d.Number), source)
	return list, err
}

// leftOut answers the condition on an item i of definition $1 that its note has one of
// some facets, which are numbers of our own.
func leftOut(facets []Facet) string {
	var codes []string
	if len(facets) == 0 {
		return ""
	}
	for _, f := range facets {
		codes = append(codes, strconv.FormatInt(f.code(), 10))
	}
	return `EXISTS (SELECT 1 FROM integration_record n WHERE n.definition = $1 AND n.item = i.item AND n.facet IN (` + strings.Join(codes, ", ") + `))`
}
