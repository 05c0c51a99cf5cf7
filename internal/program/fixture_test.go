// SPDX-License-Identifier: Apache-2.0

package program_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/blob"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/document"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/program"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/workspace"
)

// house is a workspace with servers, tests on them, and the programme.
type house struct {
	*program.Service

	t       testing.TB
	app     caller.Caller
	clock   time.Time
	files   *document.Service
	db      *db.DB
	manager caller.Caller
	records *resource.Service
	servers resource.Definition
	tests   *assessment.Service
}

// Applications answers the one application.
func (h *house) Applications(context.Context, caller.Caller) ([]assessment.Application, error) {
	return []assessment.Application{{ID: h.app.ID, Name: h.app.Name}}, nil
}

func (h *house) now() time.Time { return h.clock }

// people are the users of the house: one may own objects.
type people struct{ h *house }

func (p people) find(c caller.Caller, ref string) (assessment.Owner, error) {
	for _, user := range []assessment.Owner{
		{Email: "jane@example.com", ID: "0123456789abcdef00000001", MayOwn: true, Name: "Jane Doe"},
		{Email: "eve@example.com", ID: "0123456789abcdef00000002"},
	} {
		if c.Workspace == p.h.manager.Workspace && (ref == user.ID || strings.EqualFold(ref, user.Email)) {
			return user, nil
		}
	}
	return assessment.Owner{}, fault.New(fault.NotFound, "there is no user %q", ref)
}

// Owner answers a user who may own a control.
func (p people) Owner(_ context.Context, c caller.Caller, ref string) (program.Owner, error) {
	owner, err := p.find(c, ref)
	return program.Owner(owner), err
}

type testOwners struct{ people }

// Owner answers a user who may own a test.
func (o testOwners) Owner(_ context.Context, c caller.Caller, ref string) (assessment.Owner, error) {
	return o.find(c, ref)
}

const serverSchema = `{"properties": {"active": {"type": "boolean"}, "memory": {"type": "int32", "nullable": true}}, "optionalProperties": {"tier": {"type": "string"}}}`

// newHouse makes a house whose definition has a record that passes every test.
func newHouse(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, clock: time.Date(2026, 2, 28, 12, 0, 0, 0, time.UTC), db: d}
	h.Service = program.New(program.Options{DB: d, Now: h.now, Users: people{h}})
	h.files = document.New(document.Options{Controls: h.Service, DB: d, Files: blob.New(t.TempDir(), 1<<20), Now: h.now})
	h.Documents = h.files
	houses := workspace.New(d, h.now)
	houses.Furnisher = h.Service
	w, err := houses.Get(t.Context(), "")
	h.ok(err)
	h.app = h.application(w.Caller(), "Inventory")
	h.manager = manager(w.Caller())
	judge := assessment.NewJudge(d)
	h.records = resource.New(resource.Options{DB: d, Judge: judge, Now: h.now, Owner: "test", Wait: time.Minute})
	h.tests = assessment.New(assessment.Options{
		Applications: h, Controls: h.Service, DB: d, Judge: judge, Now: h.now, Resource: h.records, Users: testOwners{people{h}},
	})
	h.Tests = h.tests
	t.Cleanup(h.tests.Close)
	h.servers = h.define("Servers")
	h.push(h.servers, server("good", true, 16))
	return h
}

func manager(w caller.Workspace) caller.Caller {
	return caller.Caller{
		Kind: caller.Application, ID: "0123456789abcdef00000009", Name: "Manager", Workspace: w,
		Scopes: []caller.Scope{caller.ScopeManageRead, caller.ScopeManageWrite},
	}
}

func (h *house) application(w caller.Workspace, name string) caller.Caller {
	h.t.Helper()
	c := caller.Caller{Kind: caller.Application, ID: db.NewID(h.clock), Name: name, Workspace: w}
	h.ok(h.db.Write(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.ExecOne(ctx, `INSERT INTO oauth_application (id, workspace, name, name_key, type, distribution, client_id, scopes,
			redirect_uris, overlapping_tokens, rotation_grace, accept_form, created_at, updated_at)
			VALUES ($1, $2, $1, $1, 'build', 'private', $1, '[]', '[]', 1, 0, FALSE, 0, 0)`, c.ID, w.Number)
	}))
	return c
}

