// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/passmuster/muster/internal/jtd"
	"github.com/passmuster/muster/internal/randtest"
)

var randomRules = flag.Int("rules", 5000, "random rules, each held against 20 random records")

// sampleSchema has every form and type that a condition can meet.
const sampleSchema = `{"definitions":{"part":{"properties":{"label":{"type":"string"},"n":{"type":"int32"}},"optionalProperties":{"parts":{"elements":{"ref":"part"}}}}},
"properties":{"displayName":{"type":"string"},"customProperties":{"optionalProperties":{
"active":{"type":"boolean"},"spare":{"type":"boolean"},"memory":{"type":"int32"},"limit":{"type":"float64"},
"name":{"type":"string"},"a.b":{"type":"string"},"level":{"enum":["LOW","MID","HIGH"]},"seen":{"type":"timestamp"},"due":{"type":"timestamp"},
"tags":{"elements":{"type":"string"}},"sizes":{"elements":{"type":"float64"}},"times":{"elements":{"type":"timestamp"}},
"flags":{"elements":{"type":"boolean"}},"levels":{"elements":{"enum":["LOW","MID","HIGH"]}},
"owner":{"properties":{"email":{"type":"string"},"age":{"type":"uint8"}}},"labels":{"values":{"type":"string"}},
"drives":{"elements":{"properties":{"size":{"type":"int32"},"kind":{"type":"string"},"encrypted":{"type":"boolean"},"at":{"type":"timestamp"},"labels":{"elements":{"type":"string"}},"parts":{"elements":{"ref":"part"}}}}}
}}}}`

// sampleTypes is what the schema says, for the reference and the generators.
// An enum compares as a string.
func sampleTypes() map[string]string {
	return map[string]string{
		"displayName": "string", "active": "boolean", "spare": "boolean", "memory": "number", "limit": "number", "name": "string",
		"a.b": "string", "level": "string", "seen": "timestamp", "due": "timestamp", "owner": "object", "owner/email": "string",
		"owner/age": "number", "labels": "object", "labels/x": "string",
		"tags": "array of string", "sizes": "array of number", "times": "array of timestamp", "flags": "array of boolean", "levels": "array of string",
		"tags[]": "string", "sizes[]": "number", "times[]": "timestamp", "flags[]": "boolean", "levels[]": "string",
		"drives": "array of object", "drives[].size": "number", "drives[].kind": "string", "drives[].encrypted": "boolean",
		"drives[].at": "timestamp", "drives[].labels": "array of string", "drives[].labels[]": "string", "drives[].parts": "array of object",
		"drives[].parts[].label": "string", "drives[].parts[].n": "number", "drives[].parts[].parts": "array of object",
		"drives[].parts[].parts[].label": "string", "drives[].parts[].parts[].n": "number",
	}
}

type object = map[string]any

// random makes rules and records that meet each other often: few values, many fields.
type random struct {
	*rand.Rand
	now   time.Time
	types map[string]string
	names []string // of custom fields, sorted

	others map[string][]object // records that rules relate to, by definition
}

// relate draws the records that rules relate to, some of them alike.
func (r *random) relate() {
	r.others = map[string][]object{"one": nil, "two": nil}
	for name := range r.others {
		for range r.IntN(8) {
			r.others[name] = append(r.others[name], r.record())
		}
	}
}

// memory is where an evaluation at an instant finds them.
func (r *random) memory(now int64) *Memory {
	m := &Memory{Now: now, Of: map[string][]Record{}}
	for name, list := range r.others {
		for _, other := range list {
			m.Of[name] = append(m.Of[name], Record{Doc: r.spread(encode(other))})
		}
	}
	return m
}

