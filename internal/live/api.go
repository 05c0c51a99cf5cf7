// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// Mount mounts the stream of events.
func (s *Service) Mount(server *web.Server) {
	web.Register(server, web.Route{
		Method: "GET", Path: "/v1/events", ID: "streamEvents", Summary: "Hear what changes, by server-sent events",
		Permission: caller.OwnAccount, Class: web.ClassManage, Tag: "Home", Describe: describe,
	}, s.get)
}

const eventStream = "text/event-stream"

func describe(op *huma.Operation) {
	op.Description = "Events of the kinds hello, resync, sync, test and change, whose data is JSON. An event says what to read again, never what it is by now. " +
		"change is told of what is on the audit trail, by the kind of its target. hello comes first; resync says that something may have been missed, as after a connection that broke. The stream ends with the session."
	op.Responses["200"].Content = map[string]*huma.MediaType{eventStream: {Schema: &huma.Schema{Type: huma.TypeString}}}
}

const (
	beat    = 15 * time.Second // between comments that keep proxies from hanging up
	checked = 3 * time.Second  // between looks at the session
)

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
		r, w := humago.Unwrap(ctx)
		st := &stream{control: http.NewResponseController(w), id: web.RequestID(r.Context()), w: w}
		w.Header().Set("Content-Type", eventStream)
		w.Header().Set("X-Accel-Buffering", "no") // for a proxy that would collect it
		w.WriteHeader(http.StatusOK)
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

// stream writes events; once one could not be written, none is.
type stream struct {
	control *http.ResponseController
	err     error
	id      string // of all events: who comes back with one has missed what came since
	w       http.ResponseWriter
}

func (st *stream) event(kind string, data api.LiveHint) {
	text, err := json.Marshal(data)
	if err == nil {
		st.write(fmt.Sprintf("id: %s\nevent: %s\ndata: %s\n\n", st.id, kind, text))
	}
}

func (st *stream) write(text string) {
	if st.err != nil {
		return
	}
	if _, st.err = st.w.Write([]byte(text)); st.err == nil {
		st.err = st.control.Flush()
	}
}

// run writes what comes until somebody has enough: the client, the session, the server.
func (s *Service) run(ctx context.Context, client *Client, st *stream, seconds int) {
	beats, checks := time.NewTicker(beat), time.NewTicker(checked)
	defer beats.Stop()
	defer checks.Stop()
	var end <-chan time.Time
	if seconds > 0 {
		timer := time.NewTimer(time.Duration(seconds) * time.Second)
		defer timer.Stop()
		end = timer.C
	}
	for st.err == nil {
		select {
		case <-ctx.Done():
			return
		case <-s.Done:
			return
		case <-end:
			return
		case <-client.Missed:
			st.event("resync", api.LiveHint{})
		case h := <-client.Hints:
			st.event(h.Kind, h.wire())
		case <-beats.C:
			st.write(":\n\n")
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
