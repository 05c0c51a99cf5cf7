// SPDX-License-Identifier: Apache-2.0

package workspace

import (
	"context"
	"net/http"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/web"
)

// Browser answers the ids of the workspaces that a caller's browser can switch
// to.
type Browser func(ctx context.Context, c caller.Caller) ([]string, error)

// Mount mounts the routes under /v1/workspaces.
func (s *Service) Mount(server *web.Server, browser Browser) {
	route := func(method, path, id, summary string, p caller.Permission, status int) web.Route {
		return web.Route{
			Method: method, Path: "/v1/workspaces" + path, ID: id, Summary: summary, Permission: p, Class: web.ClassManage,
			Tag: "Workspaces", Status: status,
		}
	}
	f := &face{browser: browser, service: s}
	web.Register(server, route("GET", "", "listWorkspaces", "List the workspaces of this browser", caller.OwnAccount, 0), f.list)
	web.Register(server, route("POST", "", "createWorkspace", "Make a workspace, with oneself as its Admin", caller.ManageWorkspaces, http.StatusCreated), f.create)
	web.Register(server, route("PATCH", "/{workspaceId}", "updateWorkspace", "Rename the workspace that one is in", caller.ManageWorkspaces, 0), f.rename)
}

type face struct {
	browser Browser
	service *Service
}

type output struct{ Body api.Workspace }

func (w Workspace) wire() api.Workspace {
	return api.Workspace{CreatedAt: web.TimeOf(db.Millis(w.CreatedAt)).String(), ID: w.ID, Name: w.Name, Slug: w.Slug}
}

func (f *face) list(ctx context.Context, _ *struct{}) (*struct{ Body api.WorkspaceList }, error) {
	ids, err := f.browser(ctx, caller.From(ctx))
	if err != nil {
		return nil, err
	}
	list := api.WorkspaceList{Workspaces: []api.Workspace{}}
	for _, id := range ids {
		w, err := f.service.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		list.Workspaces = append(list.Workspaces, w.wire())
	}
	return &struct{ Body api.WorkspaceList }{list}, nil
}

func (f *face) create(ctx context.Context, in *struct{ Body api.WorkspaceInput }) (*output, error) {
	w, err := f.service.Create(ctx, caller.From(ctx), NewWorkspace{Name: in.Body.Name, Slug: in.Body.Slug})
	return &output{w.wire()}, err
}

func (f *face) rename(ctx context.Context, in *struct {
	Workspace string `doc:"Id or slug of the workspace that one is in." path:"workspaceId"`
	Body      api.WorkspaceChange
},
) (*output, error) {
	c := caller.From(ctx)
	named, err := f.service.Get(ctx, in.Workspace)
	if fault.KindOf(err) == fault.NotFound && err != nil || err == nil && named.ID != c.Workspace.ID {
		return nil, fault.New(fault.NotFound, "Workspace with id: %s not found; switch to it first", in.Workspace)
	}
	if err != nil {
		return nil, err
	}
	w, err := f.service.Rename(ctx, c, in.Body.Name)
	return &output{w.wire()}, err
}
