// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"strings"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
)

// storedRow is a resource as lists read it: its document is not parsed, since
// most answers can hold it as it stands.
type storedRow struct {
	active           bool
	created, updated int64 // milliseconds
	document, id     string
	groups           []groupOf // that it is in, where it was read by itself
	grouped          bool      // it may be in groups that were not read
	version          int64
}

const listFields = `
	SELECT r.id, r.document, r.version, r.active, r.created_at, r.updated_at
	FROM scim_resource r`

func scanStored(row db.Row) (r storedRow, err error) {
	err = row.Scan(&r.id, &r.document, &r.version, &r.active, &r.created, &r.updated)
	return r, err
}

// selectOneStored answers one resource with the groups that it is in; db.ErrNoRow.
// It is one statement, a row a group, since a second one would cost as much again
// as the search itself; and few columns are asked for, for the same reason.
func selectOneStored(ctx context.Context, tx *db.Tx, d Directory, kind, id string) (storedRow, error) {
	r, there := storedRow{id: id}, false
	err := tx.Each(ctx, func(row db.Row) error {
		there = true
		var group, document *string
		if err := row.Scan(&r.document, &r.version, &r.active, &r.created, &r.updated, &group, &document); err != nil {
			return err
		}
		if group != nil && document != nil { // nil: of another directory
			r.groups = append(r.groups, groupOf{id: *group, name: shownName(*document, *group)})
		}
		return nil
	}, `
		SELECT r.document, r.version, r.active, r.created_at, r.updated_at, m.grp,
			(SELECT g.document FROM scim_resource g WHERE g.id = m.grp AND g.directory + 0 = $2)
		FROM scim_resource r LEFT JOIN scim_member m ON m.value = r.id
		WHERE r.id = $1 AND r.directory + 0 = $2 AND r.type = $3 ORDER BY m.grp`, id, d.Number, kind)
	if err == nil && !there {
		err = db.ErrNoRow
	}
	return r, err
}

// selectGroups answers the groups that one resource is in. The document of each
// is found by its id, whatever the database thinks of its tables.
func selectGroups(ctx context.Context, tx *db.Tx, d Directory, id string) (groups []groupOf, err error) {
	err = tx.Each(ctx, func(row db.Row) error {
		var g groupOf
		var document *string
		if err := row.Scan(&g.id, &document); err != nil || document == nil { // nil: one of another directory
			return err
		}
		g.name = shownName(*document, g.id)
		groups = append(groups, g)
		return nil
	}, `
		SELECT m.grp, (SELECT r.document FROM scim_resource r WHERE r.id = m.grp AND r.directory + 0 = $1)
		FROM scim_member m WHERE m.value = $2 ORDER BY m.grp`, d.Number, id)
	return groups, err
}

// selection is which resources of a type are read, in which order.
type selection struct {
	after         string // only those with a higher id; "" for all
	kind          string // name of the resource type
	limit, offset int    // limit 0: no bound
	order         string // of the columns in SQL; "" is by id
	where         clause
}

// displayJoin is for the order by a display name that is not what is unique. It
// names no directory, as the resource has but one: otherwise SQLite would look
// through all display names for each resource.
const displayJoin = `
	LEFT JOIN scim_value d ON d.resource = r.id AND d.path = 'displayName'`

// The type of a resource, bare and as the index of lists has it.
const (
	bareType   = "r.type"
	listedType = "r.type || ''"
)

// from answers what follows the fields, without the order, and its parameters.
func (s selection) from(d Directory, kind string) (string, []any) {
	var b strings.Builder
	args := []any{d.Number, s.kind}
	if strings.Contains(s.order, "d.") {
		b.WriteString(displayJoin)
	}
	directory := "r.directory"
	switch s.where.reach {
	case byID:
		directory, kind = "r.directory + 0", bareType // no index
	case byKey:
		kind = bareType
	}
	b.WriteString("\n\tWHERE " + directory + " = $1 AND " + kind + " = $2")
	if s.where.cond != "" {
		b.WriteString(" AND (" + s.where.cond + ")")
		args = append(args, s.where.args...)
	}
	if s.after != "" {
		b.WriteString(" AND r.id > ?")
		args = append(args, s.after)
	}
	return b.String(), args
}

