// SPDX-License-Identifier: Apache-2.0

package sla

import (
	"context"
	"net/http"
	"slices"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/deadline"
	"github.com/passmuster/muster/internal/fault"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/web"
)

// Mount mounts the routes under /v1/slas and /v1/sla-settings.
func (s *Service) Mount(server *web.Server) {
	const read, write = caller.ReadTests, caller.WriteTests
	route := func(method, path, id, summary string, p caller.Permission, status int) web.Route {
		return web.Route{
			Method: method, Path: "/v1/" + path, ID: id, Summary: summary, Permission: p, Class: web.ClassManage, Tag: "SLAs", Status: status,
		}
	}
	web.Register(server, route("GET", "slas", "listSLAs", "List SLA categories", read, 0), s.list)
	web.Register(server, route("POST", "slas", "createSLA", "Create an SLA category", write, http.StatusCreated), s.create)
	web.Register(server, route("GET", "slas/{slaId}", "getSLA", "Get an SLA category by slug", read, 0), s.get)
	web.Register(server, route("PATCH", "slas/{slaId}", "updateSLA", "Change an SLA category, for what is detected from now on", write, 0), s.patch)
	web.Register(server, route("DELETE", "slas/{slaId}", "deleteSLA", "Delete an SLA category that no test points to", write, http.StatusNoContent), s.delete)
	web.Register(server, route("GET", "sla-settings", "getSLASettings", "What deadlines go by", read, 0), s.getSettings)
	web.Register(server, route("PATCH", "sla-settings", "updateSLASettings", "Change what deadlines go by", write, 0), s.patchSettings)
}

type (
	// Input names a category. It is exported because huma reads it only then.
	Input struct {
		SLA string `doc:"Slug or name." path:"slaId"`
	}
	output struct{ Body api.SLA }
	pages  struct{ Body web.Page[api.SLA] }
	empty  struct{}
)

func maybeDate(ms int64) *string {
	if ms == 0 {
		return nil
	}
	text := web.TimeOf(ms).String()
	return &text
}

func (c Category) wire() (api.SLA, error) {
	term, err := json.Marshal(c.Term)
	a := api.SLA{
		ID: c.Slug, Slug: c.Slug, Name: c.Name, Deadline: term, Enabled: c.Enabled, BuiltIn: c.BuiltIn,
		CreatedDate: maybeDate(c.CreatedAt), UpdatedDate: maybeDate(c.UpdatedAt),
	}
	return a, err
}

func answer(c Category, err error) (*output, error) {
	if err != nil {
		return nil, err
	}
	body, err := c.wire()
	return &output{body}, err
}

func (s *Service) list(ctx context.Context, in *web.PageInput) (*pages, error) {
	after, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil {
		return nil, err
	}
	all, err := s.List(ctx, caller.From(ctx))
	if err != nil {
		return nil, err
	}
	if after != nil {
		all = slices.DeleteFunc(all, func(c Category) bool { return c.Slug <= after[0] })
	}
	page := make([]api.SLA, min(len(all), in.Size()))
	for i := range page {
		if page[i], err = all[i].wire(); err != nil {
			return nil, err
		}
	}
	cursor := func(a api.SLA) string { return web.EncodeCursor(a.Slug) }
	return &pages{web.NewPage(page, cursor, len(all) > len(page), after != nil)}, nil
}

func (s *Service) get(ctx context.Context, in *Input) (*output, error) {
	return answer(s.Get(ctx, caller.From(ctx), in.SLA))
}

// readTerm reads a deadline, which may be absent.
func readTerm(text json.Value) (t *deadline.Term, err error) {
	if text == nil {
		return nil, nil //nolint:nilnil // nil leaves the deadline as it is
	}
	t = &deadline.Term{}
	if err := t.UnmarshalJSON(text); err != nil {
		return nil, fault.At(fault.Problem{Pointer: "/deadline", Message: err.Error()})
	}
	return t, nil
}

func (s *Service) create(ctx context.Context, in *struct{ Body api.SLAInput }) (*output, error) {
	t, err := readTerm(in.Body.Deadline)
	if err != nil {
		return nil, err
	}
	made := Category{Enabled: in.Body.Enabled == nil || *in.Body.Enabled, Name: in.Body.Name, Slug: in.Body.Slug}
	if t != nil {
		made.Term = *t
	}
	return answer(s.Create(ctx, caller.From(ctx), made))
}

func (s *Service) patch(ctx context.Context, in *struct {
	Input
	Body api.SLAChange
},
) (*output, error) {
	t, err := readTerm(in.Body.Deadline)
	if err != nil {
		return nil, err
	}
	if slug := in.Body.Slug; slug != "" && slug != in.SLA {
		return nil, fault.At(fault.Problem{Pointer: "/slug", Message: "an SLA keeps its slug"})
	}
	return answer(s.Edit(ctx, caller.From(ctx), in.SLA, Change{Enabled: in.Body.Enabled, Name: in.Body.Name, Term: t}))
}

func (s *Service) delete(ctx context.Context, in *Input) (*empty, error) {
	return nil, s.Delete(ctx, caller.From(ctx), in.SLA)
}

type settingsOutput struct{ Body api.SLASettings }

const hour = 3_600_000

func answerSettings(set Settings, err error) (*settingsOutput, error) {
	if err != nil {
		return nil, err
	}
	body := api.SLASettings{TimeZone: set.Zone}
	if set.DueSoon != nil {
		hours := float64(*set.DueSoon) / hour
		body.DueSoonHours = &hours
	}
	return &settingsOutput{body}, nil
}

func (s *Service) getSettings(ctx context.Context, _ *struct{}) (*settingsOutput, error) {
	return answerSettings(s.Settings(ctx, caller.From(ctx)))
}

func (s *Service) patchSettings(ctx context.Context, in *struct{ Body api.SLASettingsChange }) (*settingsOutput, error) {
	change := SettingsChange{Zone: in.Body.TimeZone}
	if raw := in.Body.DueSoonHours; raw != nil {
		var soon *int64
		if raw.Kind() != 'n' {
			var hours float64
			if json.Unmarshal(raw, &hours) != nil || hours < 0 || hours*hour > maxDueSoon {
				hours = -1 // refused below, with its place
			}
			ms := int64(hours * hour)
			soon = &ms
		}
		change.DueSoon = &soon
	}
	return answerSettings(s.Configure(ctx, caller.From(ctx), change))
}
