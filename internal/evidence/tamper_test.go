// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/proof"
)

func TestAPackNamesTheEntryThatWasChanged(t *testing.T) {
	tests := []struct {
		name, query string
		want        int64
	}{
		{"document", `UPDATE evidence_entry SET document = REPLACE(document, '"created":3', '"created":4') WHERE position = 17`, 17},
		{"leaf", `UPDATE evidence_hash SET hash = (SELECT hash FROM evidence_hash WHERE position = 0) WHERE position = 31`, 16},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				actor, s := house(t, d), newService(t, d, t.TempDir())
				fill(t, d, actor, 0, 40)
				verify(t, s, actor.Workspace, 40)
				exec(t, d, test.query)
				_, err := proof.Verify(bytes.NewReader(export(t, s, actor.Workspace)), proof.Options{Key: s.Key().String()})
				var mismatch *proof.Mismatch
				if !errors.As(err, &mismatch) || mismatch.Position != test.want {
					t.Errorf("got %v, want a mismatch at entry %d", err, test.want)
				}
			})
		})
	}
}

func TestAnEntryThatWasRemovedIsNamed(t *testing.T) {
	d := dbtest.SQLite(t)
	actor, s := house(t, d), newService(t, d, t.TempDir())
	fill(t, d, actor, 0, 100)
	verify(t, s, actor.Workspace, 100)
	exec(t, d, `DELETE FROM evidence_entry WHERE position = 70`)
	_, err := s.Export(t.Context(), actor.Workspace, &strings.Builder{})
	if err == nil || !strings.Contains(err.Error(), "entry 70 is missing") {
		t.Errorf("got %v, want entry 70 to be missed", err)
	}
}

func TestAChangeBeforeTheEntryHasItsPlaceIsFound(t *testing.T) {
	d := dbtest.SQLite(t)
	actor, s := house(t, d), newService(t, d, t.TempDir())
	if err := put(t.Context(), d, entry(actor, "d", 1), entry(actor, "d", 2)); err != nil {
		t.Fatal(err)
	}
	exec(t, d, `UPDATE evidence_entry SET document = REPLACE(document, '"created":3', '"created":4') WHERE sequence = 2`)
	_, err := proof.Verify(bytes.NewReader(export(t, s, actor.Workspace)), proof.Options{})
	var mismatch *proof.Mismatch
	if !errors.As(err, &mismatch) || mismatch.Position != 1 {
		t.Errorf("got %v, want a mismatch at entry 1", err)
	}
}

func TestWhatWasRewrittenIsNotSigned(t *testing.T) {
	tests := []struct{ name, query, want string }{
		{"entry removed from the end", `DELETE FROM evidence_entry WHERE position = 4`, "8 hashes"},
		{"tail removed", `DELETE FROM evidence_hash WHERE position >= 3; DELETE FROM evidence_entry WHERE position >= 2; DELETE FROM evidence_checkpoint`, "smaller"},
		{"a peak changed", `UPDATE evidence_hash SET hash = (SELECT hash FROM evidence_hash WHERE position = 0) WHERE position = 6`, "rewritten"},
		{"checkpoint forged", `UPDATE evidence_checkpoint SET note = REPLACE(note, 'time 2', 'time 3')`, "signature"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := dbtest.SQLite(t)
			actor, s := house(t, d), newService(t, d, t.TempDir())
			fill(t, d, actor, 0, 5)
			if err := s.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			for query := range strings.SplitSeq(test.query, ";") {
				exec(t, d, query)
			}
			fill(t, d, actor, 50, 3)
			refuses(t, d, s, test.want)
		})
	}
}

