// SPDX-License-Identifier: Apache-2.0

package assessment_test

import (
	"net/http"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
)

func TestOwners(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSiteOn(t, d)
		s.push(server("a", true, 9000))
		s.create(form("sized", sized))
		const jane = "0123456789abcdef00000001"
		owner := func(test map[string]any) any {
			t.Helper()
			o, _ := test["owner"].(map[string]any)
			return o["displayName"]
		}
		s.must(http.StatusOK, "POST", "/v1/tests/sized/set-owner", `{"userId":"JANE@example.com"}`)
		s.same("owner", owner(s.must(http.StatusOK, "GET", "/v1/tests/sized", "")), any("Jane Doe"))
		s.same("theirs", len(data(s.must(http.StatusOK, "GET", "/v1/tests?ownerFilter="+jane, ""))), 1)
		s.must(http.StatusUnprocessableEntity, "POST", "/v1/tests/sized/set-owner", `{"userId":"eve@example.com"}`)
		s.must(http.StatusNotFound, "POST", "/v1/tests/sized/set-owner", `{"userId":"nobody@example.com"}`)
		s.must(http.StatusNotFound, "POST", "/v1/tests/none/set-owner", `{"userId":null}`)

		// A new version keeps the owner unless it names another one.
		s.must(http.StatusCreated, "POST", "/v1/tests/sized/versions", `{`+sized+`}`)
		s.same("kept", owner(s.must(http.StatusOK, "GET", "/v1/tests/sized", "")), any("Jane Doe"))
		s.must(http.StatusCreated, "POST", "/v1/tests/sized/versions", `{"owner":"",`+sized+`}`)
		s.same("nobody", owner(s.must(http.StatusOK, "GET", "/v1/tests/sized", "")), nil)
		s.must(http.StatusCreated, "POST", "/v1/tests/sized/versions", `{"owner":"jane@example.com",`+sized+`}`)
		s.same("named", owner(s.must(http.StatusOK, "GET", "/v1/tests/sized", "")), any("Jane Doe"))
		s.must(http.StatusOK, "POST", "/v1/tests/sized/set-owner", `{"userId":null}`)
		s.same("taken", owner(s.must(http.StatusOK, "GET", "/v1/tests/sized", "")), nil)
	})
}
