// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scim/schema"
)

func TestDiscover(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newShelf(t, d, device(t))
		h.user("ada", `, "vanta_roles": "x", "urn:acme:User": {"badge": "7"}`)
		h.c.dir.learned = 2
		var types []*schema.ResourceType
		h.read(func(ctx context.Context, tx *db.Tx) error {
			for _, base := range h.baseTypes() {
				types = append(types, h.typed(ctx, tx, base.Name))
			}
			return nil
		})
		ask := func(kind, rest string, anonymous bool) (int, string) {
			status, body := h.discover(h.c, kind, rest, types, anonymous)
			return status, string(body)
		}
		cases := []struct {
			kind, rest string
			anonymous  bool
			status     int
			has        string
			hasNot     string
		}{
			{"serviceproviderconfig", "", true, 200, `"bulk":{"supported":true,"maxOperations":1000,"maxPayloadSize":1048576}`, "interop"},
			{"serviceproviderconfig", "", true, 200, `"pagination":{"cursor":true,"index":true,"defaultPaginationMethod":"index","defaultPageSize":100,"maxPageSize":1000}`, "null"},
			{"serviceproviderconfig", "", true, 200, `"changePassword":{"supported":false}`, ""},
			{"serviceproviderconfig", "x", true, 404, `"status":"404"`, ""},
			{"schemas", "", false, 200, `"vanta_roles"`, ""},
			{"schemas", "", false, 200, `"totalResults":9,"itemsPerPage":9,"startIndex":1,"Resources":[`, ""},
			{"schemas", "", true, 200, `"totalResults":8`, `vanta_roles`},
			{"Schemas", strings.ToUpper(schema.UserURN), false, 200, `"location":"` + h.c.base + `/Schemas/` + schema.UserURN + `"`, "totalResults"},
			{"schemas", "urn:acme:User", false, 200, `"badge"`, ""},
			{"schemas", "urn:acme:User", true, 404, schema.ErrorURN, "badge"},
			{"resourcetypes", "", true, 200, `"totalResults":4`, "acme"},
			{"resourcetypes", "role", true, 200, `"endpoint":"/Roles"`, "totalResults"},
			{"resourcetypes", "Device", true, 200, `"location":"` + h.c.base + `/ResourceTypes/Device"`, ""},
			{"resourcetypes", "Nothing", true, 404, "", ""},
		}
		for _, c := range cases {
			status, body := ask(c.kind, c.rest, c.anonymous)
			if status != c.status || !strings.Contains(body, c.has) || c.hasNot != "" && strings.Contains(body, c.hasNot) {
				t.Errorf("%s/%s: %d %s", c.kind, c.rest, status, body)
			}
		}
		h.c.dir.Strict = true
		if _, body := ask("serviceproviderconfig", "", true); !strings.Contains(body, `"interopProfileConformant":true`) {
			t.Errorf("strict: %s", body)
		}
	})
}

func TestRolesEndpoint(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newShelf(t, d)
		ask := func(id string, q listQuery) (p pageRead) {
			t.Helper()
			body, err := h.roles(t.Context(), h.c, id, q)
			h.ok(err)
			h.ok(json.Unmarshal(body, &p))
			p.body = string(body)
			return p
		}
		all := ask("", listQuery{})
		if all.TotalResults != 8 || !strings.HasPrefix(all.names(), "Admin Editor Employee") || strings.Contains(all.body, "slug") {
			t.Errorf("all: %s", all.body)
		}
		if p := ask("", listQuery{Count: number(1), StartIndex: number(1)}); p.names() != "Admin" || p.TotalResults != 8 || p.ItemsPerPage != 1 {
			t.Errorf("a page: %s", p.body)
		}
		if p := ask("", listQuery{Filter: `displayName sw "e"`, SortBy: "displayName", SortOrder: "descending"}); p.names() != "Employee Editor" {
			t.Errorf("filtered: %s", p.body)
		}
		if p := ask("", listQuery{StartIndex: number(99)}); p.TotalResults != 8 || len(p.Resources) != 0 {
			t.Errorf("beyond the end: %s", p.body)
		}
		id := all.ids()[0]
		if p := ask(id, listQuery{}); !strings.HasPrefix(p.body, `{"schemas":["urn:okta:scim:schemas:core:1.0:Role"],"id":"`+id+`","displayName":"Admin","description":"`) {
			t.Errorf("one: %s", p.body)
		}
		if _, err := h.roles(t.Context(), h.c, "x", listQuery{}); err == nil || known(err).Status != 404 {
			t.Errorf("none: %v", err)
		}
	})
}
