// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
)

func TestParseQuery(t *testing.T) {
	for _, test := range []struct{ raw, filter, count string }{
		{`filter=userName%20eq%20"a;b"&count=2`, `userName eq "a;b"`, "2"},
		{`Filter=userName+eq+%22x%22&`, `userName eq "x"`, ""},
		{`COUNT=3&aadOptscim062020`, "", "3"},
	} {
		query, _, err := parseQuery(test.raw)
		if err != nil || query.Get("filter") != test.filter || query.Get("count") != test.count {
			t.Errorf("%s: got %v, %v", test.raw, query, err)
		}
	}
	for _, raw := range []string{"filter=%zz", `filter=userName eq "100%"`, "%=x"} {
		if _, _, err := parseQuery(raw); err == nil {
			t.Errorf("%s was taken: a filter that is lost lists everybody", raw)
		}
	}
}

// What not every database can keep is refused on both, and a log that holds it
// loses nothing.
func TestWhatCannotBeKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		send := func(method, path, body string) int {
			return h.handle(t.Context(), h.dir, nil, request{Method: method, Path: path, Body: []byte(body)}).Status
		}
		const user = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%}`
		long := `"` + strings.Repeat("x", 9000) + `"`
		for _, name := range []string{`"a\u0000b"`, long, `"ok","externalId":` + long, `"ok","displayName":"\u0000"`, `"ok","emails":[{"value":` + long + `}]`} {
			if status := send("POST", "/Users", strings.Replace(user, "%", name, 1)); status != 400 {
				t.Errorf("userName %.30s: got %d, want 400", name, status)
			}
		}
		if status := send("GET", "/Users/\x00", ""); status != 404 {
			t.Errorf("got %d, want 404", status)
		}
		if status := send("POST", "/Users", strings.Replace(user, "%", `"zoe@example.com"`, 1)); status != 201 {
			t.Errorf("got %d, want 201", status)
		}
		if err := h.FlushLog(t.Context()); err != nil {
			t.Errorf("the log was lost: %v", err)
		}
	})
}
