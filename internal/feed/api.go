// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// Mount mounts the feed. The guard lets in who reads the audit trail or tests; of each
// type, those are told who may be.
func (l *Listeners) Mount(server *web.Server) {
	line := server.API().OpenAPI().Components.Schemas.Schema(reflect.TypeFor[api.Event](), true, "")
	route := func(path, id, summary, more string, describe func(*huma.Operation)) web.Route {
		return web.Route{
			Method: http.MethodGet, Path: "/v1/events" + path, ID: id, Summary: summary, Tag: "Events", Permission: caller.ReadAudit, Or: caller.ReadTests, Class: web.ClassManage,
			Describe: func(op *huma.Operation) {
				op.Description = more
				describe(op)
			},
		}
	}
	lines := func(op *huma.Operation) {
		op.Responses["200"].Content = map[string]*huma.MediaType{"application/x-ndjson": {Schema: line}}
	}
	nothing := func(*huma.Operation) {}
	web.Register(server, route("", "listEvents", "List events after a cursor", listed, nothing), l.list)
	web.Register(server, route("/export", "exportEvents", "Export events as JSON lines", exported, lines), l.export)
	web.Register(server, route("/stream", "streamEvents", "Hear events by server-sent events", streamed, web.DescribeEventStream), l.stream)
	web.Register(server, route("/types", "listEventTypes", "List types of events", typed, nothing), l.types)
}

const (
	listed = "The oldest first. endCursor says where to go on, also on an empty page: hand it back as pageCursor or after. " +
		"An event is part of the feed about a second after it happened, and stays at its place for ever, so that who goes on from the last id has missed nothing and had nothing twice. " +
		"outcome.changed, one event a record, comes only when types names it. Who lacks the permission of a type is not told of it, and an auditor hears of the audit's window only."
	exported = "One event a line, the oldest first, up to the newest at the time of the request. Go on with after and the id of the last line."
	streamed = "Each event's id is its place in the feed, event its type and data the event as JSON. Last-Event-ID or after go on behind an event; without either the stream begins with what happens next. " +
		"A comment every 15 seconds keeps the connection, and tells the id from which a stream would go on. The stream ends with the session or the token, and when the client reads nothing for 30 seconds."
	typed = "Those that the audit trail has words of its own for, and those drawn from pushes and evaluations."
)

// newest is the word for the end of the feed.
const newest = "newest"

// WantInput is embedded in what asks for events.
type WantInput struct {
	After string   `doc:"Id of an event: what follows it. newest: what happens from now on." maxLength:"60" query:"after"`
	Types []string `doc:"Names of types, or a noun and .*, such as test.*; all but outcome.changed when absent." query:"types"`
}

// read checks the input and answers what is wanted, and from where on: from other where
// no cursor is given.
func (in WantInput) read(ctx context.Context, s *Service, other string) (w Want, at Cursor, err error) {
	for _, name := range in.Types {
		if name == "" {
			continue
		}
		if err := CheckType(name); err != nil {
			return w, at, web.InQuery("types", "%s", err.Error())
		}
		w.Types = append(w.Types, name)
	}
	if in.After == "" {
		in.After = other
	}
	switch in.After {
	case "":
		return w, at, nil
	case newest:
		at, err = s.Newest(ctx, caller.From(ctx).Workspace)
		return w, at, err
	}
	if at, err = ParseCursor(in.After); err != nil {
		err = web.InQuery("after", "%s", err.Error())
	}
	return w, at, err
}

type listInput struct {
	WantInput
	web.PageInput
}

type listOutput struct{ Body web.Page[api.Event] }

func (l *Listeners) list(ctx context.Context, in *listInput) (*listOutput, error) {
	want, at, err := in.read(ctx, l.Feed, in.PageCursor)
	if err != nil {
		return nil, err
	}
	c := caller.From(ctx)
	listing, err := l.Feed.List(ctx, c, Page{After: at, Limit: in.Size(), Want: want})
	if err != nil {
		return nil, err
	}
	wire := make([]api.Event, len(listing.Events))
	for i, e := range listing.Events {
		wire[i] = e.Wire(c)
	}
	page := web.NewPage(wire, func(e api.Event) string { return e.ID }, listing.More, at != Cursor{})
	end := listing.Next.String()
	page.Results.PageInfo.EndCursor = &end
	return &listOutput{page}, nil
}

type exportOutput struct{ Body func(huma.Context) }

// exportStep is how many events an export reads at once.
const exportStep = 500

func (l *Listeners) export(ctx context.Context, in *WantInput) (*exportOutput, error) {
	want, at, err := in.read(ctx, l.Feed, "")
	if err != nil {
		return nil, err
	}
	c := caller.From(ctx)
	end, err := l.Feed.Newest(ctx, c.Workspace)
	if err != nil {
		return nil, err
	}
	return &exportOutput{web.StreamBody(http.StatusOK, "application/x-ndjson", func(w io.Writer) error {
		for at.Before(end) {
			listing, err := l.Feed.List(ctx, c, Page{After: at, Limit: exportStep, Want: want})
			if err != nil {
				return err
			}
			for _, e := range listing.Events {
				text, err := json.Marshal(e.Wire(c))
				if err != nil {
					return err
				}
				if _, err := w.Write(append(text, '\n')); err != nil {
					return err
				}
			}
			at = listing.Next
		}
		return nil
	})}, nil
}

