// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/scim/filter"
	"github.com/passmuster/muster/internal/scim/schema"
)

// TestList is the contract's table of filters, orders and pages.
func TestList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newShelf(t, d)
		ada := h.user("Ada", `, "externalId": "jyoung", "title": "Dr", "emails": [{"value": "ada@x.test", "type": "work"}, {"value": "Zed@x.test", "primary": true}],
			"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "m-1"}}`)
		bob := h.user("bob", `, "externalId": "7019", "displayName": "Bobby", "emails": [{"value": "bob@x.test", "type": "home"}]`)
		cyd := h.user("Cyd", `, "active": false, "displayName": "alpha"`)
		team := h.group("Team", ada.ID, bob.ID, "later")
		h.group("Zoo", cyd.ID)
		other := *h.c
		h.c = h.directory(h.c.dir.Workspace, 8)
		stray := h.group("Stray", ada.ID)
		h.user("Dan", "")
		h.c = &other
		cases := []struct {
			kind, filter, by, order, want string
		}{
			{"User", ``, "", "", "Ada bob Cyd"},
			{"User", `userName eq "ADA"`, "", "", "Ada"},
			{"User", `username+eq+"ADA"&`, "", "", "Ada"},
			{"User", `userName eq "nobody"`, "", "", ""},
			{"User", `externalId eq jyoung`, "", "", "Ada"},
			{"User", `externalId eq "JYOUNG"`, "", "", ""},
			{"User", `externalId eq 7019`, "", "", "bob"},
			{"User", `emails[type eq "work"].value eq "ADA@x.test"`, "", "", "Ada"},
			{"User", `emails[type eq "work" and value eq "zed@x.test"]`, "", "", ""},
			{"User", `emails eq "bob@x.test"`, "", "", "bob"},
			{"User", `active eq "True"`, "", "", "Ada bob"},
			{"User", `not (active eq true)`, "", "", "Cyd"},
			{"User", `id eq "` + ada.ID + `" and manager eq "m-1"`, "", "", "Ada"},
			{"User", `id eq "` + bob.ID + `" and urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq "m-1"`, "", "", ""},
			{"User", `title pr or displayName co "OBB"`, "", "", "Ada bob"},
			{"User", `title ne "Dr"`, "", "", "bob Cyd"},
			{"User", `groups eq "` + team.ID + `"`, "", "", "Ada bob"},
			{"User", `groups.value eq "` + stray.ID + `"`, "", "", ""},
			{"User", `groups.display eq "zoo"`, "", "", "Cyd"},
			{"User", `meta.created lt "2026-09-21T14:13:20.002Z"`, "", "", "Ada"},
			{"User", "userName eq \"a\\u0000\"", "", "", ""},
			{"User", "", "userName", "descending", "Cyd bob Ada"},
			{"User", "", "displayName", "", "Cyd bob Ada"},
			{"User", "", "displayName", "descending", "Ada bob Cyd"},
			{"User", "", "emails", "", "bob Ada Cyd"},
			{"User", "", "title", "descending", "bob Cyd Ada"},
			{"User", "", "meta.lastModified", "descending", "Cyd bob Ada"},
			{"User", "", "nonsense", "descending", "Ada bob Cyd"},
			{"User", "", "password", "descending", "Ada bob Cyd"},
			{"User", "", "", "descending", "Ada bob Cyd"},
			{"Group", `displayName eq "team"`, "", "", "Team"},
			{"Group", `members eq "` + ada.ID + `"`, "", "", "Team"},
			{"Group", `members[value eq "later"]`, "", "", "Team"},
			{"Group", `members.value eq "LATER"`, "", "", ""},
			{"Group", `id eq "` + team.ID + `" and members eq "` + cyd.ID + `"`, "", "", ""},
			{"Group", `members.display eq "bobby"`, "", "", "Team"},
			{"Group", "", "displayName", "descending", "Zoo Team"},
		}
		for _, c := range cases {
			p := h.page(c.kind, listQuery{Filter: c.filter, SortBy: c.by, SortOrder: c.order})
			if got := p.names(); got != c.want || p.TotalResults != len(p.Resources) {
				t.Errorf("%s by %s %s: %s of %d, want %s", c.filter, c.by, c.order, got, p.TotalResults, c.want)
			}
		}
		h.refusedFilters(t)
		h.pages(t)
		h.projections(t, ada, team)
	})
}

