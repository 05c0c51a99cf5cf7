// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/db/dbtest"
	"github.com/passmuster/muster/internal/evidence"
	"github.com/passmuster/muster/internal/oauth"
	"github.com/passmuster/muster/internal/resource"
	"github.com/passmuster/muster/internal/workspace"
)

// story is a workspace in which people work with the real features. Its clock
// goes on by a second whenever somebody looks at it.
type story struct {
	testing.TB
	ada     caller.Caller
	app     caller.Caller // zero before it is made
	apps    *oauth.Service
	db      *db.DB
	log     *evidence.Service
	mu      sync.Mutex
	records *resource.Service
	tests   *assessment.Service
	time    time.Time
}

func newStory(t testing.TB, d *db.DB) *story {
	t.Helper()
	s := &story{TB: t, db: d, log: newService(t, d, t.TempDir()), time: clock()}
	w, err := workspace.New(d, s.now).Get(t.Context(), "default")
	s.ok(err)
	s.ada = caller.Caller{
		Address: "192.0.2.7", Grants: caller.Permissions(), ID: db.NewID(s.time), Kind: caller.User, Name: "Ada Byron", Role: "Admin",
		Workspace: w.Caller(),
	}
	s.apps = oauth.New(oauth.Options{DB: d, Now: s.now})
	judge := assessment.NewJudge(d)
	s.records = resource.New(resource.Options{DB: d, Judge: judge, Now: s.now, Owner: "test", Wait: time.Minute})
	s.tests = assessment.New(assessment.Options{Applications: s, DB: d, Judge: judge, Now: s.now, Resource: s.records})
	t.Cleanup(s.tests.Close)
	return s
}

func (s *story) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.time = s.time.Add(time.Second)
	return s.time
}

func (s *story) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatalf("unexpected: %v", err)
	}
}

// Applications answers the one application.
func (s *story) Applications(context.Context, caller.Caller) ([]assessment.Application, error) {
	return []assessment.Application{{ID: s.app.ID, Name: s.app.Name}}, nil
}

// application is how the story begins.
func (s *story) application() {
	s.Helper()
	ctx := s.Context()
	app, _, err := s.apps.Create(ctx, s.ada, oauth.NewApplication{Name: "Laptop Sync"})
	s.ok(err)
	s.app = caller.Caller{Address: "198.51.100.9", ID: string(app.ID), Kind: caller.Application, Name: app.Name, Workspace: s.ada.Workspace}
	grace, form := time.Hour, true
	_, err = s.apps.Configure(ctx, s.ada, app.Name, oauth.Settings{AcceptForm: &form, RotationGrace: &grace})
	s.ok(err)
	_, err = s.apps.RotateSecret(ctx, s.ada, app.Name)
	s.ok(err)
}

// laptops is the middle: what is pushed, and a test on it.
func (s *story) laptops() resource.Definition {
	s.Helper()
	ctx := s.Context()
	d, err := s.records.Create(ctx, s.app, resource.NewDefinition{
		Application: s.app.ID, Base: "CustomResource", Name: "Laptops", Schema: []byte(`{"properties":{"encrypted":{"type":"boolean"}}}`),
	})
	s.ok(err)
	guard, name := &resource.Guard{Count: 5, Percent: 10}, "Notebooks"
	_, _, err = s.records.Edit(ctx, s.ada, d.ID, resource.Edit{Guard: &guard})
	s.ok(err)
	d, _, err = s.records.Edit(ctx, s.ada, d.ID, resource.Edit{Name: &name})
	s.ok(err)
	s.push(d, "one", "two")
	_, err = s.tests.Create(ctx, s.ada, []byte(
		`{"name":"Disks encrypted","application":"laptop-sync","resource":"Notebooks","passWhen":{"field":"encrypted","op":"equals","value":true}}`))
	s.ok(err)
	_, err = s.tests.NewVersion(ctx, s.ada, "disks-encrypted", []byte(
		`{"reason":"nobody may break it","passWhen":{"field":"encrypted","op":"equals","value":true},"reducer":{"atMostFailing":1}}`))
	s.ok(err)
	return d
}

