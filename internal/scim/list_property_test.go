// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/scim/filter"
	"github.com/passmuster/muster/internal/scim/schema"
)

// library is a random directory and what a list must answer of it: every resource
// as it is answered, held against filter.Match and the in-memory order alone.
type library struct {
	*shelf
	ids   []string // of everything, and some of nothing
	texts []string
	types map[string]*schema.ResourceType
	whole map[string]map[string]schema.Object // by type and id
}

// texts are few, so that filters hit, and awkward.
func awkward() []string {
	return []string{"ada", "Ada", "ADA LOVELACE", "straße", "STRASSE", "K", "\u212a", "a%", "a_b", `a\b`, "a'b", "İ", "éa", "😀 x", "z"}
}

func newLibrary(t *testing.T, d *db.DB, seed int) *library {
	t.Helper()
	l := &library{
		shelf: newShelf(t, d), texts: awkward(), types: map[string]*schema.ResourceType{}, whole: map[string]map[string]schema.Object{},
	}
	stray := l.directory(l.c.dir.Workspace, 8) // what another directory has must not show
	words := rapid.SampledFrom(l.texts)
	var users []string
	for i := range 30 {
		body := rapid.Custom(func(r *rapid.T) string { return userText(r, words, i) }).Example(seed*1000 + i)
		l.clock = l.clock.Add(time.Duration(i%3) * time.Millisecond)
		if i%3 == 2 && len(users) > 0 { // one who is managed by somebody here
			body = strings.TrimSuffix(body, "}") + managedBy(users[i%len(users)]) + "}"
		}
		made := l.tryMake("User", body)
		if made.ID != "" {
			users = append(users, made.ID)
		}
	}
	l.ids = append(slices.Clone(users), "65f000000000000000000000", "nobody", "")
	members := rapid.SliceOfN(rapid.SampledFrom(append(users, "pending", "PENDING")), 0, 12)
	for i := range 12 {
		name := rapid.SampledFrom(append(l.texts, "team 1", "team 2")).Example(seed*1000 + i)
		list := memberValues(members.Example(seed*1000 + i))
		made := l.tryMake("Group", fmt.Sprintf(`{"schemas": [%q], "displayName": %q, "externalId": "x%d", "members": [%s]}`, schema.GroupURN, name, i%4, list))
		if made.ID != "" {
			l.ids = append(l.ids, made.ID)
		}
	}
	own := l.c
	l.c = stray
	l.ids = append(l.ids, l.tryMake("Group", fmt.Sprintf(`{"schemas": [%q], "displayName": "stray", "members": [%s]}`, schema.GroupURN, memberValues(users))).ID)
	l.tryMake("User", fmt.Sprintf(`{"schemas": [%q], "userName": "ada"}`, schema.UserURN))
	l.c = own
	l.learn()
	return l
}

// tryMake makes a resource unless its name is taken.
func (l *library) tryMake(kind, body string) (made Resource) {
	l.c.now = l.instant()
	err := l.DB.Write(l.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		made, err = l.create(ctx, tx, l.c, l.typed(ctx, tx, kind), []byte(body))
		return err
	})
	if known := known(err); err != nil && known.Status == statusConflict {
		return Resource{}
	}
	l.ok(err)
	return made
}

func userText(r *rapid.T, words *rapid.Generator[string], i int) string {
	body := fmt.Sprintf(`{"schemas": [%q], "userName": %q`, schema.UserURN, words.Draw(r, "userName")+fmt.Sprint(i%20))
	for _, name := range []string{"displayName", "title", "externalId", "nickName"} {
		if rapid.Bool().Draw(r, name+" is there") {
			body += fmt.Sprintf(`, %q: %q`, name, words.Draw(r, name))
		}
	}
	if rapid.IntRange(0, 9).Draw(r, "empty") == 0 {
		body += `, "userType": ""`
	}
	if rapid.Bool().Draw(r, "active is there") {
		body += fmt.Sprintf(`, "active": %v`, rapid.Bool().Draw(r, "active"))
	}
	var emails []string
	for n := range rapid.IntRange(0, 3).Draw(r, "emails") {
		emails = append(emails, fmt.Sprintf(`{"value": %q, "type": %q}`, words.Draw(r, "email"), []string{"work", "home"}[n%2]))
	}
	if len(emails) > 0 {
		body += `, "emails": [` + strings.Join(emails, ", ") + `]`
	}
	if rapid.IntRange(0, 3).Draw(r, "learned") == 0 {
		body += `, "vanta_roles": ` + rapid.SampledFrom([]string{`"x"`, `5`, `true`, `["x", "y"]`}).Draw(r, "value")
	}
	return body + `}`
}

