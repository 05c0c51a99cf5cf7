// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"context"
	"io"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/web"
)

// Mount mounts the audit trail (contract people-access-program.md section 5;
// EventLog of contract manage-api.md).
func (s *Service) Mount(server *web.Server) {
	line := server.API().OpenAPI().Components.Schemas.Schema(reflect.TypeFor[api.EventLine](), true, "")
	route := func(path, id, summary, more string) web.Route {
		return web.Route{
			Method: http.MethodGet, Path: "/v1/event-logs" + path, ID: id, Summary: summary, Tag: "Audit trail",
			Permission: caller.ReadAudit, Class: web.ClassManage,
			Describe: func(op *huma.Operation) { describe(op, path, more, line) },
		}
	}
	web.Register(server, route("", "listEventLogs", "List events", leftOut), s.getEvents)
	web.Register(server, route("/export", "exportEventLogs", "Export events as JSON lines", exported), s.getExport)
	web.Register(server, route("/{eventId}", "getEventLog", "Get an event by ID", ""), s.getEvent)
}

// describe adds what the types do not say; line is one of an export's.
func describe(op *huma.Operation, path, more string, line *huma.Schema) {
	op.Description = more
	if path == "/export" {
		op.Responses["200"].Content = map[string]*huma.MediaType{
			"application/x-ndjson": {Schema: line},
		}
	}
}

const (
	leftOut = "The newest first. Pushes and re-evaluations, which would flood the list, are left out unless includeSyncs is true, " +
		"or unless it is absent and action begins with sync or targetId is given. An auditor sees the events of the audit's window only."
	exported = "One event a line, the oldest first, in the order of the evidence tree, so that an export can go on after the last event of " +
		"the one before and misses none. id, position and leaf are those of the entry in an evidence pack. An event is part of it as soon as " +
		"it has a position, about a second after it happened. The same filters and the same window hold as in the list."
)

// FilterInput is embedded in what narrows the trail.
type FilterInput struct {
	Action     string `doc:"An action such as user.updated; a kind and a dot, such as user. or directory.user., for all of the kind." maxLength:"200" query:"action"`
	ActorID    string `doc:"For an actor without an id, its type." maxLength:"200" query:"actorId"`
	ActorType  string `enum:"application,command-line,directory,system,user,visitor" query:"actorType"`
	EndDate    string `doc:"A time, or a date that is included." maxLength:"40" query:"endDate"`
	Query      string `doc:"Part of a name of the actor or of a target, or a target's whole id; capitals do not matter." maxLength:"200" query:"q"`
	StartDate  string `doc:"A time, or a date." maxLength:"40" query:"startDate"`
	Syncs      string `doc:"Whether pushes and re-evaluations are listed; when absent, only if action or targetId names them." enum:"true,false" query:"includeSyncs"`
	TargetID   string `doc:"Id of what it was done to, or of another thing that the event names among its targets, such as somebody who joined a group." maxLength:"200" query:"targetId"`
	TargetType string `doc:"Such as user, application or test." maxLength:"200" query:"targetType"`
}

func (in FilterInput) filter() (f TrailFilter, err error) {
	f = TrailFilter{
		Action: in.Action, ActorID: in.ActorID, ActorKind: in.ActorType, Query: in.Query, Syncs: Syncs(in.Syncs),
		TargetID: in.TargetID, TargetKind: in.TargetType,
	}
	if f.From, err = instant("startDate", in.StartDate, 0); err != nil {
		return f, err
	}
	if f.To, err = instant("endDate", in.EndDate, 24*time.Hour-time.Millisecond); err != nil {
		return f, err
	}
	if !f.From.IsZero() && !f.To.IsZero() && f.To.Before(f.From) {
		return f, web.InQuery("endDate", "must not lie before startDate")
	}
	return f, nil
}

// instant reads a time or a date, of which it takes the moment that lies into
// from its beginning in UTC; zero for nothing.
func instant(name, text string, into time.Duration) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day.Add(into), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, web.InQuery(name, "must be a date, such as 2026-01-31, or a time, such as 2026-01-31T12:00:00Z")
	}
	return at, nil
}

type eventsInput struct {
	FilterInput
	web.PageInput
}

type eventsOutput struct{ Body web.Page[api.EventLog] }

func (s *Service) getEvents(ctx context.Context, in *eventsInput) (*eventsOutput, error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	after, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil {
		return nil, err
	}
	p := TrailPage{Limit: in.Size()}
	if after != nil {
		if !db.ValidID(after[0]) {
			return nil, web.InQuery("pageCursor", "must be a cursor of an earlier answer of this list")
		}
		p.After = EventID(after[0])
	}
	events, more, err := s.Trail(ctx, caller.From(ctx), f, p)
	if err != nil {
		return nil, err
	}
	page := make([]api.EventLog, len(events))
	for i, e := range events {
		page[i] = e.wire()
	}
	cursor := func(e api.EventLog) string { return web.EncodeCursor(e.ID) }
	return &eventsOutput{web.NewPage(page, cursor, more, after != nil)}, nil
}

type eventInput struct {
	Event string `path:"eventId"`
}

type eventOutput struct{ Body api.EventLog }

func (s *Service) getEvent(ctx context.Context, in *eventInput) (*eventOutput, error) {
	e, err := s.Event(ctx, caller.From(ctx), EventID(in.Event))
	if err != nil {
		return nil, err
	}
	return &eventOutput{e.wire()}, nil
}

type exportInput struct {
	FilterInput
	After string `doc:"Id of the last event of the export that is to go on." maxLength:"200" query:"after"`
}

type exportOutput struct{ Body func(huma.Context) }

func (s *Service) getExport(ctx context.Context, in *exportInput) (*exportOutput, error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	return &exportOutput{web.StreamBody(http.StatusOK, "application/x-ndjson", func(w io.Writer) error {
		return s.WriteTrail(ctx, caller.From(ctx), f, EventID(in.After), w)
	})}, nil
}

func (e Event) wire() api.EventLog {
	log := api.EventLog{
		Action: e.Action, Actor: api.EventActor{ID: e.Actor.ID, Name: e.Actor.Name, Type: e.Actor.Kind}, Address: e.Address,
		Changes: make([]api.EventChange, len(e.Changes)), Date: web.TimeOf(db.Millis(e.Time)).String(), ID: string(e.ID),
		Position: e.Position, Summary: e.Summary, Targets: make([]api.EventTarget, len(e.Targets)),
	}
	for i, c := range e.Changes {
		log.Changes[i] = api.EventChange(c)
	}
	for i, t := range e.Targets {
		log.Targets[i] = api.EventTarget{ID: t.ID, Name: t.Name, Type: t.Kind}
	}
	return log
}
