// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"
	"net/http"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/document"
	"github.com/passmuster/muster/internal/web"
)

// documentRoutes are the service as it answers requests about documents.
type documentRoutes struct {
	*Service
	base string // what others call this server
}

// mountDocuments mounts what binds documents to controls.
func (s *Service) mountDocuments(server *web.Server) {
	route := func(method, path, id, summary string, p caller.Permission, tag string) web.Route {
		return web.Route{Method: method, Path: path, ID: id, Summary: summary, Permission: p, Class: web.ClassManage, Tag: tag}
	}
	const control = "/v1/controls/{controlId}"
	h := &documentRoutes{s, server.BaseURL()}
	web.Register(server, route("POST", control+"/add-document-to-control", "addDocumentToControl", "Add control to document mapping", caller.WriteControls, "Controls"), h.postDocument)
	web.Register(server, route("GET", control+"/documents", "listControlDocuments", "List a control's documents", caller.ReadDocuments, "Controls"), h.getDocuments)
	gone := route("DELETE", control+"/documents/{documentId}", "removeDocumentFromControl", "Remove control from document mapping", caller.WriteControls, "Controls")
	gone.Status = http.StatusNoContent
	web.Register(server, gone, s.deleteDocument)
	web.Register(server, route("GET", "/v1/documents/{documentId}/controls", "listDocumentControls", "List document's controls", caller.ReadControls, "Documents"), s.getControlsOfDocument)
}

func (s *documentRoutes) postDocument(ctx context.Context, in *struct {
	ControlRef
	Body api.DocumentID
},
) (*struct{ Body api.DocumentAndControl }, error) {
	control, d, err := s.AddDocument(ctx, caller.From(ctx), in.Control, in.Body.DocumentID)
	out, err := s.answer(ctx, control, err)
	if err != nil {
		return nil, err
	}
	page, err := s.Documents.Wire(ctx, caller.From(ctx), s.base, d)
	if err != nil {
		return nil, err
	}
	return &struct{ Body api.DocumentAndControl }{api.DocumentAndControl{Control: out.Body, Document: page[0]}}, nil
}

func (s *documentRoutes) getDocuments(ctx context.Context, in *controlTestsInput) (*struct {
	Body web.Page[api.Document]
}, error,
) {
	from, err := in.After()
	if err != nil {
		return nil, err
	}
	list, more, err := s.DocumentsOf(ctx, caller.From(ctx), in.Control, from, in.Size())
	if err != nil {
		return nil, err
	}
	page, err := s.Documents.Wire(ctx, caller.From(ctx), s.base, list...)
	if err != nil {
		return nil, err
	}
	cursor := func(d api.Document) string { return web.EncodeCursor(d.ID) }
	return &struct{ Body web.Page[api.Document] }{web.NewPage(page, cursor, more, from != "")}, nil
}

func (s *Service) deleteDocument(ctx context.Context, in *struct {
	ControlRef
	document.Input
},
) (*nothing, error) {
	return nil, s.RemoveDocument(ctx, caller.From(ctx), in.Control, in.Document)
}

func (s *Service) getControlsOfDocument(ctx context.Context, in *struct {
	document.Input
	web.PageInput
},
) (*controlsPage, error) {
	from, err := in.After()
	if err != nil {
		return nil, err
	}
	list, more, err := s.ControlsOfDocument(ctx, caller.From(ctx), in.Document, from, in.Size())
	return s.controlsPage(ctx, list, more, from != "", err)
}