func (h *house) define(name string) resource.Definition {
	h.t.Helper()
	d, err := h.records.Create(h.t.Context(), h.app, resource.NewDefinition{
		Application: h.app.ID, Base: "CustomResource", Name: name, Schema: []byte(serverSchema),
	})
	h.ok(err)
	return d
}

func server(id string, active bool, memory int) string {
	return fmt.Sprintf(`{"uniqueId":%q,"displayName":"name of %s","externalUrl":"https://example.com/%s","customProperties":{"active":%t,"memory":%d}}`,
		id, id, id, active, memory)
}

func (h *house) push(d resource.Definition, elements ...string) {
	h.t.Helper()
	_, err := h.records.Push(h.t.Context(), h.app, resource.Push{
		Base: d.Base, Default: resource.Lenient,
		Body: strings.NewReader(fmt.Sprintf(`{"resourceId":%q,"resources":[%s]}`, d.ID, strings.Join(elements, ","))),
	})
	h.ok(err)
}

// test makes a test that passes when a server is active; members are further
// members of its form.
func (h *house) test(slug string, members ...string) assessment.Test {
	h.t.Helper()
	t, err := h.tests.Create(h.t.Context(), h.manager, h.form(slug, members...))
	h.ok(err)
	return t
}

func (h *house) form(slug string, members ...string) []byte {
	members = append([]string{fmt.Sprintf(`"slug":%q,"name":"Test %s","resource":%q`, slug, slug, h.servers.ID)}, members...)
	text := strings.Join(members, ",")
	if !strings.Contains(text, `"passWhen"`) {
		text += `,"passWhen":{"field":"active","op":"equals","value":true}`
	}
	return []byte("{" + text + "}")
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		var failure *fault.Error
		if errors.As(err, &failure) {
			h.t.Fatalf("unexpected: %v %+v", err, failure.Problems)
		}
		h.t.Fatalf("unexpected: %v", err)
	}
}

func (h *house) fails(err error, kind fault.Kind, words string) {
	h.t.Helper()
	if err == nil || fault.KindOf(err) != kind || !strings.Contains(err.Error(), words) {
		h.t.Fatalf("got %v, want a fault of kind %d with %q", err, kind, words)
	}
}

func (h *house) same(what string, got, want any) {
	h.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		h.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// problems writes a fault's problems, a line each.
func problems(err error) string {
	var failure *fault.Error
	if !errors.As(err, &failure) {
		return fmt.Sprint(err)
	}
	lines := []string{}
	for _, p := range failure.Problems {
		lines = append(lines, p.Pointer+": "+p.Message)
	}
	return strings.Join(lines, "\n")
}

// control makes a control of its file form; members are further members.
func (h *house) control(external string, members ...string) program.Control {
	h.t.Helper()
	c, err := h.Create(h.t.Context(), h.manager, controlForm(external, members...))
	h.ok(err)
	return c
}

func controlForm(external string, members ...string) []byte {
	members = append([]string{fmt.Sprintf(`"kind":"Control","externalId":%q,"name":"Control %s","description":"d"`, external, external)}, members...)
	return []byte("{" + strings.Join(members, ",") + "}")
}

func (h *house) detail(ref string) program.Detail {
	h.t.Helper()
	d, err := h.GetDetail(h.t.Context(), h.manager, ref)
	h.ok(err)
	return d
}

func (h *house) framework(ref string) program.FrameworkDetail {
	h.t.Helper()
	d, err := h.GetFramework(h.t.Context(), h.manager, ref)
	h.ok(err)
	return d
}

// told answers the sentences of the newest evidence, newest first, up to a
// number of them.
func (h *house) entries(kind string) (documents []string) {
	h.t.Helper()
	h.ok(h.db.Read(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		documents = nil
		return tx.Each(ctx, func(row db.Row) error {
			var text []byte
			err := row.Scan(&text)
			documents = append(documents, string(text))
			return err
		}, `SELECT document FROM evidence_entry WHERE workspace = $1 AND kind = $2 ORDER BY id`, h.manager.Workspace.Number, kind)
	}))
	return documents
}
