// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"fmt"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/internal/caller"
)

// Class is a rate-limit class: each application has a bucket in each.
type Class string

// The classes of the contract.
const (
	ClassAudit       Class = "audit"
	ClassIntegration Class = "integration"
	ClassManage      Class = "manage"
	ClassOAuth       Class = "oauth"
	ClassSCIM        Class = "scim" // of directories, by the second

	classSession Class = "session" // of users, whatever the route says
)

// Route is one line of a feature's routes.
type Route struct {
	Method, Path string // the path as in net/http.ServeMux: /v1/tests/{id}
	ID           string // operationId, unique
	Summary      string
	Tag          string

	Permission caller.Permission // checked before path, query or body are looked at
	Or         caller.Permission // enough as well; the handler narrows to what each gives. "" for none
	Class      Class

	Open  bool   // past credential and permission: whoever calls is a Visitor
	Own   bool   // users who may own objects get through without the permission; the handler narrows to theirs
	Owned string // kind of the object that the path's first parameter names: its owner gets through without the permission

	Accept    []string              // media types of a streamed body; nil = JSON only
	BodyLimit int64                 // bytes of a JSON body, decoded; 0 = the server's
	Describe  func(*huma.Operation) // amends the documented operation, after huma filled it; may be nil
	Status    int                   // of success; 0 = 200
}

// Plain is a route of net/http, without huma: it decodes and answers by itself.
type Plain struct {
	Method, Path string
	Class        Class           // for the record; the handler calls Take itself
	Operation    *huma.Operation // for the document; nil leaves it out
	Permission   caller.Permission

	// CrossOrigin lets other sites make a browser send this, cookies or not.
	CrossOrigin bool

	// Open takes a path under /v1 past credential, limit and permission. For
	// routes whose client authenticates in another way.
	Open bool

	// Tree takes all that is below Path, which ends with a slash, whatever its
	// method and however odd the path: the router has no say, and the handler
	// answers what is not there, too. Method is "" then.
	Tree bool
}

// mounted is a route as the guard needs it.
type mounted struct {
	accept      []string
	bodyLimit   int64
	class       Class
	crossOrigin bool
	method      string
	open        bool
	or          caller.Permission
	own         bool
	owned       string
	path        string
	permission  caller.Permission
	visitors    bool // counted against the address: its client does not authenticate itself
}

func (m *mounted) pattern() string { return m.method + " " + m.path }

// Register mounts a route. I is a struct of path, query and header fields and
// perhaps a Body or an embedded Stream; O a struct of header fields and perhaps
// a Body. A route under /v1 without a permission or class is a programming
// error and panics.
func Register[I, O any](s *Server, r Route, h func(context.Context, *I) (*O, error)) {
	if r.Permission == "" || r.Class == "" {
		panic(fmt.Sprintf("route %s %s names no permission or no class", r.Method, r.Path))
	}
	m := &mounted{
		accept: r.Accept, bodyLimit: r.BodyLimit, class: r.Class,
		method: r.Method, open: r.Open, or: r.Or, own: r.Own, owned: r.Owned, path: r.Path, permission: r.Permission,
		visitors: r.Open,
	}
	if m.bodyLimit == 0 {
		m.bodyLimit = s.options.BodyLimit
	}
	s.routes[m.pattern()] = m
	_, takesJSON := reflect.TypeFor[I]().FieldByName("Body")
	huma.Register(s.api, operation(r, takesJSON), func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err != nil {
			return nil, failureOf(ctx, err)
		}
		return out, nil
	})
	documented := operationAt(s.api.OpenAPI(), r.Method, r.Path)
	addErrorResponses(documented)
	documented.Extensions = whoMay(m)
	if r.Describe != nil {
		r.Describe(documented)
	}
}

func operation(r Route, takesJSON bool) huma.Operation {
	status := r.Status
	if status == 0 {
		status = http.StatusOK
	}
	op := huma.Operation{
		BodyReadTimeout: -1, // each read has its own (stream.go)
		DefaultStatus:   status,
		MaxBodyBytes:    -1, // counted by jsonBody, which knows the decoded size
		Method:          r.Method,
		OperationID:     r.ID,
		Path:            r.Path,
		Security:        security(r),
		Summary:         r.Summary,
	}
	if r.Tag != "" {
		op.Tags = []string{r.Tag}
	}
	if takesJSON {
		op.Middlewares = huma.Middlewares{jsonBody}
	}
	return op
}

// security documents who gets through: a token with a scope, or a session.
func security(r Route) []map[string][]string {
	if r.Open {
		return nil
	}
	session := map[string][]string{"session": {}}
	if len(caller.GrantedBy(r.Permission)) == 0 {
		return []map[string][]string{session}
	}
	return []map[string][]string{{"bearer": scopes(r.Permission)}, session}
}

func scopes(p caller.Permission) []string {
	names := []string{}
	for _, scope := range caller.GrantedBy(p) {
		names = append(names, string(scope))
	}
	return names
}

// tree is a part of the address space that one handler has to itself.
type tree struct {
	handler         http.Handler
	pattern, prefix string
}

// Handle mounts a plain route.
func (s *Server) Handle(p Plain, h http.Handler) {
	m := &mounted{class: p.Class, crossOrigin: p.CrossOrigin, method: p.Method, open: p.Open, path: p.Path, permission: p.Permission}
	s.routes[m.pattern()] = m
	if p.Tree {
		s.trees = append(s.trees, tree{handler: h, pattern: m.pattern(), prefix: p.Path})
		return
	}
	s.mux.Handle(m.pattern(), h)
	if p.Operation != nil {
		p.Operation.Method, p.Operation.Path = p.Method, p.Path
		p.Operation.Extensions = whoMay(m)
		s.api.OpenAPI().AddOperation(p.Operation)
	}
}

// HandlePages mounts what answers / and every path that no route has, to a
// browser that opens a page; see wantsPage.
func (s *Server) HandlePages(h http.Handler) { s.pages = h }

// Mounted describes a route for tests that walk them all.
type Mounted struct {
	Class      Class
	Open       bool
	Pattern    string
	Permission caller.Permission
}

// Routes lists every mounted route, in no order.
func (s *Server) Routes() []Mounted {
	routes := make([]Mounted, 0, len(s.routes))
	for pattern, m := range s.routes {
		routes = append(routes, Mounted{Class: m.class, Open: m.open, Pattern: pattern, Permission: m.permission})
	}
	return routes
}
