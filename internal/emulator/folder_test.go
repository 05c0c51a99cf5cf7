// SPDX-License-Identifier: Apache-2.0

package emulator

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMakeInTakesTheFirstThatWillHaveIt(t *testing.T) {
	place := t.TempDir()
	path, err := makeIn([]string{filepath.Join(place, "absent"), place})
	if err != nil || filepath.Dir(path) != place || !strings.HasPrefix(filepath.Base(path), prefix) {
		t.Errorf("got %s, %v", path, err)
	}
	if path, err := makeIn([]string{filepath.Join(place, "absent")}); err == nil {
		t.Errorf("got %s where nothing can be", path)
	}
}

func TestSweepWaitsForTheEnd(t *testing.T) {
	path, err := makeIn([]string{t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path, "muster.db"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	in, out := io.Pipe()
	done := make(chan error)
	go func() { done <- Sweep(in, path) }()
	if _, err := out.Write([]byte("still here")); err != nil { // returns when it was read
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("swept while the server runs: %v", err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("still there: %v", err)
	}
}

func TestSweepTakesNothingElse(t *testing.T) {
	other := t.TempDir()
	if err := Sweep(strings.NewReader(""), other); err == nil {
		t.Error("a folder that is no emulator's was taken")
	}
	if _, err := os.Stat(other); err != nil {
		t.Error(err)
	}
}

func TestAFolderWithoutABroomIsNotLeft(t *testing.T) {
	place := t.TempDir()
	if _, err := NewFolder(t.Context(), []string{place}, filepath.Join(place, "absent")); err == nil {
		t.Fatal("there is a folder and nobody to clear it up")
	}
	if left, err := os.ReadDir(place); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
