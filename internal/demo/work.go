// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/review"
)

// work is what people do in Muster on the day.
func (f *filler) work(ctx context.Context) error {
	for _, task := range []struct {
		ago int
		do  func(context.Context) error
	}{
		{f.world.size.Days - 1, f.author},
		{f.world.size.Days - 2, f.own},
		{f.world.size.Days - 2, f.tailor},
		{f.world.size.Days - 3, f.scope},
		{f.world.size.Days - 5, f.rule},
		{f.asked(), f.group},
		{f.asked() - 1, f.ask},
		{38, f.revise},
		{34, f.reviewed},
		{5, f.reviewing},
		{f.world.size.Days / 4, f.accept},
		{1, f.except},
		{0, f.note}, // last, since it asks for chance: what comes before stays as it was
	} {
		if task.ago == f.world.ago {
			f.now = f.now.Add(time.Minute)
			if err := task.do(ctx); err != nil {
				return err
			}
		}
	}
	return f.file(ctx)
}

// manager answers one of those who look after tests, as who is asking.
func (f *filler) manager(i int) caller.Caller {
	return f.managers[i%2].Caller(f.actor.Workspace)
}

// author makes the tests of the files, and as many again in part of the records as
// the size asks for.
func (f *filler) author(ctx context.Context) error {
	variants := f.world.size.Variants
	for _, s := range f.world.stocks {
		for _, t := range s.Tests {
			if err := f.test(ctx, s, t); err != nil {
				return err
			}
		}
		for _, t := range s.variants(variants) {
			variants--
			if err := f.test(ctx, s, t); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *filler) test(ctx context.Context, s *stock, t map[string]any) error {
	form := map[string]any{"application": f.sources[s.Name].Application, "resource": s.Name}
	for name, member := range t {
		form[name] = member
	}
	text, err := json.Marshal(form)
	if err != nil {
		return err
	}
	made, err := f.Assessments.Create(ctx, f.manager(len(f.tests)), text)
	if err != nil {
		return fmt.Errorf("%s: %w", t["name"], err)
	}
	f.tests = append(f.tests, made.Slug)
	return nil
}

// variants answers up to a number of further tests: those of the source, where its
// first field with a choice of words is one of them, without what bounds them.
func (s *stock) variants(limit int) (list []map[string]any) {
	for _, t := range s.Tests {
		for _, field := range s.Fields {
			for _, value := range distinct(field.Of) {
				if len(list) == min(limit, 30) {
					return list
				}
				test := map[string]any{"scope": map[string]any{"field": field.Name, "op": "equals", "value": value}}
				for name, member := range t {
					if name != "scope" && name != "controls" {
						test[name] = member
					}
				}
				test["name"] = fmt.Sprintf("%s, where %s is %v", t["name"], field.Name, value)
				list = append(list, test)
			}
		}
	}
	return list
}

// distinct answers each word of a choice once; none where there are other values.
func distinct(of []any) (list []any) {
	for _, value := range of {
		if _, word := value.(string); !word {
			return nil
		}
		if !slices.Contains(list, value) {
			list = append(list, value)
		}
	}
	return list
}

// own gives tests to people.
func (f *filler) own(ctx context.Context) error {
	tests, err := f.all(ctx)
	for i, t := range tests {
		if err == nil && i%5 != 4 { // somebody forgot some
			_, err = f.Assessments.SetOwner(ctx, f.manager(0), t.Slug, string(f.managers[i%len(f.managers)].ID))
		}
	}
	return err
}

// all answers all tests.
func (f *filler) all(ctx context.Context) (tests []assessment.Test, err error) {
	for q := (assessment.TestQuery{Limit: 100}); ; {
		page, more, err := f.Assessments.List(ctx, f.actor, q)
		tests = append(tests, page...)
		if err != nil || !more {
			return tests, err
		}
		q.After = page[len(page)-1].ID
	}
}

// scope binds a framework to production.
func (f *filler) scope(ctx context.Context) error {
	text, err := json.Marshal(map[string]any{
		"kind": "Scope", "name": "Production", "others": "in",
		"filters": []any{
			map[string]any{"application": "Cloud Inventory", "resource": "Virtual Machines", "where": map[string]any{"field": "environment", "op": "equals", "value": "production"}},
			map[string]any{"application": "Cloud Inventory", "resource": "Databases", "where": map[string]any{"field": "environment", "op": "equals", "value": "production"}},
		},
	})
	if err != nil {
		return err
	}
	made, err := f.Scopes.Create(ctx, f.manager(0), text)
	if err == nil {
		_, err = f.Program.BindScope(ctx, f.manager(0), "hipaa", made.ID)
	}
	return err
}

// revise makes a second version of a test.
func (f *filler) revise(ctx context.Context) error {
	for _, s := range f.world.stocks {
		if s.Name != "Databases" {
			continue
		}
		form := map[string]any{"application": f.sources[s.Name].Application, "reason": "Sessions are kept in memory, and come back by themselves.", "resource": s.Name}
		for name, member := range s.Tests[0] {
			if name != "controls" && name != "sla" {
				form[name] = member
			}
		}
		form["description"] = "A database that keeps anything for good can be brought back to any of the last 14 days."
		text, err := json.Marshal(form)
		if err != nil {
			return err
		}
		_, err = f.Assessments.NewVersion(ctx, f.manager(1), slugOf(f.tests, "databases-keep"), text)
		return err
	}
	return nil
}

func slugOf(slugs []string, part string) string {
	for _, slug := range slugs {
		if len(slug) >= len(part) && slug[:len(part)] == part {
			return slug
		}
	}
	return ""
}

// except leaves some records out of tests that they fail.
func (f *filler) except(ctx context.Context) error {
	for i, x := range []struct{ reason, slug string }{
		{"The group goes at the end of the month, with the team that it was for.", "access-groups-have-an-owner"},
		{"Replaced by the new gateway at the end of the month.", "production-machines-have"},
	} {
		slug := slugOf(f.tests, x.slug)
		failing := assessment.Failing
		page, err := f.Assessments.Entities(ctx, f.actor, slug, assessment.EntityQuery{Limit: 1, Outcome: failing})
		if err != nil {
			return err
		}
		if len(page.Entities) == 0 {
			continue // nothing fails just now
		}
		if err := f.exception(ctx, i, map[string]any{
			"kind": "Exception", "reason": x.reason, "record": page.Entities[0].UniqueID, "test": slug, "until": f.world.now.Add(30 * 24 * time.Hour).UTC().Format(time.RFC3339),
		}); err != nil {
			return err
		}
	}
	return f.exception(ctx, 1, map[string]any{
		"condition": map[string]any{"field": "environment", "op": "equals", "value": "development"}, "kind": "Exception",
		"reason": "Machines for development live for a day.", "test": slugOf(f.tests, "machines-were-patched"),
	})
}

func (f *filler) exception(ctx context.Context, by int, form map[string]any) error {
	form["apiVersion"] = "muster/v1"
	text, err := json.Marshal(form)
	if err != nil {
		return err
	}
	_, err = f.Assessments.CreateException(ctx, f.manager(by), text)
	return err
}

// reviewed runs an access review from its start to its end.
func (f *filler) reviewed(ctx context.Context) error {
	started, err := f.startReview(ctx, "Cloud access, autumn", "Cloud Console Users")
	if err != nil {
		return err
	}
	c := f.manager(0)
	_, accounts, _, err := f.Reviews.Items(ctx, c, started.ID, review.ItemQuery{Limit: 1000})
	if err != nil {
		return err
	}
	for i, item := range accounts {
		decision := review.Decision{Account: item.Account, Remove: i%19 == 7}
		if decision.Remove {
			decision.Reason = "Does not work on the cloud any more."
		}
		if err := f.Reviews.Decide(ctx, c, started.ID, decision); err != nil {
			return err
		}
	}
	_, err = f.Reviews.Complete(ctx, c, started.ID)
	return err
}

// reviewing leaves one half way.
func (f *filler) reviewing(ctx context.Context) error {
	started, err := f.startReview(ctx, "Source code, winter", "Git Accounts")
	if err != nil {
		return err
	}
	_, accounts, _, err := f.Reviews.Items(ctx, f.manager(0), started.ID, review.ItemQuery{Limit: 1000})
	for i, item := range accounts {
		if err == nil && i%3 != 0 {
			err = f.Reviews.Decide(ctx, f.manager(0), started.ID, review.Decision{Account: item.Account})
		}
	}
	return err
}

func (f *filler) startReview(ctx context.Context, name, source string) (review.Review, error) {
	due := f.now.Add(21 * 24 * time.Hour)
	at := &due
	systems := []review.SystemForm{{Resource: f.definitions[source].ID, Reviewer: f.managers[0].Email}}
	made, err := f.Reviews.Create(ctx, f.actor, review.Form{DueAt: &at, Name: &name, Systems: &systems})
	if err != nil {
		return made, err
	}
	return f.Reviews.Start(ctx, f.actor, made.ID)
}
