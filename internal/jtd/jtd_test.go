// SPDX-License-Identifier: Apache-2.0

package jtd_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/passmuster/muster/internal/jtd"
)

// problem is a jtd.Problem as testdata writes it.
type problem struct {
	Code     jtd.Code `json:"code"`
	At       string   `json:"at"`
	Schema   string   `json:"schema"`
	Property string   `json:"property"`
	Expected string   `json:"expected"`
	Actual   string   `json:"actual"`
}

func written(p jtd.Problem) problem {
	return problem{p.Code, jtd.Pointer(p.InstancePath), jtd.Pointer(p.SchemaPath), p.Property, p.Expected, string(p.Actual)}
}

func TestValidate(t *testing.T) {
	var file struct {
		Cases []struct {
			Name             string
			Schema, Instance json.RawMessage
			Problems         []problem
		}
	}
	readJSON(t, "testdata/validate.json", &file)
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			validator := compile(t, c.Schema)
			var compact bytes.Buffer
			if err := json.Compact(&compact, c.Instance); err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{string(c.Instance), "\n\t" + string(c.Instance) + " \r\n"} {
				var got []problem
				for _, p := range validator.All([]byte(text)) {
					got = append(got, written(p))
				}
				if diff := cmp.Diff(c.Problems, got, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("All (-want +got):\n%s", diff)
				}
				checkFirst(t, validator, []byte(text))
			}
			checkFirst(t, validator, compact.Bytes())
			if got := len(validator.All(compact.Bytes())); got != len(c.Problems) {
				t.Errorf("without white space %d problems, want %d", got, len(c.Problems))
			}
		})
	}
}

// checkFirst holds First against All.
func checkFirst(t *testing.T, validator *jtd.Validator, text []byte) {
	t.Helper()
	all := validator.All(text)
	first, ok := validator.First(text)
	if ok != (len(all) == 0) {
		t.Fatalf("First(%s) = %v, All has %d problems", text, ok, len(all))
	}
	if !ok && written(first) != written(all[0]) {
		t.Errorf("First is not the first of All:\n%+v\n%+v", written(first), written(all[0]))
	}
}

func TestRefusedSchemas(t *testing.T) {
	var file struct {
		Cases []struct {
			Name              string
			Schema            json.RawMessage
			Text              string // instead of Schema, when it is not JSON
			Pointer, Contains string
		}
	}
	readJSON(t, "testdata/schemas.json", &file)
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			text := []byte(c.Text)
			if c.Schema != nil {
				text = c.Schema
			}
			_, err := jtd.Parse(text)
			var refused *jtd.SchemaError
			if !errors.As(err, &refused) {
				t.Fatalf("got %v, want a SchemaError", err)
			}
			if strings.Contains(err.Error(), "json") {
				t.Errorf("%v names a part of the program", err)
			}
			if refused.Pointer != c.Pointer || !strings.Contains(refused.Message, c.Contains) {
				t.Errorf("got %q %q, want %q and %q", refused.Pointer, refused.Message, c.Pointer, c.Contains)
			}
		})
	}
}

func TestTimestamps(t *testing.T) {
	var file struct {
		Cases []struct {
			Text  string
			Milli *int64
		}
	}
	readJSON(t, "testdata/timestamps.json", &file)
	validator := compile(t, []byte(`{"type": "timestamp"}`))
	for _, c := range file.Cases {
		t.Run(c.Text, func(t *testing.T) {
			milli, ok := jtd.ParseTimestamp([]byte(c.Text))
			if ok != (c.Milli != nil) || ok && milli != *c.Milli {
				t.Errorf("ParseTimestamp = %d, %v", milli, ok)
			}
			var escaped strings.Builder
			for _, r := range c.Text {
				fmt.Fprintf(&escaped, `\u%04x`, r)
			}
			for _, quoted := range []string{`"` + c.Text + `"`, `"` + escaped.String() + `"`} {
				if _, valid := validator.First([]byte(quoted)); valid != ok {
					t.Errorf("First(%s) = %v", quoted, valid)
				}
			}
		})
	}
}

func TestNumbers(t *testing.T) {
	var file struct {
		Cases []struct {
			Number string
			Types  []string
		}
	}
	readJSON(t, "testdata/numbers.json", &file)
	for _, word := range []string{"int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"} {
		validator := compile(t, fmt.Appendf(nil, `{"type": %q}`, word))
		for _, c := range file.Cases {
			want := strings.HasPrefix(word, "float") || slices.Contains(c.Types, word)
			problem, ok := validator.First([]byte(c.Number))
			if ok != want {
				t.Errorf("%s as %s: %v, want %v", c.Number, word, ok, want)
			}
			if !ok && string(problem.Actual) != c.Number {
				t.Errorf("%s as %s: actual is %s", c.Number, word, problem.Actual)
			}
		}
	}
}

