// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"context"
	"net/http"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/web"
)

// Mount mounts the routes under /v1/streams. Whoever manages how people get in decides
// where the audit trail goes, too.
func (s *Service) Mount(server *web.Server) {
	const read, write = caller.ReadSettings, caller.ManageSignIn
	route := func(method, path, id, summary string, p caller.Permission, status int) web.Route {
		return web.Route{
			Method: method, Path: "/v1/streams" + path, ID: id, Summary: summary, Permission: p, Class: web.ClassManage, Tag: "Streams", Status: status,
		}
	}
	web.Register(server, route("GET", "", "listStreams", "List streams", read, 0), s.list)
	web.Register(server, route("POST", "", "createStream", "Forward what happens to a syslog server", write, http.StatusCreated), s.create)
	web.Register(server, route("GET", "/{streamId}", "getStream", "Get stream by ID", read, 0), s.get)
	web.Register(server, route("PATCH", "/{streamId}", "updateStream", "Change a stream", write, 0), s.patch)
	web.Register(server, route("DELETE", "/{streamId}", "deleteStream", "Delete a stream", write, http.StatusNoContent), s.delete)
	web.Register(server, route("POST", "/{streamId}/test", "testStream", "Send a stream a test message", write, 0), s.test)
}

// Input names a stream. It is exported because huma reads it only then.
type Input struct {
	Stream string `doc:"Id or name." path:"streamId"`
}

type output struct{ Body api.Stream }

type listOutput struct {
	Body struct {
		Streams []api.Stream `json:"streams"`
	}
}

func (s *Service) list(ctx context.Context, _ *struct{}) (*listOutput, error) {
	list, err := s.List(ctx, caller.From(ctx))
	if err != nil {
		return nil, err
	}
	out := &listOutput{}
	out.Body.Streams = make([]api.Stream, len(list))
	for i, x := range list {
		out.Body.Streams[i] = x.Wire()
	}
	return out, nil
}

func formOf(in api.StreamInput) Form {
	return Form{After: in.After, Authority: in.CertificateAuthority, Facility: in.Facility, Name: in.Name, Types: in.Types, URL: in.URL}
}

func (s *Service) create(ctx context.Context, in *struct{ Body api.StreamInput }) (*output, error) {
	x, err := s.Create(ctx, caller.From(ctx), formOf(in.Body))
	if err != nil {
		return nil, err
	}
	return &output{x.Wire()}, nil
}

func (s *Service) get(ctx context.Context, in *Input) (*output, error) {
	x, err := s.Get(ctx, caller.From(ctx), in.Stream)
	if err != nil {
		return nil, err
	}
	return &output{x.Wire()}, nil
}

type patchInput struct {
	Input
	Body api.StreamInput
}

func (s *Service) patch(ctx context.Context, in *patchInput) (*output, error) {
	x, err := s.Change(ctx, caller.From(ctx), in.Stream, formOf(in.Body))
	if err != nil {
		return nil, err
	}
	return &output{x.Wire()}, nil
}

func (s *Service) delete(ctx context.Context, in *Input) (*struct{}, error) {
	return nil, s.Delete(ctx, caller.From(ctx), in.Stream)
}

func (s *Service) test(ctx context.Context, in *Input) (*output, error) {
	x, err := s.Test(ctx, caller.From(ctx), in.Stream)
	if err != nil {
		return nil, err
	}
	return &output{x.Wire()}, nil
}

// Wire answers a stream as the API has it.
func (x Stream) Wire() api.Stream {
	date := func(ms *int64) *string {
		if ms == nil {
			return nil
		}
		text := web.TimeOf(*ms).String()
		return &text
	}
	wire := api.Stream{
		Behind: x.Behind, CreatedDate: *date(&x.CreatedAt), Cursor: x.Cursor.String(), Facility: x.FacilityWord(), FailingSinceDate: date(x.Failing),
		HasCertificateAuthority: x.Authority != "", ID: x.ID, LastSentDate: date(x.SentAt), Name: x.Name, SentCount: x.Sent, Status: "OK",
		Types: x.Types, UpdatedDate: *date(&x.UpdatedAt), URL: x.URL,
	}
	if x.Failing != nil {
		wire.Status, wire.LastError, wire.NextTryDate = "FAILING", &x.LastError, date(&x.NextAt)
	}
	return wire
}
