// SPDX-License-Identifier: Apache-2.0

package test

import (
	"maps"
	"testing"
)

const policyBody = `{"name":"{slug} policy {n}","authorMayApprove":true,"groups":["{groupId}"]}`

// policyErrands are about policies. What one is to accept oneself is nothing for who is
// no person of the workspace.
func policyErrands() []errand {
	const file = "application/octet-stream"
	return []errand{
		{route: "GET /v1/policies", need: readPolicies, status: 200},
		{route: "POST /v1/policies", body: policyBody, need: writePolicies, status: 201, foreign: 400},
		{route: "GET /v1/policies/{policyId}", need: readPolicies, status: 200},
		{route: "PUT /v1/policies/{policyId}", body: `{"name":"{slug} policy"}`, need: writePolicies, status: 200, fresh: freshPolicy},
		{route: "DELETE /v1/policies/{policyId}", need: writePolicies, status: 204, fresh: freshPolicy},
		{route: "GET /v1/policies/{policyId}/settings", need: readPolicies, status: 200},
		{route: "GET /v1/policies/{policyId}/versions", need: readPolicies, status: 200},
		{route: "GET /v1/policies/{policyId}/versions/{number}", need: readPolicies, status: 200},
		{route: "GET /v1/policies/{policyId}/versions/{number}/file", need: readPolicies, status: 200},
		{route: "PUT /v1/policies/{policyId}/draft", body: `{"text":"{slug} text"}`, need: writePolicies, status: 200, fresh: freshPolicy},
		{route: "PUT /v1/policies/{policyId}/draft/file", query: "?name={slug}.txt", body: "{slug} file", kind: file, need: writePolicies, status: 200, fresh: freshPolicy},
		{route: "POST /v1/policies/{policyId}/submit", need: writePolicies, status: 200, fresh: freshPolicyDraft},
		{route: "POST /v1/policies/{policyId}/approve", need: writePolicies, status: 200, fresh: freshPolicyPending},
		{route: "POST /v1/policies/{policyId}/return", body: `{"reason":"{slug} wants to"}`, need: writePolicies, status: 200, fresh: freshPolicyPending},
		{route: "GET /v1/policies/{policyId}/acceptances", need: readPolicies, status: 200},
		{route: "POST /v1/policies/{policyId}/acceptances", body: `{"personId":"{personId}","reason":"{slug} paper"}`, need: writePolicies, status: 201, fresh: freshPolicyApproved},
		{route: "POST /v1/policies/{policyId}/accept", body: `{"version":1}`, need: ownAccount, status: 404, calm: true},
		{route: "GET /v1/account/policies", need: ownAccount, status: 200},
		{route: "GET /v1/account/policies/{policyId}", need: ownAccount, status: 404},
		{route: "GET /v1/account/policies/{policyId}/file", need: ownAccount, status: 404},
	}
}

func freshPolicy(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	values := freshMember(t, e, p)
	values["policyId"], values["number"] = e.create(t, "/v1/policies", e.fill(t, policyBody, values)), "1"
	return values
}

func freshPolicyDraft(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	values := freshPolicy(t, e, p)
	a := e.call(t, "PUT", "/v1/policies/"+values["policyId"]+"/draft/file?name="+e.slug+".txt", e.slug+" file", e.founder, "Content-Type: application/octet-stream")
	if a.status != 200 {
		t.Fatalf("draft: got %s", a)
	}
	return values
}

func freshPolicyPending(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	values := freshPolicyDraft(t, e, p)
	e.founds(t, "POST", "/v1/policies/"+values["policyId"]+"/submit", "", 200)
	return values
}

func freshPolicyApproved(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	values := freshPolicyPending(t, e, p)
	e.founds(t, "POST", "/v1/policies/"+values["policyId"]+"/approve", "", 200)
	return values
}

// furnishPolicies makes a policy that waits for nobody.
func (e *estate) furnishPolicies(t *testing.T) {
	t.Helper()
	values := freshPolicyApproved(t, e, nil)
	maps.DeleteFunc(values, func(name, _ string) bool { return name != "policyId" && name != "number" })
	maps.Copy(e.values, values)
}
