// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/passmuster/muster/internal/jtd"
)

func compileText(t testing.TB, fields *Fields, text string) *Program {
	t.Helper()
	node, problems := Parse([]byte(text))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	program, err := Compile(node, fields)
	if err != nil {
		t.Fatal(err)
	}
	return program
}

func TestLimits(t *testing.T) {
	leaf := `{"field":"active","op":"exists"}`
	nested := func(levels int) string {
		return strings.Repeat(`{"not":`, levels-1) + leaf + strings.Repeat("}", levels-1)
	}
	wide := func(nodes int) string {
		return `{"all":[` + strings.TrimSuffix(strings.Repeat(leaf+",", nodes-1), ",") + "]}"
	}
	long := func(size int) string {
		empty := `{"field":"name","op":"equals","value":""}`
		return strings.Replace(empty, `""`, `"`+strings.Repeat("x", size-len(empty))+`"`, 1)
	}
	for _, test := range []struct{ name, text, want string }{
		{"16 levels", nested(MaxDepth), ""},
		{"17 levels", nested(MaxDepth + 1), strings.Repeat("/not", 16) + ": conditions nest at most 16 levels deep"},
		{"9,000 levels", nested(4000), strings.Repeat("/not", 16) + ": conditions nest at most 16 levels deep"},
		{"500 nodes", wide(MaxNodes), ""},
		{"501 nodes", wide(MaxNodes + 1), "a condition has at most 500 nodes"},
		{"64 KiB", long(MaxText), ""},
		{"64 KiB and a byte", long(MaxText + 1), "a condition takes at most 64 KiB of text; this has 65537 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			node, problems := Parse([]byte(test.text))
			got := ""
			if len(problems) > 0 {
				got = problems[0].String()
			} else {
				problems = node.Check(sampleFields(t))
			}
			if got != test.want || len(problems) > 1 {
				t.Errorf("got %q (%d problems), want %q", got, len(problems), test.want)
			}
		})
	}
}

func TestProblemsEnd(t *testing.T) {
	text := `{"all":[` + strings.TrimSuffix(strings.Repeat(`{"field":"nowhere","op":"exists"},`, 400), ",") + "]}"
	node, problems := Parse([]byte(text))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if got := len(node.Check(sampleFields(t))); got != maxProblems {
		t.Errorf("%d problems, want %d", got, maxProblems)
	}
}

