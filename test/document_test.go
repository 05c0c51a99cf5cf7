// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// document is the served OpenAPI document.
type document struct {
	all      map[string]any
	compiler *jsonschema.Compiler
	answered map[string]bool // "GET /path" → it answered a success
}

func readDocument(t *testing.T, s *server) *document {
	t.Helper()
	all, err := jsonschema.UnmarshalJSON(strings.NewReader(s.call(t, "GET", "/openapi.json", "").text))
	if err != nil {
		t.Fatal(err)
	}
	d := &document{all: object(all), answered: map[string]bool{}, compiler: jsonschema.NewCompiler()}
	d.compiler.DefaultDraft(jsonschema.Draft2020)
	d.compiler.AssertFormat()
	if err := d.compiler.AddResource("http://doc/openapi.json", all); err != nil {
		t.Fatal(err)
	}
	return d
}

// object answers a JSON object, nil when it is none.
func object(v any) map[string]any {
	o, _ := v.(map[string]any)
	return o
}

// route is one that the document lists.
type route struct{ method, path string }

func (r route) String() string { return r.method + " " + r.path }

func (d *document) routes() (list []route) {
	paths := object(d.all["paths"])
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		for _, method := range slices.Sorted(maps.Keys(object(paths[path]))) {
			list = append(list, route{strings.ToUpper(method), path})
		}
	}
	return list
}

// template answers the documented path that a request's path is one of; fixed
// parts come before parameters.
func (d *document) template(method, path string) (string, bool) {
	path, _, _ = strings.Cut(path, "?")
	best, found := "", false
	for _, r := range d.routes() {
		parts, want := strings.Split(path, "/"), strings.Split(r.path, "/")
		same := slices.EqualFunc(parts, want, func(a, b string) bool { return a == b || strings.HasPrefix(b, "{") })
		if same && r.method == method && (!found || strings.Count(r.path, "{") < strings.Count(best, "{")) {
			best, found = r.path, true
		}
	}
	return best, found
}

// check compares an answer with what the document says of its route and status.
func (d *document) check(method, path string, a answer) error {
	template, ok := d.template(method, path)
	if !ok {
		return fmt.Errorf("the document has no %s %s", method, path)
	}
	operation := object(object(object(d.all["paths"])[template])[strings.ToLower(method)])
	responses := object(operation["responses"])
	status := fmt.Sprint(a.status)
	if responses[status] == nil {
		status = "default"
	}
	if responses[status] == nil || status == "default" && a.status < 300 {
		return fmt.Errorf("the document has no answer %d for %s %s", a.status, method, template)
	}
	if a.status < 300 {
		d.answered[method+" "+template] = true
	}
	content := object(object(responses[status])["content"])
	if len(content) == 0 && a.text == "" {
		return nil
	}
	kind := a.header.Get("Content-Type")
	if content[kind] == nil {
		return fmt.Errorf("the document has no content %q for answer %s of %s %s", kind, status, method, template)
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D")
	return d.fits(a.text, kind, "#/paths/"+escape.Replace(template)+"/"+strings.ToLower(method)+"/responses/"+status+
		"/content/"+escape.Replace(kind)+"/schema")
}

// fits validates a body, or each line of one, against a schema of the document.
func (d *document) fits(body, kind, pointer string) error {
	schema, err := d.compiler.Compile("http://doc/openapi.json" + pointer)
	if err != nil {
		return err
	}
	values := []string{body}
	if kind == "application/octet-stream" { // any bytes fit
		return nil
	}
	if kind == "application/x-ndjson" {
		values = strings.Split(strings.TrimSpace(body), "\n")
	}
	for _, text := range values {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			return err
		}
		if err := schema.Validate(value); err != nil {
			return err
		}
	}
	return nil
}

// conversation is a series of calls whose answers are held against the document.
type conversation struct {
	*document

	build, manage string // tokens
	server        *server
	t             *testing.T
}