// relation relates to records of the same shape by fields of the same type.
func (r *random) relation(depth int) object {
	on := object{}
	for range 1 + r.IntN(2) {
		pair := pick(r, [2]string{"name", "name"}, [2]string{"name", "displayName"}, [2]string{"displayName", "name"}, [2]string{"level", "level"},
			[2]string{"active", "active"}, [2]string{"active", "spare"}, [2]string{"memory", "memory"}, [2]string{"memory", "limit"},
			[2]string{"seen", "due"}, [2]string{"owner.email", "name"}, [2]string{`["a.b"]`, "labels.x"})
		on[pair[0]] = pair[1]
	}
	node := object{"related": pick[any](r, "one", "two", []any{"one", "two"}), "on": on}
	for field := range on {
		if typ := r.typ(r.root(), field); typ == "string" && field != "level" && r.IntN(2) == 0 {
			node["ignoreCase"] = true
		}
	}
	inside := r.root()
	inside.related = true
	inner := r.rule(inside, depth-1)
	if r.IntN(3) > 0 {
		node[pick(r, "any", "all", "none")] = inner
		return node
	}
	node["count"] = object{
		"op": pick(r, "equals", "not_equals", "gt", "gte", "lt", "lte"), "value": pick[json.Number](r, "0", "1", "2", "3", "2.0"), "of": inner,
	}
	return node
}

func pick[T any](r *random, from ...T) T { return from[r.IntN(len(from))] }

func (r *random) text() string {
	return pick(r, "", "a", "A", "ab", "aB", "b.a", "k", "K", "\u212a", "ſs", "SS", "straße", "STRASSE", "é", "É", "q\"\\", "日本", "LOW", "a\n\u0001")
}

func (r *random) number() json.Number {
	return pick[json.Number](r, "0", "-0", "0.0", "1", "1.0", "1e0", "2", "3", "-1", "-1.5", "1.5", "0.1", "1e2", "100", "100.00", "8192",
		"9007199254740993", "9007199254740992", "9007199254740992.0", "0.10000000000000000555", "1e400", "-1e400", "1e-400", "123456789012345", "1234567890123456")
}

func (r *random) level() string { return pick(r, "LOW", "MID", "HIGH") }

// when is a timestamp near a boundary of one of the durations used.
func (r *random) when() string {
	span := pick(r, 0, time.Hour, 12*time.Hour, 24*time.Hour, 7*24*time.Hour)
	if pick(r, false, true) {
		span = -span
	}
	at := r.now.Add(span + pick[time.Duration](r, 0, 0, 1, -1, time.Millisecond, -time.Millisecond, 999_999, time.Hour, -time.Hour))
	zone := pick(r, time.UTC, time.FixedZone("", 5*3600+1800), time.FixedZone("", -8*3600))
	return at.In(zone).Format(pick(r, time.RFC3339Nano, time.RFC3339Nano, "2006-01-02T15:04:05.000000000Z07:00", time.RFC3339))
}

func (r *random) duration() string {
	return pick(r, "60m", "1h", "12h", "24h", "1d", "7d", "1w", "90d", "6w")
}

// literal is a literal that a field of the type compares with.
func (r *random) literal(typ, field string) any {
	if strings.HasPrefix(field, "level") {
		return r.level()
	}
	switch typ {
	case "boolean":
		return r.IntN(2) == 0
	case "number":
		return r.number()
	case "timestamp":
		return r.when()
	}
	return r.text()
}

// value is a value for a record: mostly of the type, sometimes null or another.
func (r *random) value(typ, field string) any {
	switch r.IntN(24) {
	case 0, 1, 2:
		return nil
	case 3:
		return pick[any](r, true, json.Number("1"), "a", []any{}, []any{nil, "a"}, object{}, object{"size": json.Number("1")})
	}
	if elements, ok := strings.CutPrefix(typ, "array of "); ok {
		list := []any{}
		for range r.IntN(4) {
			list = append(list, r.value(elements, field))
		}
		return list
	}
	if typ != "object" {
		return r.literal(typ, field)
	}
	switch field {
	case "owner":
		return r.object("email", "string", "age", "number")
	case "labels":
		return r.object("x", "string", "y", "string")
	case "parts":
		return r.object("label", "string", "n", "number", "parts", pick(r, "array of object", "number"))
	}
	return r.object("size", "number", "kind", "string", "encrypted", "boolean", "at", "timestamp",
		"labels", "array of string", "parts", "array of object")
}

