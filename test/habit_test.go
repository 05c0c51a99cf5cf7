// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// TestHabits does what clients of the older API do, in its ways of doing it.
func TestHabits(t *testing.T) {
	t.Parallel()
	p := place{data: t.TempDir()}
	app := p.application(t, "Inventory", "build")
	h := &habits{app: app, servers: p.definition(t, app, "Server"), accounts: p.plainDefinition(t, app, "Account", "UserAccount"), server: p.serve(t)}
	h.token = h.server.token(t, app)
	t.Run("sync_all", h.syncAll)
	t.Run("list_all", h.listAll)
	t.Run("spellings", h.spellings)
	t.Run("bodies", h.bodies)
	t.Run("encodings", h.encodings)
	t.Run("headers", h.headers)
	t.Run("paths", h.paths)
	t.Run("tokens", h.tokens)
}

type habits struct {
	app               application
	servers, accounts string
	server            *server
	token             string
}

// want makes a call and compares status and body.
func (h *habits) want(t *testing.T, status int, body string, a answer) {
	t.Helper()
	if a.status != status || body != "" && a.text != body {
		t.Errorf("got %s, want %d %s", a, status, body)
	}
}

// syncAll: one member when all is well, anything else is a failed request.
func (h *habits) syncAll(t *testing.T) {
	const path = "/v1/resources/custom_resource/sync_all"
	put := func(elements ...string) answer {
		return h.server.call(t, "PUT", path, set(h.servers, elements...), bearer(h.token))
	}
	h.want(t, 200, `{"success":true}`, put(goodServer, weakServer))
	h.want(t, 200, `{"success":true}`, put(goodServer, weakServer))
	h.want(t, 200, `{"success":true}`, put(goodServer))
	refused := put(goodServer, badServer)
	if h.want(t, 400, "", refused); !strings.HasPrefix(refused.text, `{"error":"/1/customProperties/memory: must be int32","message":"/1/customProperties/memory: must be int32","rejections":[`) {
		t.Errorf("got %s", refused)
	}
	h.want(t, 400, "", put(strings.Replace(goodServer, `"displayName":"a",`, "", 1)))
	for _, test := range []struct{ element, words string }{
		{strings.Replace(janeDoe, `"fullName":"Jane Doe",`, "", 1), "/0: must have property 'fullName'"},
		{strings.Replace(janeDoe, `"ACTIVE"`, `"SLEEPING"`, 1), "/0/status: must be equal to one of the allowed values"},
		{strings.Replace(janeDoe, `"2025-01-15T09:00:00Z"`, `"yesterday"`, 1), "/0/createdTimestamp: must be timestamp"},
		{strings.Replace(janeDoe, `"jane.doe@example.com"`, `7`, 1), "/0/email: must be string"},
		{
			strings.Replace(janeDoe, `"uniqueId"`, `"customProperties":{},"uniqueId"`, 1),
			"Too many fields on resource with uniqueId user_123 (element 0). Extra keys: customProperties",
		},
	} {
		a := h.server.call(t, "PUT", "/v1/resources/user_account/sync_all", set(h.accounts, test.element), bearer(h.token))
		var body struct{ Error, Message string }
		a.into(t, &body)
		if a.status != 400 || body.Error != test.words || body.Message != test.words {
			t.Errorf("got %s, want %q", a, test.words)
		}
	}
	h.want(t, 200, `{"success":true}`, put())
	h.want(t, 200, `{"success":true}`, put(goodServer))
}

// listAll: every record comes back, those left out with the time of their end.
func (h *habits) listAll(t *testing.T) {
	a := h.server.call(t, "GET", "/v1/resources/custom_resource/list_all?resourceId="+h.servers, "", bearer(h.token))
	var body struct{ Resources []map[string]any }
	a.into(t, &body)
	deleted := map[string]bool{}
	for _, record := range body.Resources {
		_, deleted[fmt.Sprint(record["uniqueId"])] = record["deletedAt"]
	}
	if len(body.Resources) != 2 || deleted["srv_001"] || !deleted["srv_002"] {
		t.Errorf("got %s, want srv_001, and srv_002 with deletedAt", a)
	}
	plain := h.server.call(t, "GET", "/v1/resources/custom_resource?resourceId="+h.servers, "", bearer(h.token))
	h.want(t, 200, a.text, plain)
}

