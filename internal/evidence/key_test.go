// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/proof"
)

func TestTheKeyIsMadeOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dir := filepath.Join(t.TempDir(), "data")
		keys := make([]string, 6)
		var group sync.WaitGroup
		for i := range keys {
			group.Go(func() {
				s, err := openService(d, dir, "")
				if err != nil {
					t.Error(err)
					return
				}
				keys[i] = s.Key().String()
			})
		}
		group.Wait()
		for _, key := range keys {
			if key != keys[0] || !strings.HasPrefix(key, "muster-evidence+") {
				t.Errorf("got keys %q", keys)
			}
		}
		info, err := os.Stat(filepath.Join(dir, "evidence.key"))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("got mode %v, %v; want 0600", info.Mode(), err)
		}
		files, err := os.ReadDir(dir)
		if err != nil || len(files) != 1 {
			t.Errorf("got %v, %v; want the key alone", files, err)
		}
	})
}

func TestAnotherKeyDoesNotStart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first := newService(t, d, t.TempDir())
		text, public, err := proof.GenerateKey(rand.Reader, "muster-evidence")
		if err != nil {
			t.Fatal(err)
		}
		other, err := proof.ParseVerifier(public)
		if err != nil {
			t.Fatal(err)
		}
		_, err = openService(d, t.TempDir(), text)
		if !errors.Is(err, evidence.ErrOtherKey) {
			t.Fatalf("got %v, want another key", err)
		}
		for _, want := range []string{first.Key().Fingerprint(), other.Fingerprint()} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q does not name %s", err, want)
			}
		}
		if strings.Contains(err.Error(), text) {
			t.Error("the error holds the secret")
		}
		empty := t.TempDir() // the folder was lost: no new key is made
		if _, err = openService(d, empty, ""); err == nil || !strings.Contains(err.Error(), first.Key().Fingerprint()) {
			t.Errorf("got %v, want an error with the fingerprint", err)
		}
		if files, err := os.ReadDir(empty); err != nil || len(files) != 0 {
			t.Errorf("got %v, %v; want nothing made", files, err)
		}
		if _, err := openService(d, t.TempDir(), "nonsense"); err == nil {
			t.Error("nonsense was taken for a key")
		}
	})
}
