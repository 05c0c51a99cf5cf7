// SPDX-License-Identifier: Apache-2.0

package schema_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/scim/schema"
)

// bodies answers the bodies of the case file, and whether each is for strict mode.
func bodies(t testing.TB) map[string]bool {
	t.Helper()
	text, err := os.ReadFile("testdata/decode.txt")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if key == "body" || key == "strict" {
			found[value] = key == "strict"
		}
	}
	return found
}

// FuzzDecode: what Decode accepts prints to a text that Decode reads as the same,
// in both modes, and teaches nothing more. What needed no tolerance is read alike
// without any.
func FuzzDecode(f *testing.F) {
	for body, strict := range bodies(f) {
		f.Add([]byte(body), strict, true)
		f.Add([]byte(body), strict, false)
	}
	other := thing(f)
	f.Fuzz(func(t *testing.T, body []byte, strict, user bool) {
		mode, rt := schema.Tolerant, other
		if strict {
			mode = schema.Strict
		}
		if user {
			rt = schema.User()
		}
		got, err := schema.Decode(body, rt, mode)
		if err != nil {
			var fault *schema.Error
			if !errors.As(err, &fault) || fault.Detail == "" || fault.Status != 400 {
				t.Fatalf("error %v", err)
			}
			return
		}
		if got.Tolerated == 0 {
			same, err := schema.Decode(body, rt, schema.Strict)
			if err != nil || !schema.Equal(same.Object, got.Object) {
				t.Fatalf("no tolerance is named, but strict answers %v, %v", same.Object, err)
			}
		}
		printed := schema.Canonical(got.Object, got.Type)
		if !json.Valid(printed) {
			t.Fatalf("%s is not JSON", printed)
		}
		for _, mode := range []schema.Mode{schema.Tolerant, schema.Strict} {
			again, err := schema.Decode(printed, got.Type, mode)
			if err != nil && mode == schema.Strict {
				continue // learned values may be of any type, which Strict knows too, but not more than one primary
			}
			if err != nil || len(again.Learned)+len(again.Ignored) > 0 {
				t.Fatalf("%s: %v, learned %v, ignored %v", printed, err, again.Learned, again.Ignored)
			}
			if twice := schema.Canonical(again.Object, got.Type); !bytes.Equal(printed, twice) {
				t.Fatalf("printed %s, then %s", printed, twice)
			}
		}
		p := schema.NewProjection(got.Type, mode, nil, nil)
		if answer := p.Apply(got.Object); len(answer) > len(got.Object) {
			t.Fatalf("the answer grew to %v", answer)
		}
	})
}