// object makes an object of names and types; some are left out.
func (r *random) object(members ...string) object {
	o := object{}
	for i := 0; i < len(members); i += 2 {
		if r.IntN(8) > 0 {
			o[members[i]] = r.value(members[i+1], members[i])
		}
	}
	return o
}

func (r *random) record() object {
	members := []string{}
	for _, name := range r.names {
		members = append(members, name, r.types[name])
	}
	record := object{"customProperties": r.object(members...)}
	switch r.IntN(20) {
	case 0:
		record["customProperties"] = nil
	case 1:
		delete(record, "customProperties")
	case 2:
		record["customProperties"] = "none"
	}
	if r.IntN(4) > 0 {
		record["displayName"] = r.text()
	}
	return record
}

// place is where fields are named from.
type place struct {
	prefix  string
	fields  []string // as a rule writes them
	related bool     // inside a relation
}

func (r *random) root() place {
	return place{fields: []string{
		"displayName", "active", "spare", "memory", "limit", "name", `["a.b"]`, "level", "seen", "due", "seen", "owner",
		"owner.email", "owner.age", "labels.x", "tags", "sizes", "times", "flags", "levels", "drives", "customProperties.memory", `customProperties["a.b"]`,
	}}
}

func (r *random) typ(p place, field string) string {
	field = strings.TrimPrefix(strings.TrimPrefix(field, "customProperties"), ".")
	field = strings.NewReplacer(`["`, "", `"]`, "").Replace(strings.ReplaceAll(field, "owner.", "owner/"))
	field = strings.ReplaceAll(field, "labels.", "labels/")
	if p.prefix != "" && field != "" {
		field = "." + field
	}
	return r.types[p.prefix+field]
}

// below is the place inside an array.
func (p place) below(array string) place {
	prefix := strings.TrimPrefix(p.prefix+"."+array, ".") + "[]"
	switch array {
	case "drives":
		return place{prefix: prefix, fields: []string{"size", "kind", "encrypted", "at", "labels", "parts", "size"}}
	case "parts":
		if strings.Count(prefix, "parts") > 1 {
			return place{prefix: prefix, fields: []string{"label", "n"}}
		}
		return place{prefix: prefix, fields: []string{"label", "n", "parts"}}
	}
	return place{prefix: prefix, fields: []string{""}}
}

func (r *random) rule(p place, depth int) object {
	if depth > 0 {
		switch r.IntN(8) {
		case 0, 1:
			return object{"all": r.rules(p, depth)}
		case 2, 3:
			return object{"any": r.rules(p, depth)}
		case 4:
			return object{"not": r.rule(p, depth-1)}
		}
	}
	return r.test(p, depth)
}

func (r *random) rules(p place, depth int) []any {
	var list []any
	for range 1 + r.IntN(3) {
		list = append(list, r.rule(p, depth-1))
	}
	return list
}

// test is a leaf or an element node.
func (r *random) test(p place, depth int) object {
	if p.prefix == "" && !p.related && r.IntN(6) == 0 {
		return r.relation(depth)
	}
	field := pick(r, p.fields...)
	typ := r.typ(p, field)
	if !strings.HasPrefix(typ, "array") || depth > 0 && r.IntN(3) == 0 || depth <= 0 {
		return r.leaf(p, field, typ)
	}
	inner := r.rule(p.below(field), depth-1)
	if r.IntN(3) == 0 {
		return object{"field": field, "atLeast": object{"n": json.Number(strconv.Itoa(1 + r.IntN(3))), "of": inner}}
	}
	return object{"field": field, pick(r, "any", "all", "none"): inner}
}

