// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/jtd"
)

// What pushes and readers see at a number.

// loadLedger reads what a push compares with. The two long reads run side by
// side: nobody else changes the definition below its head.
func (s *Service) loadLedger(ctx context.Context, d Definition, source string, head Head) (*ledger, error) {
	l := newLedger(head.Items)
	mine := make([]bool, head.Items+1)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		return s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
			var err error
			if l.source, err = selectSource(ctx, tx, d.Number, source); err != nil {
				return err
			}
			return loadItems(ctx, tx, d.Number, source, l, mine)
		})
	})
	group.Go(func() error {
		return s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error { return loadDigests(ctx, tx, d, head.Number, l) })
	})
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("load ledger: %w", err)
	}
	for item, is := range mine {
		if is {
			l.states[item] |= isMine
			if l.states[item]&isCurrent != 0 {
				l.current++
			}
		}
	}
	return l, nil
}

func loadItems(ctx context.Context, tx *db.Tx, definition Number, source string, l *ledger, mine []bool) error {
	var unique sql.RawBytes
	var item int64
	return tx.Each(ctx, func(row db.Row) error {
		if err := row.Scan(&item, &unique); err != nil {
			return err
		}
		if item < int64(len(mine)) {
			l.index[keyOf(string(unique))] = uint32(item)
			mine[item] = true
		}
		return nil
	}, `SELECT item, unique_id FROM resource_item WHERE definition = $1 AND source = $2`, int64(definition), source)
}

func loadDigests(ctx context.Context, tx *db.Tx, d Definition, head int64, l *ledger) error {
	var item, from int64
	var digest, sent sql.RawBytes
	err := tx.Each(ctx, func(row db.Row) error {
		if err := row.Scan(&item, &from, &digest, &sent); err != nil {
			return err
		}
		copy(l.digests[item][:], digest)
		copy(l.sent[item][:], sent)
		l.states[item] |= isCurrent
		if from > d.SchemaSince {
			l.states[item] |= isChecked
		}
		return nil
	}, `SELECT item, from_sync, digest, sent FROM resource_record
		WHERE definition = $1 AND from_sync <= $2 AND (to_sync IS NULL OR to_sync > $2)`, int64(d.Number), head)
	if err != nil {
		return err
	}
	return tx.Each(ctx, func(row db.Row) error {
		var kind string
		if err := row.Scan(&item, &kind); err != nil {
			return err
		}
		l.states[item] |= map[string]state{markHeld: isHeld, markStale: isStale}[kind]
		return nil
	}, `SELECT item, kind FROM resource_mark
		WHERE definition = $1 AND from_sync <= $2 AND (to_sync IS NULL OR to_sync > $2)`, int64(d.Number), head)
}

func (s *Service) headOf(ctx context.Context, definition Number) (head Head, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		head, err = selectHead(ctx, tx, definition)
		return err
	})
	return head, err
}

func (s *Service) definitionOf(ctx context.Context, number Number) (d Definition, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err = selectDefinitionByNumber(ctx, tx, number)
		return err
	})
	return d, err
}

// stored is a record as the engine reads it back.
type stored struct {
	document []byte
	item     Item
}

// documentsAfter answers up to limit records that exist at number, by item.
func (s *Service) documentsAfter(ctx context.Context, definition Number, number int64, after Item, limit int) (rows []stored, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Each(ctx, scanStored(&rows), `
			SELECT item, document FROM resource_record
			WHERE definition = $1 AND item > $2 AND from_sync <= $3 AND (to_sync IS NULL OR to_sync > $3)
			ORDER BY item LIMIT $4`, int64(definition), int64(after), number, int64(limit))
	})
	return rows, err
}

// documents answers those of the items that exist at number.
func (s *Service) documents(ctx context.Context, definition Number, number int64, items []Item) (rows []stored, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err = selectDocuments(ctx, tx, definition, number, items)
		return err
	})
	return rows, err
}

