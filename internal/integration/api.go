// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/web"
)

// Mount mounts the routes of contract manage-api.md under /v1/integrations.
func (s *Service) Mount(server *web.Server) {
	const read, write = caller.ReadApplications, caller.WriteApplications
	route := func(method, path, id, summary string, p caller.Permission, status int) web.Route {
		return web.Route{
			Method: method, Path: "/v1/integrations" + path, ID: id, Summary: summary, Tag: "Integrations", Permission: p, Class: web.ClassManage,
			Status: status,
		}
	}
	const kinds, resources = "/{integrationId}/resource-kinds", "/{integrationId}/resource-kinds/{resourceKind}/resources"
	web.Register(server, route("GET", "", "listIntegrations", "List connected integrations", read, 0), s.getIntegrations)
	web.Register(server, route("GET", "/{integrationId}", "getIntegration", "Get a connected integration", read, 0), s.getIntegration)
	web.Register(server, route("GET", kinds, "listResourceKinds", "List the kinds of resources of an integration", read, 0), s.getKinds)
	web.Register(server, route("GET", kinds+"/{resourceKind}", "getResourceKind", "Count the resources of a kind", read, 0), s.getKind)
	web.Register(server, route("GET", resources, "listResources", "List the resources of a kind that exist, in the order in which they first came", read, 0), s.getResources)
	web.Register(server, route("PATCH", resources, "updateResources", "Say something of several resources", write, 0), s.patchResources)
	web.Register(server, route("GET", resources+"/{resourceId}", "getResource", "Get a resource, gone or not", read, 0), s.getResource)
	web.Register(server, route("PATCH", resources+"/{resourceId}", "updateResource", "Say something of a resource", write, http.StatusNoContent), s.patchResource)
}

type listOutput struct {
	Body web.Page[api.Integration]
}

func (s *Service) getIntegrations(ctx context.Context, in *struct{ web.PageInput }) (*listOutput, error) {
	after, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil {
		return nil, err
	}
	last := ""
	if after != nil {
		last = after[0]
	}
	list, more, err := s.List(ctx, caller.From(ctx), last, in.Size())
	if err != nil {
		return nil, err
	}
	page := make([]api.Integration, len(list))
	for i, one := range list {
		page[i] = one.wire()
	}
	cursor := func(i api.Integration) string { return web.EncodeCursor(i.IntegrationID) }
	return &listOutput{web.NewPage(page, cursor, more, after != nil)}, nil
}

// These are exported because huma reads what is embedded only then.
type (
	// ApplicationRef names an integration, which is an application.
	ApplicationRef struct {
		Integration string `doc:"Id of the application." path:"integrationId"`
	}
	// KindRef names a kind of it.
	KindRef struct {
		ApplicationRef
		Kind string `doc:"Name of the definition." path:"resourceKind"`
	}
	// ResourceRef names a resource of that kind.
	ResourceRef struct {
		KindRef
		Resource string `doc:"Id of the record." path:"resourceId"`
	}
)

func (in KindRef) ref() Ref { return Ref{Integration: in.Integration, Kind: in.Kind} }

func (s *Service) getIntegration(ctx context.Context, in *ApplicationRef) (*struct{ Body api.Integration }, error) {
	one, err := s.Get(ctx, caller.From(ctx), in.Integration)
	if err != nil {
		return nil, err
	}
	return &struct{ Body api.Integration }{one.wire()}, nil
}

func (s *Service) getKinds(ctx context.Context, in *ApplicationRef) (*struct{ Body []api.ResourceKindSummary }, error) {
	one, err := s.Get(ctx, caller.From(ctx), in.Integration)
	if err != nil {
		return nil, err
	}
	list := make([]api.ResourceKindSummary, len(one.Kinds))
	for i, d := range one.Kinds {
		list[i] = wireKind(d)
	}
	return &struct{ Body []api.ResourceKindSummary }{list}, nil
}

type kindInput struct {
	KindRef
	Connection string `doc:"Only those that come from this connection." query:"connectionId"`
}

func (s *Service) getKind(ctx context.Context, in *kindInput) (*struct{ Body api.ResourceKindDetails }, error) {
	d, counts, err := s.Count(ctx, caller.From(ctx), in.ref(), in.Connection)
	if err != nil {
		return nil, err
	}
	return &struct{ Body api.ResourceKindDetails }{counts.wire(d)}, nil
}

