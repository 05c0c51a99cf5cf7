// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// Widgets stand for a feature: their routes use all that web offers.

type widget struct {
	At    web.Time   `json:"at"`
	Ended *web.Time  `json:"ended"`
	Maker *maker     `json:"maker"`
	Name  string     `json:"name"`
	Raw   json.Value `json:"raw"`
	State *string    `enum:"on,off" json:"state"`
	Tags  []string   `json:"tags"`
}

type maker struct {
	Name string `json:"name"`
}

type widgetOutput struct{ Body widget }

type putInput struct {
	ID   string `path:"id"`
	Dry  bool   `query:"dryRun"`
	Body struct {
		Count    int        `json:"count,omitempty" minimum:"1"`
		Name     string     `json:"name" maxLength:"10" minLength:"1"`
		Password string     `json:"password,omitempty" maxLength:"3"`
		Rule     json.Value `json:"rule,omitempty"`
		Since    *web.Time  `json:"since,omitempty"`
		Tags     []string   `json:"tags,omitempty" maxItems:"2"`
	}
}

type listInput struct {
	web.PageInput
	Kind string `enum:"big,small" query:"kind"`
}

type streamInput struct {
	web.Stream
	ID  string `path:"id"`
	Dry bool   `query:"dryRun"`
}

type countOutput struct {
	Held int `header:"Muster-Held"`
	Body struct {
		Bytes int `json:"bytes"`
	}
}

type linesInput struct {
	Fail  string `query:"fail"`
	Lines int    `query:"lines"`
}

type linesOutput struct{ Body func(huma.Context) }

func mountWidgets(s *web.Server) {
	const read, write, manage = caller.ReadTests, caller.WriteTests, web.ClassManage
	web.Register(s, web.Route{Method: http.MethodGet, Path: "/v1/widgets", ID: "listWidgets", Permission: read, Class: manage}, listWidgets)
	web.Register(s, web.Route{Method: http.MethodGet, Path: "/v1/widgets/{id}", ID: "getWidget", Permission: read, Class: manage}, getWidget)
	web.Register(s, web.Route{Method: http.MethodPost, Path: "/v1/widgets/{id}", ID: "putWidget", Permission: write, Class: manage, Status: http.StatusCreated, BodyLimit: 256}, putWidget)
	web.Register(s, web.Route{Method: http.MethodPut, Path: "/v1/widgets/{id}", ID: "sendWidget", Permission: caller.WriteResources, Class: web.ClassIntegration, Accept: []string{"application/json", "text/csv"}}, sendWidget)
	web.Register(s, web.Route{Method: http.MethodGet, Path: "/v1/lines", ID: "readLines", Permission: read, Class: web.ClassAudit}, readLines)
	s.Mux().HandleFunc("GET /v1/smuggled", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	s.Handle(web.Plain{Method: http.MethodPost, Path: "/v1/open", Class: web.ClassOAuth, Open: true}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := web.ReadJSON(w, r, 64); err != nil {
			web.WriteError(w, r, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
}

func listWidgets(_ context.Context, in *listInput) (*struct{ Body web.Page[widget] }, error) {
	after, err := web.DecodeCursor(in.PageCursor, 2)
	if err != nil {
		return nil, err
	}
	var data []widget
	for i := range in.Size() {
		if after == nil {
			data = append(data, widget{Name: fmt.Sprint(i)})
		}
	}
	cursor := func(w widget) string { return web.EncodeCursor(w.Name, "x") }
	return &struct{ Body web.Page[widget] }{web.NewPage(data, cursor, len(data) > 0, after != nil)}, nil
}

func getWidget(ctx context.Context, in *struct {
	ID string `path:"id"`
},
) (*widgetOutput, error) {
	switch in.ID {
	case "boom":
		return nil, errors.New("the database says: password hunter2")
	case "conflict":
		return nil, fault.New(fault.Conflict, "busy")
	case "forged":
		return nil, fmt.Errorf("deep inside: %w", fault.At(fault.Problem{Pointer: "/all/1/a~1b", Message: "no such operator"},
			fault.Problem{Pointer: "", Message: "too deep"}))
	case "impossible":
		return nil, fault.New(fault.Impossible, "cannot be")
	case "later":
		return nil, fault.Later(1500*time.Millisecond, "someone else is pushing")
	case "missing":
		return nil, fault.New(fault.NotFound, "Widget with id: %s not found", in.ID)
	case "panic":
		panic("oh no")
	}
	return &widgetOutput{widget{At: web.TimeOf(1_790_000_000_007), Name: caller.From(ctx).ID + web.RequestID(ctx)}}, nil
}

func putWidget(_ context.Context, in *putInput) (*widgetOutput, error) {
	out := widget{Name: in.Body.Name, Raw: in.Body.Rule, Ended: in.Body.Since, Tags: in.Body.Tags}
	return &widgetOutput{out}, nil
}

func sendWidget(_ context.Context, in *streamInput) (*countOutput, error) {
	n, err := io.Copy(io.Discard, in.Reader())
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	out := &countOutput{Held: len(in.Header().Get("Prefer"))}
	out.Body.Bytes = int(n)
	return out, nil
}

func readLines(_ context.Context, in *linesInput) (*linesOutput, error) {
	return &linesOutput{web.StreamBody(http.StatusOK, "application/x-ndjson", func(w io.Writer) error {
		for i := range in.Lines {
			if _, err := fmt.Fprintf(w, "{\"line\":%d}\n", i); err != nil {
				return err
			}
		}
		if in.Fail != "" {
			return fault.New(fault.NotFound, "%s", in.Fail)
		}
		return nil
	})}, nil
}
