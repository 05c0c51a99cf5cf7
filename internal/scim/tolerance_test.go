// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scim/schema"
)

// toleranceCase is a request, the tolerances that it needs, and what a strict
// directory answers. {user} and {group} stand for ids.
type toleranceCase struct {
	Answer int        `json:"answer,omitempty"` // of a tolerant directory; 0: any success
	Body   json.Value `json:"body,omitempty"`
	Header string     `json:"header,omitempty"`
	Method string     `json:"method"`
	Needs  []string   `json:"needs"`
	Path   string     `json:"path"`
	Strict int        `json:"strict"`
}

func toleranceCases(t *testing.T) (cases []toleranceCase) {
	t.Helper()
	text, err := os.ReadFile("testdata/tolerances.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

// TestTolerances holds that each tolerance is counted, in the metrics and for the
// directory, by the request that needs it and by no other, and what strict says.
func TestTolerances(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		tolerant, strict := o.connect("Tolerant", "generic"), o.connect("Strict", "generic")
		o.admin(200, "PATCH", strict.path, `{"strict": true}`)
		send := map[string]func(toleranceCase) (int, string){"tolerant": o.sender(tolerant), "strict": o.sender(strict)}
		known, shown := o.counted(), map[string]float64{}
		for _, c := range toleranceCases(t) {
			what := fmt.Sprintf("%s %s %s", c.Method, c.Path, c.Body)
			status, text := send["tolerant"](c)
			if c.Answer == 0 && status >= 300 || c.Answer != 0 && status != c.Answer {
				t.Errorf("%s: %d %s", what, status, text)
			}
			now := o.counted()
			var needed []string
			for name, n := range now {
				if n == known[name]+1 {
					needed = append(needed, name)
					shown[name]++
				}
			}
			slices.Sort(needed)
			if !slices.Equal(needed, c.Needs) {
				t.Errorf("%s: needed %v, want %v", what, needed, c.Needs)
			}
			if status, text = send["strict"](c); status != c.Strict {
				t.Errorf("%s: strict answers %d %s, want %d", what, status, text, c.Strict)
			}
			known = o.counted()
		}
		for _, one := range schema.Tolerances() {
			if shown[one.String()] == 0 {
				t.Errorf("no case needs %s", one)
			}
		}
		list, _ := o.admin(200, "GET", tolerant.path, "")["tolerances"].([]any)
		for _, one := range list {
			name := str(at(one, "name"))
			if at(one, "count") != shown[name] || str(at(one, "words")) == "" || str(at(one, "lastAt")) == "" {
				t.Errorf("the directory shows %v, want %v", one, shown[name])
			}
		}
		if len(list) != len(shown) {
			t.Errorf("the directory shows %d tolerances, want %d", len(list), len(shown))
		}
	})
}

// sender answers a function that sends a case to a directory with a user and a
// group, and answers status and text.
func (o *office) sender(c connected) func(toleranceCase) (int, string) {
	o.t.Helper()
	known := map[string]string{}
	known["user"] = str(o.provide(c, 201, "POST", "/Users", `{"schemas":["`+schema.UserURN+`"],"userName":"ada@example.com"}`)["id"])
	known["group"] = str(o.provide(c, 201, "POST", "/Groups", `{"schemas":["`+schema.GroupURN+`"],"displayName":"team","members":[{"value":"`+known["user"]+`"}]}`)["id"])
	return func(sent toleranceCase) (int, string) {
		fill := strings.NewReplacer("{user}", known["user"], "{group}", known["group"])
		path := strings.NewReplacer(" ", "%20", `"`, "%22", "[", "%5B", "]", "%5D").Replace(fill.Replace(sent.Path))
		header := []string{"Authorization", "Bearer " + c.token}
		if name, value, ok := strings.Cut(sent.Header, ": "); ok {
			header = append(header, name, value)
		}
		status, _, text := o.send(sent.Method, "/scim/v2/"+c.id+path, fill.Replace(string(sent.Body)), header...)
		return status, text
	}
}

// counted answers the metric of tolerances, by label.
func (o *office) counted() map[string]float64 {
	o.t.Helper()
	_, _, text := o.send("GET", "/metrics", "")
	counts := map[string]float64{}
	for line := range strings.Lines(text) {
		var n float64
		if rest, ok := strings.CutPrefix(line, `muster_scim_tolerances_total{tolerance="`); ok {
			name, number, _ := strings.Cut(rest, `"} `)
			_, err := fmt.Sscan(number, &n)
			o.ok(err)
			counts[name] = n
		}
	}
	if len(counts) != len(schema.Tolerances()) {
		o.t.Fatalf("%d tolerances are measured, want %d", len(counts), len(schema.Tolerances()))
	}
	return counts
}
