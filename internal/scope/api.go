// SPDX-License-Identifier: Apache-2.0

package scope

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// Mount mounts the routes under /v1/scopes.
func (s *Service) Mount(server *web.Server) {
	const read, write = caller.ReadControls, caller.WriteControls
	file := web.BodyOf[api.ScopeFile](server)
	route := func(method, path, id, summary string, p caller.Permission, more web.Route) web.Route {
		more.Method, more.Path, more.ID, more.Summary = method, "/v1/scopes"+path, id, summary
		more.Permission, more.Class, more.Tag = p, web.ClassManage, "Scopes"
		return more
	}
	plain := web.Route{}
	web.Register(server, route("GET", "", "listScopes", "List scopes", read, plain), s.list)
	web.Register(server, route("POST", "", "createScope", "Create a scope", write, web.Route{Describe: file, Status: http.StatusCreated}), s.create)
	web.Register(server, route("GET", "/{scopeId}", "getScope", "Get a scope by id or slug", read, plain), s.get)
	web.Register(server, route("PUT", "/{scopeId}", "replaceScope", "Make a scope be as a file says", write, web.Route{Describe: file}), s.replace)
	web.Register(server, route("DELETE", "/{scopeId}", "deleteScope", "Delete a scope that no framework is bound to", write, web.Route{Status: http.StatusNoContent}), s.delete)
	web.Register(server, route("GET", "/{scopeId}/tests", "listScopeTests", "What tests say of the records in a scope", caller.ReadTests, plain), s.tests)
}

type (
	// Input names a scope. It is exported because huma reads it only then.
	Input struct {
		Scope string `doc:"Id or slug." path:"scopeId"`
	}
	output struct{ Body api.Scope }
	empty  struct{}
)

func (s Scope) wire() api.Scope {
	a := api.Scope{
		ID: s.ID, Slug: s.Slug, Name: s.Document.Name, Description: s.Document.Description, Others: s.Document.Others,
		Filters: []api.ScopeFilter{}, CreatedDate: web.TimeOf(s.CreatedAt).String(), UpdatedDate: web.TimeOf(s.UpdatedAt).String(),
	}
	for _, f := range s.Document.Filters {
		a.Filters = append(a.Filters, api.ScopeFilter{Application: f.Application, Resource: string(f.Resource), Where: f.Where})
	}
	return a
}

func answer(found Scope, err error) (*output, error) {
	if err != nil {
		return nil, err
	}
	return &output{found.wire()}, nil
}

func (s *Service) list(ctx context.Context, in *web.PageInput) (*struct{ Body web.Page[api.Scope] }, error) {
	after, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil {
		return nil, err
	}
	all, err := s.List(ctx, caller.From(ctx))
	if err != nil {
		return nil, err
	}
	if after != nil {
		all = slices.DeleteFunc(all, func(one Scope) bool { return one.Slug <= after[0] })
	}
	page := make([]api.Scope, min(len(all), in.Size()))
	for i := range page {
		page[i] = all[i].wire()
	}
	cursor := func(a api.Scope) string { return web.EncodeCursor(a.Slug) }
	return &struct{ Body web.Page[api.Scope] }{web.NewPage(page, cursor, len(all) > len(page), after != nil)}, nil
}

func (s *Service) create(ctx context.Context, in *struct{ Body json.Value }) (*output, error) {
	return answer(s.Create(ctx, caller.From(ctx), in.Body))
}

func (s *Service) get(ctx context.Context, in *Input) (*output, error) {
	return answer(s.Get(ctx, caller.From(ctx), in.Scope))
}

func (s *Service) replace(ctx context.Context, in *struct {
	Input
	Body json.Value
},
) (*output, error) {
	return answer(s.Replace(ctx, caller.From(ctx), in.Scope, in.Body))
}

func (s *Service) delete(ctx context.Context, in *Input) (*empty, error) {
	return nil, s.Delete(ctx, caller.From(ctx), in.Scope)
}

type testsOutput struct{ Body web.Page[api.ScopedTest] }

func (s *Service) tests(ctx context.Context, in *struct {
	Input
	web.PageInput
},
) (*testsOutput, error) {
	after, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil {
		return nil, err
	}
	standings, err := s.Stands(ctx, caller.From(ctx), in.Scope)
	if err != nil {
		return nil, err
	}
	all := slices.SortedFunc(maps.Values(standings), func(a, b assessment.Standing) int { return strings.Compare(a.ID, b.ID) })
	if after != nil {
		all = slices.DeleteFunc(all, func(one assessment.Standing) bool { return one.ID <= after[0] })
	}
	page := make([]api.ScopedTest, min(len(all), in.Size()))
	for i := range page {
		one := all[i]
		page[i] = api.ScopedTest{
			ID: one.ID, Name: one.Name, Status: string(one.Status), Passing: one.Counts[assessment.Passing], Failing: one.Counts[assessment.Failing],
			InProgress: one.Counts[assessment.InProgress], Deactivated: one.Counts[assessment.Deactivated], OutOfScope: one.Counts[assessment.OutOfScope],
		}
	}
	cursor := func(a api.ScopedTest) string { return web.EncodeCursor(a.ID) }
	return &testsOutput{web.NewPage(page, cursor, len(all) > len(page), after != nil)}, nil
}
