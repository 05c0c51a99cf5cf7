// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scim/schema"
)

// TestOneMillisecond holds that lists keep the order of creation where the clock
// does not tell it.
func TestOneMillisecond(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newShelf(t, d)
		var want []string
		for i := range 40 {
			h.write(func(ctx context.Context, tx *db.Tx) error {
				body := fmt.Sprintf(`{"schemas": [%q], "userName": "u%d"}`, schema.UserURN, i)
				r, err := h.create(ctx, tx, h.c, h.typed(ctx, tx, "User"), []byte(body))
				want = append(want, r.ID)
				return err
			})
		}
		for _, by := range []string{"", "id", "meta.created", "meta.lastModified", "title"} {
			if got := h.page("User", listQuery{SortBy: by}).ids(); !slices.Equal(got, want) {
				t.Errorf("by %q: got %v, want %v", by, got, want)
			}
		}
	})
}

// TestActive holds that a user who says nothing of it is active, wherever one
// looks.
func TestActive(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		put := func(more string) string { return userBody("ada", more) }
		for _, test := range []struct{ name, method, body, want string }{
			{"created without it", "", "", "true"},
			{"taken out", "PATCH", patchBody("remove", "active", ""), "true"},
			{"null by PATCH", "PATCH", patchBody("replace", "active", "null"), "true"},
			{"null without a path", "PATCH", patchBody("replace", "", `{"active": null}`), "true"},
			{"nothing by PATCH", "PATCH", patchBody("replace", "active", "[]"), "true"},
			{"replaced without it", "PUT", put(""), "true"},
			{"replaced with null", "PUT", put(`, "active": null`), "true"},
			{"deactivated", "PUT", put(`, "active": false`), "false"},
			{"replaced without it, when deactivated", "PUT", put(""), "false"},
			{"taken out, when deactivated", "PATCH", patchBody("remove", "active", ""), "true"},
		} {
			t.Run(test.name, func(t *testing.T) {
				id := h.found("ada")
				if test.method == "" {
					id = h.user("ada", "")
				} else {
					_, answer := h.send(h.dir, test.method, "/Users/"+id, test.body)
					h.same("the answer", fmt.Sprint(answer["active"]), test.want)
				}
				_, one := h.send(h.dir, "GET", "/Users/"+id, "")
				h.same("alone", fmt.Sprint(one["active"]), test.want)
				_, list := h.send(h.dir, "GET", "/Users", "")
				h.same("in a list", fmt.Sprint(at(list, "Resources", 0, "active")), test.want)
				for _, filter := range []string{"active eq " + test.want, "active pr", "not (active ne " + test.want + ")", "title ne \"x\" and active eq " + test.want} {
					h.same(filter, h.matching(filter), 1)
				}
				h.same("null", h.matching("active eq null"), 0)
				account := map[string]string{"true": "ada employee active SCIM", "false": "ada employee deactivated SCIM"}[test.want]
				h.same("the account", h.account("ada@example.com"), account)
			})
		}
	})
}

// found answers the id of a user by the first part of the name, "" for none.
func (h *village) found(name string) string {
	h.t.Helper()
	_, list := h.ask(fmt.Sprintf(`userName eq "%s@example.com"`, name))
	return str(at(list, "Resources", 0, "id"))
}

func (h *village) matching(filter string) int {
	h.t.Helper()
	status, list := h.ask(filter)
	n, _ := list["totalResults"].(float64)
	h.same("status of "+filter, status, statusOK)
	return int(n)
}

// ask is a list of users with a filter.
func (h *village) ask(filter string) (status int, list map[string]any) {
	h.t.Helper()
	a := h.handle(h.t.Context(), h.dir, nil, request{Method: "GET", Path: "/Users", Query: map[string][]string{"filter": {filter}}})
	h.ok(json.Unmarshal(a.Body, &list))
	return a.Status, list
}
