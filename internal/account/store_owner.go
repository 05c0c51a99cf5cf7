// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/resource"
)

var ownerColumns = []string{"definition", "item", "kind", "person", "name", "email", "how", "linked_at", "linked_by", "workspace"}

// ownerFields are what scanOwner reads, of account_owner o.
const ownerFields = `o.kind, o.person, o.name, o.email, o.how, o.linked_at, o.linked_by`

// scanOwner reads first and then ownerFields.
func scanOwner(from db.Row, first ...any) (o owner, err error) {
	var kind string
	var person sql.NullString
	err = from.Scan(append(first, &kind, &person, &o.name, &o.email, &o.how, &o.linkedAt, &o.linkedBy)...)
	o.kind = Kind(max(0, slices.Index(kindWords, strings.ToUpper(kind))))
	o.person = directory.PersonID(person.String)
	return o, err
}

// values answers the owner in the order of ownerColumns.
func (o owner) values(d resource.Definition, item resource.Item) []any {
	return o.at(d.Workspace.Number, facet.Key{Definition: int64(d.Number), Item: int64(item)})
}

func (o owner) at(workspace int64, key facet.Key) []any {
	var person any
	if o.person != "" {
		person = string(o.person)
	}
	return []any{key.Definition, key.Item, strings.ToLower(o.kind.String()), person, o.name, o.email, o.how, o.linkedAt, o.linkedBy, workspace}
}

func selectOwners(ctx context.Context, tx *db.Tx, definition resource.Number, items []resource.Item) (map[resource.Item]owner, error) {
	owners := map[resource.Item]owner{}
	err := facet.InItems(int64(definition), items, func(where string, args []any) error {
		return tx.Each(ctx, func(from db.Row) error {
			var item resource.Item
			o, err := scanOwner(from, &item)
			owners[item] = o
			return err
		}, `SELECT o.item, `+ownerFields+` FROM account_owner o WHERE o.definition = $1 AND `+where, args...)
	})
	return owners, err
}

// insertOwner says whose an account is, unless somebody has.
func insertOwner(ctx context.Context, tx *db.Tx, workspace int64, key facet.Key, o owner) (bool, error) {
	rows, err := tx.Exec(ctx, `
		INSERT INTO account_owner (definition, item, kind, person, name, email, how, linked_at, linked_by, workspace)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (definition, item) DO NOTHING`, o.at(workspace, key)...)
	return rows == 1, err
}

// putOwner says whose an account is, whatever was said before.
func putOwner(ctx context.Context, tx *db.Tx, workspace int64, key facet.Key, o owner) error {
	return tx.ExecOne(ctx, `
		INSERT INTO account_owner (definition, item, kind, person, name, email, how, linked_at, linked_by, workspace)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (definition, item) DO UPDATE SET kind = excluded.kind, person = excluded.person, name = excluded.name,
			email = excluded.email, how = excluded.how, linked_at = excluded.linked_at, linked_by = excluded.linked_by`,
		o.at(workspace, key)...)
}

// updateOwner moves a link that was made by e-mail.
func updateOwner(ctx context.Context, tx *db.Tx, d resource.Definition, item resource.Item, o owner) error {
	return tx.ExecOne(ctx, `
		UPDATE account_owner SET kind = $3, person = $4, name = $5, email = $6, how = $7, linked_at = $8, linked_by = $9
		WHERE definition = $1 AND item = $2 AND workspace = $10`, o.values(d, item)...)
}

func deleteOwner(ctx context.Context, tx *db.Tx, workspace int64, key facet.Key) error {
	return tx.ExecOne(ctx, `
		DELETE FROM account_owner WHERE workspace = $1 AND definition = $2 AND item = $3`, workspace, key.Definition, key.Item)
}

// holdAddresses makes other transactions that hold one of the sorted e-mails wait.
func holdAddresses(ctx context.Context, tx *db.Tx, workspace int64, keys []string, now int64) error {
	for _, key := range keys {
		if err := tx.ExecOne(ctx, `
			INSERT INTO account_address (workspace, email_key, touched_at) VALUES ($1, $2, $3)
			ON CONFLICT (workspace, email_key) DO UPDATE SET touched_at = excluded.touched_at`, workspace, key, now); err != nil {
			return err
		}
	}
	return nil
}

// What the records of owners are behind of.

var noteColumns = []string{"workspace", "definition", "item", "stamp"}

// putNote notes that the owner of an account may be another.
func putNote(ctx context.Context, tx *db.Tx, workspace int64, key facet.Key, stamp string) error {
	return tx.ExecOne(ctx, `
		INSERT INTO account_feed (workspace, definition, item, stamp) VALUES ($1, $2, $3, $4)
		ON CONFLICT (workspace, definition, item) DO UPDATE SET stamp = excluded.stamp`, workspace, key.Definition, key.Item, stamp)
}