// spellings: all twelve base types, in both.
func (h *habits) spellings(t *testing.T) {
	for _, base := range []string{
		"UserAccount", "CustomResource", "BackgroundCheckConnector", "UserSecurityTrainingStatus", "MacosUserComputer", "WindowsUserComputer",
		"VulnerableComponent", "PackageVulnerabilityConnectors", "ApiEndpointVulnerabilityConnectors",
		"StaticAnalysisCodeVulnerabilityConnectors", "Secret", "SecurityTask",
	} {
		resource := h.server.plainDefinition(t, h.app, "All of "+base, base)
		var snake strings.Builder
		for i, letter := range base {
			if i > 0 && letter >= 'A' && letter <= 'Z' {
				snake.WriteByte('_')
			}
			snake.WriteString(strings.ToLower(string(letter)))
		}
		for _, kind := range []string{base, snake.String()} {
			h.want(t, 200, "", h.server.call(t, "PUT", "/v1/resources/"+kind, set(resource), bearer(h.token)))
			h.want(t, 200, `{"success":true}`, h.server.call(t, "PUT", "/v1/resources/"+kind+"/sync_all", set(resource), bearer(h.token)))
			h.want(t, 200, `{"resources":[]}`, h.server.call(t, "GET", "/v1/resources/"+kind+"/list_all?resourceId="+resource, "", bearer(h.token)))
		}
	}
}

// bodies: members in any order, one more that is tolerated, and those that are not.
func (h *habits) bodies(t *testing.T) {
	put := func(body string) answer {
		return h.server.call(t, "PUT", "/v1/resources/custom_resource", body, bearer(h.token))
	}
	h.want(t, 200, "", put(`{"sourceId":"tenant-1","resourceId":"`+h.servers+`","resources":[`+goodServer+`]}`))
	h.want(t, 200, "", put(`{"resources":[`+goodServer+`],"resourceId":"`+h.servers+`"}`))
	h.want(t, 200, "", put(` {"resources" : [`+goodServer+`] , "sourceId":null,"resourceId":"`+h.servers+"\"}\r\n"))
	h.want(t, 400, "", put(`{"resourceId":"`+h.servers+`","resources":[],"resources":[]}`))
	h.want(t, 400, "", put(`{"resourceId":"`+h.servers+`"}`))
	h.want(t, 400, "", put(`{"resources":[]}`))
	h.want(t, 400, "", put(``))
	h.want(t, 404, `{"error":"resourceId not found","message":"resourceId not found"}`, put(set(strings.ToUpper(h.servers))))
	malformed := put("{\"resourceId\":\"" + h.servers + "\",\n\"resources\":[{]}")
	if h.want(t, 400, "", malformed); !strings.Contains(malformed.text, "line 2") || !strings.Contains(malformed.text, "column") || !strings.Contains(malformed.text, "offset") {
		t.Errorf("got %s, want line, column and byte offset", malformed)
	}
}