func TestPrint(t *testing.T) {
	// The printed form: keywords in one order, names in source order, no defaults.
	const source = `{
		"optionalProperties": {"z": {"nullable": false}, "a": {"enum": ["x", "\u0041"], "nullable": true}},
		"additionalProperties": true,
		"properties": {},
		"metadata": {"description": "a \u0026 b", "n": 1.0},
		"definitions": {"d": {"discriminator": "k", "mapping": {"m": {"optionalProperties": {}}}}}
	}`
	const want = `{"definitions":{"d":{"discriminator":"k","mapping":{"m":{"optionalProperties":{}}}}},` +
		`"metadata":{"description":"a \u0026 b","n":1.0},` +
		`"properties":{},"optionalProperties":{"z":{},"a":{"nullable":true,"enum":["x","A"]}},"additionalProperties":true}`
	schema, err := jtd.Parse([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	if got := schema.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	again, err := jtd.Parse([]byte(want))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(schema, again); diff != "" {
		t.Error(diff)
	}
}

func TestCompileRefusesWhatGoBuilds(t *testing.T) {
	text := &jtd.Schema{Form: jtd.FormType, Type: jtd.TypeString}
	round := &jtd.Schema{Form: jtd.FormElements}
	round.Elements = round
	tests := map[string]struct {
		schema  *jtd.Schema
		pointer string
	}{
		"nil":              {nil, ""},
		"no elements":      {&jtd.Schema{Form: jtd.FormElements}, "/elements"},
		"no type":          {&jtd.Schema{Form: jtd.FormType}, "/type"},
		"unknown form":     {&jtd.Schema{Form: 99}, ""},
		"name twice":       {&jtd.Schema{Form: jtd.FormProperties, Properties: []jtd.Member{{"a", text}, {"a", text}}}, "/properties/a"},
		"nil member":       {&jtd.Schema{Form: jtd.FormProperties, OptionalProperties: []jtd.Member{{"a", nil}}}, "/optionalProperties/a"},
		"nil mapping":      {&jtd.Schema{Form: jtd.FormDiscriminator, Mapping: []jtd.Member{{"a", nil}}}, "/mapping/a"},
		"dangling ref":     {&jtd.Schema{Form: jtd.FormRef, Ref: "x"}, "/ref"},
		"definitions deep": {&jtd.Schema{Form: jtd.FormValues, Values: &jtd.Schema{Definitions: []jtd.Member{{"a", text}}}}, "/values/definitions"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := jtd.Compile(test.schema)
			var refused *jtd.SchemaError
			if !errors.As(err, &refused) || refused.Pointer != test.pointer {
				t.Errorf("got %v, want a SchemaError at %q", err, test.pointer)
			}
		})
	}
	if _, err := jtd.Compile(round); err == nil {
		t.Error("a schema that contains itself is accepted")
	}
}

func TestLookups(t *testing.T) {
	schema, err := jtd.Parse([]byte(`{"definitions": {"d": {}}, "properties": {"a": {"type": "int8"}}, "optionalProperties": {"b": {"type": "int16"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got, required, ok := schema.Property("a"); got.Type != jtd.TypeInt8 || !required || !ok {
		t.Errorf("a: %v, %v, %v", got, required, ok)
	}
	if got, required, ok := schema.Property("b"); got.Type != jtd.TypeInt16 || required || !ok {
		t.Errorf("b: %v, %v, %v", got, required, ok)
	}
	if got, required, ok := schema.Property("c"); got != nil || required || ok {
		t.Errorf("c: %v, %v, %v", got, required, ok)
	}
	if schema.Definition("d") == nil || schema.Definition("a") != nil {
		t.Error("definitions are not found by name")
	}
}

// TestDeep goes as deep as the JSON decoder does, and further.
func TestDeep(t *testing.T) {
	const depth = 10_000
	list := `{"definitions": {"n": {"elements": {"ref": "n"}}}, "ref": "n"}`
	tree := `{"definitions": {"n": {"discriminator": "k", "mapping": {"m": {"optionalProperties": {"n": {"ref": "n"}}}}}}, "ref": "n"}`
	any := `{}`
	tests := []struct {
		name, schema, open, middle, close string
		depth                             int
		want                              bool
	}{
		{"lists", list, "[", "", "]", depth, true},
		{"lists, wrong in the middle", list, "[", "1", "]", depth, false},
		{"lists, too deep", list, "[", "", "]", depth + 1, false},
		{"lists, never closed", list, "[", "", "", 3_000_000, false},
		{"anything", any, "[", "", "]", 1_000_000, true},
		{"tags first", tree, `{"k":"m","n":`, `{"k":"m"}`, "}", depth - 1, true},
		{"tags last", tree, `{"n":`, `{"k":"m"}`, `,"k":"m"}`, depth - 1, true},
		{"tags last, long in the middle", tree, `{"n":`, `{"k":"m","x":"` + strings.Repeat("x", 1<<20) + `"}`, `,"k":"m"}`, depth - 1, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			validator := compile(t, []byte(test.schema))
			text := strings.Repeat(test.open, test.depth) + test.middle + strings.Repeat(test.close, test.depth)
			if _, ok := validator.First([]byte(text)); ok != test.want {
				t.Errorf("got %v", ok)
			}
			checkFirst(t, validator, []byte(text))
		})
	}
}

// TestManyDefinitions has a chain of refs as long as a schema can make it.
func TestManyDefinitions(t *testing.T) {
	const count = 50_000
	var text strings.Builder
	text.WriteString(`{"definitions": {`)
	for i := range count {
		fmt.Fprintf(&text, `"%d": {"ref": "%d"},`, i, i+1)
	}
	fmt.Fprintf(&text, `"%d": {"elements": {"ref": "0"}}}, "ref": "0"}`, count)
	validator := compile(t, []byte(text.String()))
	instance := strings.Repeat("[", 5_000) + strings.Repeat("]", 5_000)
	if p, ok := validator.First([]byte(instance)); !ok {
		t.Errorf("%+v", p)
	}
}

// TestWide has objects around the limits of the set of seen properties.
func TestWide(t *testing.T) {
	for _, count := range []int{1, 63, 64, 65, 128, 1000} {
		schema := &jtd.Schema{Form: jtd.FormProperties}
		var members []string
		for i := range count {
			name := fmt.Sprintf("property%d", i)
			schema.Properties = append(schema.Properties, jtd.Member{Name: name, Schema: &jtd.Schema{}})
			members = append(members, fmt.Sprintf("%q: %d", name, i))
		}
		validator, err := jtd.Compile(schema)
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(members)
		if p, ok := validator.First([]byte("{" + strings.Join(members, ",") + "}")); !ok {
			t.Errorf("%d: %+v", count, p)
		}
		for drop := range min(count, 130) {
			without := slices.Delete(slices.Clone(members), drop, drop+1)
			p, ok := validator.First([]byte("{" + strings.Join(without, ",") + "}"))
			if want := fmt.Sprintf("property%d", count-1-drop); ok || p.Property != want || p.Code != jtd.MissingProperty {
				t.Errorf("%d without %s: %+v", count, want, p)
			}
		}
	}
}

func TestNoAllocation(t *testing.T) {
	texts := map[string]string{
		"members in order": benchRecord,
		"with white space": strings.ReplaceAll(benchRecord, `,"`, ` , "`),
		"escaped names":    strings.ReplaceAll(benchRecord, `"region"`, `"re\u0067ion"`),
		"escaped timestamp and enum": strings.NewReplacer("2026-03", `\u0032026-03`, "eu-west", `eu\u002dwest`).
			Replace(benchRecord),
		"integer spelled with an exponent": strings.Replace(benchRecord, "16384", "1.6384e4", 1),
	}
	validator := compile(t, []byte(benchSchema))
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			record := []byte(text)
			got := testing.AllocsPerRun(100, func() {
				if p, ok := validator.First(record); !ok {
					t.Errorf("%+v", p)
				}
			})
			if got > 0 {
				t.Errorf("%v allocations", got)
			}
		})
	}
}

func TestConcurrent(t *testing.T) {
	validator := compile(t, []byte(benchSchema))
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 200 {
				if _, ok := validator.First([]byte(benchRecord)); !ok {
					t.Error("the record is not valid")
				}
				if all := validator.All([]byte(`{}`)); len(all) != 10 {
					t.Errorf("%d problems, want 10", len(all))
				}
			}
		})
	}
	group.Wait()
}
