// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const spdx = "// SPDX-License-Identifier: Apache-2.0\n"

// sqlText tells a statement by how the literal starts.
var sqlText = regexp.MustCompile("(?is)^[\"`]\\s*(select\\s.+\\sfrom\\s|insert\\s+into\\s|update\\s+\\S+\\s+set\\s|delete\\s+from\\s|with\\s.+\\sas\\s+\\()")

// source is one Go file under check.
type source struct {
	*checker

	line      line // of the table; zero when the package is unknown
	name      string
	positions *token.FileSet
	syntax    *ast.File
}

// problem notes one, at a place in the file.
func (s *source) problem(at token.Pos, format string, args ...any) {
	s.report.Problems = append(s.report.Problems, Problem{
		File:    s.name,
		Line:    s.positions.Position(at).Line,
		Message: fmt.Sprintf(format, args...),
	})
}

// feature says whether the file belongs to a package of floor 2.
func (s *source) feature() bool { return s.line.floor == 2 }

// pure says whether the file belongs to a package of floor 0.
func (s *source) pure() bool { return s.line.name != "" && s.line.floor == 0 }

// in says whether the file is "room.go" or "room_….go".
func (s *source) in(room string) bool {
	base := path.Base(s.name)
	return base == room+".go" || strings.HasPrefix(base, room+"_")
}

// house checks what holds for every file, tests too.
func (s *source) house(text []byte) {
	if !bytes.HasPrefix(text, []byte(spdx)) {
		s.problem(1, "the first line must be %q", strings.TrimSpace(spdx))
	}
	if lines := bytes.Count(text, []byte("\n")); lines > maxFile {
		s.report.Problems = append(s.report.Problems, Problem{
			File: s.name, Message: fmt.Sprintf("%d lines, at most %d: split it by subject", lines, maxFile),
		})
	}
}

// imports checks each import against the table, the homes and the floor.
func (s *source) imports() {
	for _, spec := range s.syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has refused it already
		}
		if below(imported, Module) {
			s.own(spec.Pos(), strings.TrimPrefix(imported, Module+"/"))
			continue
		}
		s.foreign(spec.Pos(), imported)
	}
}

// own checks an import of one of our packages.
func (s *source) own(at token.Pos, imported string) {
	imported = strings.TrimPrefix(imported, "internal/")
	if !s.line.allows(imported) {
		s.problem(at, "%s may not import %s: move the code, or allow it in internal/archtest/table.go", s.line.name, imported)
	}
}

// foreign checks an import from the standard library or another module.
func (s *source) foreign(at token.Pos, imported string) {
	for _, h := range homes {
		if below(imported, h.path) && !slices.Contains(strings.Fields(h.packages), s.line.name) {
			s.problem(at, "%s may not stand in %s: %s", imported, s.line.name, h.because)
		}
	}
	for _, r := range rooms {
		if s.feature() && imported == r.path && !s.in(r.file) {
			s.problem(at, "%s belongs in %s.go or %s_*.go", imported, r.file, r.file)
		}
	}
	if !s.pure() {
		return
	}
	if anyBelow(imported, impure) && !anyBelow(imported, pureAnyway) {
		s.problem(at, "floor 0 is pure: %s does I/O or is not the same twice", imported)
	}
	standard := !strings.Contains(strings.Split(imported, "/")[0], ".")
	if !standard && !anyBelow(imported, outside) {
		s.problem(at, "floor 0 is pure: only the standard library, the JSON package and x/mod/sumdb, not %s", imported)
	}
}

// shape checks functions: their length, and that none is called init.
func (s *source) shape() {
	for _, declared := range s.syntax.Decls {
		function, ok := declared.(*ast.FuncDecl)
		if !ok {
			continue
		}
		from, to := s.positions.Position(function.Pos()).Line, s.positions.Position(function.End()).Line
		lines := to - from + 1
		s.report.Functions = append(s.report.Functions, lines)
		if lines > maxFunction {
			s.problem(function.Pos(), "%s has %d lines, at most %d: make it a list of named steps", function.Name.Name, lines, maxFunction)
		}
		if function.Recv == nil && function.Name.Name == "init" {
			s.problem(function.Pos(), "no init: fill a struct where the parts are put together (internal/app)")
		}
	}
}