// text answers the whole statement. Where an index finds the rows they are
// sorted after: by the order of ids the database would rather walk over all.
func (s selection) text(d Directory) (string, []any) {
	order, kind := s.order, bareType
	switch {
	case order == "" && s.where.reach > byList:
		order = "r.id || ''"
	case order == "":
		order, kind = "r.id", listedType
	}
	from, args := s.from(d, kind)
	query := listFields + from + "\n\tORDER BY " + order
	if s.limit > 0 {
		query += " LIMIT ? OFFSET ?"
		args = append(args, int64(s.limit), int64(s.offset))
	}
	return numbered(query, 3), args
}

func eachStored(ctx context.Context, tx *db.Tx, d Directory, s selection, visit func(storedRow) error) error {
	query, args := s.text(d)
	return tx.Each(ctx, func(row db.Row) error {
		r, err := scanStored(row)
		if err != nil {
			return err
		}
		return visit(r)
	}, query, args...)
}

func selectStored(ctx context.Context, tx *db.Tx, d Directory, s selection) (rows []storedRow, err error) {
	rows = make([]storedRow, 0, s.limit)
	err = eachStored(ctx, tx, d, s, func(r storedRow) error {
		rows = append(rows, r)
		return nil
	})
	return rows, err
}

func countStored(ctx context.Context, tx *db.Tx, d Directory, s selection) (n int, err error) {
	s.order = ""
	from, args := s.from(d, bareType)
	err = tx.QueryRow(ctx, numbered("SELECT COUNT(*) FROM scim_resource r"+from, 3), args...).Scan(&n)
	return n, err
}

// stepSize answers how many values the next look-up asks for: few sizes, so that
// few statements are prepared.
func stepSize(left int) int {
	for _, size := range []int{1, 10, 100} {
		if left <= size {
			return size
		}
	}
	return 500
}

// inSteps calls fn for all ids, some at a time. A step that is not full repeats
// its last.
func inSteps(ids []string, fn func(ids []any) error) error {
	for len(ids) > 0 {
		size := stepSize(len(ids))
		step := make([]any, size)
		for i := range step {
			step[i] = ids[min(i, len(ids)-1)]
		}
		ids = ids[min(size, len(ids)):]
		if err := fn(step); err != nil {
			return err
		}
	}
	return nil
}

// selectByIDs answers resources in the order of ids; what is not there is left
// out.
func selectByIDs(ctx context.Context, tx *db.Tx, d Directory, kind string, ids []string) ([]storedRow, error) {
	found := make(map[string]storedRow, len(ids))
	err := inSteps(ids, func(step []any) error {
		s := selection{kind: kind, where: clause{args: step, cond: "r.id IN (?" + strings.Repeat(", ?", len(step)-1) + ")", reach: byID}}
		return eachStored(ctx, tx, d, s, func(r storedRow) error {
			found[r.id] = r
			return nil
		})
	})
	rows := make([]storedRow, 0, len(ids))
	for _, id := range ids {
		if r, there := found[id]; there {
			rows = append(rows, r)
		}
	}
	return rows, err
}

// pair is a membership.
type pair struct{ display, group, value string }

// selectPairs answers memberships by the group or by the value, in the order of
// both.
func selectPairs(ctx context.Context, tx *db.Tx, column string, ids []string) (pairs []pair, err error) {
	err = inSteps(ids, func(step []any) error {
		return tx.Each(ctx, func(row db.Row) error {
			var p pair
			err := row.Scan(&p.group, &p.value, &p.display)
			pairs = append(pairs, p)
			return err
		}, `
			SELECT m.grp, m.value, m.display FROM scim_member m
			WHERE m.`+column+` IN (`+db.Parameters(1, len(step))+`) ORDER BY m.grp, m.value`, step...)
	})
	return pairs, err
}