func TestFieldsOfNode(t *testing.T) {
	node, problems := Parse([]byte(`{"all":[{"field":"memory","op":"between","value":[1,{"field":"limit"}]},
		{"field":"drives","any":{"field":"[\"a.b\"]","op":"in","value":{"field":"tags"}}},
		{"field":"tags","all":{"field":"","op":"not_empty"}},{"field":"memory","op":"exists"}]}`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	want := []string{"drives", "drives[].tags", `drives[]["a.b"]`, "limit", "memory", "tags", "tags[]"}
	if diff := cmp.Diff(want, node.Fields()); diff != "" {
		t.Error(diff)
	}
}

func TestList(t *testing.T) {
	schema, err := jtd.Parse([]byte(`{"definitions":{"tree":{"optionalProperties":{"next":{"ref":"tree"},"n":{"type":"int8","nullable":true}}}},
		"properties":{"status":{"enum":["ON","OFF"]},"customProperties":{"properties":{"status":{"type":"string"},"tree":{"ref":"tree"}},
		"optionalProperties":{"drives":{"elements":{"properties":{"size":{"type":"float64"}}}},"labels":{"values":{"type":"timestamp"}},"free":{}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	fields := NewFields(schema)
	want := []Field{
		{Path: "status", Type: TypeEnum, Enum: []string{"ON", "OFF"}},
		{Path: "customProperties", Type: TypeObject},
		{Path: "customProperties.status", Type: TypeString},
		{Path: "tree", Type: TypeObject},
		{Path: "tree.next", Type: TypeObject, Optional: true},
		{Path: "tree.n", Type: TypeNumber, Nullable: true, Optional: true},
		{Path: "drives", Type: TypeArray, Optional: true, Elements: []Field{
			{Type: TypeObject}, {Path: "size", Type: TypeNumber},
		}},
		{Path: "labels", Type: TypeObject, Optional: true, Values: []Field{{Type: TypeTimestamp}}},
		{Path: "free", Type: TypeAny, Optional: true},
	}
	if diff := cmp.Diff(want, fields.List()); diff != "" {
		t.Error(diff)
	}
	for _, field := range fields.List() {
		text := fmt.Sprintf(`{"field":%s,"op":"exists"}`, quote(field.Path))
		compileText(t, fields, text)
	}
}

func TestRefsThatLeadNowhere(t *testing.T) {
	loop := &jtd.Schema{Form: jtd.FormRef, Ref: "loop"}
	fields := NewFields(&jtd.Schema{
		Form:        jtd.FormProperties,
		Definitions: []jtd.Member{{Name: "loop", Schema: loop}},
		Properties:  []jtd.Member{{Name: "x", Schema: &jtd.Schema{Form: jtd.FormRef, Ref: "loop"}}},
	})
	compileText(t, fields, `{"field":"x","op":"equals","value":1}`)
	if got := fields.List()[0].Type; got != TypeAny {
		t.Errorf("type %s", got)
	}
}

func TestAllocations(t *testing.T) {
	for _, text := range []string{
		flatRule,
		`{"field":"hostname","op":"contains","value":"SRV","ignoreCase":true}`,
		`{"field":"lastPatched","op":"older_than","value":"90d"}`,
		`{"field":"hostname","op":"in","value":["a","b","c","d","e","f","g","h","i","j"],"ignoreCase":true}`,
		`{"field":"tags","any":{"field":"","op":"equals","value":"none"}}`,
		`{"field":"tags","op":"contains_all","value":["pci","linux"]}`,
		`{"field":"tags","op":"length_gt","value":2}`,
	} {
		e := benchProgram(t, text).NewEvaluator()
		doc := []byte(benchRecord)
		if got := testing.AllocsPerRun(100, func() { e.Eval(doc, 1_780_000_000_000) }); got > 0 {
			t.Errorf("%s: %v allocations", text, got)
		}
	}
}

func TestRelative(t *testing.T) {
	for text, want := range map[string]bool{
		flatRule: false,
		`{"any":[{"field":"active","op":"exists"},{"not":{"field":"lastPatched","op":"further_than","value":"1h"}}]}`: true,
	} {
		if got := benchProgram(t, text).Relative(); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestConcurrent(t *testing.T) {
	program := benchProgram(t, flatRule)
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			doc := strings.Replace(benchRecord, "16384", fmt.Sprint(8190+i), 1)
			for range 1000 {
				if got, _ := program.Eval([]byte(doc), 0); got != truthOf(i >= 2) {
					t.Errorf("%d: %s", i, got)
					return
				}
			}
		})
	}
	group.Wait()
}

// TestLongArrays: a trace shows the elements that decide first, and not all.
func TestLongArrays(t *testing.T) {
	elements := make([]string, 5000)
	for i := range elements {
		elements[i] = fmt.Sprint(i)
	}
	doc := []byte(`{"customProperties":{"sizes":[` + strings.Join(elements, ",") + `]}}`)
	fields := sampleFields(t)
	trace := compileText(t, fields, `{"field":"sizes","any":{"field":"","op":"equals","value":4321}}`).Explain(doc, 0)
	if got, want := trace.Reason(), "sizes[4321] is 4321"; got != want {
		t.Errorf("reason %q, want %q", got, want)
	}
	if got, want := len(trace.Children), maxOthers+1; got != want || trace.Omitted != 5000-want {
		t.Errorf("%d children, %d omitted", got, trace.Omitted)
	}
	trace = compileText(t, fields, `{"field":"sizes","all":{"field":"","op":"lt","value":10}}`).Explain(doc, 0)
	if got := len(trace.Children); got != maxDeciding+10 {
		t.Errorf("%d children", got)
	}
	if got := trace.Reason(); !strings.HasSuffix(got, "; sizes[19] is 19, must be below 10; and 90 more") {
		t.Errorf("reason %q", got)
	}
}

func TestTrace(t *testing.T) {
	program := compileText(t, sampleFields(t), `{"all":[{"field":"memory","op":"lte","value":{"field":"limit"}},
		{"not":{"field":"name","op":"equals","value":"x"}},{"field":"drives","none":{"field":"size","op":"gt","value":1.50}},
		{"field":"memory","op":"between","value":[0,{"field":"limit"}]}]}`)
	got := program.Explain([]byte(`{"customProperties":{"memory":2,"limit":1,"name":"y","drives":[{"size":2},{}]}}`), 0)
	type line struct {
		Pointer, Field, Actual, Operand, Truth, Sentence string
		Decided                                          bool
	}
	var lines []line
	var walk func(*Trace)
	walk = func(t *Trace) {
		lines = append(lines, line{t.Pointer, t.Field, string(t.Actual), string(t.Operand), t.Truth.String(), t.Sentence, t.Decided})
		for _, child := range t.Children {
			walk(child)
		}
	}
	walk(got)
	want := []line{
		{"", "", "", "", "false", "1 of 4 conditions holds", true},
		{"/all/0", "memory", "2", "1", "false", "memory is 2, must be at most limit (1)", true},
		{"/all/1", "", "", "", "true", "the condition inside does not hold", false},
		{"/all/1/not", "name", `"y"`, `"x"`, "false", `name is "y", which is not "x"`, false},
		{"/all/2", "drives", `[{"size":2},{}]`, "", "false", "1 of 2 elements of drives holds, 1 unknown", true},
		{"/all/2/none", "drives[0].size", "2", "1.50", "true", "drives[0].size is 2, must not be above 1.50", true},
		{"/all/2/none", "drives[1].size", "", "1.50", "unknown", "drives[1].size is not reported", false},
		{"/all/3", "memory", "2", "[0,1]", "false", "memory is 2, must be between 0 and limit (1)", true},
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}

func TestPathRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := path(rapid.SliceOf(rapid.OneOf(rapid.String(), rapid.StringMatching(`[a.\[\]" \\]{0,4}`))).Draw(t, "keys"))
		again, err := parsePath(keys.String())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(append(path{}, keys...), append(path{}, again...)); diff != "" {
			t.Fatalf("%s: %s", keys, diff)
		}
	})
}

func TestNumbers(t *testing.T) {
	texts := rapid.OneOf(
		rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?`),
		rapid.StringMatching(`-?[01](\.0{0,3}[01])?(e[12])?`))
	rapid.Check(t, func(t *rapid.T) {
		a, b := texts.Draw(t, "a"), texts.Draw(t, "b")
		x, _ := new(big.Rat).SetString(a)
		y, _ := new(big.Rat).SetString(b)
		got := compareNumbers(parseNumber([]byte(a)), []byte(a), parseNumber([]byte(b)), []byte(b))
		if want := x.Cmp(y); got != want {
			t.Fatalf("compare %s with %s: %d, want %d", a, b, got, want)
		}
		n, ok := wholeNumber([]byte(a))
		if ok && (!x.IsInt() || x.Num().Int64() != n) {
			t.Fatalf("%s is not %d", a, n)
		}
		if !ok && x.IsInt() && x.Num().CmpAbs(big.NewInt(1e15)) < 0 {
			t.Fatalf("%s is whole", a)
		}
	})
}

func TestInstants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-62_135_596_800, 253_402_300_799).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns"))
		zone := time.FixedZone("", 60*rapid.IntRange(-720, 720).Draw(t, "zone"))
		if year := at.In(zone).Year(); year < 0 || year > 9999 {
			return
		}
		layout := rapid.SampledFrom([]string{time.RFC3339Nano, time.RFC3339, "2006-01-02T15:04:05.0Z07:00", "2006-01-02T15:04:05.0000Z07:00"}).Draw(t, "layout")
		text := at.In(zone).Format(layout)
		want, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := parseInstant([]byte(text))
		if !ok || got.ms != want.UnixMilli() || int(got.ns) != want.Nanosecond()%1_000_000 {
			t.Fatalf("%s: got %v", text, got)
		}
	})
}

func TestFolding(t *testing.T) {
	letters := rapid.SampledFrom([]rune("aAkK\u212asSſßẞiıİéÉςσΣǅǆǄ1日"))
	texts := rapid.OneOf(rapid.String(), rapid.StringOfN(letters, 0, 4, -1))
	rapid.Check(t, func(t *rapid.T) {
		a, b := texts.Draw(t, "a"), texts.Draw(t, "b")
		got := string(appendFold(nil, []byte(a))) == string(appendFold(nil, []byte(b)))
		if want := strings.EqualFold(a, b); got != want {
			t.Fatalf("%q and %q: %v, want %v", a, b, got, want)
		}
	})
}