func selectDocuments(ctx context.Context, tx *db.Tx, definition Number, number int64, items []Item) (rows []stored, err error) {
	if len(items) == 0 {
		return nil, nil
	}
	args := []any{int64(definition), number}
	list := listOf(items, &args)
	err = tx.Each(ctx, scanStored(&rows), `
		SELECT item, document FROM resource_record
		WHERE definition = $1 AND from_sync <= $2 AND (to_sync IS NULL OR to_sync > $2) AND item IN (`+list+`) ORDER BY item`, args...)
	return rows, err
}

func scanStored(rows *[]stored) func(db.Row) error {
	return func(row db.Row) error {
		var r stored
		err := row.Scan(&r.item, &r.document)
		*rows = append(*rows, r)
		return err
	}
}

// listOf writes the parameters of an IN list and appends the values to args.
func listOf[T Item | string](values []T, args *[]any) string {
	var list strings.Builder
	for i, value := range values {
		if i > 0 {
			list.WriteByte(',')
		}
		switch value := any(value).(type) {
		case Item:
			*args = append(*args, int64(value))
		default:
			*args = append(*args, value)
		}
		fmt.Fprintf(&list, "$%d", len(*args))
	}
	return list.String()
}

func selectUniqueIDs(ctx context.Context, tx *db.Tx, definition Number, items []Item) (names []string, err error) {
	if len(items) == 0 {
		return nil, nil
	}
	args := []any{int64(definition)}
	list := listOf(items, &args)
	err = tx.Each(ctx, func(row db.Row) error {
		var name string
		err := row.Scan(&name)
		names = append(names, name)
		return err
	}, `SELECT unique_id FROM resource_item WHERE definition = $1 AND item IN (`+list+`) ORDER BY item`, args...)
	return names, err
}

// componentStep is how many names one look-up of components asks for.
const componentStep = 500

// selectComponents answers which of the quoted names are unique ids of current
// components that a source has pushed to the definition's application.
func selectComponents(ctx context.Context, tx *db.Tx, d Definition, source string, quoted []string) (map[string]bool, error) {
	known := map[string]bool{}
	for len(quoted) > 0 {
		part := quoted[:min(len(quoted), componentStep)]
		quoted = quoted[len(part):]
		plain, back := make([]string, 0, len(part)), map[string]string{}
		for _, name := range part {
			text := jtd.Unquote([]byte(name))
			plain, back[text] = append(plain, text), name
		}
		args := []any{d.Workspace.Number, d.Application, string(VulnerableComponent), source}
		list := listOf(plain, &args)
		if err := tx.Each(ctx, func(row db.Row) error {
			var name string
			err := row.Scan(&name)
			known[back[name]] = true
			return err
		}, `SELECT i.unique_id FROM resource_definition d
			JOIN resource_head h ON h.definition = d.number
			JOIN resource_item i ON i.definition = d.number
			JOIN resource_record r ON r.definition = i.definition AND r.item = i.item
				AND r.from_sync <= h.head AND (r.to_sync IS NULL OR r.to_sync > h.head)
			WHERE d.workspace = $1 AND d.application = $2 AND d.base = $3 AND i.source = $4 AND i.unique_id IN (`+list+`)`, args...); err != nil {
			return nil, err
		}
	}
	return known, nil
}

// listing asks for a page of records at a number.
type listing struct {
	definition Number
	source     string
	head       int64
	items      int64 // that count at head
	cutoff     int64 // records removed before this time are left out
	after      Item
	limit      int
}

// recordsAt answers a page of records and whether more follow.
func recordsAt(ctx context.Context, tx *db.Tx, page listing) (list []Record, more bool, err error) {
	for len(list) <= page.limit {
		items, last, err := itemsAfter(ctx, tx, page)
		if err != nil || last == page.after {
			return list, false, err
		}
		versions, err := versionsAt(ctx, tx, page, last, items)
		if err != nil {
			return nil, false, err
		}
		for _, v := range versions {
			if v.DeletedAt == nil || *v.DeletedAt >= page.cutoff {
				list = append(list, v)
			}
		}
		if page.after = last; int64(last) >= page.items {
			break
		}
	}
	if len(list) > page.limit {
		return list[:page.limit], true, nil
	}
	return list, false, nil
}

