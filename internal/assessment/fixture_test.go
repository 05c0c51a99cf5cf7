// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/sla"
	"github.com/passmuster/muster/internal/workspace"
)

// fatal is what a fixture needs of a test, a benchmark or a rapid check.
type fatal interface {
	Context() context.Context
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Helper()
}

// house is a workspace with an application, a definition of servers, and the
// two features that judge them.
type house struct {
	t        fatal
	app      caller.Caller
	db       *db.DB
	judge    *assessment.Judge
	manager  caller.Caller
	records  *resource.Service
	servers  resource.Definition
	slas     *sla.Service
	tests    *assessment.Service
	mu       sync.Mutex
	clock    time.Time
	standing bool // the clock stands still between steps
	started  time.Time
}

// Applications answers the one application.
func (h *house) Applications(context.Context, caller.Caller) ([]assessment.Application, error) {
	return []assessment.Application{{ID: h.app.ID, Name: h.app.Name}}, nil
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.standing {
		h.clock = h.clock.Add(time.Millisecond)
	}
	return h.clock
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock = h.clock.Add(d)
}

const serverSchema = `{
	"properties": {"active": {"type": "boolean"}, "memory": {"type": "int32", "nullable": true}},
	"optionalProperties": {"seen": {"type": "timestamp"}, "tier": {"enum": ["gold", "tin"]}, "tags": {"elements": {"type": "string"}}}
}`

// newHouse makes a house whose definition has no record yet.
func newHouse(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := openHouse(t, d)
	t.Cleanup(h.tests.Close)
	return h
}

func openHouse(t fatal, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, clock: time.UnixMilli(1_790_000_000_000), db: d}
	w, err := workspace.New(d, h.now).Get(t.Context(), "default")
	h.ok(err)
	h.app = caller.Caller{Kind: caller.Application, ID: db.NewID(h.clock), Name: "Demo Private Integration", Workspace: w.Caller()}
	h.manager = caller.Caller{
		Kind: caller.Application, ID: db.NewID(h.clock), Name: "Manager", Workspace: w.Caller(),
		Scopes: []caller.Scope{caller.ScopeManageRead, caller.ScopeManageWrite},
	}
	h.ok(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.ExecOne(ctx, `INSERT INTO oauth_application (id, workspace, name, name_key, type, distribution, client_id, scopes,
			redirect_uris, overlapping_tokens, rotation_grace, accept_form, created_at, updated_at)
			VALUES ($1, $2, $1, $1, 'build', 'private', $1, '[]', '[]', 1, 0, FALSE, 0, 0)`, h.app.ID, w.Number)
	}))
	h.judge = assessment.NewJudge(d)
	h.records = resource.New(resource.Options{DB: d, Judge: h.judge, Now: h.now, Owner: "test", Wait: time.Minute})
	h.tests = assessment.New(assessment.Options{Applications: h, DB: d, Judge: h.judge, Now: h.now, Recipients: h, Resource: h.records, Users: h})
	h.slas = sla.New(sla.Options{DB: d, Now: h.now})
	h.slas.Users = h.tests.TestsWith
	h.servers = h.define("InternalServer", serverSchema)
	return h
}

// Owner knows two users of the house: one may own objects.
func (h *house) Owner(_ context.Context, c caller.Caller, ref string) (assessment.Owner, error) {
	for _, user := range []assessment.Owner{
		{Email: "jane@example.com", ID: "0123456789abcdef00000001", MayOwn: true, Name: "Jane Doe"},
		{Email: "eve@example.com", ID: "0123456789abcdef00000002"},
	} {
		if c.Workspace == h.manager.Workspace && (ref == user.ID || strings.EqualFold(ref, user.Email)) {
			return user, nil
		}
	}
	return assessment.Owner{}, fault.New(fault.NotFound, "there is no user %q", ref)
}

// resetSettings makes deadlines of the workspace go by what a new one has.
func (h *house) resetSettings() error {
	zone, soon := "UTC", (*int64)(nil)
	_, err := h.slas.Configure(h.t.Context(), h.manager, sla.SettingsChange{DueSoon: &soon, Zone: &zone})
	return err
}

// Recipient knows the same users.
func (h *house) Recipient(ctx context.Context, c caller.Caller, ref string) (assessment.Subscriber, error) {
	user, err := h.Owner(ctx, c, ref)
	return assessment.Subscriber{Email: user.Email, ID: user.ID, Kind: "user", Name: user.Name}, err
}