// noteOwners notes the accounts that people own.
func noteOwners(ctx context.Context, tx *db.Tx, workspace int64, people []directory.PersonID, stamp string) error {
	args := []any{workspace, stamp}
	for _, id := range people {
		args = append(args, string(id))
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO account_feed (workspace, definition, item, stamp)
		SELECT o.workspace, o.definition, o.item, CAST($2 AS TEXT) FROM account_owner o
		WHERE o.workspace = $1 AND o.person IN (`+db.Parameters(3, len(people))+`)
		ON CONFLICT (workspace, definition, item) DO UPDATE SET stamp = excluded.stamp`, args...)
	return err
}

func selectFeedWorkspaces(ctx context.Context, tx *db.Tx) (list []caller.Workspace, err error) {
	err = tx.Each(ctx, func(from db.Row) error {
		var w caller.Workspace
		err := from.Scan(&w.Number, &w.ID, &w.Name)
		list = append(list, w)
		return err
	}, `SELECT w.number, w.id, w.name FROM workspace w
		WHERE EXISTS (SELECT 1 FROM account_feed f WHERE f.workspace = w.number) ORDER BY w.number`)
	return list, err
}

func selectNotes(ctx context.Context, tx *db.Tx, workspace int64, limit int) (notes []note, err error) {
	err = tx.Each(ctx, func(from db.Row) error {
		var n note
		err := from.Scan(&n.Definition, &n.Item, &n.stamp)
		notes = append(notes, n)
		return err
	}, `SELECT f.definition, f.item, f.stamp FROM account_feed f WHERE f.workspace = $1 ORDER BY f.definition, f.item LIMIT $2`,
		workspace, limit)
	return notes, err
}

// selectNoted answers the accounts of notes, which rise, with their owners.
func selectNoted(ctx context.Context, tx *db.Tx, workspace int64, notes []note) (list []owned, err error) {
	if len(notes) == 0 {
		return nil, nil
	}
	last := notes[len(notes)-1]
	err = tx.Each(ctx, func(from db.Row) error {
		var o owned
		var r row
		var code int64
		var kind, person, email sql.NullString
		err := from.Scan(&o.Definition, &o.Item, &o.createdAt, &code, &r.displayName, &r.accountName, &r.email, &o.emailKey, &r.uniqueID,
			&kind, &person, &email)
		o.facet, o.place.name = facetOf(code), r.name()
		o.owner = owner{email: email.String, kind: Kind(max(0, slices.Index(kindWords, strings.ToUpper(kind.String)))), person: directory.PersonID(person.String)}
		list = append(list, o)
		return err
	}, `SELECT `+placeFields+`, o.kind, o.person, o.email FROM account_feed f
		JOIN account_record r ON r.definition = f.definition AND r.item = f.item
		LEFT JOIN account_owner o ON o.definition = f.definition AND o.item = f.item
		WHERE f.workspace = $1 AND (f.definition < $2 OR f.definition = $2 AND f.item <= $3)
		ORDER BY f.definition, f.item`, workspace, last.Definition, last.Item)
	return list, err
}

// deleteNotes forgets notes that nothing has come to since they were read.
func deleteNotes(ctx context.Context, tx *db.Tx, workspace int64, notes []note) error {
	for _, n := range notes {
		if _, err := tx.Exec(ctx, `
			DELETE FROM account_feed WHERE workspace = $1 AND definition = $2 AND item = $3 AND stamp = $4`,
			workspace, n.Definition, n.Item, n.stamp); err != nil {
			return err
		}
	}
	return nil
}

// peopleAsked is how many people one statement asks about.
const peopleAsked = 20

// ActiveOwners answers the statement for the ids of the people of workspace $1 who have
// an active account: the tally knows which facets there are, an index who has them.
func ActiveOwners() string {
	// CROSS JOIN keeps this order in SQLite, which would begin with all owners.
	return `SELECT o.person FROM account_record_tally t CROSS JOIN account_record r CROSS JOIN account_owner o
		WHERE t.workspace = $1 AND t.amount > 0 AND t.facet % ` + strconv.Itoa(statuses) + ` = ` + strconv.Itoa(int(Active)) + `
			AND r.definition = t.definition AND r.facet = t.facet AND o.definition = r.definition AND o.item = r.item AND o.kind = 'person'`
}

func selectHeld(ctx context.Context, tx *db.Tx, workspace int64, people []directory.PersonID) (rows []heldRow, err error) {
	for part := range slices.Chunk(people, peopleAsked) {
		args := []any{workspace}
		for i := range peopleAsked {
			args = append(args, string(part[min(i, len(part)-1)]))
		}
		if err := tx.Each(ctx, func(from db.Row) error {
			var h heldRow
			var err error
			h.row, err = scanRow(from, &h.person, &h.Definition, &h.Item)
			rows = append(rows, h)
			return err
		}, `SELECT o.person, r.definition, r.item, `+rowFields+` FROM account_owner o
			JOIN account_record r ON r.definition = o.definition AND r.item = o.item
			WHERE o.workspace = $1 AND o.kind = 'person' AND o.person IN (`+db.Parameters(2, peopleAsked)+`)
			ORDER BY r.definition, r.item`, args...); err != nil {
			return nil, err
		}
	}
	return rows, nil
}