func (s *story) push(d resource.Definition, ids ...string) {
	s.Helper()
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = fmt.Sprintf(
			`{"uniqueId":%q,"displayName":"Laptop %s","externalUrl":"https://example.com/%s","customProperties":{"encrypted":%t}}`,
			id, id, id, id == "one")
	}
	_, err := s.records.Push(s.Context(), s.app, resource.Push{
		Base: d.Base, Default: resource.Lenient,
		Body: strings.NewReader(fmt.Sprintf(`{"resourceId":%q,"resources":[%s]}`, d.ID, strings.Join(list, ","))),
	})
	s.ok(err)
}

// exceptions is how it ends.
func (s *story) exceptions() {
	s.Helper()
	ctx := s.Context()
	until := clock().Add(time.Hour).UnixMilli()
	entity := s.failing("disks-encrypted")
	s.ok(s.tests.DeactivateEntity(ctx, s.ada, "disks-encrypted", entity, assessment.Pause{Reason: "in repair", Until: &until}))
	s.ok(s.tests.ReactivateEntity(ctx, s.ada, "disks-encrypted", entity))
	s.ok(s.tests.DeactivateEntity(ctx, s.ada, "disks-encrypted", entity, assessment.Pause{Reason: "in repair again", Until: &until}))
	s.mu.Lock()
	s.time = s.time.Add(2 * time.Hour)
	s.mu.Unlock()
	s.ok(s.tests.Due(ctx))
	_, err := s.tests.Deactivate(ctx, s.ada, "disks-encrypted", assessment.Pause{Reason: "not needed"})
	s.ok(err)
	_, err = s.tests.Reactivate(ctx, s.ada, "disks-encrypted")
	s.ok(err)
	s.ok(s.apps.Delete(ctx, s.ada, s.app.Name))
}

func (s *story) failing(test string) string {
	s.Helper()
	page, err := s.tests.Entities(s.Context(), s.ada, test, assessment.EntityQuery{Limit: 1, Outcome: assessment.Failing})
	s.ok(err)
	if len(page.Entities) != 1 {
		s.Fatalf("%d records fail", len(page.Entities))
	}
	return page.Entities[0].ID
}

// trail answers the whole trail, oldest first.
func (s *story) trail(f evidence.TrailFilter) (events []evidence.Event) {
	s.Helper()
	var p evidence.TrailPage
	for p.Limit = 3; ; p.After = events[0].ID {
		page, more, err := s.log.Trail(s.Context(), s.ada, f, p)
		s.ok(err)
		for _, e := range page {
			events = append([]evidence.Event{e}, events...)
		}
		if !more {
			return events
		}
	}
}

func summaries(events []evidence.Event) (list []string) {
	for _, e := range events {
		list = append(list, e.Summary)
	}
	return list
}

// TestAnAuditorReadsTheTrail tells a story with the real features and reads it
// back as an auditor would.
func TestAnAuditorReadsTheTrail(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStory(t, d)
		s.application()
		s.laptops()
		s.exceptions()
		events := s.trail(evidence.TrailFilter{})
		want := []string{
			"Ada Byron created the application Laptop Sync",
			"Ada Byron changed the settings of the application Laptop Sync: accept form from false to true, rotation grace from 0s to 1h0m0s",
			"Ada Byron gave the application Laptop Sync a new secret",
			"The application Laptop Sync created the resource definition Laptops (CustomResource)",
			"Ada Byron edited the resource definition Laptops: guard set to more than 5 records and 10%",
			"Ada Byron renamed the resource definition Laptops to Notebooks",
			"Ada Byron created the test Disks encrypted on Notebooks: encrypted is true",
			"Ada Byron gave the test Disks encrypted version 2: reducer from all to at most 1 failing (reason: nobody may break it)",
			"Ada Byron left Laptop two out of the test Disks encrypted until 21 September 2026 15:13 UTC (reason: in repair)",
			"Ada Byron took Laptop two back into the test Disks encrypted",
			"Ada Byron left Laptop two out of the test Disks encrypted until 21 September 2026 15:13 UTC (reason: in repair again)",
			"The exception of Laptop two from the test Disks encrypted came to its end",
			"Ada Byron deactivated the test Disks encrypted (reason: not needed)",
			"Ada Byron reactivated the test Disks encrypted",
			"Ada Byron deleted the application Laptop Sync",
		}
		if diff := cmp.Diff(want, summaries(events)); diff != "" {
			t.Error(diff)
		}
		s.namesOnly(s.trail(evidence.TrailFilter{Syncs: evidence.SyncsIn}))
	})
}

