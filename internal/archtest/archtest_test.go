// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestArchitecture holds the module itself to the table and the rules.
func TestArchitecture(t *testing.T) {
	report, err := Check(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range report.Problems {
		t.Error(problem)
	}
	functions := report.Functions
	if len(functions) == 0 {
		t.Fatal("no functions found: is this the module's folder?")
	}
	aim, _ := slices.BinarySearch(functions, aimFunction+1)
	t.Logf("%d functions: median %d lines, %d %% of at most %d, longest %d",
		len(functions), functions[len(functions)/2], 100*aim/len(functions), aimFunction, functions[len(functions)-1])
}

// TestTable checks the table itself: it names only packages that it has, and
// no import goes up a floor.
func TestTable(t *testing.T) {
	for i, l := range table {
		for _, name := range strings.Fields(l.may) {
			other, known := find(name)
			if !known {
				t.Errorf("%s may import %s, which has no line", l.name, name)
			}
			if other.floor > l.floor {
				t.Errorf("%s (floor %d) may import %s (floor %d): imports go down", l.name, l.floor, name, other.floor)
			}
		}
		if i > 0 && table[i-1].floor == l.floor && table[i-1].name >= l.name {
			t.Errorf("%s stands before %s: keep a floor sorted", table[i-1].name, l.name)
		}
		if i > 0 && table[i-1].floor > l.floor {
			t.Errorf("%s stands above floor %d", l.name, table[i-1].floor)
		}
	}
}

// TestPlanted proves each rule on a planted violation. An archive of testdata
// holds a tree; its comment lists the problems to find in it, one a line, after
// what the case is about.
func TestPlanted(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no cases in testdata: %v", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			report, err := Check(treeOf(archive))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, problem := range report.Problems {
				got = append(got, problem.String())
			}
			if diff := cmp.Diff(wanted(archive), got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// treeOf makes the archive's files a tree. Every file starts with the SPDX line
// unless it brings a first line of its own; line numbers count it.
func treeOf(archive *txtar.Archive) fs.FS {
	tree := fstest.MapFS{}
	for _, file := range archive.Files {
		data := file.Data
		if filepath.Ext(file.Name) == ".go" && !strings.HasPrefix(string(data), "//") {
			data = append([]byte(spdx), data...)
		}
		tree[file.Name] = &fstest.MapFile{Data: data}
	}
	return tree
}

// wanted reads the lines of the comment that start with "want: ".
func wanted(archive *txtar.Archive) []string {
	var lines []string
	for line := range strings.Lines(string(archive.Comment)) {
		if problem, ok := strings.CutPrefix(strings.TrimSpace(line), "want: "); ok {
			lines = append(lines, problem)
		}
	}
	return lines
}

// TestLimits checks the limits on sizes, which would make long archives.
func TestLimits(t *testing.T) {
	body := func(lines int) string { return strings.Repeat("\tx++\n", lines) }
	file := func(lines int) string { return strings.Repeat("// line\n", lines) }
	head := spdx + "\n// Package jtd is planted.\npackage jtd\n\n" // 5 lines
	tests := []struct {
		name, file, text string
		want             []string
	}{
		{"100 lines", "internal/jtd/jtd.go", head + "func at(x int) {\n" + body(98) + "}\n", nil},
		{
			"101 lines", "internal/jtd/jtd.go", head + "func over(x int) {\n" + body(99) + "}\n",
			[]string{"internal/jtd/jtd.go:6: over has 101 lines, at most 100: make it a list of named steps"},
		},
		{"a long test", "internal/jtd/jtd_test.go", head + "func over(x int) {\n" + body(99) + "}\n", nil},
		{"600 lines", "internal/jtd/jtd.go", head + file(595), nil},
		{
			"601 lines", "internal/jtd/jtd.go", head + file(596),
			[]string{"internal/jtd/jtd.go: 601 lines, at most 600: split it by subject"},
		},
		{
			"601 lines of test", "internal/jtd/jtd_test.go", head + file(596),
			[]string{"internal/jtd/jtd_test.go: 601 lines, at most 600: split it by subject"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			report, err := Check(fstest.MapFS{test.file: {Data: []byte(test.text)}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, problem := range report.Problems {
				got = append(got, problem.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}