type resourcesInput struct {
	KindRef
	web.PageInput
	Connection  string `doc:"Only those that come from this connection." query:"connectionId"`
	Description string `doc:"true: only those with a description; false: only those without." enum:"true,false" query:"hasDescription"`
	InScope     string `doc:"true: only those in scope; false: only those that are not." enum:"true,false" query:"isInScope"`
	Owner       string `doc:"true: only those with an owner; false: only those without." enum:"true,false" query:"hasOwner"`
}

func (in *resourcesInput) query() (q Query, err error) {
	q = Query{Connection: in.Connection, Described: switchOf(in.Description), InScope: switchOf(in.InScope), Limit: in.Size(), Owned: switchOf(in.Owner)}
	parts, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil || parts == nil {
		return q, err
	}
	ref, ok := resource.ParseEntityID(parts[0])
	if !ok {
		return q, web.InQuery("pageCursor", "must be a cursor of an earlier answer of this list")
	}
	q.After = ref.Item
	return q, nil
}

// switchOf reads true, false or nothing.
func switchOf(text string) *bool {
	if text == "" {
		return nil
	}
	value := text == "true"
	return &value
}

type resourcesOutput struct{ Body web.Page[anyResource] }

func (s *Service) getResources(ctx context.Context, in *resourcesInput) (*resourcesOutput, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	list, more, err := s.Resources(ctx, caller.From(ctx), in.ref(), q)
	if err != nil {
		return nil, err
	}
	page := make([]anyResource, len(list))
	for i, r := range list {
		page[i] = r.wire()
	}
	answer := web.NewPage(page, func(anyResource) string { return "" }, more, q.After != 0)
	if len(list) > 0 {
		start, end := web.EncodeCursor(list[0].ID()), web.EncodeCursor(list[len(list)-1].ID())
		answer.Results.PageInfo.StartCursor, answer.Results.PageInfo.EndCursor = &start, &end
	}
	return &resourcesOutput{answer}, nil
}

func (s *Service) getResource(ctx context.Context, in *ResourceRef) (*struct{ Body anyResource }, error) {
	r, err := s.Resource(ctx, caller.From(ctx), in.ref(), in.Resource)
	if err != nil {
		return nil, err
	}
	return &struct{ Body anyResource }{r.wire()}, nil
}

// removable is a text that may be absent, or null to take it away.
type removable struct{ value *string }

// UnmarshalJSON reads a text or null.
func (r *removable) UnmarshalJSON(text []byte) error {
	r.value = new(string)
	return json.Unmarshal(text, r.value)
}

// Schema documents it.
func (removable) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Nullable: true}
}

// Update says what to say of a resource. It is exported because huma reads what is
// embedded only then.
type Update struct {
	Description removable `doc:"null or nothing takes it away." json:"description,omitzero"`
	InScope     *bool     `json:"inScope,omitempty"`
	Owner       removable `doc:"Id of a person; null or nothing takes it away." json:"ownerId,omitzero"`
}

func (u Update) change() Change {
	return Change{Description: u.Description.value, InScope: u.InScope, Owner: u.Owner.value}
}

type patchInput struct {
	ResourceRef
	Body Update
}

func (s *Service) patchResource(ctx context.Context, in *patchInput) (*struct{}, error) {
	return nil, s.Edit(ctx, caller.From(ctx), in.ref(), in.Resource, in.Body.change())
}

type bulkInput struct {
	KindRef
	Body struct {
		Updates []bulkUpdate `json:"updates" maxItems:"50"`
	}
}

type bulkUpdate struct {
	Update
	ID string `json:"id"`
}

func (s *Service) patchResources(ctx context.Context, in *bulkInput) (*struct{ Body api.BulkResponse }, error) {
	if _, _, err := s.Count(ctx, caller.From(ctx), in.ref(), ""); err != nil { // the kind first: it is in the path
		return nil, err
	}
	updates := in.Body.Updates
	ids := make([]string, len(updates))
	for i, u := range updates {
		ids[i] = u.ID
	}
	answer, err := web.Bulk(ids, func(i int) error { return s.Edit(ctx, caller.From(ctx), in.ref(), ids[i], updates[i].change()) })
	return &struct{ Body api.BulkResponse }{answer}, err
}
