// SPDX-License-Identifier: Apache-2.0

package test

// policies asks the group's person to accept a policy, which another is still to be
// written beside.
func (m *manageClient) policies() {
	m.t.Helper()
	own := func(status int, method, path, body string) {
		m.t.Helper()
		a := m.server.call(m.t, method, "/v1/policies"+path, m.fill(body), bearer(m.token), "Content-Type: application/json")
		if a.status != status {
			m.t.Fatalf("%s %s: got %s, want %d", method, path, brief(a), status)
		}
	}
	own(201, "POST", "", `{"name":"Backup"}`)
	own(201, "POST", "", `{"name":"Access","description":"Who may what.","authorMayApprove":true,"groups":["{groupId}"]}`)
	own(200, "PUT", "/access/draft", `{"text":"# Access"}`)
	own(200, "POST", "/access/submit", "")
	own(200, "POST", "/access/approve", "")
	m.know("policyId", which(m.list("GET /v1/policies", ""), "name", "Access"), "id")
	m.call("GET /v1/policies/{policyId}", "", "")
	m.call("GET /v1/people/{personId}", "", "")
	own(201, "POST", "/access/acceptances", `{"personId":"{personId}","reason":"On paper."}`)
	m.call("GET /v1/people/{personId}", "", "")
}