// say makes a call with a token and checks status and body of its answer.
func (c *conversation) say(token string, status int, method, path, body string, header ...string) answer {
	c.t.Helper()
	if token != "" {
		header = append(header, bearer(token))
	}
	a := c.server.call(c.t, method, path, body, header...)
	if a.status != status {
		c.t.Errorf("%s %s: got %s, want %d", method, path, a, status)
	}
	if err := c.check(method, path, a); err != nil {
		c.t.Errorf("%s %s answers what the document does not say: %v\n%s", method, path, err, a)
	}
	if status >= 400 {
		c.explained(method, path, a)
	}
	return a
}

// explained checks that an error body carries both members.
func (c *conversation) explained(method, path string, a answer) {
	c.t.Helper()
	var body struct{ Error, Message string }
	a.into(c.t, &body)
	if body.Error == "" || body.Message == "" {
		c.t.Errorf("%s %s: got %s, want error and message", method, path, a)
	}
}

// TestAnswersFitTheDocument has a conversation in which every documented route of
// resources, tests and tokens succeeds at least once, and most refuse something.
// The answers of all other routes are held against the document by TestMatrix.
func TestAnswersFitTheDocument(t *testing.T) {
	t.Parallel()
	p := place{data: t.TempDir()}
	build, manage := p.application(t, "Inventory", "build"), p.application(t, "Console", "manage")
	servers, accounts := p.definition(t, build, "Server"), p.plainDefinition(t, build, "Account", "UserAccount")
	var user struct{ ID string }
	p.admin(t, &user, "user", "create", "--email", "ada@example.com", "--role", "editor")
	s := p.serve(t)
	c := &conversation{document: readDocument(t, s), server: s, t: t, build: s.token(t, build), manage: s.token(t, manage)}
	c.resources(servers, accounts)
	c.tests()
	c.tokens(build)
	for _, r := range c.routes() {
		spoken := strings.HasPrefix(r.path, "/v1/resources") || strings.HasPrefix(r.path, "/v1/tests") || strings.Contains(r.path, "/oauth/")
		if spoken && !c.answered[r.String()] {
			t.Errorf("%s is documented and never succeeded here: add it to the conversation", r)
		}
	}
}

const (
	goodServer = `{"uniqueId":"srv_001","displayName":"a","externalUrl":"https://x.example/1","customProperties":{"active":true,"memory":16384}}`
	weakServer = `{"uniqueId":"srv_002","displayName":"b","externalUrl":"https://x.example/2","customProperties":{"active":true,"memory":4096}}`
	badServer  = `{"uniqueId":"srv_003","displayName":"c","externalUrl":"https://x.example/3","customProperties":{"active":true,"memory":"lots"}}`
	janeDoe    = `{"uniqueId":"user_123","displayName":"Jane Doe","fullName":"Jane Doe","accountName":"jane.doe","email":"jane.doe@example.com",` +
		`"status":"ACTIVE","mfaEnabled":true,"mfaMethods":["SMS","EMAIL"],"authMethod":"SSO","permissionLevel":"ADMIN",` +
		`"externalUrl":"https://id.example.com/user_123","createdTimestamp":"2025-01-15T09:00:00Z","updatedTimestamp":null}`
)

// set answers the body of a PUT.
func set(resourceID string, elements ...string) string {
	return `{"resourceId":"` + resourceID + `","resources":[` + strings.Join(elements, ",") + `]}`
}

