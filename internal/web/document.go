// SPDX-License-Identifier: Apache-2.0

package web

import (
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/internal/json"
)

const (
	schemaPrefix = "#/components/schemas/"
	errorSchema  = schemaPrefix + "ErrorBody"
)

func describeService(doc *huma.OpenAPI) {
	doc.Info.Description = "Push what your systems know, state the rules it must pass, keep evidence that anyone can check."
	doc.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	doc.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer":  {Type: "http", Scheme: "bearer", Description: "An access token of POST /oauth/token."},
		"session": {Type: "apiKey", In: "cookie", Name: plainCookie, Description: "The session of a signed-in user, from POST /v1/session; __Host-muster over HTTPS."},
	}
}

// Document answers the OpenAPI 3.1 document as served. It is made once, at the
// first call, when every route is mounted.
func (s *Server) Document() ([]byte, error) { return s.document() }

// packDocument makes of the document what is served.
func (s *Server) packDocument() (*packed, error) {
	text, err := s.Document()
	if err != nil {
		return nil, err
	}
	return pack(text)
}

// finishDocument repairs in one walk what the types cannot say to huma: that a
// pointer to a struct may be null, and that a nullable enum holds null.
func (s *Server) finishDocument() ([]byte, error) {
	text, err := s.api.OpenAPI().MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("write OpenAPI document: %w", err)
	}
	var doc any
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("read OpenAPI document: %w", err)
	}
	registry := s.api.OpenAPI().Components.Schemas
	schemas := object(object(object(doc)["components"])["schemas"])
	for name := range registry.Map() {
		if t := registry.TypeFromRef(schemaPrefix + name); t != nil {
			allowNull(object(object(schemas[name])["properties"]), t)
		}
	}
	repair(doc)
	return json.MarshalIndent(doc)
}

func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// allowNull marks the properties whose Go field is a pointer that is written
// even when nil.
func allowNull(properties map[string]any, t reflect.Type) {
	if t.Kind() != reflect.Struct {
		return
	}
	for _, field := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		property := object(properties[name])
		if property == nil || field.Type.Kind() != reflect.Pointer || strings.Contains(options, "omit") {
			continue
		}
		switch kind := property["type"].(type) {
		case string:
			property["type"] = []any{kind, "null"}
		case nil:
			if ref, ok := property["$ref"]; ok {
				delete(property, "$ref")
				property["anyOf"] = []any{map[string]any{"$ref": ref}, map[string]any{"type": "null"}}
			}
		}
	}
}

// repair walks the whole document.
func repair(v any) {
	switch v := v.(type) {
	case []any:
		for _, element := range v {
			repair(element)
		}
	case map[string]any:
		kinds, _ := v["type"].([]any)
		if enum, ok := v["enum"].([]any); ok && contains(kinds, "null") && !contains(enum, nil) {
			v["enum"] = append(enum, nil)
		}
		for _, member := range v {
			repair(member)
		}
	}
}

func contains(list []any, want any) bool {
	for _, element := range list {
		if element == want {
			return true
		}
	}
	return false
}

// operationAt answers the documented operation of a mounted route.
func operationAt(doc *huma.OpenAPI, method, path string) *huma.Operation {
	item := doc.Paths[path]
	switch method {
	case http.MethodDelete:
		return item.Delete
	case http.MethodGet:
		return item.Get
	case http.MethodPatch:
		return item.Patch
	case http.MethodPost:
		return item.Post
	case http.MethodPut:
		return item.Put
	}
	panic("no route takes " + method)
}

// Members of a documented operation that are Muster's own. Security says which
// tokens get through; these say what a user's role must give.
const (
	memberClass      = "x-rate-limit"    // the class that the request counts against
	memberOr         = "x-permission-or" // enough as well
	memberOwners     = "x-owners"        // who owns the object, or may own such, gets through without
	memberPermission = "x-permission"
)

// whoMay documents what the guard asks for.
func whoMay(m *mounted) map[string]any {
	members := map[string]any{memberClass: m.class}
	if m.open {
		return members
	}
	members[memberPermission] = m.permission
	if m.or != "" {
		members[memberOr] = m.or
	}
	if m.own || m.owned != "" {
		members[memberOwners] = true
	}
	return members
}

// addErrorResponses documents what every route under /v1 may answer.
func addErrorResponses(op *huma.Operation) {
	delete(op.Responses, "default")
	op.Responses["default"] = ErrorResponse("Any other error.")
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests} {
		op.Responses[strconv.Itoa(status)] = ErrorResponse(http.StatusText(status))
	}
}

// ErrorResponse documents an answer with an ErrorBody.
func ErrorResponse(description string) *huma.Response {
	return &huma.Response{
		Description: description,
		Content:     map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Ref: errorSchema}}},
	}
}
