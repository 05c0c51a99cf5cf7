// SPDX-License-Identifier: Apache-2.0

package resource_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/resource"
)

// pets is a system definition of these tests.
const petSchema = `{"properties": {"legs": {"type": "int32"}}, "optionalProperties": {"name": {"type": "string"}}}`

// withSystems lets the house keep pets.
func (h *house) withSystems(schema string) {
	h.service.Systems = resource.Systems{
		Application: func(context.Context, *db.Tx, caller.Workspace) (string, error) { return h.caller.ID, nil },
		Definitions: []resource.System{{Name: "pets", Schema: []byte(schema)}},
	}
}

type pet struct {
	Legs int    `json:"legs"`
	Name string `json:"name,omitempty"`
}

func (h *house) system() resource.Definition {
	h.t.Helper()
	d, err := h.service.System(h.t.Context(), h.caller.Workspace, "Pets")
	if err != nil {
		h.t.Fatal(err)
	}
	return d
}

func (h *house) delta(d resource.Definition, changes ...resource.Change) resource.Result {
	h.t.Helper()
	r, err := h.service.PutDelta(h.t.Context(), caller.Caller{Kind: caller.System, Name: "muster", Workspace: h.caller.Workspace}, d,
		func(context.Context) ([]resource.Change, error) { return changes, nil })
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func petOf(id string, legs int) resource.Change {
	return resource.Change{UniqueID: id, DisplayName: "the " + id, Properties: pet{Legs: legs}}
}

// standing answers the documents of a definition by uniqueId, as they count now.
func (h *house) standing(d resource.Definition) map[string]string {
	h.t.Helper()
	all := map[string]string{}
	err := h.db.Read(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		head, err := resource.HeadOf(ctx, tx, d.Number)
		if err != nil {
			return err
		}
		items, err := resource.ItemsAfter(ctx, tx, d.Number, head.Number, 0, 1000)
		if err != nil {
			return err
		}
		if int64(len(items)) != head.Current {
			h.t.Errorf("%d records, the head says %d", len(items), head.Current)
		}
		entities, err := resource.Entities(ctx, tx, d.Number, head.Number, items)
		for _, e := range entities {
			all[e.UniqueID] = string(e.Document)
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

func TestDelta(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		h.withSystems(petSchema)
		d := h.system()
		h.want("first", h.delta(d, petOf("cat", 4), petOf("bird", 2), petOf("cat", 3)), [8]int64{2, 0, 2})
		h.want("the same", h.delta(d, petOf("bird", 2)), [8]int64{1, 0, 0, 0, 1})
		h.want("some", h.delta(d, petOf("cat", 4), petOf("fish", 0), resource.Change{UniqueID: "bird"}, resource.Change{UniqueID: "nobody"}),
			[8]int64{4, 0, 1, 1, 1, 1})
		want := map[string]string{
			"cat":  `{"customProperties":{"legs":4},"displayName":"the cat","uniqueId":"cat"}`,
			"fish": `{"customProperties":{"legs":0},"displayName":"the fish","uniqueId":"fish"}`,
		}
		if diff := cmp.Diff(want, h.standing(d)); diff != "" {
			t.Errorf("records (-want +got):\n%s", diff)
		}
		h.want("back again", h.delta(d, petOf("bird", 2)), [8]int64{1, 0, 1})
		if again := h.system(); again.Number != d.Number || again.SchemaVersion != 1 {
			t.Errorf("the definition was made anew: %+v", again)
		}
		h.withSystems(`{"properties": {"legs": {"type": "int32"}}, "optionalProperties": {"name": {"type": "string"}, "wings": {"type": "int32"}}}`)
		if again := h.system(); again.Number != d.Number || again.SchemaVersion != 2 {
			t.Errorf("the schema is not the new one: %+v", again)
		}
	})
}

func TestSystemDefinitionsAreNotForPushes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		h.withSystems(petSchema)
		d := h.system()
		if _, ok := resource.ParseBase(string(resource.SystemRecord)); ok {
			t.Error("a route could name the base of system definitions")
		}
		for _, base := range resource.Bases() {
			_, err := h.try(resource.Push{}, resource.Definition{ID: d.ID, Base: base}, "{}")
			if fault.KindOf(err) != fault.NotFound {
				t.Errorf("push as %s: got %v, want not found", base, err)
			}
		}
		name := "mine"
		if _, _, err := h.service.Edit(t.Context(), h.caller, d.ID, resource.Edit{Name: &name}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("edit: got %v, want not found", err)
		}
		if list, err := h.service.List(t.Context(), h.caller, ""); err != nil || len(list) != 0 {
			t.Errorf("listed: %v, %v", list, err)
		}
		other := h.servers()
		if _, err := h.service.PutDelta(t.Context(), h.caller, other, nil); err == nil {
			t.Error("a pushed definition took a delta")
		}
	})
}

// TestDeltaReadsUnderTheClaim holds that a slow carrier does not put an older
// state over a newer one.
func TestDeltaReadsUnderTheClaim(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, engine *db.DB) {
		h := newHouse(t, engine)
		h.withSystems(petSchema)
		d := h.system()
		legs := 1
		inside := make(chan struct{})
		done := make(chan error, 1)
		system := caller.Caller{Kind: caller.System, Workspace: h.caller.Workspace}
		_, err := h.service.PutDelta(t.Context(), system, d, func(context.Context) ([]resource.Change, error) {
			go func() {
				_, err := h.service.PutDelta(context.WithoutCancel(t.Context()), system, d, func(context.Context) ([]resource.Change, error) {
					<-inside
					return []resource.Change{petOf("cat", legs)}, nil
				})
				done <- err
			}()
			return []resource.Change{petOf("cat", legs)}, nil
		})
		legs = 2
		close(inside)
		if err = errors.Join(err, <-done); err != nil {
			t.Fatal(err)
		}
		if got := h.standing(d)["cat"]; got != `{"customProperties":{"legs":2},"displayName":"the cat","uniqueId":"cat"}` {
			t.Errorf("the cat is %s", got)
		}
	})
}