type streamInput struct {
	WantInput
	LastEvent string `doc:"As browsers send it after a connection that broke; goes before after." header:"Last-Event-ID"`
	Seconds   int    `default:"-1" doc:"End the stream after this long; it goes on when absent. 0 ends it after what has happened by now." maximum:"3600" minimum:"-1" query:"seconds"`
}

func (l *Listeners) stream(ctx context.Context, in *streamInput) (*exportOutput, error) {
	if _, err := ParseCursor(in.LastEvent); err == nil {
		in.After = in.LastEvent
	}
	want, at, err := in.read(ctx, l.Feed, newest)
	if err != nil {
		return nil, err
	}
	c := caller.From(ctx)
	leave, err := l.streams.Enter(c.ID)
	if err != nil {
		return nil, err
	}
	return &exportOutput{func(ctx huma.Context) {
		defer leave()
		r, _ := humago.Unwrap(ctx)
		_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		one := &listener{at: at, caller: c, listeners: l, st: web.OpenEventStream(ctx), token: strings.TrimSpace(token), want: want}
		one.st.Reached(at.String())
		if err := one.run(r.Context(), in.Seconds); err != nil {
			l.Logger.LogAttrs(r.Context(), slog.LevelWarn, "a stream of events ends", slog.Any("error", err))
		}
	}}, nil
}

// listener is one stream.
type listener struct {
	at        Cursor
	caller    caller.Caller
	listeners *Listeners
	st        *web.EventStream
	token     string
	want      Want
}

// checked is how often a stream looks whether its session or token stands.
const checked = 3 * time.Second

// run writes what comes until somebody has enough: the client, the session, the server.
func (o *listener) run(ctx context.Context, seconds int) error {
	beats, checks, looks := time.NewTicker(web.Beat), time.NewTicker(checked), time.NewTicker(o.listeners.Every)
	defer beats.Stop()
	defer checks.Stop()
	defer looks.Stop()
	var end <-chan time.Time
	if seconds > 0 {
		timer := time.NewTimer(time.Duration(seconds) * time.Second)
		defer timer.Stop()
		end = timer.C
	}
	for {
		if err := o.tell(ctx); err != nil || o.st.Err() != nil || seconds == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-o.listeners.streams.Done():
			return nil
		case <-end:
			return nil
		case <-looks.C:
		case <-beats.C:
			o.st.Reached(o.at.String())
		case <-checks.C:
			c, err := o.listeners.stands(ctx, o.caller, o.token)
			if err != nil || c.Check(caller.ReadAudit) != nil && c.Check(caller.ReadTests) != nil {
				return nil // it comes back and is told why
			}
			c.Address, o.caller = o.caller.Address, c
		}
	}
}

// tell writes all that has happened. Nothing of the database is held while it writes.
func (o *listener) tell(ctx context.Context) error {
	for o.st.Err() == nil {
		moved, err := o.listeners.moved(ctx, o.caller.Workspace, o.at)
		if err != nil || !moved {
			return over(ctx, err)
		}
		listing, err := o.listeners.Feed.List(ctx, o.caller, Page{After: o.at, Limit: step, Want: o.want})
		if err != nil || listing.Next == o.at {
			return over(ctx, err)
		}
		for _, e := range listing.Events {
			o.st.Event(e.Cursor.String(), e.Type, e.Wire(o.caller))
		}
		o.at = listing.Next
		select {
		case <-o.listeners.streams.Done():
			return nil
		default:
		}
	}
	return nil
}

// over leaves out what fails because the client is gone.
func over(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil //nolint:nilerr // whoever asked hears no answer
	}
	return err
}

type typesOutput struct {
	Body struct {
		Types []api.EventType `json:"types"`
	}
}

func (l *Listeners) types(ctx context.Context, _ *struct{}) (*typesOutput, error) {
	out, c := &typesOutput{}, caller.From(ctx)
	out.Body.Types = []api.EventType{}
	for _, t := range Types() {
		if MayHear(c, t.Name) {
			out.Body.Types = append(out.Body.Types, api.EventType{Name: t.Name, Permission: string(t.Permission), Sentence: t.Sentence})
		}
	}
	return out, nil
}

// Wire answers an event as the API has it, for a caller: addresses are for who may read
// the audit trail.
func (e Event) Wire(c caller.Caller) api.Event {
	wire := api.Event{
		Actor: api.EventActor{ID: e.Actor.ID, Name: e.Actor.Name, Type: e.Actor.Kind}, Data: e.Data, Date: web.TimeOf(db.Millis(e.Time)).String(),
		ID: e.Cursor.String(), Subject: api.EventTarget{ID: e.Subject.ID, Name: e.Subject.Name, Type: e.Subject.Kind}, Summary: e.Summary,
		Targets: make([]api.EventTarget, len(e.Targets)), Type: e.Type,
	}
	if c.Check(caller.ReadAudit) == nil {
		wire.Address = e.Address
	}
	for i, t := range e.Targets {
		wire.Targets[i] = api.EventTarget{ID: t.ID, Name: t.Name, Type: t.Kind}
	}
	return wire
}