func (h *shelf) refusedFilters(t *testing.T) {
	t.Helper()
	for _, text := range []string{
		`nothing eq "x"`, `userName`, `userName eq`, `userName like "x"`, `active gt true`, `password eq "x"`, `(userName eq "x"`, `emails[nothing eq "x"]`,
	} {
		_, err := h.tryPage("User", listQuery{Filter: text})
		if got := known(err); err == nil || got.Status != 400 || got.ScimType != schema.InvalidFilter {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func (h *shelf) pages(t *testing.T) {
	t.Helper()
	cases := []struct {
		start, count     *int
		want             string
		wantStart, total int
	}{
		{nil, number(2), "Ada bob", 1, 3},
		{number(0), number(1), "Ada", 1, 3},
		{number(-5), number(1), "Ada", 1, 3},
		{number(3), number(2), "Cyd", 3, 3},
		{number(4), nil, "", 4, 3},
		{number(99), number(1), "", 99, 3},
		{nil, number(0), "", 1, 3},
		{nil, number(-1), "", 1, 3},
		{nil, number(5000), "Ada bob Cyd", 1, 3},
	}
	for _, filter := range []string{"", "not (title co \"unlikely\")"} { // by the database, and by hand
		for _, c := range cases {
			p := h.page("User", listQuery{Filter: filter, StartIndex: c.start, Count: c.count})
			if p.names() != c.want || p.StartIndex != c.wantStart || p.TotalResults != c.total || p.ItemsPerPage != len(p.Resources) || p.Resources == nil {
				t.Errorf("%v %v: %+v", c.start, c.count, p)
			}
		}
	}
}

func (h *shelf) projections(t *testing.T, ada, team Resource) {
	t.Helper()
	one := func(kind string, q listQuery) map[string]any { return h.page(kind, q).Resources[0] }
	keys := func(r map[string]any) string {
		var names []string
		for _, name := range []string{"schemas", "id", "externalId", "userName", "title", "emails", "displayName", "groups", "members", "meta"} {
			if r[name] != nil {
				names = append(names, name)
			}
		}
		return strings.Join(names, " ")
	}
	cases := []struct {
		kind, attributes, excluded, want string
	}{
		{"User", "", "", "schemas id externalId userName title emails groups meta"},
		{"User", "userName", "", "schemas id userName"},
		{"User", "userName,groups", "title", "schemas id userName groups"},
		{"User", "", "emails,groups,id", "schemas id externalId userName title meta"},
		{"User", "", "groups", "schemas id externalId userName title emails meta"},
		{"User", `emails[type eq "work"]`, "", "schemas id emails"},
		{"User", "meta.location", "", "schemas id meta"},
		{"Group", "", "members", "schemas id displayName meta"},
		{"Group", "members", "", "schemas id members"},
		{"Group", "", "", "schemas id displayName members meta"},
	}
	for _, c := range cases {
		got := keys(one(c.kind, listQuery{Attributes: schema.SplitNames(c.attributes), Excluded: schema.SplitNames(c.excluded)}))
		if got != c.want {
			t.Errorf("%s +%s -%s: %s, want %s", c.kind, c.attributes, c.excluded, got, c.want)
		}
	}
	member := fmt.Sprint(one("Group", listQuery{})["members"])
	for _, want := range []string{"display:Ada", "display:Bobby", "$ref:" + h.c.base + "/Users/" + ada.ID, "type:User", "map[value:later]"} {
		if !strings.Contains(member, want) {
			t.Errorf("no %s in %s", want, member)
		}
	}
	group := fmt.Sprint(one("User", listQuery{})["groups"])
	if want := fmt.Sprintf("[map[$ref:%s/Groups/%s display:Team type:direct value:%s]]", h.c.base, team.ID, team.ID); group != want {
		t.Errorf("groups %s, want %s", group, want)
	}
}

// TestCursor holds what a cursor is good for, and what not.
func TestCursor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newShelf(t, d)
		for i := range 5 {
			h.user(fmt.Sprintf("u%d", i), "")
		}
		q := listQuery{Count: number(2), Cursor: cursor(""), Filter: `userName sw "u"`}
		first := h.page("User", q)
		if first.NextCursor == nil || first.StartIndex != 0 || strings.Contains(first.body, "previousCursor") {
			t.Fatalf("first page: %s", first.body)
		}
		for _, c := range *first.NextCursor {
			if !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~", c) {
				t.Errorf("the cursor has %q", c)
			}
		}
		refused := func(name string, kind schema.ScimType, change func(q *listQuery), of string) {
			t.Helper()
			again := q
			again.Cursor = first.NextCursor
			change(&again)
			_, err := h.tryPage(of, again)
			if got := known(err); err == nil || got.Status != 400 || got.ScimType != kind {
				t.Errorf("%s: %v", name, err)
			}
		}
		refused("forged", schema.InvalidCursor, func(q *listQuery) { q.Cursor = cursor("x" + *q.Cursor) }, "User")
		refused("cut", schema.InvalidCursor, func(q *listQuery) { q.Cursor = cursor((*q.Cursor)[:20]) }, "User")
		refused("another filter", schema.InvalidCursor, func(q *listQuery) { q.Filter = "" }, "User")
		refused("another order", schema.InvalidCursor, func(q *listQuery) { q.SortBy = "userName" }, "User")
		refused("another count", schema.InvalidCount, func(q *listQuery) { q.Count = number(3) }, "User")
		refused("another type", schema.InvalidCursor, func(q *listQuery) { q.Filter = "" }, "Group")
		own := h.c
		h.c = h.directory(own.dir.Workspace, 8)
		refused("another directory", schema.InvalidCursor, func(*listQuery) {}, "User")
		h.c = own
		h.user("u9", "") // comes at the end of the walk
		q.Cursor, q.Count = first.NextCursor, nil
		second := h.page("User", q)
		if second.names() != "u2 u3" || second.TotalResults != 5 || second.NextCursor == nil {
			t.Errorf("second page: %s", second.body)
		}
		q.Cursor = second.NextCursor
		if last := h.page("User", q); last.names() != "u4 u9" || last.NextCursor != nil {
			t.Errorf("last page: %s", last.body)
		}
	})
}