// called is what a resource is, in short.
type called struct {
	display    string // displayName alone, "" for none
	kind, name string
}

// selectCalled answers what resources are called, by id. A join would be one
// statement less, and PostgreSQL would read whole tables for it before it has
// statistics.
func selectCalled(ctx context.Context, tx *db.Tx, d Directory, ids []string) (map[string]called, error) {
	known := make(map[string]called, len(ids))
	err := inSteps(ids, func(step []any) error {
		return tx.Each(ctx, func(row db.Row) error {
			var id, document string
			var one called
			if err := row.Scan(&id, &one.kind, &document); err != nil {
				return err
			}
			one.display, one.name = topText(document, "displayName"), shownName(document, id)
			known[id] = one
			return nil
		}, `
			SELECT r.id, r.type, r.document FROM scim_resource r
			WHERE r.id IN (`+db.Parameters(2, len(step))+`) AND r.directory + 0 = $1`, append([]any{d.Number}, step...)...)
	})
	return known, err
}

// distinct answers one of two ids of each pair, each once.
func distinct(pairs []pair, id func(pair) string) []string {
	seen := make(map[string]bool, len(pairs))
	var ids []string
	for _, p := range pairs {
		if one := id(p); !seen[one] {
			seen[one] = true
			ids = append(ids, one)
		}
	}
	return ids
}

// selectGroupsOf answers the groups that resources are in, by the id of the
// resource.
func selectGroupsOf(ctx context.Context, tx *db.Tx, d Directory, ids []string) (map[string][]groupOf, error) {
	pairs, err := selectPairs(ctx, tx, "value", ids)
	if err != nil || len(pairs) == 0 {
		return nil, err
	}
	known, err := selectCalled(ctx, tx, d, distinct(pairs, func(p pair) string { return p.group }))
	groups := make(map[string][]groupOf, len(ids))
	for _, p := range pairs {
		if g, there := known[p.group]; there { // not one of another directory
			groups[p.value] = append(groups[p.value], groupOf{id: p.group, name: g.name})
		}
	}
	return groups, err
}

// selectMembersOf answers the members of groups, by the id of the group.
func selectMembersOf(ctx context.Context, tx *db.Tx, d Directory, ids []string) (map[string][]Member, error) {
	pairs, err := selectPairs(ctx, tx, "grp", ids)
	if err != nil || len(pairs) == 0 {
		return nil, err
	}
	known, err := selectCalled(ctx, tx, d, distinct(pairs, func(p pair) string { return p.value }))
	members := make(map[string][]Member, len(ids))
	for _, p := range pairs {
		one := known[p.value]
		members[p.group] = append(members[p.group], Member{Display: p.display, Known: one.kind, Name: one.name, Value: p.value})
	}
	return members, err
}

// shownName is Resource.nameOf of a document that is not parsed.
func shownName(document, id string) string {
	for _, name := range []string{"displayName", "userName"} {
		if value := topText(document, name); value != "" {
			return value
		}
	}
	return id
}

// topText answers a member of a canonical document that is a string, "" for
// none, without parsing the rest.
func topText(document, name string) string {
	depth := 0
	for i := 0; i < len(document); i++ {
		switch document[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			end := stringEnd(document, i)
			if depth == 1 && end < len(document) && document[end] == ':' && document[i+1:end-1] == name {
				return unquoted(document[end+1:])
			}
			i = end - 1
		}
	}
	return ""
}

// stringEnd answers where the JSON string that begins at i is over.
func stringEnd(document string, i int) int {
	for i++; i < len(document); i++ {
		switch document[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(document)
}

// unquoted answers the JSON string at the start of a text, "" for anything else.
func unquoted(rest string) string {
	if rest == "" || rest[0] != '"' {
		return ""
	}
	quoted := rest[:stringEnd(rest, 0)]
	if strings.IndexByte(quoted, '\\') < 0 {
		return strings.Trim(quoted, `"`)
	}
	value, err := json.Unquote([]byte(quoted))
	if err != nil {
		return ""
	}
	return value
}
