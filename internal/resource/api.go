// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// Mount mounts the routes of contract integration-api.md section 3.
func (s *Service) Mount(server *web.Server) {
	const read, write, class = caller.ReadResources, caller.WriteResources, web.ClassIntegration
	route := func(method, path, id, summary string, p caller.Permission, describe func(*huma.Operation)) web.Route {
		return web.Route{Method: method, Path: path, ID: id, Summary: summary, Tag: "Resources", Permission: p, Class: class, Describe: describe}
	}
	s.mountDefinitions(server)
	s.mountHistory(server)
	bodies := describer{server.API().OpenAPI().Components.Schemas}
	web.Register(server, route("PUT", "/v1/resources/{type}", "putResources", "Replace the whole set of a definition", write, bodies.put), s.put)
	web.Register(server, route("PUT", "/v1/resources/{type}/sync_all", "syncAllResources", "Replace the whole set, all or nothing", write, bodies.put), s.syncAll)
	web.Register(server, route("GET", "/v1/resources/{type}", "getResources", "Read records back", read, bodies.list), s.list)
	web.Register(server, route("GET", "/v1/resources/{type}/list_all", "listAllResources", "Read every record back", read, bodies.all), s.listAll)
	web.Register(server, route("GET", "/v1/resources/syncs/{syncId}/rejections", "getRejections", "Read every rejection of a push", read, bodies.rejections), s.rejections)
}

type putInput struct {
	web.Stream
	Confirm string `doc:"Token of an earlier answer whose held removals may go." query:"confirmRemovals"`
	DryRun  bool   `doc:"Validate and answer the difference, change nothing." query:"dryRun"`
	Prefer  string `doc:"handling=strict or handling=lenient (RFC 7240)." header:"Prefer"`
	Type    string `doc:"Base type, snake_case or CamelCase." path:"type"`

	unclear error // about a dry run
}

// Resolve also looks for what resembles a dry run and is none: a push that was
// meant to change nothing must not land.
func (in *putInput) Resolve(ctx huma.Context) []error {
	url := ctx.URL()
	for name, values := range url.Query() {
		exact := name == "dryRun" && len(values) == 1 && (values[0] == "true" || values[0] == "false")
		if strings.EqualFold(name, "dryRun") && !exact {
			in.unclear = web.InQuery("dryRun", "must be spelt dryRun and given once, as true or false")
		}
	}
	return in.Stream.Resolve(ctx)
}

type putOutput struct {
	Applied string `header:"Preference-Applied"`
	Held    string `header:"Muster-Held"`
	Status  int
	Body    any
}

func (s *Service) put(ctx context.Context, in *putInput) (*putOutput, error) {
	result, out, err := s.take(ctx, in, Lenient)
	if err != nil {
		return nil, err
	}
	switch {
	case result.Failure == "":
		out.Body = result.answer()
	case result.Handling == Strict:
		out.Body = result.refusal()
	default:
		answer := result.answer()
		answer.Success, answer.Code, answer.Message = false, result.Failure, result.Failure
		out.Body = answer
	}
	return out, nil
}

func (s *Service) syncAll(ctx context.Context, in *putInput) (*putOutput, error) {
	result, out, err := s.take(ctx, in, Strict)
	if err != nil {
		return nil, err
	}
	switch {
	case result.Failure != "":
		out.Body = result.refusal()
	case result.DryRun:
		out.Body = result.answer()
	case result.Rejected > 0:
		answer := result.answer()
		out.Body = api.PutResult{Results: answer.Results, Rejections: answer.Rejections, RejectionsURL: result.moreRejections()}
	default:
		out.Body = api.PutResult{Success: true}
	}
	if result.Held > 0 {
		out.Held = strconv.FormatInt(result.Held, 10)
	}
	return out, nil
}

func (s *Service) take(ctx context.Context, in *putInput, byDefault Handling) (Result, *putOutput, error) {
	base, ok := ParseBase(in.Type)
	switch {
	case in.unclear != nil:
		return Result{}, nil, in.unclear
	case !ok:
		return Result{}, nil, errNotFound
	}
	push := Push{
		Base: base, Body: in.Reader(), ConfirmRemovals: in.Confirm, Default: byDefault, DryRun: in.DryRun,
		Prefer: preferred(in.Header().Values("Prefer")),
	}
	result, err := s.Push(ctx, caller.From(ctx), push)
	out := &putOutput{Status: http.StatusOK}
	if result.Failure != "" {
		out.Status = http.StatusBadRequest
	}
	if push.Prefer != "" {
		out.Applied = "handling=" + string(push.Prefer)
	}
	return result, out, err
}

// preferred finds the handling in Prefer headers (RFC 7240 section 2): the first
// one counts, an unknown value is ignored.
func preferred(headers []string) Handling {
	for _, preference := range strings.Split(strings.Join(headers, ","), ",") {
		preference, _, _ = strings.Cut(preference, ";")
		name, value, _ := strings.Cut(preference, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "handling") {
			continue
		}
		switch handling := Handling(strings.ToLower(strings.Trim(strings.TrimSpace(value), `"`))); handling {
		case Lenient, Strict:
			return handling
		default:
			return ""
		}
	}
	return ""
}

