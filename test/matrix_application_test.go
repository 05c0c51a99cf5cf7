// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"testing"
)

// applicationErrands are those of applications and of what they push, as people look
// at it.
func applicationErrands() []errand {
	const definition = "/v1/definitions/{resourceId}"
	return []errand{
		{route: "GET /v1/integrations", need: readApplications, status: 200},
		{route: "GET /v1/integrations/{integrationId}", need: readApplications, status: 200},
		{route: "GET " + kinds, need: readApplications, status: 200},
		{route: "GET " + kinds + "/{resourceKind}", need: readApplications, status: 200},
		{route: "GET " + kinds + "/{resourceKind}/resources", need: readApplications, status: 200},
		{route: "PATCH " + kinds + "/{resourceKind}/resources", body: `{"updates":[{"id":"{recordId}","description":"{slug} {n}"}]}`, need: writeApplications, status: 200},
		{route: "GET " + kinds + "/{resourceKind}/resources/{resourceId}", need: readApplications, status: 200, record: true},
		{route: "PATCH " + kinds + "/{resourceKind}/resources/{resourceId}", body: `{"description":"{slug} {n}"}`, need: writeApplications, status: 204, record: true},

		{route: "GET /v1/applications", need: readApplications, status: 200},
		{route: "POST /v1/applications", body: `{"name":"{slug} program {n}"}`, need: writeApplications, status: 201, foreign: 201},
		{route: "GET /v1/applications/{applicationId}", need: readApplications, status: 200},
		{route: "PATCH /v1/applications/{applicationId}", body: `{"description":"{slug} says {n}"}`, need: writeApplications, status: 200, fresh: freshApplication},
		{route: "DELETE /v1/applications/{applicationId}", need: writeApplications, status: 204, fresh: freshApplication},
		{route: "POST /v1/applications/{applicationId}/secret", need: manageSecrets, status: 201, fresh: freshApplication},
		{route: "GET /v1/applications/{applicationId}/tokens", need: readApplications, status: 200},
		{route: "DELETE /v1/applications/{applicationId}/tokens/{tokenId}", need: writeApplications, status: 204, fresh: freshToken},

		{route: "GET /v1/base-types", need: readApplications, status: 200},
		{route: "GET /v1/definitions", need: readApplications, status: 200},
		{route: "POST /v1/definitions", body: definitionBody, need: writeApplications, status: 201, foreign: 400},
		{route: "GET " + definition, need: readApplications, status: 200},
		{route: "PATCH " + definition, body: `{"name":"{slug} renamed {n}"}`, need: writeApplications, status: 200, fresh: freshDefinition},
		{route: "DELETE " + definition, need: writeApplications, status: 204, fresh: freshDefinition},
		{route: "GET " + definition + "/schemas", need: readApplications, status: 200},
		{route: "POST " + definition + "/check", body: `{"schema":{"properties":{"x":{"type":"string"}}}}`, need: readApplications, status: 200, calm: true},
		{route: "GET " + definition + "/held", need: readApplications, status: 200},
		{route: "POST " + definition + "/held/release", body: `{"confirmToken":"{confirmToken}"}`, need: writeApplications, status: 200, fresh: freshHeld},
		{route: "GET " + definition + "/records", need: readApplications, status: 200},
		{route: "GET " + definition + "/records/{recordId}", need: readApplications, status: 200},
		{route: "GET " + definition + "/records/{recordId}/versions", need: readApplications, status: 200},
		{route: "GET " + definition + "/fields", need: readTests, status: 200},
		{route: "GET " + definition + "/values", query: "?path=memory", need: readTests, status: 200},
		{route: "GET " + definition + "/records/{recordId}/outcomes", need: readTests, status: 200},
		{route: "GET " + definition + "/syncs", need: readApplications, status: 200},
		{route: "GET /v1/syncs/{syncId}", need: readApplications, status: 200},
		{route: "GET /v1/syncs/{syncId}/changes", need: readApplications, status: 200},
	}
}

const definitionBody = `{"applicationId":"{applicationId}","name":"{slug} things {n}","baseType":"custom_resource"}`

// kinds are what integrations push.
const kinds = "/v1/integrations/{integrationId}/resource-kinds"

func freshApplication(t *testing.T, e *estate, _ *persona) map[string]string {
	t.Helper()
	return map[string]string{"applicationId": e.create(t, "/v1/applications", `{"name":"{slug} application {n}"}`)}
}

// freshToken is a live token of another application.
func freshToken(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	values := freshApplication(t, e, p)
	path := "/v1/applications/" + values["applicationId"]
	var app application
	e.founds(t, "POST", path+"/secret", "", 201).into(t, &app)
	e.tokenOf(t, app, "")
	var tokens struct {
		Results struct{ Data []struct{ ID string } }
	}
	e.founds(t, "GET", path+"/tokens", "", 200).into(t, &tokens)
	if len(tokens.Results.Data) != 1 {
		t.Fatalf("got %d tokens, want one", len(tokens.Results.Data))
	}
	values["tokenId"] = tokens.Results.Data[0].ID
	return values
}

func freshDefinition(t *testing.T, e *estate, _ *persona) map[string]string {
	t.Helper()
	return map[string]string{"resourceId": e.create(t, "/v1/definitions", definitionBody)}
}

// freshHeld is a definition of which a push left a record out that its guard keeps.
func freshHeld(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	values := freshDefinition(t, e, p)
	path := "/v1/definitions/" + values["resourceId"]
	e.founds(t, "PATCH", path, `{"guard":{"count":0,"percent":0}}`, 200)
	for _, set := range []string{`{"uniqueId":"a","displayName":"a","externalUrl":"https://x.example"}`, ``} {
		body := fmt.Sprintf(`{"resourceId":%q,"resources":[%s]}`, values["resourceId"], set)
		if a := e.call(t, "PUT", "/v1/resources/custom_resource", body, bearer(e.values["token"])); a.status != 200 {
			t.Fatalf("push: got %s", a)
		}
	}
	var held struct{ Held struct{ ConfirmToken string } }
	e.founds(t, "GET", path, "", 200).into(t, &held)
	values["confirmToken"] = held.Held.ConfirmToken
	return values
}