var rawID = regexp.MustCompile(`[0-9a-f]{24}`)

// namesOnly holds that nobody has to look an id up, and that who, what, when and
// where are there.
func (s *story) namesOnly(events []evidence.Event) {
	s.Helper()
	syncs := 0
	for _, e := range events {
		if rawID.MatchString(e.Summary) {
			s.Errorf("a raw id in: %s", e.Summary)
		}
		if e.Actor.ID == "" || e.Actor.Kind == "" || e.Actor.Name == "" || e.Time.Before(clock()) || len(e.Targets) == 0 || e.Targets[0].Name == "" {
			s.Errorf("not told: %+v", e)
		}
		if e.Actor.Kind != "system" && e.Address == "" {
			s.Errorf("%s: from nowhere", e.Summary)
		}
		if strings.HasPrefix(e.Action, "sync.") {
			syncs++
		} else if len(e.Changes) == 0 {
			s.Errorf("%s: nothing changed", e.Summary)
		}
	}
	if syncs < 2 {
		s.Errorf("%d syncs, want more", syncs)
	}
}

// TestWhatChanged looks at before and after as they are kept.
func TestWhatChanged(t *testing.T) {
	s := newStory(t, dbtest.SQLite(t))
	s.application()
	d := s.laptops()
	s.exceptions()
	schema := func(text string) evidence.Change { return evidence.Change{Field: "schema", After: object(text)} }
	for action, want := range map[string][]evidence.Change{
		"application.configured":     {{Field: "acceptForm", Before: "false", After: "true"}, {Field: "rotationGrace", Before: "0s", After: "1h0m0s"}},
		"application.secret_rotated": {{Field: "secret", After: "changed"}},
		"definition.created": {
			{Field: "name", After: "Laptops"},
			{Field: "base", After: "CustomResource"},
			{Field: "schemaVersion", After: 1.0},
			schema("encrypted"),
		},
		"exception.expired": {{Field: "reason", Before: "in repair again"}, {Field: "until", Before: "2026-09-21T15:13:20Z"}},
		"test.deactivated":  {{Field: "state", Before: "active", After: "deactivated"}, {Field: "reason", After: "not needed"}},
		"test.reactivated":  {{Field: "state", Before: "deactivated", After: "active"}, {Field: "reason", Before: "not needed"}},
	} {
		events := s.trail(evidence.TrailFilter{Action: action})
		if len(events) == 0 {
			t.Errorf("no %s", action)
			continue
		}
		if diff := cmp.Diff(want, events[len(events)-1].Changes); diff != "" {
			t.Errorf("%s: %s", action, diff)
		}
	}
	_, _, err := s.records.Edit(t.Context(), s.ada, d.ID, resource.Edit{Schema: []byte(`{"properties":{"locked":{"type":"boolean"}}}`), Force: true})
	s.ok(err)
	edits := s.trail(evidence.TrailFilter{Action: "definition.edited"})
	want := []evidence.Change{
		{Field: "schemaVersion", Before: 1.0, After: 2.0}, {Field: "schema", Before: object("encrypted"), After: object("locked")},
	}
	if diff := cmp.Diff(want, edits[len(edits)-1].Changes); diff != "" {
		t.Error(diff)
	}
}

// object is the schema with one boolean.
func object(property string) any {
	return map[string]any{"properties": map[string]any{property: map[string]any{"type": "boolean"}}}
}
