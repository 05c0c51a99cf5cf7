// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
)

// What belongs to the Access page: accounts.

const (
	readAccounts  right = "accounts: read"
	readComputers right = "computers: read"
	writeAccounts right = "accounts: write"
)

func accessReads() []right { return []right{readAccounts, readComputers} }

func accessWrites() []right { return []right{writeAccounts} }

func accessErrands() []errand {
	return []errand{
		{route: "GET /v1/accounts", need: readAccounts, status: 200},
		{route: "GET /v1/accounts/summary", need: readAccounts, status: 200},
		{route: "GET /v1/accounts/export", need: readAccounts, status: 200},
		{route: "GET /v1/accounts/{accountId}", need: readAccounts, status: 200},
		{route: "POST /v1/accounts/{accountId}/set-owner", body: `{"external":{"displayName":"{slug} supplier {n}"}}`, need: writeAccounts, status: 200},
		{route: "POST /v1/accounts/{accountId}/clear-owner", need: writeAccounts, status: 200},
		{route: "POST /v1/accounts/set-owners", body: `{"updates":[{"id":"{accountId}","serviceAccount":{"purpose":"{slug} {n}"}}]}`, need: writeAccounts, status: 200},

		{route: "GET /v1/monitored-computers", need: readComputers, status: 200},
		{route: "GET /v1/monitored-computers/summary", need: readComputers, status: 200},
		{route: "GET /v1/monitored-computers/{computerId}", need: readComputers, status: 200},

		{route: "GET /v1/mappings", need: readResources, status: 200},
		{route: "GET /v1/mappings/{resourceId}", need: readResources, status: 200},
		{route: "PUT /v1/mappings/{resourceId}", body: computerMapping, need: writeResources, status: 200},
		{route: "DELETE /v1/mappings/{resourceId}", need: writeResources, status: 204, fresh: freshMapped},
	}
}

const computerMapping = `{"as":"computer","values":{"operatingSystem":"linux"},"conditions":{"screenlock":{"field":"active","op":"equals","value":true}}}`

// freshMapped shows the vault as computers.
func freshMapped(t *testing.T, e *estate, _ *persona) map[string]string {
	t.Helper()
	e.founds(t, "PUT", "/v1/mappings/"+e.values["vaultId"], computerMapping, 200)
	return map[string]string{"resourceId": e.values["vaultId"]}
}

// furnishAccess pushes accounts of one system.
func (e *estate) furnishAccess(t *testing.T, app application) {
	t.Helper()
	flags := []string{"--workspace", e.slug}
	system := e.plainDefinition(t, app, e.slug+" logins", "UserAccount", flags...)
	var users []string
	for i := range 3 {
		users = append(users, fmt.Sprintf(`{"uniqueId":"%[1]s_%[2]d","displayName":"%[1]s login %[2]d","externalUrl":"https://x.example","fullName":"%[1]s %[2]d",
			"accountName":"%[1]s-%[2]d","email":"%[1]s.login%[2]d@%[1]s.example","permissionLevel":"ADMIN","createdTimestamp":"2026-01-01T00:00:00Z",
			"status":"ACTIVE","mfaEnabled":false,"mfaMethods":[],"authMethod":"PASSWORD"}`, e.slug, i))
	}
	body := fmt.Sprintf(`{"resourceId":%q,"resources":[%s]}`, system, strings.Join(users, ","))
	if a := e.call(t, "PUT", "/v1/resources/user_account", body, bearer(e.values["token"])); a.status != 200 {
		t.Fatalf("push accounts: got %s", a)
	}
	var accounts struct {
		Results struct{ Data []struct{ ID string } }
	}
	e.founds(t, "GET", "/v1/accounts", "", 200).into(t, &accounts)
	if len(accounts.Results.Data) != 3 {
		t.Fatalf("got %d accounts", len(accounts.Results.Data))
	}
	maps.Copy(e.values, map[string]string{"accountId": accounts.Results.Data[0].ID})
	e.founds(t, "PUT", "/v1/mappings/"+e.values["resourceId"], computerMapping, 200)
	e.founds(t, "GET", "/v1/monitored-computers", "", 200).into(t, &accounts)
	maps.Copy(e.values, map[string]string{"computerId": accounts.Results.Data[0].ID})
}
