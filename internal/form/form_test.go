// SPDX-License-Identifier: Apache-2.0

package form_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/form"
)

func TestFormNamesEveryProblemByItsPlace(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []fault.Problem
	}{
		{"good", `{"name":"x","state":"on"}`, nil},
		{"null counts as absent", `{"name":null,"state":null}`, nil},
		{"no object", `[]`, []fault.Problem{{Pointer: "/at", Message: "must be an object: a thing has name and state"}}},
		{"a misspelling", `{"namee":"x"}`, []fault.Problem{{Pointer: "/at/namee", Message: "is no member of a thing; did you mean name?"}}},
		{"a stranger", `{"a/b":1}`, []fault.Problem{{Pointer: "/at/a~1b", Message: "is no member of a thing, which has name, state"}}},
		{"no string", `{"name":7}`, []fault.Problem{{Pointer: "/at/name", Message: "must be a string"}}},
		{"too long", `{"name":"` + strings.Repeat("é", 11) + `"}`, []fault.Problem{{Pointer: "/at/name", Message: "must have at most 10 characters"}}},
		{"a character no database takes", `{"name":"a\u0000"}`, []fault.Problem{{Pointer: "/at/name", Message: "must not hold the character U+0000"}}},
		{"a near word", `{"state":"onn"}`, []fault.Problem{{Pointer: "/at/state", Message: "must be one of off, on; did you mean on?"}}},
		{"a far word", `{"state":"elsewhere"}`, []fault.Problem{{Pointer: "/at/state", Message: "must be one of off, on"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []fault.Problem
			f := form.Open([]byte(c.text), "/at", "a thing has name and state", &got)
			if f.Members != nil {
				f.Only("a thing", "name", "state")
				f.Text("name", 10)
				f.Word("state", "off", "on")
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		slug  string
		limit int
		want  string
	}{{"abc-def", 7, "abc-def"}, {"abc-def", 5, "abc-d"}, {"abc-def", 4, "abc"}, {"abc", 0, ""}, {"", 4, ""}} {
		if got := form.Cut(c.slug, c.limit); got != c.want {
			t.Errorf("%s to %d: got %q, want %q", c.slug, c.limit, got, c.want)
		}
	}
}

func TestWordIsTheFirstWhenAbsent(t *testing.T) {
	f := form.Open([]byte(`{}`), "", "", &[]fault.Problem{})
	if got := f.Word("state", "off", "on"); got != "off" {
		t.Errorf("got %q, want off", got)
	}
}
