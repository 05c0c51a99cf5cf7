// SPDX-License-Identifier: Apache-2.0

package integration_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/integration"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/workspace"
)

// house is a workspace with two applications that push.
type house struct {
	t       testing.TB
	admin   caller.Caller
	apps    [2]caller.Caller
	clock   atomic.Int64 // ms
	db      *db.DB
	found   *integration.Service
	people  *directory.Service
	records *resource.Service
}

// Integrations is of integration.Applications.
func (h *house) Integrations(context.Context, caller.Caller) (list []integration.Application, err error) {
	for _, app := range h.apps {
		list = append(list, integration.Application{ID: app.ID, Name: app.Name})
	}
	return list, nil
}

func newHouse(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, db: d}
	h.clock.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixMilli())
	w, err := workspace.New(d, h.now).Get(t.Context(), "default")
	h.ok(err)
	for i := range h.apps {
		h.apps[i] = caller.Caller{Kind: caller.Application, ID: db.NewID(h.now()), Name: fmt.Sprint("App ", i), Workspace: w.Caller()}
		h.ok(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.ExecOne(ctx, `INSERT INTO oauth_application (id, workspace, name, name_key, type, distribution, client_id, scopes,
				redirect_uris, overlapping_tokens, rotation_grace, accept_form, created_at, updated_at)
				VALUES ($1, $2, $1, $1, 'build', 'private', $1, '[]', '[]', 1, 0, FALSE, 0, 0)`, h.apps[i].ID, w.Number)
		}))
	}
	h.admin = caller.Caller{Kind: caller.CommandLine, Name: "muster admin", Workspace: w.Caller()}
	h.people = directory.New(directory.Options{DB: d, Now: h.now})
	h.found = integration.New(integration.Options{Applications: h, DB: d, Directory: h.people, Now: h.now})
	h.records = resource.New(resource.Options{
		DB: d, Judge: assessment.NewJudge(d), Now: h.now, Owner: "test", Views: []resource.View{h.found}, Wait: time.Minute,
	})
	return h
}

func (h *house) now() time.Time { return db.Time(h.clock.Load()) }

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("unexpected: %v", err)
	}
}

func (h *house) define(app int, name string) resource.Definition {
	h.t.Helper()
	d, err := h.records.Create(h.t.Context(), h.apps[app], resource.NewDefinition{Application: h.apps[app].ID, Base: "CustomResource", Name: name})
	h.ok(err)
	return d
}

// push pushes records with the numbers, as the whole set.
func (h *house) push(d resource.Definition, numbers ...int) {
	h.t.Helper()
	h.clock.Add(1000)
	elements := make([]string, len(numbers))
	for i, n := range numbers {
		elements[i] = fmt.Sprintf(`{"uniqueId":"r%06d","displayName":"R %d","externalUrl":"https://x.example"}`, n, n)
	}
	app := h.apps[0]
	if d.Application != app.ID {
		app = h.apps[1]
	}
	result, err := h.records.Push(h.t.Context(), app, resource.Push{
		Base: d.Base, Default: resource.Strict, Body: strings.NewReader(fmt.Sprintf(`{"resourceId":%q,"resources":[%s]}`, d.ID, strings.Join(elements, ","))),
	})
	h.ok(err)
	if result.Failure != "" {
		h.t.Fatalf("refused: %s %v", result.Failure, result.Rejections)
	}
}

func upTo(n int) (numbers []int) {
	for i := range n {
		numbers = append(numbers, i)
	}
	return numbers
}

func refOf(d resource.Definition) integration.Ref {
	return integration.Ref{Integration: d.Application, Kind: d.Name}
}

// all answers every record that a query finds, read in pages of a size.
func (h *house) all(d resource.Definition, q integration.Query, size int) (list []integration.Resource) {
	h.t.Helper()
	for q.Limit = size; ; {
		page, more, err := h.found.Resources(h.t.Context(), h.admin, refOf(d), q)
		h.ok(err)
		list = append(list, page...)
		if !more {
			return list
		}
		if len(page) != size {
			h.t.Fatalf("a page of %d that is not the last has %d", size, len(page))
		}
		q.After = page[len(page)-1].Item
	}
}

func names(list []integration.Resource) string {
	var names []string
	for _, r := range list {
		names = append(names, strings.TrimLeft(strings.TrimPrefix(r.UniqueID, "r"), "0"))
	}
	return strings.Join(names, " ")
}

