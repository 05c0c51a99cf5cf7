// SPDX-License-Identifier: Apache-2.0

package oauth

import (
	"context"
	"net/http"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/web"
)

// mountConnections mounts the routes of what public applications have in other
// workspaces, for both sides.
func (s *Service) mountConnections(server *web.Server) {
	route := func(method, path, id, summary string, p caller.Permission, status int) web.Route {
		return web.Route{
			Method: method, Path: "/v1/applications/{applicationId}" + path, ID: id, Summary: summary, Permission: p, Class: web.ClassManage,
			Tag: "Applications", Status: status,
		}
	}
	web.Register(server, route("GET", "/connections", "listConnections", "List the connections of an installed application, oldest first", caller.ReadApplications, 0), s.getConnections)
	web.Register(server, route("DELETE", "/connections/{connectionId}", "deleteConnection", "Disconnect a source; its tokens are dead at once, and its records leave the tests", caller.WriteApplications, http.StatusNoContent), s.deleteConnection)
	web.Register(server, route("GET", "/installations", "listInstallations", "List the workspaces that installed a public application, oldest first", caller.ReadApplications, 0), s.getInstallations)
}

type applicationPage struct {
	ApplicationRef
	web.PageInput
}

func (n Connection) wire() api.ApplicationConnection {
	a := api.ApplicationConnection{
		ID: string(n.ID), Source: n.Source, State: string(n.State), Scopes: texts(n.Scopes), AllowedByID: n.AllowedBy,
		AllowedByName: n.AllowedByName, CreatedDate: date(n.CreatedAt), ConnectedDate: date(n.ConnectedAt),
		RefreshedDate: date(n.RefreshedAt), LastUsedDate: maybeDate(n.UsedAt), DisconnectedDate: maybeDate(n.DisconnectedAt),
	}
	if n.State == Disconnected {
		reason, words := string(n.Reason), n.Reason.Words()
		a.Reason, a.ReasonText = &reason, &words
	}
	if n.EndedBy != "" {
		a.DisconnectedBy = &n.EndedBy
	}
	return a
}

func (x Installation) wire() api.ApplicationInstallation {
	a := api.ApplicationInstallation{
		ID: string(x.ID), WorkspaceName: x.Workspace, State: string(Disconnected), Connections: x.Connections, Connected: x.Connected,
		CreatedDate: date(x.CreatedAt), LastUsedDate: maybeDate(x.UsedAt),
	}
	if x.Connected > 0 {
		a.State = string(Connected)
	}
	return a
}

// pageOf answers a page of what is listed by rising ids.
func pageOf[T, A any](in web.PageInput, all []T, wire func(T) A, id func(A) string) (*struct{ Body web.Page[A] }, error) {
	after, err := in.After()
	if err != nil {
		return nil, err
	}
	list := []A{}
	for _, x := range all {
		if a := wire(x); id(a) > after {
			list = append(list, a)
		}
	}
	page := list[:min(len(list), in.Size())]
	cursor := func(a A) string { return web.EncodeCursor(id(a)) }
	return &struct{ Body web.Page[A] }{web.NewPage(page, cursor, len(list) > len(page), after != "")}, nil
}

func (s *Service) getConnections(ctx context.Context, in *applicationPage) (*struct {
	Body web.Page[api.ApplicationConnection]
}, error,
) {
	all, err := s.Connections(ctx, caller.From(ctx), in.Application)
	if err != nil {
		return nil, err
	}
	return pageOf(in.PageInput, all, Connection.wire, func(a api.ApplicationConnection) string { return a.ID })
}

func (s *Service) getInstallations(ctx context.Context, in *applicationPage) (*struct {
	Body web.Page[api.ApplicationInstallation]
}, error,
) {
	all, err := s.Installations(ctx, caller.From(ctx), in.Application)
	if err != nil {
		return nil, err
	}
	return pageOf(in.PageInput, all, Installation.wire, func(a api.ApplicationInstallation) string { return a.ID })
}

func (s *Service) deleteConnection(ctx context.Context, in *struct {
	ApplicationRef
	Connection string `doc:"Id of the connection, as lists show it." path:"connectionId"`
},
) (*nothing, error) {
	return nil, s.Disconnect(ctx, caller.From(ctx), in.Application, in.Connection)
}
