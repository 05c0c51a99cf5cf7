// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// isAccess says whether a route is of vulnerabilities or of access reviews.
func isAccess(r route) bool {
	for _, start := range []string{"/v1/vulnerabilities", "/v1/vulnerability-remediations", "/v1/vulnerable-assets", "/v1/access-reviews"} {
		if strings.HasPrefix(r.path, start) {
			return true
		}
	}
	return false
}

// TestAccessAnswersFitTheDocument has a conversation in which every documented route of
// vulnerabilities and access reviews succeeds at least once and refuses something, and a
// neighbour of another workspace is told nothing of it.
func TestAccessAnswersFitTheDocument(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p place) {
		p.newWorkspace(t, "other")
		build, manage := p.application(t, "Scanner", "build"), p.application(t, "Console", "manage")
		theirs := p.application(t, "Them", "manage", "--workspace", "other")
		hosts := p.plainDefinition(t, build, "Hosts", "VulnerableComponent")
		findings, logins := p.plainDefinition(t, build, "Findings", "PackageVulnerabilityConnectors"), p.plainDefinition(t, build, "GitHub", "UserAccount")
		var user struct{ ID string }
		p.admin(t, &user, "user", "create", "--email", "ada@example.com", "--role", "admin")
		s := p.serve(t)
		c := &conversation{document: readDocument(t, s), server: s, t: t, build: s.token(t, build), manage: s.token(t, manage)}
		told := append(c.findings(hosts, findings), c.reviews(logins, user.ID)...)
		for _, r := range c.routes() {
			if isAccess(r) && !c.answered[r.String()] {
				t.Errorf("%s is documented and never succeeded here: add it to the conversation", r)
			}
		}
		c.walled(s.token(t, theirs), append(told, findings, logins, "Finding", "openssl", "octo"))
	})
}

// findings speaks of vulnerabilities, and answers the ids that were told.
func (c *conversation) findings(hosts, resource string) []string {
	const put, all = "/v1/resources/package_vulnerability_connectors", "/v1/vulnerabilities"
	m := c.manage
	c.say(c.build, 200, "PUT", "/v1/resources/vulnerable_component", set(hosts, host))
	c.say(c.build, 200, "PUT", put, set(resource, fmt.Sprintf(scanned, 1, 1), fmt.Sprintf(scanned, 2, 2)))
	c.say(c.build, 200, "PUT", put, set(resource, fmt.Sprintf(scanned, 1, 1)))
	finding := ids(c.t, c.say(m, 200, "GET", all, "").text, "id")[0]
	asset := ids(c.t, c.say(m, 200, "GET", "/v1/vulnerable-assets", "").text, "id")[0]
	gone := ids(c.t, c.say(m, 200, "GET", "/v1/vulnerability-remediations", "").text, "id")[0]
	c.say(m, 200, "GET", all+"?severity=CRITICAL&pageSize=1", "")
	c.say(m, 400, "GET", all+"?severity=DREADFUL", "")
	c.say(m, 200, "GET", all+"/summary", "")
	c.say(m, 200, "GET", all+"/"+finding, "")
	c.say(m, 404, "GET", all+"/0123456789abcdef01234567", "")
	c.say(m, 200, "GET", "/v1/vulnerable-assets/"+asset, "")
	c.say(m, 404, "GET", "/v1/vulnerable-assets/0123456789abcdef01234567", "")
	c.say(m, 200, "POST", all+"/deactivate", `{"updates":[{"id":"`+finding+`","deactivateReason":"unreachable","shouldReactivateWhenFixable":false}]}`)
	c.say(m, 200, "GET", all+"/"+finding, "")
	c.say(m, 200, "GET", all+"?isDeactivated=true", "")
	c.say(m, 200, "POST", all+"/reactivate", `{"updates":[{"id":"`+finding+`"}]}`)
	c.say(m, 400, "POST", all+"/deactivate", `{"updates":7}`)
	c.say(m, 200, "POST", "/v1/vulnerability-remediations/acknowledge-sla-miss", `{"updates":[{"id":"`+gone+`","slaViolationComment":"late"}]}`)
	c.say(c.build, 403, "GET", all, "")
	c.say("", 401, "GET", "/v1/vulnerable-assets", "")
	return []string{finding, asset, gone}
}

