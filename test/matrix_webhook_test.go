// SPDX-License-Identifier: Apache-2.0

package test

import (
	"maps"
	"testing"
)

// webhookBody is of a webhook to a name that nobody has (RFC 2606), so that nothing arrives anywhere.
const webhookBody = `{"name":"{slug} webhook {n}","url":"https://receiver.invalid/{slug}","types":["user.*"]}`

func webhookErrands() []errand {
	const one, delivery = "/v1/webhooks/{webhookId}", "/v1/webhooks/{webhookId}/deliveries/{deliveryId}"
	return []errand{
		{route: "GET /v1/webhooks", need: readSettings, status: 200},
		{route: "POST /v1/webhooks", body: webhookBody, need: manageWebhooks, status: 201, foreign: 201},
		{route: "GET " + one, need: readSettings, status: 200},
		{route: "PATCH " + one, body: `{"name":"{slug} webhook {n}"}`, need: manageWebhooks, status: 200, fresh: freshWebhook},
		{route: "DELETE " + one, need: manageWebhooks, status: 204, fresh: freshWebhook},
		{route: "POST " + one + "/disable", body: `{"reason":"{slug} wants to"}`, need: manageWebhooks, status: 200, fresh: freshWebhookOn},
		{route: "POST " + one + "/enable", body: `{"missed":"skip"}`, need: manageWebhooks, status: 200, fresh: freshWebhook},
		{route: "POST " + one + "/rotate-secret", need: manageWebhooks, status: 200, fresh: freshWebhook},
		{route: "POST " + one + "/test", need: manageWebhooks, status: 200, fresh: freshWebhook},
		{route: "POST " + one + "/replay", body: `{"sinceDate":"2026-01-01T00:00:00Z"}`, need: manageWebhooks, status: 200, fresh: freshWebhookOn},
		{route: "GET " + one + "/deliveries", need: readSettings, status: 200},
		{route: "GET " + delivery, need: readSettings, status: 200},
		{route: "POST " + delivery + "/replay", need: manageWebhooks, status: 409, calm: true}, // a test is not replayed
	}
}

// freshWebhookOn makes one that is enabled, with a delivery in its log.
func freshWebhookOn(t *testing.T, e *estate, _ *persona) map[string]string {
	t.Helper()
	id := e.create(t, "/v1/webhooks", webhookBody)
	var sent struct{ ID string }
	e.founds(t, "POST", "/v1/webhooks/"+id+"/test", "", 200).into(t, &sent)
	return map[string]string{"deliveryId": sent.ID, "webhookId": id}
}

// freshWebhook makes one that is disabled, so that nothing becomes of what happens.
func freshWebhook(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	values := freshWebhookOn(t, e, p)
	e.founds(t, "POST", "/v1/webhooks/"+values["webhookId"]+"/disable", "", 200)
	return values
}

func (e *estate) furnishWebhooks(t *testing.T) {
	t.Helper()
	maps.Copy(e.values, freshWebhook(t, e, nil))
}
