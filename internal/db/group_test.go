// SPDX-License-Identifier: Apache-2.0

package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
)

// Writes that come at once share commits. Each lasts, or leaves nothing, by
// itself: an error, a broken constraint, a caller who has gone, a panic.
func TestWritesAtOnceStandAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const writers, each = 24, 20
		failed := errors.New("changed my mind")
		var mu sync.Mutex
		lasting := map[string]bool{}
		var group sync.WaitGroup
		for w := range writers {
			group.Go(func() {
				for i := range each {
					name := fmt.Sprintf("%d/%d", w, i)
					err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
						if err := put(ctx, tx, name); err != nil {
							return err
						}
						switch i % 4 {
						case 1:
							return failed
						case 2:
							return put(ctx, tx, name) // there already
						}
						return nil
					})
					if want := i%4 == 0 || i%4 == 3; (err == nil) != want {
						t.Errorf("%s: got %v", name, err)
					}
					if err == nil {
						mu.Lock()
						lasting[name] = true
						mu.Unlock()
					}
					gone, leave := context.WithCancel(t.Context())
					leave()
					if err := d.Write(gone, func(ctx context.Context, tx *db.Tx) error { return put(ctx, tx, name+" gone") }); err == nil {
						t.Errorf("%s: a caller who has gone was told of success", name)
					}
				}
			})
		}
		group.Go(func() {
			for range each {
				panics(t, d)
			}
		})
		group.Go(func() { // writes ahead come in between
			for i := range each {
				name := fmt.Sprintf("ahead/%d", i)
				if err := d.WriteAhead(t.Context(), func(ctx context.Context, tx *db.Tx) error { return put(ctx, tx, name) }); err != nil {
					t.Error(err)
				}
				mu.Lock()
				lasting[name] = true
				mu.Unlock()
			}
		})
		group.Wait()
		err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.Each(ctx, func(row db.Row) error {
				var name string
				err := row.Scan(&name)
				if !lasting[name] {
					t.Errorf("%s is there, though its write failed", name)
				}
				delete(lasting, name)
				return err
			}, `SELECT name FROM workspace_counter`)
		})
		if err != nil || len(lasting) > 0 {
			t.Errorf("lost, though their writes succeeded: %v, %v", lasting, err)
		}
	})
}

func put(ctx context.Context, tx *db.Tx, name string) error {
	return tx.ExecOne(ctx, `INSERT INTO workspace_counter (name, value) VALUES ($1, 1)`, name)
}

func panics(t *testing.T, d *db.DB) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Error("the panic was swallowed")
		}
	}()
	_ = d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		if err := put(ctx, tx, "panic"); err != nil {
			return err
		}
		panic("out")
	})
}

func BenchmarkWritesAtOnce(b *testing.B) {
	d := dbtest.SQLite(b)
	var next sync.Map
	b.SetParallelism(4) // on two cores: 8 writers
	b.RunParallel(func(pb *testing.PB) {
		me := new(int)
		next.Store(me, me)
		for i := 0; pb.Next(); i++ {
			err := d.Write(b.Context(), func(ctx context.Context, tx *db.Tx) error {
				return put(ctx, tx, fmt.Sprintf("%p/%d", me, i))
			})
			if err != nil {
				b.Error(err)
			}
		}
	})
}
