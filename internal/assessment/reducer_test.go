// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/json"
)

func TestStatusOfReducers(t *testing.T) {
	text, err := os.ReadFile("testdata/status.txt")
	if err != nil {
		t.Fatal(err)
	}
	for number, line := range strings.Split(string(text), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		t.Run(line, func(t *testing.T) {
			var onEmpty, want string
			var c assessment.Counts
			form, rest, _ := strings.Cut(line, " ")
			onEmpty, rest, _ = strings.Cut(rest, ": ")
			if _, err := fmt.Sscanf(rest, "%d %d %d = %s", &c[assessment.Passing], &c[assessment.Failing], &c[assessment.InProgress], &want); err != nil {
				t.Fatalf("line %d: %v", number+1, err)
			}
			c[assessment.Deactivated], c[assessment.OutOfScope] = 3, 4 // never count
			var r assessment.Reducer
			if err := json.Unmarshal([]byte(form), &r); err != nil {
				t.Fatalf("line %d: %v", number+1, err)
			}
			if got := r.Status(c, onEmpty); string(got) != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if printed, err := json.Marshal(r); err != nil || string(printed) != form {
				t.Errorf("printed as %s, want %s (%v)", printed, form, err)
			}
		})
	}
}

func TestWrongReducers(t *testing.T) {
	for _, text := range []string{
		`"most"`, `5`, `null`, `[]`, `{}`, `{"atLeast":1,"atMostFailing":2}`, `{"atLeast":0}`, `{"atLeast":1.5}`, `{"atMostFailing":-1}`,
		`{"percentPassing":101}`, `{"percentPassing":-1}`, `{"all":1}`, `{"atLeast":"2"}`, `{"atLeast":1e300}`,
	} {
		var r assessment.Reducer
		if err := r.UnmarshalJSON([]byte(text)); err == nil {
			t.Errorf("%s is taken as %+v", text, r)
		}
	}
}
