// SPDX-License-Identifier: Apache-2.0

package filter_test

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/passmuster/muster/internal/scim/filter"
	"github.com/passmuster/muster/internal/scim/schema"
)

// field is what the slow evaluator knows of an attribute of Thing: its own
// table, not the schema's.
type field struct {
	kind  string // text exact number time bool
	multi bool
}

func fields() map[string]field {
	return map[string]field{
		"text": {"text", false}, "exact": {"exact", false}, "count": {"number", false}, "flag": {"bool", false}, "at": {"time", false},
		"tags": {"text", true}, "codes": {"exact", true}, "numbers": {"number", true}, "flags": {"bool", true}, "times": {"time", true},
		"part.one": {"text", false}, "part.two": {"number", false},
		"parts.value": {"exact", false}, "parts.type": {"text", false}, "parts.primary": {"bool", false}, "parts.size": {"number", false}, "parts.words": {"text", true},
		"urn:example:more:note": {"text", false}, "urn:example:more:boss.value": {"text", false},
	}
}

// generator draws filters and resources that meet each other often.
type generator struct {
	*rapid.T
	fields map[string]field
	names  []string // outside brackets
	subs   []string // inside those of parts
}

func newGenerator(t *rapid.T) generator {
	g := generator{T: t, fields: fields(), subs: []string{"value", "type", "primary", "size", "words"}}
	g.names = []string{
		"text", "exact", "count", "flag", "at", "tags", "codes", "numbers", "flags", "times", "part.one", "part.two", "parts", "parts.value",
		"parts.type", "parts.primary", "parts.size", "parts.words", "urn:example:more:note", "urn:example:more:boss", "urn:example:more:boss.value",
	}
	return g
}

func pick[T any](g generator, values ...T) T { return rapid.SampledFrom(values).Draw(g.T, "pick") }

func (g generator) value(kind string) any {
	switch kind {
	case "bool":
		return pick(g, true, false)
	case "number":
		return json.Number(pick(g, "0", "1", "2", "10", "-1", "1.0", "1e1", "0.5", "12345678901234567890"))
	case "time":
		return pick(g, "2020-01-01T00:00:00Z", "2020-01-01T01:00:00+01:00", "2020-01-01T00:00:00.5Z", "2021-06-01T12:00:00Z")
	}
	return pick(g, "", "a", "A", "ab", "Ab", "b", "É", "é", "\"\\")
}

func (g generator) optional(to map[string]any, name, kind string, multi bool) {
	if pick(g, true, false) {
		return
	}
	if !multi {
		to[name] = g.value(kind)
		return
	}
	var values []any
	for range pick(g, 1, 2) {
		values = append(values, g.value(kind))
	}
	to[name] = values
}

func (g generator) object() map[string]any {
	obj, part, more := map[string]any{}, map[string]any{}, map[string]any{}
	for _, name := range g.names {
		f, known := g.fields[name]
		switch {
		case !known || strings.HasPrefix(name, "parts.") || strings.HasPrefix(name, "urn:"):
		case strings.HasPrefix(name, "part."):
			g.optional(part, strings.TrimPrefix(name, "part."), f.kind, f.multi)
		default:
			g.optional(obj, name, f.kind, f.multi)
		}
	}
	var parts []any
	for range pick(g, 0, 1, 2) {
		element := map[string]any{}
		for _, sub := range g.subs {
			g.optional(element, sub, g.fields["parts."+sub].kind, g.fields["parts."+sub].multi)
		}
		if len(element) > 0 {
			parts = append(parts, element)
		}
	}
	g.optional(more, "note", "text", false)
	if pick(g, true, false) {
		more["boss"] = map[string]any{"value": g.value("text")}
	}
	if len(parts) > 0 {
		obj["parts"] = parts
	}
	for name, inner := range map[string]map[string]any{"part": part, "urn:example:more": more} {
		if len(inner) > 0 {
			obj[name] = inner
		}
	}
	return obj
}

// expr draws an expression; inside says that it stands in the brackets of parts.
func (g generator) expr(depth int, inside bool) filter.Expr {
	op := pick(g, filter.Eq, filter.And, filter.Or, filter.Not, filter.Has, filter.Eq)
	switch {
	case depth == 0 || op == filter.Eq || op == filter.Has && inside:
		return g.comparison(inside)
	case op == filter.Not:
		return filter.Expr{Op: op, Args: []filter.Expr{g.expr(depth-1, inside)}}
	case op == filter.Has:
		return filter.Expr{Op: op, Attr: "parts", Args: []filter.Expr{g.expr(depth-1, true)}}
	}
	args := []filter.Expr{g.expr(depth-1, inside), g.expr(depth-1, inside)}
	if pick(g, true, false) {
		args = append(args, g.expr(depth-1, inside))
	}
	return filter.Expr{Op: op, Args: args}
}

