// SPDX-License-Identifier: Apache-2.0

package scim

import (
	"context"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// router makes a route of the set-up; a status of 0 is 200.
type router func(method, path, id, summary string, p caller.Permission, status int) web.Route

// mountHistory mounts what the provider sent, and what became of it.
func (s *Service) mountHistory(server *web.Server, route router) {
	const read, write = caller.ReadSettings, caller.ManageProvisioning
	const requests = "/{directoryId}/requests"
	web.Register(server, route("GET", requests, "listDirectoryRequests", "List the provider's requests, in words", read, 0), s.getRequests)
	export := route("GET", requests+"/export", "exportDirectoryRequests", "Export the provider's requests as JSON lines", read, 0)
	line := server.API().OpenAPI().Components.Schemas.Schema(reflect.TypeFor[api.DirectoryRequest](), true, "")
	export.Describe = func(op *huma.Operation) {
		op.Responses["200"].Content = map[string]*huma.MediaType{"application/x-ndjson": {Schema: line}}
	}
	web.Register(server, export, s.exportRequests)
	web.Register(server, route("GET", requests+"/{requestId}", "getDirectoryRequest", "Get a request with its bodies, without secrets", read, 0), s.getRequest)
	web.Register(server, route("POST", requests+"/{requestId}/replay", "replayDirectoryRequest", "Repeat a request that was refused", write, 0), s.postReplay)
	web.Register(server, route("GET", "/{directoryId}/users/{userId}/timeline", "getDirectoryTimeline", "Say what happened to a user", read, 0), s.getTimeline)
}

type (
	// LogFilterInput narrows the log.
	LogFilterInput struct {
		Method   string `enum:"GET,POST,PUT,PATCH,DELETE" query:"method"`
		Resource string `doc:"Id of a user or group." maxLength:"200" query:"resourceId"`
		Status   string `doc:"A status such as 409, a class such as 4xx, or failed for all from 400 on." maxLength:"10" query:"status"`
		Subject  string `doc:"Part of the name of whom or what it was about." maxLength:"200" query:"subject"`
	}
	requestsInput struct {
		DirectoryInput
		LogFilterInput
		web.PageInput
	}
	exportInput struct {
		DirectoryInput
		LogFilterInput
	}
	requestInput struct {
		DirectoryInput
		Request string `path:"requestId"`
	}

	requestsOutput struct {
		Body web.Page[api.DirectoryRequest]
	}
	requestOutput  struct{ Body api.DirectoryRequest }
	exportOutput   struct{ Body func(huma.Context) }
	replayOutput   struct{ Body api.DirectoryReplay }
	timelineOutput struct{ Body api.DirectoryTimeline }
)

func (in LogFilterInput) query() (q LogQuery, err error) {
	q = LogQuery{Method: in.Method, Resource: in.Resource, Subject: in.Subject}
	status := strings.ToLower(in.Status)
	exact, wrong := strconv.Atoi(status)
	switch {
	case status == "":
	case status == "failed":
		q.From = 400
	case len(status) == 3 && strings.HasSuffix(status, "xx") && status[0] >= '1' && status[0] <= '5':
		q.From = int(status[0]-'0') * 100
		q.To = q.From + 99
	case wrong == nil && exact >= 100 && exact <= 599:
		q.From, q.To = exact, exact
	default:
		return q, web.InQuery("status", "must be a status such as 409, a class such as 4xx, or failed")
	}
	return q, nil
}

// changes says whether a request could have changed anything.
func (l Logged) changes() bool {
	path, _, _ := strings.Cut(l.Path, "?")
	return l.Method != http.MethodGet && !strings.HasSuffix(path, "/.search")
}

func (s *Service) getRequests(ctx context.Context, in *requestsInput) (*requestsOutput, error) {
	return s.answerRequests(ctx, caller.From(ctx), in.Directory, in.LogFilterInput, in.PageInput)
}

// answerRequests is the end of every route that lists requests.
func (s *Service) answerRequests(
	ctx context.Context, c caller.Caller, id DirectoryID, filter LogFilterInput, in web.PageInput,
) (*requestsOutput, error) {
	q, err := filter.query()
	if err != nil {
		return nil, err
	}
	if q.After, err = afterOf(in); err != nil {
		return nil, err
	}
	p, err := s.Requests(ctx, c, id, q, in.Size())
	if err != nil {
		return nil, err
	}
	entries := wireEach(p.Requests, func(l Logged) api.DirectoryRequest { return l.wire(p.Directory.Provider) })
	cursor := func(r api.DirectoryRequest) string { return web.EncodeCursor(r.ID) }
	return &requestsOutput{web.NewPage(entries, cursor, p.More, q.After != "")}, nil
}

func (s *Service) exportRequests(ctx context.Context, in *exportInput) (*exportOutput, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	return &exportOutput{web.StreamBody(http.StatusOK, "application/x-ndjson", func(w io.Writer) error {
		return s.EachRequest(ctx, caller.From(ctx), in.Directory, q, func(d Directory, l Logged) error {
			line, err := json.Marshal(l.wireWhole(d.Provider))
			if err != nil {
				return err
			}
			_, err = w.Write(append(line, '\n'))
			return err
		})
	})}, nil
}

func (s *Service) getRequest(ctx context.Context, in *requestInput) (*requestOutput, error) {
	d, l, err := s.Request(ctx, caller.From(ctx), in.Directory, in.Request)
	if err != nil {
		return nil, err
	}
	return &requestOutput{l.wireWhole(d.Provider)}, nil
}

func (s *Service) postReplay(ctx context.Context, in *requestInput) (*replayOutput, error) {
	d, l, err := s.Replay(ctx, caller.From(ctx), in.Directory, in.Request)
	if err != nil {
		return nil, err
	}
	return &replayOutput{api.DirectoryReplay{
		RequestID: l.ID, Status: l.Status, Succeeded: l.Status < http.StatusBadRequest, Words: l.Words, Problem: l.Problem,
		WhatToDo: l.advice(d.Provider),
	}}, nil
}

func (s *Service) getTimeline(ctx context.Context, in *directoryUserInput) (*timelineOutput, error) {
	t, err := s.Timeline(ctx, caller.From(ctx), in.Directory, in.User)
	if err != nil {
		return nil, err
	}
	return &timelineOutput{t.wire()}, nil
}
