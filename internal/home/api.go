// SPDX-License-Identifier: Apache-2.0

package home

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/web"
)

// Mount mounts the route of the first page.
func (s *Service) Mount(server *web.Server) {
	web.Register(server, web.Route{
		Method: "GET", Path: "/v1/home", ID: "getHome", Summary: "What broke, what is late, what fell silent",
		Permission: caller.OwnAccount, Class: web.ClassManage, Tag: "Home",
	}, s.get)
	web.Register(server, web.Route{
		Method: "GET", Path: "/v1/my-work", ID: "getMyWork", Summary: "What waits for the user who asks, the most urgent first",
		Permission: caller.OwnAccount, Class: web.ClassManage, Tag: "Home",
	}, s.getWork)
}

type input struct {
	Since time.Time `doc:"What has happened since then is new; a day ago when absent." query:"since"`
}

func (s *Service) get(ctx context.Context, in *input) (*struct{ Body api.Home }, error) {
	if in.Since.IsZero() {
		in.Since = s.Now().Add(-24 * time.Hour)
	}
	h, err := s.Get(ctx, caller.From(ctx), in.Since)
	if err != nil {
		return nil, err
	}
	a := api.Home{
		Date: web.TimeOf(h.Now).String(), SinceDate: web.TimeOf(h.Since).String(),
		Tiles: api.HomeTiles{
			FailingTests: h.wire(h.FailingTests), OverdueRecords: h.wire(h.OverdueRecords), StaleSources: h.wire(h.StaleSources),
			ControlsAtGap: h.wire(h.ControlsAtGap),
		},
		Steps: api.HomeSteps{Application: h.HasApplication, Record: h.HasRecord, Test: h.HasTest},
	}
	if h.FailingTests != nil {
		tests, err := s.Tests.Wire(ctx, h.Failing...)
		if err != nil {
			return nil, err
		}
		tests = append([]api.Test{}, tests...)
		a.NewlyFailing = &tests
	}
	if h.StaleSources != nil {
		sources := h.sources()
		a.Sources = &sources
	}
	if h.ControlsAtGap != nil {
		frameworks := h.frameworks()
		a.Frameworks = &frameworks
	}
	return &struct{ Body api.Home }{a}, nil
}

func (h *Home) wire(t *Tile) *api.HomeTile {
	if t == nil {
		return nil
	}
	now := t.Days[span-1]
	then := max(0, min(span-1, span-1-(h.Now/day-h.Since/day)))
	return &api.HomeTile{Count: now, Delta: now - t.Days[then], Days: t.Days, Capped: t.Capped}
}

func (h *Home) sources() []api.HomeSource {
	list := make([]api.HomeSource, len(h.Sources))
	for i, s := range h.Sources {
		one := api.HomeSource{
			DefinitionID: string(s.ID), Name: s.Name, ApplicationID: s.Application, Records: s.Head.Current, LastPush: s.LastPush(),
			Stale: s.Stale, FreshnessSeconds: s.Freshness / 1000,
		}
		column := func(of func(resource.PushDay) int64) []int64 {
			values := make([]int64, len(s.Days))
			for i, d := range s.Days {
				values[i] = of(d)
			}
			return values
		}
		one.Pushes = column(func(d resource.PushDay) int64 { return d.Pushes })
		one.Received = column(func(d resource.PushDay) int64 { return d.Received })
		one.Rejected = column(func(d resource.PushDay) int64 { return d.Rejected })
		one.Failed = column(func(d resource.PushDay) int64 { return d.Failed })
		list[i] = one
	}
	slices.SortStableFunc(list, func(a, b api.HomeSource) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return list
}

func (h *Home) frameworks() []api.HomeFramework {
	list := make([]api.HomeFramework, len(h.Frameworks))
	for i, f := range h.Frameworks {
		list[i] = api.HomeFramework{
			ID: f.ID, Name: f.Name, ControlsCompleted: f.Counters.ControlsCompleted, ControlsTotal: f.Counters.ControlsTotal,
			TestsPassing: f.Counters.TestsPassing, TestsTotal: f.Counters.TestsTotal,
		}
	}
	return list
}

func (s *Service) getWork(ctx context.Context, _ *struct{}) (*struct{ Body api.MyWork }, error) {
	w, err := s.MyWork(ctx, caller.From(ctx))
	if err != nil {
		return nil, err
	}
	a := api.MyWork{Capped: w.Capped, Date: web.TimeOf(w.Now).String(), Items: make([]api.WorkItem, len(w.Items))}
	for i, one := range w.Items {
		a.Items[i] = api.WorkItem{Kind: string(one.Kind), ID: one.ID, Name: one.Name, Status: one.Status, Count: one.Count, Overdue: one.Overdue}
		if one.SystemID != "" {
			a.Items[i].System = &api.Named{ID: one.SystemID, Name: one.System}
		}
		if one.Due != nil {
			due := web.TimeOf(*one.Due).String()
			a.Items[i].DueDate = &due
		}
	}
	return &struct{ Body api.MyWork }{a}, nil
}