// encodings: gzip and zstd, and what is neither.
func (h *habits) encodings(t *testing.T) {
	body := set(h.servers, goodServer)
	var zipped, packed bytes.Buffer
	gz := gzip.NewWriter(&zipped)
	zs, err := zstd.NewWriter(&packed)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []io.WriteCloser{gz, zs} {
		if _, err := io.WriteString(w, body); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	put := func(body, encoding string) answer {
		return h.server.call(t, "PUT", "/v1/resources/custom_resource", body, bearer(h.token), "Content-Encoding: "+encoding)
	}
	h.want(t, 200, "", put(zipped.String(), "gzip"))
	h.want(t, 200, "", put(packed.String(), "zstd"))
	h.want(t, 200, "", put(body, "identity"))
	h.want(t, 400, "", put(body, "gzip"))
	h.want(t, 400, "", put(zipped.String()[:zipped.Len()/2], "gzip"))
	h.want(t, 415, "", put(body, "br"))
}

// headers: the scheme in any case, parameters and spellings of the content type.
func (h *habits) headers(t *testing.T) {
	put := func(header ...string) answer {
		return h.server.call(t, "PUT", "/v1/resources/custom_resource", set(h.servers, goodServer), header...)
	}
	for _, scheme := range []string{"Bearer", "bearer", "BEARER"} {
		h.want(t, 200, "", put("Authorization: "+scheme+" "+h.token))
	}
	h.want(t, 401, "", put("Authorization: Basic "+h.token))
	h.want(t, 401, "", put("Authorization: "+h.token))
	for _, kind := range []string{"application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON"} {
		h.want(t, 200, "", put(bearer(h.token), "Content-Type: "+kind))
	}
	h.want(t, 415, "", put(bearer(h.token), "Content-Type: text/plain"))
	h.want(t, 200, "", put(bearer(h.token), "Accept: application/json, text/plain, */*", "User-Agent: axios/1.7.9"))
	head := h.server.call(t, "HEAD", "/v1/resources/custom_resource?resourceId="+h.servers, "", bearer(h.token))
	if head.text != "" || head.status != 200 && head.status != 405 {
		t.Errorf("HEAD: got %s", head)
	}
	h.want(t, 405, "", h.server.call(t, "DELETE", "/v1/resources/custom_resource", "", bearer(h.token)))
	h.want(t, 405, "", h.server.call(t, "POST", "/v1/resources/custom_resource", set(h.servers), bearer(h.token)))
}

// paths: a slash too many must not become a redirect, which turns a PUT into a GET.
func (h *habits) paths(t *testing.T) {
	for _, path := range []string{"/v1/resources/custom_resource/", "/v1/resources/custom_resource/sync_all/", "//v1/resources/custom_resource"} {
		a := h.server.call(t, "PUT", path, set(h.servers, goodServer), bearer(h.token))
		if a.status >= 300 && a.status < 400 {
			t.Errorf("PUT %s: got %s, want no redirect", path, a)
		}
	}
}

// tokens: what the endpoint takes, and answers.
func (h *habits) tokens(t *testing.T) {
	body := `{"client_id":"` + h.app.ClientID + `","client_secret":"` + h.app.ClientSecret + `","grant_type":"client_credentials",` +
		`"scope":"connectors.self:write-resource connectors.self:read-resource"}`
	post := func(body string, header ...string) answer {
		return h.server.call(t, "POST", "/oauth/token", body, header...)
	}
	good := post(body, "Content-Type: application/json; charset=utf-8")
	h.want(t, 200, "", good)
	if good.header.Get("Cache-Control") != "no-store" || good.header.Get("Pragma") != "no-cache" {
		t.Errorf("got %v", good.header)
	}
	if !strings.Contains(good.text, `"expires_in":3600`) || !strings.Contains(good.text, `"token_type":"Bearer"`) {
		t.Errorf("got %s", good)
	}
	form := url.Values{"client_id": {h.app.ClientID}, "client_secret": {h.app.ClientSecret}, "grant_type": {"client_credentials"}}
	refused := post(form.Encode(), "Content-Type: application/x-www-form-urlencoded")
	if h.want(t, 400, "", refused); !strings.Contains(refused.text, `"error":"invalid_request"`) || !strings.Contains(refused.text, "JSON") {
		t.Errorf("got %s, want invalid_request, and to send JSON", refused)
	}
	old := h.server.call(t, "GET", "/v1/resources/custom_resource?resourceId="+h.servers, "", bearer(h.token))
	h.want(t, http.StatusUnauthorized, "", old)
}
