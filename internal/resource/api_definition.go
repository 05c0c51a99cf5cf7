// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"net/http"
	"slices"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// mountDefinitions mounts the routes under /v1/definitions and /v1/base-types.
func (s *Service) mountDefinitions(server *web.Server) {
	const read, write = caller.ReadApplications, caller.WriteApplications
	route := func(method, path, id, summary string, p caller.Permission, status int) web.Route {
		return web.Route{
			Method: method, Path: "/v1/" + path, ID: id, Summary: summary, Permission: p, Class: web.ClassManage, Tag: "Definitions", Status: status,
		}
	}
	web.Register(server, route("GET", "base-types", "listBaseTypes", "List the base types with their fields", read, 0), s.getBaseTypes)
	web.Register(server, route("GET", "definitions", "listDefinitions", "List definitions as they stand, oldest first", read, 0), s.getDefinitions)
	web.Register(server, route("POST", "definitions", "createDefinition", "Make a definition: what an application pushes under one id", write, http.StatusCreated), s.postDefinition)
	web.Register(server, route("GET", "definitions/{resourceId}", "getDefinition", "Get a definition as it stands", read, 0), s.getDefinition)
	web.Register(server, route("PATCH", "definitions/{resourceId}", "updateDefinition", "Change a definition; a schema becomes its next version", write, 0), s.patchDefinition)
	web.Register(server, route("DELETE", "definitions/{resourceId}", "deleteDefinition", "Delete a definition that nothing was ever pushed to", write, http.StatusNoContent), s.deleteDefinition)
	web.Register(server, route("GET", "definitions/{resourceId}/schemas", "listSchemaVersions", "List the versions of the schema, newest first", read, 0), s.getSchemas)
	web.Register(server, route("POST", "definitions/{resourceId}/check", "checkSchema", "Say what is wrong with a schema that is not saved, and what would not fit it", read, 0), s.postCheck)
	web.Register(server, route("GET", "definitions/{resourceId}/held", "listHeldRemovals", "List the records whose removal is held", read, 0), s.getHeld)
	web.Register(server, route("POST", "definitions/{resourceId}/held/release", "releaseHeldRemovals", "Let the held removals happen", write, 0), s.postRelease)
}

type (
	// DefinitionRef names a definition. It is exported because huma reads it only then.
	DefinitionRef struct {
		ID string `doc:"The resourceId." path:"resourceId"`
	}
	definitionOutput struct{ Body api.Definition }
	nothing          struct{}
)

func (s Standing) wire() api.Definition {
	d := api.Definition{
		ID: string(s.ID), Name: s.Name, ApplicationID: s.Application, BaseType: string(s.Base), Type: s.Base.Snake(), Schema: s.Schema,
		SchemaVersion: s.SchemaVersion, Records: s.Head.Current, LastPush: s.LastPush(),
		CreatedDate: web.TimeOf(s.CreatedAt.UnixMilli()).String(), UpdatedDate: web.TimeOf(s.UpdatedAt.UnixMilli()).String(),
	}
	if s.Schema == nil {
		d.Schema = json.Value("null")
	}
	if s.Handling != "" {
		handling := string(s.Handling)
		d.Handling = &handling
	}
	if g := s.Guard; g != nil {
		d.Guard = &api.RemovalGuard{Count: g.Count, Percent: g.Percent, Repeats: g.Repeats}
	}
	if s.Origin != "" {
		d.Origin = &api.DefinitionOrigin{ResourceID: string(s.Origin), Application: s.publisher.application, Publisher: s.publisher.workspace}
	}
	for _, source := range s.Sources {
		if source.ID != "" && (source.LastPush != "" || source.EndedAt == 0) {
			d.Sources = append(d.Sources, source.wire(s.ID))
		}
	}
	if s.Held > 0 {
		d.Held = &api.HeldRemovals{Count: s.Held}
		if token, at := s.token(); token != "" {
			since := web.TimeOf(at).String()
			d.Held.ConfirmToken, d.Held.SinceDate = &token, &since
		}
	}
	return d
}