func (r *random) leaf(p place, field, typ string) object {
	ops := map[string][]string{
		"boolean":   {"equals", "not_equals"},
		"object":    {"exists", "missing", "is_null", "not_null"},
		"number":    {"equals", "not_equals", "gt", "gte", "lt", "lte", "between", "in", "not_in"},
		"string":    {"equals", "not_equals", "contains", "not_contains", "starts_with", "ends_with", "matches", "in", "not_in", "is_empty", "not_empty"},
		"timestamp": {"before", "after", "between", "within_last", "older_than", "within_next", "further_than"},
		"array":     {"length_equals", "length_gt", "length_gte", "length_lt", "length_lte", "is_empty", "not_empty", "contains", "contains_any", "contains_all", "contains_none"},
	}
	base, elements, _ := strings.Cut(typ, " of ")
	own := ops[base]
	enum := strings.HasPrefix(field, "level") || strings.HasPrefix(p.prefix, "level")
	switch {
	case enum && base == "string":
		own = []string{"equals", "not_equals", "in", "not_in"}
	case elements == "object":
		own = own[:7]
	}
	op := pick(r, append(own, own...)...)
	if r.IntN(12) == 0 {
		op = pick(r, "exists", "missing", "is_null", "not_null")
	}
	leaf := object{"field": field, "op": op}
	if base == "string" && !enum && op != "exists" && op != "missing" && !strings.HasSuffix(op, "_null") && r.IntN(3) == 0 {
		leaf["ignoreCase"] = true
	}
	if enum {
		field = "level"
	}
	if elements == "" {
		elements = base
	}
	if value := r.operand(p, op, elements, field); value != nil {
		leaf["value"] = value
	}
	return leaf
}

// operand is a value for an operator: a literal, or now and then another field.
func (r *random) operand(p place, op, typ, field string) any {
	one := func() any {
		if other, ok := r.other(p, typ).(object); ok && r.IntN(5) == 0 {
			if typ == "timestamp" && r.IntN(2) == 0 && (op == "before" || op == "after" || op == "between") {
				other["plus"] = r.duration()
			}
			return other
		}
		return r.literal(typ, field)
	}
	switch op {
	case "exists", "missing", "is_null", "not_null", "is_empty", "not_empty":
		return nil
	case "within_last", "older_than", "within_next", "further_than":
		return r.duration()
	case "matches":
		return pick(r, "a", "^A", "k|b$", "ß", `\.`, "^$", "[^a]", "(?s).")
	case "between":
		return []any{one(), one()}
	case "in", "not_in", "contains_any", "contains_all", "contains_none":
		if other := r.other(p, "array of "+typ); other != nil && r.IntN(4) == 0 {
			return other
		}
		list := []any{}
		for range pick(r, 1, 2, 3, 12) {
			list = append(list, r.literal(typ, field))
		}
		return list
	}
	if strings.HasPrefix(op, "length_") {
		if other := r.other(p, "number"); other != nil && r.IntN(4) == 0 {
			return other
		}
		return pick[json.Number](r, "0", "1", "2", "3", "2.0", "1e0")
	}
	return one()
}

// other is {field: …} of a type, nil where there is none.
func (r *random) other(p place, typ string) any {
	var names []string
	for _, name := range p.fields {
		if r.typ(p, name) == typ {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return object{"field": pick(r, names...)}
}

func encode(v any) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(err)
	}
	return text.Bytes()
}

// spread writes JSON with white space and escapes, as a client might.
func (r *random) spread(text []byte) []byte {
	switch r.IntN(4) {
	case 0:
		var out bytes.Buffer
		if err := json.Indent(&out, text, " ", "\t"); err != nil {
			panic(err)
		}
		return out.Bytes()
	case 1:
		return bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("é"), []byte(`\u00e9`)), []byte(`"size"`), []byte(`"si\u007ae"`))
	}
	return text
}

func sampleFields(t testing.TB) *Fields {
	t.Helper()
	schema, err := jtd.Parse([]byte(sampleSchema))
	if err != nil {
		t.Fatal(err)
	}
	fields := NewFields(schema)
	return fields.Relating(func(name string) (*Fields, error) {
		if name != "one" && name != "two" {
			return nil, fmt.Errorf("there is no definition %q", name)
		}
		return fields, nil
	})
}

