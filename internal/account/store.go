// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"database/sql"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/resource"
)

// The rows of the view and their words; owners are in store_owner.go.

var rowColumns = []string{
	"definition", "item", "workspace", "facet", "created_at", "updated_at", "left_at", "unique_id", "display_name", "full_name",
	"account_name", "email", "email_key", "external_url", "role_description", "auth_method", "mfa_enabled", "made_at",
	"deactivated_at", "last_login_at",
}

// rowFields are what scanRow reads, of account_record r.
const rowFields = `r.facet, r.created_at, r.updated_at, r.left_at, r.unique_id, r.display_name, r.full_name, r.account_name, r.email,
	r.email_key, r.external_url, r.role_description, r.auth_method, r.mfa_enabled, r.made_at, r.deactivated_at, r.last_login_at`

// scanRow reads first and then rowFields.
func scanRow(from db.Row, first ...any) (r row, err error) {
	var code int64
	err = from.Scan(append(first, &code, &r.createdAt, &r.updatedAt, (*sql.NullInt64)(&r.leftAt), &r.uniqueID, &r.displayName, &r.fullName,
		&r.accountName, &r.email, &r.emailKey, &r.externalURL, &r.roleDescription, &r.authMethod, (*sql.NullBool)(&r.mfaEnabled),
		(*sql.NullInt64)(&r.madeAt), (*sql.NullInt64)(&r.deactivatedAt), (*sql.NullInt64)(&r.lastLoginAt))...)
	r.facet = facetOf(code)
	return r, err
}

// values answers the row in the order of rowColumns.
func (r row) values(d resource.Definition, item resource.Item) []any {
	return []any{
		int64(d.Number), int64(item), d.Workspace.Number, r.facet.code(), r.createdAt, r.updatedAt, null(r.leftAt), r.uniqueID,
		r.displayName, r.fullName, r.accountName, r.email, r.emailKey, r.externalURL, r.roleDescription, r.authMethod,
		nullBool(r.mfaEnabled), null(r.madeAt), null(r.deactivatedAt), null(r.lastLoginAt),
	}
}

func null(m maybe) any {
	if !m.Valid {
		return nil
	}
	return m.Int64
}

func nullBool(s switched) any {
	if !s.Valid {
		return nil
	}
	return s.Bool
}

// updateRow writes a row whose facet is still the one before; ErrNoRow otherwise.
func updateRow(ctx context.Context, tx *db.Tx, d resource.Definition, item resource.Item, before Facet, r row) error {
	return tx.ExecOne(ctx, `
		UPDATE account_record SET facet = $4, created_at = $5, updated_at = $6, left_at = $7, unique_id = $8, display_name = $9,
			full_name = $10, account_name = $11, email = $12, email_key = $13, external_url = $14, role_description = $15,
			auth_method = $16, mfa_enabled = $17, made_at = $18, deactivated_at = $19, last_login_at = $20
		WHERE definition = $1 AND item = $2 AND workspace = $3 AND facet = $21`, append(r.values(d, item), before.code())...)
}

func updateFacet(ctx context.Context, tx *db.Tx, workspace int64, at place, after Facet) error {
	return tx.ExecOne(ctx, `
		UPDATE account_record SET facet = $5 WHERE workspace = $1 AND definition = $2 AND item = $3 AND facet = $4`,
		workspace, at.Definition, at.Item, at.facet.code(), after.code())
}

func selectFacet(ctx context.Context, tx *db.Tx, workspace int64, key facet.Key) (Facet, error) {
	var code int64
	err := tx.QueryRow(ctx, `
		SELECT facet FROM account_record WHERE workspace = $1 AND definition = $2 AND item = $3`,
		workspace, key.Definition, key.Item).Scan(&code)
	return facetOf(code), err
}

func selectRows(ctx context.Context, tx *db.Tx, definition resource.Number, items []resource.Item) (map[resource.Item]row, error) {
	rows := map[resource.Item]row{}
	err := facet.InItems(int64(definition), items, func(where string, args []any) error {
		return tx.Each(ctx, func(from db.Row) error {
			var item resource.Item
			r, err := scanRow(from, &item)
			rows[item] = r
			return err
		}, `SELECT r.item, `+rowFields+` FROM account_record r WHERE r.definition = $1 AND `+where, args...)
	})
	return rows, err
}

// placeFields are what scanPlaces reads, of account_record r.
const placeFields = `r.definition, r.item, r.created_at, r.facet, r.display_name, r.account_name, r.email, r.email_key, r.unique_id`

func scanPlaces(ctx context.Context, tx *db.Tx, query string, args ...any) (places []place, err error) {
	err = tx.Each(ctx, func(from db.Row) error {
		var p place
		var code int64
		var r row
		err := from.Scan(&p.Definition, &p.Item, &p.createdAt, &code, &r.displayName, &r.accountName, &r.email, &p.emailKey, &r.uniqueID)
		p.facet, p.name = facetOf(code), r.name()
		places = append(places, p)
		return err
	}, query, args...)
	return places, err
}

// selectUnsaid answers the accounts with an e-mail of which nobody has said whose
// they are.
func selectUnsaid(ctx context.Context, tx *db.Tx, workspace int64, emailKey string) ([]place, error) {
	return scanPlaces(ctx, tx, `
		SELECT `+placeFields+` FROM account_record r
		LEFT JOIN account_owner o ON o.definition = r.definition AND o.item = r.item
		WHERE r.workspace = $1 AND r.email_key = $2 AND o.kind IS NULL ORDER BY r.definition, r.item`, workspace, emailKey)
}

func selectOwned(ctx context.Context, tx *db.Tx, workspace int64, person directory.PersonID) ([]place, error) {
	return scanPlaces(ctx, tx, `
		SELECT `+placeFields+` FROM account_owner o
		JOIN account_record r ON r.definition = o.definition AND r.item = o.item
		WHERE o.workspace = $1 AND o.person = $2 ORDER BY r.definition, r.item`, workspace, string(person))
}

func selectKeysOfOwner(ctx context.Context, tx *db.Tx, workspace int64, person directory.PersonID) ([]facet.Key, error) {
	return scanKeys(ctx, tx, `
		SELECT o.definition, o.item FROM account_owner o WHERE o.workspace = $1 AND o.person = $2`, workspace, string(person))
}

func scanKeys(ctx context.Context, tx *db.Tx, query string, args ...any) (keys []facet.Key, err error) {
	err = tx.Each(ctx, func(from db.Row) error {
		var k facet.Key
		err := from.Scan(&k.Definition, &k.Item)
		keys = append(keys, k)
		return err
	}, query, args...)
	return keys, err
}
