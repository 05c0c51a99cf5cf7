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
	readReviews   right = "access-reviews: read"
	readFindings  right = "vulnerabilities: read"
	writeAccounts right = "accounts: write"
	writeReviews  right = "access-reviews: write"
	writeFindings right = "vulnerabilities: write"
)

func accessReads() []right { return []right{readAccounts, readComputers, readFindings, readReviews} }

func accessWrites() []right { return []right{writeAccounts, writeFindings, writeReviews} }

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

		{route: "GET /v1/vulnerabilities", need: readFindings, status: 200},
		{route: "GET /v1/vulnerabilities/summary", need: readFindings, status: 200},
		{route: "GET /v1/vulnerabilities/{vulnerabilityId}", need: readFindings, status: 200},
		{route: "POST /v1/vulnerabilities/deactivate", body: `{"updates":[{"id":"{vulnerabilityId}","deactivateReason":"{slug} {n}","shouldReactivateWhenFixable":false}]}`, need: writeFindings, status: 200},
		{route: "POST /v1/vulnerabilities/reactivate", body: `{"updates":[{"id":"{vulnerabilityId}"}]}`, need: writeFindings, status: 200},
		{route: "GET /v1/vulnerability-remediations", need: readFindings, status: 200},
		{route: "POST /v1/vulnerability-remediations/acknowledge-sla-miss", body: `{"updates":[{"id":"{goneFindingId}","slaViolationComment":"{slug} {n}"}]}`, need: writeFindings, status: 200},
		{route: "GET /v1/vulnerable-assets", need: readFindings, status: 200},
		{route: "GET /v1/vulnerable-assets/{vulnerableAssetId}", need: readFindings, status: 200},

		{route: "GET /v1/access-reviews", need: readReviews, status: 200, mine: true},
		{route: "POST /v1/access-reviews", body: `{"name":"{slug} {n}","systems":[{"resourceId":"{loginsId}","reviewerId":"{founderId}"}]}`, need: writeReviews, status: 201},
		{route: "GET /v1/access-reviews/{reviewId}", need: readReviews, status: 200},
		{route: "PATCH /v1/access-reviews/{reviewId}", body: `{"description":"{slug} {n}"}`, need: writeReviews, status: 200},
		{route: "DELETE /v1/access-reviews/{reviewId}", need: writeReviews, status: 204, fresh: freshDraft},
		{route: "POST /v1/access-reviews/{reviewId}/start", need: writeReviews, status: 200, fresh: freshDraft},
		{route: "POST /v1/access-reviews/{reviewId}/complete", need: writeReviews, status: 422, fresh: freshReview}, // nobody has decided yet
		{route: "POST /v1/access-reviews/{reviewId}/cancel", body: `{"reason":"{slug} {n}"}`, need: writeReviews, status: 200, fresh: freshReview},
		{route: "GET /v1/access-reviews/{reviewId}/accounts", need: readReviews, status: 200},
		{route: "POST /v1/access-reviews/{reviewId}/decide", body: `{"updates":[{"accountId":"{accountId}","decision":"REMOVE","again":true,"reason":"{slug} {n}"}]}`, need: writeReviews, status: 200},
		{route: "GET /v1/access-reviews/{reviewId}/report", need: readReviews, status: 200},

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
	e.values["loginsId"] = system
	maps.Copy(e.values, freshReview(t, e, nil))
	e.furnishFindings(t, app)
}

// freshDraft drafts an access review.
func freshDraft(t *testing.T, e *estate, _ *persona) map[string]string {
	t.Helper()
	var made struct{ ID string }
	e.founds(t, "POST", "/v1/access-reviews", e.fill(t, `{"name":"{slug} review","systems":[{"resourceId":"{loginsId}","reviewerId":"{founderId}"}]}`), 201).into(t, &made)
	return map[string]string{"reviewId": made.ID}
}

// freshReview starts an access review.
func freshReview(t *testing.T, e *estate, p *persona) map[string]string {
	t.Helper()
	made := freshDraft(t, e, p)
	e.founds(t, "POST", "/v1/access-reviews/"+made["reviewId"]+"/start", "", 200)
	return made
}

// furnishFindings pushes an asset with two findings, and then with one.
func (e *estate) furnishFindings(t *testing.T, app application) {
	t.Helper()
	flags := []string{"--workspace", e.slug}
	hosts, findings := e.plainDefinition(t, app, e.slug+" hosts", "VulnerableComponent", flags...),
		e.plainDefinition(t, app, e.slug+" findings", "PackageVulnerabilityConnectors", flags...)
	push := func(base, id string, elements ...string) {
		t.Helper()
		body := fmt.Sprintf(`{"resourceId":%q,"resources":[%s]}`, id, strings.Join(elements, ","))
		if a := e.call(t, "PUT", "/v1/resources/"+base, body, bearer(e.values["token"])); a.status != 200 {
			t.Fatalf("push %s: got %s", base, a)
		}
	}
	finding := func(n int) string {
		return fmt.Sprintf(`{"uniqueId":"%[1]s_f%[2]d","displayName":"%[1]s finding %[2]d","externalUrl":"https://x.example","packageName":"%[1]s-lib","packageVersion":"1",
			"severity":9.1,"vulnerableComponentUniqueId":"%[1]s_h","description":"%[1]s","isResolvable":true,"remediationInstructions":"%[1]s"}`, e.slug, n)
	}
	push("vulnerable_component", hosts, fmt.Sprintf(`{"uniqueId":"%[1]s_h","displayName":"%[1]s host","externalUrl":"https://x.example",
		"collectedTimestamp":"2026-01-01T00:00:00Z","name":"%[1]s host","description":"","targetType":"SERVER"}`, e.slug))
	push("package_vulnerability_connectors", findings, finding(1), finding(2))
	push("package_vulnerability_connectors", findings, finding(1))
	for path, name := range map[string]string{
		"vulnerabilities": "vulnerabilityId", "vulnerable-assets": "vulnerableAssetId", "vulnerability-remediations": "goneFindingId",
	} {
		var list struct {
			Results struct{ Data []struct{ ID string } }
		}
		e.founds(t, "GET", "/v1/"+path, "", 200).into(t, &list)
		if len(list.Results.Data) != 1 {
			t.Fatalf("got %d %s", len(list.Results.Data), path)
		}
		e.values[name] = list.Results.Data[0].ID
	}
}
