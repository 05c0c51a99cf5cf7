// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/passmuster/muster/api"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/rule"
	"github.com/passmuster/muster/internal/web"
)

// mountHistory mounts what tests came to over time, and what their author wants to
// know of a definition.
func (s *Service) mountHistory(server *web.Server) {
	route := func(path, id, summary string, more web.Route) web.Route {
		more.Method, more.Path, more.ID, more.Summary = "GET", "/v1/"+path, id, summary
		more.Permission, more.Class, more.Tag = caller.ReadTests, web.ClassManage, "Tests"
		return more
	}
	web.Register(server, route("tests/history", "listTestHistories", "What tests came to on the last days, a cell a day", web.Route{}), s.getStrips)
	web.Register(server, route("tests/{testId}/history", "getTestHistory", "What a test came to on the last days", web.Route{Owned: "test"}), s.getHistory)
	web.Register(server, route("definitions/{resourceId}/fields", "listRuleFields", "List the fields that rules may name, with their operators", web.Route{}), s.getFields)
	web.Register(server, route("definitions/{resourceId}/values", "listFieldValues", "The values that a field has, the most frequent first", web.Route{}), s.getValues)
	web.Register(server, route("definitions/{resourceId}/records/{recordId}/outcomes", "listRecordOutcomes", "What tests have said of a record over time", web.Route{}), s.getOutcomes)
}

// DaysInput says how many days are asked for. It is exported because huma reads it
// only then.
type DaysInput struct {
	Days int `default:"30" doc:"How many, today included." maximum:"366" minimum:"1" query:"days"`
}

// dateOf answers a day as it is written.
func dateOf(day int64) string { return time.UnixMilli(day * dayLength).UTC().Format(time.DateOnly) }

func statusOrNil(status Status) *string {
	if status == "" {
		return nil
	}
	text := string(status)
	return &text
}

type stripsInput struct {
	web.PageInput
	DaysInput
	Tests []string `doc:"Ids of tests, as lists show them; all when absent. May be repeated or joined by commas." query:"testId,explode"`
}

func (s *Service) getStrips(ctx context.Context, in *stripsInput) (*struct{ Body web.Page[api.TestStrip] }, error) {
	after, err := web.DecodeCursor(in.PageCursor, 1)
	if err != nil {
		return nil, err
	}
	wanted := strings.FieldsFunc(strings.Join(in.Tests, ","), func(r rune) bool { return r == ',' })
	var chosen []Standing
	var days map[int64][]Day
	w := caller.From(ctx).Workspace
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err := s.Standings(ctx, tx, w)
		if err != nil {
			return err
		}
		chosen = nil
		for _, one := range all {
			if (len(wanted) == 0 || slices.Contains(wanted, one.ID)) && (len(after) == 0 || one.ID > after[0]) {
				chosen = append(chosen, one)
			}
		}
		slices.SortFunc(chosen, func(a, b Standing) int { return strings.Compare(a.ID, b.ID) })
		page := map[int64]Standing{}
		for _, one := range chosen[:min(len(chosen), in.Size())] {
			page[one.Number] = one
		}
		days, err = s.Days(ctx, tx, w, page, in.Days)
		return err
	})
	if err != nil {
		return nil, err
	}
	page := make([]api.TestStrip, min(len(chosen), in.Size()))
	for i := range page {
		page[i] = strip(chosen[i], days[chosen[i].Number], dateOf(DayOf(s.Now())-int64(in.Days)+1))
	}
	cursor := func(t api.TestStrip) string { return web.EncodeCursor(t.TestID) }
	return &struct{ Body web.Page[api.TestStrip] }{web.NewPage(page, cursor, len(chosen) > len(page), after != nil)}, nil
}

func strip(t Standing, days []Day, start string) api.TestStrip {
	a := api.TestStrip{TestID: t.ID, StartDate: start, Status: []*string{}, Failing: []int64{}, Stale: []bool{}}
	for _, day := range days {
		a.Status = append(a.Status, statusOrNil(day.Status))
		a.Failing = append(a.Failing, day.Counts[Failing])
		a.Stale = append(a.Stale, day.Stale)
	}
	return a
}