func (c *conversation) resources(servers, accounts string) {
	const custom, account = "/v1/resources/custom_resource", "/v1/resources/user_account"
	c.say(c.build, 200, "PUT", custom, set(servers, goodServer, weakServer))
	rejected := c.say(c.build, 200, "PUT", custom, set(servers, goodServer, weakServer, badServer))
	var put struct{ RejectionsURL string }
	rejected.into(c.t, &put)
	c.say(c.build, 200, "GET", put.RejectionsURL, "")
	c.say(c.build, 404, "GET", "/v1/resources/syncs/0123456789abcdef01234567/rejections", "")
	c.say(c.build, 400, "PUT", custom, set(servers, badServer))
	c.say(c.build, 400, "PUT", custom, set(servers, goodServer, badServer), "Prefer: handling=strict")
	c.say(c.build, 200, "PUT", custom+"?dryRun=true", set(servers, goodServer))
	c.say(c.build, 400, "PUT", custom, `{"resourceId":`)
	c.say(c.build, 400, "PUT", custom, `[]`)
	c.say(c.build, 400, "PUT", custom+"?dryRun=perhaps", set(servers))
	c.say(c.build, 404, "PUT", custom, set("0123456789abcdef01234567"))
	c.say(c.build, 404, "PUT", "/v1/resources/no_such_type", set(servers))
	c.say(c.build, 415, "PUT", custom, "a=b", "Content-Type: application/x-www-form-urlencoded")
	c.say("", 401, "PUT", custom, set(servers))
	c.say(c.manage, 403, "PUT", custom, set(servers))
	c.say(c.build, 200, "PUT", account+"/sync_all", set(accounts, janeDoe))
	c.say(c.build, 400, "PUT", account+"/sync_all", set(accounts, janeDoe, `{}`))
	c.say(c.build, 200, "PUT", account+"/sync_all", set(accounts, janeDoe, `{}`), "Prefer: handling=lenient")
	for _, path := range []string{custom + "?resourceId=" + servers, account + "/list_all?resourceId=" + accounts} {
		c.say(c.build, 200, "GET", path, "")
	}
	c.say(c.build, 200, "GET", custom+"?pageSize=1&resourceId="+servers, "")
	c.say(c.build, 400, "GET", custom+"?pageSize=101&resourceId="+servers, "")
	c.say(c.build, 400, "GET", custom+"?pageCursor=nonsense&resourceId="+servers, "")
	c.say(c.build, 400, "GET", custom, "")
	c.say(c.build, 404, "GET", custom+"?resourceId="+accounts, "")
}

const (
	sized     = `"passWhen":{"all":[{"field":"active","op":"equals","value":true},{"field":"memory","op":"gte","value":8192}]}`
	sizedTest = `{"slug":"sized","name":"Sized","description":"d","remediation":"r","application":"Inventory","resource":"Server",` + sized + `}`
)