func (h *house) define(name, schema string) resource.Definition {
	h.t.Helper()
	d, err := h.records.Create(h.t.Context(), h.app, resource.NewDefinition{
		Application: h.app.ID, Base: "CustomResource", Name: name, Schema: []byte(schema),
	})
	h.ok(err)
	return d
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("unexpected: %v", err)
	}
}

// server is a record; more are further custom properties, as JSON members.
func server(id string, active bool, memory any, more ...string) string {
	members := append([]string{fmt.Sprintf(`"active":%t,"memory":%v`, active, memory)}, more...)
	return fmt.Sprintf(`{"uniqueId":%q,"displayName":"name of %s","externalUrl":"https://example.com/%s","customProperties":{%s}}`,
		id, id, id, strings.Join(members, ","))
}

func (h *house) push(elements ...string) resource.Result {
	h.t.Helper()
	result, err := h.tryPush(elements...)
	h.ok(err)
	return result
}

func (h *house) tryPush(elements ...string) (resource.Result, error) {
	return h.records.Push(h.t.Context(), h.app, resource.Push{
		Base: h.servers.Base, Default: resource.Lenient,
		Body: strings.NewReader(fmt.Sprintf(`{"resourceId":%q,"resources":[%s]}`, h.servers.ID, strings.Join(elements, ","))),
	})
}

// form is a test's file form for the servers; members are further members.
func form(name string, members ...string) string {
	members = append([]string{fmt.Sprintf(`"name":%q,"application":"demo-private-integration","resource":"InternalServer"`, name)}, members...)
	return "{" + strings.Join(members, ",") + "}"
}

const sized = `"passWhen":{"all":[{"field":"active","op":"equals","value":true},{"field":"memory","op":"gte","value":8192}]}`

func (h *house) create(text string) assessment.Test {
	h.t.Helper()
	t, err := h.tests.Create(h.t.Context(), h.manager, []byte(text))
	h.ok(err)
	return t
}

func (h *house) get(ref string) assessment.Test {
	h.t.Helper()
	t, err := h.tests.Get(h.t.Context(), h.manager, ref)
	h.ok(err)
	return t
}

// entities answers all records of an outcome by uniqueId, read in small pages.
func (h *house) entities(ref string, outcome assessment.Outcome) map[string]assessment.Entity {
	h.t.Helper()
	all := map[string]assessment.Entity{}
	for after := ""; ; {
		page, err := h.tests.Entities(h.t.Context(), h.manager, ref, assessment.EntityQuery{After: after, Limit: 3, Outcome: outcome})
		h.ok(err)
		for _, e := range page.Entities {
			if _, twice := all[e.UniqueID]; twice {
				h.t.Fatalf("%s is listed twice", e.UniqueID)
			}
			all[e.UniqueID] = e
			after = e.ID
		}
		if !page.More {
			return all
		}
	}
}

// outcomes writes "id=OUTCOME" of every record under a test, by id.
func (h *house) outcomes(ref string) map[string]string {
	h.t.Helper()
	all := map[string]string{}
	for _, o := range []assessment.Outcome{assessment.Passing, assessment.Failing, assessment.InProgress, assessment.Deactivated, assessment.OutOfScope} {
		for id := range h.entities(ref, o) {
			if before, twice := all[id]; twice {
				h.t.Fatalf("%s is %s and %s", id, before, o)
			}
			all[id] = o.String()
		}
	}
	return all
}

// problems writes the problems of a fault, one a line.
func problems(err error) string {
	var known *fault.Error
	if !errors.As(err, &known) {
		return fmt.Sprintf("no fault: %v", err)
	}
	lines := []string{}
	for _, p := range known.Problems {
		lines = append(lines, p.Pointer+": "+p.Message)
	}
	if len(lines) == 0 {
		return known.Message
	}
	return strings.Join(lines, "\n")
}

// count answers how many rows a table has.
func (h *house) count(query string, args ...any) (n int64) {
	h.t.Helper()
	h.ok(h.db.Read(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRow(ctx, query, args...).Scan(&n)
	}))
	return n
}

// evidence answers the bodies of the entries of a kind, oldest first.
func (h *house) evidence(kind string) (bodies []map[string]any) {
	h.t.Helper()
	h.ok(h.db.Read(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		bodies = nil
		return tx.Each(ctx, func(row db.Row) error {
			var text []byte
			if err := row.Scan(&text); err != nil {
				return err
			}
			var entry struct {
				Body map[string]any `json:"body"`
			}
			err := json.Unmarshal(text, &entry)
			bodies = append(bodies, entry.Body)
			return err
		}, `SELECT document FROM evidence_entry WHERE kind = $1 ORDER BY id`, kind)
	}))
	return bodies
}