// TestListAll searches over all types.
func TestListAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newShelf(t, d, device(t))
		h.user("a", `, "displayName": "x"`)
		h.user("b", `, "displayName": "x"`)
		h.group("x")
		h.make("Device", deviceBody("d", `, "displayName": "X"`))
		search := func(q listQuery) pageRead {
			t.Helper()
			body, err := h.listAll(t.Context(), h.c, q)
			h.ok(err)
			var p pageRead
			read, err := schema.ReadObject(body)
			h.ok(err)
			p.TotalResults = int(read["totalResults"].(schema.Number)[0] - '0')
			for _, r := range read["Resources"].([]any) {
				p.Resources = append(p.Resources, r.(schema.Object))
			}
			if next, ok := read["nextCursor"].(string); ok {
				p.NextCursor = &next
			}
			return p
		}
		if p := search(listQuery{Filter: `displayName eq "x"`}); p.names() != "a b x X" || p.TotalResults != 4 {
			t.Errorf("all: %s", p.names())
		}
		if p := search(listQuery{Filter: `userName pr`}); p.names() != "a b" || p.TotalResults != 2 {
			t.Errorf("users only: %s", p.names())
		}
		q := listQuery{Filter: `displayName eq "x"`, Count: number(3), Cursor: cursor("")}
		first := search(q)
		q.Cursor = first.NextCursor
		if last := search(q); len(first.Resources) != 3 || len(last.Resources) != 1 || last.NextCursor != nil {
			t.Errorf("by cursor: %s, %s", first.names(), last.names())
		}
		q = listQuery{Filter: `displayName eq "x"`, Count: number(2), StartIndex: number(2)}
		if p := search(q); len(p.Resources) != 2 || p.TotalResults != 4 || p.Resources[0]["userName"] != "b" {
			t.Errorf("by index: %s", p.names())
		}
		for filter, want := range map[string]string{
			`userName eq "a" or serialNumber eq "d"`:                              "a X",
			`not (userName pr) and displayName eq "x"`:                            "x X",
			`userName ne "a" and displayName eq "x"`:                              "b x X",
			`userName eq null and meta.resourceType eq "Group"`:                   "x",
			`members[value eq "nobody"] or emails[type eq "work"].value eq "a@b"`: "",
			`urn:ietf:params:scim:schemas:core:2.0:User:userName eq "B"`:          "b",
			`displayName eq "Admin"`:                                              "Admin",
			`meta.resourceType eq "Role" and userName pr`:                         "",
		} {
			if p := search(listQuery{Filter: filter}); p.names() != want || p.TotalResults != len(p.Resources) {
				t.Errorf("%s: %s of %d, want %s", filter, p.names(), p.TotalResults, want)
			}
		}
		q = listQuery{Filter: `displayName eq "x" or displayName eq "Admin"`, Count: number(2), SortBy: "userName", SortOrder: "descending"}
		if p := search(q); len(p.Resources) != 2 || p.Resources[0]["userName"] != nil || p.Resources[1]["userName"] != nil || p.TotalResults != 5 {
			t.Errorf("who has none comes first: %s of %d", p.names(), p.TotalResults)
		}
		q.StartIndex = number(4)
		if p := search(q); p.names() != "b a" || p.TotalResults != 5 {
			t.Errorf("then those who have: %s of %d", p.names(), p.TotalResults)
		}
		q = listQuery{Filter: `displayName eq "x" or displayName eq "Admin"`, SortBy: "displayName", Attributes: []string{"displayName"}}
		if p := search(q); p.names() != "Admin x x x X" {
			t.Errorf("in one order: %s", p.names())
		}
		for _, filter := range []string{`nothing pr`, `userName eq "a" and nothing pr`, `userName gt`, `active gt true`, `members[nothing eq "x"]`} {
			if _, err := h.listAll(t.Context(), h.c, listQuery{Filter: filter}); err == nil || known(err).ScimType != schema.InvalidFilter {
				t.Errorf("%s: %v", filter, err)
			}
		}
	})
}