func (c *conversation) tests() {
	m := c.manage
	c.say(m, 200, "POST", "/v1/tests/preview", sizedTest)
	c.say(m, 400, "POST", "/v1/tests/preview", strings.Replace(sizedTest, "memory", "memry", 1))
	c.say(m, 201, "POST", "/v1/tests", sizedTest)
	c.say(m, 409, "POST", "/v1/tests", sizedTest)
	c.say(m, 400, "POST", "/v1/tests", `{"name":1,"passWhen":{"all":[]}}`)
	c.say(m, 400, "POST", "/v1/tests", strings.Replace(sizedTest, `"slug"`, `"owner":"nobody@example.com","slug"`, 1))
	c.say(c.build, 403, "POST", "/v1/tests", sizedTest)
	c.say("", 401, "GET", "/v1/tests", "")
	c.say(m, 200, "GET", "/v1/tests?pageSize=1", "")
	c.say(m, 200, "GET", "/v1/tests?statusFilter=NEEDS_ATTENTION", "")
	c.say(m, 400, "GET", "/v1/tests?statusFilter=BAD", "")
	c.say(m, 200, "GET", "/v1/tests/sized", "")
	c.say(m, 404, "GET", "/v1/tests/none", "")
	c.say(m, 201, "POST", "/v1/tests/sized/versions", `{"reason":"more",`+strings.Replace(sized, "8192", "16384", 1)+`}`)
	c.say(m, 400, "POST", "/v1/tests/sized/versions", `{"passWhen":{"field":"memory","op":"resembles","value":1}}`)
	c.say(m, 200, "GET", "/v1/tests/sized/versions", "")
	c.say(m, 200, "GET", "/v1/tests/history?days=3&testId=sized,none", "")
	c.say(m, 400, "GET", "/v1/tests/history?days=0", "")
	c.say(m, 200, "GET", "/v1/tests/sized/history", "")
	c.say(m, 200, "GET", "/v1/tests/sized/requirements", "")
	c.say(m, 200, "PATCH", "/v1/tests/sized", `{"sla":null}`)
	c.say(m, 200, "PUT", "/v1/tests/sized/subscribers/ada@example.com", "")
	c.say(m, 200, "GET", "/v1/tests/sized/subscribers", "")
	c.say(m, 204, "DELETE", "/v1/tests/sized/subscribers/ada@example.com", "")
	c.say(m, 201, "POST", "/v1/tests/sized/copy", `{"slug":"sized-too"}`)
	c.say(m, 200, "POST", "/v1/tests/sized-too/deactivate", `{"deactivateReason":"not now"}`)
	c.say(m, 400, "POST", "/v1/tests/sized-too/deactivate", `{}`)
	c.say(m, 409, "POST", "/v1/tests/sized-too/run", "")
	c.say(m, 200, "POST", "/v1/tests/sized-too/reactivate", "")
	c.say(m, 200, "POST", "/v1/tests/sized/run", "")
	c.say(m, 404, "POST", "/v1/tests/sized/set-owner", `{"userId":"nobody@example.com"}`)
	c.say(m, 200, "POST", "/v1/tests/sized/set-owner", `{"userId":null}`)
	var failing struct {
		Results struct{ Data []struct{ ID string } }
	}
	c.say(m, 200, "GET", "/v1/tests/sized/entities", "").into(c.t, &failing)
	if len(failing.Results.Data) != 1 {
		c.t.Fatalf("got %v failing, want one", failing)
	}
	c.say(m, 400, "GET", "/v1/tests/sized/entities?entityStatus=BROKEN", "")
	entity := "/v1/tests/sized/entities/" + failing.Results.Data[0].ID
	c.say(m, 200, "GET", entity+"/explain", "")
	c.say(m, 404, "GET", "/v1/tests/sized/entities/0123456789abcdef01234567/explain", "")
	c.say(m, 202, "POST", entity+"/deactivate", `{"deactivateReason":"to be replaced","deactivateUntilDate":"2099-01-01T00:00:00Z"}`)
	c.say(m, 400, "POST", entity+"/deactivate", `{"deactivateReason":""}`)
	c.say(m, 200, "GET", "/v1/tests/sized/entities?entityStatus=DEACTIVATED", "")
	c.say(m, 202, "POST", entity+"/reactivate", "")
	c.say(m, 200, "GET", "/v1/tests/sized/entities?entityStatus=PASSING", "")
}

func (c *conversation) tokens(app application) {
	credentials := `"client_id":"` + app.ClientID + `","client_secret":"` + app.ClientSecret + `"`
	grant := `{` + credentials + `,"grant_type":"client_credentials"`
	var token struct {
		AccessToken string `json:"access_token"`
	}
	c.say("", 200, "POST", "/oauth/token", grant+`}`).into(c.t, &token)
	c.say(c.build, 401, "GET", "/v1/resources/custom_resource/list_all?resourceId=x", "")
	c.say("", 400, "POST", "/oauth/token", grant+`,"scope":"vanta-api.all:read"}`)
	c.say("", 400, "POST", "/oauth/token", strings.Replace(grant, "client_credentials", "password", 1)+`}`)
	c.say("", 400, "POST", "/oauth/token", "grant_type=client_credentials", "Content-Type: application/x-www-form-urlencoded")
	c.say("", 401, "POST", "/oauth/token", strings.Replace(grant, app.ClientSecret, "vcs_no", 1)+`}`)
	c.say("", 200, "POST", "/v1/oauth/token/suspend", `{"token":"`+token.AccessToken+`",`+credentials+`}`)
	c.say("", 200, "POST", "/v1/oauth/token/suspend", `{"token":"`+token.AccessToken+`",`+credentials+`}`)
	c.say("", 401, "POST", "/v1/oauth/token/suspend", `{"token":"`+token.AccessToken+`","client_id":"`+app.ClientID+`","client_secret":"vcs_no"}`)
	if got := c.say(token.AccessToken, http.StatusUnauthorized, "GET", "/v1/resources/custom_resource/list_all?resourceId=x", ""); got.header.Get("WWW-Authenticate") == "" {
		c.t.Error("a 401 must carry WWW-Authenticate (RFC 6750 section 3)")
	}
}
