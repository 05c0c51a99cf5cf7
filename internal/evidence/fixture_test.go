// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/proof"
	"github.com/passmuster/muster/internal/workspace"
)

func clock() time.Time { return time.UnixMilli(1_790_000_000_000).UTC() }

func newService(t testing.TB, d *db.DB, dir string) *evidence.Service {
	t.Helper()
	s, err := openService(d, dir, "")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func openService(d *db.DB, dir, key string) (*evidence.Service, error) {
	return evidence.New(context.Background(), evidence.Options{
		DB: d, Dir: dir, Key: key, Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
}

// house answers somebody who acts in the default workspace.
func house(t testing.TB, d *db.DB) caller.Caller {
	t.Helper()
	w, err := workspace.New(d, clock).Get(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	return caller.Caller{Kind: caller.System, Name: "Muster", Workspace: w.Caller()}
}

func entry(actor caller.Caller, stream string, sequence int64) evidence.Entry {
	return evidence.Entry{
		Actor: actor, Kind: "sync", Stream: stream, Sequence: sequence,
		Subject: evidence.Subject{Kind: "definition", ID: "d1", Name: "Servers"},
		Body:    map[string]any{"created": 3, "digest": "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c"},
	}
}

func put(ctx context.Context, d *db.DB, entries ...evidence.Entry) error {
	return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, e := range entries {
			if err := evidence.Append(ctx, tx, clock(), e); err != nil {
				return err
			}
		}
		return nil
	})
}

// fill appends count entries of five streams, all within one millisecond.
func fill(t testing.TB, d *db.DB, actor caller.Caller, from, count int) {
	t.Helper()
	entries := make([]evidence.Entry, count)
	for i := range entries {
		n := from + i
		entries[i] = entry(actor, fmt.Sprintf("s%d", n%5), int64(n/5+1))
	}
	if err := put(context.Background(), d, entries...); err != nil {
		t.Fatal(err)
	}
}

func export(t testing.TB, s *evidence.Service, w caller.Workspace) []byte {
	t.Helper()
	var pack bytes.Buffer
	if _, err := s.Export(t.Context(), w, &pack); err != nil {
		t.Fatal(err)
	}
	return pack.Bytes()
}

// verify exports and checks that the pack holds count entries.
func verify(t testing.TB, s *evidence.Service, w caller.Workspace, count int64) proof.Report {
	t.Helper()
	report, err := proof.Verify(bytes.NewReader(export(t, s, w)), proof.Options{Key: s.Key().String()})
	if err != nil {
		t.Fatal(err)
	}
	if report.Size != count {
		t.Errorf("the pack holds %d entries, want %d", report.Size, count)
	}
	return report
}

// exec runs a statement behind the service's back.
func exec(t testing.TB, d *db.DB, query string, args ...any) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
