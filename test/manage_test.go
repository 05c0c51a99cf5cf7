// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestManage reads the example company as an existing client of the manage API would,
// one that refuses a member that is missing, too much or of another type: every
// endpoint of the contract, every page of every list by two sizes. In the end every
// field has said something, but for those of which manage/own.json says that none can.
func TestManage(t *testing.T) {
	t.Parallel()
	p := place{data: t.TempDir()}
	s := p.serve(t, "--demo", "--rate-manage=0", "--rate-oauth=0")
	m := &manageClient{facts: readFacts(t), document: readDocument(t, s), server: s, spoken: map[string]bool{}, t: t, values: map[string]string{}}
	m.token = s.token(t, p.application(t, "Console", "manage"))
	m.pushed(p.application(t, "Odds and Ends", "build"))
	m.people()
	m.program()
	m.documents()
	m.tests()
	m.findings()
	m.integrations()
	m.refusals()
	m.complete()
}

// manageClient is a client that believes nothing.
type manageClient struct {
	*facts

	document *document
	server   *server
	spoken   map[string]bool // routes that were called and did what the contract says
	t        *testing.T
	token    string
	values   map[string]string // what {names} of paths stand for
}

// call makes the contract's call; {names} of route and body are filled from values, and
// its answer is held against the contract and the document.
func (m *manageClient) call(r, query, body string) any {
	m.t.Helper()
	e := m.endpoint(m.t, r)
	method, path, _ := strings.Cut(m.fill(r), " ")
	if at := regexp.MustCompile(`\{\w+\}`).FindString(path); at != "" {
		m.t.Fatalf("%s: nothing is known for %s", r, at)
	}
	a := m.server.call(m.t, method, path+query, m.fill(body), bearer(m.token), "Content-Type: application/json")
	if a.status != e.Status {
		m.t.Errorf("%s%s: got %s, want %d", r, query, brief(a), e.Status)
		return nil
	}
	if err := m.document.check(method, path, a); err != nil {
		m.t.Errorf("%s%s answers what the document does not say: %v", r, query, err)
	}
	m.spoken[r] = true
	if e.Answer == "" {
		if a.text != "" {
			m.t.Errorf("%s: got the body %s, want none", r, brief(a))
		}
		return nil
	}
	value := told(m.t, a)
	if wrong := m.fits("answer", e.Answer, value); len(wrong) > 0 {
		m.t.Errorf("%s%s does not fit the contract:\n%s", r, query, strings.Join(wrong[:min(len(wrong), 10)], "\n"))
	}
	return value
}

