// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"errors"
	"fmt"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/resource"
)

// Gone is what a record's outcome became when it left the definition.
const Gone = "GONE"

// OutcomeChange is what a number changed about a record under a test.
type OutcomeChange struct {
	Before string // NONE: the test had not judged it
	Item   resource.Item
	Now    string // GONE: the record left
}

// ChangesAt says which changes are read.
type ChangesAt struct {
	After      resource.Item // the first is the next one
	Definition resource.Number
	Limit      int
	Number     int64  // that changed them, of the definition's syncs
	Test       string // id
}

// OutcomeChanges answers what a number changed under a test, by rising item. Records
// that came with it and pass, or passed and left with it, are none: they have no row of
// an outcome, and the sync counts them.
// last is the item to go on after, 0 when no more follow: a page may hold fewer than asked.
func OutcomeChanges(ctx context.Context, tx *db.Tx, at ChangesAt) (list []OutcomeChange, last resource.Item, err error) {
	test, err := selectNumberOf(ctx, tx, at.Definition, at.Test)
	if errors.Is(err, db.ErrNoRow) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	turned, err := selectTurned(ctx, tx, test, at)
	if err != nil || len(turned) == 0 {
		return nil, 0, err
	}
	held, err := selectWindow(ctx, tx, test, at.Number-1)
	if err != nil {
		return nil, 0, err
	}
	before, err := existing(ctx, tx, at, at.Number-1, turned)
	if err != nil {
		return nil, 0, err
	}
	now, err := existing(ctx, tx, at, at.Number, turned)
	if err != nil {
		return nil, 0, err
	}
	if len(turned) == at.Limit {
		last = turned[at.Limit-1].item
	}
	for _, t := range turned {
		c := OutcomeChange{Before: t.was.String(), Item: t.item, Now: t.is.String()}
		switch {
		case t.was == OutcomeNone && before[t.item] && held.version != 0:
			c.Before = Passing.String()
		case t.is == OutcomeNone && now[t.item]:
			c.Now = Passing.String()
		case t.is == OutcomeNone:
			c.Now = Gone
		}
		if c.Before != c.Now {
			list = append(list, c)
		}
	}
	return list, last, nil
}

// turned is an item of which a number opened or closed rows: the outcomes of these.
type turned struct {
	is, was Outcome
	item    resource.Item
}

// existing says which of the items exist at a number.
func existing(ctx context.Context, tx *db.Tx, at ChangesAt, number int64, turned []turned) (map[resource.Item]bool, error) {
	items := make([]resource.Item, len(turned))
	for i, t := range turned {
		items[i] = t.item
	}
	found, err := resource.Existing(ctx, tx, at.Definition, number, items)
	if err != nil {
		return nil, fmt.Errorf("look for records at %d: %w", number, err)
	}
	exists := map[resource.Item]bool{}
	for _, item := range found {
		exists[item] = true
	}
	return exists, nil
}
