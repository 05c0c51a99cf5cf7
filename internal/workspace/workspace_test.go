// SPDX-License-Identifier: Apache-2.0

package workspace_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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