func (s Source) wire(id ID) api.DefinitionSource {
	date := func(ms int64) *string {
		if ms == 0 {
			return nil
		}
		text := web.TimeOf(ms).String()
		return &text
	}
	w := api.DefinitionSource{
		DisconnectedDate: date(s.EndedAt), Failure: s.Refusal, LastPushDate: date(s.LastPushAt), Records: s.Current, Source: s.ID,
	}
	if s.Held > 0 {
		w.Held = &api.HeldRemovals{Count: s.Held}
		if token := s.token(id); token != "" {
			w.Held.ConfirmToken, w.Held.SinceDate = &token, date(s.HeldSince)
		}
	}
	return w
}

// LastPush answers the newest push as the API shows it, nil for none.
func (s Standing) LastPush() *api.LastPush {
	p := s.Pushed
	if p == nil {
		return nil
	}
	r := p.Counts
	return &api.LastPush{
		SyncID: p.ID, Date: web.TimeOf(s.Head.LastPushAt).String(), Received: r.Received, Accepted: r.Accepted, Rejected: r.Rejected,
		Created: r.Created, Updated: r.Updated, Unchanged: r.Unchanged, Removed: r.Removed,
	}
}

func (s *Service) answer(ctx context.Context, id ID, err error) (*definitionOutput, error) {
	if err != nil {
		return nil, err
	}
	one, err := s.Standing(ctx, caller.From(ctx), id)
	if err != nil {
		return nil, err
	}
	return &definitionOutput{one.wire()}, nil
}

func (s *Service) getBaseTypes(context.Context, *struct{}) (*struct{ Body web.Page[api.BaseType] }, error) {
	var list []api.BaseType
	for _, base := range Bases() {
		schema, err := base.Schema()
		if err != nil {
			return nil, err
		}
		list = append(list, api.BaseType{Name: string(base), Type: base.Snake(), Fields: fieldsIn(schema)})
	}
	cursor := func(b api.BaseType) string { return web.EncodeCursor(b.Name) }
	return &struct{ Body web.Page[api.BaseType] }{web.NewPage(list, cursor, false, false)}, nil
}

type definitionsInput struct {
	web.PageInput
	Application string `doc:"Only those of an application: its id, client id or name." query:"applicationId"`
}

func (s *Service) getDefinitions(ctx context.Context, in *definitionsInput) (*struct{ Body web.Page[api.Definition] }, error) {
	after, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil {
		return nil, err
	}
	application := ""
	if in.Application != "" {
		if application, err = s.Application(ctx, caller.From(ctx), in.Application); err != nil {
			return nil, err
		}
	}
	all, err := s.Standings(ctx, caller.From(ctx), application)
	if err != nil {
		return nil, err
	}
	if after != nil {
		all = slices.DeleteFunc(all, func(one Standing) bool { return string(one.ID) <= after[0] })
	}
	page := make([]api.Definition, min(len(all), in.Size()))
	for i := range page {
		page[i] = all[i].wire()
	}
	cursor := func(d api.Definition) string { return web.EncodeCursor(d.ID) }
	return &struct{ Body web.Page[api.Definition] }{web.NewPage(page, cursor, len(all) > len(page), after != nil)}, nil
}

// given answers a member's text; nil when it is absent or null.
func given(value json.Value) []byte {
	if value == nil || value.Kind() == 'n' {
		return nil
	}
	return value
}

func (s *Service) postDefinition(ctx context.Context, in *struct{ Body api.DefinitionInput }) (*definitionOutput, error) {
	c := caller.From(ctx)
	application, err := s.Application(ctx, c, in.Body.ApplicationID)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return nil, fault.At(fault.Problem{Pointer: "/applicationId", Message: "names no application"})
	}
	if err != nil {
		return nil, err
	}
	if _, ok := ParseBase(in.Body.BaseType); !ok {
		return nil, fault.At(fault.Problem{Pointer: "/baseType", Message: "must be a base type: " + baseList()})
	}
	d, err := s.Create(ctx, c, NewDefinition{
		Application: application, Base: in.Body.BaseType, Name: in.Body.Name, Schema: given(in.Body.Schema),
	})
	return s.answer(ctx, d.ID, err)
}

func (s *Service) getDefinition(ctx context.Context, in *DefinitionRef) (*definitionOutput, error) {
	return s.answer(ctx, ID(in.ID), nil)
}