func (m *manageClient) fill(text string) string {
	var pairs []string
	for name, value := range m.values {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// manageSingle is up to how many entries a list is read one by one.
const manageSingle = 400

// list reads a list to its end by a hundred and by small pages, which have to come to
// the same, and wants at least one entry.
func (m *manageClient) list(r, query string) (all []map[string]any) {
	m.t.Helper()
	all = m.pages(r, query, 100)
	if len(all) == 0 {
		m.t.Errorf("%s%s is empty", r, query)
		return []map[string]any{{}}
	}
	size := 1
	if len(all) > manageSingle {
		size = 37
	}
	again := m.pages(r, query, size)
	if len(again) != len(all) {
		m.t.Errorf("%s%s: %d entries by %d, %d by 100", r, query, len(again), size, len(all))
	}
	for i := range min(len(all), len(again)) {
		if a, b := fmt.Sprint(all[i]), fmt.Sprint(again[i]); a != b {
			m.t.Errorf("%s%s: entry %d is %s by %d, %s by 100", r, query, i, b, size, a)
			break
		}
	}
	return all
}

// pages reads a list by pages of a size.
func (m *manageClient) pages(r, query string, size int) (all []map[string]any) {
	m.t.Helper()
	cursor := ""
	for first := true; ; first = false {
		more := strings.Replace(fmt.Sprintf("%s&pageSize=%d&pageCursor=%s", query, size, url.QueryEscape(cursor)), "&", "?", btoi(query == ""))
		results := object(object(m.call(r, more, ""))["results"])
		info := object(results["pageInfo"])
		data, _ := results["data"].([]any)
		for _, entry := range data {
			all = append(all, object(entry))
		}
		if info["hasPreviousPage"] != !first || info["hasNextPage"] == true && len(data) != size || len(data) > size {
			m.t.Errorf("%s%s: a page of %d: %v", r, more, len(data), info)
		}
		if info["hasNextPage"] != true {
			return all
		}
		cursor, _ = info["endCursor"].(string)
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// know keeps a member of an entry under a name.
func (m *manageClient) know(name string, entry map[string]any, member string) {
	m.values[name] = fmt.Sprint(entry[member])
}

// where answers the first entry whose member says anything.
func where(all []map[string]any, member string) map[string]any {
	i := slices.IndexFunc(all, func(entry map[string]any) bool { return speaks(entry[member]) })
	return all[max(0, i)]
}

// which answers the first entry whose member is a value.
func which(all []map[string]any, member, value string) map[string]any {
	i := slices.IndexFunc(all, func(entry map[string]any) bool { return entry[member] == value })
	return all[max(0, i)]
}

// almostGone says whether somebody has left, and nothing is open but that somebody
// acknowledges it: with that, the departure is complete.
func almostGone(p map[string]any) bool {
	task := object(object(object(p["tasksSummary"])["details"])["completeOffboardingCustomTasks"])
	open, _ := task["incompleteCustomOffboardingTasks"].([]any)
	return object(p["employment"])["status"] == "FORMER" && len(open) == 1 && object(open[0])["name"] == "Acknowledge the departure"
}

func (m *manageClient) people() {
	people := m.list("GET /v1/people", "")
	there := slices.DeleteFunc(slices.Clone(people), func(p map[string]any) bool { return object(p["employment"])["status"] != "CURRENT" })
	m.know("personId", there[0], "id")
	m.know("otherId", there[1], "id")
	m.know("leftId", people[slices.IndexFunc(people, almostGone)], "id")
	m.call("GET /v1/people/{personId}", "", "")
	m.call("PATCH /v1/people/{personId}", "", `{"name":{"first":"Ada","last":"Byron"},"employment":{"startDate":"2024-02-03T00:00:00Z"}}`)
	m.call("PATCH /v1/people/{personId}", "", `{"name":{"first":"Ada","last":"King"}}`)
	today := time.Now().UTC().Truncate(24 * time.Hour)
	m.call("POST /v1/people/{personId}/set-leave", "", fmt.Sprintf(`{"startDate":%q,"endDate":%q}`,
		today.AddDate(0, 0, -2).Format(time.RFC3339), today.AddDate(0, 0, 9).Format(time.RFC3339)))
	m.call("POST /v1/people/{personId}/clear-leave", "", "")
	m.know("groupId", m.list("GET /v1/groups", "")[0], "id")
	m.call("GET /v1/groups/{groupId}", "", "")
	m.call("POST /v1/groups/{groupId}/people", "", `{"id":"{personId}"}`)
	m.policies()
	m.bulk("POST /v1/groups/{groupId}/add-people", `{"updates":[{"id":"{otherId}"},{"id":"nobody"}]}`, "SUCCESS", "NOT_FOUND")
	m.call("GET /v1/groups/{groupId}/people", "", "")
	m.bulk("POST /v1/groups/{groupId}/remove-people", `{"updates":[{"id":"{otherId}"}]}`, "SUCCESS")
	m.call("DELETE /v1/groups/{groupId}/people/{personId}", "", "")
	m.bulk("POST /v1/people/mark-as-not-people", `{"updates":[{"id":"{otherId}","reason":"a room"},{"id":"nobody","reason":"?"}]}`, "SUCCESS", "NOT_FOUND")
	m.bulk("POST /v1/people/mark-as-people", `{"updates":[{"id":"nobody"},{"id":"{otherId}"}]}`, "NOT_FOUND", "SUCCESS")
	m.bulk("POST /v1/people/offboard", `{"updates":[{"id":"{otherId}","acknowledgerId":"{personId}"},{"id":"nobody","acknowledgerId":"{personId}"},{"id":"{leftId}","acknowledgerId":"{personId}"}]}`,
		"SUCCESS", "NOT_FOUND", "SUCCESS")
	m.call("GET /v1/people", "?tasksSummaryStatusMatchesAny=OFFBOARDING_COMPLETE", "")
	m.call("GET /v1/people", "?tasksSummaryStatusMatchesAny=NONE,OVERDUE&taskTypeMatchesAny=COMPLETE_TRAININGS&taskStatusMatchesAny=NONE", "")
	computers := m.list("GET /v1/monitored-computers", "")
	m.know("computerId", where(computers, "owner"), "id")
	m.call("GET /v1/monitored-computers/{computerId}", "", "")
	owner := fmt.Sprint(object(where(computers, "owner")["owner"])["id"])
	for _, one := range m.list("GET /v1/monitored-computers", "?ownerId="+owner) {
		if object(one["owner"])["id"] != owner {
			m.t.Errorf("not %s's: %v", owner, one)
		}
	}
	m.call("GET /v1/monitored-computers", "?complianceStatusFilterMatchesAny=PWM_NOT_INSTALLED&complianceStatusFilterMatchesAny=LAST_CHECK_OVER_14_DAYS", "")
}

// bulk makes a bulk change and wants an entry each, in order, with these statuses.
func (m *manageClient) bulk(r, body string, want ...string) {
	m.t.Helper()
	var got []string
	results, _ := object(m.call(r, "", body))["results"].([]any)
	for _, line := range results {
		got = append(got, fmt.Sprint(object(line)["status"]))
	}
	if !slices.Equal(got, want) {
		m.t.Errorf("%s: got %v, want %v (%v)", r, got, want, results)
	}
}

func (m *manageClient) program() {
	library := m.list("GET /v1/controls/controls-library", "")
	used := map[string]bool{}
	controls := m.list("GET /v1/controls", "")
	for _, c := range controls {
		used[fmt.Sprint(c["externalId"])] = true
	}
	i := slices.IndexFunc(library, func(c map[string]any) bool { return !used[fmt.Sprint(c["externalId"])] })
	m.know("libraryId", library[max(0, i)], "id")
	m.call("POST /v1/controls/add-from-library", "", `{"controlId":"{libraryId}"}`)
	made := object(m.call("POST /v1/controls", "", `{"externalId":"own-1","name":"Our own","description":"d","effectiveDate":"2026-01-01T00:00:00Z",
		"domain":"PRIVACY","sections":[{"frameworkId":"soc2","sectionId":"CC7.1"}],"role":"PROCESSOR","customFields":[{"label":"Team","value":"Ops"},{"label":"Tags","value":["a","b"]}]}`))
	m.know("controlId", made, "id")
	m.call("PATCH /v1/controls/{controlId}", "", `{"name":"Renamed","note":"look here","domain":"COMPLIANCE","description":"e","externalId":"own-2","customFields":[{"label":"Team","value":"Dev"}]}`)
	m.know("ownerId", object(where(m.pages("GET /v1/tests", "", 100), "owner")["owner"]), "id")
	m.call("POST /v1/controls/{controlId}/set-owner", "", `{"userId":"{ownerId}"}`)
	m.know("testId", m.pages("GET /v1/tests", "", 100)[0], "id")
	m.call("POST /v1/controls/{controlId}/add-test-to-control", "", `{"testId":"{testId}"}`)
	m.list("GET /v1/controls/{controlId}/tests", "")
	m.call("GET /v1/controls/{controlId}", "", "")
	m.call("DELETE /v1/controls/{controlId}/tests/{testId}", "", "")
	m.call("DELETE /v1/controls/{controlId}", "", "")
	m.call("GET /v1/controls", "?frameworkMatchesAny=soc2,hipaa", "")
	for _, framework := range m.list("GET /v1/frameworks", "") {
		m.know("frameworkId", framework, "id")
		m.call("GET /v1/frameworks/{frameworkId}", "", "")
		m.list("GET /v1/frameworks/{frameworkId}/controls", "")
	}
}

func (m *manageClient) tests() {
	tests := m.list("GET /v1/tests", "")
	for _, enum := range m.Enums["TestStatus"] {
		m.call("GET /v1/tests", "?statusFilter="+enum, "")
	}
	for _, enum := range m.Enums["TestCategory"] {
		m.call("GET /v1/tests", "?categoryFilter="+enum, "")
	}
	m.know("testId", which(tests, "status", "NEEDS_ATTENTION"), "id")
	m.call("GET /v1/tests/{testId}", "", "")
	failing := m.list("GET /v1/tests/{testId}/entities", "")
	for _, entity := range failing {
		if entity["entityStatus"] != "FAILING" {
			m.t.Errorf("without a filter there is %v", entity)
		}
	}
	m.know("entityId", failing[0], "id")
	m.call("POST /v1/tests/{testId}/entities/{entityId}/deactivate", "", `{"deactivateReason":"to be replaced","deactivateUntilDate":"2099-01-01T00:00:00Z"}`)
	for _, entity := range m.list("GET /v1/tests/{testId}/entities", "?entityStatus=DEACTIVATED") {
		if entity["entityStatus"] != "DEACTIVATED" {
			m.t.Errorf("among the deactivated there is %v", entity)
		}
	}
	m.call("GET /v1/tests/{testId}/entities", "?entityStatus=PASSING", "")
	m.call("POST /v1/tests/{testId}/entities/{entityId}/reactivate", "", "")
	m.ownTest()
	// Deactivating tests is Muster's own, what it says of them the contract's.
	path := m.fill("/v1/tests/{testId}/")
	for _, verb := range []string{"deactivate", "reactivate"} {
		if a := m.server.call(m.t, "POST", path+verb, `{"deactivateReason":"not now"}`, bearer(m.token)); a.status != 200 {
			m.t.Errorf("%s: got %s", verb, brief(a))
		}
		m.call("GET /v1/tests/{testId}", "", "")
	}
}

// ownTest makes a test with unit tests, which is Muster's own.
func (m *manageClient) ownTest() {
	m.t.Helper()
	a := m.server.call(m.t, "POST", "/v1/tests", `{"name":"Encrypted","application":"Cloud Inventory","resource":"Virtual Machines",
		"failWhen":{"field":"diskEncrypted","op":"equals","value":false},"scope":{"field":"region","op":"equals","value":"eu-west-1"},"freshness":"1000d",
		"cases":[{"record":{"diskEncrypted":true,"region":"eu-west-1"},"want":"pass"}]}`, bearer(m.token))
	var made struct{ ID string }
	if a.into(m.t, &made); a.status != 201 {
		m.t.Fatalf("make a test: got %s", brief(a))
	}
	known := m.values["testId"]
	m.values["testId"] = made.ID
	m.call("GET /v1/tests/{testId}", "", "")
	m.values["testId"] = known
}

func (m *manageClient) findings() {
	found := m.list("GET /v1/vulnerabilities", "")
	m.know("vulnerabilityId", found[0], "id")
	m.bulk("POST /v1/vulnerabilities/deactivate", `{"updates":[{"id":"{vulnerabilityId}","deactivateReason":"behind the wall","deactivateUntilDate":"2099-01-01T00:00:00Z","shouldReactivateWhenFixable":false},
		{"id":"none","deactivateReason":"?","shouldReactivateWhenFixable":true}]}`, "SUCCESS", "NOT_FOUND")
	m.call("GET /v1/vulnerabilities/{vulnerabilityId}", "", "")
	m.list("GET /v1/vulnerabilities", "?isDeactivated=true")
	m.bulk("POST /v1/vulnerabilities/reactivate", `{"updates":[{"id":"{vulnerabilityId}"}]}`, "SUCCESS")
	for _, severity := range m.Enums["ExternalFindingSeverityType"] {
		m.call("GET /v1/vulnerabilities", "?severity="+severity, "")
	}
	m.list("GET /v1/vulnerabilities", "?severity=CRITICAL&severity=HIGH&includeVulnerabilitiesWithoutSlas=true&slaDeadlineBeforeDate=2099-01-01T00:00:00Z")
	gone := m.list("GET /v1/vulnerability-remediations", "?isRemediatedOnTime=false")
	m.know("remediationId", gone[0], "id")
	m.bulk("POST /v1/vulnerability-remediations/acknowledge-sla-miss", `{"updates":[{"id":"{remediationId}","slaViolationComment":"the vendor was late"}]}`, "SUCCESS")
	m.list("GET /v1/vulnerability-remediations", "")
	assets := m.list("GET /v1/vulnerable-assets", "")
	m.know("vulnerableAssetId", assets[0], "id")
	m.call("GET /v1/vulnerable-assets/{vulnerableAssetId}", "", "")
	for _, kind := range m.Enums["VulnerableAssetType"] {
		m.call("GET /v1/vulnerable-assets", "?assetType="+kind, "")
	}
	m.list("GET /v1/vulnerabilities", "?vulnerableAssetId="+fmt.Sprint(found[0]["targetId"]))
}

func (m *manageClient) integrations() {
	for _, one := range m.list("GET /v1/integrations", "") {
		m.know("integrationId", one, "integrationId")
		m.call("GET /v1/integrations/{integrationId}", "", "")
		kinds, _ := m.call("GET /v1/integrations/{integrationId}/resource-kinds", "", "").([]any)
		if named, _ := one["resourceKinds"].([]any); len(named) != len(kinds) {
			m.t.Errorf("%v names %d kinds and lists %d", one["displayName"], len(named), len(kinds))
		}
		for _, kind := range kinds {
			m.kind(object(kind))
		}
	}
	m.noted()
}

const (
	kindRoute      = "/v1/integrations/{integrationId}/resource-kinds/{resourceKind}"
	resourcesRoute = kindRoute + "/resources"
)

// kind compares the counters of a kind with its lists.
func (m *manageClient) kind(kind map[string]any) {
	m.values["resourceKind"] = url.PathEscape(fmt.Sprint(kind["resourceKind"]))
	counts := object(m.call("GET "+kindRoute, "", ""))
	all := m.list("GET "+resourcesRoute, "")
	m.values["resourceId"] = fmt.Sprint(all[0]["resourceId"])
	if len(m.values["sampleId"]) == 0 && kind["resourceKind"] == "Virtual Machines" {
		m.values["sampleId"], m.values["sampleIntegration"], m.values["sampleKind"] = m.values["resourceId"], m.values["integrationId"], m.values["resourceKind"]
	}
	m.call("GET "+resourcesRoute+"/{resourceId}", "", "")
	want := map[string]int{"numResources": len(all)}
	for _, r := range all {
		for name, is := range map[string]bool{"numInScope": r["inScope"] == true, "numOwned": r["owner"] != nil, "numWithDescription": r["description"] != nil} {
			want[name] += btoi(is)
		}
	}
	for name, n := range want {
		if fmt.Sprint(counts[name]) != fmt.Sprint(n) {
			m.t.Errorf("%s of %v is %v, its list has %d", name, kind["resourceKind"], counts[name], n)
		}
	}
}

// noted says something of a record and finds it by that.
func (m *manageClient) noted() {
	m.values["integrationId"], m.values["resourceKind"], m.values["resourceId"] = m.values["sampleIntegration"], m.values["sampleKind"], m.values["sampleId"]
	m.call("PATCH "+resourcesRoute+"/{resourceId}", "", `{"inScope":false,"description":"kept for the archive","ownerId":"{personId}"}`)
	m.bulk("PATCH "+resourcesRoute, `{"updates":[{"id":"{resourceId}","description":"kept"},{"id":"none","inScope":true},{"id":"{resourceId}","ownerId":"nobody"}]}`,
		"SUCCESS", "NOT_FOUND", "ERROR")
	found := m.list("GET "+resourcesRoute, "?isInScope=false&hasOwner=true&hasDescription=true&connectionId="+m.values["integrationId"])
	if !slices.ContainsFunc(found, func(r map[string]any) bool {
		return r["resourceId"] == m.values["resourceId"] && r["description"] == "kept" && r["owner"] == m.values["personId"] && r["inScope"] == false
	}) {
		m.t.Errorf("what was said is not found: %v", found)
	}
	m.call("GET "+kindRoute, "?connectionId="+m.values["integrationId"], "")
}

// refusals are what clients get wrong; each is told so in the one form.
func (m *manageClient) refusals() {
	many := func(n int, entry string) string { return `{"updates":[` + strings.Repeat(entry+",", n) + entry + `]}` }
	for _, c := range []struct {
		status       int
		method, path string
		body, place  string
	}{
		{400, "PATCH", resourcesRoute, many(50, `{"id":"x"}`), "body.updates"},
		{400, "POST", "/v1/vulnerabilities/deactivate", many(50, `{"id":"x","deactivateReason":"y","shouldReactivateWhenFixable":false}`), "body.updates"},
		{400, "POST", "/v1/vulnerabilities/reactivate", many(50, `{"id":"x"}`), "body.updates"},
		{400, "POST", "/v1/vulnerability-remediations/acknowledge-sla-miss", many(50, `{"id":"x","slaViolationComment":"y"}`), "body.updates"},
		{400, "POST", "/v1/groups/{groupId}/add-people", many(100, `{"id":"x"}`), "body.updates"},
		{400, "POST", "/v1/groups/{groupId}/remove-people", many(100, `{"id":"x"}`), "body.updates"},
		{400, "POST", "/v1/people/mark-as-not-people", many(100, `{"id":"x","reason":"y"}`), "body.updates"},
		{400, "POST", "/v1/people/mark-as-people", many(100, `{"id":"x"}`), "body.updates"},
		{400, "POST", "/v1/people/offboard", many(1000, `{"id":"x","acknowledgerId":"y"}`), "body.updates"},
		{400, "PATCH", resourcesRoute, `{}`, "body.updates"},
		{400, "PATCH", resourcesRoute + "/{resourceId}", `{"inScope":"no"}`, "body.inScope"},
		{400, "PATCH", resourcesRoute + "/{resourceId}", `{"scope":true}`, "body.scope"},
		{422, "PATCH", resourcesRoute + "/{resourceId}", `{"ownerId":"nobody"}`, ""},
		{404, "PATCH", resourcesRoute + "/none", `{"inScope":true}`, ""},
		{404, "PATCH", kindRoute + "x/resources", `{"updates":[]}`, ""},
		{400, "GET", resourcesRoute + "?hasOwner=perhaps", "", "query.hasOwner"},
		{400, "GET", resourcesRoute + "?isInScope=1", "", "query.isInScope"},
		{400, "POST", "/v1/controls", `{"externalId":"x"}`, "body.description"},
		{400, "POST", "/v1/controls", `{"externalId":"x","name":"n","description":"d","effectiveDate":"soon","domain":"PRIVACY"}`, "body.effectiveDate"},
		{400, "POST", "/v1/controls", `{"externalId":"x","name":"n","description":"d","effectiveDate":"2026-01-01T00:00:00Z","domain":"MAGIC"}`, "body.domain"},
		{400, "POST", "/v1/vulnerabilities/deactivate", `{"updates":[{"id":"x","deactivateReason":"","shouldReactivateWhenFixable":false}]}`, "body.updates.0.deactivateReason"},
		{400, "GET", "/v1/tests?statusFilter=GOOD", "", "query.statusFilter"},
		{400, "GET", "/v1/tests?categoryFilter=GOOD", "", "query.categoryFilter"},
		{400, "GET", "/v1/vulnerabilities?severity=HIGH,GOOD", "", "query.severity"},
		{400, "GET", "/v1/vulnerable-assets?assetType=SHIP", "", "query.assetType"},
		{400, "GET", "/v1/people?taskTypeMatchesAny=SLEEP", "", "query.taskTypeMatchesAny"},
		{400, "GET", "/v1/monitored-computers?complianceStatusFilterMatchesAny=SLOW", "", "query.complianceStatusFilterMatchesAny"},
	} {
		m.refused(c.status, c.method, c.path, c.body, c.place)
	}
	for _, e := range m.Endpoints {
		method, path, _ := strings.Cut(e.Route, " ")
		if m.awaited(e.Route) || method != "GET" {
			continue
		}
		if slices.Contains(e.Query, "pageSize") {
			for _, query := range []string{"pageSize=0", "pageSize=101", "pageSize=ten", "pageCursor=made-up"} {
				m.refused(400, "GET", path+"?"+query, "", "query."+strings.Split(query, "=")[0])
			}
		}
		if strings.Contains(path, "}") {
			m.refused(404, "GET", regexp.MustCompile(`\{\w+\}`).ReplaceAllString(path, "none"), "", "")
		}
	}
}

// refused wants a status with message, error and, where one is named, the wrong place.
func (m *manageClient) refused(status int, method, path, body, at string) {
	m.t.Helper()
	a := m.server.call(m.t, method, m.fill(path), body, bearer(m.token), "Content-Type: application/json")
	failure := object(told(m.t, a))
	message, _ := failure["message"].(string)
	if a.status != status || message == "" || failure["error"] == "" || failure["error"] == nil {
		m.t.Errorf("%s %s: got %s, want %d with message and error", method, path, brief(a), status)
	}
	if at != "" && object(object(failure["errors"])[at])["message"] == nil {
		m.t.Errorf("%s %s: got %s, want a message at %s", method, path, brief(a), at)
	}
}

// complete fails for an endpoint that was not called, for a field that never said
// anything although it might have, and for what manage/own.json says in vain.
func (m *manageClient) complete() {
	for _, e := range m.Endpoints {
		if !m.awaited(e.Route) && !m.spoken[e.Route] {
			m.t.Errorf("%s is of the contract and was not called, or did not do as it says", e.Route)
		}
	}
	shown := m.shown()
	for _, schema := range slices.Sorted(maps.Keys(shown)) {
		for _, field := range slices.Sorted(maps.Keys(m.Schemas[schema])) {
			path := strings.TrimSuffix(field, "?")
			silent := slices.Contains(m.own.Silent[schema], path)
			if said := m.said[schema+"."+path]; !said && !silent {
				m.t.Errorf("%s.%s never said anything, so nobody knows of what type it is: make it, or list it as silent in manage/own.json", schema, path)
			}
		}
	}
	for schema, fields := range m.own.Fields {
		for _, path := range fields {
			if !m.said[schema+"."+path] {
				m.t.Errorf("%s.%s is Muster's own in manage/own.json and is not there", schema, path)
			}
		}
	}
}
