// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scim/schema"
)

// bulkRead is a BulkResponse.
type bulkRead struct {
	Schemas    []string `json:"schemas"`
	Operations []struct {
		Location string         `json:"location"`
		Method   string         `json:"method"`
		BulkID   string         `json:"bulkId"`
		Version  string         `json:"version"`
		Status   string         `json:"status"`
		Response map[string]any `json:"response"`
	} `json:"Operations"`
}

// statuses answers the results in one line: method, bulkId and status of each.
func (b bulkRead) statuses() string {
	var lines []string
	for _, op := range b.Operations {
		lines = append(lines, strings.TrimSpace(op.Method+" "+op.BulkID)+" "+op.Status)
	}
	return strings.Join(lines, ", ")
}

func (h *shelf) sendBulk(more string, operations ...string) bulkRead {
	h.t.Helper()
	body, err := h.bulk(h.t.Context(), h.c, []byte(bulkOf(more, operations...)))
	h.ok(err)
	var read bulkRead
	h.ok(json.UnmarshalStrict(body, &read))
	return read
}

func bulkOf(more string, operations ...string) string {
	return `{"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]` + more + `, "Operations": [` + strings.Join(operations, ", ") + `]}`
}

func postUser(bulkID, name, more string) string {
	return fmt.Sprintf(`{"method": "POST", "path": "/Users", "bulkId": %q, "data": {"schemas": [%q], "userName": %q%s}}`, bulkID, schema.UserURN, name, more)
}

func postGroup(bulkID, name string, members ...string) string {
	return fmt.Sprintf(`{"method": "post", "path": "/groups/", "bulkId": %q, "data": {"schemas": [%q], "displayName": %q, "members": [%s]}}`,
		bulkID, schema.GroupURN, name, memberValues(members))
}

func managedBy(ref string) string {
	return fmt.Sprintf(`, %q: {"department": "R", "manager": {"value": %q}}`, schema.EnterpriseURN, ref)
}

func TestBulk(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		t.Run("references", func(t *testing.T) { bulkReferences(t, newShelf(t, d)) })
	})
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		t.Run("failures", func(t *testing.T) { bulkFailures(t, newShelf(t, d)) })
	})
}

func bulkReferences(t *testing.T, h *shelf) {
	old := h.user("old", "")
	answer := h.sendBulk("",
		postGroup("g", "Team", "bulkId:a", "bulkId:b", old.ID), // forward
		postUser("a", "ada", managedBy("bulkId:b")),            // a circle with b
		postUser("b", "bob", managedBy("bulkId:a")),
		postUser("s", "self", managedBy("bulkId:s")),
		`{"method": "PATCH", "path": "/Groups/bulkId:g", "data": {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
			"Operations": [{"op": "remove", "path": "members[value eq \"bulkId:a\"]"}, {"op": "add", "path": "members", "value": [{"value": "bulkId:s"}]}]}}`,
		`{"method": "DELETE", "path": "/Users/`+old.ID+`"}`,
	)
	if got, want := answer.statuses(), "POST g 201, POST a 201, POST b 201, POST s 201, PATCH 200, DELETE 204"; got != want {
		t.Fatalf("%s, want %s: %+v", got, want, answer)
	}
	id := func(i int) string {
		location := answer.Operations[i].Location
		return location[strings.LastIndexByte(location, '/')+1:]
	}
	if got, want := answer.Operations[1].Location, h.c.base+"/Users/"+id(1); got != want {
		t.Errorf("location %s, want %s", got, want)
	}
	for i, other := range map[int]int{1: 2, 2: 1, 3: 3} {
		body, _ := h.shownAs("User", id(i))
		if !strings.Contains(body, `"manager":{"value":"`+id(other)+`"`) || !strings.Contains(body, `"department":"R"`) {
			t.Errorf("operation %d made %s; its manager is %s", i, body, id(other))
		}
		version, _ := json.Marshal(answer.Operations[i].Version)
		if !strings.Contains(body, `"version":`+string(version)) {
			t.Errorf("version %s: %s", version, body)
		}
	}
	group, _ := h.shownAs("Group", id(0), "members")
	for want, is := range map[string]bool{id(1): false, id(2): true, id(3): true, old.ID: false} {
		if strings.Contains(group, `"value":"`+want+`"`) != is {
			t.Errorf("%s in the group: %v: %s", want, !is, group)
		}
	}
	// What is required cannot be added later, so the operation waits.
	if got := h.sendBulk("", postUser("q", "bulkId:r", ""), postUser("r", "rob", "")).statuses(); got != "POST q 201, POST r 201" {
		t.Errorf("a required reference: %s", got)
	}
	if got := h.sendBulk("", postUser("v", "bulkId:w", ""), postUser("w", "bulkId:v", "")).statuses(); got != "POST v 409, POST w 400" {
		t.Errorf("a required circle: %s", got)
	}
	// A note that merely looks like a reference is none.
	if got := h.sendBulk("", postUser("n", "note", `, "title": "see bulkId:zz"`)).statuses(); got != "POST n 201" {
		t.Error(got)
	}
}