func (g generator) comparison(inside bool) filter.Expr {
	name, full := pick(g, g.names...), ""
	if inside {
		name = pick(g, g.subs...)
		full = "parts."
	}
	full = whole(full + name)
	e := filter.Expr{Attr: name, Op: pick(g, filter.Eq, filter.Ne, filter.Pr)}
	kind := g.fields[full].kind
	switch {
	case e.Op != filter.Pr && pick(g, 0, 1, 2, 3, 4, 5) == 0:
		e.Value = filter.Value{Kind: filter.Null}
		return e
	case e.Op == filter.Pr:
		return e
	case kind == "text" || kind == "exact":
		e.Op = pick(g, filter.Eq, filter.Ne, filter.Co, filter.Sw, filter.Ew, filter.Gt, filter.Ge, filter.Lt, filter.Le)
	case kind != "bool":
		e.Op = pick(g, filter.Eq, filter.Ne, filter.Gt, filter.Ge, filter.Lt, filter.Le)
	}
	switch v := g.value(kind).(type) {
	case string:
		e.Value = filter.Value{Kind: filter.String, Text: v}
	case json.Number:
		e.Value = filter.Value{Kind: filter.Number, Text: v.String()}
	case bool:
		e.Value.Kind = map[bool]filter.Kind{true: filter.True, false: filter.False}[v]
	}
	return e
}

// whole answers the name of what is compared: value for a complex attribute.
func whole(name string) string {
	switch name {
	case "parts", "urn:example:more:boss":
		return name + ".value"
	}
	return name
}

// slow is the evaluator that Match is held against: it gathers all values that a
// name leads to, and looks at each.
type slow struct{ fields map[string]field }

func (s slow) eval(e filter.Expr, subject any, prefix string) bool {
	switch e.Op {
	case filter.And, filter.Or:
		n := 0
		for _, arg := range e.Args {
			if s.eval(arg, subject, prefix) {
				n++
			}
		}
		return e.Op == filter.And && n == len(e.Args) || e.Op == filter.Or && n > 0
	case filter.Not:
		return !s.eval(e.Args[0], subject, prefix)
	case filter.Has:
		for _, element := range gather(subject, e.Attr) {
			if s.eval(e.Args[0], element, e.Attr+".") {
				return true
			}
		}
		return false
	}
	if e.Op == filter.Pr || e.Value.Kind == filter.Null {
		found := false
		for _, v := range gather(subject, e.Attr) {
			found = found || !void(v)
		}
		return found != (e.Op == filter.Eq)
	}
	name := whole(e.Attr)
	values := gather(subject, name)
	if len(values) == 0 {
		return e.Op == filter.Ne
	}
	for _, v := range values {
		if s.holds(e.Op, s.fields[prefix+name].kind, v, e.Value) {
			return true
		}
	}
	return false
}

func gather(subject any, name string) []any {
	subjects := []any{subject}
	if rest, ok := strings.CutPrefix(name, "urn:example:more:"); ok {
		subjects, name = spread(subjects, "urn:example:more"), rest
	}
	for step := range strings.SplitSeq(name, ".") {
		subjects = spread(subjects, step)
	}
	return subjects
}

func spread(subjects []any, name string) []any {
	var found []any
	for _, subject := range subjects {
		obj, _ := subject.(map[string]any)
		if values, ok := obj[name].([]any); ok {
			found = append(found, values...)
		} else if v, ok := obj[name]; ok {
			found = append(found, v)
		}
	}
	return found
}

func void(v any) bool {
	if obj, ok := v.(map[string]any); ok {
		for _, member := range obj {
			if values, ok := member.([]any); ok {
				for _, value := range values {
					if !void(value) {
						return false
					}
				}
			} else if !void(member) {
				return false
			}
		}
		return true
	}
	return v == ""
}

func (s slow) holds(op filter.Op, kind string, v any, literal filter.Value) bool {
	order := 0
	switch kind {
	case "bool":
		if v != (literal.Kind == filter.True) {
			order = 1
		}
	case "number":
		a, _ := new(big.Rat).SetString(v.(json.Number).String())
		b, _ := new(big.Rat).SetString(literal.Text)
		order = a.Cmp(b)
	case "time":
		a, _ := time.Parse(time.RFC3339, v.(string))
		b, _ := time.Parse(time.RFC3339, literal.Text)
		order = a.Compare(b)
	default:
		a, b := v.(string), literal.Text
		if kind == "text" {
			a, b = strings.ToLower(a), strings.ToLower(b)
		}
		switch op {
		case filter.Co:
			return strings.Contains(a, b)
		case filter.Sw:
			return strings.HasPrefix(a, b)
		case filter.Ew:
			return strings.HasSuffix(a, b)
		}
		order = strings.Compare(a, b)
	}
	return map[filter.Op]bool{
		filter.Eq: order == 0, filter.Ne: order != 0, filter.Gt: order > 0, filter.Ge: order >= 0, filter.Lt: order < 0, filter.Le: order <= 0,
	}[op]
}

