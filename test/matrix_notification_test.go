// SPDX-License-Identifier: Apache-2.0

package test

import "testing"

// The server of the walk sends no mail, and channels are told of nothing: nobody is asked
// for anything by a server of ours.
const (
	channelBody = `{"name":"{slug} channel {n}","url":"https://hooks.{slug}.example/services/{n}","choices":{"overdue":"off"}}`
	hookBody    = `{"url":"{slug}"}` // no address: one would be told of everything
)

// notificationErrands are about notifications: one's own, and those of the workspace.
func notificationErrands() []errand {
	return []errand{
		{route: "GET /v1/notifications/preferences", need: ownAccount, status: 200},
		{route: "PATCH /v1/notifications/preferences", body: `{"email":{"choices":{"overdue":"digest"}}}`, need: ownAccount, status: 200},
		{route: "PUT /v1/notifications/preferences/slack", body: hookBody, need: ownAccount, status: 400},
		{route: "DELETE /v1/notifications/preferences/slack", need: ownAccount},
		{route: "PUT /v1/notifications/preferences/tests/{testId}", body: `{"choice":"follow"}`, need: ownAccount}, // 404 for who may not read it,
		{route: "DELETE /v1/notifications/preferences/tests/{testId}", need: ownAccount},
		{route: "POST /v1/notifications/preferences/test", need: ownAccount},
		{route: "GET /v1/notifications/preferences/deliveries", need: ownAccount, status: 200},
		{route: "GET /v1/notifications/preferences/deliveries/{deliveryId}", need: ownAccount, status: 404},
		{route: "GET /v1/notifications/settings", need: readSettings, status: 200},
		{route: "PATCH /v1/notifications/settings", body: `{"digestHour":7}`, need: manageNotifications, status: 200},
		{route: "GET /v1/notifications/channels", need: readSettings, status: 200},
		{route: "POST /v1/notifications/channels", body: channelBody, need: manageNotifications, status: 201},
		{route: "GET /v1/notifications/channels/{channelId}", need: readSettings, status: 200},
		{route: "PATCH /v1/notifications/channels/{channelId}", body: `{"enabled":false}`, need: manageNotifications, status: 200},
		{route: "DELETE /v1/notifications/channels/{channelId}", need: manageNotifications, status: 204, fresh: freshChannel},
		{route: "POST /v1/notifications/channels/{channelId}/test", need: manageNotifications, status: 422, fresh: freshChannel},
		{route: "GET /v1/notifications/deliveries", need: manageNotifications, status: 200},
		{route: "GET /v1/notifications/deliveries/{deliveryId}", need: manageNotifications, status: 404},
	}
}

// freshChannel makes a channel that is switched off.
func freshChannel(t *testing.T, e *estate, _ *persona) map[string]string {
	t.Helper()
	id := e.create(t, "/v1/notifications/channels", channelBody)
	e.founds(t, "PATCH", "/v1/notifications/channels/"+id, `{"enabled":false}`, 200)
	return map[string]string{"channelId": id}
}
