// SPDX-License-Identifier: Apache-2.0

// Package test holds what is only true of the whole: the real program, started
// as anybody starts it, on an empty folder or database, and called through the
// public client or by plain HTTP.
//
//	harness_test.go     builds the program; starts, stops and kills servers
//	quickstart_test.go  runs docs/guide/quickstart.md as it is written
//	guide_test.go       tries every rule of docs/guide/tests.md
//	provisioning_guide_test.go  runs the guides to provisioning, with a provider in between
//	evidence_test.go    forges evidence in the ways of docs/guide/evidence.md
//	demo_test.go        serve --demo, on an empty folder and on a filled one
//	emulator_test.go    serve --emulator, and what partners have written against it
//	golden_test.go      keeps what docs/reference shows
//	document_test.go    answers fit the served document
//	manage_test.go      the manage API against the facts in manage/, as a strict client
//	kill_test.go        kill -9 in the middle of a push
//	notification_test.go  a test turns, the server is killed, its owner gets one mail
//	wall_test.go        two workspaces do not see one another
//	push_test.go        corrupted sets; a long push beside other calls
//	quota_test.go       size and records of a push
//	habit_test.go       what clients of the older API do
//
// There are only tests here. Each test makes what it needs: no two share a
// server, but for subtests.
package test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := os.RemoveAll(program.folder); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code) //nolint:forbidigo // as TestMain must
}

// program is the one that is under test, built at first use.
var program struct {
	sync.Once

	folder string
	err    error
}

// muster answers the path of the program.
func muster(t testing.TB) string {
	t.Helper()
	program.Do(func() { program.folder, program.err = build() })
	if program.err != nil {
		t.Fatal(program.err)
	}
	return filepath.Join(program.folder, "muster")
}

// build makes the program from the sources beside this folder. It looks at every
// folder with sources, because go test takes a result from its cache unless a
// file changed that the test has looked at.
func build() (string, error) {
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && (entry.Name() == ".git" || entry.Name() == "bin" || entry.Name() == "muster-data") {
			return fs.SkipDir
		}
		return err
	})
	if err != nil {
		return "", fmt.Errorf("look at the sources: %w", err)
	}
	folder, err := os.MkdirTemp("", "muster-test-")
	if err != nil {
		return "", err
	}
	command := exec.Command("go", "build", "-ldflags=-X=main.buildVersion=dev", "-o", filepath.Join(folder, "muster"), "../cmd/muster")
	if out, err := command.CombinedOutput(); err != nil {
		return folder, fmt.Errorf("build: %w\n%s", err, out)
	}
	return folder, nil
}

// need leaves a test out, aloud, where a program is missing.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, name := range programs {
		if _, err := exec.LookPath(name); err == nil {
			continue
		}
		if os.Getenv("MUSTER_TEST_REQUIRE") == "all" {
			t.Fatalf("%s is not installed", name)
		}
		t.Skipf("left out: %s is not installed", name)
	}
}