func (s *Service) patchDefinition(ctx context.Context, in *struct {
	DefinitionRef
	Body api.DefinitionChange
},
) (*definitionOutput, error) {
	edit := Edit{Force: in.Body.Force, Name: in.Body.Name, Schema: given(in.Body.Schema)}
	if raw := in.Body.Handling; raw != nil {
		var handling Handling
		if given(raw) != nil && (json.Unmarshal(raw, &handling) != nil || handling == "") {
			handling = "another" // refused with its place
		}
		edit.Handling = &handling
	}
	if raw := in.Body.Guard; raw != nil {
		guard, err := readGuard(raw)
		if err != nil {
			return nil, err
		}
		edit.Guard = &guard
	}
	_, _, err := s.Edit(ctx, caller.From(ctx), ID(in.ID), edit)
	return s.answer(ctx, ID(in.ID), err)
}

// readGuard reads a guard; nil when the text is null.
func readGuard(raw json.Value) (*Guard, error) {
	if given(raw) == nil {
		return nil, nil //nolint:nilnil // null takes the guard away
	}
	var g api.RemovalGuard
	if json.UnmarshalStrict(raw, &g) != nil {
		return nil, fault.At(fault.Problem{Pointer: "/guard", Message: "must be null or an object of the numbers count, percent and repeats"})
	}
	return &Guard{Count: g.Count, Percent: g.Percent, Repeats: g.Repeats}, nil
}

func (s *Service) deleteDefinition(ctx context.Context, in *DefinitionRef) (*nothing, error) {
	return nil, s.Delete(ctx, caller.From(ctx), ID(in.ID))
}

func (s *Service) getSchemas(ctx context.Context, in *struct {
	DefinitionRef
	web.PageInput
},
) (*struct{ Body web.Page[api.SchemaVersion] }, error) {
	before, err := numberCursor(in.PageCursor)
	if err != nil {
		return nil, err
	}
	all, err := s.Schemas(ctx, caller.From(ctx), ID(in.ID))
	if err != nil {
		return nil, err
	}
	if before > 0 {
		all = slices.DeleteFunc(all, func(v SchemaVersion) bool { return v.Version >= before })
	}
	page := make([]api.SchemaVersion, min(len(all), in.Size()))
	for i := range page {
		page[i] = api.SchemaVersion{Version: all[i].Version, Schema: all[i].Document, CreatedDate: web.TimeOf(all[i].CreatedAt).String()}
	}
	cursor := func(v api.SchemaVersion) string { return cursorOf(v.Version) }
	return &struct{ Body web.Page[api.SchemaVersion] }{web.NewPage(page, cursor, len(all) > len(page), before > 0)}, nil
}

func (s *Service) postCheck(ctx context.Context, in *struct {
	DefinitionRef
	Body api.SchemaDraft
},
) (*struct{ Body api.SchemaCheck }, error) {
	whole := in.Body.Records == nil || *in.Body.Records
	fits, problems, err := s.CheckSchema(ctx, caller.From(ctx), ID(in.ID), in.Body.Schema, whole)
	if err != nil {
		return nil, err
	}
	check := api.SchemaCheck{
		Problems: []api.SchemaProblem{}, Failing: fits.Failing, Sample: append([]string{}, fits.Sample...), Tests: append([]string{}, fits.Tests...),
		Workspaces: fits.Workspaces,
	}
	for _, p := range problems {
		check.Problems = append(check.Problems, api.SchemaProblem{Pointer: p.Pointer, Message: p.Message})
	}
	return &struct{ Body api.SchemaCheck }{check}, nil
}

func (s *Service) getHeld(ctx context.Context, in *struct {
	DefinitionRef
	web.PageInput
},
) (*recordsOutput, error) {
	after, err := numberCursor(in.PageCursor)
	if err != nil {
		return nil, err
	}
	list, more, err := s.Held(ctx, caller.From(ctx), ID(in.ID), Item(after), in.Size())
	if err != nil {
		return nil, err
	}
	cursors := cursorsByItem(list)
	cursor := func(r api.Record) string { return cursors[r.ID] }
	return &recordsOutput{web.NewPage(wireRecords(list), cursor, more, after > 0)}, nil
}

func (s *Service) postRelease(ctx context.Context, in *struct {
	DefinitionRef
	Body api.Release
},
) (*syncOutput, error) {
	id, err := s.Release(ctx, caller.From(ctx), ID(in.ID), in.Body.ConfirmToken)
	if err != nil {
		return nil, err
	}
	return s.getSync(ctx, &SyncRef{id})
}
