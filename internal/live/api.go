// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/web"
)

// Mount mounts the stream of events.
func (s *Service) Mount(server *web.Server) {
	web.Register(server, web.Route{
		Method: "GET", Path: "/v1/live", ID: "streamHints", Summary: "Hear what changes, by server-sent events",
		Permission: caller.OwnAccount, Class: web.ClassManage, Tag: "Home", Describe: describe,
	}, s.get)
}

func describe(op *huma.Operation) {
	op.Description = "Events of the kinds hello, resync, sync, test and change, whose data is JSON. An event says what to read again, never what it is by now. " +
		"change is told of what is on the audit trail, by the kind of its target. hello comes first; resync says that something may have been missed, as after a connection that broke. The stream ends with the session."
	web.DescribeEventStream(op)
}

const checked = 3 * time.Second // between looks at the session

type input struct {
	LastEvent string `doc:"Of the connection before, as browsers send it: the first event is resync then." header:"Last-Event-ID"`
	Seconds   int    `default:"-1" doc:"End the stream after this long; it goes on when absent. 0 ends it after the first event." maximum:"3600" minimum:"-1" query:"seconds"`
}

type output struct{ Body func(huma.Context) }

func (s *Service) get(ctx context.Context, in *input) (*output, error) {
	client, err := s.Open(ctx, caller.From(ctx))
	if err != nil {
		return nil, err
	}
	return &output{Body: func(ctx huma.Context) {
		defer s.Leave(client)
		r, _ := humago.Unwrap(ctx)
		st := &stream{EventStream: web.OpenEventStream(ctx), id: web.RequestID(r.Context())}
		first := "hello"
		if in.LastEvent != "" {
			first = "resync"
		}
		st.event(first, api.LiveHint{})
		if in.Seconds != 0 {
			s.run(r.Context(), client, st, in.Seconds)
		}
	}}, nil
}

// stream gives all events one id: who comes back with it has missed what came since.
type stream struct {
	*web.EventStream
	id string
}

func (st *stream) event(kind string, data api.LiveHint) { st.Event(st.id, kind, data) }

// run writes what comes until somebody has enough: the client, the session, the server.
func (s *Service) run(ctx context.Context, client *Client, st *stream, seconds int) {
	beats, checks := time.NewTicker(web.Beat), time.NewTicker(checked)
	defer beats.Stop()
	defer checks.Stop()
	var end <-chan time.Time
	if seconds > 0 {
		timer := time.NewTimer(time.Duration(seconds) * time.Second)
		defer timer.Stop()
		end = timer.C
	}
	for st.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case <-s.Done():
			return
		case <-end:
			return
		case <-client.Missed:
			st.event("resync", api.LiveHint{})
		case h := <-client.Hints:
			st.event(h.Kind, h.wire())
		case <-beats.C:
			st.Comment()
		case <-checks.C:
			if s.Check(ctx, client) != nil {
				return // it comes back and is told why
			}
		}
	}
}

func (h Hint) wire() api.LiveHint {
	return api.LiveHint{DefinitionID: string(h.Definition), Noun: h.Noun, Status: string(h.Status), SyncID: h.Sync, TestID: h.Test}
}
