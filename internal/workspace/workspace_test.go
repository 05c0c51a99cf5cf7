// SPDX-License-Identifier: Apache-2.0

package workspace_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/workspace"
)

func clock() time.Time { return time.UnixMilli(1_790_000_000_000).UTC() }

func TestDefaultIsMadeOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		service := workspace.New(d, clock)
		var group sync.WaitGroup
		got := make([]workspace.Workspace, 4)
		for i := range got {
			group.Go(func() {
				var err error
				if got[i], err = service.Get(t.Context(), ""); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		all, err := service.List(t.Context())
		if err != nil || len(all) != 1 || all[0].Slug != "default" || all[0].CreatedAt != clock() {
			t.Fatalf("got %+v, %v; want the default workspace alone", all, err)
		}
		for _, w := range got {
			if diff := cmp.Diff(all[0], w); diff != "" {
				t.Error(diff)
			}
		}
		for _, ref := range []string{"default", "DEFAULT", all[0].ID} {
			if w, err := service.Get(t.Context(), ref); err != nil || w.ID != all[0].ID {
				t.Errorf("%s: got %+v, %v", ref, w, err)
			}
		}
		if _, err := service.Get(t.Context(), "none"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("got %v, want not found", err)
		}
	})
}

func TestNextNeverRepeats(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const draws = 40
		var group sync.WaitGroup
		got := make([]int64, draws)
		for i := range got {
			group.Go(func() {
				err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
					got[i], err = workspace.Next(ctx, tx, "test")
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		slices.Sort(got)
		for i, n := range got {
			if n != int64(i+1) {
				t.Fatalf("got %v, want 1 to %d", got, draws)
			}
		}
	})
}

func TestBaseURL(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		service := workspace.New(d, clock)
		for _, test := range []struct{ put, want string }{
			{"", ""}, {"https://a.example/", "https://a.example"}, {"http://127.0.0.1:8080", "http://127.0.0.1:8080"},
		} {
			if test.put != "" {
				if err := service.PutBaseURL(t.Context(), test.put); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := service.BaseURL(t.Context()); err != nil || got != test.want {
				t.Errorf("got %q, %v; want %q", got, err, test.want)
			}
		}
	})
}

// founder notes what it was told.
type founder struct{ told []string }

func (f *founder) Found(_ context.Context, _ *db.Tx, c caller.Caller, w caller.Workspace) error {
	if c.Name == "stranger" {
		return fault.New(fault.Conflict, "set a password first")
	}
	f.told = append(f.told, c.Name+" made "+w.Name)
	return nil
}

func (f *founder) Renamed(_ context.Context, _ *db.Tx, c caller.Caller, before string) error {
	f.told = append(f.told, before+" is now "+c.Workspace.Name)
	return nil
}

func TestCreateAndRename(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		service, f := workspace.New(d, clock), &founder{}
		service.Founder = f
		ada := caller.Caller{Kind: caller.User, Name: "Ada"}
		for _, test := range []struct {
			in   workspace.NewWorkspace
			slug string
			kind fault.Kind
		}{
			{workspace.NewWorkspace{Name: " Second  House "}, "second-house", 0},
			{workspace.NewWorkspace{Name: "Ünï & Cø", Slug: "uni-co"}, "uni-co", 0},
			{workspace.NewWorkspace{Name: "Second House"}, "", fault.Conflict},
			{workspace.NewWorkspace{Name: ""}, "", fault.Invalid},
			{workspace.NewWorkspace{Name: "a\nb"}, "", fault.Invalid},
			{workspace.NewWorkspace{Name: "東京"}, "", fault.Invalid}, // no slug can be made of it
			{workspace.NewWorkspace{Name: "x", Slug: "Über"}, "", fault.Invalid},
			{workspace.NewWorkspace{Name: "x", Slug: "0123456789abcdef01234567"}, "", fault.Invalid},
			{workspace.NewWorkspace{Name: strings.Repeat("x", 101)}, "", fault.Invalid},
			{workspace.NewWorkspace{Name: "Default"}, "default", 0},
		} {
			got, err := service.Create(t.Context(), ada, test.in)
			if test.kind != 0 && fault.KindOf(err) != test.kind || test.kind == 0 && err != nil || got.Slug != test.slug && err == nil {
				t.Errorf("%+v: got %+v, %v", test.in, got, err)
			}
		}
		if _, err := service.Create(t.Context(), caller.Caller{Name: "stranger"}, workspace.NewWorkspace{Name: "Third"}); err == nil {
			t.Error("a founder who could not come back was taken")
		}
		if _, err := service.Get(t.Context(), "third"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("got %v; what the founder refused is not made", err)
		}
		made, err := service.Get(t.Context(), "second-house")
		if err != nil {
			t.Fatal(err)
		}
		ada.Workspace = made.Caller()
		after, err := service.Rename(t.Context(), ada, "Other House")
		if err != nil || after.Name != "Other House" || after.Slug != "second-house" {
			t.Errorf("got %+v, %v", after, err)
		}
		if _, err := service.Rename(t.Context(), ada, "Other House"); err != nil {
			t.Error(err)
		}
		want := []string{"Ada made Second  House", "Ada made Ünï & Cø", "Ada made Default", "Second  House is now Other House"}
		if diff := cmp.Diff(want, f.told); diff != "" {
			t.Error(diff)
		}
	})
}
