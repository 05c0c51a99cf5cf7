// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/proof"
)

func TestAnEntryComesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		actor, s := house(t, d), newService(t, d, t.TempDir())
		actor.ID, actor.Kind, actor.Name = "a1", "application", "Pusher ü\u0000"
		e := entry(actor, "d1", 7)
		e.Body = struct {
			Counts map[string]int `json:"counts"`
			None   []string       `json:"none"`
		}{Counts: map[string]int{"b": 2, "a": 1}}
		plain := evidence.Entry{Actor: actor, Kind: "role"}
		if err := put(t.Context(), d, e, plain); err != nil {
			t.Fatal(err)
		}
		verify(t, s, actor.Workspace, 2)
		got, err := s.Entry(t.Context(), actor.Workspace, 0)
		if err != nil {
			t.Fatal(err)
		}
		want := proof.Entry{
			Actor: proof.Ref{ID: "a1", Kind: "application", Name: "Pusher ü\u0000"}, Body: json.Value(`{"counts":{"a":1,"b":2},"none":[]}`),
			ID: got.ID, Kind: "sync", Sequence: 7, Stream: "d1", Time: clock().UnixMilli(), Workspace: actor.Workspace.ID,
			Subject: proof.Ref{ID: "d1", Kind: "definition", Name: "Servers"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if _, err := s.Entry(t.Context(), actor.Workspace, 2); fault.KindOf(err) != fault.NotFound {
			t.Errorf("got %v, want not found", err)
		}
	})
}

func TestBadEntriesFailTheirTransaction(t *testing.T) {
	d := dbtest.SQLite(t)
	actor, s := house(t, d), newService(t, d, t.TempDir())
	if err := put(t.Context(), d, entry(actor, "d1", 5)); err != nil {
		t.Fatal(err)
	}
	body := func(b any) evidence.Entry { e := entry(actor, "", 0); e.Body = b; return e }
	tests := []struct {
		name string
		e    evidence.Entry
		want string
	}{
		{"large number", body(json.Value(`{"n":9007199254740993}`)), "9007199254740993"},
		{"large int", body(map[string]any{"n": int64(1)<<60 + 1}), "1152921504606846977"},
		{"no object", body([]int{1}), "JSON object"},
		{"no JSON", body(func() {}), "body"},
		{"repeated member", body(json.Value(`{"a":1,"a":2}`)), "duplicate"},
		{"no kind", evidence.Entry{Actor: actor}, "kind"},
		{"sequence twice", entry(actor, "d1", 5), "sequence 5 of stream d1 does not follow 5"},
		{"sequence back", entry(actor, "d1", 4), "sequence 4 of stream d1 does not follow 5"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := put(t.Context(), d, entry(actor, "d2", 1), test.e)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
	verify(t, s, actor.Workspace, 1)
}

func TestARolledBackTransactionLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		actor, s := house(t, d), newService(t, d, t.TempDir())
		stop := errors.New("stop")
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			if err := evidence.Append(ctx, tx, clock(), entry(actor, "d1", 1)); err != nil {
				return err
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Fatal(err)
		}
		var sink strings.Builder
		if _, err := s.Export(t.Context(), actor.Workspace, &sink); fault.KindOf(err) != fault.NotFound {
			t.Errorf("got %v, want not found", err)
		}
	})
}