// reviews speaks of access reviews, and answers the ids that were told.
func (c *conversation) reviews(resource, reviewer string) []string {
	const all = "/v1/access-reviews"
	m := c.manage
	c.say(c.build, 200, "PUT", "/v1/resources/user_account", set(resource, fmt.Sprintf(login, "octo", "octo")))
	begin := func(name string) string {
		var made struct{ ID string }
		c.say(m, 201, "POST", all, `{"name":"`+name+`","systems":[{"resourceId":"`+resource+`","reviewerId":"`+reviewer+`"}]}`).into(c.t, &made)
		return all + "/" + made.ID
	}
	c.say(m, 400, "POST", all, `{"name":""}`)
	one, two, three := begin("First octo"), begin("Second octo"), begin("Third octo")
	c.say(m, 200, "GET", all+"?pageSize=1", "")
	c.say(m, 200, "PATCH", one, `{"description":"of octo"}`)
	c.say(m, 200, "POST", one+"/start", "")
	c.say(m, 200, "GET", one, "")
	c.say(m, 404, "GET", all+"/0123456789abcdef01234567", "")
	c.say(m, 422, "POST", one+"/complete", "")
	account := ids(c.t, c.say(m, 200, "GET", one+"/accounts", "").text, "accountId")[0]
	c.say(m, 200, "POST", one+"/decide", `{"updates":[{"accountId":"`+account+`","decision":"KEEP","reason":"of octo"}]}`)
	c.say(m, 200, "POST", one+"/complete", "")
	c.say(m, 200, "GET", one+"/report", "")
	c.say(m, 200, "POST", two+"/start", "")
	c.say(m, 200, "POST", two+"/cancel", `{"reason":"octo"}`)
	c.say(m, 204, "DELETE", three, "")
	c.say(c.build, 403, "GET", all, "")
	return []string{strings.TrimPrefix(one, all+"/"), strings.TrimPrefix(two, all+"/"), account}
}

// walled reads everything as a neighbour, by the ids that are the house's: no answer
// may say what the neighbour did not.
func (c *conversation) walled(token string, told []string) {
	for _, r := range c.routes() {
		if !isAccess(r) {
			continue
		}
		for _, id := range told {
			path := r.path
			for _, parameter := range []string{"{vulnerabilityId}", "{vulnerableAssetId}", "{reviewId}"} {
				path = strings.ReplaceAll(path, parameter, url.PathEscape(id))
			}
			body := ""
			if r.method != "GET" && r.method != "DELETE" {
				body = fmt.Sprintf(`{"updates":[{"id":%q,"accountId":%[1]q,"decision":"KEEP","deactivateReason":"r","shouldReactivateWhenFixable":false,"slaViolationComment":"r"}],
					"reason":"r","name":"n","systems":[{"resourceId":%[1]q,"reviewerId":%[1]q}]}`, id)
			}
			a := c.server.call(c.t, r.method, path, body, bearer(token))
			if strings.Contains(r.path, "{") && a.status < 400 || a.status >= 500 {
				c.t.Errorf("%s with %s: a neighbour gets %s", r, id, a)
			}
			for _, secret := range told {
				if secret != id && strings.Contains(a.text, secret) {
					c.t.Errorf("%s with %s: a neighbour is told %s: %s", r, id, secret, a)
				}
			}
			if r.method == "GET" && !strings.Contains(r.path, "{") && strings.Contains(a.text, id) {
				c.t.Errorf("%s: a neighbour is told %s: %s", r, id, a)
			}
		}
	}
}

// host is the component that the findings are of.
const host = `{"uniqueId":"web","displayName":"web","externalUrl":"https://x.example","collectedTimestamp":"2026-01-01T00:00:00Z","name":"web",` +
	`"description":"","targetType":"SERVER"}`
