// SPDX-License-Identifier: Apache-2.0

package home_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/home"
	"github.com/passmuster/muster/internal/program"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/sla"
	"github.com/passmuster/muster/internal/workspace"
)

// house is a workspace with a clock, and all that the first page reads.
type house struct {
	*home.Service
	app     string
	clock   time.Time
	records *resource.Service
	t       *testing.T
	user    caller.Caller
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{clock: time.Date(2026, 9, 10, 12, 0, 0, 0, time.UTC), t: t}
	now := func() time.Time {
		h.clock = h.clock.Add(time.Millisecond)
		return h.clock
	}
	w, err := workspace.New(d, now).Get(t.Context(), workspace.Default)
	h.ok(err)
	h.app = db.NewID(h.clock)
	h.user = caller.Caller{ID: db.NewID(h.clock), Kind: caller.User, Name: "Jane", Workspace: w.Caller(), Grants: caller.Permissions()}
	h.ok(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.ExecOne(ctx, `INSERT INTO oauth_application (id, workspace, name, name_key, type, distribution, client_id, scopes,
			redirect_uris, overlapping_tokens, rotation_grace, accept_form, created_at, updated_at)
			VALUES ($1, $2, 'Demo', 'demo', 'build', 'private', $1, '[]', '[]', 1, 0, FALSE, 0, 0)`, h.app, w.Number)
	}))
	judge := assessment.NewJudge(d)
	h.records = resource.New(resource.Options{DB: d, Judge: judge, Now: now, Owner: "test", Wait: time.Minute})
	controls := program.New(program.Options{DB: d, Now: now})
	tests := assessment.New(assessment.Options{Applications: h, DB: d, Judge: judge, Now: now, Resource: h.records})
	controls.Tests = tests
	_, err = sla.New(sla.Options{DB: d, Now: now}).Configure(t.Context(), h.user, sla.SettingsChange{})
	h.ok(err)
	h.Service = home.New(home.Options{
		DB: d, HasApplications: func(context.Context, caller.Caller) (bool, error) { return true, nil }, Now: now, Program: controls, Tests: tests,
	})
	return h
}

// Applications knows one.
func (h *house) Applications(context.Context, caller.Caller) ([]assessment.Application, error) {
	return []assessment.Application{{ID: h.app, Name: "Demo"}}, nil
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) push(d resource.Definition, memory ...int) {
	h.t.Helper()
	var set []string
	for i, m := range memory {
		set = append(set, fmt.Sprintf(`{"uniqueId":"s%d","displayName":"s","externalUrl":"https://x.example","customProperties":{"memory":%d}}`, i, m))
	}
	_, err := h.records.Push(h.t.Context(), caller.Caller{ID: h.app, Kind: caller.Application, Workspace: h.user.Workspace}, resource.Push{
		Base: d.Base, Default: resource.Lenient, Body: strings.NewReader(fmt.Sprintf(`{"resourceId":%q,"resources":[%s]}`, d.ID, strings.Join(set, ","))),
	})
	h.ok(err)
}

func (h *house) look(since time.Duration) *home.Home {
	h.t.Helper()
	page, err := h.Get(h.t.Context(), h.user, h.clock.Add(-since))
	h.ok(err)
	return page
}

// last answers the last days of a tile.
func last(t *home.Tile, days int) []int64 { return t.Days[len(t.Days)-days:] }

func TestHome(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		if p := h.look(time.Hour); p.HasRecord || p.HasTest || !p.HasApplication || p.FailingTests.Days[29] != 0 || len(p.Sources) != 0 {
			t.Errorf("an empty house: got %+v", p)
		}
		servers, err := h.records.Create(t.Context(), h.user, resource.NewDefinition{
			Application: h.app, Base: "CustomResource", Name: "Server", Schema: []byte(`{"properties":{"memory":{"type":"int32"}}}`),
		})
		h.ok(err)
		h.push(servers, 1, 9)
		made, err := h.Tests.Create(t.Context(), h.user, []byte(`{"name":"Sized","application":"demo","resource":"Server","passWhen":{"field":"memory","op":"gte","value":4}}`))
		h.ok(err)
		control, err := h.Program.Create(t.Context(), h.user, []byte(`{"externalId":"C-1","name":"c","description":"d","effectiveDate":"2026-01-01T00:00:00Z","domain":"PRIVACY"}`))
		h.ok(err)
		_, _, err = h.Program.AddTest(t.Context(), h.user, control.ID, made.ID)
		h.ok(err)
		h.clock = h.clock.Add(24 * time.Hour)
		h.push(servers, 4, 9)
		h.clock = h.clock.Add(24 * time.Hour)
		h.push(servers, 4, 1)
		h.clock = h.clock.Add(time.Hour)
		p := h.look(24 * time.Hour)
		if diff := cmp.Diff([]int64{0, 1, 0, 1}, last(p.FailingTests, 4)); diff != "" {
			t.Errorf("failing tests: %s", diff)
		}
		if diff := cmp.Diff([]int64{0, 1, 0, 1}, last(p.ControlsAtGap, 4)); diff != "" {
			t.Errorf("controls at gap: %s", diff)
		}
		if len(p.Failing) != 1 || p.Failing[0].ID != made.ID || !p.HasRecord || !p.HasTest {
			t.Errorf("newly failing: got %+v", p)
		}
		if p := h.look(time.Minute); len(p.Failing) != 0 {
			t.Errorf("in the last minute: got %d", len(p.Failing))
		}
		if len(p.Sources) != 1 || p.Sources[0].Stale || p.Sources[0].Days[13].Pushes != 1 || p.Sources[0].Days[10].Pushes != 0 {
			t.Errorf("sources: got %+v", p.Sources)
		}
		h.clock = h.clock.Add(8 * 24 * time.Hour)
		if p := h.look(time.Hour); !p.Sources[0].Stale || !cmp.Equal([]int64{0, 0, 1, 1}, last(p.StaleSources, 4)) {
			t.Errorf("eight days later: got %+v, %v", p.Sources, last(p.StaleSources, 4))
		}
	})
}

// Who may not read a part is told nothing of it.
func TestHomeOfSomebodyWhoMayNot(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	h.user.Grants = []caller.Permission{caller.OwnAccount}
	p := h.look(time.Hour)
	if p.FailingTests != nil || p.OverdueRecords != nil || p.StaleSources != nil || p.ControlsAtGap != nil || p.Sources != nil || p.Frameworks != nil || p.Failing != nil {
		t.Errorf("got %+v", p)
	}
}
