// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"net/url"
	"strings"

	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/scim/schema"
	"github.com/passmuster/muster/internal/web"
)

// problemOf answers the detail of an error answer, "" for none.
func problemOf(a answer) string {
	if a.Status < 400 {
		return ""
	}
	var body struct {
		Detail string `json:"detail"`
	}
	if err := json.Unmarshal(a.Body, &body); err != nil {
		return ""
	}
	return body.Detail
}

// safeQuery writes a query for the log: a filter may compare with a secret.
func safeQuery(query url.Values) string {
	safe := url.Values{}
	for name, values := range query {
		if schema.SecretName(name) || name == "filter" && schema.SecretName(strings.Join(values, " ")) {
			values = []string{concealed}
		}
		safe[name] = values
	}
	text, err := url.QueryUnescape(safe.Encode())
	if err != nil {
		return safe.Encode()
	}
	return text
}

// wordsOf says what a request was, as a sentence.
func wordsOf(req request, a answer, subject string) string {
	segments := strings.Split(strings.Trim(req.Path, "/"), "/")
	kind := strings.TrimSuffix(schema.Fold(segments[0]), "s")
	one := len(segments) > 1 && segments[1] != ".search"
	if subject == "" {
		subject = "a " + kind
		if one {
			subject = "the " + kind + " " + segments[1]
		}
	} else {
		subject = "the " + kind + " " + subject
	}
	said, known := map[string]string{methodGet: "asked for ", methodPost: "created ", methodPut: "replaced ", methodPatch: "changed ", methodDelete: "deleted "}[req.asGet().Method]
	if !known {
		said = "tried " + web.Shorten(req.Method) + " on "
	}
	words := said + subject
	switch {
	case kind == "bulk":
		words = "sent several changes at once"
	case kind == "serviceproviderconfig" || kind == "schema" || kind == "resourcetype":
		words = "asked what this service can do"
	case !one && (req.asGet().Method == methodGet || len(segments) > 1):
		words = "listed the " + kind + "s"
		if filter := req.Query.Get("filter"); filter != "" && !schema.SecretName(filter) {
			words = "looked for a " + kind + " by " + filter
		}
	}
	if a.Status >= 400 {
		return words + ": refused. " + problemOf(a)
	}
	return words
}

// The steps of the set-up that traffic does (contract section 3).
const (
	stepAssigned     = "assigned"
	stepCredentials  = "credentials"
	stepGroups       = "groups"
	stepProvisioning = "provisioning"
)

// stepsOf answers the steps that a request did.
func stepsOf(c *call, req request, a answer) []string {
	if a.Status >= 400 || c.rehearsal {
		return nil
	}
	path := schema.Fold(strings.Trim(req.Path, "/"))
	users, groups := strings.HasPrefix(path, "users"), strings.HasPrefix(path, "groups")
	var steps []string
	switch {
	case req.Method == methodGet && (path == "users" || path == "groups"):
		steps = append(steps, stepCredentials)
	case req.Method != methodGet && (users || groups || path == "bulk") && !strings.HasSuffix(path, ".search"):
		steps = append(steps, stepCredentials, stepProvisioning)
		if users {
			steps = append(steps, stepAssigned)
		}
		if groups && req.Method == methodPost {
			steps = append(steps, stepGroups)
		}
	}
	return steps
}
