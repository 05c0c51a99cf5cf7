// SPDX-License-Identifier: Apache-2.0

package rule_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/rule"
)

func TestReads(t *testing.T) {
	for text, want := range map[string]map[string][]string{
		`{"field":"customProperties.a.b","op":"exists"}`:                             {"": {"a"}},
		`{"field":"[\"x.y\"]","op":"equals","value":{"field":"b.c"}}`:                {"": {"b", "x.y"}},
		`{"field":"drives","any":{"field":"encrypted","op":"equals","value":1}}`:     {"": {"drives"}},
		`{"not":{"any":[{"field":"a","op":"exists"},{"field":"a","op":"missing"}]}}`: {"": {"a"}},
		`{"related":"people","on":{"mail":"email"},"any":{"all":[{"field":"state.now","op":"exists"},{"field":"email","op":"exists"}]}}`: {
			"": {"mail"}, "people": {"email", "state"},
		},
	} {
		node, problems := rule.Parse([]byte(text))
		if len(problems) > 0 {
			t.Fatalf("%s: %v", text, problems)
		}
		if diff := cmp.Diff(want, node.Reads()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestBranches(t *testing.T) {
	for text, want := range map[string]int{
		`{"all":[{"field":"a","op":"exists"},{"field":"b","op":"exists"}]}`: 2,
		`{"any":[{"field":"a","op":"exists"}]}`:                             1,
		`{"not":{"any":[{"field":"a","op":"exists"}]}}`:                     0,
		`{"field":"a","op":"exists"}`:                                       0,
	} {
		node, _ := rule.Parse([]byte(text))
		if _, list := node.Branches(); len(list) != want {
			t.Errorf("%s: got %d branches, want %d", text, len(list), want)
		}
	}
}