func (h *house) edit(d resource.Definition, r integration.Resource, ch integration.Change) {
	h.t.Helper()
	h.ok(h.found.Edit(h.t.Context(), h.admin, refOf(d), r.ID(), ch))
}

// recount compares the tallies with the rows.
func (h *house) recount() {
	h.t.Helper()
	h.ok(h.db.Read(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		const counted = `SELECT workspace, definition, facet, COUNT(*) AS amount FROM integration_record GROUP BY workspace, definition, facet`
		const kept = `SELECT workspace, definition, facet, amount FROM integration_record_tally WHERE amount <> 0`
		for _, query := range []string{kept + ` EXCEPT ` + counted, counted + ` EXCEPT ` + kept} {
			var wrong int64
			if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM (`+query+`) wrong`).Scan(&wrong); err != nil {
				return err
			}
			if wrong != 0 {
				h.t.Errorf("%d tallies do not fit the rows", wrong)
			}
		}
		return nil
	}))
}

func (h *house) counts(d resource.Definition) integration.Counts {
	h.t.Helper()
	_, n, err := h.found.Count(h.t.Context(), h.admin, refOf(d), "")
	h.ok(err)
	return n
}

func (h *house) refused(kind fault.Kind, err error) {
	h.t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		h.t.Errorf("got %v, want a fault of the kind %v", err, kind)
	}
}

func ptr[T any](value T) *T { return &value }

// TestNotesOutlivePushes: what is said of a record stays whatever pushes bring, is not
// counted while the record is gone, and is there again when it comes back.
func TestNotesOutlivePushes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		for name, n := range map[string]int{"in the flip": 20, "after the flip": 300} {
			t.Run(name, func(t *testing.T) {
				h := newHouse(t, engine)
				d := h.define(0, "Servers "+name+h.apps[0].ID)
				p, err := h.people.Create(t.Context(), h.admin, directory.Attributes{Email: ptr("p" + h.apps[0].ID + "@example.com")})
				h.ok(err)
				h.push(d, upTo(n)...)
				list := h.all(d, integration.Query{}, 7)
				h.edit(d, list[1], integration.Change{InScope: ptr(false), Owner: ptr(string(p.ID)), Description: ptr("kept")})
				h.edit(d, list[2], integration.Change{Description: ptr("  two ")})
				h.edit(d, list[3], integration.Change{Description: ptr("three"), InScope: ptr(false)})
				h.edit(d, list[3], integration.Change{Description: ptr("")})
				h.ok(h.records.RefreshViews(t.Context()))
				all := int64(n)
				want := integration.Counts{Described: 2, InScope: all - 2, Owned: 1, Total: all}
				if diff := cmp.Diff(want, h.counts(d)); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
				h.push(d, 0)
				if diff := cmp.Diff(integration.Counts{InScope: 1, Total: 1}, h.counts(d)); diff != "" {
					t.Errorf("gone: -want +got:\n%s", diff)
				}
				gone, err := h.found.Resource(t.Context(), h.admin, refOf(d), list[1].ID())
				if h.ok(err); gone.DeletedAt == nil || gone.Description != "kept" {
					t.Errorf("gone: got %+v", gone)
				}
				h.refused(fault.Impossible, h.found.Edit(t.Context(), h.admin, refOf(d), list[1].ID(), integration.Change{InScope: ptr(true)}))
				h.recount()
				h.push(d, upTo(n)...)
				if diff := cmp.Diff(want, h.counts(d)); diff != "" {
					t.Errorf("back: -want +got:\n%s", diff)
				}
				back, err := h.found.Resource(t.Context(), h.admin, refOf(d), list[1].ID())
				if h.ok(err); back.DeletedAt != nil || back.Note != (integration.Note{Description: "kept", OutOfScope: true, Owner: p.ID}) {
					t.Errorf("back: got %+v", back)
				}
				h.recount()
			})
		}
	})
}

// TestFirstNoteDuringAPush: a push that began before anybody had said anything of a
// definition takes a record away of which somebody says something meanwhile.
func TestFirstNoteDuringAPush(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.define(0, "Servers")
		h.push(d, 0, 1)
		list := h.all(d, integration.Query{}, 10)
		result, err := h.records.Push(t.Context(), h.apps[0], resource.Push{
			Base: d.Base, Default: resource.Strict,
			Body: &meanwhile{
				do:     func() { h.edit(d, list[1], integration.Change{InScope: ptr(false)}) },
				Reader: strings.NewReader(fmt.Sprintf(`{"resourceId":%q,"resources":[{"uniqueId":"r000000","displayName":"R 0","externalUrl":"https://x.example"}]}`, d.ID)),
			},
		})
		if h.ok(err); result.Failure != "" {
			t.Fatalf("refused: %s", result.Failure)
		}
		h.ok(h.records.RefreshViews(t.Context()))
		if diff := cmp.Diff(integration.Counts{InScope: 1, Total: 1}, h.counts(d)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		h.recount()
	})
}

// TestPushesAndNotesAtOnce lets pushes take records away and bring them back while people
// say something of them, and counts in the end.
func TestPushesAndNotesAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.define(0, "Servers")
		h.push(d, upTo(100)...)
		list := h.all(d, integration.Query{}, 100)
		var both sync.WaitGroup
		both.Go(func() {
			for i := range 30 {
				h.push(d, upTo(100-i%4*25)...) // 25 to go at most in the flip, up to 75 to come after it
			}
		})
		both.Go(func() {
			for i := range 300 {
				in, about := i%3 == 0, strings.Repeat("kept", i%2)
				err := h.found.Edit(t.Context(), h.admin, refOf(d), list[i*37%100].ID(), integration.Change{Description: &about, InScope: &in})
				if err != nil && fault.KindOf(err) != fault.Impossible {
					t.Error(err)
				}
			}
		})
		both.Wait()
		h.ok(h.records.RefreshViews(t.Context()))
		for _, n := range []int{100, 40} {
			h.push(d, upTo(n)...)
			want := integration.Counts{}
			for _, r := range h.all(d, integration.Query{}, 100) {
				want.Total++
				if r.Description != "" {
					want.Described++
				}
				if !r.OutOfScope {
					want.InScope++
				}
			}
			if diff := cmp.Diff(want, h.counts(d)); diff != "" || want.Total != int64(n) {
				t.Errorf("of %d: -want +got:\n%s", n, diff)
			}
			h.recount()
		}
	})
}

// meanwhile does something once, when the last byte of a body has been read.
type meanwhile struct {
	*strings.Reader

	do func()
}

func (m *meanwhile) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	if m.Len() == 0 && m.do != nil {
		do := m.do
		m.do = nil
		do()
	}
	return n, err
}

// TestFilters compares lists with a look at every record.
func TestFilters(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		other, d := h.define(1, "Servers"), h.define(0, "Servers")
		h.push(other, upTo(5)...)
		h.push(d, upTo(400)...)
		h.edit(other, h.all(other, integration.Query{}, 9)[2], integration.Change{InScope: ptr(false)})
		everything := h.all(d, integration.Query{}, 100)
		for i, r := range everything {
			ch := integration.Change{}
			if i%3 != 1 {
				ch.InScope = ptr(false)
			}
			if i%10 == 4 {
				ch.Description = ptr("d")
			}
			if i%3 != 1 || i%10 == 4 {
				h.edit(d, r, ch)
			}
		}
		everything = h.all(d, integration.Query{}, 100)
		switches := []*bool{nil, ptr(false), ptr(true)}
		for _, scope := range switches {
			for _, described := range switches {
				for _, owned := range switches {
					var want []integration.Resource
					for _, r := range everything {
						if (scope == nil || *scope == !r.OutOfScope) && (described == nil || *described == (r.Description != "")) && (owned == nil || *owned == (r.Owner != "")) {
							want = append(want, r)
						}
					}
					q := integration.Query{Described: described, InScope: scope, Owned: owned}
					for _, size := range []int{1, 100} {
						if size == 1 && len(want) > 140 {
							size = 13
						}
						if diff := cmp.Diff(names(want), names(h.all(d, q, size))); diff != "" {
							t.Errorf("%+v by %d: -want +got:\n%s", q, size, diff)
						}
					}
				}
			}
		}
		if got := h.all(d, integration.Query{Connection: "elsewhere"}, 10); len(got) != 0 {
			t.Errorf("of another connection: got %s", names(got))
		}
		h.recount()
	})
}

// TestWhatIsNotThere names integrations, kinds, records and owners that are not there.
func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d, other := h.define(0, "Servers"), h.define(1, "Desks")
		h.push(d, 0)
		h.push(other, 0)
		r := h.all(d, integration.Query{}, 1)[0]
		stranger := h.admin
		stranger.Workspace.Number++
		ctx := t.Context()
		for name, at := range map[string]integration.Ref{
			"nobody's": {Integration: db.NewID(h.now()), Kind: "Servers"}, "no id": {Integration: "\x00", Kind: "Servers"},
			"of another": {Integration: d.Application, Kind: "Desks"}, "no kind": {Integration: d.Application},
		} {
			_, _, err := h.found.Count(ctx, h.admin, at, "")
			h.refused(fault.NotFound, err)
			_, _, err = h.found.Resources(ctx, h.admin, at, integration.Query{Limit: 1})
			h.refused(fault.NotFound, err)
			_, err = h.found.Resource(ctx, h.admin, at, r.ID())
			h.refused(fault.NotFound, err)
			h.refused(fault.NotFound, h.found.Edit(ctx, h.admin, at, r.ID(), integration.Change{}))
			if t.Failed() {
				t.Fatal(name)
			}
		}
		for _, id := range []string{"", "x", "0123456789abcdef01234567", h.all(other, integration.Query{}, 1)[0].ID()} {
			_, err := h.found.Resource(ctx, h.admin, refOf(d), id)
			h.refused(fault.NotFound, err)
			h.refused(fault.NotFound, h.found.Edit(ctx, h.admin, refOf(d), id, integration.Change{}))
		}
		_, err := h.found.Resource(ctx, stranger, refOf(d), r.ID())
		h.refused(fault.NotFound, err)
		h.refused(fault.NotFound, h.found.Edit(ctx, stranger, refOf(d), r.ID(), integration.Change{InScope: ptr(false)}))
		for _, owner := range []string{"x", "0123456789abcdef01234567", r.ID()} {
			h.refused(fault.Impossible, h.found.Edit(ctx, h.admin, refOf(d), r.ID(), integration.Change{Owner: &owner}))
		}
		long := strings.Repeat("ä", 10_001)
		h.refused(fault.Invalid, h.found.Edit(ctx, h.admin, refOf(d), r.ID(), integration.Change{Description: &long}))
		h.recount()
	})
}

// TestRefusalIsShown: an integration whose newest push was refused says why until one
// is taken.
func TestRefusalIsShown(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		d := h.define(0, "Servers")
		failure := func() string {
			one, err := h.found.Get(t.Context(), h.admin, d.Application)
			h.ok(err)
			return one.Connections[0].Failure
		}
		h.push(d, 0)
		if got := failure(); got != "" {
			t.Errorf("got %q", got)
		}
		h.clock.Add(1000)
		result, err := h.records.Push(t.Context(), h.apps[0], resource.Push{
			Base: d.Base, Default: resource.Strict, Body: strings.NewReader(fmt.Sprintf(`{"resourceId":%q,"resources":[{}]}`, d.ID)),
		})
		if h.ok(err); result.Failure == "" {
			t.Fatal("was not refused")
		}
		if got := failure(); got == "" {
			t.Error("nothing says that the newest push was refused")
		}
		h.push(d, 0)
		if got := failure(); got != "" {
			t.Errorf("got %q", got)
		}
	})
}

// BenchmarkKind counts and lists 100,000 records of which most have a note.
func BenchmarkKind(b *testing.B) {
	h := newHouse(b, dbtest.SQLite(b))
	d := h.define(0, "Servers")
	h.push(d, upTo(100_000)...)
	list := h.all(d, integration.Query{}, 1000)
	for _, r := range list[:99_900] {
		h.edit(d, r, integration.Change{InScope: ptr(false)})
	}
	h.edit(d, list[99_990], integration.Change{Description: ptr("rare")})
	b.Run("count", func(b *testing.B) {
		for b.Loop() {
			h.counts(d)
		}
	})
	for name, q := range map[string]integration.Query{
		"all": {}, "in scope": {InScope: ptr(true)}, "out": {InScope: ptr(false)}, "described": {Described: ptr(true)}, "no description": {Described: ptr(false)},
	} {
		q.Limit = 100
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := h.found.Resources(b.Context(), h.admin, refOf(d), q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
