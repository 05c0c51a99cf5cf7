// SPDX-License-Identifier: Apache-2.0

package jtd_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	muster "github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/jtd"
)

// FuzzParse: print then parse gives the same, and whatever parses compiles.
func FuzzParse(f *testing.F) {
	seeds := []string{
		benchSchema, `{}`, `{"nullable":true}`, `{"metadata":{"a":[1.0,"\u0061"]},"enum":["\"","é"]}`,
		`{"definitions":{"a":{"ref":"b"},"b":{"elements":{"ref":"a"}}},"ref":"a"}`,
		`{"discriminator":"k","mapping":{"x":{"optionalProperties":{"a":{}},"additionalProperties":true}}}`,
		`{"properties":{},"optionalProperties":{}}`, `{"optionalProperties":{}}`, `{"values":{"type":"int8","nullable":false}}`,
	}
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		schema, err := jtd.Parse(text)
		if err != nil {
			var refused *jtd.SchemaError
			if !errors.As(err, &refused) {
				t.Fatalf("%v is no SchemaError", err)
			}
			return
		}
		if _, err := jtd.Compile(schema); err != nil {
			t.Fatalf("parses but does not compile: %v", err)
		}
		printed := schema.String()
		again, err := jtd.Parse([]byte(printed))
		if err != nil {
			t.Fatalf("%s: %v", printed, err)
		}
		if diff := cmp.Diff(schema, again); diff != "" {
			t.Errorf("%s (-first +second):\n%s", printed, diff)
		}
	})
}

// FuzzValidate: any bytes get an answer; valid JSON gets the right one.
func FuzzValidate(f *testing.F) {
	schemas := []string{
		benchSchema,
		`{"definitions":{"n":{"discriminator":"k","mapping":{"a":{"properties":{"x":{"ref":"n"}}},"b":{"optionalProperties":{"y":{"elements":{"ref":"n"}}},"additionalProperties":true}}}},"ref":"n"}`,
		`{"definitions":{"v":{"values":{"ref":"v"},"nullable":true}},"ref":"v"}`,
		`{"elements":{"type":"timestamp"}}`, `{"elements":{"type":"int32"}}`, `{"values":{"enum":["a","b"]}}`,
	}
	texts := []string{
		benchRecord, `{"k":"a","x":{"k":"b","y":[{"k":"b"}]}}`, `{"a":{"b":null}}`, `["2026-01-01T00:00:00Z"]`, `[1,1.0e2,-0]`,
		`{"k"`, `{"k":`, `[`, `["`, `{"a":"b","`, `nul`, `{"a":"\`, `[1,`, `{]`, `-`, `[1.e]`,
	}
	for i := range schemas {
		for _, text := range texts {
			f.Add(uint(i), []byte(text))
		}
	}
	f.Fuzz(func(t *testing.T, choice uint, text []byte) {
		schema, err := jtd.Parse([]byte(schemas[choice%uint(len(schemas))]))
		if err != nil {
			t.Fatal(err)
		}
		validator, err := jtd.Compile(schema)
		if err != nil {
			t.Fatal(err)
		}
		checkFirst(t, validator, text)
		var value muster.Value
		if muster.Unmarshal(text, &value) != nil || !json.Valid(text) || hugeExponent(text) {
			return
		}
		checkReference(t, schema, validator, text)
	})
}

// hugeExponent says whether a number could be too much for exact arithmetic:
// an exponent of more than four digits.
func hugeExponent(text []byte) bool {
	digits := 0
	for i, c := range text {
		switch {
		case c|0x20 == 'e', c >= '0' && c <= '9' && digits > 0, (c == '+' || c == '-') && i > 0 && text[i-1]|0x20 == 'e':
			digits++
		default:
			digits = 0
		}
		if digits > 5 {
			return true
		}
	}
	return false
}
