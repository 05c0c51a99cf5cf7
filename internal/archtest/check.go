// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Report is what one reading of a tree found.
type Report struct {
	Problems  []Problem // sorted by file and line
	Functions []int     // lines of every function outside tests, sorted
}

// Problem is one place that does not fit, and what would.
type Problem struct {
	File    string // path from the module's root
	Line    int    // 0: the file or folder as a whole
	Message string
}

// String prints the problem as compilers do.
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Message
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Message)
}

// Check reads every Go file of a module's tree. An error is a file that cannot
// be read or parsed.
func Check(tree fs.FS) (Report, error) {
	c := &checker{documented: map[string]bool{}, draws: map[string]bool{}}
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return c.enter(tree, name)
		case path.Ext(name) != ".go":
			return nil
		}
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		return c.file(name, text)
	})
	c.undocumented()
	c.undrawn()
	slices.Sort(c.report.Functions)
	slices.SortFunc(c.report.Problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Message, b.Message))
	})
	return c.report, err
}

// checker gathers the report of one tree.
type checker struct {
	report     Report
	documented map[string]bool // folder of a package → a file of it has the package comment
	draws      map[string]bool // folder whose tests draw with rapid → they draw the same every time
}

// enter decides whether a folder's files are the module's own: hidden folders,
// test data and modules inside the module (the tools) are not.
func (c *checker) enter(tree fs.FS, name string) error {
	base := path.Base(name)
	if name == "." {
		return nil
	}
	if strings.HasPrefix(base, ".") || base == "testdata" || base == "node_modules" {
		return fs.SkipDir
	}
	if _, err := fs.Stat(tree, path.Join(name, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

// file checks one Go file.
func (c *checker) file(name string, text []byte) error {
	positions := token.NewFileSet()
	syntax, err := parser.ParseFile(positions, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	src := &source{checker: c, name: name, positions: positions, syntax: syntax}
	src.house(text)
	if strings.HasSuffix(name, "_test.go") {
		src.sleeps()
		src.lots()
		return nil
	}
	pkg := strings.TrimPrefix(path.Dir(name), "internal/")
	c.documented[path.Dir(name)] = c.documented[path.Dir(name)] || documents(syntax.Doc)
	line, known := find(pkg)
	if !known {
		src.problem(syntax.Name.Pos(), "package %s is not in the table: add its line to internal/archtest/table.go", pkg)
	}
	src.line = line
	if known {
		src.imports()
	}
	src.shape()
	src.sleeps()
	src.statements()
	return nil
}

// documents says whether a comment above the package clause is more than the
// SPDX line, which becomes the package comment when no empty line follows it.
func documents(comment *ast.CommentGroup) bool {
	text := comment.Text()
	return text != "" && !strings.HasPrefix(text, "SPDX-")
}

// undocumented reports packages in which no file has a package comment.
func (c *checker) undocumented() {
	for dir, ok := range c.documented {
		if !ok {
			c.report.Problems = append(c.report.Problems, Problem{File: dir, Message: "no package comment: write doc.go"})
		}
	}
}

// undrawn reports packages whose random tests draw something else each time.
func (c *checker) undrawn() {
	for dir, steady := range c.draws {
		if !steady {
			c.report.Problems = append(c.report.Problems, Problem{
				File: dir, Message: "its tests draw with rapid, something else each time: give them a TestMain by internal/randtest",
			})
		}
	}
}