// learn reads everything back, as it is answered whole.
func (l *library) learn() {
	l.t.Helper()
	l.read(func(ctx context.Context, tx *db.Tx) error {
		for _, kind := range []string{"User", "Group"} {
			rt := l.typed(ctx, tx, kind)
			l.types[kind], l.whole[kind] = rt, map[string]schema.Object{}
			v := l.newView(l.c, rt, schema.NewProjection(rt, schema.Tolerant, nil, nil))
			err := tx.Each(ctx, func(row db.Row) error {
				var id string
				err := row.Scan(&id)
				l.whole[kind][id] = nil
				return err
			}, `SELECT id FROM scim_resource WHERE directory = $1 AND type = $2`, l.c.dir.Number, kind)
			if err != nil {
				return err
			}
			for id := range l.whole[kind] {
				r, err := l.getStored(ctx, tx, l.c, rt, id)
				if err != nil {
					return err
				}
				k, err := v.kin(ctx, tx, []string{id})
				if err != nil {
					return err
				}
				if err := v.follow(ctx, tx, []storedRow{r}, &k); err != nil {
					return err
				}
				if l.whole[kind][id], err = v.parsed(r, k); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// expected answers what passes, in order.
func (l *library) expected(r *rapid.T, kind string, q listQuery) []string {
	rt := l.types[kind]
	var f *filter.Filter
	if q.Filter != "" {
		var err error
		if f, err = filter.New(q.Filter, rt, filter.Options{}); err != nil {
			r.Fatalf("filter %s: %v", q.Filter, err)
		}
	}
	o := orderOf(rt, schema.Tolerant, q.SortBy, q.SortOrder)
	var all []keyed
	for id, obj := range l.whole[kind] {
		if f == nil || f.Match(obj) {
			one := keyed{id: id}
			if o.ref != nil {
				one.key = o.key(obj)
			}
			all = append(all, one)
		}
	}
	o.sort(all)
	ids := make([]string, len(all))
	for i, one := range all {
		ids[i] = one.id
	}
	return ids
}

// drawFilter makes a filter on a type.
func (l *library) drawFilter(r *rapid.T, kind string, depth int) string {
	shape := rapid.IntRange(0, 9).Draw(r, "shape")
	if depth == 0 || shape < 6 {
		return l.drawTerm(r, kind)
	}
	switch shape {
	case 6:
		return "not (" + l.drawFilter(r, kind, depth-1) + ")"
	case 7:
		if kind == "User" {
			if rapid.Bool().Draw(r, "two") { // that hold for different addresses
				return "emails[value co " + l.drawValue(r, l.texts) + " and value ew " + l.drawValue(r, l.texts) + "]"
			}
			return "emails[" + l.drawInner(r, 2) + "]"
		}
		return "members[value eq " + l.drawValue(r, l.ids) + "]"
	case 8:
		return "(" + l.drawFilter(r, kind, depth-1) + ") and (" + l.drawFilter(r, kind, depth-1) + ")"
	}
	return "(" + l.drawFilter(r, kind, depth-1) + ") or (" + l.drawFilter(r, kind, depth-1) + ")"
}

// drawInner makes what stands in brackets after emails.
func (l *library) drawInner(r *rapid.T, depth int) string {
	op := rapid.SampledFrom([]string{"eq", "ne", "co", "sw", "ew"})
	switch shape := rapid.IntRange(0, 6).Draw(r, "inner"); {
	case shape < 2 || depth == 0:
		return "value " + op.Draw(r, "op") + " " + l.drawValue(r, l.texts)
	case shape == 2:
		return `type eq "` + rapid.SampledFrom([]string{"work", "home"}).Draw(r, "type") + `"`
	case shape == 3:
		return rapid.SampledFrom([]string{"value pr", "value eq null", "display pr"}).Draw(r, "presence")
	case shape == 4:
		return "not (" + l.drawInner(r, depth-1) + ")"
	case shape == 5:
		return "(" + l.drawInner(r, depth-1) + ") and (" + l.drawInner(r, depth-1) + ")"
	}
	return "(" + l.drawInner(r, depth-1) + ") or (" + l.drawInner(r, depth-1) + ")"
}

func (l *library) drawValue(r *rapid.T, from []string) string {
	text := rapid.SampledFrom(from).Draw(r, "value")
	if cut := rapid.IntRange(0, 5).Draw(r, "cut"); cut == 0 && len(text) > 0 {
		text = string([]rune(text)[:1])
	}
	return (&filter.Value{Kind: filter.String, Text: text}).String()
}

func (l *library) drawTerm(r *rapid.T, kind string) string {
	ops := []string{"eq", "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"}
	names := map[string][]string{
		"User":  {"userName", "userName", "displayName", "displayName", "externalId", "title", "emails", "emails.value", "nickName", "vanta_roles", "manager", "manager.displayName"},
		"Group": {"displayName", "displayName", "externalId", "members.display"},
	}[kind]
	common := []string{"id", "meta.created", "meta.lastModified", "meta.resourceType", "meta.version"}
	switch shape := rapid.IntRange(0, 9).Draw(r, "term"); shape {
	case 0:
		name := rapid.SampledFrom(slices.Concat(names, common)).Draw(r, "name")
		return name + rapid.SampledFrom([]string{" pr", " eq null", " ne null"}).Draw(r, "presence")
	case 1:
		return "id " + rapid.SampledFrom(ops).Draw(r, "op") + " " + l.drawValue(r, l.ids)
	case 2:
		at := l.clock.Add(time.Duration(rapid.IntRange(-40_000, 2_000).Draw(r, "at")) * time.Microsecond)
		name := rapid.SampledFrom([]string{"meta.created", "meta.lastModified"}).Draw(r, "name")
		op := rapid.SampledFrom([]string{"eq", "ne", "gt", "ge", "lt", "le"}).Draw(r, "op")
		return fmt.Sprintf("%s %s %q", name, op, at.UTC().Format(time.RFC3339Nano))
	case 3:
		if kind == "User" {
			return "active " + rapid.SampledFrom([]string{"eq", "ne"}).Draw(r, "op") + rapid.SampledFrom([]string{" true", " false", ` "False"`}).Draw(r, "bool")
		}
		return rapid.SampledFrom([]string{"members eq ", "members.value eq ", "members ne "}).Draw(r, "name") + l.drawValue(r, append(l.ids, "pending"))
	case 4:
		if kind == "User" {
			return rapid.SampledFrom([]string{"groups eq ", "groups.value eq ", "groups.value ne "}).Draw(r, "name") + l.drawValue(r, l.ids)
		}
		return `meta.resourceType eq "Group"`
	}
	return rapid.SampledFrom(names).Draw(r, "name") + " " + rapid.SampledFrom(ops).Draw(r, "op") + " " + l.drawValue(r, l.texts)
}

func (l *library) drawQuery(r *rapid.T) (kind string, q listQuery) {
	kind = rapid.SampledFrom([]string{"User", "User", "Group"}).Draw(r, "type")
	if rapid.IntRange(0, 9).Draw(r, "filtered") > 0 {
		q.Filter = l.drawFilter(r, kind, 3)
	}
	q.SortBy = rapid.SampledFrom([]string{
		"", "", "id", "userName", "displayName", "meta.created", "meta.lastModified", "emails", "emails.value", "title", "active", "externalId",
		"vanta_roles", "name", "nothing", "groups",
	}).Draw(r, "sortBy")
	q.SortOrder = rapid.SampledFrom([]string{"", "ascending", "descending", "Descending"}).Draw(r, "sortOrder")
	return kind, q
}

// TestListProperty holds that lists answer what the predicate and the order say,
// whichever way they find it, page by page, by index and by cursor.
func TestListProperty(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := newLibrary(t, d, 1)
		rapid.Check(t, func(r *rapid.T) {
			kind, q := l.drawQuery(r)
			want := l.expected(r, kind, q)
			got := l.page(kind, q)
			if !slices.Equal(got.ids(), want) || got.TotalResults != len(want) {
				r.Fatalf("%s %q by %s %s: %d of %v, want %v", kind, q.Filter, q.SortBy, q.SortOrder, got.TotalResults, got.ids(), want)
			}
			size := rapid.IntRange(1, 7).Draw(r, "count")
			l.walkByIndex(r, kind, q, size, want)
			l.walkByCursor(r, kind, q, size, want)
		})
	})
}

func (l *library) walkByIndex(r *rapid.T, kind string, q listQuery, size int, want []string) {
	var got []string
	for start := 1; ; start += size {
		q.StartIndex, q.Count = number(start), number(size)
		p := l.page(kind, q)
		got = append(got, p.ids()...)
		if p.TotalResults != len(want) || p.StartIndex != start || p.ItemsPerPage != len(p.Resources) || p.NextCursor != nil {
			r.Fatalf("page at %d: %+v", start, p)
		}
		if len(p.Resources) == 0 {
			break
		}
	}
	if !slices.Equal(got, want) {
		r.Fatalf("by index %v, want %v", got, want)
	}
}

func (l *library) walkByCursor(r *rapid.T, kind string, q listQuery, size int, want []string) {
	var got []string
	q.Count, q.Cursor = number(size), cursor("")
	for {
		p := l.page(kind, q)
		got = append(got, p.ids()...)
		if p.TotalResults != len(want) || p.ItemsPerPage != len(p.Resources) || len(p.Resources) > size {
			r.Fatalf("page by cursor: %+v", p)
		}
		if p.NextCursor == nil {
			break
		}
		q.Cursor = p.NextCursor
	}
	if !slices.Equal(got, want) {
		r.Fatalf("by cursor %v, want %v", got, want)
	}
}