// answer is the body of a push that was taken.
func (r Result) answer() api.PutResult {
	a := api.PutResult{
		Success: r.Rejected == 0,
		Results: &api.Counts{Accepted: r.Accepted, Rejected: r.Rejected},
		Sync: &api.Sync{
			ID: r.ID, Created: r.Created, Updated: r.Updated, Unchanged: r.Unchanged, Removed: r.Removed, Held: r.Held,
		},
	}
	a.Rejections, a.RejectionsURL = r.rejected()
	for _, w := range r.Warnings {
		a.Warnings = append(a.Warnings, api.Warning{Index: int64(w.Index), UniqueID: w.UniqueID, Pointer: w.Pointer, Message: w.Message})
	}
	if r.Held > 0 {
		a.Held = &api.Held{Count: r.Held, Sample: r.HeldSample, ConfirmToken: r.ConfirmToken, Message: r.HeldNote}
	}
	if r.DryRun {
		a.Sync.ID = ""
		a.Sync.Samples = &api.Samples{Created: r.CreatedSample, Updated: r.UpdatedSample, Removed: r.RemovedSample}
	}
	return a
}

func (r Result) rejected() (list []api.Rejection, url string) {
	for _, x := range r.Rejections {
		list = append(list, api.Rejection{
			Index: int64(x.Index), UniqueID: x.UniqueID, Pointer: x.Pointer, SchemaPointer: x.SchemaPointer, Code: x.Code,
			Expected: x.Expected, Actual: x.Actual, Message: x.Message,
		})
	}
	if r.Rejected > 0 && !r.DryRun {
		url = "/v1/resources/syncs/" + r.ID + "/rejections"
	}
	return list, url
}

// refusal is the body of a strict push that was refused.
func (r Result) refusal() api.PutRefusal {
	list, _ := r.rejected()
	return api.PutRefusal{Code: r.Failure, Message: r.Failure, Rejections: list, RejectionsURL: r.moreRejections()}
}

// moreRejections answers where all rejections are when a body could not list
// them. The contract's strict bodies have no other place for it.
func (r Result) moreRejections() string {
	if _, url := r.rejected(); r.Rejected > int64(len(r.Rejections)) {
		return url
	}
	return ""
}

type listInput struct {
	web.PageInput
	ResourceID string `doc:"Id of the definition." query:"resourceId" required:"true"`
	Type       string `doc:"Base type, snake_case or CamelCase." path:"type"`
}

type streamOutput struct{ Body func(huma.Context) }

func (s *Service) list(ctx context.Context, in *listInput) (*streamOutput, error) {
	if !in.Asked() {
		return s.listAll(ctx, &listAllInput{ResourceID: in.ResourceID, Type: in.Type})
	}
	c := caller.From(ctx)
	d, err := s.readable(ctx, c, in.Type, in.ResourceID)
	if err != nil {
		return nil, err
	}
	after, err := itemCursor(d, in.PageCursor)
	if err != nil {
		return nil, err
	}
	list, more, err := s.Records(ctx, d, c.Source, after, in.Size())
	if err != nil {
		return nil, err
	}
	page := web.NewPage(list, func(r Record) string { return web.EncodeCursor(string(d.ID), strconv.FormatInt(int64(r.Item), 10)) }, more, after > 0)
	return &streamOutput{Body: web.StreamBody(http.StatusOK, jsonType, func(w io.Writer) error { return json.MarshalWrite(w, page) })}, nil
}

const jsonType = "application/json"

// MarshalJSON writes the record as the API answers it.
func (r Record) MarshalJSON() ([]byte, error) { return r.append(nil), nil }

// itemCursor reads a cursor: the definition that it belongs to and an item.
func itemCursor(d Definition, text string) (Item, error) {
	parts, err := web.DecodeCursor(text, 2)
	if err != nil || parts == nil {
		return 0, err
	}
	item, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || parts[0] != string(d.ID) {
		return 0, web.InQuery("pageCursor", "must be a cursor of an earlier answer of this list")
	}
	return Item(item), nil
}

func (s *Service) readable(ctx context.Context, c caller.Caller, kind, id string) (Definition, error) {
	base, ok := ParseBase(kind)
	if !ok {
		return Definition{}, errNotFound
	}
	return s.own(ctx, c, base, ID(id))
}

type listAllInput struct {
	ResourceID string `doc:"Id of the definition." query:"resourceId" required:"true"`
	Type       string `doc:"Base type, snake_case or CamelCase." path:"type"`
}

func (s *Service) listAll(ctx context.Context, in *listAllInput) (*streamOutput, error) {
	c := caller.From(ctx)
	d, err := s.readable(ctx, c, in.Type, in.ResourceID)
	if err != nil {
		return nil, err
	}
	return &streamOutput{Body: web.StreamBody(http.StatusOK, jsonType, func(w io.Writer) error {
		if _, err := io.WriteString(w, `{"resources":[`); err != nil {
			return err
		}
		if err := s.WriteRecords(ctx, d, c.Source, w); err != nil {
			return err
		}
		_, err := io.WriteString(w, "]}")
		return err
	})}, nil
}

type rejectionsInput struct {
	Sync string `doc:"Id of the push." path:"syncId"`
}

func (s *Service) rejections(ctx context.Context, in *rejectionsInput) (*streamOutput, error) {
	return &streamOutput{Body: web.StreamBody(http.StatusOK, "application/x-ndjson", func(w io.Writer) error {
		return s.Rejections(ctx, caller.From(ctx), in.Sync, w)
	})}, nil
}
