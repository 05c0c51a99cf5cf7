// SPDX-License-Identifier: Apache-2.0

package assessment

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strconv"

	"github.com/passmuster/muster/internal/assessment/builtin"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/sla"
)

// Days of built-in tests follow the deadline of an SLA until they are set: what began
// under each deadline goes by that one, as everything does that an SLA is about.

// mostSpans bounds how many deadlines a rule remembers; what began under older ones goes
// by the oldest of them.
const mostSpans = 8

// ownValues answers the settings that follow no SLA. Versions from before settings
// followed any did so where they were as they begin.
func (d Document) ownValues(b *builtin.Test) (builtin.Values, error) {
	values, err := builtin.ParseValues(d.Settings)
	for _, s := range b.Settings {
		if s.SLA != "" && (slices.Contains(d.Follows, s.Name) || d.Due == nil && string(values[s.Name]) == string(s.Default)) {
			delete(values, s.Name)
		}
	}
	return values, err
}

// spans answers what the settings are, by when the clock of a record started, and the
// names of those that follow an SLA.
func (s *Service) spans(ctx context.Context, w caller.Workspace, b *builtin.Test, own builtin.Values) (spans []builtin.Span, follows []string, err error) {
	steps, starts := map[string][]sla.Step{}, []int64{0}
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		starts, follows = []int64{0}, nil
		for _, setting := range b.Settings {
			if setting.SLA == "" || own[setting.Name] != nil {
				continue
			}
			terms, err := sla.TermsOf(ctx, tx, w.Number, setting.SLA)
			if err != nil {
				return err
			}
			follows, steps[setting.Name] = append(follows, setting.Name), terms.Steps()
			for _, step := range terms.Steps()[1:] {
				starts = append(starts, step.Since)
			}
		}
		return nil
	})
	slices.Sort(starts)
	for _, start := range slices.Compact(starts) {
		values := maps.Clone(own)
		for name, list := range steps {
			values[name] = daysOf(list, start)
		}
		if n := len(spans); n == 0 || !spans[n-1].Values.Same(values) {
			spans = append(spans, builtin.Span{From: start, Values: values})
		}
	}
	return spans[max(0, len(spans)-mostSpans):], follows, err
}

// daysOf answers the deadline that held at an instant, in days.
func daysOf(steps []sla.Step, at int64) json.Value {
	held := steps[0]
	for _, step := range steps[1:] {
		if step.Since <= at {
			held = step
		}
	}
	days := float64(builtin.NoDeadline)
	if held.Enabled {
		days = held.Hours() / 24
	}
	return json.Value(strconv.FormatFloat(days, 'f', -1, 64))
}

// SLAEdited brings the built-in tests that follow an SLA to what it says now, before
// its editor is answered. What fails is done by the pass.
func (s *Service) SLAEdited(ctx context.Context, c caller.Caller, slug string) {
	var bases []resource.Base
	for _, b := range s.BuiltIns.All() {
		if slices.ContainsFunc(b.Settings, func(s builtin.Setting) bool { return s.SLA == slug }) {
			bases = append(bases, resource.Base(b.Base))
		}
	}
	if len(bases) == 0 {
		return
	}
	var list []resource.Definition
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = resource.LookUpBase(ctx, tx, c.Workspace, bases...)
		return err
	})
	for _, d := range list {
		s.furnished.remove(d)
		if err == nil {
			err = s.Furnish(ctx, d)
		}
	}
	if err != nil {
		s.Logger.WarnContext(ctx, "built-in tests follow an SLA later", slog.String("sla", slug), slog.Any("error", err))
	}
}