// TestBulkLockout holds that the guard refuses an operation, not the request.
func TestBulkLockout(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newVillage(t, d)
		ada := h.user("ada", `, "vanta_roles": "Admin"`)
		body := bulkOf("",
			`{"method": "PATCH", "path": "/Users/`+ada+`", "data": `+patchBody("replace", "active", "false")+`}`,
			`{"method": "DELETE", "path": "/Users/`+ada+`"}`,
			postUser("b", "bob@example.com", ""),
		)
		status, answer := h.send(h.dir, "POST", "/Bulk", body)
		text, err := json.Marshal(answer)
		h.ok(err)
		var read bulkRead
		h.ok(json.Unmarshal(text, &read))
		if got, want := read.statuses(), "PATCH 403, DELETE 403, POST b 201"; status != 200 || got != want {
			t.Errorf("%d: %s, want %s", status, got, want)
		}
		if detail, _ := read.Operations[0].Response["detail"].(string); !strings.Contains(detail, "lock-out guard") {
			t.Errorf("the refusal says %q", detail)
		}
		h.same("written down", len(h.told("lockout")), 2)
	})
}

func bulkFailures(t *testing.T, h *shelf) {
	ada := h.user("ada", "")
	answer := h.sendBulk("",
		postUser("1", "ADA", ""),
		postUser("2", "bob", managedBy("bulkId:nowhere")),
		postUser("3", "cyd", managedBy("bulkId:1")),
		postUser("4", "dan", ""), postUser("4", "eve", ""),
		`{"method": "PUT", "path": "/Users/65f000000000000000000000", "data": {"schemas": ["`+schema.UserURN+`"], "userName": "x"}}`,
		`{"method": "PATCH", "path": "/Users/`+ada.ID+`", "version": "W/\"v7\"", "data": `+patchOf(`{"op": "add", "path": "title", "value": "x"}`)+`}`,
		`{"method": "POST", "path": "/Users/`+ada.ID+`", "bulkId": "5", "data": {}}`,
		`{"method": "POST", "path": "/Users", "data": {}}`,
		`{"method": "DELETE", "path": "/Users"}`,
		`{"method": "DELETE", "path": "/Nothings/1"}`,
		`{"method": "GET", "path": "/Users/1"}`,
		`{"method": "DELETE", "path": "/Users/\u0000"}`,
		`{"method": "PUT", "path": "/Users/`+ada.ID+`"}`,
		`{"method": "PATCH", "path": "`+h.c.base+`/Users/`+ada.ID+`?attributes=id", "data": `+patchOf(`{"op": "add", "path": "title", "value": "x"}`)+`}`,
	)
	want := "POST 1 409, POST 2 400, POST 3 400, POST 4 201, POST 4 400, PUT 404, PATCH 412, POST 5 400, POST 400, DELETE 400, DELETE 404, GET 400, DELETE 404, PUT 400, PATCH 200"
	if got := answer.statuses(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	first := answer.Operations[0]
	if first.Response["scimType"] != "uniqueness" || first.Response["status"] != "409" || first.Location != "" || first.Version != "" {
		t.Errorf("%+v", first)
	}
	if got := answer.Operations[6].Location; got != h.c.base+"/Users/"+ada.ID {
		t.Errorf("the location of a failed PATCH: %s", got)
	}
	if p := h.page("User", listQuery{SortBy: "userName"}); p.names() != "ada dan" {
		t.Errorf("users: %s", p.names())
	}
	// A circle that cannot be: one half fails, so the other is taken away again.
	answer = h.sendBulk("", postUser("a", "x", managedBy("bulkId:b")), postUser("b", "ada", managedBy("bulkId:a")))
	if got := answer.statuses(); got != "POST a 409, POST b 409" {
		t.Errorf("an impossible circle: %s", got)
	}
	answer = h.sendBulk(`, "failOnErrors": 2`, postUser("1", "ada", ""), postUser("2", "fay", ""), postUser("3", "ada", ""), postUser("4", "gil", ""))
	if got := answer.statuses(); got != "POST 1 409, POST 2 201, POST 3 409" {
		t.Errorf("failOnErrors: %s", got)
	}
	if p := h.page("User", listQuery{SortBy: "userName"}); p.names() != "ada dan fay" {
		t.Errorf("users: %s", p.names())
	}
	h.refusedBulks(t)
}

func (h *shelf) refusedBulks(t *testing.T) {
	t.Helper()
	many := make([]string, maxOperations+1)
	for i := range many {
		many[i] = `{"method": "DELETE", "path": "/Users/1"}`
	}
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"too many":      {bulkOf("", many...), 413},
		"too long":      {bulkOf("") + strings.Repeat(" ", maxPayload), 413},
		"no schema":     {`{"Operations": []}`, 400},
		"no operations": {`{"schemas": ["` + bulkRequestURN + `"]}`, 400},
		"not JSON":      {`{`, 400},
		"no object":     {bulkOf("", "1"), 400},
		"failOnErrors":  {bulkOf(`, "failOnErrors": 0`), 400},
		"-":             {bulkOf(`, "failOnErrors": null`), 0},
	} {
		_, err := h.bulk(t.Context(), h.c, []byte(c.body))
		var refused *schema.Error
		if errors.As(err, &refused); (refused == nil) != (c.status == 0) || refused != nil && refused.Status != c.status {
			t.Errorf("%s: %v, want %d", name, err, c.status)
		}
	}
}