// refuses checks that a service neither numbers nor signs, and says why.
func refuses(t *testing.T, d *db.DB, s *evidence.Service, want string) {
	t.Helper()
	before := s.Counts()
	due, err := s.Job().Due(t.Context())
	if !due || err != nil {
		t.Fatalf("due: %t, %v", due, err)
	}
	if err := s.Job().Run(t.Context()); !errors.Is(err, evidence.ErrRefused) || !strings.Contains(err.Error(), want) {
		t.Errorf("pass: got %v, want a refusal with %q", err, want)
	}
	if due, err := s.Job().Due(t.Context()); due || err != nil {
		t.Errorf("due: %t, %v; a refusal is told once", due, err)
	}
	for name, call := range map[string]func(context.Context) error{"sequence": s.Sequence, "drain": s.Drain, "check": s.Check} {
		if err := call(t.Context()); !errors.Is(err, evidence.ErrRefused) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want a refusal with %q", name, err, want)
		}
	}
	if _, err := s.Export(t.Context(), house(t, d).Workspace, &strings.Builder{}); !errors.Is(err, evidence.ErrRefused) {
		t.Errorf("export: got %v, want a refusal", err)
	}
	if s.Counts() != before {
		t.Errorf("the tree was touched: %+v, before %+v", s.Counts(), before)
	}
}

func TestADatabaseThatWasRolledBackIsNotSigned(t *testing.T) {
	dir := t.TempDir()
	path, copied := filepath.Join(dir, "muster.db"), filepath.Join(dir, "copy.db")
	d := open(t, path)
	actor, s := house(t, d), newService(t, d, dir)
	fill(t, d, actor, 0, 20)
	verify(t, s, actor.Workspace, 20)
	exec(t, d, `DELETE FROM jobs_lease`)
	if err := d.Close(); err != nil { // the log goes into the file
		t.Fatal(err)
	}
	copyFile(t, path, copied)
	d = open(t, path)
	s = newService(t, d, dir)
	fill(t, d, actor, 20, 20)
	newest := verify(t, s, actor.Workspace, 40)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	good := filepath.Join(dir, "good.db")
	copyFile(t, path, good)

	copyFile(t, copied, path)
	d = open(t, path)
	s = newService(t, d, dir)
	refuses(t, d, s, "20 entries are left of 40")
	fill(t, d, actor, 20, 30) // past the old size, with another history
	if err := s.Drain(t.Context()); !errors.Is(err, evidence.ErrRefused) {
		t.Errorf("got %v, want a refusal", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}

	copyFile(t, good, path) // the newer database comes back
	d = dbtest.Open(t, db.Options{Path: path})
	s = newService(t, d, dir)
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if again := verify(t, s, actor.Workspace, 40); again.Root != newest.Root {
		t.Error("the tree is another one")
	}
	fill(t, d, actor, 40, 5)
	verify(t, s, actor.Workspace, 45)
}

func open(t *testing.T, path string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), db.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A crash between the file and the database leaves a signature that only the file
// knows: it is the one that is published.
func TestTheFileKnowsASignatureFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		actor, dir := house(t, d), t.TempDir()
		s := newService(t, d, dir)
		fill(t, d, actor, 0, 7)
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		signed, err := s.Checkpoint(t.Context(), actor.Workspace)
		if err != nil {
			t.Fatal(err)
		}
		exec(t, d, `DELETE FROM evidence_checkpoint`)
		s = newService(t, d, dir)
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		again, err := s.Checkpoint(t.Context(), actor.Workspace)
		if err != nil || !bytes.Equal(signed.Note, again.Note) {
			t.Errorf("got %s, %v; want %s", again.Note, err, signed.Note)
		}
	})
}

// A second process, with a folder of its own, remembers what it sees signed.
func TestAnotherProcessRemembersToo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		actor := house(t, d)
		a := newService(t, d, t.TempDir())
		key := keyOf(t, a)
		b, err := openService(d, t.TempDir(), key+"\n")
		if err != nil {
			t.Fatal(err)
		}
		fill(t, d, actor, 0, 20)
		if err := a.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if due, err := b.Job().Due(t.Context()); !due || err != nil {
			t.Errorf("due: %t, %v, with a checkpoint that it has not seen", due, err)
		}
		if err := b.Job().Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"evidence_checkpoint", "evidence_hash", "evidence_entry"} {
			exec(t, d, `DELETE FROM `+table)
		}
		fill(t, d, actor, 0, 3)
		for _, s := range []*evidence.Service{a, b} {
			if err := s.Drain(t.Context()); !errors.Is(err, proof.ErrShrunk) {
				t.Errorf("got %v, want a refusal", err)
			}
		}
	})
}