// sleeps reports time.Sleep, in tests too.
func (s *source) sleeps() {
	s.calls("time", func(at token.Pos, function string) {
		if function == "Sleep" {
			s.problem(at, "no sleeps: wait for the thing itself, use testing/synctest, or call the pass by hand")
		}
	})
}

// lots notes whether tests draw with rapid, and reports those that draw from the
// generators that nobody has seeded.
func (s *source) lots() {
	dir := path.Dir(s.name)
	for _, spec := range s.syntax.Imports {
		switch spec.Path.Value {
		case `"pgregory.net/rapid"`:
			if !s.draws[dir] {
				s.draws[dir] = false // noted, so that it is asked about
			}
		case `"` + Module + `/internal/randtest"`:
			s.draws[dir] = true
		}
	}
	for _, library := range []string{"math/rand", "math/rand/v2"} {
		s.calls(library, func(at token.Pos, function string) {
			if !strings.HasPrefix(function, "New") && !slices.Contains([]string{"Rand", "Source", "PCG", "Zipf"}, function) {
				s.problem(at, "rand.%s draws something else each time: seed a generator, or ask randtest.Seed", function)
			}
		})
	}
}

// statements checks what is written inside functions.
func (s *source) statements() {
	s.calls("time", func(at token.Pos, function string) {
		switch {
		case s.pure() && slices.Contains(clock, function):
			s.problem(at, "floor 0 is pure: time.%s; take the time as a parameter", function)
		case s.feature() && function == "Now" && !s.stopwatch(at):
			s.problem(at, "a feature does not read the clock: take now func() time.Time")
		}
	})
	ast.Inspect(s.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.BasicLit:
			if s.feature() && !s.in("store") && n.Kind == token.STRING && sqlText.MatchString(n.Value) {
				s.problem(n.Pos(), "SQL belongs in store.go or store_*.go")
			}
		case *ast.AssignStmt:
			if dropsError(n) {
				s.problem(n.Pos(), "an error is not thrown away: answer it, or log it")
			}
		}
		return true
	})
}

// stopwatch says whether the function around a place also asks for the time
// since: then it measures, and does not ask what time it is.
func (s *source) stopwatch(at token.Pos) bool {
	holds := func(d ast.Decl, p token.Pos) bool { return d.Pos() <= p && p < d.End() }
	for _, declared := range s.syntax.Decls {
		found := false
		s.calls("time", func(since token.Pos, function string) {
			found = found || function == "Since" && holds(declared, since)
		})
		if found && holds(declared, at) {
			return true
		}
	}
	return false
}

// calls finds calls of a standard package's functions by the name that the
// file gives the package.
func (s *source) calls(pkg string, found func(at token.Pos, function string)) {
	local := s.localName(pkg)
	if local == "" {
		return
	}
	ast.Inspect(s.syntax, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		selector, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := selector.X.(*ast.Ident); ok && x.Name == local {
			found(call.Pos(), selector.Sel.Name)
		}
		return true
	})
}

// localName answers how the file calls an imported package, "" when it does not import it.
func (s *source) localName(pkg string) string {
	for _, spec := range s.syntax.Imports {
		if spec.Path.Value != strconv.Quote(pkg) {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path.Base(strings.TrimSuffix(pkg, "/v2"))
	}
	return ""
}

// dropsError recognises `_ = err` and its like.
func dropsError(n *ast.AssignStmt) bool {
	if len(n.Lhs) != 1 || len(n.Rhs) != 1 {
		return false
	}
	blank, ok := n.Lhs[0].(*ast.Ident)
	if !ok || blank.Name != "_" {
		return false
	}
	dropped, ok := n.Rhs[0].(*ast.Ident)
	return ok && (dropped.Name == "err" || strings.HasSuffix(dropped.Name, "Err"))
}