// TestSplice holds that an answer made of the stored text says what one made of
// its parts says.
func TestSplice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := newLibrary(t, d, 2)
		l.read(func(ctx context.Context, tx *db.Tx) error {
			for kind, rt := range l.types {
				whole := l.listView(l.c, rt, listQuery{})
				if !whole.whole {
					t.Fatalf("%s is not answered as it is stored", kind)
				}
				rows, err := selectStored(ctx, tx, l.c.dir, selection{kind: kind, limit: 100})
				l.ok(err)
				k, err := whole.kin(ctx, tx, idsOf(rows))
				l.ok(err)
				l.ok(whole.follow(ctx, tx, rows, &k))
				for _, r := range rows {
					spliced, ok := whole.splice(nil, r, k)
					parts := whole
					parts.whole = false
					made, err := parts.append(nil, r, k)
					l.ok(err)
					one, err := schema.Parse(spliced)
					l.ok(err)
					two, err := schema.Parse(made)
					l.ok(err)
					if !ok || !schema.Equal(one, two) {
						t.Errorf("spliced %s\nmade %s", spliced, made)
					}
				}
			}
			return nil
		})
	})
}

// TestTopText holds that names are found without parsing.
func TestTopText(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		words := rapid.SampledFrom([]string{"", "ada", `a"b`, `"displayName":"x"`, `a\`, "{", "]", "é\n", "displayName"})
		obj := schema.Object{}
		for _, name := range []string{"displayName", "userName", "zz", "active"} {
			switch rapid.IntRange(0, 3).Draw(r, name) {
			case 0:
				obj[name] = words.Draw(r, "text")
			case 1:
				obj[name] = schema.Object{"displayName": words.Draw(r, "inner"), "userName": words.Draw(r, "inner")}
			case 2:
				obj[name] = []any{words.Draw(r, "element"), schema.Object{"displayName": words.Draw(r, "inner")}}
			}
		}
		document := string(schema.Canonical(obj, schema.User()))
		for _, name := range []string{"displayName", "userName"} {
			if got, want := topText(document, name), text(obj, name); got != want {
				r.Fatalf("%s of %s: %q, want %q", name, document, got, want)
			}
		}
	})
}

// TestPlans holds that the look-ups that providers make before every create are
// point searches.
func TestPlans(t *testing.T) {
	d := dbtest.SQLite(t)
	h := newShelf(t, d)
	h.user("ada", "")
	cases := []struct{ kind, filter string }{
		{"User", `userName eq "x"`},
		{"User", `externalId eq "x"`},
		{"User", `id eq "65f000000000000000000000"`},
		{"User", `emails.value eq "x"`},
		{"User", `emails[type eq "work" and value eq "x"]`},
		{"User", `displayName eq "x"`},
		{"User", `groups eq "65f000000000000000000000"`},
		{"Group", `displayName eq "x"`},
		{"Group", `members eq "65f000000000000000000000"`},
		{"Group", `id eq "65f000000000000000000000" and members eq "65f000000000000000000001"`},
	}
	for _, c := range cases {
		h.read(func(ctx context.Context, tx *db.Tx) error {
			rt := h.typed(ctx, tx, c.kind)
			f, err := filter.New(c.filter, rt, filter.Options{})
			h.ok(err)
			w, err := clauseOf(f, rt)
			h.ok(err)
			if w.reach == byList {
				t.Errorf("%s: no index", c.filter)
			}
			if plan := h.plan(ctx, tx, selection{kind: c.kind, limit: 100, where: w}); strings.Contains(plan, "SCAN") || strings.Contains(plan, "scim_resource_list") {
				t.Errorf("%s: %s", c.filter, plan)
			}
			return nil
		})
	}
	h.read(func(ctx context.Context, tx *db.Tx) error {
		if plan := h.plan(ctx, tx, selection{after: "65f0", kind: "User", limit: 100}); !strings.Contains(plan, "scim_resource_list") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("a list: %s", plan)
		}
		return nil
	})
}

// TestClauses holds how much of a filter SQL says: all of it, what it narrows to, or
// nothing. TestListProperty holds that each way answers the same.
func TestClauses(t *testing.T) {
	h := newShelf(t, dbtest.SQLite(t))
	cases := []struct{ kind, filter, want string }{
		{"User", `userName eq "x"`, "all"},
		{"User", `active eq true and externalId eq "x"`, "all"},
		{"User", `not (active eq true)`, "all"},
		{"User", `userName eq "x" and title eq "y"`, "part"},
		{"User", `emails[type eq "work" and value eq "x"]`, "part"},
		{"User", `title eq "x"`, "none"},
		{"User", `userName eq "x" or title eq "y"`, "none"},
		{"User", `not (userName eq "x" and title eq "y")`, "none"},
		{"Group", `members eq "65f000000000000000000000"`, "all"},
	}
	for _, c := range cases {
		h.read(func(ctx context.Context, tx *db.Tx) error {
			rt := h.typed(ctx, tx, c.kind)
			f, err := filter.New(c.filter, rt, filter.Options{})
			h.ok(err)
			w, err := clauseOf(f, rt)
			h.ok(err)
			got := "none"
			if w.exact {
				got = "all"
			} else if w.cond != "" {
				got = "part"
			}
			if got != c.want {
				t.Errorf("%s: SQL says %s of it, want %s", c.filter, got, c.want)
			}
			return nil
		})
	}
}

// plan answers how SQLite goes about a selection.
func (h *shelf) plan(ctx context.Context, tx *db.Tx, s selection) string {
	h.t.Helper()
	query, args := s.text(h.c.dir)
	var plan []string
	h.ok(tx.Each(ctx, func(row db.Row) error {
		var id, parent, unused int64
		var detail string
		err := row.Scan(&id, &parent, &unused, &detail)
		plan = append(plan, detail)
		return err
	}, "EXPLAIN QUERY PLAN "+query, args...))
	return strings.Join(plan, "; ")
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		header string
		want   bool
	}{
		{`W/"v3"`, true}, {`"v3"`, true}, {"v3", true}, {"*", true}, {`W/"v2", W/"v3"`, true}, {`W/"v33"`, false}, {"", false}, {",", false}, {`"W/v3"`, false},
	} {
		if got := matches(c.header, `W/"v3"`); got != c.want {
			t.Errorf("%q: %v", c.header, got)
		}
	}
}

// TestGetNothing asks for ids that name nothing.
func TestGetNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newShelf(t, d)
		ada := h.user("ada", "")
		for _, id := range []string{"", "x", "a\x00", strings.ToUpper(ada.ID), "65f000000000000000000000"} {
			if _, status := h.shownAs("User", id); status != 404 && id != ada.ID {
				t.Errorf("%q: %d", id, status)
			}
		}
		if _, status := h.shownAs("Group", ada.ID); status != 404 {
			t.Errorf("a user as a group: %d", status)
		}
		h.c = h.directory(h.c.dir.Workspace, 8)
		if _, status := h.shownAs("User", ada.ID); status != 404 {
			t.Errorf("a user of another directory: %d", status)
		}
	})
}
