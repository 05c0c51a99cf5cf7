// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scim"
	"github.com/passmuster/muster/internal/web"
)

// provider is an identity provider at the SCIM door of a site.
type provider struct {
	base, token string
	door        http.Handler
	site        *site
}

func newProvider(s *site) *provider {
	s.t.Helper()
	d, token, err := s.SCIM.CreateDirectory(s.t.Context(), s.admin, scim.NewDirectory{Name: "Okta", Provider: scim.Generic})
	s.ok(err)
	server := web.New(web.Options{BaseURL: "http://muster.example", Now: s.clock.now})
	s.SCIM.Mount(server)
	return &provider{base: "/scim/v2/" + string(d.ID), door: server.Handler(), site: s, token: token}
}

// send answers what the door says to a request that it grants.
func (p *provider) send(method, path, body string) []byte {
	p.site.t.Helper()
	r := httptest.NewRequest(method, "http://muster.example"+p.base+path, strings.NewReader(body)).WithContext(p.site.t.Context())
	r.Header.Set("Authorization", "Bearer "+p.token)
	r.Header.Set("Content-Type", "application/scim+json")
	w := httptest.NewRecorder()
	p.door.ServeHTTP(w, r)
	if w.Code >= 300 {
		p.site.t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	return w.Body.Bytes()
}

// hire makes a user and answers its id.
func (p *provider) hire(email string) string {
	p.site.t.Helper()
	var made struct {
		ID string `json:"id"`
	}
	p.site.ok(json.Unmarshal(p.send("POST", "/Users", fmt.Sprintf(
		`{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": %q, "active": true}`, email)), &made))
	return made.ID
}

// rename gives a user another userName.
func (p *provider) rename(user, email string) {
	p.site.t.Helper()
	p.send("PATCH", "/Users/"+user, fmt.Sprintf(
		`{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "replace", "path": "userName", "value": %q}]}`, email))
}