func (s *Service) getHistory(ctx context.Context, in *struct {
	TestInput
	DaysInput
},
) (*struct{ Body api.TestHistory }, error) {
	t, days, err := s.History(ctx, caller.From(ctx), in.Test, in.Days)
	if err != nil {
		return nil, err
	}
	a := api.TestHistory{TestID: t.PublicID(), Days: make([]api.TestDay, len(days))}
	first := DayOf(s.Now()) - int64(len(days)) + 1
	for i, day := range days {
		a.Days[i] = api.TestDay{
			Date: dateOf(first + int64(i)), Status: statusOrNil(day.Status), Passing: day.Counts[Passing], Failing: day.Counts[Failing],
			InProgress: day.Counts[InProgress], Deactivated: day.Counts[Deactivated], OutOfScope: day.Counts[OutOfScope],
			Regressions: day.Began, Repairs: day.Ended, Stale: day.Stale,
		}
	}
	return &struct{ Body api.TestHistory }{a}, nil
}

// OfDefinition names a definition. It is exported because huma reads it only then.
type OfDefinition struct {
	Definition string `doc:"The resourceId." path:"resourceId"`
}

func wireField(f rule.Field) api.RuleField {
	a := api.RuleField{Path: f.Path, Type: string(f.Type), Values: f.Enum, Nullable: f.Nullable, Optional: f.Optional, Operators: []string{}}
	for _, op := range rule.OpsOf(f.Type) {
		a.Operators = append(a.Operators, string(op))
	}
	for _, element := range f.Elements {
		a.Elements = append(a.Elements, wireField(element))
	}
	return a
}

func (s *Service) getFields(ctx context.Context, in *OfDefinition) (*struct{ Body []api.RuleField }, error) {
	list, err := s.Fields(ctx, caller.From(ctx), in.Definition)
	if err != nil {
		return nil, err
	}
	body := make([]api.RuleField, len(list))
	for i, f := range list {
		body[i] = wireField(f)
	}
	return &struct{ Body []api.RuleField }{body}, nil
}

func (s *Service) getValues(ctx context.Context, in *struct {
	OfDefinition
	Path string `doc:"The field, as rules write it. Elements of an array are counted one by one." query:"path" required:"true"`
	Part string `doc:"Only values whose text has this in it, whatever the case." query:"q"`
},
) (*struct{ Body api.FieldValues }, error) {
	v, err := s.Values(ctx, caller.From(ctx), in.Definition, in.Path, in.Part)
	if err != nil {
		return nil, err
	}
	a := api.FieldValues{Path: in.Path, Values: make([]api.FieldValue, len(v.List)), Records: v.Records, Looked: v.Looked, Sampled: v.Sampled}
	for i, one := range v.List {
		a.Values[i] = api.FieldValue{Value: one.Value, Count: one.Count}
	}
	return &struct{ Body api.FieldValues }{a}, nil
}

func (s *Service) getOutcomes(ctx context.Context, in *struct {
	OfDefinition
	Record string `doc:"Id of the record, as under its tests." path:"recordId"`
},
) (*struct{ Body []api.RecordOutcomes }, error) {
	list, err := s.RecordLife(ctx, caller.From(ctx), in.Definition, in.Record)
	if err != nil {
		return nil, err
	}
	body := make([]api.RecordOutcomes, len(list))
	for i, life := range list {
		body[i] = api.RecordOutcomes{TestID: life.Test.PublicID(), TestName: life.Test.Document.Name}
		for _, one := range life.Spans {
			span := api.OutcomeSpan{Outcome: one.Outcome.String(), Version: one.Version, FromDate: web.TimeOf(one.FromAt).String()}
			if one.ToAt != nil {
				to := web.TimeOf(*one.ToAt).String()
				span.ToDate = &to
			}
			body[i].Spans = append(body[i].Spans, span)
		}
	}
	return &struct{ Body []api.RecordOutcomes }{body}, nil
}
