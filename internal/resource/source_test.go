// SPDX-License-Identifier: Apache-2.0

package resource_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/workspace"
)

// as answers the house as a source of its application, or another application, sees it.
func (h *house) as(c caller.Caller, source string) *house {
	other := *h
	other.caller = c
	other.caller.Source = source
	return &other
}

// customer makes a workspace and an application in it.
func (h *house) customer(name string) caller.Caller {
	h.t.Helper()
	w, err := workspace.New(h.db, h.service.Now).Create(h.t.Context(), caller.Caller{Kind: caller.CommandLine}, workspace.NewWorkspace{Name: name})
	if err != nil {
		h.t.Fatal(err)
	}
	c := caller.Caller{Kind: caller.Application, ID: db.NewID(h.service.Now()), Name: "Installed", Workspace: w.Caller()}
	h.write(func(ctx context.Context, tx *db.Tx) error {
		return tx.ExecOne(ctx, `INSERT INTO oauth_application (id, workspace, name, name_key, type, distribution, client_id, scopes,
			redirect_uris, overlapping_tokens, rotation_grace, accept_form, created_at, updated_at)
			VALUES ($1, $2, 'Installed', 'installed', 'build', 'public', $1, '[]', '[]', 1, 0, FALSE, 0, 0)`, c.ID, c.Workspace.Number)
	})
	return c
}

func (h *house) write(fn func(context.Context, *db.Tx) error) {
	h.t.Helper()
	if err := h.db.Write(h.t.Context(), fn); err != nil {
		h.t.Fatal(err)
	}
}

// install makes the house's application an installed one of a customer, again and again.
func (h *house) install(c caller.Caller) {
	h.t.Helper()
	for range 2 {
		h.write(func(ctx context.Context, tx *db.Tx) error { return h.service.Install(ctx, tx, c, h.caller.ID, c.ID) })
	}
}

// mine are uniqueId and memory of what a source reads back.
func (h *house) mine(d resource.Definition) string {
	h.t.Helper()
	var out bytes.Buffer
	if err := h.service.WriteRecords(h.t.Context(), d, h.caller.Source, &out); err != nil {
		h.t.Fatal(err)
	}
	var list []string
	for part := range strings.SplitSeq(out.String(), `{"customProperties"`) {
		_, id, _ := strings.Cut(part, `"uniqueId":"`)
		id, _, _ = strings.Cut(id, `"`)
		_, memory, _ := strings.Cut(part, `"memory":`)
		if len(memory) == 0 {
			continue
		}
		if strings.Contains(part, `"deletedAt"`) {
			id = "-" + id
		}
		list = append(list, id+"="+memory[:1])
	}
	return strings.Join(list, " ")
}

func (h *house) refused(what string, err error, kind fault.Kind, words string) {
	h.t.Helper()
	if err == nil || fault.KindOf(err) != kind || !strings.Contains(err.Error(), words) {
		h.t.Errorf("%s: got %v, want a refusal with %q", what, err, words)
	}
}

// definitionOf answers a definition by what an application calls it.
func (h *house) only(c caller.Caller) resource.Definition {
	h.t.Helper()
	list, err := h.service.List(h.t.Context(), c, c.ID)
	if err != nil || len(list) != 1 {
		h.t.Fatalf("got %v, %v; want one definition", list, err)
	}
	return list[0]
}

