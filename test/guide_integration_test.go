// SPDX-License-Identifier: Apache-2.0

package test

import (
	"encoding/json"
	"testing"
)

// TestGuideToIntegrations runs docs/guide/integrations.md as written. The secret is
// an Admin's to make, so another application pushes.
func TestGuideToIntegrations(t *testing.T) {
	t.Parallel()
	p := place{data: t.TempDir()}
	build, manage := p.application(t, "Fleet", "build"), p.application(t, "Console", "manage")
	pushed := p.definition(t, build, "Server")
	s := p.serve(t)
	var put struct{ Sync struct{ ID string } }
	s.call(t, "PUT", "/v1/resources/custom_resource", set(pushed, goodServer, weakServer), bearer(s.token(t, build))).into(t, &put)
	env := map[string]string{"MUSTER_URL": s.url, "TOKEN": s.token(t, manage), "SYNC_ID": put.Sync.ID}
	made := func(answer string) (id string) {
		var one struct{ ID string }
		if err := json.Unmarshal([]byte(answer), &one); err != nil || one.ID == "" {
			t.Fatalf("%v: %s", err, answer)
		}
		return one.ID
	}
	guided(t, "../docs/guide/integrations.md", env, []func(string){
		func(answer string) {
			env["APPLICATION_ID"] = made(answer)
			says(t, `"secretDate":null`)(answer)
		},
		func(answer string) {
			made(answer)
			env["RESOURCE_ID"] = pushed
		},
		says(t, `"problems":[]`, `"failing":2`, "must be int8"),
		says(t, `"change":"created"`, `"uniqueId":"srv_001"`),
		says(t, `"uniqueId":"srv_001"`, `"memory":`),
		says(t, `"looked":2`, `"count":1`),
	})
}

// TestGuideToTheManageAPI runs docs/guide/manage-api.md as written.
func TestGuideToTheManageAPI(t *testing.T) {
	t.Parallel()
	p := place{data: t.TempDir()}
	build, manage := p.application(t, "Fleet", "build"), p.application(t, "Console", "manage")
	pushed := p.definition(t, build, "Servers")
	s := p.serve(t)
	s.call(t, "PUT", "/v1/resources/custom_resource", set(pushed, goodServer, weakServer), bearer(s.token(t, build)))
	env := map[string]string{"MUSTER_URL": s.url, "TOKEN": s.token(t, manage), "INTEGRATION_ID": build.ID}
	guided(t, "../docs/guide/manage-api.md", env, []func(string){
		says(t, `"data":[]`),
		says(t, `"integrationId":"`+build.ID+`"`, `"resourceKinds":["Servers"]`),
		says(t, `"numResources":2`, `"numInScope":2`, `"numOwned":0`),
		func(answer string) { env["RESOURCE_ID"] = ids(t, answer, "resourceId")[0] },
		says(t, `"status":"SUCCESS"`, `"status":"NOT_FOUND"`),
	})
}