// TestMatch holds Match, Equals and Visit against the slow evaluator.
func TestMatch(t *testing.T) {
	rt := thing(t)
	rapid.Check(t, func(t *rapid.T) {
		g := newGenerator(t)
		want := g.expr(3, false)
		text := want.String()
		f, err := filter.New(text, rt, filter.Options{Mode: schema.Strict})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		reference := slow{fields: g.fields}
		for range 8 {
			obj := g.object()
			printed, err := json.Marshal(obj)
			if err != nil {
				t.Fatal(err)
			}
			ours, err := schema.ReadObject(printed)
			if err != nil {
				t.Fatal(err)
			}
			passes := f.Match(ours)
			if expected := reference.eval(want, obj, ""); passes != expected {
				t.Fatalf("%s\non %s\nmatches %t, want %t", text, printed, passes, expected)
			}
			checkEquals(t, f, ours, passes)
			if visited, err := filter.Visit(f, asFunction{}); err != nil || visited(ours) != passes {
				t.Fatalf("%s\non %s\nvisited says %t (%v)", text, printed, !passes, err)
			}
		}
	})
}

// checkEquals: what passes holds every term; what holds all of an exact filter's
// terms passes.
func checkEquals(t *rapid.T, f *filter.Filter, obj schema.Object, passes bool) {
	terms, exact := f.Equals()
	all := true
	for _, term := range terms {
		all = all && holds(term, obj)
	}
	if passes && !all || exact && all != passes {
		t.Fatalf("equals says %t (exact %t), match %t", all, exact, passes)
	}
}

// holds looks up a term of Equals as an index would: by its name, over all values.
func holds(term *filter.Term, obj schema.Object) bool {
	for _, v := range gather(obj, term.Ref.String()) {
		switch v := v.(type) {
		case string:
			at, isTime := schema.ParseTime(v)
			if isTime && term.Ref.Leaf().Type == schema.DateTime && at.Equal(term.Value.Time) {
				return true
			}
			if v == term.Value.Text || !term.Ref.Leaf().CaseExact && schema.Fold(v) == term.Value.Text {
				return true
			}
		case bool:
			if v == term.Value.Bool {
				return true
			}
		case schema.Number:
			if v.Compare(term.Value.Number) == 0 {
				return true
			}
		}
	}
	return false
}

// asFunction is a visitor that builds a function from the public face of terms.
type asFunction struct{}

type predicate func(subject any) bool

func (asFunction) And(parts []predicate) (predicate, error) {
	return func(subject any) bool {
		for _, part := range parts {
			if !part(subject) {
				return false
			}
		}
		return true
	}, nil
}

func (asFunction) Or(parts []predicate) (predicate, error) {
	return func(subject any) bool {
		for _, part := range parts {
			if part(subject) {
				return true
			}
		}
		return false
	}, nil
}

func (asFunction) Not(part predicate) (predicate, error) {
	return func(subject any) bool { return !part(subject) }, nil
}

func (asFunction) Has(ref schema.Ref, part predicate) (predicate, error) {
	return func(subject any) bool {
		for _, element := range gather(subject, ref.String()) {
			if part(element) {
				return true
			}
		}
		return false
	}, nil
}

func (asFunction) Compare(t *filter.Term) (predicate, error) {
	return func(subject any) bool {
		if obj, ok := subject.(schema.Object); ok && !t.Element {
			return t.Match(obj)
		}
		return t.Match(subject)
	}, nil
}

// TestLimits: length, depth and terms, on both sides of each.
func TestLimits(t *testing.T) {
	cases := []struct{ name, good, bad string }{
		{"length", `userName eq "` + strings.Repeat("x", 8178) + `"`, `userName eq "` + strings.Repeat("x", 8179) + `"`},
		{"depth", strings.Repeat("(", 50) + "title pr" + strings.Repeat(")", 50), strings.Repeat("(", 51) + "title pr" + strings.Repeat(")", 51)},
		{"not", strings.Repeat("not (", 50) + "title pr" + strings.Repeat(")", 50), strings.Repeat("not (", 51) + "title pr" + strings.Repeat(")", 51)},
		{"terms", strings.Repeat("title pr or ", 199) + "title pr", strings.Repeat("title pr or ", 200) + "title pr"},
		{"bomb", "title pr", strings.Repeat("(", 8000)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, err := filter.New(c.good, schema.User(), filter.Options{}); err != nil {
				t.Errorf("refused: %v", err)
			}
			_, err := filter.Parse(c.bad, filter.Options{})
			if !tooMany(err) {
				t.Errorf("got %v, want tooMany", err)
			}
		})
	}
	if _, err := filter.Parse(`id eq "12345678901234567890"`, filter.Options{MaxLength: 27}); err == nil {
		t.Error("a filter longer than MaxLength is taken")
	}
	long := `id eq "` + strings.Repeat("x", 10000) + `"`
	if _, err := filter.Parse(long, filter.Options{MaxLength: 20000}); err != nil {
		t.Errorf("%s: %v", strconv.Itoa(len(long)), err)
	}
}