func TestSourcesAreApart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		servers := h.servers()
		guard := &resource.Guard{Count: 1, Percent: 20}
		if _, _, err := h.service.Edit(t.Context(), h.caller, servers.ID, resource.Edit{Guard: &guard}); err != nil {
			t.Fatal(err)
		}
		one, two := h.as(h.caller, "one"), h.as(h.caller, "two")
		one.want("first", one.push(servers, server("a", 1), server("b", 1), server("c", 1)), [8]int64{3, 0, 3, 0, 0, 0, 0, 0})
		two.want("the same ids", two.push(servers, server("a", 2), server("b", 2), server("d", 2)), [8]int64{3, 0, 3, 0, 0, 0, 0, 0})
		held := one.push(servers, server("a", 1))
		one.want("held", held, [8]int64{1, 0, 0, 0, 1, 0, 2, 0})
		two.want("the other is not held", two.push(servers, server("a", 3), server("b", 2)), [8]int64{2, 0, 0, 1, 1, 1, 0, 0})
		if _, err := two.try(resource.Push{Default: resource.Strict}, servers, server("a", "true")); err != nil {
			t.Fatal(err)
		}
		two.want("another's token", two.pushWith(resource.Push{ConfirmRemovals: held.ConfirmToken, Default: resource.Lenient}, servers), [8]int64{0, 0, 0, 0, 0, 0, 2, 0})
		if got := one.mine(servers); got != "a=1 b=1 c=1" {
			t.Errorf("one reads %s", got)
		}
		if got := two.mine(servers); got != "a=3 b=2 -d=2" {
			t.Errorf("two reads %s", got)
		}
		one.want("its own token holds good", one.pushWith(resource.Push{ConfirmRemovals: held.ConfirmToken, Default: resource.Lenient}, servers, server("a", 1)), [8]int64{1, 0, 0, 0, 1, 2, 0, 0})
		standing, err := h.service.Standing(t.Context(), h.caller, servers.ID)
		if err != nil || standing.Head.Current != 3 || standing.Held != 2 || len(standing.Sources) != 2 || standing.Sources[0].Current != 1 || standing.Sources[1].Current != 2 {
			t.Fatalf("got %+v, %v", standing, err)
		}
		if standing.Sources[1].Refusal != "" || resource.TokenOf(standing) == "" {
			t.Errorf("got %+v", standing.Sources[1])
		}
		if _, err := h.service.Release(t.Context(), h.caller, servers.ID, resource.TokenOf(standing)); err != nil {
			t.Fatal(err)
		}
		if one, two := one.mine(servers), two.mine(servers); one != "a=1 -b=1 -c=1" || two != "-a=3 -b=2 -d=2" {
			t.Errorf("after the release: %s and %s", one, two)
		}
	})
}

func TestDisconnect(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		servers := h.servers()
		one, two := h.as(h.caller, "one"), h.as(h.caller, "two")
		one.push(servers, server("a", 1), server("b", 1))
		two.push(servers, server("a", 2))
		disconnect := func() {
			if err := h.service.Disconnect(t.Context(), h.caller, h.caller.ID, "one"); err != nil {
				t.Fatal(err)
			}
		}
		disconnect()
		if one, two := one.mine(servers), two.mine(servers); one != "-a=1 -b=1" || two != "a=2" {
			t.Errorf("after: %s and %s", one, two)
		}
		list, _, err := h.service.Syncs(t.Context(), h.caller, servers.ID, false, nil, 10)
		if err != nil || len(list) != 3 || list[0].Cause != resource.CauseDisconnect || list[0].Source != "one" || list[0].Counts.Removed != 2 || list[1].Source != "two" {
			t.Fatalf("got %+v, %v", list, err)
		}
		if got := h.changes(resource.Result{ID: list[0].ID}, ""); got != "removed a, removed b" {
			t.Errorf("it changed %q", got)
		}
		disconnect() // nothing is left to take away
		one.want("again", one.push(servers, server("a", 1)), [8]int64{1, 0, 1, 0, 0, 0, 0, 0})
		if err := h.service.ClearEnded(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := one.mine(servers); got != "a=1 -b=1" {
			t.Errorf("connected again: %s", got)
		}
	})
}

// TestDisconnectDuringAPush lets a source be disconnected while it pushes for the first time.
func TestDisconnectDuringAPush(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		servers := h.servers()
		one := h.as(h.caller, "one")
		body := &interrupted{parts: []string{`{"resourceId":"` + string(servers.ID) + `","resources":[`, server("a", 1) + "]}"}, happens: func() {
			h.write(func(ctx context.Context, tx *db.Tx) error {
				return resource.EndSource(ctx, tx, h.caller.Workspace, h.service.Now(), h.caller.ID, "one")
			})
		}}
		if _, err := h.service.Push(t.Context(), one.caller, resource.Push{Base: servers.Base, Body: body}); err != nil {
			t.Fatal(err)
		}
		if got := one.mine(servers); got != "a=1" {
			t.Fatalf("it landed as %q", got)
		}
		if due, err := h.service.HasEnded(t.Context()); !due || err != nil {
			t.Fatalf("is there something to do: %v, %v", due, err)
		}
		if err := h.service.ClearEnded(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := one.mine(servers); got != "-a=1" {
			t.Errorf("afterwards it is %q", got)
		}
		if due, err := h.service.HasEnded(t.Context()); due || err != nil {
			t.Errorf("is there something left: %v, %v", due, err)
		}
	})
}

