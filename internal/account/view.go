// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/facet"
	"github.com/passmuster/muster/internal/resource"
)

// The view's tables.
const (
	table facet.Table = "account_record"
	words facet.Words = "account_word"
)

// base is the base type whose records are accounts.
const base resource.Base = "UserAccount"

// Name is of resource.View.
func (s *Service) Name() string { return "account" }

// Follows is of resource.View.
func (s *Service) Follows(_ context.Context, _ *db.Tx, d resource.Definition) (bool, error) {
	return d.Base == base, nil
}

// change is what becomes of one account.
type change struct {
	after, before row
	item          resource.Item
	known         bool // before is there
	owned, owns   bool // owner and became are there
	owner, became owner
}

// Put is of resource.View: it answers the links that it made.
func (s *Service) Put(ctx context.Context, tx *db.Tx, d resource.Definition, rows []resource.Newest) (any, error) {
	items := make([]resource.Item, len(rows))
	for i, n := range rows {
		items[i] = n.Item
	}
	before, err := selectRows(ctx, tx, d.Number, items)
	if err != nil {
		return nil, err
	}
	owners, err := selectOwners(ctx, tx, d.Number, items)
	if err != nil {
		return nil, err
	}
	changes := make([]change, len(rows))
	for i, n := range rows {
		c := change{item: n.Item}
		if c.after, err = rowOf(n); err != nil {
			return nil, fmt.Errorf("read the account %s: %w", resource.EntityID(d.Number, n.Item, n.CreatedAt), err)
		}
		c.before, c.known = before[n.Item]
		c.owner, c.owned = owners[n.Item]
		c.became, c.owns = c.owner, c.owned
		changes[i] = c
	}
	linked, err := s.linkByEmail(ctx, tx, d, changes)
	if err != nil {
		return nil, err
	}
	err = write(ctx, tx, d, changes)
	if err == nil {
		err = s.turned(ctx, tx, d, changes)
	}
	if err != nil || len(linked) == 0 {
		return nil, err
	}
	return linked, nil
}

// write brings the rows of accounts, their words and the tallies to what became
// of them.
func write(ctx context.Context, tx *db.Tx, d resource.Definition, changes []change) error {
	deltas := facet.Deltas{}
	var fresh, freshWords []any
	for _, c := range changes {
		c.after.facet.Kind = KindNone
		if c.owns {
			c.after.facet.Kind = c.became.kind
		}
		if !c.known {
			deltas.Move(int64(d.Number), -1, c.after.facet.code())
			fresh = append(fresh, c.after.values(d, c.item)...)
			for _, word := range c.after.words() {
				freshWords = append(freshWords, d.Workspace.Number, []byte(word), int64(d.Number), int64(c.item))
			}
			continue
		}
		if c.after == c.before {
			continue
		}
		if err := c.save(ctx, tx, d, deltas); err != nil {
			return err
		}
	}
	if err := tx.InsertMany(ctx, string(table), rowColumns, fresh); err != nil {
		return err
	}
	if err := tx.InsertMany(ctx, string(words), words.Columns(), freshWords); err != nil {
		return err
	}
	return table.Apply(ctx, tx, d.Workspace.Number, deltas)
}

// save writes what differs of a row. Whose the account is may have been set
// since it was read; then that is read again.
func (c *change) save(ctx context.Context, tx *db.Tx, d resource.Definition, deltas facet.Deltas) error {
	err := updateRow(ctx, tx, d, c.item, c.before.facet, c.after)
	for errors.Is(err, db.ErrNoRow) {
		if c.before.facet, err = selectFacet(ctx, tx, d.Workspace.Number, c.key(d)); err != nil {
			return err
		}
		c.after.facet.Kind = c.before.facet.Kind
		err = updateRow(ctx, tx, d, c.item, c.before.facet, c.after)
	}
	if err != nil {
		return err
	}
	deltas.Move(int64(d.Number), c.before.facet.code(), c.after.facet.code())
	return words.Move(ctx, tx, d.Workspace.Number, c.key(d), c.before.words(), c.after.words())
}

func (c *change) key(d resource.Definition) facet.Key {
	return facet.Key{Definition: int64(d.Number), Item: int64(c.item)}
}

// Done is of resource.View: it says in evidence which links were made.
func (s *Service) Done(ctx context.Context, tx *db.Tx, d resource.Definition, told []any) error {
	var all []link
	for _, one := range told {
		links, ok := one.([]link)
		if !ok {
			return fmt.Errorf("the view of accounts was told %T", one)
		}
		all = append(all, links...)
	}
	return s.appendLinked(ctx, tx, d, all)
}

// turned tells who watches which accounts became active, or are not any more.
func (s *Service) turned(ctx context.Context, tx *db.Tx, d resource.Definition, changes []change) error {
	var items []resource.Item
	for _, c := range changes {
		if c.known && (c.before.facet.Status == Active) != (c.after.facet.Status == Active) {
			items = append(items, c.item)
		}
	}
	if len(items) == 0 {
		return nil
	}
	for _, w := range s.Watchers {
		if err := w.AccountsTurned(ctx, tx, d, items); err != nil {
			return err
		}
	}
	return nil
}
