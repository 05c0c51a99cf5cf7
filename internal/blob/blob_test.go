// SPDX-License-Identifier: Apache-2.0

package blob_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/blob"
	"github.com/passmuster/muster/internal/fault"
)

const house, other = "0123456789abcdef01234567", "0123456789abcdef01234568"

// files answers the files below a folder.
func files(t *testing.T, folder string) (list []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // gone while we look
			return nil
		case err == nil && !d.IsDir():
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestStore(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "files")
	s := blob.New(folder, 10)
	sum, size, err := s.Put(t.Context(), house, strings.NewReader("a file"))
	if err != nil || size != 6 || len(sum) != 64 {
		t.Fatalf("got %s, %d, %v", sum, size, err)
	}
	if again, _, err := s.Put(t.Context(), house, strings.NewReader("a file")); err != nil || again != sum || len(files(t, folder)) != 1 {
		t.Errorf("the same twice: %s, %v, %v", again, err, files(t, folder))
	}
	if content, err := s.Get(t.Context(), house, sum); err != nil || !bytes.Equal(content, []byte("a file")) {
		t.Errorf("got %q, %v", content, err)
	}
	if _, err := s.Get(t.Context(), other, sum); fault.KindOf(err) != fault.NotFound {
		t.Errorf("in another workspace: %v", err)
	}
	for _, name := range []string{"", "..", "../" + sum, strings.ToUpper(sum), sum + "/.."} {
		if _, err := s.Get(t.Context(), house, name); err == nil {
			t.Errorf("%q was found", name)
		}
		if _, err := s.Get(t.Context(), name, sum); err == nil {
			t.Errorf("workspace %q was found", name)
		}
	}
	if _, _, err := s.Put(t.Context(), house, strings.NewReader("eleven byte")); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("too large: %v", err)
	}
	if list := files(t, folder); len(list) != 1 {
		t.Errorf("left behind: %v", list)
	}
	if err := os.WriteFile(files(t, folder)[0], []byte("b file"), 0o600); err != nil {
		t.Fatal(err)
	}
	if content, err := s.Get(t.Context(), house, sum); err == nil || content != nil {
		t.Errorf("a changed file was answered: %q", content)
	}
}

// TestSweep leaves alone what is kept, and what may still be coming.
func TestSweep(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "files")
	s, now := blob.New(folder, 100), time.Now()
	if err := s.Sweep(t.Context(), now); err != nil {
		t.Fatalf("no folder yet: %v", err)
	}
	if _, _, err := s.Put(t.Context(), house, strings.NewReader("kept")); err != nil {
		t.Fatal(err)
	}
	running, err := s.Take(strings.NewReader("on its way"))
	if err != nil {
		t.Fatal(err)
	}
	kept := files(t, folder) // both
	for name, at := range map[string]time.Time{"coming-1": now.Add(-25 * time.Hour), "coming-2": now.Add(-23 * time.Hour), "other": now.Add(-25 * time.Hour)} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte("half a f"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
		if name != "coming-1" {
			kept = append(kept, path)
		}
	}
	for _, path := range kept {
		if strings.Contains(path, house) { // however old it is
			if err := os.Chtimes(path, now.Add(-90*time.Hour), now.Add(-90*time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Sweep(t.Context(), now.Add(-24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	slices.Sort(kept)
	left := files(t, folder)
	slices.Sort(left)
	if diff := cmp.Diff(kept, left); diff != "" {
		t.Errorf("what is there (-want +got):\n%s", diff)
	}
	if err := running.Keep(t.Context(), house); err != nil {
		t.Errorf("what was on its way: %v", err)
	}
}
