// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/json"
)

// leafOf is the hash of a leaf by RFC 6962 section 2.1.
func leafOf(document string) [32]byte { return sha256.Sum256([]byte("\x00" + document)) }

func trail(t *testing.T, s *evidence.Service, c caller.Caller, f evidence.TrailFilter) []evidence.Event {
	t.Helper()
	events, _, err := s.Trail(t.Context(), c, f, evidence.TrailPage{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// TestWhereFrom holds that an entry says where its request came from, whatever
// form the body has, and nothing when nobody knows.
func TestWhereFrom(t *testing.T) {
	d := dbtest.SQLite(t)
	actor, s := house(t, d), newService(t, d, t.TempDir())
	afar := actor
	afar.Address = "2001:db8::1"
	type body struct {
		A int `json:"a"`
	}
	for _, c := range []struct {
		name  string
		actor caller.Caller
		body  any
		want  string
	}{
		{"map", afar, map[string]any{"a": 1}, `{"a":1,"from":{"address":"2001:db8::1"}}`},
		{"struct", afar, body{1}, `{"a":1,"from":{"address":"2001:db8::1"}}`},
		{"pointer", afar, &body{1}, `{"a":1,"from":{"address":"2001:db8::1"}}`},
		{"text", afar, json.Value(` { "z" : 1.0, "a": [1, 2] } `), `{"a":[1,2],"from":{"address":"2001:db8::1"},"z":1}`},
		{"nothing", afar, nil, `{"from":{"address":"2001:db8::1"}}`},
		{"no text", afar, json.Value(nil), `{"from":{"address":"2001:db8::1"}}`},
		{"no address", actor, map[string]any{"a": 1}, `{"a":1}`},
		{"no address and nothing", actor, nil, `{}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := put(t.Context(), d, evidence.Entry{Actor: c.actor, Kind: "role", Body: c.body}); err != nil {
				t.Fatal(err)
			}
			if err := s.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			newest, err := s.Checkpoint(t.Context(), actor.Workspace)
			if err != nil {
				t.Fatal(err)
			}
			entry, err := s.Entry(t.Context(), actor.Workspace, newest.Size-1)
			if err != nil || string(entry.Body) != c.want {
				t.Errorf("got %s, %v, want %s", entry.Body, err, c.want)
			}
		})
	}
	for _, c := range []caller.Caller{actor, afar} {
		err := put(t.Context(), d, evidence.Entry{Actor: c, Kind: "role", Body: map[string]any{"from": "Editor"}})
		if err == nil || !strings.Contains(err.Error(), `"from"`) {
			t.Errorf("got %v, want a word about from", err)
		}
	}
}

// TestNullsAreKept holds that a change says null for nothing at all, and keeps
// what is empty but there.
func TestNullsAreKept(t *testing.T) {
	text, err := json.Marshal([]evidence.Change{{Field: "a", Before: "", After: 0}, {Field: "b"}})
	if want := `[{"field":"a","before":"","after":0},{"field":"b"}]`; err != nil || string(text) != want {
		t.Errorf("got %s, %v, want %s", text, err, want)
	}
}

// TestOlderEntries holds that entries of a program without the trail are found
// as soon as a new one starts.
func TestOlderEntries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		actor, dir := house(t, d), t.TempDir()
		s := newService(t, d, dir)
		fill(t, d, actor, 0, 1100)
		user := actor
		user.Kind, user.ID, user.Name = caller.User, "u1", "Ada Byron"
		if err := put(t.Context(), d, evidence.Entry{
			Actor: user, Kind: "role", Subject: evidence.Subject{Kind: "user", ID: "u2", Name: "Bob"},
			Body: map[string]any{"what": "granted", "role": map[string]string{"id": "r1", "name": "Admin"}},
		}); err != nil {
			t.Fatal(err)
		}
		find := func() []evidence.Event {
			return append(trail(t, s, actor, evidence.TrailFilter{Action: "role.granted", ActorID: "u1", TargetID: "u2", Query: "ADMIN"}),
				trail(t, s, actor, evidence.TrailFilter{TargetID: "r1"})...)
		}
		want := find()
		exec(t, d, `DELETE FROM evidence_target`)
		exec(t, d, `UPDATE evidence_entry SET action = NULL, actor_kind = NULL, actor_id = NULL, subject_kind = NULL, subject_id = NULL, names = NULL`)
		if got := find(); len(got) != 0 {
			t.Errorf("got %+v before the trail is filled", got)
		}
		if got := trail(t, s, actor, evidence.TrailFilter{}); len(got) != 1 || got[0].Summary != "Ada Byron granted Bob the role Admin" {
			t.Errorf("got %+v without columns", got)
		}
		exec(t, d, `UPDATE evidence_entry SET document = '{}' WHERE id = (SELECT MIN(id) FROM evidence_entry)`)
		s = newService(t, d, dir)
		if diff := cmp.Diff(want, find()); diff != "" || len(want) != 2 {
			t.Errorf("%d events: %s", len(want), diff)
		}
		syncs := trail(t, s, actor, evidence.TrailFilter{Action: "sync.evaluated", ActorKind: "system", TargetKind: "definition"})
		if len(syncs) != 1000 {
			t.Errorf("%d syncs on a page of 1000", len(syncs))
		}
	})
}

// TestMembersAreTargets finds entries by whom they name in a list, page by page.
func TestMembersAreTargets(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		actor, s := house(t, d), newService(t, d, t.TempDir())
		for n := range 4 {
			members := []map[string]string{{"kind": "person", "id": "p1", "name": "Pat"}, {"kind": "person", "id": fmt.Sprint("q", n), "name": "Q"}}
			e := evidence.Entry{
				Actor: actor, Kind: "group", Subject: evidence.Subject{Kind: "group", ID: "g1", Name: "Staff"},
				Body: map[string]any{"what": "members added", "members": append(members, members[0]), "team": map[string]string{"id": "g1", "name": "Staff"}},
			}
			if err := put(t.Context(), d, e, entry(actor, "p1", int64(n+1))); err != nil {
				t.Fatal(err)
			}
		}
		pat := evidence.TrailFilter{TargetID: "p1", TargetKind: "person"}
		found := trail(t, s, actor, pat)
		if len(found) != 4 || len(trail(t, s, actor, evidence.TrailFilter{TargetID: "g1"})) != 4 || len(trail(t, s, actor, evidence.TrailFilter{TargetID: "q2"})) != 1 {
			t.Fatalf("got %+v", found)
		}
		if diff := cmp.Diff([]evidence.Party{{ID: "g1", Kind: "group", Name: "Staff"}, {ID: "p1", Kind: "person", Name: "Pat"}}, found[0].Targets[:2]); diff != "" {
			t.Error(diff)
		}
		rest, more, err := s.Trail(t.Context(), actor, pat, evidence.TrailPage{After: found[1].ID, Limit: 1})
		if err != nil || !more || len(rest) != 1 || rest[0].ID != found[2].ID {
			t.Errorf("got %+v, %t, %v after the second", rest, more, err)
		}
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		exported := 0
		if err := s.EachEvent(t.Context(), actor, pat, "", func(evidence.Event) error { exported++; return nil }); err != nil || exported != 4 {
			t.Errorf("%d exported, %v", exported, err)
		}
	})
}

// TestEntriesKeepTheirOrder holds that what is appended in one millisecond stands
// in the trail and in the tree as it was appended, in one transaction or several.
func TestEntriesKeepTheirOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		actor, s := house(t, d), newService(t, d, t.TempDir())
		const count = 60
		var list []evidence.Entry
		for n := range count {
			e := evidence.Entry{Actor: actor, Kind: "user", Subject: evidence.Subject{Kind: "user", ID: "u2", Name: fmt.Sprint(n)}}
			if list = append(list, e); n%20 != 19 {
				continue
			}
			if err := put(t.Context(), d, list...); err != nil {
				t.Fatal(err)
			}
			list = nil
		}
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i, e := range trail(t, s, actor, evidence.TrailFilter{}) {
			if n := count - 1 - i; e.Targets[0].Name != fmt.Sprint(n) || e.Position == nil || *e.Position != int64(n) {
				t.Errorf("entry %d is %s", n, e.Targets[0].Name)
			}
		}
	})
}

// TestAnAlteredEntryIsShownAsSuch tells nothing that was not signed.
func TestAnAlteredEntryIsShownAsSuch(t *testing.T) {
	d := dbtest.SQLite(t)
	actor, s := house(t, d), newService(t, d, t.TempDir())
	e := evidence.Entry{Actor: actor, Kind: "user", Subject: evidence.Subject{Kind: "user", ID: "u2", Name: "Bob"}, Body: map[string]any{"what": "deleted"}}
	if err := put(t.Context(), d, e); err != nil {
		t.Fatal(err)
	}
	for _, change := range []string{`replace(document, 'Bob', 'Eve')`, `'no JSON'`} {
		exec(t, d, `UPDATE evidence_entry SET document = `+change)
		events := trail(t, s, actor, evidence.TrailFilter{TargetID: "u2"})
		if len(events) != 1 || !strings.HasPrefix(events[0].Summary, "This entry was altered") || events[0].Action != "user.deleted" {
			t.Errorf("%s: got %+v", change, events)
		}
	}
}

// TestAWindowWithoutAnEnd is clamped where it has one.
func TestAWindowWithoutAnEnd(t *testing.T) {
	d := dbtest.SQLite(t)
	actor, s := house(t, d), newService(t, d, t.TempDir())
	fill(t, d, actor, 0, 3)
	for _, c := range []struct {
		window caller.Window
		filter evidence.TrailFilter
		want   int
	}{
		{caller.Window{From: clock()}, evidence.TrailFilter{}, 3},
		{caller.Window{From: clock().Add(time.Millisecond)}, evidence.TrailFilter{From: clock()}, 0},
		{caller.Window{From: clock()}, evidence.TrailFilter{To: clock().Add(-time.Millisecond)}, 0},
		{caller.Window{To: clock()}, evidence.TrailFilter{To: clock().Add(time.Hour)}, 3},
		{caller.Window{To: clock().Add(-time.Millisecond)}, evidence.TrailFilter{}, 0},
	} {
		auditor := actor
		auditor.Window, c.filter.Syncs = &c.window, evidence.SyncsIn
		if got := len(trail(t, s, auditor, c.filter)); got != c.want {
			t.Errorf("%+v %+v: %d events, want %d", c.window, c.filter, got, c.want)
		}
	}
}

// BenchmarkTrail reads a page of a long trail in which few entries
// are no syncs.
func BenchmarkTrail(b *testing.B) {
	each(b, func(b *testing.B, d *db.DB) {
		actor, s := house(b, d), newService(b, d, b.TempDir())
		fill(b, d, actor, 0, 20_000)
		for i := range 500 {
			user := actor
			user.Kind, user.ID, user.Name = caller.User, fmt.Sprint("u", i%7), "Ada Byron"
			e := evidence.Entry{Actor: user, Kind: "user", Subject: evidence.Subject{Kind: "user", ID: fmt.Sprint("v", i%50), Name: "Bob"}}
			if err := put(b.Context(), d, e); err != nil {
				b.Fatal(err)
			}
		}
		for name, f := range map[string]evidence.TrailFilter{
			"all": {}, "actor": {ActorID: "u3"}, "target": {TargetID: "v3"}, "action": {Action: "user."}, "name": {Query: "nobody"},
			"syncs": {Syncs: evidence.SyncsIn}, "target syncs": {TargetID: "d1"}, "name syncs": {Query: "nobody", Syncs: evidence.SyncsIn},
		} {
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
					if _, _, err := s.Trail(context.Background(), actor, f, evidence.TrailPage{Limit: 50}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	})
}
