// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"bytes"
	"slices"
	"testing"
)

// TestKeys: a key that was stored finds what the relation's own finds, and two
// records have the same key exactly when equals says so of all fields.
func TestKeys(t *testing.T) {
	r, fields := newRandom(t), sampleFields(t)
	for range 400 {
		r.others = nil
		text := encode(r.relation(1))
		program := compileText(t, fields, string(text))
		for _, relation := range program.Relations() {
			for _, key := range append([]*Key{relation.Ours}, relation.Targets[0].Key) {
				again, err := ParseKey(key.String())
				if err != nil || again.String() != key.String() || again.ReadsID() != key.ReadsID() {
					t.Fatalf("%s: stored as %s, read as %v, %v", text, key, again, err)
				}
				one, two := key.NewReader(), again.NewReader()
				for range 10 {
					record := Record{Doc: encode(r.record()), ID: "0a"}
					a, okA := one.Append(nil, record)
					b, okB := two.Append(nil, record)
					if okA != okB || !bytes.Equal(a, b) {
						t.Fatalf("%s of %s: %q and %q", key, record.Doc, a, b)
					}
				}
			}
		}
	}
}

func TestKeysThatAreNone(t *testing.T) {
	for _, text := range []string{``, `{}x`, `{"parts":[{"field":"a..b","kind":"text"}]}`, `{"parts":[{"field":"a","kind":"none"}]}`, `{"parts":[{"field":"a","kind":"word"}]}`} {
		if key, err := ParseKey(text); err == nil {
			t.Errorf("%q was read as %s", text, key)
		}
	}
}

// TestKeyOfSeveralFields: no two lists of values come out the same.
func TestKeyOfSeveralFields(t *testing.T) {
	key, err := ParseKey(`{"parts":[{"field":"a","kind":"any"},{"field":null,"kind":"text"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	reader, seen := key.NewReader(), map[string]Record{}
	for _, record := range []Record{
		{Doc: []byte(`{"a":"x"}`), ID: "yz"},
		{Doc: []byte(`{"a":"xy"}`), ID: "z"},
		{Doc: []byte(`{"a":"xyz"}`), ID: "-"},
		{Doc: []byte(`{"a":1}`), ID: "z"},
		{Doc: []byte(`{"a":"1"}`), ID: "z"},
		{Doc: []byte(`{"a":true}`), ID: "z"},
		{Doc: []byte(`{"a":"true"}`), ID: "z"},
		{Doc: []byte(`{"a":10}`), ID: "z"},
		{Doc: []byte(`{"a":-1}`), ID: "z"},
	} {
		k, ok := reader.Append(nil, record)
		if other, twice := seen[string(k)]; twice || !ok {
			t.Errorf("%s %s and %s %s share a key (%t)", record.Doc, record.ID, other.Doc, other.ID, ok)
		}
		seen[string(k)] = record
	}
	for _, record := range []Record{{Doc: []byte(`{"a":null}`), ID: "z"}, {Doc: []byte(`{}`), ID: "z"}, {Doc: []byte(`{"a":"x"}`), ID: ""}, {Doc: []byte(`{"a":[]}`), ID: "z"}} {
		if k, ok := reader.Append(nil, record); ok {
			t.Errorf("%s %q has the key %q", record.Doc, record.ID, k)
		}
	}
}

func TestRelates(t *testing.T) {
	node, problems := Parse([]byte(`{"any":[{"related":["B","A"],"on":{"x":"x"},"any":{"field":"y","op":"exists"}},
		{"not":{"related":"people","on":{"x":"x"},"all":{"field":"y","op":"exists"}}},{"related":"A","on":{"x":"x"},"none":{"field":"y","op":"exists"}}]}`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if got, want := node.Relates(), []string{"A", "B", "people"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