func TestInstall(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		servers := h.servers()
		first, second := h.customer("first"), h.customer("second")
		h.install(first)
		h.install(second)
		mine := h.only(first)
		if mine.Origin != servers.ID || mine.ID == servers.ID || mine.SchemaVersion != 1 || mine.Name != servers.Name {
			t.Fatalf("installed is %+v", mine)
		}
		one, other := h.as(first, "x"), h.as(second, "x")
		one.push(servers, server("a", 1)) // by the id that the program has
		one.want("by its own id", one.push(mine, server("a", 1)), [8]int64{1, 0, 0, 0, 1, 0, 0, 0})
		other.push(servers, server("a", 2), server("b", 2))
		if one, other := one.mine(mine), other.mine(h.only(second)); one != "a=1" || other != "a=2 b=2" {
			t.Errorf("they read %s and %s", one, other)
		}
		_, err := other.try(resource.Push{}, mine)
		h.refused("another workspace's definition", err, fault.NotFound, "resourceId not found")
		if got := h.records(servers); strings.Contains(got, "a") {
			t.Errorf("the public definition has %s", got)
		}
	})
}

func TestInstalledDefinitionsFollow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		servers := h.servers()
		customer := h.customer("first")
		h.install(customer)
		one := h.as(customer, "x")
		one.push(servers, server("a", 1))
		wider := strings.Replace(serverSchema, `"memory"`, `"zone": {"type":"string"}, "memory"`, 1)
		edit := func(c caller.Caller, id resource.ID, e resource.Edit) error {
			_, _, err := h.service.Edit(t.Context(), c, id, e)
			return err
		}
		h.refused("a schema that no record of a customer fits", edit(h.caller, servers.ID, resource.Edit{Schema: []byte(wider)}), fault.Conflict, "in 1 of the workspaces")
		name, strict := "Machine", resource.Strict
		guard := &resource.Guard{Count: 5}
		for who, err := range map[string]error{
			"schema":   edit(customer, h.only(customer).ID, resource.Edit{Schema: []byte(wider)}),
			"name":     edit(customer, h.only(customer).ID, resource.Edit{Name: &name}),
			"handling": edit(customer, h.only(customer).ID, resource.Edit{Handling: &strict}),
		} {
			h.refused("the customer's "+who, err, fault.Conflict, "belongs to the application Demo, which")
		}
		if err := edit(customer, h.only(customer).ID, resource.Edit{Guard: &guard, Schema: []byte(serverSchema)}); err != nil {
			t.Fatal(err)
		}
		if err := edit(h.caller, servers.ID, resource.Edit{Force: true, Handling: &strict, Name: &name, Schema: []byte(wider)}); err != nil {
			t.Fatal(err)
		}
		got := h.only(customer)
		if got.Name != name || got.Handling != strict || got.SchemaVersion != 2 || !strings.Contains(string(got.Schema), "zone") || got.Guard == nil || got.Guard.Count != 5 {
			t.Errorf("after the edits it is %+v", got)
		}
		if _, err := h.service.Create(t.Context(), customer, resource.NewDefinition{Application: customer.ID, Base: "Secret", Name: "x"}); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a customer makes a definition: %v", err)
		}
		more, err := h.service.Create(t.Context(), h.caller, resource.NewDefinition{Application: h.caller.ID, Base: "Secret", Name: "More"})
		if err != nil {
			t.Fatal(err)
		}
		list, err := h.service.List(t.Context(), customer, customer.ID)
		if err != nil || len(list) != 2 || list[1].Origin != more.ID {
			t.Fatalf("a later definition: %v, %v", list, err)
		}
		h.refused("the customer deletes", h.service.Delete(t.Context(), customer, list[1].ID), fault.Conflict, "cannot be deleted here")
		h.refused("what has a history", h.service.Delete(t.Context(), h.caller, servers.ID), fault.Conflict, "have a history")
		if err := h.service.Delete(t.Context(), h.caller, more.ID); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got.ID, h.only(customer).ID); diff != "" {
			t.Error(diff)
		}
	})
}
