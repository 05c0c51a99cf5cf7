// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/passmuster/muster/internal/account"
	"github.com/passmuster/muster/internal/app"
	"github.com/passmuster/muster/internal/assessment"
	"github.com/passmuster/muster/internal/caller"
	"github.com/passmuster/muster/internal/config"
	"github.com/passmuster/muster/internal/db"
	"github.com/passmuster/muster/internal/directory"
	"github.com/passmuster/muster/internal/json"
	"github.com/passmuster/muster/internal/oauth"
	"github.com/passmuster/muster/internal/resource"
)

// clock is a time that only tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// site is a workspace with applications of its own, at an instant that tests choose.
type site struct {
	*estate

	clock *clock
}

// noon is when sites begin.
func noon() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }

func newSite(t *testing.T, storage config.Storage) *site {
	t.Helper()
	c := &clock{at: noon()}
	a, err := app.Open(t.Context(), app.Options{
		Limits: config.Limits{MaxBody: 1 << 20, MaxRecords: 1000}, Logger: slog.New(slog.DiscardHandler), Now: c.now, Storage: storage, Version: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &site{estate: &estate{App: a, t: t}, clock: c}
	w, err := a.Workspaces.Get(t.Context(), "")
	s.ok(err)
	s.admin = caller.Caller{Kind: caller.System, Name: "muster", Workspace: w.Caller()}
	return s
}

// set is what one application pushes of one base.
type set struct {
	definition resource.Definition
	pusher     caller.Caller
	site       *site
}

// system makes an application with a definition.
func (s *site) system(name string, base resource.Base) *set {
	s.t.Helper()
	made, _, err := s.OAuth.Create(s.t.Context(), s.admin, oauth.NewApplication{Name: name})
	s.ok(err)
	pusher := caller.Caller{Kind: caller.Application, ID: string(made.ID), Name: name, Workspace: s.admin.Workspace}
	return s.resource(pusher, "Records", base)
}

func (s *site) resource(pusher caller.Caller, name string, base resource.Base) *set {
	s.t.Helper()
	d, err := s.Resources.Create(s.t.Context(), s.admin, resource.NewDefinition{Application: pusher.ID, Base: string(base), Name: name})
	s.ok(err)
	return &set{d, pusher, s}
}

// record is one with some fields, as JSON values.
type record map[string]any

// push replaces the set; displayName and externalUrl are made of the uniqueId.
func (x *set) push(records ...record) {
	x.site.t.Helper()
	list := []any{}
	for _, r := range records {
		whole := maps.Clone(r)
		for name, value := range (record{"displayName": r["uniqueId"], "externalUrl": "https://x.example"}) {
			if _, has := whole[name]; !has {
				whole[name] = value
			}
		}
		list = append(list, whole)
	}
	text, err := json.Marshal(map[string]any{"resourceId": x.definition.ID, "resources": list})
	x.site.ok(err)
	result, err := x.site.Resources.Push(x.site.t.Context(), x.pusher, resource.Push{
		Base: x.definition.Base, Body: strings.NewReader(string(text)), Default: resource.Strict,
	})
	x.site.ok(err)
	if result.Failure != "" {
		x.site.t.Fatalf("refused: %s", result.Failure)
	}
}

// login is an account with defaults.
func login(id string, more record) record {
	r := record{
		"uniqueId": id, "fullName": id, "accountName": id, "email": id + "@example.com", "permissionLevel": "BASE", "status": "ACTIVE",
		"createdTimestamp": "2020-01-01T00:00:00Z", "mfaEnabled": true, "mfaMethods": []string{}, "authMethod": "PASSWORD",
		"lastLoginTimestamp": "2026-03-01T00:00:00Z",
	}
	maps.Copy(r, more)
	return r
}

// list answers "slug STATUS passing/failing" of all tests, by slug.
func (s *site) list() (lines []string) {
	s.t.Helper()
	tests, _, err := s.Assessments.List(s.t.Context(), s.admin, assessment.TestQuery{Limit: 1000})
	s.ok(err)
	for _, t := range tests {
		lines = append(lines, fmt.Sprintf("%s %s %d/%d", t.Slug, t.Status, t.Counts[assessment.Passing], t.Counts[assessment.Failing]))
	}
	slices.Sort(lines)
	return lines
}

func (s *site) wantList(step string, want ...string) {
	s.t.Helper()
	if diff := cmp.Diff(want, s.list()); diff != "" {
		s.t.Fatalf("%s (-want +got):\n%s", step, diff)
	}
}

// passes runs what the server does every second.
func (s *site) passes() {
	s.t.Helper()
	for _, pass := range []func(context.Context) error{
		s.Directory.Leave, s.Directory.Carry, s.Accounts.Feed, s.Assessments.Due, s.Resources.Follow, s.Assessments.FurnishAll, s.Resources.Unjudged,
	} {
		s.ok(pass(s.t.Context()))
	}
}

func accountTests() []string {
	return []string{
		"accounts-linked-to-people", "accounts-removed-when-people-leave", "accounts-unique", "accounts-used", "admin-accounts-few", "admin-accounts-owned", "mfa-on-accounts",
	}
}

// TestAccountsBringTheirTests: the built-in tests of accounts stand, evaluated and mapped,
// before the push is answered; they follow accounts, owners, people and the clock.
func TestAccountsBringTheirTests(t *testing.T) {
	onBothEngines(t, func(t *testing.T, storage config.Storage) {
		s := newSite(t, storage)
		jane := s.make("jane@example.com")
		github := s.system("GitHub", "UserAccount")
		github.push()
		s.wantList("nothing is pushed", []string(nil)...)
		github.push(
			login("jane", record{"permissionLevel": "ADMIN"}),
			login("bot", record{"mfaEnabled": false}),
			login("sso", record{"authMethod": "SSO", "mfaEnabled": nil, "lastLoginTimestamp": nil}),
			login("old", record{"status": "DEACTIVATED", "mfaEnabled": false}),
		)
		s.wantList("the first records",
			"accounts-linked-to-people NEEDS_ATTENTION 1/2", "accounts-removed-when-people-leave OK 1/0", "accounts-unique OK 3/0", "accounts-used NEEDS_ATTENTION 2/1",
			"admin-accounts-few OK 2/1", "admin-accounts-owned OK 1/0", "mfa-on-accounts NEEDS_ATTENTION 1/1",
		)
		s.want("mfa", "mfa-on-accounts", map[string]string{
			"jane": "PASSING", "bot": "FAILING mfaEnabled is false, must be true", "sso": `OUT_OF_SCOPE authMethod is "SSO", must not be "SSO"`,
			"old": `OUT_OF_SCOPE status is "DEACTIVATED", must be "ACTIVE"`,
		})
		controls := s.controls("mfa-on-accounts")
		if diff := cmp.Diff([]string{"remote-access-mfa-enforced"}, controls); diff != "" {
			t.Errorf("mapping (-want +got):\n%s", diff)
		}
		s.own("bot", account.Choice{Service: &account.ServiceOwner{Purpose: "deploys"}})
		s.want("a service account", "mfa-on-accounts", map[string]string{
			"jane": "PASSING", "bot": `OUT_OF_SCOPE owners[bot].kind is "service", must not be one of "external", "service"`,
			"sso": `OUT_OF_SCOPE authMethod is "SSO", must not be "SSO"`, "old": `OUT_OF_SCOPE status is "DEACTIVATED", must be "ACTIVE"`,
		})
		// Jane leaves tomorrow: her account fails from that very instant.
		leaves := noon().Add(24 * time.Hour)
		s.ok(s.setEnd(jane.ID, leaves))
		s.clock.set(leaves.Add(-time.Millisecond))
		s.passes()
		s.wantList("the last millisecond",
			"accounts-linked-to-people NEEDS_ATTENTION 2/1", "accounts-removed-when-people-leave OK 1/0", "accounts-unique OK 2/0", "accounts-used NEEDS_ATTENTION 1/1",
			"admin-accounts-few OK 2/1", "admin-accounts-owned OK 1/0", "mfa-on-accounts OK 1/0",
		)
		s.clock.set(leaves)
		s.passes()
		s.wantList("she has left",
			"accounts-linked-to-people NEEDS_ATTENTION 2/1", "accounts-removed-when-people-leave NEEDS_ATTENTION 0/1", "accounts-unique OK 2/0", "accounts-used NEEDS_ATTENTION 1/1",
			"admin-accounts-few OK 2/1", "admin-accounts-owned NEEDS_ATTENTION 0/1", "mfa-on-accounts OK 1/0",
		)
	})
}

// controls answers the external ids of a test's controls.
func (s *site) controls(ref string) (ids []string) {
	s.t.Helper()
	t, err := s.Assessments.Get(s.t.Context(), s.admin, ref)
	s.ok(err)
	s.ok(s.DB.Read(s.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		of, err := s.Program.ControlsOf(ctx, tx, s.admin.Workspace, t.Number)
		ids = nil
		for _, c := range of[t.Number] {
			ids = append(ids, c.ExternalID)
		}
		return err
	}))
	return ids
}

func (s *site) setEnd(id directory.PersonID, at time.Time) error {
	_, err := s.Directory.Update(s.t.Context(), s.admin, id, directory.Attributes{EndDate: &at})
	return err
}

// TestBuiltInTestsAreMadeOnce: neither syncs nor restarts nor another program's pass make
// them again, another application has its own, and what had records before gets them
// at the start.
func TestBuiltInTestsAreMadeOnce(t *testing.T) {
	onBothEngines(t, func(t *testing.T, storage config.Storage) {
		s := newSite(t, storage)
		s.Resources.Furnisher = nil // a program that knew none
		github, okta := s.system("GitHub", "UserAccount"), s.system("Okta", "UserAccount")
		github.push(login("jane", nil))
		s.wantList("before", []string(nil)...)
		due, err := s.Assessments.HasUnfurnished(t.Context())
		s.ok(err)
		if !due {
			t.Error("the pass sees nothing to do")
		}
		s.passes()
		if got := len(s.list()); got != len(accountTests()) {
			t.Fatalf("the pass made %d tests", got)
		}
		s.Resources.Furnisher = s.Assessments
		github.push(login("jane", record{"mfaEnabled": false}))
		github.push()
		github.push(login("eve", nil))
		_, err = s.Assessments.Deactivate(t.Context(), s.admin, "accounts-used", assessment.Pause{Reason: "we ask the owners"})
		s.ok(err)
		okta.push(login("jane", nil))
		second := newFurnished(s)
		s.ok(second.FurnishAll(t.Context()))
		var want []string
		for _, slug := range accountTests() {
			want = append(want, slug, slug+"-okta")
		}
		slices.Sort(want)
		var got []string
		for _, line := range s.list() {
			slug, _, _ := strings.Cut(line, " ")
			got = append(got, slug)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("slugs (-want +got):\n%s", diff)
		}
		test, err := s.Assessments.Get(t.Context(), s.admin, "accounts-used")
		s.ok(err)
		if test.State != assessment.StateDeactivated || test.Version != 1 {
			t.Errorf("the deactivated test is %s at version %d", test.State, test.Version)
		}
	})
}

// newFurnished answers the tests of another process on the same database.
func newFurnished(s *site) *assessment.Service { return assessment.New(s.Assessments.Options) }

// own says whose an account is, by displayName.
func (s *site) own(name string, to account.Choice) {
	s.t.Helper()
	list, _, err := s.Accounts.List(s.t.Context(), s.admin, account.Query{Limit: 100})
	s.ok(err)
	for _, a := range list {
		if a.DisplayName == name {
			_, err := s.Accounts.SetOwner(s.t.Context(), s.admin, a.ID, to)
			s.ok(err)
			return
		}
	}
	s.t.Fatalf("there is no account %s", name)
}

// TestSlugsOfBuiltInTests: where slugs are cut before a number, no second dash is left.
func TestSlugsOfBuiltInTests(t *testing.T) {
	onBothEngines(t, func(t *testing.T, storage config.Storage) {
		s := newSite(t, storage)
		long := s.system(strings.Repeat("a", 77)+" "+strings.Repeat("b", 22), "UserAccount")
		long.push(login("jane", nil))
		for _, name := range []string{"Second", "Third", "Fourth"} {
			s.resource(long.pusher, name, "UserAccount").push(login("jane", nil))
		}
		var got []string
		for _, line := range s.list() {
			if slug, _, _ := strings.Cut(line, " "); strings.HasPrefix(slug, "accounts-used") {
				got = append(got, strings.ReplaceAll(slug, strings.Repeat("a", 77), "A"))
			}
		}
		want := []string{"accounts-used", "accounts-used-A-" + strings.Repeat("b", 7), "accounts-used-A-3", "accounts-used-A-4"}
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("slugs (-want +got):\n%s", diff)
		}
	})
}