func newRandom(t testing.TB) *random {
	r := &random{
		Rand:  rand.New(rand.NewPCG(randtest.Seed(t), 1)),
		now:   time.Date(2026, 3, 1, 12, 0, 0, 500_000_000, time.UTC),
		types: sampleTypes(),
	}
	for name := range r.types {
		if !strings.ContainsAny(name, "[/") && name != "displayName" {
			r.names = append(r.names, name)
		}
	}
	slices.Sort(r.names)
	return r
}

// TestRandom holds Eval, Explain and the next instant against the reference.
func TestRandom(t *testing.T) {
	r, fields := newRandom(t), sampleFields(t)
	seen, met := map[Truth]int{}, 0
	rules := *randomRules
	if testing.Short() {
		rules /= 10
	}
	for range rules {
		rule := r.rule(r.root(), r.IntN(4))
		text := encode(rule)
		if bytes.Contains(text, []byte(`"related"`)) {
			r.relate()
		}
		node, problems := Parse(text)
		if len(problems) == 0 {
			problems = node.Check(fields)
		}
		if len(problems) > 0 {
			t.Fatalf("%s\n%v", text, problems)
		}
		program, err := Compile(node, fields)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := Parse(node.append(nil))
		if got, want := again.append(nil), node.append(nil); !bytes.Equal(got, want) {
			t.Fatalf("printed %s, then %s", want, got)
		}
		e := program.NewEvaluator()
		for i := range 20 {
			record := r.record()
			truth := r.check(t, e, rule, record, i == 0)
			seen[truth]++
			e.Keys(Record{Doc: encode(record)}, func(relation *Relation, key []byte) {
				if m := e.related.Matches(relation, key); m.False+m.True+m.Unknown > 0 {
					met++
				}
			})
		}
	}
	t.Logf("%d false, %d unknown, %d true; %d keys met related records", seen[False], seen[Unknown], seen[True], met)
	if met < rules/10 {
		t.Error("relations hardly ever find a record")
	}
	for truth := range Truth(3) {
		if seen[truth] < rules {
			t.Errorf("only %d of %d are %s: the generator is lopsided", seen[truth], rules*20, truth)
		}
	}
}

// check compares one evaluation with the reference, now and at the next flip.
func (r *random) check(t *testing.T, e *Evaluator, rule, record object, explain bool) Truth {
	doc := r.spread(encode(record))
	now := r.now.UnixMilli()
	if len(e.program.relations) > 0 && e.related == nil {
		e.Relate(r.memory(now))
	}
	truth, next := e.Eval(doc, now)
	describe := func() string {
		return fmt.Sprintf("rule %s\nrecord %s\nrelated %s\nnow %s", encode(rule), encode(record), encode(r.others), r.now.Format(time.RFC3339Nano))
	}
	expect := func(at int64) Truth {
		return Truth(1 + reference{r.types, time.UnixMilli(at).UTC(), r.others}.eval(rule, record, ""))
	}
	if want := expect(now); truth != want {
		t.Fatalf("is %s, want %s\n%s", truth, want, describe())
	}
	if next <= now {
		t.Fatalf("next %d is not after now %d\n%s", next, now, describe())
	}
	for _, at := range r.instants(now, next) {
		if want := expect(at); want != truth {
			t.Fatalf("is %s and should stay so until %d, but is %s at %d\n%s", truth, next, want, at, describe())
		}
	}
	if rule["op"] != nil && next != math.MaxInt64 && expect(next) == truth {
		t.Fatalf("a lone leaf does not flip at its next instant %d\n%s", next, describe())
	}
	if explain {
		trace := e.Explain(Record{Doc: doc}, now)
		if trace.Truth != truth || trace.Reason() == "" {
			t.Fatalf("explained as %s (%s), want %s\n%s", trace.Truth, trace.Reason(), truth, describe())
		}
	}
	return truth
}

// instants are moments from now to just before next, the last one among them.
func (r *random) instants(now, next int64) []int64 {
	if next == math.MaxInt64 {
		if r.IntN(8) > 0 {
			return nil
		}
		return []int64{now + r.Int64N(400*day)}
	}
	return []int64{next - 1, now + r.Int64N(next-now)}
}
