// SPDX-License-Identifier: Apache-2.0

package patch_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/scim/patch"
	"github.com/passmuster/muster/internal/scim/schema"
)

// FuzzApply sends any message to a user and to a group.
func FuzzApply(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		var cases []testCase
		if name := filepath.Base(file); name != "resources.json" {
			read(f, name, &cases)
		}
		for _, c := range cases {
			f.Add([]byte(c.Patch), c.Mode == "strict")
		}
	}
	all := fixtures(f)
	f.Fuzz(func(t *testing.T, message []byte, strict bool) {
		mode := schema.Tolerant
		if strict {
			mode = schema.Strict
		}
		for _, of := range []string{"barbara", "guides"} {
			checkAny(t, message, all[of], mode)
		}
	})
}

// reporter is a *testing.T or a *rapid.T.
type reporter interface {
	Fatalf(format string, args ...any)
	Helper()
}

// checkAny holds what the package promises of every message.
func checkAny(t reporter, message []byte, of fixture, mode schema.Mode) {
	t.Helper()
	before := of.object(t)
	p, err := patch.Parse(message, of.resourceType(), mode)
	if err != nil {
		checkKind(t, err)
		return
	}
	applied, err := p.Apply(before)
	used := p.Tolerated
	if used.Merge(applied.Tolerated); err == nil && used == 0 && mode == schema.Tolerant {
		checkStrict(t, message, of, applied.Object)
	}
	if diff := cmp.Diff(of.object(t), before); diff != "" {
		t.Fatalf("the resource was written to:\n%s", diff)
	}
	if err != nil {
		checkKind(t, err)
		return
	}
	after, changed := applied.Object, applied.Changed
	checkWhole(t, "", after)
	if changed == schema.Equal(before, after) {
		t.Fatalf("changed is %v: %s", changed, schema.Canonical(after, p.Type))
	}
	if of.Type != "Group" {
		// members of a user is a name that was learned
	} else if diff := cmp.Diff(whole(p, before), split(p, before)); diff != "" {
		t.Fatalf("-Apply +Members:\n%s", diff)
	}
	if !repeatable(message) {
		return
	}
	again, err := p.Apply(after)
	if err != nil {
		t.Fatalf("applied again: %v", err)
	}
	if diff := cmp.Diff(after, again.Object); diff != "" {
		t.Fatalf("applied again (-once +twice):\n%s", diff)
	}
}

// checkStrict holds that what needed no tolerance is taken without any.
func checkStrict(t reporter, message []byte, of fixture, want schema.Object) {
	t.Helper()
	p, err := patch.Parse(message, of.resourceType(), schema.Strict)
	var applied patch.Applied
	if err == nil {
		applied, err = p.Apply(of.object(t))
	}
	if err != nil {
		t.Fatalf("no tolerance is named, but strict says: %v", err)
	}
	if diff := cmp.Diff(want, applied.Object); diff != "" {
		t.Fatalf("no tolerance is named, but strict does otherwise (-tolerant +strict):\n%s", diff)
	}
}

func checkKind(t reporter, err error) {
	t.Helper()
	var known *schema.Error
	if !errors.As(err, &known) || known.Status < 400 || known.Status > 499 || known.Detail == "" {
		t.Fatalf("not an answer for a client: %#v", err)
	}
}

// repeatable says whether a message can only lead to the same when it is applied
// twice: it has one operation, and that has no filter that might find other
// values the second time.
func repeatable(message []byte) bool {
	var body struct {
		Operations []struct {
			Path  string
			Value any
		}
	}
	if json.Unmarshal(message, &body) != nil || len(body.Operations) != 1 {
		return false
	}
	op := body.Operations[0]
	return op.Path != "" && (!strings.Contains(op.Path, "[") || strings.HasSuffix(op.Path, `[type eq "work"].value`))
}

// checkWhole sees to it that a value holds nothing that stands for no value.
func checkWhole(t reporter, where string, value any) {
	t.Helper()
	switch v := value.(type) {
	case string, bool, schema.Number:
	case []any:
		if len(v) == 0 {
			t.Fatalf("%s is an empty array", where)
		}
		for _, element := range v {
			checkWhole(t, where+"[]", element)
		}
	case schema.Object:
		if len(v) == 0 {
			t.Fatalf("%s is an empty object", where)
		}
		for name, member := range v {
			list, _ := member.([]any)
			if primaries := schema.Primaries(list); primaries > 1 {
				t.Fatalf("%s.%s has %d primary values", where, name, primaries)
			}
			checkWhole(t, where+"."+name, member)
		}
	default:
		t.Fatalf("%s is %T", where, value)
	}
}
