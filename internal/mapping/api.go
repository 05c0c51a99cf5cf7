// SPDX-License-Identifier: Apache-2.0

package mapping

import (
	"context"
	"net/http"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/web"
)

// Mount mounts the routes under /v1/mappings.
func (s *Service) Mount(server *web.Server) {
	const read, write = caller.ReadResources, caller.WriteResources
	route := func(method, path, id, summary string, p caller.Permission, status int) web.Route {
		return web.Route{
			Method: method, Path: "/v1/mappings" + path, ID: id, Summary: summary, Tag: "Resources", Permission: p,
			Class: web.ClassIntegration, Status: status,
		}
	}
	web.Register(server, route("GET", "", "listMappings", "List how resources are shown on other pages", read, 0), s.getMappings)
	web.Register(server, route("GET", "/{resourceId}", "getMapping", "How a resource is shown on another page", read, 0), s.getMapping)
	web.Register(server, route("PUT", "/{resourceId}", "putMapping", "Show a resource on another page", write, 0), s.putMapping)
	web.Register(server, route("DELETE", "/{resourceId}", "deleteMapping", "Show a resource on no other page", write, http.StatusNoContent), s.deleteMapping)
}

// DefinitionInput names a definition.
type DefinitionInput struct {
	Resource string `path:"resourceId"`
}

type (
	mappingOutput  struct{ Body api.Mapping }
	mappingsOutput struct {
		Body struct {
			Mappings []api.Mapping `json:"mappings"`
		}
	}
	nothing struct{}
)

func (p Put) wire() api.Mapping {
	w := api.Mapping{
		As: string(p.Mapping.As), Conditions: p.Mapping.Conditions, Fields: p.Mapping.Fields, ResourceID: string(p.Definition.ID),
		UpdatedDate: web.TimeOf(db.Millis(p.UpdatedAt)).String(), Values: p.Mapping.Values,
	}
	if w.Conditions == nil {
		w.Conditions = map[string]json.Value{}
	}
	if w.Fields == nil {
		w.Fields = map[string]string{}
	}
	if w.Values == nil {
		w.Values = map[string]string{}
	}
	return w
}

func (s *Service) getMappings(ctx context.Context, _ *struct{}) (*mappingsOutput, error) {
	list, err := s.List(ctx, caller.From(ctx))
	out := &mappingsOutput{}
	out.Body.Mappings = make([]api.Mapping, len(list))
	for i, p := range list {
		out.Body.Mappings[i] = p.wire()
	}
	return out, err
}

func answer(p Put, err error) (*mappingOutput, error) {
	if err != nil {
		return nil, err
	}
	return &mappingOutput{p.wire()}, nil
}

func (s *Service) getMapping(ctx context.Context, in *DefinitionInput) (*mappingOutput, error) {
	return answer(s.Get(ctx, caller.From(ctx), resource.ID(in.Resource)))
}

type putInput struct {
	DefinitionInput
	Body struct {
		As         string                `doc:"computer, vulnerability or vulnerable-asset." json:"as"`
		Conditions map[string]json.Value `doc:"Rules on the records, by condition." json:"conditions,omitempty"`
		Fields     map[string]string     `doc:"Fields of the records, by slot." json:"fields,omitempty"`
		Values     map[string]string     `doc:"What is the same for every record, by slot." json:"values,omitempty"`
	}
}

func (s *Service) putMapping(ctx context.Context, in *putInput) (*mappingOutput, error) {
	return answer(s.Set(ctx, caller.From(ctx), resource.ID(in.Resource), Mapping{
		As: Kind(in.Body.As), Conditions: in.Body.Conditions, Fields: in.Body.Fields, Values: in.Body.Values,
	}))
}

func (s *Service) deleteMapping(ctx context.Context, in *DefinitionInput) (*nothing, error) {
	return nil, s.Delete(ctx, caller.From(ctx), resource.ID(in.Resource))
}