// itemsAfter reads one more than a page of items and answers when those of the
// source were created, and the last one read. The source is compared here: given
// the chance, PostgreSQL would read a whole definition by the index over sources.
func itemsAfter(ctx context.Context, tx *db.Tx, page listing) (items map[Item]int64, last Item, err error) {
	items, last = map[Item]int64{}, page.after
	var source string
	var created int64
	err = tx.Each(ctx, func(row db.Row) error {
		if err := row.Scan(&last, &source, &created); err != nil {
			return err
		}
		if source == page.source {
			items[last] = created
		}
		return nil
	}, `SELECT item, source, created_at FROM resource_item
		WHERE definition = $1 AND item > $2 AND item <= $3 ORDER BY item LIMIT $4`,
		int64(page.definition), int64(page.after), page.items, int64(page.limit+1))
	return items, last, err
}

// versionsAt answers the newest version of each item up to last.
func versionsAt(ctx context.Context, tx *db.Tx, page listing, last Item, items map[Item]int64) (list []Record, err error) {
	var from, to []sql.NullInt64
	err = tx.Each(ctx, func(row db.Row) error {
		var r Record
		var begin, end sql.NullInt64
		if err := row.Scan(&r.Item, (*[]byte)(&r.Document), &begin, &end); err != nil {
			return err
		}
		created, ok := items[r.Item]
		if !ok {
			return nil // of another source
		}
		if end.Int64 > page.head {
			end = sql.NullInt64{} // ends beyond the head: not yet
		}
		r.CreatedAt = created
		list, from, to = append(list, r), append(from, begin), append(to, end)
		return nil
	}, `SELECT r.item, r.document, r.from_sync, r.to_sync
		FROM (SELECT item, MAX(from_sync) AS from_sync FROM resource_record
			WHERE definition = $1 AND item > $2 AND item <= $3 AND from_sync <= $4 GROUP BY item) newest
		JOIN resource_record r ON r.definition = $1 AND r.item = newest.item AND r.from_sync = newest.from_sync
		WHERE r.item > $2 AND r.item <= $3 ORDER BY r.item`,
		int64(page.definition), int64(page.after), int64(last), page.head)
	if err != nil {
		return nil, err
	}
	times, err := syncTimes(ctx, tx, page.definition, slices.Concat(from, to))
	for i := range list {
		list[i].UpdatedAt = times[from[i].Int64]
		if to[i].Valid {
			at := times[to[i].Int64]
			list[i].DeletedAt = &at
		}
	}
	return list, err
}

// syncTimes answers when numbers of a definition began: the time of everything
// that they created, updated or removed.
func syncTimes(ctx context.Context, tx *db.Tx, definition Number, numbers []sql.NullInt64) (map[int64]int64, error) {
	times := map[int64]int64{}
	for _, number := range numbers {
		if _, known := times[number.Int64]; known || !number.Valid {
			continue
		}
		var at int64
		if err := tx.QueryRow(ctx, `
			SELECT started_at FROM resource_sync WHERE definition = $1 AND number = $2`, int64(definition), number.Int64).Scan(&at); err != nil {
			return nil, err
		}
		times[number.Int64] = at
	}
	return times, nil
}

func selectSyncOwner(ctx context.Context, tx *db.Tx, w caller.Workspace, sync string) (application, source string, err error) {
	err = tx.QueryRow(ctx, `
		SELECT d.application, s.source FROM resource_sync s JOIN resource_definition d ON d.number = s.definition
		WHERE s.workspace = $1 AND s.id = $2`, w.Number, sync).Scan(&application, &source)
	return application, source, err
}

func selectRejections(ctx context.Context, tx *db.Tx, w caller.Workspace, sync string, after int64, limit int) (lines []byte, last int64, err error) {
	var body sql.RawBytes
	err = tx.Each(ctx, func(row db.Row) error {
		if err := row.Scan(&last, &body); err != nil {
			return err
		}
		lines = append(append(lines, body...), '\n')
		return nil
	}, `SELECT position, body FROM resource_rejection
		WHERE workspace = $1 AND sync = $2 AND position > $3 ORDER BY position LIMIT $4`, w.Number, sync, after, int64(limit))
	return lines, last, err
}
